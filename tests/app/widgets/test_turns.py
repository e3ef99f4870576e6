from __future__ import annotations

import pytest
from PySide6.QtCore import QObject, QTimer

from app.widgets.turns import Turns


@pytest.fixture
def turns(qapp):
    owner = QObject()
    yield Turns(owner)
    owner.deleteLater()


def counting(done: list, upto: int):
    try:
        for number in range(upto):
            done.append(number)
            yield
    finally:
        done.append("closed")


def test_other_events_have_their_turn_between_two_pieces(turns, qtbot):
    done: list = []
    turns.begin(counting(done, 4))
    assert done == [0] and not turns.done
    QTimer.singleShot(0, turns, lambda: done.append("another"))
    qtbot.waitUntil(lambda: turns.done)
    assert done.index("another") < done.index(3)
    assert [each for each in done if each != "another"] == [0, 1, 2, 3, "closed"]


def test_what_is_begun_anew_or_stopped_is_closed(turns):
    first: list = []
    second: list = []
    turns.begin(counting(first, 4))
    turns.begin(counting(second, 4))
    assert first == [*second, "closed"] == [0, "closed"]
    turns.stop()
    assert second == [0, "closed"] and turns.done


def test_what_has_one_piece_is_done_at_once(turns):
    turns.begin(counting([], 0))
    assert turns.done
