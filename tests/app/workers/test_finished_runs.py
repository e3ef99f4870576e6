"""Which runs go into the library: those that stand where they ended, or where they are pinned."""

from __future__ import annotations

import math

import numpy as np

from app.workers.finished_runs import REST_SECONDS, FinishedRuns, StandingRun
from app.workers.published import Published
from engine import Session, new_experiment, new_run

CLOCKS = {"adam": (np.array([0.0, 100.0]), np.array([0.0, 2.0]))}


class Watched:
    """A session whose pictures are looked at; time stands still unless it is told to pass."""

    def __init__(self, updates: int = 10, rate: float = 0.01) -> None:
        runs = [new_run("adam", learning_rate=0.02), new_run("sgd", learning_rate=rate)]
        self.session = Session(new_experiment("rosenbrock", runs, updates=updates))
        self.finished, self.now, self.document = FinishedRuns(), 0.0, 1

    def handed(self, after: float = 0.0, cursor: int | None = None) -> list[StandingRun]:
        """The runs that are handed out, `after` seconds from now."""
        self.now += after
        picture = self.session.picture(cursor)
        published = Published(picture, self.document, 0, False, 1.0, 0.0, CLOCKS, None, undo_label="", redo_label="")
        return self.finished.look(published, self.now)

    def look(self, after: float = 0.0, cursor: int | None = None) -> list[tuple[str, int]]:
        """Their ids and updates."""
        return [(each.run.id, each.run.update) for each in self.handed(after, cursor)]


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
    watched.session.advance(10)
    watched.look()
    assert watched.look(REST_SECONDS) == [("adam", 10), ("sgd", 10)]
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


def test_what_is_changed_just_after_its_end_is_kept_as_it_was() -> None:
    changes = {
        "tweaked": lambda session: session.tweak("sgd", "learning_rate", 1e-3),
        "goes on": lambda session: (session.stop_at({"updates": 60}), session.advance(3)),
        "from its start": lambda session: session.restore(session.changed_from_start("sgd", "warmup", 3, 40), 40),
        "rewound": lambda session: session.rewind(1),
        "undone": lambda session: session.restore(new_experiment("rosenbrock", ["adam", "sgd"], updates=40)),
    }
    for rate in (1e-4, 1.0):  # the second diverges
        for name, change in changes.items():
            if name == "goes on" and rate == 1.0:
                continue  # what has diverged does not
            watched = Watched(40, rate)
            watched.look()
            watched.session.advance(2)
            watched.look()
            watched.session.advance(38)
            ended = watched.session.run("sgd").record(), watched.session.run("sgd").update
            assert watched.look(0.1) == []
            change(watched.session)
            handed = {each.run.id: each for each in watched.handed(0.1)}
            assert "sgd" in handed, (rate, name)
            kept = handed["sgd"].run
            assert (kept.initial, kept.tweaks, kept.update) == (ended[0].settings, ended[0].tweaks, ended[1])
            assert kept.status in ("finished", "diverged")


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
