"""Undo and redo as a list of states, without a window."""

from __future__ import annotations

from app.workers.undo_history import MAX_EDITS, State, UndoHistory
from engine import new_experiment

DOCUMENTS = [new_experiment("beale", ["sgd"], title=f"state {number}") for number in range(6)]


def state(number: int, update: int = 0) -> State:
    return State(DOCUMENTS[number], update)


def test_states_come_back_in_reverse_and_forward_again():
    edits = UndoHistory()
    for number in range(3):
        edits.record(f"edit {number}", "", state(number), state(number + 1))
    assert edits.undo_label == "edit 2"
    assert [edits.undo(state(number)) for number in (3, 2, 1)] == [state(2), state(1), state(0)]
    assert edits.undo(state(0)) is None
    assert (edits.undo_label, edits.redo_label) == ("", "edit 0")
    assert [edits.redo(state(number)) for number in (0, 1, 2)] == [state(1), state(2), state(3)]
    assert edits.redo(state(3)) is None


def test_a_new_edit_closes_the_way_forward():
    edits = UndoHistory()
    edits.record("first", "", state(0), state(1))
    edits.undo(state(1))
    edits.record("other", "", state(0), state(2))
    assert edits.redo_label == ""
    assert edits.undo(state(2)) == state(0)


def test_edits_of_one_key_are_one_until_they_settle():
    edits = UndoHistory()
    for number in range(3):
        edits.record("drag", "knob", state(number), state(number + 1))
    edits.settle()
    edits.record("drag", "knob", state(3), state(4))
    edits.record("other", "knob 2", state(4), state(5))
    assert [edits.undo(state(number)) for number in (5, 4, 3)] == [state(4), state(3), state(0)]
    assert edits.undo(state(0)) is None


def test_undo_ends_a_gesture():
    edits = UndoHistory()
    edits.record("drag", "knob", state(0), state(1))
    edits.undo(state(1))
    edits.record("drag", "knob", state(0), state(2))
    assert edits.undo_label == "drag"


def test_edits_without_a_key_are_never_one():
    edits = UndoHistory()
    edits.record("removal", "", state(0), state(1))
    edits.record("removal", "", state(1), state(2))
    assert edits.undo(state(2)) == state(1)
    assert edits.undo(state(1)) == state(0)


def test_what_changes_nothing_is_no_edit():
    edits = UndoHistory()
    edits.record("refused", "", state(0, 7), state(0, 7))
    assert edits.undo_label == ""


def test_a_setting_is_undone_where_the_race_is_now():
    edits = UndoHistory()
    edits.record("value", "", state(0, 100), state(1, 100))
    assert edits.undo(state(1, 350)) == state(0, 350)
    assert edits.redo(state(0, 400)) == state(1, 400)


def test_a_way_back_in_the_race_is_undone_to_the_very_update():
    edits = UndoHistory()
    edits.record("reset", "", state(0, 100), state(0, 0))
    assert edits.undo(state(0, 350)) == state(0, 100)
    assert edits.redo(state(0, 120)) == state(0, 350)


def test_the_oldest_edits_are_forgotten():
    edits = UndoHistory()
    for update in range(MAX_EDITS + 5):
        edits.record("edit", "", state(0, update), state(0, update + 1))
    undone = 0
    while edits.undo(state(1)) is not None:
        undone += 1
    assert undone == MAX_EDITS


def test_another_document_is_left_where_its_runs_were():
    edits = UndoHistory()
    edits.record("opening", "", State(DOCUMENTS[0], 0, 1), State(DOCUMENTS[1], 0, 2))
    assert edits.undo(State(DOCUMENTS[1], 350, 2)) == State(DOCUMENTS[0], 0, 1)
    assert edits.redo(State(DOCUMENTS[0], 20, 1)) == State(DOCUMENTS[1], 350, 2)
