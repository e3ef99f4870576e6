"""The document: the experiment that is open, its file, whether it has changed, and its undo history."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.documents.experiment_file import load, save
from app.documents.files import FileError
from app.workers.commands import Load, Redo, Undo
from app.workers.published import Published
from app.workers.training_thread import TrainingThread
from engine import Experiment, SettingError

UNTITLED = "Untitled"
_NUMBERS = ("problem", "runs", "stop")  # the parts of an experiment that decide its numbers


class Document(QObject):
    """What is open and where it lives. The session and the undo history itself stay in the training thread.

    path: of its file, None while it has none. saved: the experiment as it was last opened or saved. opened carries
    the experiment to be shown, before it is loaded; renamed the title; told and warned a sentence. history_changed
    follows a change of undo_label or redo_label: what undo and redo would do, empty if nothing.
    """

    opened = Signal(object)
    renamed = Signal(str)
    history_changed = Signal()
    told = Signal(str)
    warned = Signal(str)

    def __init__(self, training: TrainingThread, view: Callable[[], Mapping[str, Any]], parent: QObject) -> None:
        """view: returns how the window shows the experiment, to be saved with it."""
        super().__init__(parent)
        self.path: Path | None = None
        self.saved: Experiment | None = None
        self.undo_label = self.redo_label = ""
        self._training, self._view = training, view
        self._loading = 0
        self._before: tuple[Path | None, Experiment | None] = None, None

    @property
    def title(self) -> str:
        return self.saved.title if self.saved is not None else ""

    def current(self) -> Experiment | None:
        """The experiment as it stands, with every tweak up to this moment, and how it is shown."""
        published = self._training.catch_up()
        return replace(published.picture.experiment, view=self._view()) if published is not None else None

    def has_changed(self) -> bool:
        """Whether anything that decides the numbers has changed since the experiment was opened or saved."""
        current = self.current()
        if current is None or self.saved is None:
            return False
        return any(getattr(current, part) != getattr(self.saved, part) for part in _NUMBERS)

    def open(self, experiment: Experiment, path: Path | None = None) -> None:
        """Open another experiment from its beginning."""
        self._before = self.path, self.saved
        self.path, self.saved = path, experiment
        self.opened.emit(experiment)
        self._loading = self._training.send(Load(experiment))
        self.renamed.emit(self.title)
        self._show_history("", "")

    def open_file(self, path: Path, as_template: bool = False) -> bool:
        """Open a file; False if it is refused, and then nothing changes. A template keeps no path to be saved to."""
        try:
            experiment = load(path)
        except (SettingError, FileError) as error:
            self.warned.emit(str(error))
            return False
        self.open(experiment, None if as_template else path)
        return True

    def save_file(self, path: Path) -> bool:
        """Save the experiment as it stands; True once it is safe on disk."""
        experiment = self.current()
        if experiment is None:
            return False
        if experiment.title == UNTITLED:
            experiment = replace(experiment, title=path.stem)
        try:
            save(experiment, path)
        except (SettingError, FileError) as error:
            self.warned.emit(str(error))
            return False
        self.path, self.saved = path, experiment
        self.renamed.emit(self.title)
        self.told.emit(f"saved {path.name}")
        return True

    def undo(self) -> None:
        self._training.send(Undo())

    def redo(self) -> None:
        self._training.send(Redo())

    def is_shown_by(self, published: Published) -> bool:
        """Whether this was published after the document was loaded, so that it is not of the one before."""
        return published.serial >= self._loading

    def follow(self, published: Published) -> None:
        """Take over the undo and redo labels."""
        self._show_history(published.undo_label, published.redo_label)

    def hear_refusal(self, sentence: str, serial: int) -> None:
        """Pass a refusal on; if it is the loading that was refused, the former document is still open."""
        self.warned.emit(sentence)
        if serial and serial == self._loading:
            self.path, self.saved = self._before
            self.renamed.emit(self.title)

    def _show_history(self, undo_label: str, redo_label: str) -> None:
        if (undo_label, redo_label) != (self.undo_label, self.redo_label):
            self.undo_label, self.redo_label = undo_label, redo_label
            self.history_changed.emit()
