"""The offer of a crash report at the next start: to be shown, copied or discarded; nothing is sent anywhere."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication

from app.widgets.text_panel import TextPanel
from app.window.about import about_text
from app.window.workbench import Workbench

SENTENCE = "Fall Line ended unexpectedly last time. There is a report of it, which stays on this computer."


class CrashOffer(QObject):
    """Asks once; whatever the answer is, the report is discarded with it. Unanswered, it is offered again next time."""

    def __init__(self, bench: Workbench, report: str, discard: Callable[[], None]) -> None:
        super().__init__(bench)
        self._bench, self._discard = bench, discard
        self._text = f"{report}\n\n{about_text()}"
        self.panel = TextPanel(bench, "Crash report", "What could still be written down. Nothing is sent anywhere.")
        self.panel.hide()
        answers = {"Show": self._show, "Copy": self._copy, "Discard": discard}
        self.offer = bench.offers.ask(SENTENCE, answers)

    def _show(self) -> None:
        self.panel.show_text(self._text)
        self._discard()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text)
        self._bench.toast.tell("the report is on the clipboard")
        self._discard()
