"""What is said of a text that a network reads, and up to where its colours go."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from app.look.number_format import number
from engine import LOSS_OF_EACH

if TYPE_CHECKING:
    from engine import ReadText

Array = np.ndarray

_LEAST = 1.0  # bits at the end of the colours, at least: a fair coin


def loss_ceiling(values: Array) -> float:
    """The bits from which on a character has the colour at the end: what nineteen of twenty do not cost."""
    known = values[np.isfinite(values)]
    return max(float(np.quantile(known, 0.95)), _LEAST) if len(known) else _LEAST


def reading_title(read: ReadText) -> str:
    """What is told of which text: `Loss of each character of the validation text: 1.2 bits`."""
    part = "validation" if read.validation else "training"
    if read.group == LOSS_OF_EACH:
        known = read.values[np.isfinite(read.values)]
        mean = f": {number(float(known.mean()), 3)} bits in the mean" if known.size else ""
        return f"Loss of each character of the {part} text{mean}"
    return f"{read.group[:1].upper()}{read.group[1:]}, unit {read.unit + 1}, after each character of the {part} text"
