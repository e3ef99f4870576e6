"""The curves against their closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.data import DATASETS
from tests.engine.data.made import make

CURVES = ("sine", "step", "chebyshev")


def test_chebyshev_is_that_of_the_edge_of_stability() -> None:
    examples = make("chebyshev")
    assert len(examples.targets) == 20 and DATASETS["chebyshev"].share == 1.0
    x = np.linspace(-1, 1, 20)
    assert (examples.inputs[:, 0] == x).all()
    np.testing.assert_allclose(examples.targets, 32 * x**6 - 48 * x**4 + 18 * x**2 - 1, atol=1e-14)


@pytest.mark.parametrize("degree", [1, 2, 3, 11, 20])
def test_chebyshev_of_any_degree(degree: int) -> None:
    examples = make("chebyshev", degree=degree, samples=301)
    np.testing.assert_allclose(examples.targets, np.cos(degree * np.arccos(examples.inputs[:, 0])), atol=1e-12)


@pytest.mark.parametrize("cycles", [0.5, 1.0, 3.0])
def test_sine(cycles: float) -> None:
    examples = make("sine", cycles=cycles, noise=0)
    expected = [math.sin(math.pi * cycles * x) for x in examples.inputs[:, 0]]
    np.testing.assert_allclose(examples.targets, expected, atol=1e-14)


@pytest.mark.parametrize(("steps", "levels"), [(1, [-1, 1]), (2, [-1, 0, 1]), (4, [-1, -0.5, 0, 0.5, 1])])
def test_step(steps: int, levels: list[float]) -> None:
    examples = make("step", steps=steps, samples=1000)
    assert (np.unique(examples.targets) == levels).all() and (np.diff(examples.targets) >= 0).all()
    counts = np.bincount(np.searchsorted(levels, examples.targets))
    assert counts.max() - counts.min() <= 1, "the steps are equally wide"


@pytest.mark.parametrize("key", CURVES)
def test_random_inputs_fill_the_interval(key: str) -> None:
    x = make(key, samples=5000, spacing="random").inputs[:, 0]
    assert len(np.unique(x)) == 5000 and -1 < x.min() < -0.99 and 0.99 < x.max() <= 1
    counts = np.histogram(x, 10, (-1, 1))[0]
    assert np.abs(counts - 500).max() < 5 * math.sqrt(500)


@pytest.mark.parametrize("key", CURVES)
def test_noise_is_added_to_the_targets_alone(key: str) -> None:
    clean = make(key, samples=5000, noise=0)
    noisy = [make(key, seed, samples=5000, noise=0.25) for seed in range(1, 4)]
    for examples in noisy:
        assert (examples.inputs == clean.inputs).all()
    z = np.concatenate([examples.targets - clean.targets for examples in noisy]) / 0.25
    assert abs(z.mean()) < 5 / math.sqrt(z.size) and abs((z**2).mean() - 1) < 5 * math.sqrt(2 / z.size)
