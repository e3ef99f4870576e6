"""Runs over seeds: bands, pairs and sentences."""

from __future__ import annotations

import numpy as np
import pytest

from engine import Axis, SettingError, Summary, new_experiment, new_network, new_run, plan_of, trial
from tests.each import each


def known_of(plan) -> dict:
    return {one.key: trial(one) for one in plan.trials({})}


def test_seeds_are_the_same_for_all_runs_and_what_is_said_is_so() -> None:
    plan = plan_of(new_experiment("rosenbrock", ["momentum", "adam"]), "seeds", {"seeds": 6, "updates": 300})
    starts = {(one.seed, one.experiment.problem.start) for one in plan.trials({})}
    assert len(starts) == 6 and len({start for _, start in starts}) == 6
    known = known_of(plan)
    assert plan.is_finished(known) and not plan.is_finished({})
    result = plan.result(known)
    momentum, adam = result.arms
    assert all(a < b for a, b in zip(momentum.values, adam.values, strict=True))
    assert "Momentum ends lower than Adam for 6 of 6 seeds" in result.sentences[0] and "p = .031" in result.sentences[0]
    np.testing.assert_allclose(momentum.band[1], np.median(momentum.lines, axis=0))
    assert (result.done, result.expected) == (12, 12)
    some = dict(list(known.items())[:3])
    part = plan.result(some)
    assert part.done == 3 and part.pairs[0].test.wins == 1, "pairs are of the seeds that both have"


@each("changes, differs", [({"noise": 0.5}, "seed"), ({}, "start")])
def test_a_surface_is_varied_by_its_noise_or_else_by_its_start(changes, differs) -> None:
    experiment = new_experiment("rosenbrock", [new_run("sgd", batch=1)], **changes)
    tasks = [one.experiment.problem for one in plan_of(experiment, "seeds", {"seeds": 3}).trials({})]
    assert tasks[0] == experiment.problem
    assert len({getattr(task, differs) for task in tasks}) == 3
    other = "start" if differs == "seed" else "seed"
    assert len({getattr(task, other) for task in tasks}) == 1


def test_noise_that_nobody_feels_is_no_seed_and_what_is_the_same_again_counts_once() -> None:
    noisy = new_experiment("rosenbrock", ["sgd", "momentum"], noise=0.5)  # with full batches, whose gradients are exact
    plan = plan_of(noisy, "seeds", {"seeds": 8, "updates": 20})
    result = plan.result(known_of(plan))
    assert len(set(result.arms[0].digests)) == 8 and "new starts" in result.sentences[-1]
    batch = Axis("batch", ("full", "single"))
    assert plan_of(noisy, "sweep", {"updates": 5}, axes=[batch]).experiment.problem.noise == 0.5, "one of them feels it"

    same = {one.key: Summary(updates=20, value={"sgd": 1.0, "momentum": 2.0}[one.group], curve=(1.0,), digest=one.group)
            for one in plan.trials({})}  # fmt: skip
    result = plan.result(same)
    assert (result.pairs[0].test.wins, result.pairs[0].p) == (1, 1.0) and all(arm.is_one for arm in result.arms)
    assert "no difference can be told" in result.sentences[0] and "count as one" in result.sentences[-1]
    assert "Gradient descent ends at 1, the same with 8 seeds." in result.sentences


def test_networks_get_new_data_weights_and_batches() -> None:
    tasks = [
        one.experiment.problem for one in plan_of(new_network("circle", ["sgd"]), "seeds", {"seeds": 2}).trials({})
    ]
    for name in ("seed", "data_seed", "weight_seed"):
        assert tasks[1].value(name) == tasks[0].value(name) + 1


def test_what_cannot_be_compared_is_refused() -> None:
    experiment = new_network("circle", ["sgd"])
    with pytest.raises(SettingError, match=r"seeds must lie in \[1, 1000\]|a whole number"):
        plan_of(experiment, "seeds", {"seeds": 0})
    with pytest.raises(SettingError, match="accuracy"):
        plan_of(experiment, "seeds", counted="accuracy")
    with pytest.raises(SettingError, match="unknown comparison"):
        plan_of(experiment, "sees")
