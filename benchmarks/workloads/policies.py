"""REINFORCE on CartPole in the training loop, against peers that play the same episodes.

What everyone does is a whole training from the start: how long an update takes depends on how long the pole stays up.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from benchmarks.environment import one_core
from benchmarks.peers import Missing
from benchmarks.peers.networks import Peer
from benchmarks.peers.policies import Work, jax_scan, numpy_loop
from benchmarks.timing import Contender, table
from engine import Problem, new_policy, new_run, problem_of
from engine.problems.policy.environment import STATE
from engine.random_generator import RandomGenerator
from engine.training.experiment import checked_stop
from engine.training.history import History
from engine.training.machine import Machine

PEERS = (numpy_loop, jax_scan)
UPDATES, LONGEST, RATE, DISCOUNT = 150, 200, 0.01, 0.99
AGREE = 1e-6  # of theta after the training, beside its length; much later rounding leads to other episodes
_EPISODES = 1 << 20  # as the engine numbers them


def measure(rounds: int) -> Iterator[str]:
    yield f"4-16-2 tanh, REINFORCE, normalised returns, Adam; {UPDATES} updates of one episode each, from the start"
    run = new_run("adam", learning_rate=RATE)
    experiment = new_policy("cart_pole", [run], method={"kind": "reinforce", "baseline": "normalised"})
    problem = problem_of(experiment.problem)
    work = _work(problem)
    held: list[np.ndarray] = []

    def ours(count: int) -> None:
        for _ in range(count):
            machine = Machine(problem, run, checked_stop({}))
            machine.advance(UPDATES, History())
            held[:] = [machine.theta]

    with one_core() as where:
        yield where
        ours(1)
        peers: list[Peer] = []
        for module in PEERS:
            try:
                peers.append(module.start(work))
            except Missing as missing:
                yield f"({missing})"
        for peer in peers:
            peer.run(1)
            apart = float(np.linalg.norm(peer.theta() - held[0]) / np.linalg.norm(held[0]))
            yield f"theta after {UPDATES} updates: {apart:.1e} from ours, {peer.name}"
            if not apart <= AGREE:
                return
        contenders = [Contender("Fall Line", ours), *(Contender(peer.name, peer.run) for peer in peers)]
        yield from table(contenders, rounds, "training")


def _work(problem: Problem) -> Work:
    """The same random numbers as the engine's, number by number."""
    episodes = [_bits(problem.seed, update * _EPISODES) for update in range(UPDATES)]
    lots = np.array([[_uniform(seed, t) for t in range(LONGEST)] for seed in episodes])
    agent = problem.subject
    starts = np.array([agent.played(problem.start, 0, update).states[0, STATE:] for update in range(UPDATES)])  # type: ignore[attr-defined]
    return Work(problem.start.copy(), 16, RATE, DISCOUNT, starts, lots)


def _bits(seed: int, index: int) -> int:
    """Number `index` of a seed, as the engine's rng.bits, as an int64."""
    generator = RandomGenerator(seed)
    generator._drawn = index
    return int(generator.bits(1).view(np.int64)[0])


def _uniform(seed: int, index: int) -> float:
    generator = RandomGenerator(seed)
    generator._drawn = index
    return float(generator.uniform(1)[0])
