"""Everything in the window is reached by Tab, in the order in which it stands, and has a name for a screen reader."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QScrollBar,
    QWidget,
)

from app.widgets.more import More
from engine import TIERS, new_network, new_run

INTERACTIVE = (QAbstractButton, QAbstractSlider, QComboBox, QLineEdit)


def tab_order(window: QWidget) -> list[QWidget]:
    """What Tab comes to, from the first on."""
    found, part = [], window.nextInFocusChain()
    while part is not window:
        if part.focusPolicy() & Qt.FocusPolicy.TabFocus and part.isVisible() and part.isEnabled():
            found.append(part)
        part = part.nextInFocusChain()
    return found


def inside(owner: QWidget, parts: list[QWidget]) -> list[QWidget]:
    return [part for part in parts if owner.isAncestorOf(part)]


def in_reading_order(owner: QWidget, parts: list[QWidget]) -> bool:
    """Whether each stands below or right of the one before."""
    places = [part.mapTo(owner, QPoint(0, 0)) for part in parts]
    return all(after.y() > before.y() + 4 or after.x() > before.x() for before, after in pairwise(places))


@pytest.fixture
def learning(open_window):
    """A window with a network, in which rows have been made anew and every section of its panel is expanded."""
    window = open_window(new_network("blobs", [new_run("adam", batch=10)], (4,)))
    panel = window.bench.problem_panel.panels["network"]
    panel.layers.add.click()
    panel.data.chooser.chosen.emit("moons")
    window.settle()
    for more in window.bench.findChildren(More):
        more.open()
    return window


@pytest.fixture(params=["surface", "network"])
def changed(request):
    """A window in which knobs and rows have been made anew, and everything behind More is shown.

    The tab order is sorted once for all that is made together, a moment later.
    """
    window = request.getfixturevalue("racing" if request.param == "surface" else "learning")
    window.until(lambda: not out_of_order(window.bench))
    return window


@pytest.fixture
def racing(window):
    bench = window.bench
    bench.controller.tweak("adam", "optimizer", "rmsprop")
    bench.controller.tweak("adam", "schedule", "one_cycle")
    bench.controller.tweak("adam", "batch", "mini")
    bench.controller.add_run("lion")
    window.settle()
    bench.controller.select("adam")
    window.settle()
    for more in bench.findChildren(More):
        more.open()
    return window


def out_of_order(bench) -> list[str]:
    """The panels in whose controls Tab does not follow the eye, from the first on."""
    order = tab_order(bench.window())
    last, wrong = -1, []
    for panel in [bench.problem_panel, bench.runs_panel, bench.run_panel, bench.stop_panel, bench.transport]:
        parts = inside(panel, order)
        follows = parts and in_reading_order(panel, parts) and order.index(parts[0]) > last
        if not follows or order.index(parts[-1]) - order.index(parts[0]) != len(parts) - 1:  # something stands between
            wrong.append(panel.objectName() or type(panel).__name__)
        last = order.index(parts[-1]) if parts else last
    return wrong


def test_every_control_has_its_place_in_the_tab_order_a_name_and_a_tooltip(changed, qtbot):
    """Controls that were made later, too: Tab follows the eye."""
    assert not out_of_order(changed.bench)
    check_tab_order(changed)
    check_names(changed)
    check_tab_itself(changed, qtbot)


def reached_by_arrows(part: QWidget) -> bool:
    """Qt lets Tab stop once in a group of buttons, at the chosen one; the arrows go to the others.

    In the field of a stepper they do what the buttons beside it do.
    """
    if part.objectName() == "step-by-one":
        return True
    return isinstance(part, QAbstractButton) and part.group() is not None and not part.isChecked()


def check_tab_order(changed) -> None:
    order = tab_order(changed.shell)
    missed = [
        (part, part.parentWidget())
        for kind in INTERACTIVE
        for part in changed.bench.findChildren(kind)
        if part.isVisible() and part.isEnabled() and not isinstance(part, QScrollBar) and not reached_by_arrows(part)
        if part not in order
    ]
    assert missed == []


def check_tab_itself(changed, qtbot) -> None:
    declared = changed.bench.run_panel.optimizer.knobs.knobs.values()
    knobs = [knob for tier in TIERS for knob in declared if knob.hyper.tier == tier]
    changed.shell.activateWindow()
    knobs[0].field.setFocus()
    qtbot.keyClick(knobs[0].field, Qt.Key.Key_Tab)
    assert knobs[0].slider.hasFocus()
    qtbot.keyClick(knobs[0].slider, Qt.Key.Key_Tab)
    assert knobs[1].field.hasFocus()


def check_names(changed) -> None:
    nameless, silent = [], []
    for kind in INTERACTIVE:
        for part in changed.bench.findChildren(kind):
            owner = part.parentWidget()
            if part.isHidden() or isinstance(part, QScrollBar) or isinstance(owner, QComboBox | QAbstractSpinBox):
                continue
            if owner.objectName() == "popup" and owner.isHidden():
                continue  # it is told what it sets when it opens
            says = part.accessibleName() or (part.text() if isinstance(part, QAbstractButton) else "")
            if not says.strip():
                nameless.append((part, owner))
            if not (part.toolTip() or owner.toolTip() or (isinstance(part, QAbstractButton) and part.text())):
                silent.append((part, owner))
    assert nameless == [] and silent == []
