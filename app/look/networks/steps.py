"""What the steps of a sequence are called."""

from __future__ import annotations

import numpy as np

from app.look.number_format import number

Array = np.ndarray


def step_names(inputs: Array, tokens: tuple[str, ...]) -> tuple[str, ...]:
    """The names of steps (length, ...): their tokens if there is a vocabulary, a number by itself, or their places."""
    if tokens:
        return tuple(tokens[int(place)] for place in inputs)
    steps = inputs.reshape(len(inputs), -1)
    return tuple(number(float(step[0]), 2) if len(step) == 1 else f"{place}" for place, step in enumerate(steps, 1))
