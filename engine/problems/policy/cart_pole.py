"""Cart and pole: a pole on a cart that is pushed left or right has to stay upright."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from engine.contracts import SettingError, kernel
from engine.problems.policy.environment import (
    BEGIN,
    ENVIRONMENTS,
    OVER,
    PLACE,
    STATE,
    TRANSITION,
    Acting,
    Environment,
    Usual,
)
from engine.queries import Query
from engine.rng import uniform

Array = np.ndarray

GRAVITY, CART, POLE, HALF_LENGTH, FORCE, SECONDS = 9.8, 1.0, 0.1, 0.5, 10.0, 0.02
FURTHEST, STEEPEST = 2.4, 12.0 * 2.0 * math.pi / 360.0  # metres and radians; beyond, the episode is over
_START = 0.05
FEATURES = ("position", "velocity", "angle", "turning")
# Where each of them is looked at: (least, most), and its unit.
RANGES: Mapping[str, tuple[float, float]] = {
    "position": (-2.4, 2.4),
    "velocity": (-3.0, 3.0),
    "angle": (-STEEPEST, STEEPEST),
    "turning": (-3.0, 3.0),
}
UNITS: Mapping[str, str] = {"position": "m", "velocity": "m/s", "angle": "rad", "turning": "rad/s"}
_POINTS = 61


@dataclass(frozen=True, eq=False)
class SliceSeen:
    """right (k, k): how likely the cart is pushed right, in rows of ys (k,) along xs (k,)."""

    xs: Array
    ys: Array
    right: Array


@dataclass(frozen=True, slots=True)
class PolicySlice(Query[SliceSeen]):
    """The policy over two of the four numbers that it sees, by their names; the others are 0."""

    across: str = "angle"
    up: str = "turning"

    NAMES: ClassVar[tuple[str, ...]] = FEATURES
    UNITS: ClassVar[Mapping[str, str]] = UNITS

    def __post_init__(self) -> None:
        if self.across == self.up or not {self.across, self.up} <= set(FEATURES):
            told = f"two of {', '.join(FEATURES)}, got {self.across!r:.60} and {self.up!r:.60}"
            raise SettingError(f"a policy is seen over {told}")


@kernel(TRANSITION)
def balance(state, action, seed, first, numbers, seen):
    """The equations of Gymnasium's CartPole-v1, by Euler's method; each step pays 1, the one that fails too."""
    x, v, angle, turning = state[STATE], state[STATE + 1], state[STATE + 2], state[STATE + 3]
    reward = 1.0
    if action == BEGIN:
        x, v = _START * (2.0 * uniform(seed, 0) - 1.0), _START * (2.0 * uniform(seed, 1) - 1.0)
        angle, turning = _START * (2.0 * uniform(seed, 2) - 1.0), _START * (2.0 * uniform(seed, 3) - 1.0)
        reward = 0.0
    else:
        force = FORCE if action == 1 else -FORCE
        cosine, sine = math.cos(angle), math.sin(angle)
        pushed = (force + POLE * HALF_LENGTH * turning * turning * sine) / (CART + POLE)
        swing = (GRAVITY * sine - cosine * pushed) / (
            HALF_LENGTH * (4.0 / 3.0 - POLE * cosine * cosine / (CART + POLE))
        )
        drive = pushed - POLE * HALF_LENGTH * swing * cosine / (CART + POLE)
        x += SECONDS * v
        v += SECONDS * drive
        angle += SECONDS * turning
        turning += SECONDS * swing
    state[STATE], state[STATE + 1], state[STATE + 2], state[STATE + 3] = x, v, angle, turning
    seen[0], seen[1], seen[2], seen[3] = x, v, angle, turning
    state[PLACE] = 0.0
    state[OVER] = 1.0 if abs(x) > FURTHEST or abs(angle) > STEEPEST else 0.0
    return reward


def _slice(acting: Acting, theta: Array, query: PolicySlice) -> SliceSeen:
    xs, ys = np.linspace(*RANGES[query.across], _POINTS), np.linspace(*RANGES[query.up], _POINTS)
    seen = np.zeros((_POINTS, _POINTS, len(FEATURES)))
    seen[..., FEATURES.index(query.across)] = xs
    seen[..., FEATURES.index(query.up)] = ys[:, None]
    right = acting.probabilities(theta, seen.reshape(-1, len(FEATURES)))[:, 1]
    return SliceSeen(xs, ys, right.reshape(_POINTS, _POINTS))


ENVIRONMENTS.add(
    Environment(
        key="cart_pole",
        title="CartPole",
        summary="A pole on a cart stays up as long as it can, with a push to the left or to the right at every step.",
        source="Barto, Sutton & Anderson 1983, https://doi.org/10.1109/TSMC.1983.6313077; Gymnasium's CartPole-v1, "
        "https://gymnasium.farama.org/environments/classic_control/cart_pole/",
        knobs=(),
        transition=balance,
        pack=lambda values: np.zeros(1),
        size=STATE + len(FEATURES),
        actions=lambda values: ("left", "right"),
        states=lambda values: 0,
        features=FEATURES,
        usual=Usual(16, 0.99, 1, 200),
        answers={PolicySlice: _slice},
    )
)
