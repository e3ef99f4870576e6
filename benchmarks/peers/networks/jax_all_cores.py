"""JAX with every core of the machine, in a process of its own: the measurement's own process is kept to one core."""

from __future__ import annotations

import importlib.util
import os
from multiprocessing import get_context
from multiprocessing.connection import Connection

from benchmarks.environment import CORES
from benchmarks.peers import Missing
from benchmarks.peers.networks import Array, Peer, Work, jax_scan

NAME = "JAX, all cores"


def start(work: Work) -> Peer:
    if importlib.util.find_spec("jax") is None:
        raise Missing("JAX is not installed")
    if len(CORES) < 2:
        raise Missing(f"{NAME}: there is one, or they cannot be told")
    here, there = get_context("spawn").Pipe()
    get_context("spawn").Process(target=_serve, args=(there, work, CORES), daemon=True).start()

    def ask(count: int | None) -> Array | None:
        here.send(count)
        answer: Array | None = here.recv()
        return answer

    def theta() -> Array:
        answer = ask(None)
        assert answer is not None
        return answer

    return Peer(NAME, ask, theta)


def _serve(pipe: Connection, work: Work, cores: frozenset[int]) -> None:
    """Until the other end is closed: continue for a number of updates, or for None send all weights."""
    os.sched_setaffinity(0, cores)  # before JAX counts them
    peer = jax_scan.start(work)
    while True:
        try:
            count = pipe.recv()
        except EOFError:
            return
        if count is None:
            pipe.send(peer.theta())
        else:
            peer.run(count)
            pipe.send(None)
