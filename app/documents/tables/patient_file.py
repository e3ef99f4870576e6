"""Reading a file that may hang, as on a drive that sleeps or has gone: whoever waits can give up."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from types import TracebackType
from typing import Any, BinaryIO

from app.documents.files import open_regular

_PATIENCE = 0.05  # seconds between two looks at whether to go on waiting
_THREAD = "table-file"
_MOST = 8  # threads that may hang at once


class PatientFile:
    """A regular file, opened, read and closed by a thread of its own, which is left behind if a call never returns.

    waiting: called many times a second while a call is under way; what it raises ends the waiting. Raises OSError.
    """

    def __init__(self, path: Path, waiting: Callable[[], None]) -> None:
        self._path = path
        self.waiting = waiting
        self._calls: SimpleQueue[Callable[[], Any] | None] = SimpleQueue()
        self._answers: SimpleQueue[tuple[Any, OSError | ValueError | None]] = SimpleQueue()
        self._answered = threading.Event()
        self._file: BinaryIO | None = None

    def __enter__(self) -> PatientFile:
        if sum(thread.name == _THREAD for thread in threading.enumerate()) >= _MOST:
            raise OSError(errno.EBUSY, f"{_MOST} files do not answer; is a drive gone?")
        # A daemon, for the process must be able to end while the call hangs. It runs nothing but calls of the system.
        threading.Thread(target=self._work, name=_THREAD, daemon=True).start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._calls.put(None)

    def size(self) -> int:
        """The size in bytes of what must be a regular file."""

        return int(self._ask(lambda: os.fstat(self._opened().fileno()).st_size))

    def read(self, most: int) -> bytes:
        """The next bytes, at most so many; none at the end."""

        def read() -> bytes:
            file = self._opened()
            pieces, left = [], most
            while left and (piece := file.read(left)):
                pieces.append(piece)
                left -= len(piece)
            return b"".join(pieces)

        return bytes(self._ask(read))

    def _opened(self) -> BinaryIO:
        if self._file is None:
            self._file = open_regular(self._path)  # closed by _work
        return self._file

    def _ask(self, call: Callable[[], Any]) -> Any:
        self._answered.clear()
        self._calls.put(call)
        while not self._answered.wait(_PATIENCE):
            self.waiting()
        found, error = self._answers.get()
        if error is not None:
            raise error
        return found

    def _work(self) -> None:
        while (call := self._calls.get()) is not None:
            try:
                self._answers.put((call(), None))
            except (OSError, ValueError) as error:
                self._answers.put((None, error))
            self._answered.set()
        if self._file is not None:
            self._file.close()
