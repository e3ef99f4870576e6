"""Which runs go into the library: those that stand where they ended, or where they are pinned."""

from __future__ import annotations

import math

import numpy as np

from app.workers.finished_runs import REST_SECONDS, FinishedRuns
from app.workers.published import Published
from engine import Session, new_experiment, new_run

CLOCKS = {"adam": (np.array([0.0, 100.0]), np.array([0.0, 2.0]))}


class Watched:
    """A session whose pictures are looked at; time stands still unless it is told to pass."""

    def __init__(self, updates: int = 10, rate: float = 0.01) -> None:
        runs = [new_run("adam", learning_rate=0.02), new_run("sgd", learning_rate=rate)]
        self.session = Session(new_experiment("rosenbrock", runs, updates=updates))
        self.finished, self.now, self.document = FinishedRuns(), 0.0, 1

    def look(self, after: float = 0.0, cursor: int | None = None) -> list[tuple[str, int]]:
        """The ids and updates of the runs that are handed out, `after` seconds from now."""
        self.now += after
        picture = self.session.picture(cursor)
        published = Published(picture, self.document, 0, False, 1.0, 0.0, CLOCKS, None, undo_label="", redo_label="")
        return [(each.run.id, each.run.update) for each in self.finished.look(published, self.now)]


def test_a_run_that_ended_is_handed_out_once_it_has_rested() -> None:
    watched = Watched(rate=1e-4)
    assert watched.look() == [] and watched.look(9) == [], "it has not begun"
    watched.session.advance(5)
    assert watched.look() == [] and watched.look(9) == [], "it goes on"
    watched.session.advance(5)
    assert watched.look() == [] and watched.look(REST_SECONDS / 2) == []
    assert watched.look(REST_SECONDS) == [("adam", 10), ("sgd", 10)]
    assert watched.look(9) == [] and watched.finished.flush() == [], "and never again"


def test_the_seconds_of_its_own_computation_are_told() -> None:
    watched = Watched(rate=1e-4)
    watched.session.advance(10)
    watched.look()
    adam, sgd = watched.finished.flush()
    assert adam.seconds == 0.2 and math.isnan(sgd.seconds)


def test_one_that_diverged_is_handed_out_while_the_others_go_on() -> None:
    watched = Watched(0, rate=1.0)
    watched.session.advance(40)
    at = watched.session.run("sgd").update
    assert at < 40 and watched.look() == []
    watched.session.advance(40)
    assert watched.look(REST_SECONDS) == [("sgd", at)]
    watched.session.advance(40)
    assert watched.look(9) == []


def test_a_pinned_run_is_handed_out_where_it_stands() -> None:
    watched = Watched(0, rate=1e-4)
    watched.session.advance(7)
    watched.look()
    watched.session.tweak("adam", "pinned", True)
    assert watched.look(9) == []
    watched.session.advance(1)
    assert watched.look(9) == [], "it goes on"
    assert watched.look(REST_SECONDS) == [("adam", 8)]
    watched.session.reset()
    assert watched.look(9) == []


def test_what_a_hand_has_passed_over_is_left_out() -> None:
    watched = Watched(rate=1e-4)
    for place in range(5):
        watched.session.restore(watched.session.changed_from_start("adam", "learning_rate", 0.01 + place / 100, 10))
        watched.session.advance(10)
        assert ("adam", 10) not in watched.look(REST_SECONDS / 2)
    assert watched.look(REST_SECONDS) == [("adam", 10)]


def test_what_ended_just_before_it_went_away_is_kept() -> None:
    for leave in ("reset", "document", "remove", "flush"):
        watched = Watched(rate=1e-4)
        watched.session.advance(10)
        watched.look()
        if leave == "reset":
            watched.session.reset()
        elif leave == "document":
            watched.document = 2
            watched.session = Session(new_experiment("himmelblau", ["adam"]))
        elif leave == "remove":
            watched.session.remove("adam")
        handed = (
            watched.look()
            if leave != "flush"
            else [(each.run.id, each.run.update) for each in watched.finished.flush()]
        )
        assert ("adam", 10) in handed, leave
        assert ("adam", 10) not in watched.look(9), leave


def test_a_past_update_that_is_looked_at_is_no_end() -> None:
    watched = Watched(rate=1e-4)
    watched.session.advance(10)
    assert watched.look(cursor=3) == [] and watched.look(9, cursor=3) == []
    assert watched.look(1) == [] and watched.look(REST_SECONDS) == [("adam", 10), ("sgd", 10)]


def test_a_run_that_goes_on_is_handed_out_again_further_on() -> None:
    watched = Watched(rate=1e-4)
    watched.session.advance(10)
    watched.look()
    assert len(watched.look(REST_SECONDS)) == 2
    watched.session.stop_at({"updates": 20})
    watched.session.advance(10)
    watched.look()
    assert watched.look(REST_SECONDS) == [("adam", 20), ("sgd", 20)]
