"""Reads and writes experiment files beside the window, which waits for neither."""

from __future__ import annotations

import traceback
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.documents.experiment_file import is_text, load, save
from app.documents.files import FileError
from app.workers.latest_job import Cancelled, LatestJob, Ticket
from engine import Experiment, SettingError

UNTITLED = "Untitled"


@dataclass(frozen=True, slots=True)
class FileRead:
    """An experiment that was read. number: of the request. saves_here: whether `path` is a place to save it to."""

    number: int
    path: Path
    experiment: Experiment
    saves_here: bool


@dataclass(frozen=True, slots=True)
class FileWritten:
    """An experiment that is safe on disk, with the title it got there. number: of the request."""

    number: int
    path: Path
    experiment: Experiment


class DocumentJob(QObject):
    """Of the files to be read only the latest is read; every file to be written is written, in turn.

    has_read carries a FileRead, has_written a FileWritten. refused: the number of a request, and a sentence.
    cancelled: the number of a request. failed: the number of a request, and the traceback of a fault.
    """

    has_read = Signal(object)
    has_written = Signal(object)
    refused = Signal(int, str)
    cancelled = Signal(int)
    failed = Signal(int, str)

    def __init__(self) -> None:
        super().__init__()
        self._jobs = LatestJob("documents", self._fail)

    def read(self, path: Path) -> int:
        """Read a file; the number of the request."""
        return self._jobs.offer(partial(self._read, path))

    def write(self, experiment: Experiment, path: Path) -> int:
        """Write a file; the number of the request."""
        return self._jobs.offer(partial(self._write, experiment, path), keep=True)

    def cancel(self) -> None:
        """Give up what is under way; a file that was to be replaced is as it was."""
        self._jobs.cancel()

    def stop(self) -> None:
        """End once every file that is to be written is written."""
        self._jobs.drain()

    def _read(self, path: Path, ticket: Ticket) -> None:
        try:
            experiment = load(path)
            saves_here = is_text(path)
        except Cancelled:
            self.cancelled.emit(ticket.number)
        except (SettingError, FileError) as error:
            self.refused.emit(ticket.number, str(error))
        else:
            self.has_read.emit(FileRead(ticket.number, path, experiment, saves_here))

    def _write(self, experiment: Experiment, path: Path, ticket: Ticket) -> None:
        if experiment.title == UNTITLED:
            experiment = replace(experiment, title=path.stem)
        try:
            save(experiment, path)
        except Cancelled:
            self.cancelled.emit(ticket.number)
        except (SettingError, FileError) as error:
            self.refused.emit(ticket.number, str(error))
        else:
            self.has_written.emit(FileWritten(ticket.number, path, experiment))

    def _fail(self, job: int, error: BaseException) -> None:
        self.failed.emit(job, "".join(traceback.format_exception(error)))
