"""Delayed echo: at every step of a sequence of symbols, the one some steps before."""

from __future__ import annotations

import numpy as np

from engine.contracts import Hyper
from engine.data.catalogue import Array, dataset, samples
from engine.random_generator import RandomGenerator

STEPS = 24
SYMBOLS = ("a", "b", "c")


@dataset(
    "echo",
    "Delayed echo",
    samples(500),
    Hyper(
        "delay", "k", 3, 1, STEPS - 1, kind="integer", help="how many steps later a symbol is repeated", tier="basic"
    ),
    group="Sequences",
    names=tuple(f"{symbol} {step}" for step in range(1, STEPS + 1) for symbol in SYMBOLS),
    target="echo",
    labels=("none", *SYMBOLS),
    shape=(STEPS, len(SYMBOLS)),
    steps=STEPS,
    share=0.8,
    summary="At every step the symbol of some steps before is the answer: a memory that forgets nothing in between.",
    source="A task of our own",
)
def echo(rng: RandomGenerator, samples: int, delay: int) -> tuple[Array, Array]:
    places = np.minimum((rng.child(0).uniform((samples, STEPS)) * len(SYMBOLS)).astype(np.int64), len(SYMBOLS) - 1)
    answers = np.zeros((samples, STEPS))
    answers[:, delay:] = 1 + places[:, :-delay]
    return np.eye(len(SYMBOLS))[places].reshape(samples, -1), answers
