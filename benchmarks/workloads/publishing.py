"""The worker's work per frame, and the views' queries to a history."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from benchmarks.timing import Contender, table
from engine import OPTIMIZERS, Experiment, Session, envelope, full_history, new_experiment, new_run

UPDATES = 1_000_000


def measure(rounds: int) -> Iterator[str]:
    keys = ("adam", *(key for key in OPTIMIZERS if key != "adam"))
    runs = [new_run(key, learning_rate=1e-6) for key in keys[:16]]
    race = {count: _raced(new_experiment("rosenbrock", runs[:count], updates=0)) for count in (1, 8, 16)}
    one = race[1]
    low, high = one.runs[0].history.view().column("loss")[1:]
    xs, ys = np.linspace(-2, 2, 256), np.linspace(-1, 3, 256)
    contenders = [
        *(Contender(f"picture of {count} runs", _repeated(session.picture)) for count, session in race.items()),
        Contender("picture of 8 runs, scrubbed", _repeated(lambda: race[8].picture(UPDATES // 3 + 17))),
        Contender("min/max of a loss curve to 1000 pixels", _repeated(lambda: envelope(low, high, 0, len(low), 1000))),
        Contender("surface on 256 x 256 points", _repeated(lambda: one.problem.values(xs, ys))),
        Contender("every row of 10^6 updates again", _repeated(lambda: full_history(one.runs[0])), 1),
    ]
    yield f"after {UPDATES:,} updates of every run"
    yield from table(contenders, min(rounds, 5), "call")


def _raced(experiment: Experiment) -> Session:
    session = Session(experiment)
    while session.update < UPDATES:
        session.advance(20_000)
    return session


def _repeated(call: Callable[[], object]) -> Callable[[int], None]:
    def run(count: int) -> None:
        for _ in range(count):
            call()

    return run
