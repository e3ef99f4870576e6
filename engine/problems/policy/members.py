"""The environments, in the order of the menus."""

from __future__ import annotations

from engine.problems.policy import bandit, cart_pole, corridor, grid
from engine.problems.policy.environment import ENVIRONMENTS as ENVIRONMENTS

__all__ = ["ENVIRONMENTS", "bandit", "cart_pole", "corridor", "grid"]
