"""What can be asked of an associative memory: how well it remembers each pair, and what its matrix looks like."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from engine.queries import Query

Array = np.ndarray


@dataclass(frozen=True, eq=False)
class Remembered:
    """Of k pairs, the most frequent first. right (k,): the probability of the right value. losses (k,). logits (k, k):
    of each value (row) for each key (column), which is the matrix seen from keys and values. singular (k,): singular
    values, descending.
    """

    right: Array
    losses: Array
    logits: Array
    singular: Array


@dataclass(frozen=True, slots=True)
class Associations(Query[Remembered]):
    """How well each pair is remembered."""
