"""A plane through the codes of an autoencoder: two units, or the two directions in which they vary most."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

Array = np.ndarray

LARGEST = 1e150  # activations beyond which, or not finite, there is no plane: the square of one is finite


@dataclass(frozen=True, slots=True, eq=False)
class CodePlane:
    """Codes middle + x across + y up, each of them (units,); names: of the axes."""

    middle: Array
    across: Array
    up: Array
    names: tuple[str, str]

    def spots(self, codes: Array) -> tuple[Array, Array]:
        """Where codes (n, units) are, x (n,) and y (n,)."""
        centred = codes - self.middle
        return centred @ self.across, centred @ self.up

    def code(self, x: float, y: float) -> Array:
        """The code (units,) at a place."""
        return self.middle + x * self.across + y * self.up


def of_units(codes: Array, first: int, second: int) -> CodePlane:
    """The activations of two units; the others stay at their means. Of one unit y is nothing."""
    units = np.eye(codes.shape[1])
    middle = codes.mean(axis=0)
    middle[[first, second]] = 0.0
    up = units[second] if second != first else np.zeros(len(middle))
    return CodePlane(middle, units[first], up, (f"unit {first + 1}", f"unit {second + 1}" if second != first else ""))


def of_directions(codes: Array, before: CodePlane | None) -> CodePlane:
    """The first two principal directions, turned to where those of the plane before pointed."""
    middle = codes.mean(axis=0)
    centred = codes - middle
    sizes, vectors = np.linalg.eigh(centred.T @ centred / len(codes))
    found = [vectors[:, -1], vectors[:, -2]]
    if before is not None and len(before.middle) == len(middle):
        olds = (before.across, before.up)
        found = [-each if each @ old < 0.0 else each for each, old in zip(found, olds, strict=True)]
    share = np.maximum(sizes[::-1], 0.0) / (max(float(sizes.sum()), 0.0) or 1.0)
    names = tuple(f"direction {place + 1}, {100.0 * share[place]:.0f} % of the variance" for place in range(2))
    return CodePlane(middle, found[0], found[1], (names[0], names[1]))
