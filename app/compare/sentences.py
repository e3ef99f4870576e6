"""What a comparison says in words above its picture: what matters first, the rest behind a button."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QLabel, QScrollArea, QToolButton, QVBoxLayout, QWidget

from app.look.number_format import counted

_FEW, _MOST = 4, 14  # lines that are shown, and that are shown of all sentences before they scroll
_GAP = 2


class Sentences(QWidget):
    """The first sentences, as many as four lines hold; a click shows all of them, and another one folds them again."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("compare-told")
        self._sentences: tuple[str, ...] = ()
        self._shown = 0
        self.label = QLabel()
        self.label.setObjectName("compare-sentences")
        self.label.setWordWrap(True)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self.label)
        self.more = QToolButton()
        self.more.setObjectName("more")
        self.more.setCheckable(True)
        self.more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.more.toggled.connect(lambda _: self._fit())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(_GAP)
        column.addWidget(self._scroll)
        column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        self._fit()

    def show_sentences(self, sentences: Sequence[str]) -> None:
        """Show these, the most important first."""
        if tuple(sentences) != self._sentences:
            self._sentences = tuple(sentences)
            self._fit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()

    def _fit(self) -> None:
        """Show as many as have room, all where they are wanted, and be as high as they need."""
        line = self.label.fontMetrics().lineSpacing()
        count = len(self._sentences)
        few = next((some for some in range(count, 1, -1) if self._height(some) <= _FEW * line), min(count, 1))
        hidden = count - few
        shown = count if self.more.isChecked() else few
        self.label.setText("\n".join(self._sentences[:shown]))
        self.more.setVisible(hidden > 0)
        self.more.setText("Fewer sentences" if self.more.isChecked() else counted(hidden, "more sentence"))
        high = min(self._height(shown), (_MOST if self.more.isChecked() else _FEW) * line) + _GAP
        self._scroll.setFixedHeight(max(high, line))

    def _height(self, count: int) -> int:
        """How high so many sentences are at this width."""
        room = QRect(0, 0, max(self.width() - 2 * _GAP, 1), 100_000)
        flags = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft
        return self.label.fontMetrics().boundingRect(room, flags, "\n".join(self._sentences[:count])).height()

    def sizeHint(self) -> QSize:
        return QSize(200, super().sizeHint().height())
