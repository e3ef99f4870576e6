"""A journal: a file of checksummed JSON lines that only grows, so that a crash costs at most its last line."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from app.documents.files import FileError, descriptor_of, read, reason, shown, write

MAX_BYTES = 512 * 2**20  # room for engine.MAX_RUNS runs with all tweaks that they may have
_SUM = 16  # hexadecimal digits


class Journal:
    """Written by one process. Each line is on disk when the method that wrote it returns."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.length = 0  # in bytes, of what is known to be whole

    def begin(self, records: Iterable[object]) -> None:
        """Replace the file by one with these lines. Raises FileError; the file is then as it was, or has them all."""
        lines = b"".join(map(_line, records))
        self.length = 0
        write(self.path, lines)
        self.length = len(lines)

    def append(self, record: object) -> bool:
        """Add a line; False, and nothing is written, if the file is not as it was left, so that it must begin anew.

        Raises FileError; the file may then end in a part of the line, which readers ignore.
        """
        if not self.is_whole():
            return False
        line = memoryview(_line(record))
        try:
            descriptor = descriptor_of(self.path, os.O_WRONLY | os.O_APPEND)
            try:
                done = 0
                while done < len(line):
                    done += os.write(descriptor, line[done:])
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
        except OSError as error:
            raise FileError(f"cannot write {shown(self.path)}: {reason(error)}") from None
        self.length += len(line)
        return True

    def is_whole(self) -> bool:
        """Whether the file is as it was left."""
        try:
            return bool(self.length) and os.stat(self.path).st_size == self.length
        except OSError:
            return False


def read_journal(path: Path, object_hook: Callable[[dict[str, Any]], Any] | None = None) -> list[Any]:
    """The records up to the first line that is not whole. Raises FileError.

    object_hook: what stands for an object, as in the json module; whatever it raises is passed on.
    """
    records = []
    for line in read(path, MAX_BYTES).split(b"\n")[:-1]:  # after the last line feed stands nothing, or a torn line
        text = unsealed(line)
        if text is None:
            break
        try:
            records.append(json.loads(text, object_hook=object_hook))
        except (ValueError, RecursionError):
            break
    return records


def sealed(text: bytes) -> bytes:
    """A line of a journal: a checksum and a text without line feeds."""
    return _checksum(text) + b" " + text + b"\n"


def unsealed(line: bytes) -> bytes | None:
    """The text of a line, which comes without its line feed; None if it is not whole."""
    text = line[_SUM + 1 :]
    return text if line[:_SUM] == _checksum(text) else None


def _line(record: object) -> bytes:
    """JSON keeps every float to the bit, and every text: characters beyond ASCII are escaped."""
    return sealed(json.dumps(record, separators=(",", ":")).encode("ascii"))


def _checksum(text: bytes) -> bytes:
    return hashlib.sha256(text).hexdigest()[:_SUM].encode()
