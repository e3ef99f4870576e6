"""Import beside the window: tables are surveyed and read without it waiting for a file."""

from __future__ import annotations

import traceback
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from app.documents.files import FileError
from app.documents.tables.dialect import DialectOptions, sniff
from app.documents.tables.reader import read
from app.documents.tables.selection import Selection
from app.documents.tables.source import Progress, TableSource
from app.documents.tables.survey import Survey, survey
from app.workers.latest_job import LatestJob, Ticket
from engine import SettingError


class ImportJob(QObject):
    """One job at a time; a new one cancels the one before.

    Every signal begins with the number of its job, so that what an older one still says can be ignored.
    sniffed: a Dialect and the bytes there are to read. surveyed: a Survey. imported: a Table. progressed: the share
    that is done. refused: a sentence. failed: the traceback of a fault.
    """

    sniffed = Signal(int, object, object)
    surveyed = Signal(int, object)
    imported = Signal(int, object)
    progressed = Signal(int, float)
    refused = Signal(int, str)
    failed = Signal(int, str)

    def __init__(self) -> None:
        super().__init__()
        self._jobs = LatestJob("import", self._fail)

    def begin_survey(self, source: TableSource, options: DialectOptions) -> int:
        """Find out how a table is written, then what its columns hold; the job's number."""

        def work(ticket: Ticket, progress: Progress) -> None:
            job = ticket.number
            dialect = sniff(source, options, ticket.check)
            self.sniffed.emit(job, dialect, source.size(ticket.check))
            self.surveyed.emit(job, survey(source, dialect, progress))

        return self._begin(work)

    def begin_import(self, source: TableSource, found: Survey, selection: Selection) -> int:
        """Read the columns that were selected; the job's number."""

        def work(ticket: Ticket, progress: Progress) -> None:
            self.imported.emit(ticket.number, read(source, found, selection, progress))

        return self._begin(work)

    @property
    def idle(self) -> bool:
        return self._jobs.idle

    def cancel(self) -> None:
        """End the job without another word."""
        self._jobs.cancel()

    def give_up(self) -> None:
        """Cancel the job, for good."""
        self._jobs.give_up()

    def stop(self) -> None:
        """Cancel the job, and wait for the piece that is under way; never for a file that does not answer."""
        self._jobs.release()

    def _begin(self, work: Callable[[Ticket, Progress], None]) -> int:
        def run(ticket: Ticket) -> None:
            def progress(share: float) -> None:
                ticket.check()
                self.progressed.emit(ticket.number, share)

            try:
                work(ticket, progress)
            except (FileError, SettingError) as error:
                self.refused.emit(ticket.number, str(error))

        self.cancel()
        return self._jobs.offer(run)

    def _fail(self, job: int, error: BaseException) -> None:
        self.failed.emit(job, "".join(traceback.format_exception(error)))
