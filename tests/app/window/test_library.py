"""The run library in the real window: runs that end go into it, and are found, compared, opened and forgotten."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QMenu

from app.documents.library.columns import FIRST, RESULT, Column
from app.documents.library.library import Library
from app.documents.library.search import Search, read_search
from app.documents.settings import Settings
from app.look.theme import LIGHT
from app.window.actions import Actions
from app.window.library import COLUMNS
from engine import new_experiment, new_run
from tests.app.documents.library.entries import many

Key, Button = Qt.Key, Qt.MouseButton


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FALL_LINE_CONFIG", str(tmp_path))
    return tmp_path


@pytest.fixture
def opened(open_window, home):
    """A function: a window with its menus, that keeps what ends."""

    def begin(updates: int = 20):
        runs = [new_run("adam", learning_rate=0.02), new_run("momentum", learning_rate=1e-4)]
        window = open_window(new_experiment("rosenbrock", runs, updates=updates, title="A race"))
        window.actions = Actions(window.shell, window.bench, Settings())
        window.shell.closing.connect(window.actions.shut_down)
        window.actions.library.begin()
        window.shell.activateWindow()
        return window

    return begin


def shown(window):
    """The page of the library, once it lists everything."""
    window.actions.by_name["library"].trigger()
    page = window.actions.library.page
    window.until(lambda: page._contents is not None)
    return page


def ready(window, page, count: int) -> None:
    """Until so many runs are listed and those in view are read."""
    window.until(lambda: page.table.rows.rowCount() == count and page.table.rows.row_of(0) is not None)


def click_row(window, page, place: int, *modifiers) -> None:
    rect = page.table.visualRect(page.table.rows.index(place, 1))
    modifier = modifiers[0] if modifiers else Qt.KeyboardModifier.NoModifier
    window.qtbot.mouseClick(page.table.viewport(), Button.LeftButton, modifier, rect.center())


def test_a_race_that_ends_is_listed_compared_and_opened_again(opened) -> None:
    window = opened()
    page = shown(window)
    assert page.table.rows.rowCount() == 0 and "No runs yet" in page.table.nothing()
    window.actions.comparing.show_place(False)
    window.play(20)
    window.until(lambda: Library().find().runs == 2)
    page = shown(window)
    ready(window, page, 2)
    texts = [
        [page.table.rows.data(page.table.rows.index(row, column)) for column in range(1, 1 + len(FIRST))]
        for row in range(2)
    ]
    assert {(text[0], text[2], text[3], text[5], text[7]) for text in texts} == {
        ("A race", "Rosenbrock", name, "20", "finished") for name in ("Adam", "Momentum")
    }
    assert page.extent.text().startswith("2 runs, ") and not page.compare.isEnabled() and not page.open.isEnabled()

    click_row(window, page, 0)
    assert page.open.isEnabled()
    click_row(window, page, 1, Qt.KeyboardModifier.ControlModifier)
    assert not page.open.isEnabled()
    window.qtbot.mouseClick(page.compare, Button.LeftButton)
    window.until(lambda: page.comparison.isVisible())
    heads = [page.comparison.differences.headerData(row, Qt.Orientation.Vertical) for row in range(3)]
    assert page.compared.text() == "What differs between 2 runs" and "Learning rate" in heads

    adam = next(row for row in range(2) if texts[row][3] == "Adam")
    theta = window.run("adam").shown.theta.copy()
    window.bench.controller.tweak("adam", "learning_rate", 0.5)
    window.settle()
    window.actions.files.leave = lambda then: then()  # as if its question was answered
    rect = page.table.visualRect(page.table.rows.index(adam, 1))
    window.qtbot.mouseDClick(page.table.viewport(), Button.LeftButton, pos=rect.center())
    window.until(lambda: not page.isVisible())
    window.settle()
    window.until(lambda: window.run("adam").update == 20)
    assert window.run("adam").shown.theta.tobytes() == theta.tobytes()
    assert window.bench.controller.selected == "adam" and window.bench.document.path is None
    window.bench.document.undo()
    window.settle()
    assert window.run("adam").settings.learning_rate == 0.5


def test_runs_are_searched_sorted_and_forgotten_by_hand(opened, home) -> None:
    Library().keep(list(many(300)))
    window = opened()
    page = shown(window)
    ready(window, page, 300)
    window.qtbot.keyClicks(page.search, "optimizer=adam loss<0.01")
    window.until(lambda: 0 < page.table.rows.rowCount() < 150)
    fits = page.table.rows.rowCount()
    assert page.fault.text() == f"{fits} of 300 runs" and not page.search.property("bad")
    window.qtbot.keyClicks(page.search, " los<1")
    window.until(lambda: "did you mean loss" in page.fault.text())
    assert page.search.property("bad") and page.table.rows.rowCount() == fits, "what was found stays"
    page.search.setText("loss<0.01")
    window.until(lambda: page.table.rows.rowCount() > fits)
    header = page.table.horizontalHeader()
    loss = FIRST.index(Column("loss", RESULT)) + 1
    spot = QPoint(header.sectionViewportPosition(loss) + 10, 8)
    window.qtbot.mouseClick(header.viewport(), Button.LeftButton, pos=spot)
    fall, rise = (Library().find(fits_search(), Column("loss", RESULT), descending).ids for descending in (True, False))
    window.until(lambda: page.table.rows.ids == rise)
    window.qtbot.mouseClick(header.viewport(), Button.LeftButton, pos=spot)
    window.until(lambda: page.table.rows.ids == fall)

    page.table.setFocus()
    window.until(lambda: page.table.rows.row_of(0) is not None)
    click_row(window, page, 0)
    window.qtbot.keyClick(page.table, Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    gone = page.table.selected
    assert len(gone) == 2
    window.qtbot.keyClick(page.table, Key.Key_Delete)
    assert page.question.text().startswith("Forget 2 runs? That frees about ") and page.question_row.isVisible()
    window.qtbot.mouseClick(page.refuse, Button.LeftButton)
    assert not page.question_row.isVisible() and page.foot.isVisible() and Library().find().runs == 300
    window.qtbot.keyClick(page.table, Key.Key_Delete)
    window.qtbot.keyClick(page.refuse, Key.Key_Escape)
    assert not page.question_row.isVisible() and page.isVisible()
    window.shell.activateWindow()
    window.until(window.shell.isActiveWindow)
    page.search.setFocus()
    window.qtbot.keyClick(page.search, Key.Key_Down)
    assert page.table.hasFocus() and page.table.selected == gone[1:]
    window.qtbot.keyClick(page.table, Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    window.qtbot.keyClick(page.table, Key.Key_Delete)
    window.qtbot.mouseClick(page.confirm, Button.LeftButton)
    window.until(lambda: "2 runs forgotten, " in window.bench.toast.text.text())
    assert not set(gone) & set(Library().find().ids)
    window.until(lambda: not set(gone) & set(page.table.rows.ids))
    menu = page.forget_menu()
    assert [action.text() for action in menu.actions() if action.text()][-1] == "All runs …"
    menu.deleteLater()
    page._ask_about_all()
    assert "298 runs, which are all?" in page.question.text()
    window.qtbot.mouseClick(page.confirm, Button.LeftButton)
    window.until(lambda: "No runs yet" in page.table.nothing())
    page.search.setFocus()
    window.qtbot.keyClick(page.search, Key.Key_Escape)
    assert not page.search.text() and page.isVisible()
    window.qtbot.keyClick(page.search, Key.Key_Escape)
    assert not page.isVisible()


def fits_search() -> Search:
    return read_search("loss<0.01", Library().columns())


def test_any_setting_or_result_is_a_column_and_stays_one(opened) -> None:
    Library().keep(list(many(20)))
    window = opened()
    page = shown(window)
    ready(window, page, 20)
    menu = page.columns_menu()
    below = {part.title(): part for part in menu.findChildren(QMenu)}
    assert list(below) == ["Results", "Settings of the run", "Settings of the problem", "Other"]
    beta = next(each for each in below["Settings of the run"].actions() if each.text() == "Optimizer beta1")
    assert not beta.isChecked()
    beta.trigger()
    menu.deleteLater()
    ready(window, page, 20)
    column = page.table.rows.columns.index(Column("optimizer.beta1")) + 1
    rows = page.table.rows
    window.until(lambda: {rows.data(rows.index(row, column)) for row in range(20)} == {"0.9", ""})
    assert rows.columns[-1] == FIRST[-1]
    window.actions.library.set_theme(LIGHT)
    assert window.actions.library.page.table.rows.theme is LIGHT
    saved = window.actions._settings.get(COLUMNS, [])
    page.choose_columns(["nonsense", "field:no", *saved])
    assert Column("optimizer.beta1") in page.table.rows.columns


def test_it_is_kept_only_if_wanted_and_flushed_at_the_end(opened, home) -> None:
    window = opened()
    keep = window.actions.by_name["keep-runs"]
    keep.trigger()
    menu = next(menu for menu in window.shell.menuBar().findChildren(QMenu) if keep in menu.actions())
    menu.aboutToShow.emit()
    assert not keep.isChecked() and not window.actions.library.keeps
    window.play(20)
    window.qtbot.wait(1300)
    assert not (home / "library.sqlite").exists()
    keep.trigger()
    window.bench.controller.reset()
    window.settle()
    window.play(20)
    window.shell.close()  # at once
    assert Library().find().runs == 2


def test_a_library_that_cannot_be_read_is_told_in_its_page(opened, home) -> None:
    Library().keep(list(many(1)))
    connection = sqlite3.connect(home / "library.sqlite")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    window = opened()
    window.actions.by_name["library"].trigger()
    page = window.actions.library.page
    window.until(lambda: "a later version of Fall Line" in page.fault.text())
    window.play(20)
    window.until(lambda: "finished runs are not kept" in window.bench.toast.text.text())
    assert QApplication.activeModalWidget() is None
