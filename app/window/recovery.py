"""Autosave: what the window works on is kept safe on disk every few seconds, whatever ends the process."""

from __future__ import annotations

import traceback
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from app.documents.files import FileError
from app.documents.recovery import KeptWork, WorkKeeper, closed, left_behind
from app.window.document import Document
from app.workers.ending import FILE_SECONDS
from app.workers.latest_job import LatestJob, Ticket
from app.workers.training_thread import TrainingThread
from engine import Experiment, SettingError

KEEP_MILLISECONDS = 5000  # between two looks at whether there is anything new to keep


class Recovery(QObject):
    """Keeps changed work beside the window, and reads back what earlier windows have kept.

    found: the unsaved work of windows that were not closed, as a tuple of KeptWork, newest first. listed: the work
    of all former windows. loaded carries a KeptWork, its experiment, and the update it had reached. warned, failed:
    a sentence, a traceback.
    """

    found = Signal(object)
    listed = Signal(object)
    loaded = Signal(object, object, int)
    warned = Signal(str)
    failed = Signal(str)

    def __init__(self, document: Document, training: TrainingThread, parent: QObject) -> None:
        super().__init__(parent)
        self._document, self._training = document, training
        self._keeper = WorkKeeper()
        self._taken_over: list[KeptWork] = []
        self._state: object = None
        self._has_changes = False
        self._complaint = ""
        self._jobs = LatestJob("recovery", self._fail)
        self._timer = QTimer(self)
        self._timer.setInterval(KEEP_MILLISECONDS)
        self._timer.timeout.connect(self.keep)

    @property
    def is_at_rest(self) -> bool:
        """Whether all that was to be kept, or read back, is."""
        return self._jobs.idle

    def begin(self) -> None:
        """Look for what was left behind, and keep this window's work from now on."""
        self._jobs.offer(lambda _: self.found.emit(left_behind()), keep=True)
        self._timer.start()

    def keep(self) -> None:
        """Keep the work as it was last published, if that is not done yet."""
        document, published = self._document, self._training.published
        experiment, changed = document.current(), document.is_changed
        if published is None or experiment is None or not (changed or self._has_changes):
            return
        state = published.document, published.serial, published.picture.update, document.path, changed
        if state != self._state:
            self._state, self._has_changes = state, changed
            keep = partial(self._keep, experiment, published.picture.update, document.path, changed)
            self._jobs.offer(keep, keep=True)

    def list_all(self) -> None:
        """Emits `listed`."""
        self._jobs.offer(lambda _: self.listed.emit((*left_behind(), *closed())), keep=True)

    def load(self, work: KeptWork) -> None:
        """Emits `loaded`. Work that was left behind is this window's from now on."""
        self._jobs.offer(partial(self._load, work), keep=True)

    def discard(self, work: KeptWork) -> None:
        self._jobs.offer(lambda _: work.discard(), keep=True)

    def keep_last(self) -> None:
        """Keep the work as it stands, and nothing after that; called once the training has ended."""
        self._timer.stop()
        self.keep()
        has_changes = self._has_changes
        self._jobs.offer(lambda _: self._keeper.close(keep=has_changes), keep=True)

    def finish(self) -> None:
        """Wait until it is kept, and end."""
        self._jobs.drain(FILE_SECONDS)

    def _keep(self, experiment: Experiment, update: int, path: Path | None, changed: bool, ticket: Ticket) -> None:
        try:
            self._keeper.keep(experiment, update, path, changed)
        except FileError as error:
            if str(error) != self._complaint:  # once, until it is another
                self._complaint = str(error)
                self.warned.emit(f"the work cannot be kept safe from a crash: {error}")
            return
        self._complaint = ""
        while self._taken_over:  # it is kept here now
            self._taken_over.pop().discard()

    def _load(self, work: KeptWork, ticket: Ticket) -> None:
        try:
            experiment, update = work.load()
        except (FileError, SettingError) as error:
            self.warned.emit(f"the work on {work.title} cannot be recovered: {error}")
            return
        if work.crashed:
            self._taken_over.append(work)
        self.loaded.emit(work, experiment, update)

    def _fail(self, job: int, error: BaseException) -> None:
        self.failed.emit("".join(traceback.format_exception(error)))
