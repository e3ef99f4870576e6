"""One trajectory through the whole of Fall Line (history, stop rules, checks), against peers.

The peers record nothing and check nothing. All of them must end at the same loss.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from benchmarks.peers import (
    BETA1,
    BETA2,
    EPS,
    RATE,
    START,
    Missing,
    Peer,
    compiled_c,
    jax_scan,
    numpy_loop,
    python_loop,
    torch_eager,
)
from benchmarks.timing import Contender, table
from engine import Session, new_experiment, new_run

CHECKED = 2000  # updates after which the losses are compared
# Updates of one trajectory, long enough that its start does not matter.
LENGTH = 200_000
LENGTHS = {compiled_c: LENGTH, jax_scan: LENGTH, python_loop: 10_000, numpy_loop: 2_000, torch_eager: 300}


# As a peer is compiled beforehand, so is the experiment described; a session of it is begun anew for each trajectory.
EXPERIMENT = new_experiment(
    "rosenbrock",
    [new_run("adam", learning_rate=RATE, beta1=BETA1, beta2=BETA2, eps=EPS)],
    start=START,
    updates=0,
)


def ours(count: int) -> tuple[float, float]:
    session = Session(EXPERIMENT)
    session.advance(count)
    x, y = session.runs[0].machine.theta
    return float(x), float(y)


def loss(point: tuple[float, float]) -> float:
    x, y = point
    return (1 - x) ** 2 + 100 * (y - x * x) ** 2


def measure(rounds: int) -> Iterator[str]:
    peers: list[tuple[Peer, int]] = []
    for module, length in LENGTHS.items():
        try:
            peers.append((module.start(), length))
        except Missing as missing:
            yield f"({missing})"
    reference = loss(ours(CHECKED))
    for peer, _ in peers:
        found = loss(peer.run(CHECKED))
        agrees = abs(found - reference) <= 1e-6 * reference
        yield f"loss after {CHECKED} updates: {found:.12g} {'=' if agrees else 'IS NOT'} ours, {peer.name}"
        if not agrees:
            return
    going = Session(EXPERIMENT)
    contenders = [
        Contender("Fall Line", _in_lengths(ours, LENGTH), 5 * LENGTH),
        Contender("Fall Line, a run that goes on", _in_lengths(going.advance, LENGTH), 5 * LENGTH),
    ]
    for peer, length in peers:
        peer.run(length)  # JAX compiles once per length
        contenders.append(Contender(peer.name, _in_lengths(peer.run, length), length * (5 if length == LENGTH else 1)))
    yield from table(contenders, rounds)


def _in_lengths(run: Callable[[int], object], length: int) -> Callable[[int], None]:
    """`count` updates as several trajectories of one length."""

    def several(count: int) -> None:
        for _ in range(count // length):
            run(length)

    return several
