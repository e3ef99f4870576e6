"""Reads a text file beside the window, which waits for no file."""

from __future__ import annotations

import traceback
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.documents.files import FileError
from app.documents.own_text import read_own_text
from app.workers.latest_job import LatestJob, Ticket
from engine import SettingError


class TextJob(QObject):
    """One file at a time; another one cancels the one before.

    Every signal begins with the number of its job. has_read: an OwnText; refused: a sentence; failed: the traceback of
    a fault.
    """

    has_read = Signal(int, object)
    refused = Signal(int, str)
    failed = Signal(int, str)

    def __init__(self) -> None:
        super().__init__()
        self._jobs = LatestJob("text", self._fail)

    @property
    def idle(self) -> bool:
        return self._jobs.idle

    def begin(self, path: Path) -> int:
        """Read a file; the job's number."""

        def work(ticket: Ticket) -> None:
            try:
                self.has_read.emit(ticket.number, read_own_text(path, ticket.check))
            except (FileError, SettingError) as error:
                self.refused.emit(ticket.number, str(error))

        self.cancel()
        return self._jobs.offer(work)

    def cancel(self) -> None:
        """End the job without another word."""
        self._jobs.cancel()

    def stop(self) -> None:
        """Cancel the job, and wait for the piece that is under way."""
        self._jobs.release()

    def _fail(self, job: int, error: BaseException) -> None:
        self.failed.emit(job, "".join(traceback.format_exception(error)))
