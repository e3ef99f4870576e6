"""The mouse on a plot, as Qt sends it: presses, moves, releases and turns of the wheel at places of the plane."""

from __future__ import annotations

import itertools

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

LEFT, MIDDLE, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton
NONE = Qt.KeyboardModifier.NoModifier
FREE = Qt.MouseButton.NoButton
PRESS, MOVE, RELEASE, DOUBLE = (
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseMove,
    QEvent.Type.MouseButtonRelease,
    QEvent.Type.MouseButtonDblClick,
)


class Mouse:
    """A mouse over a PlotView. Places are values (x, y) on its axes."""

    def __init__(self, plot) -> None:
        self._plot = plot

    def pixel(self, x: float, y: float) -> QPoint:
        """Where a place is in the widget."""
        across, up = self._plot.scales
        return self.of_plot(QPointF(across.pixel(x), up.pixel(y)))

    def of_plot(self, place: QPointF) -> QPoint:
        """Where a pixel of the plot is in the widget."""
        return self._plot.mapFromScene(self._plot.box.mapToScene(place))

    def send(self, type: QEvent.Type, at: QPoint, button=FREE, held=FREE, keys=NONE) -> None:
        target = self._plot.viewport()
        event = QMouseEvent(type, QPointF(at), QPointF(target.mapToGlobal(at)), button, held, keys)
        QApplication.sendEvent(target, event)

    def move(self, x: float, y: float) -> None:
        self.send(MOVE, self.pixel(x, y))

    def click(self, x: float, y: float, button=LEFT, keys=NONE) -> None:
        at = self.pixel(x, y)
        self.send(MOVE, at)
        self.send(PRESS, at, button, button, keys)
        self.send(RELEASE, at, button, FREE, keys)

    def double_click(self, x: float, y: float) -> None:
        self.click(x, y)
        at = self.pixel(x, y)
        self.send(DOUBLE, at, LEFT, LEFT)
        self.send(RELEASE, at, LEFT)

    def drag(self, *places, button=LEFT, keys=NONE) -> None:
        """Press at the first place, go through the others, let go at the last; where the view was at the start."""
        pixels = [self.pixel(*place) for place in places]
        self.send(MOVE, pixels[0])
        self.send(PRESS, pixels[0], button, button, keys)
        for before, after in itertools.pairwise(pixels):
            self.send(MOVE, (before + after) / 2, FREE, button, keys)
            self.send(MOVE, after, FREE, button, keys)
        self.send(RELEASE, pixels[-1], button, FREE, keys)

    def leave(self) -> None:
        for widget in (self._plot.viewport(), self._plot):
            QApplication.sendEvent(widget, QEvent(QEvent.Type.Leave))

    def wheel(self, at: QPoint, turns: int = 1, keys=NONE) -> None:
        """Turn the wheel at a pixel of the widget; what a widget ignores its parent gets, as from a real wheel."""
        target = self._plot.viewport()
        place, turned = QPointF(at), QPoint(0, 120 * turns)
        event = QWheelEvent(
            place, target.mapToGlobal(place), QPoint(), turned, FREE, keys, Qt.ScrollPhase.NoScrollPhase, False
        )
        while target is not None:
            event.ignore()
            QApplication.sendEvent(target, event)
            target = None if event.isAccepted() else target.parentWidget()

    def below_plot(self) -> QPoint:
        """The middle of the lower axis."""
        area = self._plot.area
        return self.of_plot(QPointF(area.center().x(), area.bottom() + 8.0))

    def beside_plot(self) -> QPoint:
        """The middle of the left axis."""
        return self.of_plot(QPointF(-8.0, self._plot.area.center().y()))
