"""The files of the window: new, open, save and recover, and a question before unsaved work goes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QCheckBox, QFileDialog, QMainWindow, QMessageBox

from app.documents.recovery import KeptWork
from app.documents.settings import Settings
from app.widgets.offers import Offer
from app.window.closing import Closing
from app.window.problem_switch import blank
from app.window.recovery import Recovery
from app.window.workbench import Workbench
from engine import Experiment

EXPERIMENTS = (".toml", ".png", ".svg", ".pdf")  # may hold an experiment; any other file that is dropped is a table
TEXT = ".txt"  # is a text first, which can be read as a table, too
FILTER = "Experiments and figures (*.toml *.png *.svg *.pdf);;All files (*)"
ASKS = "ask_before_presets"  # the setting: whether a preset waits for an answer about unsaved work
_PATIENCE = 300  # milliseconds after which reading and writing are shown, and can be cancelled

Then = Callable[[], None]


class Files(QObject):
    """What the File menu does for a window and its workbench. table_wanted, text_wanted carry the path of a file to
    import, as a table or as a text.
    """

    table_wanted = Signal(Path)
    text_wanted = Signal(Path)

    def __init__(self, window: QMainWindow, bench: Workbench, settings: Settings) -> None:
        super().__init__(window)
        self._window, self._bench, self._document, self._settings = window, bench, bench.document, settings
        self.question: QMessageBox | None = None
        self.recovery = Recovery(bench.document, bench.training, self)
        self._is_answered = False
        self._closing = Closing(self._document, self.recovery, bench.offers, window)
        self._progress: Offer | None = None
        self._sentence = ""
        self._patience = QTimer(self)
        self._patience.setSingleShot(True)
        self._patience.setInterval(_PATIENCE)
        self._patience.timeout.connect(self._show_progress)
        self._document.was_read.connect(settings.opened)
        self._document.was_saved.connect(settings.opened)
        self._document.was_gone.connect(settings.forget)
        self._document.retitled.connect(self._show_title)
        self._document.waiting.connect(self._wait)
        self._document.changed_outside.connect(self._ask_to_overwrite)
        self.recovery.found.connect(self._offer)
        self.recovery.loaded.connect(self._take_recovered)
        self.recovery.warned.connect(bench.toast.warn)
        self.recovery.failed.connect(bench.toast.fail)
        self._closing.stayed.connect(self._show_progress)
        self._show_title()

    def new(self, kind: str) -> None:
        """Begin with a fresh problem of a kind."""
        self.leave(lambda: self._document.open(blank(kind)))

    def open(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self._window, "Open an experiment", "", FILTER)
        if chosen:
            self.open_path(Path(chosen))

    def open_path(self, path: Path) -> None:
        self.leave(lambda: self._document.read(path))

    def open_preset(self, path: Path) -> None:
        """Open a bundled experiment, and play it."""
        play = self._bench.controller.play
        self.leave(lambda: self._document.read(path, as_template=True, then=play), is_preset=True)

    def open_dropped(self, path: Path) -> None:
        """Open a file that was dropped on the window, as an experiment, a text or a table."""
        if path.suffix.lower() == TEXT:
            self.text_wanted.emit(path)
        elif path.suffix.lower() in EXPERIMENTS:
            self.open_path(path)
        else:
            self.table_wanted.emit(path)

    def save(self, then: Then = lambda: None) -> None:
        """Save to the file of the document, or ask for one. then: done once it is safe on disk."""
        path = self._document.path
        if path is not None:
            self._document.save(path, then)
        else:
            self.save_as(then)

    def save_as(self, then: Then = lambda: None) -> None:
        name = str(self._document.path or "experiment.toml")
        chosen, _ = QFileDialog.getSaveFileName(self._window, "Save the experiment", name, "Experiment (*.toml)")
        if chosen:
            path = Path(chosen)
            self._document.save(path if path.suffix else path.with_suffix(".toml"), then)

    def leave(self, then: Then, is_preset: bool = False) -> None:
        """Do what takes the place of the document; if it has unsaved changes, ask first. The runs go on meanwhile."""
        if not self._document.is_changed or (is_preset and not self._settings.get(ASKS, True)):
            then()
            return
        self._ask("Undo takes them back while this window is open.", then, is_preset)

    def may_close(self) -> bool:
        """Whether the window may close now; else the question is asked, or files are waited for, and that closes it."""
        if self._closing.is_given_up:
            return True
        if self._document.saving or not self.recovery.is_at_rest:
            self._closing.begin()
            self._withdraw_progress()
            return False
        if self._is_answered or not self._document.is_changed:
            return True
        self._ask("Unsaved work is kept for a while under File > Recover.", self._close)
        return False

    def may_end(self) -> bool:
        """The same when the system wants the window to close: nothing is asked, and files have some seconds."""
        self._is_answered = True
        self._closing.hurry()
        return self.may_close()

    def keep_last(self) -> None:
        """Keep the work as it stands; called once the workbench has ended."""
        self.recovery.keep_last()

    def shut_down(self) -> None:
        """Wait until it is kept."""
        self.recovery.finish()

    def _close(self) -> None:
        self._is_answered = True
        self.recovery.keep()
        self._window.close()

    # The question

    def _ask(self, hint: str, then: Then, is_preset: bool = False) -> None:
        if self.question is not None:
            self.question.raise_()
            self.question.activateWindow()
            return
        buttons = QMessageBox.StandardButton
        box = self._box(f"Save the changes to {self._document.name}?", hint)
        box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
        box.button(buttons.Discard).setText("Don’t save")
        box.setDefaultButton(buttons.Save)
        never = QCheckBox("Don’t ask for presets", box)
        never.hide()
        if is_preset:
            box.setCheckBox(never)

        def take(answer: int) -> None:
            self._forget(box)
            if buttons(answer) == buttons.Cancel:
                return
            if never.isChecked():
                self._settings.set(ASKS, False)
            if buttons(answer) == buttons.Save:
                self.save(then)
            else:
                then()

        box.finished.connect(take)
        box.open()

    def _box(self, text: str, hint: str) -> QMessageBox:
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle("Fall Line")
        box.setText(text)
        box.setInformativeText(hint)
        self.question = box
        return box

    def _forget(self, box: QMessageBox) -> None:
        self.question = None
        box.deleteLater()

    def _ask_to_overwrite(self, path: Path, then: Then) -> None:
        """The file of the document is another than it was: others have written it."""
        box = self._box(f"{path.name} is no longer as it was opened or saved here.", "Another program has written it.")
        overwrite = box.addButton("Overwrite", QMessageBox.ButtonRole.DestructiveRole)
        other = box.addButton("Save as …", QMessageBox.ButtonRole.AcceptRole)
        box.addButton(QMessageBox.StandardButton.Cancel)
        box.setDefaultButton(other)

        def take() -> None:
            chosen = box.clickedButton()
            self._forget(box)
            if chosen is overwrite:
                self._document.save(path, then, overwrites=True)
            elif chosen is other:
                self.save_as(then)

        box.finished.connect(lambda _: take())
        box.open()

    # What is shown

    def _show_title(self) -> None:
        name = self._document.name
        self._window.setWindowTitle(f"{name}[*] — Fall Line" if name else "Fall Line")
        self._window.setWindowModified(self._document.is_changed)

    def _wait(self, sentence: str) -> None:
        """Show what is being read or written once it takes long, with a button to give it up."""
        self._sentence = sentence
        self._withdraw_progress()
        if sentence:
            self._patience.start()
        else:
            self._patience.stop()

    def _withdraw_progress(self) -> None:
        if self._progress is not None:
            self._bench.offers.withdraw(self._progress)
            self._progress = None

    def _show_progress(self) -> None:
        if self._document.is_waiting and not self._closing.is_waiting:  # which says it, too
            self._progress = self._bench.offers.ask(self._sentence, {"Cancel": self._give_up})

    def _give_up(self) -> None:
        self._progress = None  # it has gone with the answer
        self._document.cancel()

    # Recovery

    def _offer(self, works: tuple[KeptWork, ...]) -> None:
        if not works:
            return
        newest, more = works[0], len(works) - 1
        others = f" {more} more under File > Recover." if more else ""
        self._bench.offers.ask(
            f"Fall Line ended without being closed. Work on {named(newest)} can be recovered.{others}",
            {
                "Recover": lambda: self.recovery.load(newest),
                "Discard": lambda: self.recovery.discard(newest),
                "Later": lambda: None,
            },
        )

    def _take_recovered(self, work: KeptWork, experiment: Experiment, update: int) -> None:
        self.leave(lambda: self._document.open(experiment, work.path, update, is_safe=not work.changed))


def named(work: KeptWork) -> str:
    """A name and a time for kept work, in local time."""
    name = work.path.name if work.path is not None else work.title
    return f"{name} of {datetime.fromtimestamp(work.when):%d %B, %H:%M}"
