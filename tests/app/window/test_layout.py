"""The layout: panels are hidden and shown, a hand divides the columns, and the next window looks the same."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QSplitter

from app.documents.settings import Settings
from app.launch.main_window import MainWindow
from app.widgets.more import More
from app.widgets.window_place import PLACE, place_of, restore_place
from app.window.actions import Actions
from app.window.columns import LEFT, RIGHT
from app.window.layout import COLUMNS, HIDDEN, PANELS

KEYS = list(PANELS)


@pytest.fixture
def open_acting(open_window, monkeypatch, tmp_path):
    """Open windows that remember, one after the other, in a folder of the test's own."""
    monkeypatch.setenv("FALL_LINE_CONFIG", str(tmp_path / "config"))

    def opened():
        window = open_window()
        window.actions = Actions(window.shell, window.bench, Settings())
        window.shell.may_close = window.actions.files.may_close
        window.shell.closing.connect(window.actions.shut_down)
        window.split = window.bench.findChild(QSplitter, "columns")
        window.left = window.bench.findChild(QSplitter, "left")
        QApplication.processEvents()
        return window

    return opened


def panels(window) -> dict[str, bool]:
    bench = window.bench
    widgets = {"settings": window.left, "curves": bench.curves, "explain": bench.explain_card}
    return {key: widget.isVisible() for key, widget in widgets.items()}


def drag(split: QSplitter, handle: int, by: int) -> None:
    """Move a handle as a hand does, which tells so."""
    sizes = split.sizes()
    split.moveSplitter(sum(sizes[:handle]) + (handle - 1) * split.handleWidth() + by, handle)
    QApplication.processEvents()


def test_a_panel_is_hidden_and_shown_by_its_action_which_is_checked_while_it_is_there(open_acting):
    window = open_acting()
    for key in KEYS:
        action, before = window.actions.by_name[f"panel-{key}"], panels(window)
        assert action.isCheckable() and action.isChecked() == before[key]
        action.trigger()
        assert panels(window) == {**before, key: not before[key]} and action.isChecked() != before[key]
        action.trigger()
        assert panels(window) == before and action.isChecked() == before[key]
        assert action.shortcut().toString() == PANELS[key][1]


def test_explain_is_checked_however_it_was_opened(open_acting):
    window = open_acting()
    window.qtbot.mouseClick(window.bench.transport.explain, Qt.MouseButton.LeftButton)
    assert window.actions.by_name["panel-explain"].isChecked() and panels(window)["explain"]


def test_the_next_window_looks_the_same(open_acting):
    window = open_acting()
    window.shell.resize(1400, 860)
    QApplication.processEvents()
    drag(window.split, 1, 60)
    drag(window.left, 1, 40)
    sizes, heights = window.split.sizes(), window.left.sizes()
    window.actions.by_name["panel-explain"].trigger()
    shown = panels(window)
    window.shell.close()
    other = open_acting()
    other.shell.resize(1400, 860)
    QApplication.processEvents()
    assert panels(other) == shown
    assert other.split.sizes() == sizes and other.left.sizes() == heights
    assert other.actions.by_name["panel-explain"].isChecked()


def test_a_hidden_column_comes_back_as_wide_as_it_was(open_acting):
    window = open_acting()
    drag(window.split, 1, 50)
    width = window.split.sizes()[0]
    window.actions.by_name["panel-settings"].trigger()
    drag(window.split, 2, -40)
    window.shell.close()
    other = open_acting()
    assert not panels(other)["settings"] and other.split.sizes()[0] == 0
    other.actions.by_name["panel-settings"].trigger()
    QApplication.processEvents()
    assert abs(other.split.sizes()[0] - width) <= 30, "the middle column gives what it can spare"


def test_reset_layout_brings_back_what_there_is_at_first(open_acting):
    window = open_acting()
    first, heights = window.split.sizes(), window.left.sizes()
    drag(window.split, 1, 90)
    drag(window.left, 1, 50)
    for key in KEYS:
        window.actions.by_name[f"panel-{key}"].trigger()
    window.actions.by_name["layout"].trigger()
    QApplication.processEvents()
    assert panels(window) == {key: shown for key, (_, _, shown) in PANELS.items()}
    assert window.split.sizes() == first and first[0] == LEFT and first[2] == RIGHT
    assert window.left.sizes() == heights
    shown = panels(window)
    window.shell.close()
    other = open_acting()
    assert other.split.sizes() == first and panels(other) == shown


@pytest.mark.parametrize(
    "senseless",
    [
        ([-5.0, 3.0, 9.0], "wide"),
        pytest.param(([1.0], [0.0] * 3, [1e9, 1.0, 1.0], [["a"], 2.0, 3.0]), marks=pytest.mark.slow),
    ],
)
def test_a_layout_that_makes_no_sense_is_as_good_as_none(open_acting, monkeypatch, senseless):
    expected = open_acting()
    first = expected.split.sizes()
    expected.shell.close()
    for sizes in senseless:
        kept = {COLUMNS: sizes, HIDDEN: ["curves", "nothing", 3], PLACE: "not a place"}
        monkeypatch.setattr(Settings, "get", lambda self, name, default, kept=kept: kept.get(name, default))
        window = open_acting()
        assert not panels(window)["curves"] and panels(window)["settings"], sizes
        window.actions.by_name["panel-curves"].trigger()
        QApplication.processEvents()
        assert window.split.sizes() == first, sizes
        window.shell.close()


def test_what_was_opened_is_open_in_the_next_window_and_reset_layout_closes_it(open_acting):
    window = open_acting()
    panel = window.bench.run_panel
    assert not panel.optimizer_more.is_open
    window.qtbot.mouseClick(panel.optimizer_more.header, Qt.MouseButton.LeftButton)
    window.shell.close()
    other = open_acting()
    opened = [more.of for more in other.bench.findChildren(More) if more.is_open]
    assert opened == ["optimizer"] and other.bench.run_panel.optimizer.knobs.knobs["beta1"].isVisible()
    other.actions.by_name["layout"].trigger()
    assert not any(more.is_open for more in other.bench.findChildren(More))
    other.shell.close()
    assert not any(more.is_open for more in open_acting().bench.findChildren(More))


def test_find_brings_the_panels_back_and_gives_the_search_the_keyboard(open_acting):
    window = open_acting()
    window.shell.activateWindow()
    window.until(window.shell.isActiveWindow)
    window.actions.by_name["panel-settings"].trigger()
    assert not panels(window)["settings"]
    window.actions.by_name["find"].trigger()
    assert panels(window)["settings"]
    window.until(window.bench.problem_panel.search.hasFocus)
    assert window.actions.by_name["find"].shortcut().toString() == "Ctrl+F"


def test_a_window_is_where_it_was(qtbot, themed):
    window, other = MainWindow(), MainWindow()
    for each in (window, other):
        qtbot.addWidget(each)
    window.setGeometry(40, 60, 700, 500)
    assert restore_place(other, place_of(window)) and other.geometry() == window.geometry()
    assert not restore_place(other, "rubbish é") and other.geometry() == window.geometry()
