"""The run library of a window: runs that end or are pinned go into it, and it has a page of its own."""

from __future__ import annotations

import time
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from app.documents.preferences import KEEPS_RUNS
from app.documents.settings import Settings
from app.window.files import Files
from app.window.workbench import Workbench
from app.workers.finished_runs import FinishedRuns
from app.workers.library_job import LibraryJob

if TYPE_CHECKING:
    from app.compare.library_page import LibraryPage
    from app.look.theme import Theme
    from engine import Experiment

COLUMNS = "library.columns"


class RunLibrary(QObject):
    """Keeps the runs of a workbench, once it has begun, and lists those of all windows in a page.

    opened: the experiment of a run has been opened.
    """

    opened = Signal()

    def __init__(self, bench: Workbench, files: Files, settings: Settings) -> None:
        super().__init__(bench)
        self._bench, self._files, self._settings = bench, files, settings
        self._finished = FinishedRuns()
        self._has_begun = False
        self.job = LibraryJob(self)
        self.job.warned.connect(bench.toast.warn)
        self.job.failed.connect(bench.toast.fail)

    @property
    def keeps(self) -> bool:
        """Whether finished runs are kept."""
        return bool(self._settings.get(KEEPS_RUNS, True))

    def toggle_keeping(self) -> None:
        self._settings.set(KEEPS_RUNS, not self.keeps)

    def begin(self) -> None:
        """Keep what ends, or is pinned, from now on."""
        self._has_begun = True
        self._bench.frames.timeout.connect(self.look)

    def look(self) -> None:
        """Take what has ended of what was published last, once a frame."""
        published = self._bench.training.published
        if published is not None and self.keeps and (due := self._finished.look(published, time.monotonic())):
            self.job.keep(due)

    def give_up(self) -> None:
        """Answer nothing any more; what is to be kept still is."""
        self.job.give_up()

    def keep_last(self) -> None:
        """Keep what has ended just now; called once the training has ended."""
        if self._has_begun and self.keeps:
            self.look()
            if due := self._finished.flush():
                self.job.keep(due)

    def finish(self) -> None:
        """Wait until it is kept, and end."""
        self.job.finish()

    @cached_property
    def page(self) -> LibraryPage:
        """Made, and its modules imported, when it is first wanted."""
        from app.compare.library_page import LibraryPage

        page = LibraryPage(self._bench.theme, self.job)
        columns = self._settings.get(COLUMNS, [])
        page.choose_columns([str(column) for column in columns] if isinstance(columns, list) else [])
        page.columns_chosen.connect(lambda chosen: self._settings.set(COLUMNS, chosen))
        page.open_wanted.connect(self._open)
        page.told.connect(self._bench.toast.tell)
        return page

    def set_theme(self, theme: Theme) -> None:
        if "page" in vars(self):
            self.page.set_theme(theme)

    def _open(self, experiment: Experiment, update: int) -> None:
        """Open the experiment of a run as a document without a file, and compute its runs again to where it stood."""
        self._files.leave(lambda: self._open_now(experiment, update))

    def _open_now(self, experiment: Experiment, update: int) -> None:
        self._bench.document.open(experiment, update=update)
        self.opened.emit()
