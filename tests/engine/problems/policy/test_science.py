"""Published results of the policy gradient, through the real engine."""

from __future__ import annotations

import numpy as np
import pytest

from engine import CorridorPolicy, Session, full_history, new_policy, new_run, snapshot_of


def solved(seed: int) -> bool:
    """Whether 100 episodes in a row come to 195 steps on average, within 1000 episodes."""
    session = Session(
        new_policy(
            "cart_pole",
            [new_run("adam", learning_rate=0.01)],
            method={"kind": "reinforce", "baseline": "normalised"},
            seed=seed,
            weight_seed=seed,
        )
    )
    session.advance(1000)
    returns = -full_history(session.runs[0])["loss"]
    return bool(np.convolve(returns, np.full(100, 0.01), "valid").max() >= 195.0)


def test_the_pole_stays_up():
    assert solved(1)


@pytest.mark.slow
def test_the_pole_stays_up_for_nine_of_ten_seeds():
    assert sum(map(solved, range(1, 11))) >= 9


@pytest.mark.slow
def test_the_corridor_is_walked_by_chance():
    """Towards the best stochastic policy, from one that nearly always goes left."""
    found = []
    for seed in range(1, 9):
        session = Session(new_policy("corridor", [new_run("sgd", learning_rate=0.002)], seed=seed))
        session.advance(4000)
        problem, theta = session.problem, session.runs[0].machine.theta
        found.append(snapshot_of(problem, theta, [CorridorPolicy()]).answer(CorridorPolicy))
    assert np.mean([seen.right for seen in found]) == pytest.approx(0.586, abs=0.05)
    assert np.mean([seen.mean_return for seen in found]) == pytest.approx(-11.6569, abs=0.3)


def pulled_best(baseline: str, seed: int) -> float:
    runs = [new_run("sgd", learning_rate=0.1)]
    session = Session(
        new_policy(
            {"kind": "bandit", "draw": seed}, runs, method={"kind": "reinforce", "baseline": baseline}, seed=seed
        )
    )
    session.advance(1000)
    agent, theta = session.problem.subject, session.runs[0].machine.theta
    best = agent.environment.pack(agent.values).argmax()
    return float(agent.probabilities(theta, np.zeros((1, 0)))[0, best])


@pytest.mark.slow
def test_a_baseline_finds_the_best_arm_more_often():
    """Figure 2.5 of Sutton & Barto: values around 4, step 0.1, 1000 steps."""
    with_it, without = (np.mean([pulled_best(kind, seed) for seed in range(1, 101)]) for kind in ("mean", "none"))
    assert with_it > 0.6 and without < with_it - 0.15
