"""The objectives of clusters, against PyTorch's autograd, the models written out, and differences."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from engine import Table, new_clustering, problem_of

REFERENCE = np.load(Path(__file__).parents[2] / "reference" / "clusters.npz", allow_pickle=False)
CASES = json.loads(str(REFERENCE["cases"]))
KINDS = {1: "spherical", 2: "diagonal", 3: "full"}


def table_of(points: np.ndarray) -> Table:
    return Table("points", ("x",), "y", points[:, :1].copy(), points[:, 1].copy())


def problem_with(points: np.ndarray, k: int, spread: int, floor: float):
    model = {"kind": "mixture", "spread": KINDS[spread], "least_spread": floor} if spread else "kmeans"
    return problem_of(new_clustering(table_of(points), ["sgd"], model=model, clusters=k).problem)


@pytest.mark.parametrize("place", range(len(CASES)), ids=[str(case) for case in CASES])
def test_loss_and_gradient_are_those_of_autograd(place):
    problem = problem_with(REFERENCE["points"], **CASES[place])
    theta = REFERENCE[f"theta/{place}"]
    (loss,), (gradient,) = problem.gradients(theta[None])
    np.testing.assert_allclose(loss, REFERENCE[f"loss/{place}"], rtol=1e-12)
    np.testing.assert_allclose(gradient, REFERENCE[f"gradient/{place}"], rtol=1e-10, atol=1e-10)
    shape, points = problem.subject.shape, problem.subject.points
    np.testing.assert_allclose(shape.losses(shape.log_densities(theta, points)).mean(), loss, rtol=1e-12)


def test_the_gradient_of_a_mixture_is_that_of_differences():
    problem = problem_with(REFERENCE["points"], 3, 3, 0.2)
    theta = REFERENCE["theta/5"]
    step = 1e-5
    ends = problem.losses(np.concatenate([theta + step * np.eye(theta.size), theta - step * np.eye(theta.size)]))
    slopes = (ends[: theta.size] - ends[theta.size :]) / (2 * step)
    np.testing.assert_allclose(problem.gradients(theta[None])[1][0], slopes, rtol=1e-6, atol=1e-8)


def test_batches_of_an_epoch_have_the_mean_of_their_gradients():
    """In pieces, too: there are more points than are taken between two looks at the flag."""
    points = np.random.default_rng(3).normal(size=(1200, 2))
    problem = problem_with(points, 2, 3, 0.0)
    parts = [problem_with(points[half::2], 2, 3, 0.0).gradients(problem.start[None])[1][0] for half in (0, 1)]
    np.testing.assert_allclose(problem.gradients(problem.start[None])[1][0], np.mean(parts, axis=0), rtol=1e-9)
