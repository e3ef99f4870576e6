"""Learning rates on a grid, and races of runs that were tuned alike: with summaries made up, and with true ones."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from engine import Summary, new_experiment, new_run, plan_of, trial
from engine.trials.tuning import around, stepped

RACE = {"seeds": 4, "updates": 100, "tuning_seeds": 1, "decades": 1.0, "per_decade": 1}


def told(value: float, diverged: bool = False) -> Summary:
    return Summary(updates=100, value=value, diverged_at=7 if diverged else None, curve=(100.0,))


def rate_of(one) -> float:
    return dict(one.point)["learning_rate"]


def answered(plan, value_of, known=None) -> dict[str, Summary]:
    """Every trial that the plan asks for, to its end; the number of stages is bounded."""
    known = dict(known or {})
    for _ in range(20):
        if plan.is_finished(known):
            return known
        known |= {one.key: value_of(one) for one in plan.trials(known) if one.key not in known}
    raise AssertionError("it never ends")


def test_the_grid_is_even_by_its_logarithm() -> None:
    assert around(0.01, 1.0, 3) == (0.001, 0.00215, 0.00464, 0.01, 0.0215, 0.0464, 0.1)
    assert stepped(0.01, -2, 1) == 0.0001 and stepped(1e12, 1, 1) == 1e12


def test_the_good_range_loses_no_more_than_the_tolerance_of_the_descent() -> None:
    experiment = new_experiment("rosenbrock", [new_run("sgd", learning_rate=0.01)])
    plan = plan_of(experiment, "rates", {"updates": 100, "decades": 2.0, "per_decade": 1, "tolerance": 0.1})
    # The best descends from 100 to 10, so what ends at 19 or below is good.
    values = {0.0001: 90.0, 0.001: 19.0, 0.01: 10.0, 0.1: 19.1, 1.0: math.inf}
    known = {one.key: told(values[rate_of(one)], rate_of(one) == 1.0) for one in plan.trials({})}
    result = plan.result(known)
    (curve,) = result.curves
    assert (curve.best_rate, curve.good, curve.diverged) == (0.01, (1, 2), (0, 0, 0, 0, 1))
    assert curve.decades == pytest.approx(1.0) and not curve.is_at_edge
    assert "learning rate 0.01; good from 0.001 to 0.01, a factor of 10 (1.0 decades)" in result.sentences[0]
    assert "diverged with 1." in result.sentences[0]


def test_a_rate_at_which_a_seed_diverged_is_not_the_best() -> None:
    experiment = new_experiment("rosenbrock", [new_run("sgd", learning_rate=0.01)])
    plan = plan_of(experiment, "rates", {"updates": 100, "decades": 1.0, "per_decade": 1, "seeds": 3})
    known = {
        one.key: told(math.inf, True) if rate_of(one) == 0.1 and one.seed == 2 else told(1.0 / rate_of(one))
        for one in plan.trials({})
    }
    assert plan.result(known).curves[0].best_rate == 0.01


def test_all_runs_get_more_rates_while_the_best_of_any_is_at_the_edge() -> None:
    experiment = new_experiment("rosenbrock", [new_run("sgd", learning_rate=0.01), new_run("adam", learning_rate=0.01)])
    plan = plan_of(experiment, "race", RACE)

    def value(one) -> Summary:  # the best is 0.01 for one, 100 for the other
        best = {"sgd": 0.01, "adam": 100.0}[one.group]
        return told(abs(math.log10(rate_of(one) / best)) + (0.0 if one.seed < 1000 else 0.1 * (one.group == "adam")))

    known = answered(plan, value)
    result = plan.result(known)
    assert result.is_tuned and [curve.best_rate for curve in result.curves] == [0.01, 100.0]
    assert len(result.curves[0].rates) == len(result.curves[1].rates) == 3 + 4, "the same budget"
    assert max(result.curves[0].rates) == 0.1, "beyond the edge for one, around its best for the other"
    race = [one for one in plan.trials(known) if one.seed >= 1000]
    assert {(one.group, rate_of(one)) for one in race} == {("sgd", 0.01), ("adam", 100.0)} and len(race) == 8
    assert (
        "Gradient descent (tuned to 0.01) ends lower than Adam (tuned to 100) for 4 of 4 seeds" in result.sentences[0]
    )
    assert any("tuned by 7 learning rates, all alike" in told for told in result.sentences)
    before = plan.result({})
    assert not before.is_tuned and not before.arms and "being tuned" in before.sentences[0]


def test_a_race_of_one_optimizer_against_itself_tells_no_difference() -> None:
    """Their own rates differ, and the race tunes them: both are tried at the same ones."""
    runs = [new_run("sgd", learning_rate=0.0002), new_run("sgd", learning_rate=0.0007)]
    plan = plan_of(new_experiment("rosenbrock", runs), "race", {**RACE, "decades": 2.0, "per_decade": 3, "seeds": 20})
    result = plan.result(answered(plan, trial))
    one, other = result.curves
    assert one.best_rate == other.best_rate and set(one.rates) & set(other.rates)
    resting = plan_of(new_experiment("rosenbrock", [new_run("sgd", learning_rate=0.0), *runs]), "race", RACE)
    tried = {rate_of(trial) for trial in resting.trials({}) if trial.group == "sgd"}
    assert len(tried) == 3 and 1e-12 in tried, "one that stands still is tuned from the least rates on"
    assert result.pairs[0].are_one and result.pairs[0].p == 1.0
    assert "one and the same, bit for bit" in result.sentences[0]


def test_where_all_rates_end_alike_none_is_the_best() -> None:
    experiment = new_experiment(
        "rosenbrock", [new_run("sgd", learning_rate=0.003), new_run("adam", learning_rate=0.03)]
    )
    plan = plan_of(experiment, "race", RACE)
    known = answered(plan, lambda one: told(0.0 if one.seed < 1000 else {"sgd": 1.0, "adam": 2.0}[one.group]))
    result = plan.result(known)
    assert all(curve.is_flat and not curve.is_tuned for curve in result.curves)
    race = [one for one in plan.trials(known) if one.seed >= 1000]
    own = {(one.group, one.experiment.runs[0].settings.learning_rate) for one in race}
    assert own == {("sgd", 0.003), ("adam", 0.03)}, "each as it is"
    assert "but Gradient descent and Adam, for which none was better" in result.terms
    assert sum("it could not be tuned" in each for each in result.sentences) == 2


def test_a_good_range_that_ends_with_the_grid_says_so_and_equal_ones_are_not_ranked() -> None:
    runs = [new_run("sgd", learning_rate=0.01), new_run("adam", learning_rate=0.012)]
    knobs = {"updates": 100, "decades": 1.0, "per_decade": 3, "tolerance": 0.0}
    plan = plan_of(new_experiment("rosenbrock", runs), "rates", knobs)
    known = {one.key: told(0.1 if rate_of(one) < 0.05 else 9.0) for one in plan.trials({})}
    sentences = plan.result(known).sentences
    assert "the lowest that was tried: it may be wider" in sentences[0]
    assert not any("easiest" in each for each in sentences)
    flat = plan.result({one.key: told(0.1) for one in plan.trials({})})
    assert flat.sentences[0] == "Gradient descent ends at 0.1 with every learning rate that was tried."


def test_what_no_rate_reaches_is_said_and_the_race_still_ends() -> None:
    experiment = new_experiment("rosenbrock", ["sgd", "adam"])
    plan = plan_of(experiment, "race", {**RACE, "rounds": 1})
    known = answered(plan, lambda one: told(math.inf, True) if one.group == "sgd" else told(1.0))
    result = plan.result(known)
    assert result.curves[0].best_rate is None
    assert any("Gradient descent diverged for 4 of 4 seeds" in told for told in result.sentences)
    nobody = plan.result(answered(plan, lambda one: told(math.inf, True)))
    assert nobody.pairs[0].lost == 4 and "diverge with every seed: neither can be judged" in nobody.sentences[0]
    assert (
        "Gradient descent diverged with every learning rate that was tried: it could not be tuned." in nobody.sentences
    )


def test_a_true_race_tunes_before_it_runs() -> None:
    experiment = new_experiment("rosenbrock", ["momentum", "adam"], updates=0)
    plan = plan_of(experiment, "race", {**RACE, "tuning_seeds": 3, "per_decade": 2})
    result = plan.result(answered(plan, trial))
    assert all(curve.best_rate is not None and not curve.is_at_edge for curve in result.curves)
    assert all(len(arm.seeds) == 4 for arm in result.arms) and result.done == result.expected
    default = plan_of(experiment, "seeds", {"seeds": 4, "updates": 100})
    untuned = default.result({one.key: trial(one) for one in default.trials({})}).arms[1]
    assert result.arms[1].spread.median < 0.1 * untuned.spread.median, "Adam at 0.001 has hardly begun"


def test_failed_trials_count_as_untried() -> None:
    experiment = new_experiment("rosenbrock", ["sgd"])
    plan = plan_of(experiment, "rates", {"updates": 100})
    known = {one.key: replace(told(1.0), failed="it cannot be") for one in plan.trials({})}
    assert plan.result(known).curves[0].rates == () and "not been tried" in plan.result(known).sentences[0]
