"""Rows of the networks' workload: other networks than perceptrons in the training loop, against peers.

A problem is made here of packed examples, without what a run measures besides.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from benchmarks.peers import Missing
from benchmarks.peers.architectures import Work, jax_scan, numpy_arrays, torch_eager
from benchmarks.peers.networks import Peer
from benchmarks.timing import Contender, table
from engine import DATASETS, INITIALIZERS, LOSSES, Pieces, choose, new_run
from engine.architectures.attention.network import AttentionNetwork
from engine.architectures.attention.packing import packed_attention_set
from engine.architectures.attention.start import initial_attention
from engine.architectures.convolutional.network import Convolution, ConvolutionalNetwork, Pooling
from engine.architectures.convolutional.packing import packed_convolutional_set
from engine.architectures.convolutional.start import initial_convolutional
from engine.architectures.forward import loss_pieces
from engine.architectures.packing import Packed
from engine.architectures.recurrent.network import RecurrentNetwork
from engine.architectures.recurrent.packing import packed_recurrent_set
from engine.architectures.recurrent.start import initial_recurrent
from engine.blocks import Block
from engine.interruption import finish
from engine.training.experiment import checked_stop
from engine.training.history import History
from engine.training.machine import Machine

PEERS = (numpy_arrays, jax_scan, torch_eager)
CHECKED = 1  # epochs after which the losses are compared
AGREE = 1e-9
RATE, BATCH = 1e-3, 32
GLOROT = choose(INITIALIZERS, "glorot_uniform", {})


@dataclass(frozen=True)
class Standing:
    """A problem as the training loop needs it."""

    objective: int
    constants: np.ndarray
    work_size: int
    start: np.ndarray
    blocks: tuple[Block, ...]
    examples: int
    seed: int = 1
    noise: float = 0.0
    ordered: bool = True

    @property
    def decayed(self) -> np.ndarray:
        pairs = [(block.start, block.stop) for block in self.blocks if block.decays]
        return np.array(pairs, np.int64).reshape(-1)


@dataclass(frozen=True)
class Case:
    """make() -> the work, and the network packed with its examples."""

    key: str
    title: str
    make: Callable[[], tuple[Work, Packed]]


def adding() -> tuple[Work, Packed]:
    examples = DATASETS["adding"].make(choose(DATASETS, "adding", {"samples": 1024}).values, 1)
    network = RecurrentNetwork(50, 2, 32, 1, choose(LOSSES, "mse", {}))
    theta = initial_recurrent(network, GLOROT, 1)
    inputs = np.ascontiguousarray(examples.shaped)
    packed = packed_recurrent_set(network, inputs, examples.targets, 0)
    return Work(network, inputs, examples.targets, theta, RATE, BATCH), packed


def digits() -> tuple[Work, Packed]:
    examples = DATASETS["digits"].make(choose(DATASETS, "digits", {"samples": 1792}).values, 1)
    network = ConvolutionalNetwork((8, 8), (Convolution(8, 3), Pooling("max", 2)), 10, choose(LOSSES, "softmax", {}))
    theta = initial_convolutional(network, GLOROT, 1)
    inputs, places = np.ascontiguousarray(examples.shaped / 16.0), examples.targets.astype(np.int64)
    packed = packed_convolutional_set(network, inputs, places, 10)
    return Work(network, inputs, places, theta, RATE, BATCH), packed


def counting() -> tuple[Work, Packed]:
    """Sequences that count on by a step of their own, modulo 40: what comes next is the target at every step."""
    random, tokens, length = np.random.default_rng(1), 40, 32
    begin, step = random.integers(0, tokens, (1024, 1)), random.integers(1, 8, (1024, 1))
    walk = (begin + step * np.arange(length + 1)) % tokens
    network = AttentionNetwork(
        length, 0, tokens, tokens, choose(LOSSES, "softmax", {}), width=32, heads=4, mlp=64, causal=True, every=True
    )
    theta, inputs = initial_attention(network, GLOROT, 1), walk[:, :-1].astype(float)
    packed = packed_attention_set(network, inputs, walk[:, 1:], tokens)
    return Work(network, inputs, np.ascontiguousarray(walk[:, 1:]), theta, RATE, BATCH), packed


CASES = (
    Case("W6", "tanh RNN, hidden 32, 50 steps, adding problem, batch 32, Adam", adding),
    Case("W8", "convolution 3 x 3 x 8, max pooling, dense 10, digits, batch 32, Adam", digits),
    Case("W9", "transformer, width 32, 4 heads, MLP 64, 32 steps of 40 tokens, batch 32, Adam", counting),
)


def measure(rounds: int) -> Iterator[str]:
    for case in CASES:
        yield f"{case.key}: {case.title}"
        yield from _compared(case, rounds)


def _compared(case: Case, rounds: int) -> Iterator[str]:
    work, packed = case.make()
    run, theta = _ours(work, packed)
    run(CHECKED * work.batches)
    reference = _loss(work, packed, theta())
    peers: list[Peer] = []
    for module in PEERS:
        try:
            peers.append(module.start(work))
        except Missing as missing:
            yield f"({missing})"
    for peer in peers:
        peer.run(CHECKED * work.batches)
        found = _loss(work, packed, peer.theta())
        agrees = abs(found - reference) <= AGREE * abs(reference)
        yield f"loss after {CHECKED} epoch: {found:.12g} {'=' if agrees else 'IS NOT'} ours, {peer.name}"
        if not agrees:
            return
    yield from table([Contender("Fall Line", run), *(Contender(peer.name, peer.run) for peer in peers)], rounds)


def _loss(work: Work, packed: Packed, theta: np.ndarray) -> float:
    pieces: Pieces[np.ndarray] = loss_pieces(work.network, theta[None], packed, None)
    return float(finish(pieces)[0])


def _ours(work: Work, packed: Packed) -> tuple[Callable[[int], None], Callable[[], np.ndarray]]:
    """A run of the training loop: run(count), and theta()."""
    problem = Standing(
        packed.objective, packed.constants, packed.work_size, work.theta, work.network.blocks, packed.examples
    )
    settings = new_run("adam", learning_rate=work.rate, batch=work.batch, order="fixed")
    machine, history = Machine(cast(Any, problem), settings, checked_stop({})), History()

    def run(count: int) -> None:
        while count:
            if not history.room:
                history.make_room()
            chunk = min(count, history.room)
            machine.advance(chunk, history)
            count -= chunk

    return run, lambda: machine.theta
