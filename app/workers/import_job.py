"""Reads tables in a thread, so that the window never waits for a file."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from app.documents.files import FileError
from app.documents.tables.dialect import Wishes, sniff
from app.documents.tables.reader import read
from app.documents.tables.selection import Selection
from app.documents.tables.source import Progress, Source
from app.documents.tables.survey import Survey, survey
from engine import SettingError

_PATIENCE = 0.5  # seconds; a thread looks up several times in it


class _Cancelled(Exception):
    """The person no longer wants it."""


class Clerk(QObject):
    """One job at a time, each in a thread of its own; a new one ends the one before.

    Every signal begins with the number of its job: what an old one still says can be told apart.
    glanced carries a Layout and the bytes there are to read, surveyed a Survey, made a Table.
    """

    glanced = Signal(int, object, object)
    surveyed = Signal(int, object)
    made = Signal(int, object)
    moved = Signal(int, float)
    refused = Signal(int, str)
    failed = Signal(int, str)

    def __init__(self) -> None:
        super().__init__()
        self._job = 0
        self._cancelled = threading.Event()
        self._threads: list[threading.Thread] = []

    def look(self, source: Source, wishes: Wishes) -> int:
        """Find out how a table is written, then what stands in it; the job's number."""

        def work(job: int, progress: Progress) -> None:
            layout = sniff(source, wishes)
            self.glanced.emit(job, layout, source.size())
            self.surveyed.emit(job, survey(source, layout, progress))

        return self._begin(work)

    def take(self, source: Source, found: Survey, selection: Selection) -> int:
        """Read the table that was selected; the job's number."""
        return self._begin(lambda job, progress: self.made.emit(job, read(source, found, selection, progress)))

    def cancel(self) -> None:
        """End the job without another word."""
        self._cancelled.set()

    def stop(self) -> None:
        """End the job, and the threads that are still about."""
        self.cancel()
        for thread in self._threads:
            thread.join(_PATIENCE)
        self._threads.clear()

    def _begin(self, work: Callable[[int, Progress], None]) -> int:
        self.cancel()
        self._job += 1
        self._cancelled = threading.Event()
        job = (self._job, self._cancelled, work)
        thread = threading.Thread(target=self._carry_out, args=job, name="import", daemon=True)
        self._threads = [other for other in self._threads if other.is_alive()] + [thread]
        thread.start()
        return self._job

    def _carry_out(self, job: int, cancelled: threading.Event, work: Callable[[int, Progress], None]) -> None:
        def progress(share: float) -> None:
            if cancelled.is_set():
                raise _Cancelled
            self.moved.emit(job, share)

        try:
            work(job, progress)
        except _Cancelled:
            return
        except (FileError, SettingError) as error:
            self.refused.emit(job, str(error))
        except Exception:
            self.failed.emit(job, traceback.format_exc())
