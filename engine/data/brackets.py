"""Balanced brackets of two kinds: what closes is known only to who remembers what was opened."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from engine.contracts import Hyper
from engine.data.catalogue import Array
from engine.data.texts import text_dataset
from engine.random_generator import RandomGenerator

SIGNS = ("(", ")", "[", "]")
_KINDS = 2
_OPENS = 0.5  # how likely the next bracket opens, where it may open or close


@lru_cache(maxsize=64)
def entropy(depth: int, context: int) -> float:
    """The entropy of the next bracket in nats, the mean over the steps of a window, which begins with nothing open.

    Where nothing is open one of two kinds opens; at the greatest depth it is known what comes; else it is open or shut,
    and of two kinds if it is open.
    """
    either = -_OPENS * math.log(_OPENS) - (1.0 - _OPENS) * math.log(1.0 - _OPENS) + _OPENS * math.log(_KINDS)
    surprise = np.full(depth + 1, either)
    surprise[0], surprise[depth] = math.log(_KINDS), 0.0
    opens = np.full(depth + 1, _OPENS)
    opens[0], opens[depth] = 1.0, 0.0
    reached, total = np.zeros(depth + 1), 0.0
    reached[0] = 1.0
    for step in range(context + 1):
        if step:  # the first bracket of a window is no target
            total += float(reached @ surprise)
        ahead = np.zeros(depth + 1)
        ahead[1:] += (reached * opens)[:-1]
        ahead[:-1] += (reached * (1.0 - opens))[1:]
        reached = ahead
    return total / context


@text_dataset(
    "brackets",
    "Balanced brackets",
    Hyper("samples", "n", 500, 2, 5000, log=True, kind="integer", help="number of examples, each a line of the text"),
    Hyper("depth", "D", 6, 1, 16, kind="integer", help="how many brackets are open at once, at most"),
    vocabulary=lambda values: SIGNS,
    entropy=lambda samples, depth, context: entropy(depth, context),
    summary="Brackets of two kinds, closed in the order in which they must: a memory of what is open is needed.",
    source="A task of our own, after the languages of Dyck: what may come next depends on all that is open",
)
def brackets(rng: RandomGenerator, samples: int, depth: int, context: int) -> Array:
    opening, kinds = (rng.child(kind).uniform((samples, context + 1)) for kind in range(2))
    lines = np.empty((samples, context + 1), np.int64)
    stacks, heights, rows = np.zeros((samples, depth + 1), np.int64), np.zeros(samples, np.int64), np.arange(samples)
    for step in range(context + 1):
        opens = (heights == 0) | ((heights < depth) & (opening[:, step] < _OPENS))
        kind = np.where(opens, (kinds[:, step] * _KINDS).astype(np.int64), stacks[rows, heights])
        heights = heights + opens
        stacks[rows[opens], heights[opens]] = kind[opens]
        heights = heights - ~opens
        lines[:, step] = 2 * kind + ~opens
    return lines
