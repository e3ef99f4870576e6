"""Reads a text file, and makes a text into examples, beside the window, which waits for neither."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal, SignalInstance

from app.documents.files import FileError
from app.documents.own_text import read_own_text
from app.workers.ending import FILE_SECONDS
from app.workers.latest_job import LatestJob, Ticket
from app.workers.patient_call import carried_out
from engine import SettingError, text_table


class TextJob(QObject):
    """One file at a time; another one cancels the one before.

    Every signal begins with the number of its job. has_read: an OwnText; made: a Table; refused: a sentence; failed:
    the traceback of a fault.
    """

    has_read = Signal(int, object)
    made = Signal(int, object)
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

        return self._begin(self.has_read, lambda ticket: read_own_text(path, ticket.check))

    def make(self, name: str, text: str, context: int) -> int:
        """Make a text into windows of so many characters; the job's number."""
        return self._begin(self.made, lambda ticket: text_table(name, text, context))

    def _begin(self, done: SignalInstance, make: Callable[[Ticket], object]) -> int:
        def work(ticket: Ticket) -> None:
            try:
                found = make(ticket)
            except (FileError, SettingError) as error:
                self.refused.emit(ticket.number, str(error))
                return
            ticket.check()
            done.emit(ticket.number, found)

        self.cancel()
        return self._jobs.offer(partial(carried_out, work))

    def cancel(self) -> None:
        """End the job without another word."""
        self._jobs.cancel()

    def give_up(self) -> None:
        """Cancel the job, for good."""
        self._jobs.give_up()

    def stop(self) -> None:
        """Cancel the job, and wait for the piece that is under way."""
        self._jobs.release(FILE_SECONDS)

    def _fail(self, job: int, error: BaseException) -> None:
        self.failed.emit(job, "".join(traceback.format_exception(error)))
