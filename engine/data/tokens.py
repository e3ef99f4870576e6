"""Inputs that are tokens: each a place in a vocabulary, with no order among them."""

from __future__ import annotations

import numpy as np

Array = np.ndarray


def one_hot(places: Array, tokens: int) -> Array:
    """Places (n, d) in a vocabulary as rows (n, d * tokens): 1 at the place of each, else 0."""
    found = np.zeros((*places.shape, tokens))
    np.put_along_axis(found, places.astype(np.int64)[..., None], 1.0, axis=-1)
    return found.reshape(len(places), -1)


def one_hot_names(names: tuple[str, ...], tokens: tuple[str, ...]) -> tuple[str, ...]:
    """The names of such columns, for inputs with these names: `a = 7`."""
    return tuple(f"{name} = {token}" for name in names for token in tokens)
