"""Reads and writes experiment files beside the window, which waits for neither."""

from __future__ import annotations

import traceback
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.documents.experiment_file import Opened, Saved, open_file, save
from app.documents.file_stamp import Stamp, changed_since
from app.documents.files import FileError
from app.workers.latest_job import Cancelled, LatestJob, Ticket
from engine import Experiment, SettingError

UNTITLED = "Untitled"


@dataclass(frozen=True, slots=True)
class FileRead:
    """An experiment that was read. number: of the request."""

    number: int
    path: Path
    opened: Opened


@dataclass(frozen=True, slots=True)
class FileWritten:
    """An experiment that is safe on disk, with the title it got there. number: of the request."""

    number: int
    path: Path
    experiment: Experiment
    saved: Saved


class DocumentJob(QObject):
    """Of the files to be read only the latest is read; every file to be written is written, in turn.

    has_read carries a FileRead, has_written a FileWritten. gone: the path of a file that is not there to be read,
    before it is refused. refused: the number of a request, and a sentence.
    changed_outside: the number of a request to write a file that others have written since. cancelled: the number
    of a request. failed: the number of a request, and the traceback of a fault.
    """

    has_read = Signal(object)
    has_written = Signal(object)
    gone = Signal(object)
    refused = Signal(int, str)
    changed_outside = Signal(int)
    cancelled = Signal(int)
    failed = Signal(int, str)

    def __init__(self) -> None:
        super().__init__()
        self._jobs = LatestJob("documents", self._fail)
        self._stamps: dict[Path, Stamp] = {}  # of the files as they were read or written here

    def know(self, path: Path, stamp: Stamp) -> None:
        """Take over the stamp of a file that was read elsewhere."""
        self._stamps[path] = stamp

    def read(self, path: Path) -> int:
        """Read a file; the number of the request."""
        return self._jobs.offer(partial(self._read, path))

    def write(self, experiment: Experiment, path: Path, is_own: bool) -> int:
        """Write a file; the number of the request. is_own: it is overwritten only if nobody else has changed it."""
        return self._jobs.offer(partial(self._write, experiment, path, is_own), keep=True)

    def cancel(self) -> None:
        """Give up what is under way; a file that was to be replaced is as it was."""
        self._jobs.cancel()

    def stop(self) -> None:
        """End once every file that is to be written is written."""
        self._jobs.drain()

    def _read(self, path: Path, ticket: Ticket) -> None:
        try:
            opened = open_file(path, ticket.check)
        except Cancelled:
            self.cancelled.emit(ticket.number)
        except (SettingError, FileError) as error:
            if not path.exists():
                self.gone.emit(path)
            self.refused.emit(ticket.number, str(error))
        else:
            self._stamps[path] = opened.stamp
            self.has_read.emit(FileRead(ticket.number, path, opened))

    def _write(self, experiment: Experiment, path: Path, is_own: bool, ticket: Ticket) -> None:
        if experiment.title == UNTITLED:
            experiment = replace(experiment, title=path.stem)
        try:
            if is_own and changed_since(path, self._stamps.get(path)):
                self.changed_outside.emit(ticket.number)
                return
            saved = save(experiment, path, ticket.check)
        except Cancelled:
            self.cancelled.emit(ticket.number)
        except (SettingError, FileError) as error:
            self.refused.emit(ticket.number, str(error))
        else:
            self._stamps[path] = saved.stamp
            self.has_written.emit(FileWritten(ticket.number, path, experiment, saved))

    def _fail(self, job: int, error: BaseException) -> None:
        self.failed.emit(job, "".join(traceback.format_exception(error)))
