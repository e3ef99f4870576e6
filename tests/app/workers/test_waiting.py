"""The queue of commands as the engine sees it: what interrupts, what is replaced, and what is patient."""

from __future__ import annotations

from app.workers.waiting import Waiting


def test_any_command_that_waits_interrupts():
    waiting = Waiting()
    waiting.add()
    waiting.add("rate")
    assert waiting.interruption.is_set
    assert not waiting.remove()
    assert waiting.interruption.is_set
    assert not waiting.remove()
    assert not waiting.interruption.is_set


def test_of_commands_with_one_key_in_a_row_the_last_counts():
    waiting = Waiting()
    for key in ("rate", "rate", "", "rate", "beta", "beta", "beta"):
        waiting.add(key)
    assert [waiting.remove() for _ in range(7)] == [True, False, False, False, True, True, False]
    assert not waiting.remove(), "none was sent"


def test_commands_without_a_key_never_replace_each_other():
    waiting = Waiting()
    waiting.add()
    waiting.add()
    assert not waiting.remove()


def test_patience_is_for_one_key():
    waiting = Waiting()
    with waiting.patient("rate"):
        waiting.add("rate")
        assert not waiting.interruption.is_set
        waiting.add("beta")
        assert waiting.interruption.is_set
        waiting.remove()
        waiting.remove()
        assert not waiting.interruption.is_set
        waiting.add("rate")
    assert waiting.interruption.is_set, "patience has ended"
    waiting.remove()
    with waiting.patient("rate"):
        waiting.add(is_urgent=False)
        assert not waiting.interruption.is_set
    with waiting.patient(""):
        assert waiting.interruption.is_set, "nobody is patient with what has no key"


def test_piece_by_piece_whatever_waits():
    waiting = Waiting()
    with waiting.by_the_piece():
        assert waiting.interruption.is_set
        waiting.add()
        waiting.remove()
        assert waiting.interruption.is_set
    assert not waiting.interruption.is_set
