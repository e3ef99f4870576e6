"""Grid world: from the start to the goal, around walls and past what one may fall into."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.contracts import Hyper, kernel
from engine.problems.policy.environment import (
    BEGIN,
    ENVIRONMENTS,
    OVER,
    PLACE,
    STATE,
    TRANSITION,
    Acting,
    Environment,
    Model,
    Usual,
    Values,
)
from engine.queries import Query
from engine.rng import uniform

Array = np.ndarray

SIZE = 6
FREE, WALL, PIT, GOAL = range(4)
ACTIONS = ("up", "right", "down", "left")
MOVES = ((-1, 0), (0, 1), (1, 0), (0, -1))  # of row and column
COST, PAY, FALL = 0.01, 1.0, -1.0  # of a step, and what the goal and a pit pay
# S: start, G: goal, #: wall, o: pit
LAYOUTS = {
    "walls": (".....G", ".####.", ".#....", ".#.##.", ".#..#.", "S...#."),
    "cliff": ("......", "......", "......", "......", "......", "SooooG"),
    "pits": ("....#G", ".o..o.", "......", ".#o...", "...#o.", "S....."),
}
LAYOUT = Hyper(
    "layout",
    "",
    "walls",
    kind="choice",
    options=tuple(LAYOUTS),
    help="walls: there are two ways; cliff: the short way leads along it; pits: to be walked around",
    tier="basic",
)
SLIP = Hyper("slip", "", 0.0, 0.0, 0.9, slider=(0.0, 0.5), help="how often a step goes to one of its two sides instead")
_SWEEPS, _CLOSE = 10_000, 1e-12


@dataclass(frozen=True, eq=False)
class GridSeen:
    """A policy in a grid of rows and columns, row by row from above.

    cells (6, 6): FREE, WALL, PIT or GOAL. policy (6, 6, 4): probabilities of ACTIONS. exact (6, 6): the discounted
    return from each cell under the policy, NaN where it never stands. learned (6, 6): what the critic takes it to be,
    None without one. start: (row, column).
    """

    cells: Array
    start: tuple[int, int]
    policy: Array
    exact: Array
    learned: Array | None


@dataclass(frozen=True, slots=True)
class GridPolicy(Query[GridSeen]):
    """The policy and its value in every cell."""


@kernel(TRANSITION)
def step(state, action, seed, first, numbers, seen):
    """Move by one cell, or stay before a wall or the edge. numbers: slip, start, then the cells."""
    reward = 0.0
    place = np.int64(state[PLACE])
    if action == BEGIN:
        place = np.int64(numbers[1])
        state[OVER] = 0.0
    else:
        chance = uniform(seed, first)
        if chance <= numbers[0]:
            action = (action + (1 if chance <= 0.5 * numbers[0] else 3)) % 4
        row, column = place // SIZE, place % SIZE
        row += 1 if action == 2 else -1 if action == 0 else 0
        column += 1 if action == 1 else -1 if action == 3 else 0
        reward = -COST
        if 0 <= row < SIZE and 0 <= column < SIZE and numbers[2 + row * SIZE + column] != WALL:
            place = row * SIZE + column
        cell = numbers[2 + place]
        if cell == GOAL:
            reward += PAY
        elif cell == PIT:
            reward += FALL
        state[OVER] = 1.0 if cell in (GOAL, PIT) else 0.0
    state[PLACE] = np.float64(place)
    seen[0], seen[1] = 2.0 * (place % SIZE) / (SIZE - 1.0) - 1.0, 1.0 - 2.0 * (place // SIZE) / (SIZE - 1.0)
    return reward


def cells_of(values: Values) -> tuple[Array, int]:
    """(36,) int64 cells, row by row from above, and the place of the start."""
    text = "".join(LAYOUTS[str(values["layout"])])
    signs = {".": FREE, "S": FREE, "#": WALL, "o": PIT, "G": GOAL}
    return np.array([signs[sign] for sign in text]), text.index("S")


def model_of(values: Values) -> Model:
    """Of the places, row by row from above; one where an episode is over leads nowhere and pays nothing."""
    cells, start = cells_of(values)
    slip = float(values["slip"])  # type: ignore[arg-type]
    chances, pays = np.zeros((SIZE * SIZE, 4, SIZE * SIZE)), np.zeros((SIZE * SIZE, 4))
    gain = np.select([cells == GOAL, cells == PIT], [PAY, FALL], 0.0) - COST
    for place in np.flatnonzero(cells == FREE).tolist():
        for action in range(4):
            for turn, share in ((0, 1.0 - slip), (1, 0.5 * slip), (3, 0.5 * slip)):
                down, right = MOVES[(action + turn) % 4]
                row, column = place // SIZE + down, place % SIZE + right
                inside = 0 <= row < SIZE and 0 <= column < SIZE
                there = row * SIZE + column if inside and cells[row * SIZE + column] != WALL else place
                chances[place, action, there] += share
                pays[place, action] += share * gain[there]
    return Model(chances, pays, start)


def values_under(values: Values, policy: Array, discount: float) -> Array:
    """(36,): the discounted return from each place under a policy (36, 4), however long it takes."""
    chances, pays, _ = model_of(values)
    moving = np.einsum("sa,sat->st", policy, chances)
    system = np.eye(len(moving)) - min(discount, 1.0 - 1e-9) * moving
    found: Array = np.linalg.solve(system, (policy * pays).sum(axis=1))
    return found


def best_return(values: Values) -> float:
    """The highest mean return from the start, by value iteration without a discount."""
    chances, pays, start = model_of(values)
    worth = np.zeros(len(pays))
    for _ in range(_SWEEPS):
        better = (pays + chances @ worth).max(axis=1)
        if np.abs(better - worth).max() < _CLOSE:
            break
        worth = better
    return float(worth[start])


def _features(values: Values) -> Array:
    places = np.arange(SIZE * SIZE)
    return np.stack([2.0 * (places % SIZE) / (SIZE - 1.0) - 1.0, 1.0 - 2.0 * (places // SIZE) / (SIZE - 1.0)], 1)


def _seen(acting: Acting, theta: Array, query: GridPolicy) -> GridSeen:
    cells, start = cells_of(acting.values)
    features = _features(acting.values)
    policy = acting.probabilities(theta, features)
    stands = cells == FREE
    finite = np.isfinite(policy).all()
    exact = values_under(acting.values, policy, acting.discount) if finite else np.full(len(cells), np.nan)
    learned = acting.valued(theta, features)
    square = SIZE, SIZE
    return GridSeen(
        cells.reshape(square),
        (start // SIZE, start % SIZE),
        policy.reshape(SIZE, SIZE, 4),
        np.where(stands, exact, np.nan).reshape(square),
        None if learned is None else np.where(stands, learned, np.nan).reshape(square),
    )


def _pack(values: Values) -> Array:
    cells, start = cells_of(values)
    return np.array([float(values["slip"]), float(start), *cells.tolist()])  # type: ignore[arg-type]


ENVIRONMENTS.add(
    Environment(
        key="grid",
        title="Grid world",
        summary="From the start to the goal in as few steps as may be, without falling into anything.",
        source="Sutton & Barto 2018, Reinforcement Learning, example 6.6, "
        "http://incompleteideas.net/book/the-book-2nd.html",
        knobs=(LAYOUT, SLIP),
        transition=step,
        pack=_pack,
        size=STATE,
        actions=lambda values: ACTIONS,
        states=lambda values: SIZE * SIZE,
        features=("x", "y"),
        usual=Usual(0, 0.98, 10, 100),
        seen=_features,
        best=best_return,
        model=model_of,
        answers={GridPolicy: _seen},
    )
)
