"""What can be asked of a network that predicts the next character of a text."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.contracts import Hyper
from engine.queries import Query

Array = np.ndarray

TEMPERATURE = Hyper(
    "temperature",
    "T",
    0.7,
    0.0,
    2.0,
    help="0 writes the most likely character, 1 draws as the network says, more draws more boldly",
)
MAX_LINES = 60
LOSS_OF_EACH = ""  # the group of what is no unit: the loss of each character


@dataclass(frozen=True, slots=True)
class SampledText(Query[tuple[str, ...]]):
    """Lines that the network writes, each as long as a window and the character after it, from the same beginning.

    A line goes on with one character after another, each drawn by the network's probabilities at a temperature, see
    TEMPERATURE; the random numbers depend on the seed, the line and the step alone. beginning: characters of the
    vocabulary, others are left out; without any the lines begin as validation windows do. At a temperature of 0 lines
    that begin the same are the same, and there is one. Answer: lines; a line ends where the network's outputs are no
    longer finite.
    """

    lines: int
    temperature: float
    beginning: str = ""
    seed: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class ReadText:
    """A stretch of the text and a number for every character.

    groups: what can be looked at, with how many units each. group, unit: what is told. characters (n, context): what is
    read, places in the vocabulary; targets (n, context): what comes next. values (n, context): the activation of the
    unit after it has read a character, or the loss of predicting the next one, in bits. validation: whether the stretch
    is from the validation set.
    """

    groups: tuple[tuple[str, int], ...]
    group: str
    unit: int
    characters: Array
    targets: Array
    values: Array
    validation: bool


@dataclass(frozen=True, slots=True)
class TextReading(Query[ReadText]):
    """What a unit does along the validation text, of so many windows from the first on; of the training text where
    nothing validates. group: a name of ReadText.groups, or LOSS_OF_EACH; a unit beyond the last means the last.
    """

    group: str
    unit: int
    windows: int


TEXT_QUERIES: tuple[type[Query[Any]], ...] = (SampledText, TextReading)  # of every network that reads a text
