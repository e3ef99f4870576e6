"""The score sheet: its numbers by hand for two optimizers, and its workloads."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from engine import OPTIMIZERS, Summary, new_experiment, plan_of, trial
from engine.trials.workloads import WORKLOADS

BUDGETS = {"booth": 1000, "circle": 1000}
# Updates until the target at each rate, from the lowest to the highest; inf is never.
TAKEN = {
    ("adamw", "booth"): (math.inf, 400, 200, 500, math.inf),
    ("adamw", "circle"): (900, 300, 100, 300, 900),
    ("sgd", "booth"): (math.inf, 80, 50, 90, 100),
    ("sgd", "circle"): (math.inf,) * 5,
}


def small(optimizers=("adamw", "sgd"), rounds=0):
    plan = plan_of(new_experiment("rosenbrock", ["sgd"]), "scores", {"seeds": 1, "decades": 0.67, "rounds": rounds})
    workloads = tuple(each for each in WORKLOADS if each.key in BUDGETS)
    return replace(plan, optimizers=optimizers, workloads=tuple(replace(each, updates=1000) for each in workloads))


def by_hand(plan) -> dict[str, Summary]:
    known, places = {}, {}
    for one in plan.trials({}):
        workload = "circle" if "data" in one.experiment.problem.to_dict() else "booth"
        place = places[one.group, workload] = places.get((one.group, workload), -1) + 1
        taken = TAKEN[one.group, workload][place]
        known[one.key] = Summary(value=3.0 - place, reached=None if math.isinf(taken) else int(taken), curve=(5.0,))
    return known


def test_its_numbers_follow_by_hand() -> None:
    plan = small()
    known = by_hand(plan)
    assert len(known) == 20 and plan.is_finished(known)
    result = plan.result(known)
    adamw, sgd = sorted(result.scores, key=lambda score: score.optimizer)
    assert (adamw.score, adamw.failures) == (1.0, 0)
    # Booth 200 / 50 = 4 times as fast; the circle never, which is 10 budgets: 100 / 10,000.
    assert [cell.ratio for cell in sgd.cells] == [4.0, 0.01] and sgd.failures == 1
    assert sgd.score == pytest.approx(math.sqrt(4.0 * 0.01)) and result.scores[0] is adamw
    assert [cell.updates for cell in sgd.cells] == [50.0, None] and [cell.updates for cell in adamw.cells] == [200, 100]
    assert "misses 1 of 2" in " ".join(result.sentences)


def test_nothing_is_claimed_before_the_baseline_and_of_what_is_half_tuned() -> None:
    plan = small()
    known = by_hand(plan)
    of = {one.key: one.group for one in plan.trials({})}
    assert plan.result({}).scores == () and "first" in plan.result({}).sentences[0]
    only = {key: summary for key, summary in known.items() if of[key] == "adamw"}
    assert [score.optimizer for score in plan.result(only).scores] == ["adamw"]
    assert plan.result(only).sentences[0] == "So far, of 1 of 2 optimizers:"
    assert [one.group for one in plan.trials({})] == ["adamw"] * 10 + ["sgd"] * 10, "one after the other"


def test_every_optimizer_gets_as_many_rates() -> None:
    plan = small(rounds=2)
    known: dict[str, Summary] = {}
    for _ in range(4):
        known |= {one.key: Summary(value=1.0, reached=round(1000 * dict(one.point)["learning_rate"]) + 1, curve=(5.0,))
                  for one in plan.trials(known)}  # fmt: skip
    assert plan.is_finished(known)
    counts = {(score.optimizer, len(cell.curve.rates)) for score in plan.result(known).scores for cell in score.cells}
    assert counts == {("adamw", 13), ("sgd", 13)}


def test_all_optimizers_are_on_the_sheet_and_each_workload_can_be_run() -> None:
    plan = plan_of(new_experiment("rosenbrock", ["sgd"]), "scores", {"seeds": 1, "decades": 0.3})
    assert set(plan.optimizers) == set(OPTIMIZERS) and 8 <= len(plan.workloads) <= 10
    assert len({each.key for each in WORKLOADS}) == len(WORKLOADS)
    trials = plan.trials({})
    for workload in WORKLOADS:
        first = next(one for one in trials if one.experiment.problem == workload.task)
        short = replace(first, experiment=replace(first.experiment, stop={**first.experiment.stop, "updates": 2}))
        found = trial(short)
        assert not found.failed and found.curve[0] > workload.target, workload.key


@pytest.mark.slow
def test_the_baseline_reaches_every_target_well_within_its_budget() -> None:
    plan = replace(plan_of(new_experiment("rosenbrock", ["sgd"]), "scores", {"seeds": 1}), optimizers=("adamw",))
    known: dict[str, Summary] = {}
    while not plan.is_finished(known):
        known |= {one.key: trial(one) for one in plan.trials(known) if one.key not in known}
    for cell in plan.result(known).scores[0].cells:
        budget = next(each.updates for each in WORKLOADS if each.key == cell.workload)
        assert cell.updates is not None and cell.updates <= budget / 2, cell.workload
