"""The run library beside the window: what is to be kept is written by one thread, what is asked is read by another."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QObject, Signal

from app.documents.files import FileError
from app.documents.library.columns import FIELDS, KEPT, Column
from app.documents.library.library import Contents, Library
from app.documents.library.run_entry import entry_of
from app.documents.library.search import EVERYTHING, SearchError, read_search
from app.workers.finished_runs import StandingRun
from app.workers.latest_job import Cancelled, LatestJob, Ticket
from engine import SettingError

CLOSING_SECONDS = 0.5  # after which what is not yet written is given up, so that the window closes


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be listed: the text of a search, and the order."""

    text: str = ""
    order: Column = KEPT
    descending: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """What came of a request. columns: all that there are. fault: why the search or the library cannot be read, with no
    contents then; empty if they can.
    """

    request: Request
    columns: tuple[Column, ...]
    contents: Contents | None
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """So many runs were forgotten, and so many bytes given back to the disk."""

    runs: int
    freed: int


class LibraryJob(QObject):
    """Keeps runs and answers questions. Its methods return at once.

    changed: runs were added or forgotten, here or in another window (see `watch`). found carries a Found, rows_read a
    dict of Row by number, compared a Comparison, opened a KeptRun, counted a number of days and how many runs are
    older, forgotten a Forgotten. warned, failed: a sentence, a traceback.
    """

    changed = Signal()
    found = Signal(object)
    rows_read = Signal(object)
    compared = Signal(object)
    opened = Signal(object)
    counted = Signal(float, int)
    forgotten = Signal(object)
    warned = Signal(str)
    failed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._library = Library(told=self.warned.emit)
        self._complaint = ""
        self._stamp = (0, 0)
        self._wanted = self._listed = (Request(),)
        self._rows: tuple[Sequence[int], Sequence[Column]] = ((), ())
        self._sent: object = self._rows
        self._writing = LatestJob("library", self._fail, gives_way=True)
        self._reading = LatestJob("library reading", self._fail, gives_way=True)

    def keep(self, runs: Sequence[StandingRun]) -> None:
        """Write runs, within seconds."""
        self._writing.offer(partial(self._keep, tuple(runs)), keep=True)

    def find(self, request: Request) -> None:
        """Emits `found`; of the requests that wait only the latest is answered."""
        self._wanted = (request,)
        self._reading.offer(self._serve)

    def watch(self) -> None:
        """Emits `changed` if another window has changed the library since it was listed."""

        def look(ticket: Ticket) -> None:
            if self._stamp != self._library.stamp:
                self.changed.emit()

        self._reading.offer(look, keep=True)

    def read(self, ids: Sequence[int], columns: Sequence[Column]) -> None:
        """Emits `rows_read`; of the requests that wait only the latest is answered."""
        self._rows = ids, columns
        self._reading.offer(self._serve)

    def compare(self, ids: Sequence[int]) -> None:
        self._ask(lambda ticket: self.compared.emit(self._library.compare(ids)))

    def open(self, id: int) -> None:
        self._ask(lambda ticket: self.opened.emit(self._library.open(id, ticket.check)))

    def count_older(self, days: float) -> None:
        self._ask(lambda ticket: self.counted.emit(days, self._library.count_older(days)))

    def forget(self, ids: Sequence[int]) -> None:
        """Forget runs for good, and emit `forgotten`."""
        self._forget(lambda ticket: self._library.forget(ids, ticket.check))

    def forget_older(self, days: float) -> None:
        """Forget what was kept so many days ago, or before."""
        self._forget(lambda ticket: self._library.forget_older(days, ticket.check))

    def forget_all(self, until: float) -> None:
        """Forget every run that was kept until then, in seconds since the epoch."""
        self._forget(lambda ticket: self._library.forget_all(ticket.check, until))

    def give_up(self) -> None:
        """Answer nothing any more; what is to be kept still is."""
        self._reading.give_up()

    def finish(self) -> None:
        """Write what is still to be written, as far as there is time, and end."""
        self._reading.release(CLOSING_SECONDS)
        self._writing.drain(CLOSING_SECONDS)

    def _keep(self, runs: Sequence[StandingRun], ticket: Ticket) -> None:
        entries = [ticket.finish(entry_of(each.picture, each.run, each.seconds, ticket.interruption)) for each in runs]
        try:
            new = self._library.keep(entries, check=ticket.check)
        except FileError as error:
            if str(error) != self._complaint:  # once, until it is another
                self._complaint = str(error)
                self.warned.emit(f"finished runs are not kept: {error}")
            return
        self._complaint = ""
        if new:
            self.changed.emit()

    def _serve(self, ticket: Ticket) -> None:
        """Answer the latest request for a list, and the latest for rows, unless that is done."""
        wanted, rows = self._wanted, self._rows
        if wanted is not self._listed:
            self._find(wanted, ticket)
            self._listed = wanted
        if rows is not self._sent:
            self._sent = rows
            try:
                self.rows_read.emit(self._library.rows(*rows))
            except FileError as error:
                self.warned.emit(str(error))

    def _find(self, wanted: tuple[Request, ...], ticket: Ticket) -> None:
        """List what was wanted; in an empty library that is nothing, whatever a search says."""
        (request,) = wanted
        columns: tuple[Column, ...] = ()

        def check() -> None:
            ticket.check()
            if self._wanted is not wanted:
                raise Cancelled

        self._stamp = self._library.stamp
        try:
            columns = self._library.columns()
            search = read_search(request.text, columns) if set(columns) > set(FIELDS) else EVERYTHING
            contents = self._library.find(search, request.order, request.descending, check)
        except (SearchError, FileError) as error:
            self.found.emit(Found(request, columns, None, str(error)))
        else:
            self.found.emit(Found(request, columns, contents))

    def _ask(self, question: Callable[[Ticket], object]) -> None:
        def answer(ticket: Ticket) -> None:
            try:
                question(ticket)
            except (FileError, SettingError) as error:
                self.warned.emit(str(error))

        self._reading.offer(answer, keep=True)

    def _forget(self, forget: Callable[[Ticket], int]) -> None:
        def act(ticket: Ticket) -> None:
            before = self._library.size
            try:
                count = forget(ticket)
                self.changed.emit()
                self._library.compact(ticket.check)
            except FileError as error:
                self.warned.emit(str(error))
                return
            self.forgotten.emit(Forgotten(count, max(before - self._library.size, 0)))

        self._writing.offer(act, keep=True)

    def _fail(self, job: int, error: BaseException) -> None:
        self.failed.emit("".join(traceback.format_exception(error)))
