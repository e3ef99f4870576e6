"""TensorFlow Playground's data against its mathematics, written down once more point by point."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pytest

from engine.data import DATASETS
from tests.each import each
from tests.engine.data.made import make

SEEDS = range(1, 6)
COUNT = 2000
KEYS = ("circle", "xor", "gauss", "spiral", "reg_plane", "reg_gauss")
every_seed = each("seed", SEEDS)


def near(values: np.ndarray, expected: float, deviation: float) -> bool:
    """Whether a mean lies within five standard errors."""
    return abs(values.mean() - expected) < 5 * deviation / math.sqrt(values.size)


def test_the_group_is_that_of_the_playground() -> None:
    group = [entry for entry in DATASETS.values() if entry.group == "TensorFlow Playground"]
    assert tuple(entry.key for entry in group) == KEYS
    for entry in group:
        knobs = {knob.name: knob for knob in entry.knobs}
        assert entry.view == (-6, 6, -6, 6) and entry.share == 0.5
        assert knobs["samples"].default == (500 if entry.purpose == "classification" else 1200)
        assert (knobs["noise"].low, knobs["noise"].default, knobs["noise"].high) == (0, 0, 50)


@every_seed
def test_circle(seed: int) -> None:
    examples = make("circle", seed, samples=COUNT)
    r = np.hypot(*examples.inputs.T)
    inner = examples.targets == 1
    assert inner.sum() == COUNT / 2 and set(examples.targets) == {0, 1}
    assert (inner == (r < 2.5)).all()
    assert r[~inner].min() >= 3.5 and r.max() <= 5
    assert near(r[inner], 1.25, 2.5 / math.sqrt(12)), "radii are equally likely, not areas"
    assert near(r[~inner], 4.25, 1.5 / math.sqrt(12))
    angle = np.arctan2(*examples.inputs.T)
    assert near(np.sin(angle), 0, math.sqrt(0.5)) and near(np.cos(angle), 0, math.sqrt(0.5))


@every_seed
def test_xor(seed: int) -> None:
    examples = make("xor", seed, samples=COUNT)
    x, y = examples.inputs.T
    assert ((x * y >= 0) == examples.targets).all()
    away = np.abs(examples.inputs)
    assert 0.3 <= away.min() < 0.32 and 5.28 < away.max() <= 5.3
    assert near(away, 2.8, 5 / math.sqrt(12)) and near(np.sign(examples.inputs), 0, 1)


@every_seed
@pytest.mark.parametrize(("noise", "variance"), [(0, 0.5), (10, 1.2), (50, 4.0)])
def test_gauss(seed: int, noise: int, variance: float) -> None:
    examples = make("gauss", seed, samples=COUNT, noise=noise)
    for place, centre in ((0, -2.0), (1, 2.0)):
        cloud = examples.inputs[examples.targets == place]
        assert len(cloud) == COUNT / 2
        assert near(cloud, centre, math.sqrt(variance))
        assert near((cloud - centre) ** 2, variance, variance * math.sqrt(2))


def test_spiral_point_by_point() -> None:
    examples = make("spiral", samples=500)
    expected = []
    for turned in (0.0, math.pi):
        for i in range(250):
            r, t = i / 250 * 5, 1.75 * i / 250 * 2 * math.pi + turned
            expected.append((r * math.sin(t), r * math.cos(t)))
    np.testing.assert_allclose(examples.inputs, expected, atol=1e-12)
    assert (examples.targets == np.repeat([1.0, 0.0], 250)).all()


@every_seed
def test_noise_of_the_spiral_moves_the_points(seed: int) -> None:
    moved = make("spiral", seed, samples=COUNT, noise=50).inputs - make("spiral", seed, samples=COUNT).inputs
    assert 0.49 < np.abs(moved).max() <= 0.5
    assert near(moved, 0, 0.5 / math.sqrt(3)) and near(moved**2, 1 / 12, 0.0746)


def inside(x: float, y: float) -> float:
    return float(math.hypot(x, y) < 2.5)


def same_sign(x: float, y: float) -> float:
    return float(x * y >= 0)


@pytest.mark.parametrize("noise", [10, 50])
@pytest.mark.parametrize(("key", "label"), [("circle", inside), ("xor", same_sign)])
def test_noise_of_circle_and_xor_moves_the_labels(key: str, label: Callable[[float, float], float], noise: int) -> None:
    """The points stay, and as many labels turn as in a simulation of its own."""
    turned, expected = [], []
    random = np.random.default_rng(0)
    for seed in SEEDS:
        clean, noisy = make(key, seed, samples=COUNT), make(key, seed, samples=COUNT, noise=noise)
        assert (clean.inputs == noisy.inputs).all()
        turned += (clean.targets != noisy.targets).tolist()
        seen = clean.inputs + random.uniform(-5, 5, clean.inputs.shape) * noise / 100
        expected += [label(x, y) != target for (x, y), target in zip(seen, clean.targets, strict=True)]
    share = np.mean(expected)
    assert share > 0.005
    assert abs(np.mean(turned) - share) < 5 * math.sqrt(2 * share / len(turned))


@every_seed
def test_plane(seed: int) -> None:
    clean, noisy = make("reg_plane", seed, samples=COUNT), make("reg_plane", seed, samples=COUNT, noise=50)
    np.testing.assert_allclose(clean.targets, [(x + y) / 10 for x, y in clean.inputs], atol=1e-15)
    assert (clean.inputs == noisy.inputs).all()
    assert 5.9 < np.abs(clean.inputs).max() <= 6 and near(clean.inputs**2, 12, 10.74)
    error = noisy.targets - clean.targets
    assert np.abs(error).max() <= 0.6 and near(error, 0, 0.245) and near(error**2, 0.06, 0.08)


def hills(x: float, y: float) -> float:
    label = 0.0
    for cx, cy, sign in [(-4, 2.5, 1), (0, 2.5, -1), (4, 2.5, 1), (-4, -2.5, -1), (0, -2.5, 1), (4, -2.5, -1)]:
        new = sign * min(1.0, max(0.0, 1 - math.sqrt((x - cx) ** 2 + (y - cy) ** 2) / 2))
        if abs(new) > abs(label):
            label = new
    return label


@every_seed
def test_hills_point_by_point(seed: int) -> None:
    examples = make("reg_gauss", seed)
    assert len(examples.targets) == 1200
    np.testing.assert_allclose(examples.targets, [hills(x, y) for x, y in examples.inputs], atol=1e-15)
    assert examples.targets.min() < -0.8 and examples.targets.max() > 0.8
    noisy = make("reg_gauss", seed, noise=30)
    assert (noisy.inputs == examples.inputs).all() and (noisy.targets != examples.targets).mean() > 0.3
    assert np.abs(noisy.targets).max() <= 1


@pytest.mark.parametrize("key", ["xor", "reg_plane", "reg_gauss"])
def test_more_samples_keep_the_first_ones(key: str) -> None:
    few, many = make(key, samples=100, noise=20), make(key, samples=300, noise=20)
    assert (many.inputs[:100] == few.inputs).all() and (many.targets[:100] == few.targets).all()


@pytest.mark.parametrize("key", ["circle", "gauss", "spiral"])
@pytest.mark.parametrize("samples", [2, 3, 501])
def test_odd_numbers_are_kept(key: str, samples: int) -> None:
    targets = make(key, samples=samples).targets
    assert len(targets) == samples and targets.sum() == (samples + 1) // 2
