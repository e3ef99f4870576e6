"""Tables of examples in files of their own, named by their content, so that each is written once."""

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


def store(table: Table, folder: Path) -> None:
    """Write a table, unless it is there. Raises FileError."""
    path = folder / f"{table.digest}{SUFFIX}"
    names: list[Any] = [table.name, table.columns, table.target, table.classes, table.drawn, len(table.targets)]
    names += [table.shape, table.is_image] if table.shape or table.context else []
    names += [table.context] if table.context else []
    head = json.dumps(names).encode("ascii") + b"\n"
    numbers = [np.ascontiguousarray(part, _NUMBER).reshape(-1) for part in (table.inputs, table.targets)]
    size = len(head) + sum(part.nbytes for part in numbers)
    try:
        if os.stat(path).st_size == size:
            return
    except OSError:
        pass
    with replacing(path) as file:
        file.write(head)
        for part in numbers:
            file.write(part.data)


def stored(digest: str, folder: Path) -> Table:
    """The table with this digest. Raises FileError."""
    path = folder / f"{digest}{SUFFIX}"
    head, _, content = read(path, _MAX_BYTES).partition(b"\n")
    try:
        name, columns, target, classes, drawn, rows, *shaped = json.loads(head)
        last: list[Any] = [(), False, 0]
        shape, is_image, context = shaped + last[len(shaped) :]
        numbers = np.frombuffer(content, _NUMBER).astype(np.float64)
        inputs, targets = numbers[: rows * len(columns)].reshape(rows, -1), numbers[rows * len(columns) :]
        table = Table(
            name, tuple(columns), target, inputs, targets, tuple(classes), drawn, tuple(shape), is_image, context
        )
        if table.digest == digest:
            return table
    except (ValueError, TypeError, RecursionError):
        pass
    raise FileError(f"cannot read {shown(path)}: it is damaged")
