"""Which stop rules held at which update of a race."""

from __future__ import annotations

from engine import NEVER, Session, new_experiment

A, B, C = ({**NEVER, "updates": updates} for updates in (500, 600, 700))


def race() -> Session:
    """It went on under A until update 100, then under B, and under C from update 150 on."""
    session = Session(new_experiment("rosenbrock", ["adam"], updates=500))
    session.advance(100)
    session.stop_at(C)
    session.stop_at(B)  # a slider was dragged
    session.advance(50)
    session.stop_at(C)
    session.advance(50)
    return session


def held(session: Session, *updates: int) -> list[int]:
    return [int(session.picture(update).stop["updates"]) for update in updates]


def test_the_rules_of_each_moment_are_known() -> None:
    session = race()
    assert held(session, 0, 99, 100, 149, 150, 200) == [500, 500, 600, 600, 700, 700]
    assert session.picture().stop == session.experiment().stop == C
    session.stop_at(C)
    assert held(session, 99, 149) == [500, 600], "the same rules are no change"


def test_a_race_that_goes_back_goes_on_with_those_that_hold() -> None:
    session = race()
    session.rewind(120)
    assert held(session, 99, 110, 119, 120) == [500, 600, 600, 700]
    session.rewind(50)
    session.advance(50)
    assert held(session, 49, 50, 100) == [500, 700, 700]
    session.reset()
    session.advance(50)
    assert held(session, 0, 49) == [700, 700]


def test_what_is_taken_back_was_never_there() -> None:
    session = race()
    before = session.experiment()
    session.stop_at(A)
    session.advance(100)
    assert held(session, 199, 200, 300) == [700, 500, 500]
    session.restore(before, 200)
    session.advance(100)
    assert held(session, 99, 149, 199, 200, 300) == [500, 600, 700, 700, 700]
    session.restore(session.changed_from_start("adam", "learning_rate", 0.5, 300), 300)
    assert session.update < 300, "it is computed again"
    session.advance(300)
    assert held(session, 99, 149, 150) == [500, 600, 700]
