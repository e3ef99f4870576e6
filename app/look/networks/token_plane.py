"""The vectors of tokens in a plane: by two of their principal directions, or two of their own coordinates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Array = np.ndarray

PRINCIPAL, COORDINATES = "principal", "coordinates"


@dataclass(frozen=True, slots=True, eq=False)
class TokenPlane:
    """points (tokens, 2): where each token lies, NaN where the vectors are not finite. axes: what the two are called.
    directions (2, width): of the axes.
    """

    points: Array
    axes: tuple[str, str]
    directions: Array


def token_plane(vectors: Array, kind: str, chosen: tuple[int, int], before: Array | None = None) -> TokenPlane:
    """vectors (tokens, width) in the plane of two directions, by their places from 0, or the last ones there are.

    kind: PRINCIPAL, in the order of what of the variance they hold, or COORDINATES. before (2, width): the directions
    of the former picture; a principal direction has no sign of its own, and keeps the side that it had.
    """
    width = vectors.shape[1]
    places = tuple(min(max(place, 0), width - 1) for place in chosen)
    if kind == COORDINATES or not np.isfinite(vectors).all():
        found = np.eye(width)[list(places)]
        names = tuple(f"coordinate {place + 1}" for place in places)
        known = np.where(np.isfinite(vectors).all(axis=1, keepdims=True), vectors[:, list(places)], np.nan)
        return TokenPlane(known, (names[0], names[1]), found)
    centred = vectors - vectors.mean(axis=0)
    _, sizes, rows = np.linalg.svd(centred, full_matrices=True)
    sizes = np.append(sizes, np.zeros(max(width - len(sizes), 0)))
    found = rows[list(places)].copy()
    for axis, direction in enumerate(found):
        side = float(direction @ before[axis]) if before is not None and before.shape == found.shape else 0.0
        if side < 0.0 or (side == 0.0 and direction[np.abs(direction).argmax()] < 0.0):
            found[axis] = -direction
    whole = float(sizes @ sizes)
    shares = [sizes[place] ** 2 / whole if whole > 0.0 else 0.0 for place in places]
    names = tuple(f"direction {place + 1} ({share:.0%})" for place, share in zip(places, shares, strict=True))
    return TokenPlane(centred @ found.T, (names[0], names[1]), found)
