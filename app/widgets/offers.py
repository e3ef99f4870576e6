"""Offers at the bottom of the window: a sentence with buttons that stays until it is answered, and stops nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

_ABOVE = 76  # pixels from the bottom of the window, so that a toast has room below
_WIDEST = 640
_MARGINS = 80


class Offer(QFrame):
    """One sentence, and a button for each answer."""

    def __init__(self, sentence: str, answers: Mapping[str, Callable[[], None]], parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("toast")
        self.setProperty("tone", "tell")
        self.text = QLabel(sentence)
        self.text.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setWordWrap(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(14, 9, 10, 9)
        row.addWidget(self.text, 1)
        self.buttons: dict[str, QPushButton] = {}
        for title in answers:
            button = self.buttons[title] = QPushButton(title)
            row.addWidget(button)


class Offers(QWidget):
    """The offers that wait for an answer, the newest at the bottom; they never take the keyboard focus."""

    def __init__(self, owner: QWidget) -> None:
        super().__init__(owner)
        self._owner = owner
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(8)
        owner.installEventFilter(self)
        self.hide()

    @property
    def waiting(self) -> list[Offer]:
        """Those that are not answered yet."""
        return self.findChildren(Offer, options=Qt.FindChildOption.FindDirectChildrenOnly)

    def ask(self, sentence: str, answers: Mapping[str, Callable[[], None]]) -> Offer:
        """Show an offer; an answer takes it away, and is then carried out."""
        offer = Offer(sentence, answers, self)
        for title, action in answers.items():
            offer.buttons[title].clicked.connect(lambda _=False, action=action: self._answer(offer, action))
        self._column.addWidget(offer)
        self._place()
        self.show()
        self.raise_()
        return offer

    def withdraw(self, offer: Offer) -> None:
        """Take an offer away that is no longer open."""
        self._column.removeWidget(offer)
        offer.setParent(None)
        offer.deleteLater()
        self.setVisible(bool(self.waiting))
        if self.waiting:
            self._place()

    def _answer(self, offer: Offer, action: Callable[[], None]) -> None:
        self.withdraw(offer)
        action()

    def _place(self) -> None:
        owner = self._owner
        width = min(_WIDEST, owner.width() - _MARGINS)
        self.setFixedWidth(width)
        self.adjustSize()
        self.move((owner.width() - width) // 2, owner.height() - self.height() - _ABOVE)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return False
