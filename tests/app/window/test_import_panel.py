"""A table is looked at, its columns chosen with mouse and keys, and imported; what cannot be is told in words."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QSignalBlocker, Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QStyleOptionComboBox, QWidget

from app.documents.files import open_regular
from app.documents.tables import patient_file
from app.documents.tables.dialect import DialectOptions
from app.documents.tables.source import TableSource
from app.look.theme import DARK, LIGHT
from app.window.import_panel import ImportPanel
from app.workers import import_job
from app.workers.import_job import ImportJob
from engine import Table

FLOWERS = "id,length,colour,const,none,note,kind\n" + "".join(
    f"{i},{i * i / 7!r},{['red', 'blue'][i % 2]},5,,n{i},{['a', 'b', 'c'][i % 3]}\n" for i in range(1, 91)
)


class Told:
    """What the panel has said."""

    def __init__(self, panel: ImportPanel) -> None:
        self.tables: list[Table] = []
        self.cancelled = 0
        self.failed: list[str] = []
        panel.imported.connect(self.tables.append)
        panel.cancelled.connect(self._count)
        panel.failed.connect(self.failed.append)

    def _count(self) -> None:
        self.cancelled += 1


@pytest.fixture
def panel(qtbot, themed):
    before = set(threading.enumerate())
    owner = QWidget()
    owner.resize(1280, 800)
    qtbot.addWidget(owner)
    made = ImportPanel(DARK, owner)
    made.told = Told(made)
    with qtbot.waitExposed(owner):
        owner.show()
    owner.activateWindow()
    yield made
    made.shut_down()
    assert not [thread for thread in set(threading.enumerate()) - before if thread.name.startswith("import")]


def ready(qtbot, panel: ImportPanel) -> None:
    qtbot.waitUntil(lambda: panel._survey is not None)


def show(qtbot, panel: ImportPanel, text: str = FLOWERS) -> None:
    panel.open_text(text, "Flowers")
    ready(qtbot, panel)


def told(qtbot, panel: ImportPanel, text: str) -> str:
    """What is said of a text that cannot be imported."""
    panel.open_text(text)
    qtbot.waitUntil(lambda: bool(panel.fault.text()))
    assert panel.fault.isVisible() and not panel.take.isEnabled()
    return panel.fault.text()


def features(panel: ImportPanel) -> list[str]:
    rows = panel.preview.rows
    return [rows.heading(place).name for place in range(rows.columnCount()) if rows.heading(place).box]


def click_header(qtbot, panel: ImportPanel, place: int) -> None:
    header = panel.preview.header
    spot = QPoint(header.sectionViewportPosition(place) + 20, 15)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=spot)


def imported(qtbot, panel: ImportPanel) -> Table:
    qtbot.mouseClick(panel.take, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(panel.told.tables))
    return panel.told.tables[-1]


def test_a_file_is_shown_and_imported(qtbot, panel, tmp_path: Path) -> None:
    path = tmp_path / "flowers.csv"
    path.write_bytes(FLOWERS.encode("utf-16"))
    panel.open_file(path)
    assert panel.isVisible() and not panel.take.isEnabled()
    ready(qtbot, panel)
    assert panel.title.text() == "flowers.csv"
    assert panel.facts.text().startswith("90 rows · 7 columns · ")
    assert panel.written.encodings.currentText() == "UTF-16 LE" and panel.written.separators.currentData() == ","
    assert panel.written.header.isChecked() and panel.shown.text().startswith("The first 50 of 90 rows")
    assert features(panel) == ["length", "colour"] and panel.target.currentText() == "kind"
    assert panel.summary.text() == "90 examples with 3 inputs; 3 classes of “kind”: a, b, c."
    table = imported(qtbot, panel)
    assert table.name == "flowers" and table.columns == ("length", "colour = blue", "colour = red")
    assert table.inputs[:, 0].tolist() == [i * i / 7 for i in range(1, 91)]
    assert table.classes == ("a", "b", "c") and table.targets.tolist() == [i % 3 for i in range(1, 91)]
    assert panel.isHidden() and panel.told.cancelled == 0


def test_every_column_says_what_it_is(qtbot, panel) -> None:
    show(qtbot, panel)
    rows = panel.preview.rows
    assert [rows.heading(place).badge for place in range(7)] == [
        "index", "number", "text · 2 values", "constant", "empty", "text · 90 values", "text · 3 values",
    ]  # fmt: skip
    boxes = [rows.heading(place).box for place in range(7)]
    assert boxes == [False, True, True, False, None, None, None]
    assert rows.heading(6).target and "no feature: it is text with 90 different values" in rows.heading(5).tip
    assert rows.index(0, 1).data() == "0.142857" and rows.index(0, 4).data() == "–"
    assert rows.headerData(0, Qt.Orientation.Vertical) == "2"


def test_the_header_ticks_features(qtbot, panel) -> None:
    show(qtbot, panel)
    click_header(qtbot, panel, 3)
    assert features(panel) == ["length", "colour", "const"] and "constant" in panel.notes.text()
    click_header(qtbot, panel, 1)
    click_header(qtbot, panel, 5)  # cannot be one
    assert features(panel) == ["colour", "const"]
    assert imported(qtbot, panel).columns == ("colour = blue", "colour = red", "const")


def test_keys_alone_choose_and_import(qtbot, panel) -> None:
    show(qtbot, panel)
    assert panel.preview.hasFocus()
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Right, Qt.Key.Key_T):
        qtbot.keyClick(panel.preview, key)
    assert panel.target.currentText() == "length" and panel.purpose.place == 1
    assert features(panel) == ["id", "colour", "kind"]
    qtbot.keyClick(panel.preview, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: bool(panel.told.tables))
    table = panel.told.tables[0]
    assert table.target == "length" and not table.classes and table.inputs.shape == (90, 6)


def test_the_target_is_chosen_from_the_list_and_what_is_learned_can_be_switched(qtbot, panel) -> None:
    show(qtbot, panel, "a,b,y\n" + "".join(f"{i * i},{-i},{i % 3}\n" for i in range(30)))
    assert panel.purpose.place == 0
    qtbot.mouseClick(panel.purpose.findChildren(QAbstractButton)[1], Qt.MouseButton.LeftButton)
    assert panel.summary.text() == "30 examples with 2 inputs; “y” from 0 to 2."
    panel.target.setCurrentIndex(0)
    panel.target.activated.emit(0)
    assert features(panel) == ["b", "y"] and panel.purpose.place == 1
    assert imported(qtbot, panel).targets.tolist() == [i * i for i in range(30)]


def test_all_and_none(qtbot, panel) -> None:
    show(qtbot, panel)
    qtbot.mouseClick(panel.none, Qt.MouseButton.LeftButton)
    assert features(panel) == [] and panel.fault.text() == "No feature is selected." and not panel.take.isEnabled()
    qtbot.mouseClick(panel.every, Qt.MouseButton.LeftButton)
    assert features(panel) == ["id", "length", "colour", "const"] and panel.take.isEnabled()


def test_rows_that_cannot_be_used_are_left_out_or_refused(qtbot, panel) -> None:
    show(qtbot, panel, "x,y\n1,2\n,4\n5,6.5\noops,8\n9,1\n")
    assert panel.leave_out.isChecked()
    assert panel.notes.text() == "2 of 5 rows are left out; the first is row 3 (column “x”: empty)."
    assert panel.preview.rows.heading(0).fault == "2 unusable"
    assert panel.preview.rows.index(1, 0).data(Qt.ItemDataRole.ForegroundRole) == DARK.danger
    qtbot.mouseClick(panel.leave_out, Qt.MouseButton.LeftButton, pos=QPoint(8, panel.leave_out.height() // 2))
    assert not panel.take.isEnabled() and panel.fault.text().startswith("Row 3 (column “x”: empty)")
    qtbot.mouseClick(panel.leave_out, Qt.MouseButton.LeftButton, pos=QPoint(8, panel.leave_out.height() // 2))
    assert np.array_equal(imported(qtbot, panel).inputs[:, 0], [1, 5, 9])


def test_after_a_refused_import_other_choices_can_be_made(qtbot, panel) -> None:
    show(qtbot, panel, "x,z,y\n" + "1,2,a\n2,3,a\n,4,b\n,5,b\n")
    panel.leave_out.setChecked(True)
    qtbot.mouseClick(panel.take, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "only one class" in panel.fault.text())
    assert panel.isVisible() and panel.target.isEnabled() and panel.preview.rows.dialect_shown is not None
    click_header(qtbot, panel, 0)
    assert panel.take.isEnabled() and not panel.fault.isVisible()
    assert imported(qtbot, panel).classes == ("a", "b")


def test_numbers_that_no_example_can_hold_are_told_like_other_cells(qtbot, panel) -> None:
    show(qtbot, panel, "a,b,c\n" + "".join(f"{i},{i * i},{i}e299\n" for i in range(1, 30)))
    assert panel.preview.rows.heading(2).fault == "19 unusable"
    assert panel.notes.text().startswith("19 of 29 rows are left out; the first is row 12 (column “c”: “11e299” is not")
    assert len(imported(qtbot, panel).inputs) == 10


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "The clipboard is empty."),
        ("x,y\n1,2\n1,\0\n", "Row 3: a zero byte, which is not text; try another encoding."),
        ("a,label\n" + "1,cat\n2,cat\n" * 9, "The target “label” contains only one class, “cat”."),
        ("1,2\n", "There is only one row of data; at least 2 are needed."),
    ],
)
def test_what_cannot_be_imported_is_told(qtbot, panel, text, why) -> None:
    assert told(qtbot, panel, text) == why


def test_a_file_that_is_not_there_is_told_and_the_next_one_read(qtbot, panel, tmp_path) -> None:
    panel.open_file(tmp_path / "missing.csv")
    qtbot.waitUntil(lambda: "missing.csv: no such file" in panel.fault.text().lower())
    assert panel.preview.nothing == "No rows can be shown"
    show(qtbot, panel)
    assert panel.take.isEnabled() and not panel.fault.isVisible()


@pytest.mark.parametrize(
    ("box", "key", "text", "names"),
    [
        ("separators", ",", "a,b;c\n1,5;2\n3,5;4\n", ["a", "b;c"]),
        ("decimals", ",", "a;b\n1.5;2\n2.5;5\n", ["a", "b"]),
        ("encodings", "latin-1", "a,é\n1,2\n3,5\n", ["a", "Ã©"]),
    ],
)
def test_how_it_is_written_can_be_set_right(qtbot, panel, tmp_path, box, key, text, names) -> None:
    path = tmp_path / "in.csv"
    path.write_text(text, encoding="utf-8")
    panel.open_file(path)
    ready(qtbot, panel)
    chooser: QComboBox = getattr(panel.written, box)
    assert chooser.currentData() != key
    place = chooser.findData(key)
    chooser.setCurrentIndex(place)
    chooser.activated.emit(place)
    assert panel._survey is None
    ready(qtbot, panel)
    assert chooser.currentData() == key
    assert [panel.target.itemText(place) for place in range(panel.target.count())] == names


def test_the_header_can_be_set_right(qtbot, panel) -> None:
    show(qtbot, panel, "1,2\n3,5\n6,7\n8,8\n")
    assert not panel.written.header.isChecked()
    qtbot.mouseClick(panel.written.header, Qt.MouseButton.LeftButton, pos=QPoint(8, panel.written.header.height() // 2))
    ready(qtbot, panel)
    assert panel.written.header.isChecked() and panel.target.currentText() == "2"
    assert panel.preview.rows.rowCount() == 3


def test_files_are_read_beside_the_window(qtbot, panel, monkeypatch) -> None:
    threads = []
    for name in ("sniff", "survey", "read"):
        plain = getattr(import_job, name)
        monkeypatch.setattr(
            import_job, name, lambda *what, plain=plain: threads.append(threading.current_thread()) or plain(*what)
        )
    show(qtbot, panel)
    imported(qtbot, panel)
    assert len(threads) == 3 and threading.main_thread() not in threads


@pytest.fixture
def gate(monkeypatch):
    """Reading that goes half the way and then waits; `released` lets it go on."""

    class Gate:
        def __init__(self) -> None:
            self.reached, self.released = threading.Event(), threading.Event()

        def __call__(self, name: str) -> None:
            plain = getattr(import_job, name)

            def slow(*what):
                what[-1](0.5)
                self.reached.set()
                self.released.wait(10)
                return plain(*what)

            monkeypatch.setattr(import_job, name, slow)

    made = Gate()
    yield made
    made.released.set()


def test_an_import_can_be_cancelled(qtbot, panel, gate) -> None:
    show(qtbot, panel)
    gate("read")
    panel.take.click()
    qtbot.waitUntil(panel.bar.isVisible)
    assert panel.doing.text() == "Importing … 50%" and panel.bar.value() == 500
    assert not panel.take.isEnabled() and not panel.target.isEnabled()
    panel.cancel.click()
    assert panel.isVisible() and panel.take.isEnabled() and not panel.bar.isVisible()
    assert "cancelled" in panel.notes.text()
    gate.released.set()
    qtbot.waitUntil(lambda: panel.import_job.idle)
    assert imported(qtbot, panel).name == "Flowers" and len(panel.told.tables) == 1


def test_rows_are_shown_while_the_rest_is_read_and_closing_ends_it(qtbot, panel, gate) -> None:
    gate("survey")
    panel.open_text(FLOWERS)
    qtbot.waitUntil(lambda: panel.preview.rows.rowCount() == 50 and panel.bar.isVisible())
    assert panel.doing.text() == "Reading … 50%" and panel.preview.rows.heading(1).badge == ""
    panel.cancel.click()
    assert panel.isHidden() and panel.told.cancelled == 1
    gate.released.set()
    qtbot.waitUntil(lambda: panel.import_job.idle)
    QApplication.processEvents()
    assert panel._survey is None


def test_what_an_older_look_finds_is_not_shown(qtbot, panel, gate, monkeypatch) -> None:
    plain = import_job.survey
    gate("survey")
    panel.open_text(FLOWERS)
    assert gate.reached.wait(10)
    monkeypatch.setattr(import_job, "survey", plain)
    panel.open_text("p,q\n1,2\n2,5\n3,7\n")
    gate.released.set()
    ready(qtbot, panel)
    qtbot.waitUntil(lambda: panel.import_job.idle)
    QApplication.processEvents()
    assert panel.facts.text().startswith("3 rows · 2 columns")


@pytest.fixture
def gone(monkeypatch, tmp_path):
    """A file on a drive that does not answer until the test is over."""
    released, reached = threading.Event(), threading.Event()

    def slow(path):
        if Path(path).name == "gone.csv":
            reached.set()
            released.wait(30)
        return open_regular(path)

    monkeypatch.setattr(patient_file, "open_regular", slow)
    path = tmp_path / "gone.csv"
    path.write_text(FLOWERS)
    yield path, reached
    released.set()
    for thread in threading.enumerate():
        if thread.name == "table-file":
            thread.join(10)


def test_a_drive_that_does_not_answer_holds_up_neither_the_next_import_nor_the_end(qtbot, panel, gone) -> None:
    path, reached = gone
    panel.open_file(path)
    qtbot.waitUntil(lambda: reached.is_set() and panel.bar.isVisible())
    panel.cancel.click()
    assert panel.isHidden()
    show(qtbot, panel)  # while the first one still hangs
    assert panel.take.isEnabled()
    panel.open_file(path)
    qtbot.waitUntil(panel.bar.isVisible)
    panel.shut_down()
    assert panel.import_job.idle


def test_what_was_decided_is_said_and_can_be_changed(qtbot, panel) -> None:
    text = "Nr;Preis;Art\n" + "".join(f"{i * 7 % 30};{1000 + i // 10}.{i:03},5 €;{'ab'[i % 2]}\n" for i in range(30))
    show(qtbot, panel, text.replace("100", "1"))
    said = panel.decided.text()
    for part in ("between semicolons", "decimal comma", "point between thousands", "the first row names the columns"):
        assert part in said
    assert "“€” is taken off “Preis”" in said and "“Nr” numbers the rows" in said
    assert panel.written.thousands.currentData() == "." and panel.preview.rows.heading(1).badge == "number · €"
    place = panel.written.thousands.findData("")
    panel.written.thousands.setCurrentIndex(place)
    panel.written.thousands.activated.emit(place)
    ready(qtbot, panel)
    assert "thousands" not in panel.decided.text() and panel.preview.rows.heading(1).badge.startswith("text")


def test_missing_marks_can_be_named(qtbot, panel) -> None:
    show(
        qtbot,
        panel,
        "x,y,kind\n" + "".join(f"{i * i},{[i, -99][i % 2]},{['None', 'b', 'c'][i % 3]}\n" for i in range(30)),
    )
    assert panel.written.missing.currentText() == "The usual marks" and not panel.notes.text()
    edit = panel.written.missing.lineEdit()
    edit.setFocus()
    edit.selectAll()
    qtbot.keyClicks(edit, "None, -99")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "20 of 30 rows are left out" in panel.notes.text())
    assert "row 2 (column “kind”: “None” is taken for a missing value)" in panel.notes.text()
    assert "“None”, “-99” and empty cells are missing" in panel.decided.text()
    panel.written.missing.setCurrentIndex(1)
    panel.written.missing.activated.emit(1)
    qtbot.waitUntil(lambda: "only empty cells are missing" in panel.decided.text() and bool(panel.summary.text()))
    assert not panel.notes.text()


def choose_kind(qtbot, panel: ImportPanel, place: int, text: str) -> None:
    menu = panel.preview.kind_menu(place)
    next(action for action in menu.actions() if action.text() == text).trigger()
    menu.deleteLater()
    qtbot.waitUntil(lambda: panel._survey is not None)


def test_the_kind_of_a_column_can_be_changed(qtbot, panel) -> None:
    show(
        qtbot,
        panel,
        "zip,when,y\n" + "".join(f"{1000 + i % 4},{1 + i % 9}/{2 + i % 8}/2024,{i / 7!r}\n" for i in range(40)),
    )
    rows = panel.preview.rows
    assert [rows.heading(place).badge for place in range(3)] == ["number", "date", "number"]
    assert "may as well hold dates with the day first" in panel.notes.text()
    qtbot.mouseClick(panel.purpose.findChildren(QAbstractButton)[1], Qt.MouseButton.LeftButton)
    choose_kind(qtbot, panel, 0, "Labels")
    assert rows.heading(0).badge == "text · 4 values" and features(panel) == ["zip", "when"]
    choose_kind(qtbot, panel, 1, "Date, day first")
    assert "day first" not in panel.notes.text() and rows.index(0, 1).data() == "2024-02-01"
    choose_kind(qtbot, panel, 0, "Index, not learned from")
    assert rows.heading(0).badge == "index" and features(panel) == ["when"]
    checked = [action.text() for action in panel.preview.kind_menu(0).actions() if action.isChecked()]
    assert checked == ["Index, not learned from"]
    table = imported(qtbot, panel)
    assert table.columns == ("when (days since 2024-02-01)",) and table.inputs.min() == 0


def test_the_menu_of_a_column_goes_with_the_table(qtbot, panel) -> None:
    show(qtbot, panel)
    panel.preview._ask_kind(1)
    menu = QApplication.activePopupWidget()
    assert menu.accessibleName().startswith("kind of")
    with qtbot.waitSignal(menu.destroyed):
        panel.preview.show_dialect(panel.preview.rows.dialect_shown)
    assert QApplication.activePopupWidget() is None


def test_a_click_on_the_badge_asks_for_the_kind(qtbot, panel) -> None:
    show(qtbot, panel)
    header, asked = panel.preview.header, []
    header.grab()  # paints the badges
    header.kind_wanted.disconnect()
    header.kind_wanted.connect(asked.append)
    spot = QPoint(header.sectionViewportPosition(1) + 20, header.height() - 15)
    qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    assert asked == [1] and features(panel) == ["length", "colour"]


def test_a_class_of_which_no_row_is_left_is_told(qtbot, panel) -> None:
    warned: list[str] = []
    panel.warned.connect(warned.append)
    show(qtbot, panel, "x,kind\n" + "".join(f"{i * i},{'ab'[i % 2]}\n" for i in range(20)) + "NA,c\n")
    assert imported(qtbot, panel).classes == ("a", "b")
    assert warned == ["no usable row is left of “c”: it cannot be learned"]


def test_no_choice_of_a_list_is_cut_where_there_is_room(qtbot, panel) -> None:
    show(qtbot, panel)
    for box in (panel.form, panel.rows.way, panel.written.comments, panel.written.thousands):
        for place in range(box.count()):
            with QSignalBlocker(box):
                box.setCurrentIndex(place)
            shown = QStyleOptionComboBox()
            box.initStyleOption(shown)
            assert shown.currentText == box.itemText(place)


def test_rows_can_be_limited(qtbot, panel) -> None:
    show(qtbot, panel)
    assert panel.rows.way.currentData() == "all" and not panel.rows.count.isVisible()
    for what, count, left in (("every", 7, 13), ("first", 20, 20)):
        place = panel.rows.way.findData(what)
        panel.rows.way.setCurrentIndex(place)
        panel.rows.way.activated.emit(place)
        panel.rows.count.setValue(count)
        assert panel.rows.count.isVisible() and panel.summary.text().startswith(f"{left} examples")
        qtbot.waitUntil(lambda: panel.leave_out.width() >= panel.leave_out.sizeHint().width())  # no word is cut
    assert imported(qtbot, panel).inputs[:, 0].tolist() == [i * i / 7 for i in range(1, 21)]


def test_a_number_of_rows_is_read_as_people_write_it(qtbot, panel) -> None:
    """What cannot be read stays where it was typed, is said in the panel, and nothing is imported with it."""
    show(qtbot, panel)
    place = panel.rows.way.findData("first")
    panel.rows.way.setCurrentIndex(place)
    panel.rows.way.activated.emit(place)
    for text in ("2·10", "2e1", "20,0"):
        panel.rows.count.setValue(30)
        panel.rows.count.setFocus()
        panel.rows.count.selectAll()
        qtbot.keyClicks(panel.rows.count, text)
        qtbot.keyClick(panel.rows.count, Qt.Key.Key_Return)
        assert panel.summary.text().startswith("20 examples")
    panel.rows.count.setFocus()
    panel.rows.count.selectAll()
    qtbot.keyClicks(panel.rows.count, "a few")
    qtbot.keyClick(panel.rows.count, Qt.Key.Key_Return)
    assert panel.rows.count.text() == "a few rows" and not panel.take.isEnabled()
    assert "number of rows must be a number" in panel.fault.text() and "'a few'" in panel.fault.text()
    panel.rows.count.selectAll()
    qtbot.keyClicks(panel.rows.count, "10")
    qtbot.keyClick(panel.rows.count, Qt.Key.Key_Return)
    assert panel.take.isEnabled() and panel.summary.text().startswith("10 examples")


def test_what_a_person_has_chosen_stays_when_the_table_is_read_again(qtbot, panel) -> None:
    show(qtbot, panel)
    click_header(qtbot, panel, 3)
    panel.written.missing.setCurrentIndex(1)
    panel.written.missing.activated.emit(1)
    ready(qtbot, panel)
    assert features(panel) == ["length", "colour", "const"]


def test_escape_and_a_click_beside_cancel(qtbot, panel) -> None:
    show(qtbot, panel)
    qtbot.keyClick(panel.preview, Qt.Key.Key_Escape)
    assert panel.isHidden() and panel.told.cancelled == 1
    show(qtbot, panel)
    qtbot.mouseClick(panel.parentWidget(), Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert panel.isHidden() and panel.told.cancelled == 2 and panel.told.tables == []


def test_what_nobody_foresaw_is_handed_on(qtbot, panel, monkeypatch) -> None:
    def broken(*what):
        raise RuntimeError("broken")

    monkeypatch.setattr(import_job, "survey", broken)
    assert "went wrong" in told(qtbot, panel, FLOWERS)
    assert "RuntimeError: broken" in panel.told.failed[0]


def test_a_cancelled_job_says_nothing_more(qtbot, gate) -> None:
    gate("survey")
    job, said = ImportJob(), []
    for signal in (job.surveyed, job.refused, job.failed):
        signal.connect(lambda *what: said.append(what))
    job.begin_survey(TableSource.of_text(FLOWERS, "Clipboard"), DialectOptions())
    assert gate.reached.wait(10)
    job.cancel()
    gate.released.set()
    job.stop()
    job.stop()
    QApplication.processEvents()
    assert said == []


def test_names_that_look_like_markup_are_shown_as_they_are(qtbot, panel) -> None:
    show(qtbot, panel, "<b>x</b>,y\n1,2\n2,5\n3,7\n")
    assert panel.summary.textFormat() == Qt.TextFormat.PlainText
    assert "&lt;b&gt;x" in panel.preview.rows.headerData(0, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)


def test_everything_has_names_and_fits(qtbot, panel) -> None:
    show(qtbot, panel)
    parts = [*panel.findChildren(QAbstractButton), *panel.findChildren(QComboBox), panel.preview]
    for part in parts:
        if not part.isVisible() or part.objectName() == "qt_tableview_cornerbutton":
            continue
        says = part.accessibleName() or (part.text() if isinstance(part, QAbstractButton) else "")
        assert says and part.toolTip(), part
        assert part.objectName(), part
        assert part.width() >= part.minimumSizeHint().width(), part
        corner = part.mapTo(panel, QPoint(part.width(), part.height()))
        assert corner.x() <= panel.width() and corner.y() <= panel.height()
    for label in (panel.summary, panel.notes):
        assert label.height() >= label.heightForWidth(label.width())


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_a_theme_colours_the_ticks(qtbot, panel, theme) -> None:
    show(qtbot, panel)
    panel.set_theme(theme)
    header = panel.preview.header
    image = header.viewport().grab().toImage()

    def colours(place: int) -> set[str]:
        left = header.sectionViewportPosition(place)
        return {QColor(image.pixel(left + x, y)).name() for x in range(10, 24) for y in range(8, 26)}

    assert theme.accent.name() in colours(1)
    assert theme.accent.name() not in colours(3)


def test_columns_can_be_an_image_or_a_sequence(qtbot, panel) -> None:
    head = ",".join(f"p{place}" for place in range(12))
    rows = "".join(f"0,{','.join(str(i * place % 13) for place in range(1, 12))},{'ab'[i % 2]}\n" for i in range(20))
    show(qtbot, panel, f"{head},kind\n{rows}")
    assert panel._selection.form == "columns" and panel.sides.isHidden()
    assert features(panel) == [f"p{place}" for place in range(1, 12)], "the first is constant"
    panel.form.setCurrentIndex(2)
    panel.form.activated.emit(2)
    assert panel._selection.form == "sequence" and panel.sides.text() == "12" and len(features(panel)) == 12
    panel.form.setCurrentIndex(1)
    panel.form.activated.emit(1)
    assert panel.sides.text() == "2 × 2 × 3" and not panel.fault.text(), "in three colours"
    panel.sides.setText("4 x 4")
    panel.sides.textEdited.emit("4 x 4")
    assert "4 × 4 has 16 numbers, and there are 12 input columns" in panel.fault.text()
    assert not panel.take.isEnabled()
    panel.sides.setText("3 × 2 × 2")
    panel.sides.textEdited.emit("3 × 2 × 2")
    assert "images of 3 × 2 × 2" in panel.summary.text() and panel.take.isEnabled()
    table = imported(qtbot, panel)
    assert table.shape == (3, 2, 2) and table.is_image and table.inputs.shape == (20, 12)
