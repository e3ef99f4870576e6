"""The columns at every size that the window allows: nothing is cut off, and handles move."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractSlider, QComboBox, QScrollArea, QScrollBar, QSplitter, QWidget

from engine import new_network, new_run
from tests.each import each

LEAST = 960, 600  # a screen on which the whole window must fit
SIZES = ((1, 1), (1024, 700), (1280, 800))  # the first becomes the smallest that the window allows


def networks():
    return new_network("circle", [new_run("sgd", learning_rate=0.03, batch=10)], hidden=(4, 2))


def parts_of(widget: QWidget) -> list[QWidget]:
    """The controls on screen that a person can use."""
    kinds = QAbstractButton | QAbstractSlider | QComboBox
    found = [part for part in widget.findChildren(QWidget) if isinstance(part, kinds)]
    return [part for part in found if part.isVisible() and not isinstance(part, QScrollBar)]


def cut_off(part: QWidget, window: QWidget) -> bool:
    """Whether a part is wider than what is left of it on screen; below, a scroll area may hide it."""
    left, right = part.mapTo(window, QPoint(0, 0)).x(), part.mapTo(window, QPoint(part.width(), 0)).x()
    owner = part.parentWidget()
    while owner is not window:
        if owner.mapTo(window, QPoint(0, 0)).x() > left or owner.mapTo(window, QPoint(owner.width(), 0)).x() < right:
            return True
        owner = owner.parentWidget()
    return left < 0 or right > window.width()


@pytest.mark.parametrize("kind", ["surface", "network"])
def test_no_control_is_cut_off_at_any_size(open_window, kind):
    window = open_window(networks() if kind == "network" else None)
    shell = window.shell
    for size in SIZES:
        shell.resize(*size)
        window.until(lambda: shell.width() >= shell.minimumSizeHint().width())
        window.until(lambda: not [part.objectName() for part in parts_of(window.bench) if cut_off(part, shell)])
        assert len(parts_of(window.bench)) > 20
        assert shell.minimumSizeHint().width() <= LEAST[0] and shell.minimumSizeHint().height() <= LEAST[1]


def drag(qtbot, handle: QWidget, by: QPoint) -> None:
    start = handle.rect().center()
    qtbot.mousePress(handle, Qt.MouseButton.LeftButton, pos=start)
    qtbot.mouseMove(handle, start + by / 2)
    qtbot.mouseMove(handle, start + by)
    qtbot.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=start + by / 2)


@each("place, by", [(1, 60), (2, -60)])
def test_a_handle_between_two_columns_moves_with_the_mouse(qtbot, window, place, by):
    split = window.bench.findChild(QSplitter, "columns")
    before = split.sizes()
    drag(qtbot, split.handle(place), QPoint(by, 0))
    after = split.sizes()
    assert (after[place - 1] - before[place - 1]) * by > 0
    assert sum(after) == sum(before)


def test_problem_runs_and_settings_share_the_left_column_and_keep_what_a_hand_gave_them(qtbot, open_window):
    window = open_window()
    column = window.bench.findChild(QSplitter, "left")
    runs = window.bench.findChild(QScrollArea, "runs-pane")
    window.until(lambda: runs.viewport().height() >= runs.widget().sizeHint().height())  # all of it is seen
    before = column.sizes()
    drag(qtbot, column.handle(2), QPoint(0, 40))
    assert column.sizes()[1] > before[1]
    kept = column.sizes()
    window.bench.controller.add_run("adam")
    window.settle()
    assert column.sizes() == kept
