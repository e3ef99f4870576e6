"""Descent and curves have their widths again once nothing stands in their place, however the window was meanwhile."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QWidget

from app.window.columns import LEFT, RIGHT, Columns


@pytest.fixture
def columns(qtbot):
    made = Columns(QWidget(), QWidget(), QWidget())
    qtbot.addWidget(made)
    made.resize(1280, 700)
    return made


@pytest.mark.parametrize("kept", [(), (280, 560, 410)])
def test_columns_that_were_replaced_before_they_were_seen_have_the_widths_asked_for(columns, kept) -> None:
    columns.replace(QWidget())
    columns.divide(kept)
    columns.show()
    columns.resize(1900, 1000)
    columns.replace(None)
    left, middle, right = columns.sizes
    assert right == (kept or (LEFT, 0, RIGHT))[2] and middle > left + right


def test_the_middle_takes_what_the_window_has_grown_by(columns) -> None:
    columns.show()
    columns.divide((300, 540, 400))
    other = QWidget()
    columns.replace(other)
    assert columns.is_replaced and other.isVisible() and columns.sizes[1:] == [0, 0]
    columns.resize(1600, 700)
    columns.replace(None)
    left, middle, right = columns.sizes
    assert (left, right) == (300, 400) and middle > 850
    columns.replace(other)
    columns.replace(None)
    assert columns.sizes[2] == 400


def test_descent_comes_back_without_having_been_made_narrow(columns) -> None:
    """Plots would be laid out for a width of 0, and then again."""
    columns.show()
    other, widths = QWidget(), []
    columns.replace(other)
    middle = columns.split.widget(1)
    middle.resizeEvent = lambda event: widths.append(event.size().width())
    columns.replace(None)
    assert all(width == columns.sizes[1] for width in widths)
