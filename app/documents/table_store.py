"""Tables of examples as bytes, and in files of their own, named by their content, so that each is written once."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from app.documents.files import FileError, read, replacing, shown
from engine import MAX_NUMBERS, Table

SUFFIX = ".table"
_MAX_BYTES = 8 * MAX_NUMBERS + 4 * 2**20  # and the names of columns and classes
_NUMBER = np.dtype("<f8")


def packed(table: Table) -> list[bytes | memoryview]:
    """The pieces that `unpacked` reads once they are joined."""
    names: list[Any] = [table.name, table.columns, table.target, table.classes, table.drawn, len(table.targets)]
    names += [table.shape, table.is_image] if table.shape or table.context else []
    names += [table.context] if table.context else []
    numbers = [np.ascontiguousarray(part, _NUMBER).reshape(-1) for part in (table.inputs, table.targets)]
    return [json.dumps(names).encode("ascii") + b"\n", *(part.data.cast("B") for part in numbers)]


def unpacked(digest: str, data: bytes) -> Table | None:
    """The table with this digest; None if the bytes are not its own."""
    head, _, content = data.partition(b"\n")
    try:
        name, columns, target, classes, drawn, rows, *shaped = json.loads(head)
        last: list[Any] = [(), False, 0]
        shape, is_image, context = shaped + last[len(shaped) :]
        numbers = np.frombuffer(content, _NUMBER).astype(np.float64)
        inputs, targets = numbers[: rows * len(columns)].reshape(rows, -1), numbers[rows * len(columns) :]
        table = Table(
            name, tuple(columns), target, inputs, targets, tuple(classes), drawn, tuple(shape), is_image, context
        )
        return table if table.digest == digest else None
    except (ValueError, TypeError, RecursionError):
        return None


def store(table: Table, folder: Path) -> None:
    """Write a table, unless it is there. Raises FileError."""
    path = folder / f"{table.digest}{SUFFIX}"
    pieces = packed(table)
    try:
        if os.stat(path).st_size == sum(map(len, pieces)):
            return
    except OSError:
        pass
    with replacing(path) as file:
        for piece in pieces:
            file.write(piece)


def stored(digest: str, folder: Path) -> Table:
    """The table with this digest. Raises FileError."""
    path = folder / f"{digest}{SUFFIX}"
    table = unpacked(digest, read(path, _MAX_BYTES))
    if table is None:
        raise FileError(f"cannot read {shown(path)}: it is damaged")
    return table
