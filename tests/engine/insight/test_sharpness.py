"""The largest eigenvalue of the Hessian, against quadratics of known spectrum."""

from __future__ import annotations

import numpy as np
import pytest

from engine.insight.sharpness import Gradients, curvatures, sharpness


def quadratic(spectrum: np.ndarray, seed: int = 0) -> Gradients:
    """x'Hx / 2 with H of this spectrum in random directions."""
    n = len(spectrum)
    q, _ = np.linalg.qr(np.random.default_rng(seed).standard_normal((n, n)))
    hessian = (q * spectrum) @ q.T
    return lambda points: (0.5 * ((points @ hessian) * points).sum(axis=1), points @ hessian)


def point(n: int) -> np.ndarray:
    return np.random.default_rng(n).standard_normal(n)


@pytest.mark.parametrize("n", [1, 2, 5, 31, 32])
def test_a_few_parameters_have_their_whole_spectrum(n: int) -> None:
    spectrum = np.linspace(-3.0, 7.0, n)
    np.testing.assert_allclose(curvatures(quadratic(spectrum), point(n)), spectrum, atol=1e-8)
    assert sharpness(quadratic(spectrum), point(n)) == pytest.approx(spectrum[-1], rel=1e-8)


@pytest.mark.parametrize("n", [33, 64, 150, 300])
def test_an_eigenvalue_that_stands_apart_is_found(n: int) -> None:
    spectrum = np.sort(np.append(np.random.default_rng(n).uniform(-1.0, 1.0, n - 1), 20.0))
    assert sharpness(quadratic(spectrum), point(n)) == pytest.approx(20.0, rel=1e-8)


@pytest.mark.parametrize("n", [33, 64, 150, 300])
def test_an_even_spectrum_is_approached_from_below(n: int) -> None:
    """Sixteen products are few for it: the hardest case loses some per cent."""
    found = sharpness(quadratic(np.linspace(0.0, 5.0, n)), point(n))
    assert 0.96 * 5.0 < found <= 5.0 * (1 + 1e-8)


@pytest.mark.parametrize("n", [40, 300])
def test_the_largest_is_the_most_positive_one(n: int) -> None:
    negative = -np.geomspace(1.0, 50.0, n)
    assert sharpness(quadratic(negative), point(n)) == pytest.approx(-1.0, abs=0.5)
    outweighed = np.concatenate([np.full(n - 1, -50.0), [2.0]])
    assert sharpness(quadratic(outweighed), point(n)) == pytest.approx(2.0, rel=1e-8)


@pytest.mark.parametrize("n", [33, 300])
def test_few_distinct_eigenvalues_are_found_though_the_directions_are_exhausted(n: int) -> None:
    for spectrum in (np.zeros(n), np.full(n, 3.0), np.repeat([1.0, 4.0, 9.0], n // 3)):
        found = sharpness(quadratic(spectrum), point(len(spectrum)))
        assert found == pytest.approx(spectrum[-1], rel=1e-8, abs=1e-12)


@pytest.mark.parametrize("n", [2, 40])
def test_the_curvature_is_that_of_the_point(n: int) -> None:
    """sum x^4 / 12 + x^3 has the Hessian diag(x^2 + 6 x)."""
    place = point(n)
    place[n // 2] = 8.0

    def gradients(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return (points**4 / 12 + points**3).sum(axis=1), points**3 / 3 + 3 * points**2

    assert sharpness(gradients, place) == pytest.approx(8.0**2 + 6 * 8.0, rel=1e-6)


@pytest.mark.parametrize("n", [2, 5, 32, 40])
@pytest.mark.parametrize("bad", [np.nan, np.inf, 1e308])
def test_what_is_not_finite_is_nan(n: int, bad: float) -> None:
    def gradients(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        grads = points.copy()
        grads[:, ::3] = np.where(points > 0.0, bad, -bad)[:, ::3]
        return np.zeros(len(points)), grads

    assert np.isnan(sharpness(gradients, np.zeros(n)))


def test_it_is_the_same_every_time() -> None:
    spectrum = np.linspace(0.0, 5.0, 100)
    assert sharpness(quadratic(spectrum), point(100)) == sharpness(quadratic(spectrum), point(100))


def test_the_gradients_asked_for_are_few() -> None:
    asked = []
    inner = quadratic(np.linspace(0.0, 5.0, 300))

    def gradients(points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        asked.append(len(points))
        return inner(points)

    sharpness(gradients, point(300))
    assert sum(asked) == 32
