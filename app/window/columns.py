"""The three columns of the window, with splitters between them and between the panels on the left."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.look.window_style import divide, style_parts
from app.widgets.splitter import Splitter

MARGIN, GAP = 12, 12  # around the columns; between them, where the handles are
LEFT, RIGHT = 304, 350  # widths to begin with
MAX_RUNS_SHARE = 0.45  # of the height of the left column, for the list of runs
SETTINGS_SHARE = 0.36  # of it, that the settings of a run keep however tall the problem is
HEADER_GAP = 8
MIN_PANE = 72  # pixels of a pane, about its header and a row


class Pane(QScrollArea):
    """Panels one below the other, which scroll where there is no room for all of them; a header above stays."""

    def __init__(self, name: str, panels: Sequence[QWidget], header: QWidget | None = None) -> None:
        super().__init__()
        self._header = header
        if header is not None:
            header.setParent(self)
            header.installEventFilter(self)
        self.setObjectName(name)
        self._is_making_room = False
        self.inside = QWidget()
        self.inside.setProperty("pane", True)
        stack = QVBoxLayout(self.inside)
        stack.setContentsMargins(0, 0, 0, 0)
        stack.setSpacing(GAP)
        for panel in panels:
            stack.addWidget(panel)
        stack.addStretch(1)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setWidget(self.inside)
        self.setMinimumHeight(MIN_PANE)
        self.inside.installEventFilter(self)
        self.verticalScrollBar().rangeChanged.connect(self._make_room)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._make_room()

    def _make_room(self) -> None:
        """Leave the scroll bar's room empty while there is none: the panels of all panes are equally wide."""
        if self._is_making_room:  # the margin itself may move the range, and so on without end
            return
        self._is_making_room = True
        bar = self.verticalScrollBar()
        beside = 0 if bar.maximum() > bar.minimum() else bar.sizeHint().width()
        self.setViewportMargins(0, self._header_height, beside, 0)
        if self._header is not None:
            self._header.setGeometry(0, 0, self.viewport().width(), self._header_height - HEADER_GAP)
        self._is_making_room = False

    @property
    def wanted_height(self) -> int:
        """With which nothing scrolls."""
        return self.inside.sizeHint().height() + self._header_height

    @property
    def _header_height(self) -> int:
        return 0 if self._header is None else self._header.sizeHint().height() + HEADER_GAP

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Be as wide as the panels need, and the scroll bar beside them; let the header be as high as it needs."""
        if event.type() == QEvent.Type.LayoutRequest:
            parts = [self.inside] if self._header is None else [self.inside, self._header]
            bar = self.verticalScrollBar().sizeHint().width()
            self.setMinimumWidth(max(part.minimumSizeHint().width() for part in parts) + bar)
            if watched is self._header:
                self._make_room()
        return super().eventFilter(watched, event)


class LeftColumn(Splitter):
    """Problem, runs and settings. Until a hand moves a handle, each pane has the height that its panels ask for."""

    def __init__(self, problem: Pane, runs: Pane, settings: Pane) -> None:
        super().__init__(Qt.Orientation.Vertical, GAP)
        self.setObjectName("left")
        self._panes = problem, runs, settings
        self._wanted: tuple[int, ...] = ()
        self._moved = self._is_held = False
        for pane in self._panes:
            self.addWidget(pane)
            pane.inside.installEventFilter(self)
        self.splitterMoved.connect(self._keep)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest:
            self._divide()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._wanted = ()
        self._divide()

    def divide(self, sizes: Sequence[int] = ()) -> None:
        """Give the panes these heights as if a hand had chosen them; without any, the heights that they ask for."""
        self._moved, self._wanted = bool(sizes), ()
        if sizes:
            self.setSizes(list(sizes))
        else:
            self._divide()

    def hold(self, is_held: bool) -> None:
        """Keep the heights while a slider is dragged, so that it does not move under the hand."""
        if is_held != self._is_held:
            self._is_held = is_held
            self._divide()

    def _keep(self) -> None:
        self._moved = True

    def _divide(self) -> None:
        """Give the runs what they ask for up to a share, and problem and settings the rest."""
        wanted = tuple(pane.wanted_height for pane in self._panes)
        if self._moved or self._is_held or wanted == self._wanted:
            return
        self._wanted = wanted
        problem, runs, settings = wanted
        room = self.height() - 2 * GAP
        runs = min(runs, round(MAX_RUNS_SHARE * room))
        least = min(settings, round(SETTINGS_SHARE * room))
        problem = max(min(problem, room - runs - least), MIN_PANE)
        self.setSizes([problem, runs, max(room - problem - runs, MIN_PANE)])


class Columns(QWidget):
    """What is set, where descent is seen, and the curves; a splitter lets each be as wide as a person likes.

    changed: a column that another widget hides has been hidden or shown.
    """

    changed = Signal()

    def __init__(self, left: QWidget, middle: QWidget, right: QWidget) -> None:
        super().__init__()
        divide(self)
        self._replaced: dict[QWidget, bool] = {}  # the columns that another widget stands for, and whether they show
        self._others = middle, right
        self._watched: list[int] = []  # the widths that the columns have again once nothing stands in their place
        self.split = Splitter(Qt.Orientation.Horizontal, GAP)
        self.split.setObjectName("columns")
        for column in (left, middle, right):
            self.split.addWidget(column)
        self.split.setStretchFactor(1, 1)
        for place in (0, 2):
            self.split.setStretchFactor(place, 0)
        self.divide()
        row = QHBoxLayout(self)
        row.setContentsMargins(MARGIN, MARGIN, MARGIN, MARGIN)
        row.addWidget(self.split)

    @property
    def is_replaced(self) -> bool:
        """Whether another widget stands in place of descent and curves."""
        return bool(self._replaced)

    def replace(self, widget: QWidget | None) -> None:
        """Show a widget in place of descent and curves; None shows these again, as they were."""
        if widget is not None and not self._replaced:
            self._replaced = {column: not column.isHidden() for column in self._others}
            left = self.split.sizes()[0]
            if self.split.isVisible():  # else nobody has seen others than those that were asked for
                self._watched = self.sizes
            for column in self._others:
                column.hide()
            if self.split.indexOf(widget) < 0:
                style_parts(widget, self.window())
                self.split.addWidget(widget)
                self.split.setStretchFactor(self.split.indexOf(widget), 1)
            widget.show()
            self.split.setSizes([left, 0, 0, max(self.split.width() - left - GAP, 1)])
        elif widget is None and self._replaced:
            (left, *_, wide), right = self.split.sizes(), self._watched[-1]
            sizes = left, max(self.split.width() - left - right - 2 * GAP, 1), right
            self.split.setSizes([*sizes, wide])  # for what is hidden: Qt keeps it in mind
            for place in range(len(self._others) + 1, self.split.count()):
                if (other := self.split.widget(place)) is not None:
                    other.hide()
            shown, self._replaced = self._replaced, {}
            for (column, is_shown), width in zip(shown.items(), sizes[1:], strict=True):
                column.resize(width, self.split.height())  # Qt has made it 0 wide, and would lay it out so
                column.setVisible(is_shown)
            self.split.refresh()  # now, with the handles between what is shown
            self.split.setSizes(sizes)

    def is_shown(self, column: QWidget) -> bool:
        """Whether a column is to be seen, now or once nothing stands in its place."""
        return self._replaced.get(column, not column.isHidden())

    def show_column(self, column: QWidget, is_shown: bool) -> None:
        """Show a column or hide it, now or once nothing stands in its place."""
        if column in self._replaced:
            self._replaced[column] = is_shown
            self.changed.emit()
        else:
            column.setVisible(is_shown)

    @property
    def sizes(self) -> list[int]:
        """The widths of the three columns, 0 of those that are hidden."""
        return self.split.sizes()[: len(self._others) + 1]

    def divide(self, sizes: Sequence[int] = ()) -> None:
        """Give the columns these widths; without any, those they have at first."""
        room = max(self.width(), 1280) - 2 * (GAP + MARGIN)
        self._watched = list(sizes) or [LEFT, room - LEFT - RIGHT, RIGHT]
        if self._replaced:
            left = self._watched[0]
            self.split.setSizes([left, 0, 0, max(self.split.width() - left - GAP, 1)])
        else:
            self.split.setSizes(self._watched)
