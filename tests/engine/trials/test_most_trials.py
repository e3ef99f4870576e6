"""How many trials a comparison may have: counted before any is made, and refused beyond what a document keeps."""

from __future__ import annotations

import pytest

from engine import COMPARISONS, Axis, SettingError, Summary, new_experiment, new_run, plan_of, spaced
from engine.trials.comparison_record import MAX_RESULTS

FEW = {"seeds": 2, "updates": 5, "tuning_seeds": 2, "decades": 0.5, "per_decade": 2, "rounds": 0, "combinations": 3}
MANY = {
    "seeds": 1000,
    "updates": 5,
    "tuning_seeds": 100,
    "decades": 6.0,
    "per_decade": 20,
    "combinations": 5000,
    "way": "random",
}
AXES = (spaced("learning_rate", 0.01, 1.0, 3, log=True), Axis("optimizer.beta1", (0.0, 0.9)))


def plan(kind: str, values: dict):
    comparison = COMPARISONS[kind]
    known = {knob.name: values[knob.name] for knob in comparison.knobs if knob.name in values}
    runs = [new_run("adam", learning_rate=0.1), new_run("adam", learning_rate=0.2)]
    return plan_of(new_experiment("rosenbrock", runs), kind, known, axes=AXES if comparison.has_axes else ())


@pytest.mark.parametrize("kind", COMPARISONS)
def test_trials_are_counted_without_making_them(kind: str) -> None:
    few = plan(kind, FEW)
    known: dict[str, Summary] = {}
    while not few.is_finished(known):
        known |= {one.key: Summary(updates=5, value=1.0, curve=(2.0,)) for one in few.trials(known)}
    assert few.most == len(few.trials(known)) == few.expected(known) > 0


@pytest.mark.parametrize("kind", [kind for kind in COMPARISONS if kind != "seeds"])  # of which there are 1000 at most
def test_more_trials_than_a_document_keeps_are_refused_before_any_is_made(kind: str) -> None:
    with pytest.raises(SettingError, match=f"at most {MAX_RESULTS:,} trials, this one would have up to"):
        plan(kind, MANY)


def test_the_rounds_that_may_follow_are_counted() -> None:
    assert plan("race", {**FEW, "rounds": 3}).most == plan("race", FEW).most + 2 * 2 * 3 * 4
