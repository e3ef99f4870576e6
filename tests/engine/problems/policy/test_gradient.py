"""The gradient of a policy: against PyTorch, and against differences of the surrogate at fixed actions."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine import Agent, Episode
from engine.problems.policy.environment import PLACE
from engine.problems.policy.methods import NO_CRITIC
from tests.engine.problems.policy.cases import CASES, episodes_at, gradient_at, session_of, start_of

REFERENCE = np.load(Path(__file__).parents[2] / "reference" / "policies.npz")


def surrogate(agent: Agent, theta: np.ndarray, episodes: list[Episode]) -> float:
    total = 0.0
    for episode in episodes:
        rows = episode.states[:-1, PLACE].astype(int) if agent.shape.is_table else slice(None)
        chances = agent.probabilities(theta, episode.seen)[rows]
        chances = np.broadcast_to(chances, (episode.length, chances.shape[1]))
        total -= episode.credits @ np.log(chances[np.arange(episode.length), episode.chosen])
        values = agent.valued(theta, episode.seen)
        if agent.shape.critic != NO_CRITIC:
            values = values[rows] if len(values) == agent.shape.states else values
            total += 0.5 * np.mean((values - episode.goals) ** 2)
    return total / len(episodes)


def test_there_is_a_reference_of_every_case():
    assert {name.partition("/")[2] for name in REFERENCE.files} == set(CASES)


@pytest.mark.parametrize("case", CASES)
def test_the_gradient_is_pytorchs(case):
    session = session_of(case)
    found, expected = gradient_at(session, REFERENCE[f"theta/{case}"]), REFERENCE[f"gradient/{case}"]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-10 * np.abs(expected).max())


@pytest.mark.parametrize("case", ["bandit-mean", "corridor", "grid-network", "cart_pole-critic"])
def test_the_gradient_is_that_of_the_surrogate_at_fixed_actions(case):
    session = session_of(case)
    theta, agent = start_of(session), session.problem.subject
    episodes = episodes_at(session, theta)
    for place in range(0, theta.size, 1 + theta.size // 20):
        step = np.zeros_like(theta)
        step[place] = 1e-6
        slope = (surrogate(agent, theta + step, episodes) - surrogate(agent, theta - step, episodes)) / 2e-6
        assert gradient_at(session_of(case), theta)[place] == pytest.approx(slope, rel=1e-5, abs=1e-6)


@pytest.mark.parametrize("case", ["grid-network", "cart_pole"])
def test_the_loss_is_minus_the_mean_return_of_the_batch(case):
    session = session_of(case)
    session.advance(1)
    told = [episode.rewards.sum() for episode in episodes_at(session, session.problem.start)]
    assert session.runs[0].history.view().last[0, 0] == pytest.approx(-np.mean(told), rel=1e-13)
