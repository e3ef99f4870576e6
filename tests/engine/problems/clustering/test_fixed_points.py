"""Where Lloyd's algorithm and EM stand still the gradient vanishes, and descent reaches no other places."""

from __future__ import annotations

import numpy as np
import pytest

from engine import Session, new_clustering, new_run, problem_of
from engine.problems.clustering.fixed_points import fixed_point
from engine.problems.clustering.shape import DIAGONAL, SPHERICAL

MODELS = ("kmeans", *({"kind": "mixture", "spread": spread} for spread in ("spherical", "diagonal", "full")))


@pytest.mark.parametrize("model", MODELS, ids=str)
def test_their_fixed_points_are_stationary(model):
    problem = problem_of(new_clustering({"kind": "uneven", "samples": 200}, ["sgd"], model=model).problem)
    shape, points = problem.subject.shape, problem.subject.points
    theta = problem.start
    for _ in range(12):
        theta = fixed_point(shape, theta, points)
    losses, gradients = problem.gradients(np.stack([problem.start, theta]))
    assert losses[1] < losses[0] and np.linalg.norm(gradients[1]) < 1e-4 < np.linalg.norm(gradients[0])
    np.testing.assert_allclose(problem.subject.reached, losses[1], rtol=1e-5)


@pytest.mark.parametrize("rounds", (1, 7))
@pytest.mark.parametrize("model", MODELS, ids=str)
def test_rounds_are_those_of_the_textbook(model, rounds):
    """Written out with inverses (Bishop 2006, sections 9.1 and 9.2); one cluster is far from all points."""
    problem = problem_of(new_clustering({"kind": "uneven", "samples": 150}, ["sgd"], model=model, clusters=4).problem)
    shape, points = problem.subject.shape, problem.subject.points
    theta = problem.start.copy()
    theta[6:8] = 900.0, -900.0
    centres, weights, factors = shape.centres(theta).copy(), shape.weights(theta), shape.factors(theta)
    covariances = factors @ factors.transpose(0, 2, 1)
    for _ in range(rounds):
        if shape.is_mixture:
            away = points[None] - centres[:, None]
            squares = np.einsum("jni,jik,jnk->jn", away, np.linalg.inv(covariances), away)
            shares = (weights / np.sqrt(np.linalg.det(covariances)))[:, None] * np.exp(-0.5 * squares)
        else:
            shares = np.eye(4)[np.square(points[:, None] - centres).sum(axis=2).argmin(axis=1)].T
        shares = shares / shares.sum(axis=0)
        weights = shares.mean(axis=1)
        for j in np.flatnonzero(weights > 1e-12):
            centres[j] = np.average(points, axis=0, weights=shares[j])
            found = np.cov(points.T, aweights=shares[j], bias=True)
            if shape.spread == SPHERICAL:
                found = np.eye(2) * np.trace(found) / 2.0
            covariances[j] = np.diag(np.diag(found)) if shape.spread == DIAGONAL else found
    reached = fixed_point(shape, theta, points, rounds=rounds)
    np.testing.assert_allclose(shape.centres(reached), centres, rtol=1e-10)
    if shape.is_mixture:
        factors = shape.factors(reached)
        np.testing.assert_allclose(factors @ factors.transpose(0, 2, 1), covariances, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(shape.weights(reached), weights, rtol=1e-10, atol=1e-300)


def test_a_step_of_the_right_length_is_a_round_of_lloyd():
    """Descent on a centre by one over its share of the points puts it in the middle of them."""
    problem = problem_of(new_clustering("blobs", ["sgd"], start="points").problem)
    theta = problem.start
    (_,), (gradient,) = problem.gradients(theta[None])
    logs = problem.subject.shape.log_densities(theta, problem.subject.points)
    shares = np.bincount(logs.argmax(axis=1), minlength=3) / len(logs)
    moved = theta.reshape(3, 2) - gradient.reshape(3, 2) / shares[:, None]
    round_ = fixed_point(problem.subject.shape, theta, problem.subject.points, rounds=1)
    np.testing.assert_allclose(moved.ravel(), round_, rtol=1e-12)


def test_descent_comes_to_where_lloyd_does():
    session = Session(new_clustering("uneven", [new_run("sgd", learning_rate=1.0)], start="points"))
    session.advance(300)
    loss = session.picture().runs[0].measures.column("points_loss")[-1]
    np.testing.assert_allclose(loss, session.problem.subject.reached, rtol=1e-6)


def test_a_mixture_may_shrink_onto_a_point_unless_its_spreads_have_a_floor():
    """Two points and one component between many: with a floor the loss is bounded, and the component named."""
    settings = {"model": {"kind": "mixture", "spread": "spherical", "least_spread": 0.0}, "clusters": 2}
    problem = problem_of(new_clustering({"kind": "uniform", "samples": 50}, ["sgd"], **settings).problem)
    subject, theta = problem.subject, problem.start.copy()
    assert subject.unbounded and not subject.collapsed(theta)
    theta[:2] = subject.points[0]
    narrow = []
    for log in (-5.0, -50.0, -300.0):
        theta[6] = log
        narrow.append(problem.losses(theta[None])[0])
    assert narrow[0] > narrow[1] > narrow[2] and subject.collapsed(theta) == (0,)
    assert "component 1 has shrunk onto a point" in subject.first_fault(theta)
    settings["model"]["least_spread"] = 0.05
    bounded = problem_of(new_clustering({"kind": "uniform", "samples": 50}, ["sgd"], **settings).problem)
    assert not bounded.subject.unbounded and bounded.losses(theta[None])[0] > narrow[2]
