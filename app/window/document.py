"""The document: the experiment that is open, its file, whether it has changed, and its undo history."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from app.documents.file_stamp import Stamp
from app.documents.presets import is_bundled
from app.workers.commands import Load, Redo, Settle, Undo
from app.workers.document_job import DocumentJob, FileRead, FileWritten
from app.workers.published import Published
from app.workers.training_thread import TrainingThread
from engine import NUMBERS, Experiment

_WORK = ("problem", "runs", "stop", "comparisons")  # the parts of an experiment that are more than how it is shown

Then = Callable[[], None]


@dataclass(slots=True)
class _Origin:
    """Where a document came from. is_safe: whether `saved` is on disk, or was never worked on.

    view: how the window showed it when it was left.
    """

    path: Path | None
    saved: Experiment
    is_safe: bool
    view: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Request:
    """A file that is being read or written, for a document, and what comes after."""

    document: int
    then: Then
    reads: bool = False
    is_template: bool = False
    path: Path | None = None


class Document(QObject):
    """What is open and where it lives. The session and the undo history itself stay in the training thread.

    Each experiment that is opened is a document of its own, with a number; undo may go back to an earlier one.
    Files are read and written beside the window: `read` and `save` return at once. opened carries the experiment to
    be shown, before it is loaded; retitled follows a change of name, path or is_changed; told and warned carry a
    sentence, waiting one while a file is read or written, empty once it is. history_changed follows a change of
    undo_label or redo_label: what undo and redo would do, empty if nothing. was_read carries the path of a file
    that was opened, was_saved of one that is safe on disk, was_gone of one that is no longer there.
    changed_outside: the path of a file that was not saved, because others have changed it since, and what was to
    come after.
    """

    opened = Signal(object)
    retitled = Signal()
    history_changed = Signal()
    told = Signal(str)
    warned = Signal(str)
    failed = Signal(str)
    waiting = Signal(str)
    was_read = Signal(object)
    was_saved = Signal(object)
    was_gone = Signal(object)
    changed_outside = Signal(object, object)

    def __init__(self, training: TrainingThread, view: Callable[[], Mapping[str, Any]], parent: QObject) -> None:
        """view: returns how the window shows the experiment, to be saved with it."""
        super().__init__(parent)
        self.undo_label = self.redo_label = ""
        self._training, self._view = training, view
        self._origins: dict[int, _Origin] = {}
        self._number = self._before = 0
        self._loading = 0
        self._followed = -1
        self._title = ""
        self._has_changed = False
        self._due: list[tuple[int, int, Callable[[Experiment], None]]] = []
        self._requests: dict[int, _Request] = {}
        self._files = DocumentJob()
        self._files.has_read.connect(self._take_read)
        self._files.has_written.connect(self._take_written)
        self._files.gone.connect(self.was_gone)
        self._files.refused.connect(self._take_refused)
        self._files.changed_outside.connect(self._take_changed)
        self._files.cancelled.connect(self._take_cancelled)
        self._files.failed.connect(self._take_failed)

    @property
    def path(self) -> Path | None:
        """Of its file; None while it has none to be saved to."""
        return self._origins[self._number].path if self._origins else None

    @property
    def saved(self) -> Experiment | None:
        """The experiment as it was last opened or saved."""
        return self._origins[self._number].saved if self._origins else None

    @property
    def title(self) -> str:
        """The title of the experiment as it is on screen."""
        return self._title

    @property
    def name(self) -> str:
        """What the window calls it: the name of its file, or its title."""
        return self.path.name if self.path is not None else self._title

    @property
    def is_changed(self) -> bool:
        """Whether its numbers, or the comparisons that are kept with it, have changed since it was opened or saved."""
        return self._has_changed or self._training.serial > max(self._followed, self._loading)

    @property
    def is_waiting(self) -> bool:
        """Whether a file is being read or written."""
        return bool(self._requests or self._due)

    @property
    def is_saving(self) -> bool:
        """Whether a file is being written, or will be once the edits before are carried out."""
        return bool(self._due) or not all(request.reads for request in self._requests.values())

    def current(self) -> Experiment | None:
        """The experiment as it was last published, and how it is shown. An edit under way is not yet in it."""
        published = self._training.published
        if published is None or not self.is_shown_by(published):
            return None
        return replace(published.picture.experiment, view=self._view())

    def open(self, experiment: Experiment, path: Path | None = None, update: int = 0, is_safe: bool = True) -> None:
        """Open another experiment from its beginning, or replay it to an update. Undo takes the former one back.

        is_safe: whether this is as it was saved; else it counts as changed. A save that waits for the last edits
        goes first.
        """
        if any(number == self._number for _, number, _ in self._due):
            self._when_complete(lambda _: self.open(experiment, path, update, is_safe))
            return
        self._leave()
        self._before = self._number
        self._number = max(self._origins, default=0) + 1
        self._origins[self._number] = _Origin(path, experiment, is_safe)
        self.opened.emit(experiment)
        self._loading = self._training.send(Load(experiment, self._number, update))
        self._retitle(experiment.title, not is_safe)
        if experiment.numbers != NUMBERS:
            self.warned.emit(
                f"{experiment.title} was computed by another version of the engine "
                f"(numbers {experiment.numbers}, here {NUMBERS}): its results may differ in their last digits"
            )

    def read(self, path: Path, as_template: bool = False, then: Then = lambda: None) -> None:
        """Open a file; then: done once it is open. A template, a figure and a preset keep no path to be saved to."""
        self._requests = {number: request for number, request in self._requests.items() if not request.reads}
        self._begin(self._files.read(path), _Request(self._number, then, True, as_template), f"opening {path.name} …")

    def save(self, path: Path, then: Then = lambda: None, overwrites: bool = False) -> None:
        """Save the experiment with every edit up to now. then: done once it is safe on disk.

        Its own file is not overwritten where others have changed it, unless `overwrites`: see changed_outside.

        It ends a gesture: undo never goes back past what was saved in one step with what came after.
        """
        number = self._number
        self._training.send(Settle())

        def write(experiment: Experiment) -> None:
            is_own = path == self._origins[number].path and not overwrites
            request = _Request(number, then, path=path)
            self._begin(self._files.write(experiment, path, is_own), request, f"saving {path.name} …")

        self._when_complete(write)

    def cancel(self) -> None:
        """Give up reading and writing."""
        self._due.clear()
        self._files.cancel()

    def know(self, path: Path, stamp: Stamp) -> None:
        """Take over the stamp of a file that was read before there was a window."""
        self._files.know(path, stamp)

    def stop(self) -> None:
        """End once every file is written, as far as there is time; called when the window closes."""
        self._files.stop()

    def undo(self) -> None:
        self._training.send(Undo())

    def redo(self) -> None:
        self._training.send(Redo())

    def is_shown_by(self, published: Published) -> bool:
        """Whether this was published after the document was loaded, so that it is not of the one before."""
        return published.serial >= self._loading

    def follow(self, published: Published) -> None:
        """Take over what is published, before it is shown: undo and redo, and the document they have gone to."""
        if published.document != self._number:
            self._leave()
            self._number = published.document
            origin = self._origins[self._number]
            self.opened.emit(replace(published.picture.experiment, view=origin.view))
        experiment = published.picture.experiment
        if published.serial != self._followed:
            self._followed = published.serial
            self._retitle(experiment.title, self._differs(experiment))
        if (published.undo_label, published.redo_label) != (self.undo_label, self.redo_label):
            self.undo_label, self.redo_label = published.undo_label, published.redo_label
            self.history_changed.emit()
        self._hand_out(published)

    def hear_refusal(self, sentence: str, serial: int) -> None:
        """Pass a refusal on; if it is the loading that was refused, the former document is still open."""
        self.warned.emit(sentence)
        refused = max(self._origins, default=0)
        if serial and serial == self._loading and self._before and self._number == refused:
            self._number = self._before
            origin = self._origins[self._number]
            self.opened.emit(replace(origin.saved, view=origin.view))
            self._followed = -1  # what is published next tells its title

    def _differs(self, experiment: Experiment) -> bool:
        """Whether the experiment that is open is not as it was saved."""
        origin = self._origins[self._number]
        return not origin.is_safe or any(getattr(experiment, part) != getattr(origin.saved, part) for part in _WORK)

    def _leave(self) -> None:
        if self._origins:
            self._origins[self._number].view = self._view()

    def _retitle(self, title: str, changed: bool) -> None:
        self._title, self._has_changed = title, changed
        self.retitled.emit()

    # Once every edit is carried out

    def _when_complete(self, take: Callable[[Experiment], None]) -> None:
        """Hand the experiment to `take` once everything that was sent up to now has been carried out."""
        self._due.append((self._training.serial, self._number, take))
        published = self._training.published
        if published is not None:
            self._hand_out(published)

    def _hand_out(self, published: Published) -> None:
        due, self._due = self._due, []
        for serial, number, take in due:
            if number != published.document and number == self._number:
                self._due.append((serial, number, take))  # it is not loaded yet
            elif published.serial < serial:
                self._due.append((serial, number, take))
            elif number == published.document:
                take(replace(published.picture.experiment, view=self._view()))
            else:
                self.warned.emit("nothing was saved: another experiment is open now; undo, and save again")

    # What comes of files

    def _begin(self, request: int, kept: _Request, sentence: str) -> None:
        self._requests[request] = kept
        self.waiting.emit(sentence)

    def _end(self, number: int) -> _Request | None:
        request = self._requests.pop(number, None)
        if not self._requests:
            self.waiting.emit("")
        return request

    def _take_read(self, read: FileRead) -> None:
        request = self._end(read.number)
        if request is not None:
            opened = read.opened
            keeps_path = not (opened.is_figure or request.is_template or is_bundled(read.path))
            self.open(opened.experiment, read.path if keeps_path else None)
            if not request.is_template:
                self.was_read.emit(read.path)
            request.then()

    def _take_written(self, written: FileWritten) -> None:
        request = self._end(written.number)
        if request is None:
            return
        origin = self._origins[request.document]
        origin.path, origin.saved, origin.is_safe = written.path, written.experiment, True
        self.was_saved.emit(written.path)
        self.told.emit(f"saved {written.path.name}")
        for note in written.saved.notes:
            self.warned.emit(note)
        if request.document == self._number:
            self._followed = -1
            self._retitle(written.experiment.title, False)
            published = self._training.published
            if published is not None:
                self.follow(published)
        request.then()

    def _take_refused(self, number: int, sentence: str) -> None:
        if self._end(number) is not None:
            self.warned.emit(sentence)

    def _take_changed(self, number: int) -> None:
        request = self._end(number)
        if request is not None:
            self.changed_outside.emit(request.path, request.then)

    def _take_failed(self, number: int, details: str) -> None:
        self._end(number)
        self.failed.emit(details)

    def _take_cancelled(self, number: int) -> None:
        if self._end(number) is not None:
            self.told.emit("cancelled; nothing has changed")
