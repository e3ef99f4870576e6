"""Labels and lists that elide what does not fit instead of widening their layout."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent, QTextLayout
from PySide6.QtWidgets import QComboBox, QLabel, QSizePolicy, QStyle, QStyleOptionComboBox

_EDGES = 4  # pixels beside the text of a list


class ElidedLabel(QLabel):
    """One line; text that does not fit is cut with an ellipsis and shown in the tooltip."""

    def __init__(self) -> None:
        super().__init__()
        self._tip = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_text(self, text: str, tip: str = "") -> None:
        """Show `text`; `tip`, if given, is always part of the tooltip."""
        if (text, tip) != (self.text(), self._tip):
            self._tip = tip
            self.setText(text)
            self._tell()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._tell()

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setPen(self.palette().color(self.foregroundRole()))
            painter.drawText(self.rect(), self.alignment(), self._cut())

    def _cut(self) -> str:
        return self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, self.width())

    def _is_cut(self) -> bool:
        return self._cut() != self.text()

    def _tell(self) -> None:
        whole = self.text() if self._is_cut() else ""
        self.setToolTip("\n".join(part for part in (whole, self._tip) if part))


class ElidedLines(ElidedLabel):
    """A paragraph, wrapped at its words and as high as it needs; the last of its lines is elided."""

    def __init__(self, most: int) -> None:
        """most: of how many lines."""
        super().__init__()
        self._most = most

    @property
    def lines(self) -> list[str]:
        """What is shown, line by line."""
        rest, found = self.text(), list[str]()
        while rest and len(found) < self._most - 1:
            length = self._fitting(rest)
            found.append(rest[:length].rstrip())
            rest = rest[length:]
        return (
            [*found, self.fontMetrics().elidedText(rest, Qt.TextElideMode.ElideRight, self.width())] if rest else found
        )

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.fontMetrics().lineSpacing())

    def _fitting(self, text: str) -> int:
        """How many characters of a text are on its first line."""
        layout = QTextLayout(text, self.font(), self)
        layout.beginLayout()
        line = layout.createLine()
        line.setLineWidth(self.width())
        layout.endLayout()
        return max(line.textLength(), 1)

    def _cut(self) -> str:
        return "\n".join(self.lines)

    def _is_cut(self) -> bool:
        return "".join(self._cut().split()) != "".join(self.text().split())

    def _tell(self) -> None:
        super()._tell()
        self.setFixedHeight(self.fontMetrics().lineSpacing() * max(len(self.lines), 1))


class ElidedComboBox(QComboBox):
    """A list whose choice is cut with an ellipsis where it does not fit: a stylesheet would cut it in a letter."""

    def sizeHint(self) -> QSize:
        """Room for the longest choice: with a stylesheet the usual hint lacks a pixel or two."""
        return super().sizeHint() + QSize(_EDGES, 0)

    def initStyleOption(self, option: QStyleOptionComboBox) -> None:
        super().initStyleOption(option)
        part, field = QStyle.ComplexControl.CC_ComboBox, QStyle.SubControl.SC_ComboBoxEditField
        room = self.style().subControlRect(part, option, field, self).width() - _EDGES
        option.currentText = self.fontMetrics().elidedText(
            option.currentText,
            Qt.TextElideMode.ElideRight,
            room,
        )
