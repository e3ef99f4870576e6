"""Published results, through the real loop: closed forms, stability limits, saddles, wells, basins.

Stochastic claims are asserted over seeds and a band.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pytest

from engine import (
    DIVERGED,
    SURFACES,
    Choice,
    Formula,
    RunSettings,
    Session,
    choose,
    full_history,
    new_experiment,
    new_run,
)


def quadratic(condition: float) -> Choice:
    """(x^2 + condition y^2) / 2"""
    return choose(SURFACES, "quadratic", {"condition": condition, "rotation": 0.0})


def descend(surface, run: RunSettings, start, updates: int, **settings) -> Session:
    session = Session(new_experiment(surface, [run], start=start, updates=0, **settings))
    session.advance(updates)
    return session


def ends(surface, run: RunSettings, starts: Iterable, updates: int, **settings) -> np.ndarray:
    """Where descent from each start ends, (k, 2)."""
    session = Session(new_experiment(surface, [run], updates=0, **settings))
    found = []
    for start in starts:
        session.problem_changed({"start": tuple(map(float, start))})
        session.advance(updates)
        found.append(session.runs[0].machine.theta.copy())
    return np.array(found)


def grid(low: float, high: float, count: int) -> list[tuple[float, float]]:
    axis = np.linspace(low, high, count)
    return [(x, y) for y in axis for x in axis]


@pytest.mark.parametrize("product", [1.9, 1.999, 2.0, 2.001, 2.1])
def test_q1_gradient_descent_on_a_parabola(product: float) -> None:
    run = descend(quadratic(25.0), new_run("sgd", learning_rate=product / 25.0), (0.0, 1.0), 2000).runs[0]
    size = abs(run.machine.theta[1])
    assert size == pytest.approx(abs(1.0 - product) ** 2000, rel=1e-6)
    assert (size < 1.0) == (product < 2.0)


def test_q2_gradient_descent_at_its_optimal_rate() -> None:
    run = new_run("sgd", learning_rate=2.0 / 101.0)
    columns = full_history(descend(quadratic(100.0), run, (1.0, 1.0), 400).runs[0])
    size = np.hypot(columns["x"], columns["y"])
    np.testing.assert_allclose(size[1:] / size[:-1], 99.0 / 101.0, rtol=1e-9)


def test_q2_heavy_ball_at_polyaks_rate_and_momentum() -> None:
    rate, momentum = (2.0 / 11.0) ** 2, (9.0 / 11.0) ** 2
    run = new_run("momentum", learning_rate=rate, momentum=momentum)
    columns = full_history(descend(quadratic(100.0), run, (1.0, 1.0), 1501).runs[0])
    size = np.hypot(columns["x"], columns["y"])
    # A double root: t times the power, of which the t is taken out.
    per_update = (size[1500] / 1500 / (size[500] / 500)) ** (1 / 1000)
    assert per_update == pytest.approx(9.0 / 11.0, abs=1e-4)


Q4 = [
    ("sgd", {}, 2.0),
    *(("momentum", {"momentum": b}, 2.0 * (1.0 + b)) for b in (0.0, 0.5, 0.9)),
    *(("nesterov", {"momentum": b}, (2.0 + 2.0 * b) / (1.0 + 2.0 * b)) for b in (0.0, 0.5, 0.9)),
]


@pytest.mark.parametrize(("optimizer", "knobs", "limit"), Q4)
def test_q4_largest_stable_rate(optimizer: str, knobs: dict, limit: float) -> None:
    for factor in (0.999, 1.001):
        run = new_run(optimizer, learning_rate=factor * limit, **knobs)
        size = np.abs(descend(quadratic(1.0), run, (1.0, 0.0), 30_000).runs[0].machine.theta[0])
        assert (size < 1e-6) if factor < 1.0 else (size > 1e6), factor


@pytest.mark.parametrize(("beta1", "limit"), [(0.0, 2.0), (0.5, 6.0), (0.9, 38.0)])
def test_q4_adam_on_its_preconditioned_curvature(beta1: float, limit: float) -> None:
    """At a gradient far below eps the preconditioner is eps itself."""
    for factor in (0.99, 1.01):
        run = new_run("adam", learning_rate=factor * limit, beta1=beta1, eps=1.0, bias_correction=False)
        session = descend(quadratic(1.0), run, (1e-9, 0.0), 3000)
        sizes = np.abs(full_history(session.runs[0])["x"])
        # Once it has grown to the size of eps, Adam's own v tames it.
        assert (sizes[-100:].max() < 1e-12) if factor < 1.0 else (sizes.max() > 1e-4), factor


@pytest.mark.parametrize(("momenta", "rates"), [(7, 23), pytest.param(25, 45, marks=pytest.mark.slow)])
def test_q7_learning_rate_times_momentum(momenta: int, rates: int) -> None:
    for momentum in np.linspace(0.0, 0.98, momenta):
        for rate in np.linspace(0.05, 4.45, rates):
            limit = 2.0 * (1.0 + momentum)
            if abs(rate - limit) < 0.03:
                continue
            run = new_run("momentum", learning_rate=float(rate), momentum=float(momentum))
            size = abs(descend(quadratic(1.0), run, (1.0, 0.0), 2500).runs[0].machine.theta[0])
            assert (size > 1.0) == (rate > limit), (momentum, rate)


@pytest.mark.parametrize(("momentum", "expected"), [(0.0, 0.0526), (0.9, 0.5135)])
def test_q8_stationary_spread_under_noise(momentum: float, expected: float) -> None:
    rate = 0.1
    closed = rate * (1 + momentum) / ((1 - momentum) * (2 * (1 + momentum) - rate))
    assert closed == pytest.approx(expected, rel=1e-3)
    squares = []
    for seed in range(4):
        run = new_run("momentum", learning_rate=rate, momentum=momentum, batch="single")
        columns = full_history(descend(quadratic(1.0), run, (0.0, 0.0), 200_000, noise=1.0, seed=seed).runs[0])
        squares += [np.mean(columns[name][1000:] ** 2) for name in "xy"]
    assert np.mean(squares) == pytest.approx(closed, rel=0.02)


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3, 1e6])
def test_q11_adams_first_step_is_the_rate(scale: float) -> None:
    session = descend(quadratic(1.0), new_run("adam", learning_rate=0.01), (scale, -scale), 1)
    moved = session.runs[0].machine.theta - [scale, -scale]
    np.testing.assert_allclose(moved, [-0.01, 0.01], rtol=1e-4)


@pytest.mark.parametrize(("beta2", "factor"), [(0.99, 1.0), (0.999, 3.162), (0.9999, 10.0)])
def test_q12_adam_without_bias_correction(beta2: float, factor: float) -> None:
    run = new_run("adam", learning_rate=0.01, beta2=beta2, bias_correction=False)
    session = descend(quadratic(1.0), run, (100.0, 0.0), 1)
    assert 100.0 - session.runs[0].machine.theta[0] == pytest.approx(0.01 * factor, rel=1e-3)


def test_q13_adagrad_under_a_constant_gradient() -> None:
    session = descend(Formula("x"), new_run("adagrad", learning_rate=0.1), (0.0, 0.0), 10_000)
    assert session.runs[0].machine.theta[0] == pytest.approx(-19.854, abs=1e-3)


def test_q14_decay_alone() -> None:
    settings = {"learning_rate": 1e-3, "weight_decay": 0.1}
    adamw = descend(Formula("0*x"), new_run("adamw", **settings), (1.0, 1.0), 500).runs[0]
    np.testing.assert_allclose(adamw.machine.theta, (1 - 1e-4) ** 500, rtol=1e-9)
    assert adamw.machine.theta[0] == pytest.approx(0.95123, abs=5e-6)
    adam = descend(Formula("0*x"), new_run("adam", **settings), (1.0, 1.0), 500).runs[0]
    np.testing.assert_allclose(adam.machine.theta, 0.56, atol=0.01)


def leaves_saddle(run: RunSettings, y: float, most: int = 2000, **settings) -> int | None:
    """The first update at which |y| >= 0.5."""
    columns = full_history(descend("quartic_saddle", run, (1.0, y), most, **settings).runs[0])
    away = np.flatnonzero(np.abs(columns["y"]) >= 0.5)
    return int(away[0]) if len(away) else None


@pytest.mark.parametrize(("y", "plain", "heavy"), [(1e-2, 43, 16), (1e-4, 91, 33), (1e-8, 188, 67), (1e-16, 381, 134)])
def test_q18_the_nearer_the_ridge_the_longer(y: float, plain: int, heavy: int) -> None:
    assert leaves_saddle(new_run("sgd", learning_rate=0.1), y) == plain
    assert leaves_saddle(new_run("momentum", learning_rate=0.1, momentum=0.9), y) == heavy


def test_q18_on_the_ridge_only_noise_helps() -> None:
    assert leaves_saddle(new_run("sgd", learning_rate=0.1), 0.0, 100_000) is None
    run = new_run("sgd", learning_rate=0.1, batch="single")
    counts = [leaves_saddle(run, 0.0, noise=0.01, seed=seed) for seed in range(60)]
    assert None not in counts
    assert np.median(counts) == pytest.approx(67, abs=8)


def test_q21_a_large_rate_leaves_the_sharp_end() -> None:
    rate = 0.1
    session = descend("weight_product", new_run("sgd", learning_rate=rate), (5.0, 0.1), 20_000)
    x, y = session.runs[0].machine.theta
    assert x * y == pytest.approx(1.0, abs=1e-9)
    assert x * x + y * y < 2.0 / rate
    assert rate * session.problem.curvatures(np.array([x, y]))[-1] == pytest.approx(1.27, abs=0.01)
    flow = descend("weight_product", new_run("sgd", learning_rate=1e-4), (5.0, 0.1), 100_000)
    assert rate * flow.problem.curvatures(flow.runs[0].machine.theta)[-1] == pytest.approx(2.51, abs=0.01)


@pytest.mark.parametrize("start", [(5.5, -2.4), (6.0, -2.7), (5.0, -2.2)])
def test_q32_the_cliff_throws_out_unless_clipped(start: tuple[float, float]) -> None:
    """Where the throw ends depends on the last bit, so it is the throw itself that is asserted."""
    wild = full_history(descend("cliff", new_run("sgd", learning_rate=0.1), start, 2000).runs[0])
    assert wild["step_norm"].max() > 1.0
    tamed = descend("cliff", new_run("sgd", learning_rate=0.1, clip_norm=1.0), start, 2000).runs[0]
    assert full_history(tamed)["step_norm"].max() <= 0.1
    assert tamed.peek().loss < 1e-4


# Sharp and wide wells

WELL_STARTS = [(x, 0.0) for x in np.linspace(-1.8, -1.2, 25)]


@pytest.mark.parametrize(("rate", "escapes"), [
    (0.01, False), (0.03, False), (0.047, False), (0.3, True), (0.6, True), (1.2, True),
])  # fmt: skip
def test_a_large_rate_does_not_stay_in_the_sharp_well(rate: float, escapes: bool) -> None:
    found = ends("two_wells", new_run("sgd", learning_rate=rate), WELL_STARTS, 5000)
    assert ((found[:, 0] > 0.0) == escapes).all()


@pytest.mark.parametrize(("seeds", "band"), [(16, 0.2), pytest.param(60, 0.12, marks=pytest.mark.slow)])
def test_noise_leaves_the_sharp_well(seeds: int, band: float) -> None:
    run = new_run("sgd", learning_rate=0.01, batch="single")
    assert not (ends("two_wells", run, WELL_STARTS, 5000)[:, 0] > 0.0).any(), "without noise"
    escaped = [
        (ends("two_wells", run, WELL_STARTS, 5000, noise=6.0, seed=seed)[:, 0] > 0.0).mean() for seed in range(seeds)
    ]
    # The starts of one seed share their noise, so the band is that of so many draws.
    assert np.mean(escaped) == pytest.approx(0.84, abs=band)


# Basins of attraction


def near(points: np.ndarray, minimum: tuple[float, float]) -> float:
    """The share of points that ended in a minimum."""
    return float((np.hypot(*(points - minimum).T) < 0.1).mean())


@pytest.mark.slow
def test_basins_of_rastrigin() -> None:
    found = ends("rastrigin", new_run("sgd", learning_rate=1e-3), grid(-5.12, 5.12, 64), 2000)
    assert near(found, (0.0, 0.0)) == pytest.approx(0.0103, abs=0.004)


@pytest.mark.parametrize(("starts", "error"), [(20, 0.025), pytest.param(48, 0.012, marks=pytest.mark.slow)])
def test_basins_of_himmelblau(starts: int, error: float) -> None:
    found = ends("himmelblau", new_run("sgd", learning_rate=1e-3), grid(-5.0, 5.0, starts), 2000)
    shares = sorted(near(found, minimum) for minimum in SURFACES["himmelblau"].minima)
    np.testing.assert_allclose(shares, sorted([0.255, 0.260, 0.238, 0.247]), atol=error)
    assert sum(shares) == pytest.approx(1.0, abs=0.005)


@pytest.mark.slow
def test_basins_of_the_six_hump_camel() -> None:
    found = ends("six_hump_camel", new_run("sgd", learning_rate=1e-3), grid(-2.0, 2.0, 40), 2000)
    share = sum(near(found, minimum) for minimum in SURFACES["six_hump_camel"].minima)
    assert share == pytest.approx(0.60, abs=0.03)


@pytest.mark.slow
def test_basins_of_rastrigin_in_full() -> None:
    found = ends("rastrigin", new_run("sgd", learning_rate=1e-3), grid(-5.12, 5.12, 256), 2000)
    assert near(found, (0.0, 0.0)) == pytest.approx(0.0103, abs=0.002)


def test_nothing_here_diverged_by_accident() -> None:
    """The fastest of the rates above that are said to converge."""
    assert descend("two_wells", new_run("sgd", learning_rate=1.2), (-1.8, 0.0), 5000).runs[0].status != DIVERGED
