"""Classes along a line: ten small patterns anywhere in a noisy stretch of points, and where does not matter."""

from __future__ import annotations

import numpy as np

from engine.contracts import Hyper
from engine.data.catalogue import Array, dataset, deviation
from engine.random_generator import RandomGenerator

POINTS = 40
_NARROW, _WIDE = 12.0, 20.0  # points that a pattern stretches over
_REACH = 2.0  # points over which the drift stays about the same

# A dozen points each: what tells them apart is their shape, for every one of them may lie anywhere.
TEMPLATES = {
    "hump": (0.1, 0.3, 0.6, 0.9, 1.0, 1.0, 1.0, 1.0, 0.9, 0.6, 0.3, 0.1),
    "two humps": (0.2, 0.7, 1.0, 0.7, 0.2, 0.0, 0.0, 0.2, 0.7, 1.0, 0.7, 0.2),
    "three teeth": (0.6, 1.0, 0.2, 0.0, 0.6, 1.0, 0.2, 0.0, 0.6, 1.0, 0.2, 0.0),
    "wave": (0.3, 0.7, 1.0, 0.9, 0.6, 0.2, -0.2, -0.6, -0.9, -1.0, -0.7, -0.3),
    "counter wave": (-0.3, -0.7, -1.0, -0.9, -0.6, -0.2, 0.2, 0.6, 0.9, 1.0, 0.7, 0.3),
    "ramp up": (0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 0.5),
    "ramp down": (0.5, 1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0),
    "stair": (0.3, 0.4, 0.4, 0.4, 0.4, 0.4, 1.0, 1.0, 1.0, 1.0, 1.0, 0.9),
    "dip": (0.5, 0.9, 1.0, 0.6, -0.2, -0.9, -0.9, -0.2, 0.6, 1.0, 0.9, 0.5),
    "spike": (0.0, 0.1, 0.1, 0.2, 0.3, 0.9, 1.4, 0.9, 0.3, 0.2, 0.1, 0.0),
}


@dataset(
    "patterns",
    "Patterns on a line",
    Hyper("samples", "n", 2000, 2, 5000, log=True, kind="integer", help="number of examples"),
    deviation(0.02, 1.0, "standard deviation of the noise of each point for itself; a pattern is about 1 high"),
    Hyper("drift", "δ", 0.15, 0.0, 1.0, help="standard deviation of the noise that neighbouring points share"),
    Hyper("shear", "s", 0.5, 0.0, 2.0, help="largest tilt of the whole line, from end to end"),
    Hyper("spread", "p", 1.0, 0.0, 1.0, help="how far patterns are shifted: 0 all in the middle, 1 anywhere"),
    group="Sequences",
    names=tuple(f"point {place}" for place in range(1, POINTS + 1)),
    target="pattern",
    labels=tuple(TEMPLATES),
    shape=(POINTS,),
    share=0.8,
    summary="Ten patterns, shifted, stretched and sheared in noise: shape matters more than place.",
    source="Templates of our own, made into examples as in MNIST-1D: Greydanus & Kobak 2024, "
    "https://arxiv.org/abs/2011.14439",
)
def patterns(
    rng: RandomGenerator, samples: int, noise: float, drift: float, shear: float, spread: float
) -> tuple[Array, Array]:
    places = np.arange(samples) % len(TEMPLATES)
    width, height, shift, tilt = (rng.child(kind).uniform(samples)[:, None] for kind in range(4))
    wide = _NARROW + (_WIDE - _NARROW) * width
    room = POINTS - wide
    begin = room * (0.5 + spread * (shift - 0.5))
    inputs = (0.75 + 0.5 * height) * _interpolated(places, (np.arange(POINTS) - begin) / wide)
    inputs += shear * (tilt - 0.5) * np.linspace(-1.0, 1.0, POINTS)
    inputs += drift * _correlated(rng.child(4), samples) + noise * rng.child(5).normal((samples, POINTS))
    return inputs, places.astype(float)


def _interpolated(places: Array, along: Array) -> Array:
    """The templates (n,) at points along them (n, POINTS), from 0 to 1; 0 outside."""
    table = np.pad(np.array(list(TEMPLATES.values())), ((0, 0), (1, 1)))
    exact = np.clip(along * (table.shape[1] - 1), 0.0, table.shape[1] - 1.0)
    left = np.minimum(exact.astype(np.int64), table.shape[1] - 2)
    part = exact - left
    rows = places[:, None]
    return np.asarray((1.0 - part) * table[rows, left] + part * table[rows, left + 1])


def _correlated(rng: RandomGenerator, samples: int) -> Array:
    """Normal noise (samples, POINTS) of deviation 1, smoothed by a Gaussian of _REACH points."""
    side = int(4 * _REACH)
    weights = np.exp(-0.5 * (np.arange(-side, side + 1) / _REACH) ** 2)
    weights /= np.sqrt((weights**2).sum())
    raw = rng.normal((samples, POINTS + 2 * side))
    found = np.zeros((samples, POINTS))
    for offset, weight in enumerate(weights):
        found += weight * raw[:, offset : offset + POINTS]
    return found
