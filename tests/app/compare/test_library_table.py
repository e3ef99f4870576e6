"""The table of the library: large libraries, and the words of its cells."""

from __future__ import annotations

import time
from array import array
from datetime import datetime

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor

from app.compare.cell_text import cell_text, cell_texts, heading, size_text, time_text, twins_of
from app.compare.library_table import BLOCK, LibraryTable, tinted
from app.documents.library.columns import FIRST, KEPT, RESULT, Column
from app.documents.library.library import Row
from app.look.theme import DARK, LIGHT
from tests.app.documents.library.entries import a_race, entries_of, finished

MANY = 100_000
PICTURE = entries_of(finished(a_race(200)))[0].picture


def a_row(id: int) -> Row:
    return Row(id, id % 16, 10, PICTURE, {FIRST[0]: f"run {id}", KEPT: 1e9, Column("loss", RESULT): 0.5})


def test_a_hundred_thousand_runs_are_read_as_they_come_into_view(qtbot) -> None:
    table = LibraryTable(DARK)
    qtbot.addWidget(table)
    asked: list[list[int]] = []
    table.rows.rows_wanted.connect(asked.append)
    table.rows.rows_wanted.connect(lambda ids: table.rows.take_rows({id: a_row(id) for id in ids}))
    table.resize(1100, 600)
    with qtbot.waitExposed(table):
        table.show()
    begun = time.thread_time()
    table.show_found(array("q", range(MANY, 0, -1)), FIRST)
    for spot in (0.0, 0.3, 0.7, 1.0):
        bar = table.verticalScrollBar()
        bar.setValue(round(spot * bar.maximum()))
        table.grab()
        qtbot.waitUntil(lambda: table.rows._rows.get(_in_view(table)) is not None)
        table.grab()
    assert 4 <= len(asked) <= 9 and max(map(len, asked)) <= 2 * BLOCK
    table.selectAll()
    table.grab()
    assert len(table.selected) == MANY
    table.show_found(array("q", range(MANY, 0, -2)), FIRST)
    assert set(table.selected) <= set(range(MANY, 0, -2)) and table.selected
    assert time.thread_time() - begun < 1.5, "each of these is a fraction of that"


def _in_view(table: LibraryTable) -> int:
    return table.rows.ids[table.rowAt(table.viewport().height() // 2)]


def test_pictures_have_the_colours_of_their_runs(qtbot) -> None:
    for theme in (DARK, LIGHT):
        for colour in (0, 5, 15):
            image = tinted(PICTURE, theme, colour).toImage()
            opaque = [
                image.pixelColor(x, y)
                for x in range(image.width())
                for y in range(image.height())
                if image.pixelColor(x, y).alpha() == 255
            ]
            assert opaque and {pixel.rgb() for pixel in opaque} == {QColor(theme.run_colours[colour]).rgb()}
            assert image.pixelColor(image.width() // 2, 1).alpha() == 0


def test_headings_tell_a_setting_from_a_result(qtbot) -> None:
    table = LibraryTable(DARK)
    qtbot.addWidget(table)
    known = (*FIRST, Column("loss"))
    table.show_found(array("q", [1]), known)
    table.show_columns((*FIRST, Column("loss")))
    heads = [table.rows.headerData(place, Qt.Orientation.Horizontal) for place in range(len(FIRST) + 2)]
    assert heads[0] == "Curve" and heads[7] == "Loss" and heads[-1] == "Loss, setting"
    assert twins_of(known) == {"loss"} and heading(Column("optimizer.beta1")) == "Optimizer beta1"


def test_cells_in_words() -> None:
    loss, infinite = Column("loss", RESULT), float("inf")
    for column, cell, told in (
        (loss, 0.123456, "0.1235"),
        (loss, 1500.0, "1,500"),
        (loss, -2.0, "−2"),
        (loss, infinite, "∞"),
        (loss, -infinite, "−∞"),
        (loss, 1e300, "1·10³⁰⁰"),
        (loss, None, ""),
        (Column("optimizer"), "sgd", "Gradient descent"),
        (Column("optimizer"), "unknown to this version", "unknown to this version"),
        (Column("schedule"), "sgd", "sgd"),
    ):
        assert cell_text(column, cell) == told
    assert cell_texts(loss, (0.10001, 0.10002, None)) == ["0.10001", "0.10002", ""], "what differs looks different"
    assert cell_texts(loss, (0.1, 0.1 + 1e-15)) == ["0.10000000000000001", "0.100000000000001"]
    now = datetime(2026, 11, 30, 12, 0)
    for when, told in (
        (datetime(2026, 11, 30, 7, 5), "07:05"),
        (datetime(2026, 3, 1, 7, 5), "1 Mar, 07:05"),
        (datetime(2025, 3, 1, 7, 5), "1 Mar 2025"),
    ):
        assert time_text(when.timestamp(), now) == told
    assert [size_text(size) for size in (0, 999, 1500, 14_000, 3.4e6, 1e9)] == [
        "0 bytes", "999 bytes", "1.5 kB", "14 kB", "3.4 MB", "1.0 GB"
    ]  # fmt: skip
