"""A picture drawn by hand, as view settings keep it: one sign a pixel, from 0 for paper to g for ink."""

from __future__ import annotations

import numpy as np

Array = np.ndarray

LEVELS = 16  # steps from paper to ink
_SIGNS = "0123456789abcdefg"
PIXELS = "network_draw_pixels"  # the view setting


def text_of(levels: Array) -> str:
    """The text of levels (rows, columns), whole numbers from 0 to LEVELS; empty where nothing is drawn."""
    return "".join(_SIGNS[level] for level in levels.reshape(-1).tolist()) if levels.any() else ""


def levels_of(text: object, shape: tuple[int, int]) -> Array | None:
    """The levels (rows, columns) of such a text; None if it is none of a picture of this shape."""
    if not isinstance(text, str) or len(text) != shape[0] * shape[1] or set(text) - set(_SIGNS):
        return None
    return np.array([_SIGNS.index(sign) for sign in text]).reshape(shape)


def raw_inputs(levels: Array, ends: tuple[float, float]) -> tuple[float, ...]:
    """The raw inputs that levels stand for, where the data go from paper to ink between these ends."""
    low, high = ends
    found: list[float] = (low + (high - low) * levels.reshape(-1) / LEVELS).tolist()
    return tuple(found)
