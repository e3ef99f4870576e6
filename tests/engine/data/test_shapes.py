"""Moons, rings, blobs, checkerboard and spirals against their geometry."""

from __future__ import annotations

import math

import numpy as np
import pytest

from tests.engine.data.made import make

SEEDS = range(1, 6)
SHAPES = ("rings", "blobs", "spirals")
every_seed = pytest.mark.parametrize("seed", SEEDS)
every_k = pytest.mark.parametrize("k", [2, 3, 7, 10])


def test_moons_are_those_of_scikit_learn() -> None:
    examples = make("moons", samples=101, noise=0)
    upper, lower = np.linspace(0, math.pi, 50), np.linspace(0, math.pi, 51)
    expected = [(math.cos(t), math.sin(t)) for t in upper] + [(1 - math.cos(t), 1 - math.sin(t) - 0.5) for t in lower]
    np.testing.assert_allclose(examples.inputs, expected, atol=1e-15)
    assert (examples.targets == [0] * 50 + [1] * 51).all()


@pytest.mark.parametrize("key", ["moons", "blobs", "rings", "spirals", "checkerboard"])
def test_noise_is_normal_and_of_the_width_it_says(key: str) -> None:
    unit = {"rings": 5 / 3, "checkerboard": 10 / 4}.get(key, 1.0)
    moved = np.concatenate(
        [
            make(key, seed, samples=2000, noise=0.5).inputs - make(key, seed, samples=2000, noise=0).inputs
            for seed in SEEDS
        ]
    )
    z = moved.ravel() / (0.5 * unit)
    assert abs(z.mean()) < 5 / math.sqrt(z.size)
    assert abs((z**2).mean() - 1) < 5 * math.sqrt(2 / z.size)
    assert abs((z**4).mean() - 3) < 5 * math.sqrt(96 / z.size)


@every_k
@pytest.mark.parametrize("key", SHAPES)
def test_classes_are_as_many_as_asked_for_and_equally_large(key: str, k: int) -> None:
    examples = make(key, classes=k, samples=1003)
    counts = np.bincount(examples.targets.astype(int), minlength=k)
    assert len(counts) == k == len(examples.classes) == len(set(examples.classes))
    assert counts.sum() == 1003 and counts.max() - counts.min() <= 1


@every_k
def test_rings(k: int) -> None:
    examples = make("rings", classes=k, noise=0)
    np.testing.assert_allclose(np.hypot(*examples.inputs.T), 5 * (examples.targets + 1) / k, rtol=1e-14)


@every_seed
def test_blobs_stand_on_a_circle(seed: int) -> None:
    examples = make("blobs", seed, classes=5, samples=5000, noise=1)
    for place in range(5):
        cloud = examples.inputs[examples.targets == place]
        angle = 2 * math.pi * place / 5
        centre = np.array([4 * math.cos(angle), 4 * math.sin(angle)])
        assert np.abs(cloud.mean(axis=0) - centre).max() < 5 / math.sqrt(1000)


@every_seed
@pytest.mark.parametrize("squares", [2, 3, 5, 8])
def test_checkerboard(seed: int, squares: int) -> None:
    examples = make("checkerboard", seed, squares=squares, noise=0)
    side = 10 / squares
    expected = [(math.floor((x + 5) / side) + math.floor((y + 5) / side)) % 2 for x, y in examples.inputs]
    assert np.mean(expected == examples.targets) > 0.998, "but for points on the very edge of a square"
    assert np.abs(examples.inputs).max() <= 5


@pytest.mark.parametrize("turns", [0.5, 2.0])
def test_spirals(turns: float) -> None:
    examples = make("spirals", classes=4, turns=turns, samples=400, noise=0)
    r = np.hypot(*examples.inputs.T)
    np.testing.assert_allclose(np.sort(r), np.repeat(np.arange(1, 101) * 0.05, 4), rtol=1e-12)
    angle = np.arctan2(examples.inputs[:, 1], examples.inputs[:, 0])
    off = angle - 2 * math.pi * (turns * r / 5 + examples.targets / 4)
    np.testing.assert_allclose(np.cos(off), 1, atol=1e-12)
