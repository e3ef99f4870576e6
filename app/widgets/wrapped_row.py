"""A row of widgets that goes on below where it has no room."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget

SPACING = 6  # pixels between two widgets, and between two lines


class WrappedRow(QLayout):
    """Widgets have the width they ask for. One that expands asks for its least width, and gets what its line has left;
    one that has a line for itself may get less than it asks for.
    """

    def __init__(self, *widgets: QWidget) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self._heights: dict[int, int] = {}  # by width; a window asks many times for one change
        self._least: QSize | None = None
        self._width = 0  # that it was given last; Qt forgets its geometry with every change
        self.setContentsMargins(0, 0, 0, 0)
        self.setSpacing(SPACING)
        for widget in widgets:
            self.addWidget(widget)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def invalidate(self) -> None:
        """A widget asks for another size."""
        self._heights.clear()
        self._least = None
        super().invalidate()

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation.Horizontal

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        if width not in self._heights:
            lines = self._lines(width)
            self._heights[width] = sum(map(_height, lines)) + self.spacing() * max(len(lines) - 1, 0)
        return self._heights[width]

    def sizeHint(self) -> QSize:
        shown = self._shown
        width = sum(item.sizeHint().width() for item in shown) + self.spacing() * max(len(shown) - 1, 0)
        return QSize(width, _height(shown))

    def minimumSize(self) -> QSize:
        """Of the width that the widest part needs; as high as the lines are at the width there is now."""
        if self._least is None:
            width = max((item.minimumSize().width() for item in self._shown), default=0)
            self._least = QSize(width, self.heightForWidth(max(self._width, width)))
        return self._least

    def setGeometry(self, rect: QRect) -> None:
        before = self.minimumSize()
        self._width, self._least = rect.width(), None
        super().setGeometry(rect)
        if self.minimumSize() != before:
            self.update()  # who holds this row must know
        top = rect.top()
        for line in self._lines(rect.width()):
            height = _height(line)
            left = rect.left()
            for item, width in zip(line, self._widths(line, rect.width()), strict=True):
                tall = min(item.sizeHint().height(), height)
                item.setGeometry(QRect(left, top + (height - tall) // 2, width, tall))
                left += width + self.spacing()
            top += height + self.spacing()

    @property
    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _lines(self, width: int) -> list[list[QLayoutItem]]:
        """The widgets that stand beside each other, line by line."""
        lines: list[list[QLayoutItem]] = []
        left = 0
        for item in self._shown:
            needed = _wish(item)
            if not lines or left + self.spacing() + needed > width:
                lines.append([])
                left = needed
            else:
                left += self.spacing() + needed
            lines[-1].append(item)
        return lines

    def _widths(self, line: list[QLayoutItem], width: int) -> list[int]:
        room = width - self.spacing() * (len(line) - 1)
        wishes = [_wish(item) for item in line]
        expanding = [place for place, item in enumerate(line) if _expands(item)]
        if sum(wishes) > room:  # then it is the only one
            return [room]
        left = room - sum(wishes)
        for nth, place in enumerate(expanding):
            wishes[place] += left // len(expanding) + (nth < left % len(expanding))
        return wishes


def _expands(item: QLayoutItem) -> bool:
    return bool(item.expandingDirections() & Qt.Orientation.Horizontal)


def _wish(item: QLayoutItem) -> int:
    return item.minimumSize().width() if _expands(item) else item.sizeHint().width()


def _height(items: list[QLayoutItem]) -> int:
    return max((item.sizeHint().height() for item in items), default=0)
