"""Makes policies.npz: gradients of the surrogate of a policy gradient, as PyTorch's autograd has them.

    pip install torch        (made with torch 2.13.0)
    PYTHONPATH=. python tests/engine/reference/make_policies.py   (at the root of the project)

In float64. Of each case of tests/engine/problems/policy/cases.py, by its name: theta/name (n,), where episodes of the
first update are played, and gradient/name (n,): that of -(1/B) sum of credit log pi(action), plus the critic's half
squared error, averaged over the steps of an episode and the episodes, credits and goals being constants.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from engine import Agent, Episode
from engine.problems.policy.environment import PLACE
from engine.problems.policy.methods import LEARNED, MEAN
from engine.problems.policy.shape import Shape
from tests.engine.problems.policy.cases import CASES, episodes_at, session_of, start_of

torch.set_default_dtype(torch.float64)


def outputs(shape: Shape, theta: torch.Tensor, episode: Episode, critic: bool) -> torch.Tensor:
    """Preferences (T, actions), or values (T, 1)."""
    first, wide = (shape.policy_size, 1) if critic else (0, len(shape.actions))
    if critic and shape.critic == MEAN:
        return theta[first].expand(episode.length, 1)

    def taken(*size: int) -> torch.Tensor:
        nonlocal first
        part = theta[first : first + int(np.prod(size))].reshape(size)
        first += part.numel()
        return part

    if shape.is_table:
        return taken(shape.states, wide)[episode.states[:-1, PLACE].astype(int)]
    seen = torch.from_numpy(episode.seen)
    if shape.hidden:
        weights, biases = taken(shape.hidden, len(shape.features)), taken(shape.hidden)
        seen = torch.tanh(seen @ weights.T + biases)
    return seen @ taken(wide, seen.shape[1]).T + taken(wide)


def surrogate(shape: Shape, theta: torch.Tensor, episodes: list[Episode]) -> torch.Tensor:
    total = torch.zeros(())
    for episode in episodes:
        likely = torch.log_softmax(outputs(shape, theta, episode, False), 1)
        taken = likely[torch.arange(episode.length), torch.from_numpy(episode.chosen)]
        total = total - (torch.from_numpy(episode.credits) * taken).sum()
        if shape.critic in (MEAN, LEARNED):
            misses = outputs(shape, theta, episode, True)[:, 0] - torch.from_numpy(episode.goals)
            total = total + 0.5 * (misses * misses).mean()
    return total / len(episodes)


def made() -> dict[str, np.ndarray]:
    found = {}
    for name in CASES:
        session = session_of(name)
        agent, at = session.problem.subject, start_of(session)
        assert isinstance(agent, Agent)
        theta = torch.from_numpy(at.copy()).requires_grad_()
        surrogate(agent.shape, theta, episodes_at(session, at)).backward()
        found |= {f"theta/{name}": at, f"gradient/{name}": theta.grad.numpy()}
    return found


if __name__ == "__main__":
    np.savez_compressed(Path(__file__).parent / "policies.npz", **made())
