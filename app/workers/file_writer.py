"""What the exports share: files are written beside the window, and how each ended is told."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.documents.files import FileError
from app.workers.ending import FILE_SECONDS
from app.workers.latest_job import Cancelled, LatestJob
from engine import SettingError


class FileWriter(QObject):
    """Writes files in a thread of its own.

    written: the path of a file; refused: why there is none, as a sentence; failed: the traceback of a fault.
    """

    written = Signal(str)
    refused = Signal(str)
    failed = Signal(str)

    def __init__(self, name: str, gives_way: bool = False, parent: QObject | None = None) -> None:
        """name: of the thread; gives_way: whether the window goes first."""
        super().__init__(parent)
        self._jobs = LatestJob(name, self._fail, gives_way=gives_way)

    def give_up(self) -> None:
        """Cancel everything, for good."""
        self._jobs.give_up()

    def stop(self) -> None:
        """Cancel everything, and wait for the piece that is under way."""
        self._jobs.release(FILE_SECONDS)

    def _write(self, path: Path, write: Callable[[], None]) -> None:
        """Write one file, in the thread, and tell how it ended."""
        try:
            write()
        except Cancelled:
            self.refused.emit("the export was cancelled; nothing was written")
        except (FileError, SettingError, OSError) as error:
            self.refused.emit(str(error))
        else:
            self.written.emit(str(path))

    def _fail(self, job: int, error: BaseException) -> None:
        self.failed.emit("".join(traceback.format_exception(error)))
