"""The random numbers, as a run sees them, against an independent SplitMix64 in Python's own integers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine import Formula, Session, full_history, new_experiment, new_run

FLAT = Formula("0*x + 0*y")
MASK = 2**64 - 1
GOLDEN = 0x9E3779B97F4A7C15


def mixed(z: int) -> int:
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & MASK
    return z ^ (z >> 31)


def splitmix(state: int, count: int) -> list[int]:
    """The generator of the paper, in sequence."""
    numbers = []
    for _ in range(count):
        state = (state + GOLDEN) & MASK
        numbers.append(mixed(state))
    return numbers


def normals(seed: int, count: int) -> np.ndarray:
    bits = splitmix(mixed((seed + GOLDEN) & MASK), 2 * count)
    unit = [((number >> 11) + 1) / 2**53 for number in bits]
    pairs = zip(unit[::2], unit[1::2], strict=True)
    return np.array([math.sqrt(-2 * math.log(u)) * math.cos(2 * math.pi * v) for u, v in pairs])


def gradients(seed: int, updates: int) -> np.ndarray:
    """The noise of each update's gradient, (updates, 2), of which the norm is recorded."""
    session = Session(new_experiment(FLAT, [new_run("sgd", learning_rate=1.0, batch="single")], noise=1.0, seed=seed))
    found = []
    for _ in range(updates):
        found.append(session.runs[0].peek().gradient.copy())
        session.advance(1)
    return np.array(found)


def test_splitmix_of_the_paper() -> None:
    # Vigna's splitmix64.c, seed 1234567
    assert splitmix(1234567, 3) == [6457827717110365317, 3203168211198807973, 9817491932198370423]


@pytest.mark.parametrize("seed", [0, 1, 2, 12345, 2**53])
def test_noise_is_numbers_of_the_seed_in_order(seed: int) -> None:
    np.testing.assert_allclose(gradients(seed, 100).ravel(), normals(seed, 200), rtol=1e-12, atol=1e-14)


def test_neighbouring_seeds_share_nothing() -> None:
    drawn = np.concatenate([gradients(seed, 100).ravel() for seed in range(20)])
    assert len(np.unique(drawn)) == len(drawn)
    rows = drawn.reshape(20, 200)
    correlation = np.corrcoef(rows) - np.eye(20)
    assert np.abs(correlation).max() < 5 / math.sqrt(200)


def test_far_updates_are_reached_without_drawing() -> None:
    session = Session(
        new_experiment(FLAT, [new_run("sgd", learning_rate=1.0, batch="single")], noise=1.0, seed=3, updates=0)
    )
    session.advance(100_000)
    norms = full_history(session.runs[0])["gradient_norm"]
    state = mixed(3 + GOLDEN)
    t = 99_999
    bits = [mixed((state + (4 * t + 1 + k) * GOLDEN) & MASK) for k in range(4)]
    u = [((number >> 11) + 1) / 2**53 for number in bits]
    x, y = (math.sqrt(-2 * math.log(u[k])) * math.cos(2 * math.pi * u[k + 1]) for k in (0, 2))
    assert norms[t] == pytest.approx(math.hypot(x, y), rel=1e-12)
