"""Environments: their equations, and what is known of their policies."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine import ENVIRONMENTS, Arms, CorridorPolicy, GridPolicy, PolicySlice, SettingError, finish, snapshot_of
from engine.problems.policy.corridor import BEST_RIGHT, corridor_return
from engine.problems.policy.environment import OVER, STATE
from engine.problems.policy.grid import COST, FREE, LAYOUTS, PAY
from tests.engine.problems.policy.cases import session_of, start_of


def gymnasium(state: np.ndarray, action: int) -> tuple[np.ndarray, bool]:
    """One step of CartPole-v1, written after its source (cartpole.py of Gymnasium, kinematics_integrator "euler")."""
    x, x_dot, theta, theta_dot = state
    gravity, masscart, masspole, length = 9.8, 1.0, 0.1, 0.5
    total_mass, polemass_length = masspole + masscart, masspole * length
    force = 10.0 if action == 1 else -10.0
    costheta, sintheta = math.cos(theta), math.sin(theta)
    temp = (force + polemass_length * theta_dot**2 * sintheta) / total_mass
    thetaacc = (gravity * sintheta - costheta * temp) / (length * (4.0 / 3.0 - masspole * costheta**2 / total_mass))
    xacc = temp - polemass_length * thetaacc * costheta / total_mass
    tau = 0.02
    after = np.array([x + tau * x_dot, x_dot + tau * xacc, theta + tau * theta_dot, theta_dot + tau * thetaacc])
    return after, bool(abs(after[0]) > 2.4 or abs(after[2]) > 12 * 2 * math.pi / 360)


def test_the_cart_moves_by_gymnasiums_equations():
    session = session_of("cart_pole", longest=200)
    agent = session.problem.subject
    steps, ends = 0, 0
    for number in range(20):
        episode = agent.played(session.problem.start, number)
        assert np.abs(episode.states[0, STATE:]).max() <= 0.05 and (episode.rewards == 1.0).all()
        for t, action in enumerate(episode.chosen):
            after, over = gymnasium(episode.states[t, STATE:], action)
            np.testing.assert_allclose(episode.states[t + 1, STATE:], after, rtol=1e-13, atol=1e-15)
            assert bool(episode.states[t + 1, OVER]) == over
            steps, ends = steps + 1, ends + over
    assert steps > 200 and ends == 20, "an untrained policy lets it fall"


@pytest.mark.parametrize("right", [0.2, 0.59, 0.8])
def test_the_return_of_the_corridor_is_what_its_equations_say(right):
    """v(0) = -1 + p v(1) + (1 - p) v(0); v(1) = -1 + p v(0) + (1 - p) v(2); v(2) = -1 + (1 - p) v(1)."""
    p = right
    moves = np.array([[1 - p, p, 0], [p, 0, 1 - p], [0, 1 - p, 0]])
    expected = np.linalg.solve(np.eye(3) - moves, -np.ones(3))[0]
    assert corridor_return(np.array(p)) == pytest.approx(expected, rel=1e-12)
    session = session_of("corridor", environment={"kind": "corridor", "right": right}, longest=2000)
    played = [session.problem.subject.played(session.problem.start, number).rewards.sum() for number in range(2000)]
    assert np.mean(played) == pytest.approx(expected, abs=4 * np.std(played) / np.sqrt(2000))


def test_the_best_policy_of_the_corridor():
    entry = ENVIRONMENTS["corridor"]
    best = entry.best({"right": 0.05})
    rights = np.linspace(0.01, 0.99, 9801)
    assert best == pytest.approx(corridor_return(rights).max(), abs=1e-6) == pytest.approx(-11.6569, abs=1e-4)
    assert pytest.approx(rights[corridor_return(rights).argmax()], abs=1e-4) == BEST_RIGHT
    session = session_of("corridor")
    seen = snapshot_of(session.problem, session.problem.start, [CorridorPolicy()]).answer(CorridorPolicy)
    assert seen.right == pytest.approx(0.4) and seen.mean_return == pytest.approx(-13.3333, abs=1e-4)


def test_the_arms_pay_around_their_values():
    session = session_of("bandit")
    problem = session.problem
    seen = snapshot_of(problem, problem.start, [Arms()]).answer(Arms)
    np.testing.assert_allclose(seen.probabilities, 0.1)
    assert problem.subject.best_return == seen.values.max()
    pulls = [problem.subject.played(problem.start, number) for number in range(3000)]
    chosen = np.array([pull.chosen[0] for pull in pulls])
    paid = np.array([pull.rewards[0] for pull in pulls])
    np.testing.assert_allclose(np.bincount(chosen, minlength=10) / 3000, 0.1, atol=0.025)
    for arm in range(10):
        assert paid[chosen == arm].mean() == pytest.approx(seen.values[arm], abs=0.3)
    assert (paid - seen.values[chosen]).std() == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_value_of_a_policy_in_the_grid_is_what_its_episodes_return(layout):
    session = session_of(
        "grid-value", environment={"kind": "grid", "layout": layout, "slip": 0.2}, longest=2000, discount=1.0
    )
    problem = session.problem
    seen = snapshot_of(problem, problem.start, [GridPolicy()]).answer(GridPolicy)
    assert seen.learned is not None and np.isnan(seen.exact[seen.cells != FREE]).all()
    played = [problem.subject.played(problem.start, number).rewards.sum() for number in range(800)]
    assert seen.exact[seen.start] == pytest.approx(np.mean(played), abs=4 * np.std(played) / np.sqrt(800))
    assert problem.subject.best_return > seen.exact[seen.start]


@pytest.mark.parametrize("case", ["bandit", "corridor", "grid-value", "grid-network"])
def test_the_return_that_is_measured_is_the_mean_of_its_episodes(case):
    session = session_of(case, longest=1 if case == "bandit" else 25)
    problem, theta = session.problem, start_of(session)
    values, _ = finish(problem.measured(theta, None, 0.0, 0.0))
    told = dict(zip((measure.key for measure in problem.subject.measures), values, strict=True))
    played = [problem.subject.played(theta, number) for number in range(1500)]
    returns = np.array([episode.rewards.sum() for episode in played])
    assert told["return"] == pytest.approx(returns.mean(), abs=4 * returns.std() / np.sqrt(1500))
    first = played[:100]
    assert told["episode_length"] == pytest.approx(np.mean([episode.length for episode in first]), rel=1e-12)
    chances = np.concatenate([episode.chances for episode in first])
    assert told["entropy"] == pytest.approx(-(chances * np.log(chances)).sum(axis=1).mean(), rel=1e-12)
    assert told["measured_loss"] == -told["return"]
    assert np.isnan(told["value_error"]) == (problem.subject.shape.critic == 0)


@pytest.mark.parametrize(("layout", "steps"), [("walls", 10), ("cliff", 7), ("pits", 10)])
def test_the_best_return_in_the_grid_is_that_of_the_shortest_way(layout, steps):
    best = ENVIRONMENTS["grid"].best({"layout": layout, "slip": 0.0})
    assert best == pytest.approx(PAY - COST * steps, abs=1e-9)


def test_a_policy_is_seen_over_two_numbers():
    problem = session_of("cart_pole").problem
    seen = snapshot_of(problem, problem.start, [PolicySlice("position", "velocity")]).answer(PolicySlice)
    middle = problem.subject.probabilities(problem.start, np.zeros((1, 4)))[0, 1]
    assert seen.right[30, 30] == pytest.approx(middle, rel=1e-12) and seen.right.shape == (61, 61)
    assert 0.0 < seen.right.min() < seen.right.max() < 1.0
    with pytest.raises(SettingError, match="a policy is seen over two of position, velocity, angle, turning, got"):
        PolicySlice("angle", "angle")
