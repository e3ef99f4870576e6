"""The real mouse on a real plot: events of Qt as they come from the screen, at places of the plot itself."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from app.plots.plot_view import PlotView

LEFT, MIDDLE, RIGHT = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.RightButton
NOTCH = 120


def place(view: PlotView, across: float, down: float) -> QPoint:
    """Where in the widget a place of the plot is, in shares of its width and height; outside are the axes."""
    area = view.area
    inside = QPointF(area.left() + across * area.width(), area.top() + down * area.height())
    return view.mapFromScene(view.box.mapToScene(inside))


def point(view: PlotView, across: float = 0.5, down: float = 0.5) -> None:
    QTest.mouseMove(view.viewport(), place(view, across, down))


def click(view: PlotView, across: float = 0.5, down: float = 0.5, button: Qt.MouseButton = LEFT) -> None:
    QTest.mouseClick(view.viewport(), button, pos=place(view, across, down))


def double_click(view: PlotView, across: float = 0.5, down: float = 0.5) -> None:
    at = place(view, across, down)
    QTest.mouseClick(view.viewport(), LEFT, pos=at)
    QTest.mouseDClick(view.viewport(), LEFT, pos=at)
    QTest.mouseRelease(view.viewport(), LEFT, pos=at)


def drag(view: PlotView, begin: tuple[float, float], end: tuple[float, float], button: Qt.MouseButton = LEFT) -> None:
    """Press, move in some steps, release."""
    viewport, first, last = view.viewport(), place(view, *begin), place(view, *end)
    QTest.mouseMove(viewport, first)
    QTest.mousePress(viewport, button, pos=first)
    for share in (0.25, 0.5, 0.75, 1.0):
        QTest.mouseMove(viewport, first + (last - first) * share)
    view.grab()
    QTest.mouseRelease(viewport, button, pos=last)


def turn(
    view: PlotView,
    across: float = 0.5,
    down: float = 0.5,
    notches: float = 1.0,
    keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    """Turn the wheel, as the window hears of it."""
    window = view.window()
    at = QPointF(view.viewport().mapTo(window, place(view, across, down)))
    QTest.wheelEvent(window.windowHandle(), at, QPoint(0, round(NOTCH * notches)), QPoint(), keys)
