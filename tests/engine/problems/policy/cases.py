"""Policies of every kind of shape, by every method, for tests and for the references that these are held to."""

from __future__ import annotations

from typing import Any

import numpy as np

from engine import Agent, Episode, Session, new_policy, new_run

BATCH = 3  # episodes
CASES: dict[str, dict[str, Any]] = {
    "bandit": {"environment": "bandit"},
    "bandit-mean": {"environment": "bandit", "method": {"kind": "reinforce", "baseline": "mean"}},
    "corridor": {"environment": {"kind": "corridor", "right": 0.4}, "discount": 0.9},
    "grid-value": {"environment": "grid", "method": {"kind": "reinforce", "baseline": "value"}},
    "grid-network": {
        "environment": {"kind": "grid", "layout": "pits", "slip": 0.3},
        "method": {"kind": "actor_critic", "lambda": 0.7},
        "hidden": 5,
    },
    "cart_pole": {"environment": "cart_pole", "method": {"kind": "reinforce", "baseline": "normalised"}},
    "cart_pole-critic": {"environment": "cart_pole", "method": "actor_critic"},
    "cart_pole-linear": {"environment": "cart_pole", "hidden": 0, "method": {"kind": "reinforce", "baseline": "value"}},
}


def session_of(case: str, rate: float = 1.0, **changes: Any) -> Session:
    """A session with one run of plain gradient descent on a case."""
    settings = {"episodes": BATCH, "longest": 60, **CASES[case], **changes}
    return Session(new_policy(settings.pop("environment"), [new_run("sgd", learning_rate=rate)], **settings))


def start_of(session: Session) -> np.ndarray:
    """theta (n,) somewhere: not where all preferences are equal and all values 0."""
    start = session.problem.start
    return start + 0.3 * np.sin(1.0 + np.arange(start.size))


def episodes_at(session: Session, theta: np.ndarray) -> list[Episode]:
    """The episodes of the first update, played at theta."""
    agent = session.problem.subject
    assert isinstance(agent, Agent)
    return [agent.played(theta, number, update=0) for number in range(BATCH)]


def gradient_at(session: Session, theta: np.ndarray) -> np.ndarray:
    """The gradient (n,) of the first update at theta: what plain gradient descent at rate 1 takes from it."""
    machine = session.runs[0].machine
    machine.theta[:] = theta
    for _ in machine.replay_to(1):
        pass
    return theta - machine.theta
