"""Every optimizer through the session on Rosenbrock; the first row is gradient descent."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from benchmarks.timing import Contender, table
from engine import OPTIMIZERS, Session, new_experiment, new_run

RATE = 1e-6  # slow enough that none arrives


def measure(rounds: int) -> Iterator[str]:
    yield from table([Contender(entry.title, _descent(key)) for key, entry in OPTIMIZERS.items()], rounds)


def _descent(optimizer: str) -> Callable[[int], int]:
    session = Session(new_experiment("rosenbrock", [new_run(optimizer, learning_rate=RATE)], updates=0))
    session.advance(200_000)  # the history is as large as it gets
    return session.advance
