"""Rows of the networks' workload: other networks than perceptrons, against peers.

Where there is a data set, it is a session that is recorded and measured; a transformer that answers tokens at every
step trains in the loop alone, on packed examples.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple, cast

import numpy as np

from benchmarks.peers import Missing
from benchmarks.peers.architectures import Work, compiled_c, jax_scan, numpy_arrays, torch_eager
from benchmarks.peers.networks import Peer
from benchmarks.periods import period
from benchmarks.timing import SECONDS, Contender, table
from engine import INITIALIZERS, LOSSES, Pieces, Session, choose, new_network, new_run
from engine.architectures.attention.network import AttentionNetwork
from engine.architectures.attention.packing import packed_attention_set
from engine.architectures.attention.start import initial_attention
from engine.architectures.forward import loss_pieces
from engine.blocks import Block
from engine.interruption import finish
from engine.training.experiment import checked_stop
from engine.training.history import History
from engine.training.machine import Machine

PEERS = (numpy_arrays, compiled_c, jax_scan, torch_eager)
CHECKED = 1  # epochs after which the losses are compared
AGREE = 1e-9
RATE, BATCH = 1e-3, 32
WARM = 200  # thousands of examples seen before timing starts: a young run is measured more often
RUN = new_run("adam", learning_rate=RATE, batch=BATCH, order="fixed")


class Ours(NamedTuple):
    """Our side of a case: run(count), theta(), the loss at a theta, and the session if there is one."""

    work: Work
    run: Callable[[int], object]
    theta: Callable[[], np.ndarray]
    loss: Callable[[np.ndarray], float]
    session: Session | None = None


@dataclass(frozen=True)
class Case:
    key: str
    title: str
    begin: Callable[[], Ours]


def in_session(shape: tuple[int, ...], kind: type, data: dict[str, Any], **settings: Any) -> Ours:
    """A session on a data set; shape: of one example, kind: of a target."""
    session = Session(new_network(data, [RUN], share=1.0, initializer="glorot_uniform", **settings))
    learner, machine = session.problem.subject, session.runs[0].machine
    inputs, targets = learner.training
    shaped = np.ascontiguousarray(inputs.reshape(-1, *shape))
    work = Work(learner.network, shaped, targets.astype(kind), session.problem.start.copy(), RATE, BATCH)
    return Ours(
        work, session.advance, lambda: machine.theta, lambda theta: float(learner.losses(theta[None])[0]), session
    )


def adding(cell: str = "elman") -> Ours:
    network = {"kind": "recurrent", "cell": cell, "units": 32}
    return in_session((50, 2), float, {"kind": "adding", "samples": 1024}, architecture=network, loss="mse")


def digits() -> Ours:
    data = {"kind": "digits", "samples": 1792}
    return in_session((8, 8), np.int64, data, architecture="convolutional", loss="softmax", scaling="min_max")


@dataclass(frozen=True)
class Standing:
    """A problem as the training loop needs it. task: of any network, for none of its layers has a rate of its own."""

    objective: int
    constants: np.ndarray
    work_size: int
    start: np.ndarray
    blocks: tuple[Block, ...]
    examples: int
    task: Any
    seed: int = 1
    noise: float = 0.0
    ordered: bool = True


def counting() -> Ours:
    """Sequences that count on by a step of their own, modulo 40: what comes next is the target at every step."""
    random, tokens, length = np.random.default_rng(1), 40, 32
    begin, step = random.integers(0, tokens, (1024, 1)), random.integers(1, 8, (1024, 1))
    walk = (begin + step * np.arange(length + 1)) % tokens
    network = AttentionNetwork(
        length, 0, tokens, tokens, choose(LOSSES, "softmax", {}), width=32, heads=4, mlp=64, causal=True, every=True
    )
    glorot = choose(INITIALIZERS, "glorot_uniform", {})
    theta, inputs = initial_attention(network, glorot, 1), walk[:, :-1].astype(float)
    packed = packed_attention_set(network, inputs, walk[:, 1:], tokens)
    work = Work(network, inputs, np.ascontiguousarray(walk[:, 1:]), theta, RATE, BATCH)
    problem = Standing(
        packed.objective, packed.constants, packed.work_size, theta, network.blocks, packed.examples,
        new_network("xor", [RUN]).problem,
    )  # fmt: skip
    machine, history = Machine(cast(Any, problem), RUN, checked_stop({})), History()

    def run(count: int) -> None:
        while count:
            if not history.room:
                history.make_room()
            chunk = min(count, history.room)
            machine.advance(chunk, history)
            count -= chunk

    def loss(theta: np.ndarray) -> float:
        pieces: Pieces[np.ndarray] = loss_pieces(network, theta[None], packed, None)
        return float(finish(pieces)[0])

    return Ours(work, run, lambda: machine.theta, loss)


CASES = (
    Case("W6", "tanh RNN, hidden 32, 50 steps, adding problem, batch 32, Adam", adding),
    Case("W6g", "GRU, the same", partial(adding, "gru")),
    Case("W6l", "LSTM, the same", partial(adding, "lstm")),
    Case("W8", "convolution 3 x 3 x 8, max pooling, dense 10, digits, batch 32, Adam", digits),
    Case("W9", "transformer, width 32, 4 heads, MLP 64, 32 steps of 40 tokens, batch 32, Adam", counting),
)


def measure(rounds: int) -> Iterator[str]:
    for case in CASES:
        yield f"{case.key}: {case.title}"
        yield from _compared(case.begin(), rounds)


def _compared(ours: Ours, rounds: int) -> Iterator[str]:
    work = ours.work
    ours.run(CHECKED * work.batches)
    reference = ours.loss(ours.theta())
    peers: list[Peer] = []
    for module in PEERS:
        try:
            peers.append(module.start(work))
        except Missing as missing:
            yield f"({missing})"
    for peer in peers:
        peer.run(CHECKED * work.batches)
        found = ours.loss(peer.theta())
        agrees = abs(found - reference) <= AGREE * abs(reference)
        yield f"loss after {CHECKED} epoch: {found:.12g} {'=' if agrees else 'IS NOT'} ours, {peer.name}"
        if not agrees:
            return
    count = None
    if ours.session is not None:
        ours.run(WARM * 1000 // BATCH)
        updates, seconds = period(ours.session)
        count = updates * max(1, round(SECONDS / seconds))
        yield f"a round of ours has {count:,} updates, the layers are measured every {updates:,}"
    contenders = [Contender("Fall Line", ours.run, count)]
    yield from table([*contenders, *(Contender(peer.name, peer.run) for peer in peers)], rounds)
