"""Rows of the networks' workload: a recurrent and a convolutional network, against peers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.peers import Missing
from benchmarks.peers.architectures import Work, compiled_c, jax_scan, numpy_arrays, torch_eager
from benchmarks.peers.networks import Peer
from benchmarks.periods import period
from benchmarks.timing import SECONDS, Contender, table
from engine import Session, new_network, new_run

PEERS = (numpy_arrays, compiled_c, jax_scan, torch_eager)
CHECKED = 1  # epochs after which the losses are compared
AGREE = 1e-9
RATE, BATCH = 1e-3, 32
WARM = 200  # thousands of examples seen before timing starts: a young run is measured more often


@dataclass(frozen=True)
class Case:
    """One network with its data. shape: of one example; classes: whether targets are classes."""

    key: str
    title: str
    shape: tuple[int, ...]
    classes: bool
    data: dict[str, Any]
    settings: dict[str, Any]

    def begun(self) -> Session:
        run = new_run("adam", learning_rate=RATE, batch=BATCH, order="fixed")
        network = {"initializer": "glorot_uniform", "share": 1.0, **self.settings}
        return Session(new_network(self.data, [run], **network))


CASES = (
    Case("W6", "tanh RNN, hidden 32, 50 steps, adding problem, batch 32, Adam", (50, 2), False,
         {"kind": "adding", "samples": 1024},
         {"architecture": {"kind": "recurrent", "cell": "elman", "units": 32}, "loss": "mse"}),
    Case("W8", "convolution 3 x 3 x 8, max pooling, dense 10, digits, batch 32, Adam", (8, 8), True,
         {"kind": "digits", "samples": 1792},
         {"architecture": "convolutional", "loss": "softmax", "scaling": "min_max"}),
)  # fmt: skip


def work_of(session: Session, case: Case) -> Work:
    """The session's training work, for the peers."""
    learner = session.problem.subject
    inputs, targets = learner.training
    shaped = np.ascontiguousarray(inputs.reshape(-1, *case.shape))
    targets = targets.astype(np.int64) if case.classes else targets.astype(float)
    return Work(learner.network, shaped, targets, session.problem.start.copy(), RATE, BATCH)


def measure(rounds: int) -> Iterator[str]:
    for case in CASES:
        yield f"{case.key}: {case.title}"
        yield from _compared(case, rounds)


def _compared(case: Case, rounds: int) -> Iterator[str]:
    session = case.begun()
    work, learner = work_of(session, case), session.problem.subject
    session.advance(CHECKED * work.batches)
    reference = float(learner.losses(session.runs[0].machine.theta[None])[0])
    peers: list[Peer] = []
    for module in PEERS:
        try:
            peers.append(module.start(work))
        except Missing as missing:
            yield f"({missing})"
    for peer in peers:
        peer.run(CHECKED * work.batches)
        found = float(learner.losses(peer.theta()[None])[0])
        agrees = abs(found - reference) <= AGREE * abs(reference)
        yield f"loss after {CHECKED} epoch: {found:.12g} {'=' if agrees else 'IS NOT'} ours, {peer.name}"
        if not agrees:
            return
    session.advance(WARM * 1000 // BATCH)
    updates, seconds = period(session)
    count = updates * max(1, round(SECONDS / seconds))
    yield f"a round of ours has {count:,} updates, the layers are measured every {updates:,}"
    contenders = [Contender("Fall Line", session.advance, count)]
    yield from table([*contenders, *(Contender(peer.name, peer.run) for peer in peers)], rounds)
