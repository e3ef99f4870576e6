"""Training small networks through the whole of Fall Line (history, measures, checks), against peers.

The peers record nothing and check nothing. All with the same mathematics must end at the same loss. Measurements come
in lumps: a round of ours holds whole periods of them, and its time is that of all it holds. What they take is told
apart, in processor time, for runs of several ages.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from benchmarks.environment import one_core
from benchmarks.peers import Missing
from benchmarks.peers.networks import (
    Peer,
    Work,
    compiled_c,
    jax_all_cores,
    jax_scan,
    numpy_arrays,
    scikit_learn,
    torch_eager,
)
from benchmarks.periods import period
from benchmarks.timing import SECONDS, Contender, table
from benchmarks.workloads import architectures
from engine import LOSSES, Pieces, Session, Table, new_network, new_run

PEERS = (numpy_arrays, compiled_c, jax_scan, jax_all_cores, torch_eager, scikit_learn)
CHECKED = 4  # epochs after which the losses are compared
AGREE = 1e-9
AGES = (0, 1000), (2100, 4200), (21_000, 42_000)  # updates: young, and an octave around 3,000 and 30,000
LONGEST = 20.0  # seconds that a round, or the way to an age, may take
WARM = 400  # thousands of examples seen before timing starts: a young run is measured more often


@dataclass(frozen=True)
class Case:
    """One network with its data; the number of examples is a multiple of the batch size, so that no batch is short."""

    key: str
    title: str
    hidden: tuple[int, ...]
    activation: str
    optimizer: str
    rate: float
    batch: int
    examples: int
    settings: dict[str, Any]

    def begun(self) -> Session:
        batch = "full" if self.batch == self.examples else self.batch
        run = new_run(self.optimizer, learning_rate=self.rate, batch=batch, order="fixed")
        data: Any = self.settings.get("data") or _noise(self.examples)
        more = {name: value for name, value in self.settings.items() if name != "data"}
        return Session(new_network(data, [run], self.hidden, activation=self.activation, share=1.0, **more))


SPIRAL = {"output": "tanh", "loss": "half_mse", "initializer": "playground"}
DIGITS = {"loss": "softmax", "initializer": "glorot_uniform"}
CASES = (
    Case("W1", "2-4-2-1 tanh, 250 points, batch 10, SGD", (4, 2), "tanh", "sgd", 0.03, 10, 250,
         {**SPIRAL, "data": {"kind": "spiral", "samples": 250}}),
    Case("W2", "2-16-16-1 tanh, 512 points, batch 32, Adam", (16, 16), "tanh", "adam", 0.003, 32, 512,
         {**SPIRAL, "data": {"kind": "spiral", "samples": 512}}),
    Case("W3", "64-64-32-10 ReLU softmax, digits, batch 32, Adam", (64, 32), "relu", "adam", 0.001, 32, 1792,
         {**DIGITS, "data": {"kind": "digits", "samples": 1792}, "scaling": "min_max"}),
    Case("W3f", "the same, full batch", (64, 32), "relu", "adam", 0.001, 1792, 1792,
         {**DIGITS, "data": {"kind": "digits", "samples": 1792}, "scaling": "min_max"}),
    Case("W4", "784-128-10 ReLU softmax, 9984 examples, batch 128, momentum",
         (128,), "relu", "momentum", 0.02, 128, 9984, DIGITS),
)  # fmt: skip


def _noise(examples: int) -> Table:
    """Examples of MNIST's size: uniform noise with random classes."""
    random = np.random.default_rng(1)
    targets = random.integers(0, 10, examples).astype(float)
    names = tuple(f"pixel {place}" for place in range(784))
    return Table("Noise", names, "class", random.random((examples, 784)), targets, tuple("0123456789"))


def work_of(session: Session, case: Case) -> Work:
    """The session's training work, for the peers."""
    learner, problem = session.problem.subject, session.problem
    inputs, places = learner.training
    targets: np.ndarray = places.astype(np.int64)
    if case.settings["loss"] != "softmax":
        targets = LOSSES["half_mse"].encode(places, learner.classes)
    weights = tuple((w.copy(), b.copy()) for w, b in learner.network.unpacked(problem.start))
    network = learner.network
    return Work(
        network.sizes, network.activations, case.settings["loss"], case.optimizer, case.rate, case.batch,
        inputs, targets, weights,
    )  # fmt: skip


def measure(rounds: int) -> Iterator[str]:
    with one_core() as where:
        yield where
        for case in CASES:
            yield f"{case.key}: {case.title}"
            yield from _compared(case, rounds)
            yield from _shares(case, rounds)
        yield from architectures.measure(rounds)


def _compared(case: Case, rounds: int) -> Iterator[str]:
    session = case.begun()
    work = work_of(session, case)
    learner = session.problem.subject
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
        if not peer.same:
            yield f"{peer.name} does not do quite the same mathematics: its loss is not compared"
            continue
        found = float(learner.losses(peer.theta()[None])[0])
        agrees = abs(found - reference) <= AGREE * abs(reference)
        yield f"loss after {CHECKED} epochs: {found:.12g} {'=' if agrees else 'IS NOT'} ours, {peer.name}"
        if not agrees:
            return
    session.advance(WARM * 1000 // len(work.inputs) * work.batches)
    updates, seconds = period(session)
    count = updates * max(1, round(SECONDS / seconds))
    yield f"a round of ours has {count:,} updates, the layers are measured every {updates:,}"
    contenders = [Contender("Fall Line", session.advance, count)]
    contenders += [Contender(peer.name, peer.run, _whole_epochs(peer, work)) for peer in peers]
    yield from table(contenders, min(rounds, max(3, int(LONGEST / seconds))))


def _shares(case: Case, rounds: int) -> Iterator[str]:
    """Lines: what measuring takes beside training, at several ages; without the one before the first update."""
    each = 0.0  # seconds an update
    for first, last in AGES:
        if each * last > LONGEST:
            yield f"measuring, updates {first:,} to {last:,}: takes too long to try"
            continue
        found = [_share(case, first, last)]
        each = found[0].seconds
        while len(found) < min(rounds, 5) and each * last * (len(found) + 1) < LONGEST / 4:
            found.append(_share(case, first, last))
        share = statistics.median(one.share for one in found)
        yield f"measuring, updates {first:,} to {last:,}: {share:.1%} of training, {found[0].times} times"


class _Share(NamedTuple):
    """Of a part of a run: processor time of measuring / that of everything else, the number of measurements, and
    seconds an update.
    """

    share: float
    times: int
    seconds: float


def _share(case: Case, first: int, last: int) -> _Share:
    """Measuring between two updates of a run."""
    session = case.begun()
    session.advance(first)
    run = session.runs[0]
    measure, taken = run._measure, [0.0]

    def timed() -> Pieces[None]:
        begun = time.thread_time()
        yield from measure()  # without an Interruption it never yields
        taken[0] += time.thread_time() - begun

    setattr(run, "_measure", timed)  # noqa: B010
    known, begun, start = len(run.measures.view().at), time.perf_counter(), time.thread_time()
    session.advance(last - first)
    total, seconds = time.thread_time() - start, time.perf_counter() - begun
    return _Share(taken[0] / (total - taken[0]), len(run.measures.view().at) - known, seconds / (last - first))


def _whole_epochs(peer: Peer, work: Work) -> int | None:
    """Some peers work by epochs: enough of them for a round that is not too short."""
    return (
        work.batches * max(1, 2000 // work.batches)
        if peer.name in ("JAX scan", jax_all_cores.NAME, "scikit-learn")
        else None
    )
