"""Reads and writes experiment files beside the window, which waits for neither."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.documents.experiment_file import Opened, Saved, open_file, save
from app.documents.file_stamp import Stamp, changed_since
from app.documents.files import FileError, shown
from app.workers.ending import FILE_SECONDS
from app.workers.latest_job import Cancelled, LatestJob, Ticket
from app.workers.patient_call import carried_out
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

    A file that does not answer, as on a drive that has gone, keeps the next ones waiting until it is given up.

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
        self._reading: Ticket | None = None  # of the file that was read last
        self._stamps: dict[Path, Stamp] = {}  # of the files as they were read or written here

    def know(self, path: Path, stamp: Stamp) -> None:
        """Take over the stamp of a file that was read elsewhere."""
        self._stamps[path] = stamp

    def read(self, path: Path) -> int:
        """Read a file, instead of one that is being read; the number of the request."""
        if self._reading is not None:
            self._reading.cancel()
        return self._jobs.offer(partial(self._patiently, self._read, path))

    def write(self, experiment: Experiment, path: Path, is_own: bool) -> int:
        """Write a file; the number of the request. is_own: it is overwritten only if nobody else has changed it."""
        write = partial(self._write, experiment, is_own)
        return self._jobs.offer(partial(self._patiently, write, path), keep=True)

    def cancel(self) -> None:
        """Give up what is under way; a file that was to be replaced is as it was."""
        self._jobs.cancel()

    def stop(self) -> None:
        """End once every file that is to be written is written, as far as there is time."""
        self._jobs.drain(FILE_SECONDS)

    def _patiently(self, work: Callable[[Path, Ticket], None], path: Path, ticket: Ticket) -> None:
        if not carried_out(partial(work, path), ticket):
            self.refused.emit(ticket.number, f"{shown(path)} does not answer, and is given up; is a drive gone?")

    def _read(self, path: Path, ticket: Ticket) -> None:
        self._reading = ticket
        try:
            opened = open_file(path, ticket.check)
            ticket.check()
        except Cancelled:
            self.cancelled.emit(ticket.number)
        except (SettingError, FileError) as error:
            if not path.exists():
                self.gone.emit(path)
            self.refused.emit(ticket.number, str(error))
        else:
            self._stamps[path] = opened.stamp
            self.has_read.emit(FileRead(ticket.number, path, opened))

    def _write(self, experiment: Experiment, is_own: bool, path: Path, ticket: Ticket) -> None:
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
