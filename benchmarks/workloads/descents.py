"""Clusters and associative memories, recorded and measured, against peers that take the same steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from benchmarks.environment import one_core
from benchmarks.peers import Missing
from benchmarks.peers.descents import Centres, Memory, Mixture, Work, jax_scan, numpy_arrays, torch_eager
from benchmarks.peers.networks import Peer
from benchmarks.timing import Contender, table
from engine import Session, new_clustering, new_memory, new_run
from engine.problems.association.pairs import frequencies_of, pairs_of

PEERS = (numpy_arrays, jax_scan, torch_eager)
CHECKED = 50  # updates after which theta is compared
AGREE = 1e-9  # of theta, beside its length
WARM = 20_000  # updates before timing starts: a young run is measured more often


class Case(NamedTuple):
    """begin: a session, and the same work for the peers."""

    key: str
    title: str
    begin: Callable[[], tuple[Session, Work]]


def kmeans(rate: float = 0.5) -> tuple[Session, Work]:
    session = Session(new_clustering("blobs", [_run(rate)], clusters=5))
    points = session.problem.subject.points  # type: ignore[attr-defined]
    return session, Centres(points, 5, session.problem.start.copy(), rate)


def mixture(rate: float = 0.05) -> tuple[Session, Work]:
    model = {"kind": "mixture", "spread": "full"}
    session = Session(new_clustering("blobs", [_run(rate)], clusters=5, model=model))
    subject = session.problem.subject
    shape, points = subject.shape, subject.points  # type: ignore[attr-defined]
    return session, Mixture(points, 5, shape.floor, session.problem.start.copy(), rate)


def memory(pairs: int, rate: float = 1.0) -> tuple[Session, Work]:
    session = Session(new_memory([_run(rate)], pairs=pairs, basis="rotated", exponent=1.0))
    keys, values = pairs_of(pairs, "rotated", session.problem.task.basis_seed)
    return session, Memory(keys, values, frequencies_of(pairs, 1.0), session.problem.start.copy(), rate)


def _run(rate: float):  # type: ignore[no-untyped-def]
    return new_run("sgd", learning_rate=rate)


CASES = (
    Case("U1", "k-means, 5 centres", kmeans),
    Case("U2", "mixture of 5 Gaussians, full covariances", mixture),
    Case("U3", "associative memory of 8 pairs", lambda: memory(8)),
    Case("U4", "associative memory of 32 pairs", lambda: memory(32)),
)


def measure(rounds: int) -> Iterator[str]:
    yield "gradient descent with all points or pairs at once"
    with one_core() as where:
        yield where
        for case in CASES:
            session, work = case.begin()
            yield f"{case.key}: {case.title}, {session.problem.examples} at once"
            yield from _compared(session, work, rounds)


def _compared(session: Session, work: Work, rounds: int) -> Iterator[str]:
    machine = session.runs[0].machine
    session.advance(CHECKED)
    peers: list[Peer] = []
    for module in PEERS:
        try:
            peers.append(module.start(work))
        except Missing as missing:
            yield f"({missing})"
    for peer in peers:
        peer.run(CHECKED)
        apart = float(np.linalg.norm(peer.theta() - machine.theta) / np.linalg.norm(machine.theta))
        yield f"theta after {CHECKED} updates: {apart:.1e} from ours, {peer.name}"
        if not apart <= AGREE:
            return
    session.advance(WARM)
    contenders = [Contender("Fall Line", session.advance), *(Contender(peer.name, peer.run) for peer in peers)]
    yield from table(contenders, rounds)
