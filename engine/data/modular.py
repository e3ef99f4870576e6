"""Arithmetic modulo a number as a table of tokens: a, b and an equals sign, and the answer is another number."""

from __future__ import annotations

import numpy as np

from engine.contracts import Hyper
from engine.data.catalogue import Array, Values, dataset, whole
from engine.random_generator import RandomGenerator

OPERATIONS = {
    "addition": lambda a, b: a + b,
    "subtraction": lambda a, b: a - b,
    "multiplication": lambda a, b: a * b,
    "squares": lambda a, b: a * a + b * b,
}


def _numbers(values: Values) -> tuple[str, ...]:
    return tuple(str(number) for number in range(whole(values, "modulus")))


@dataset(
    "modular",
    "Modular arithmetic",
    Hyper(
        "operation",
        "",
        "addition",
        kind="choice",
        options=tuple(OPERATIONS),
        titles=("a + b", "a − b", "a · b", "a² + b²"),
        help="what is computed of a and b, modulo p",
        tier="basic",
    ),
    Hyper("modulus", "p", 23, 2, 97, kind="integer", help="a and b are 0 to p − 1; every pair is an example"),
    Hyper("noise", "η", 0.0, 0.0, 1.0, slider=(0.0, 0.5), help="share of the answers that are drawn at random"),
    group="Sequences",
    names=("a", "b", "sign"),
    target="answer",
    labels=_numbers,
    tokens=lambda values: (*_numbers(values), "="),
    count=lambda values: whole(values, "modulus") ** 2,
    table=True,
    shape=(3,),
    share=0.5,
    summary="Every a and b with the answer modulo p: learned by heart at first, and understood much later.",
    source="Power et al. 2022, https://arxiv.org/abs/2201.02177",
)
def modular(rng: RandomGenerator, operation: str, modulus: int, noise: float) -> tuple[Array, Array]:
    a, b = (each.ravel() for each in np.indices((modulus, modulus)))
    answers = OPERATIONS[operation](a, b) % modulus
    drawn = np.minimum((rng.child(1).uniform(len(a)) * modulus).astype(np.int64), modulus - 1)
    answers = np.where(rng.child(0).uniform(len(a)) < noise, drawn, answers)
    return np.column_stack([a, b, np.full(len(a), modulus)]).astype(float), answers.astype(float)
