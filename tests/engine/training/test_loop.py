"""The training loop: what a row means, clipping, decay, warm-up, noise, stop rules."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine import (
    FINISHED,
    OPTIMIZERS,
    SCHEDULES,
    SURFACE_EXAMPLES,
    SURFACES,
    Formula,
    Session,
    Table,
    full_history,
    new_experiment,
    new_network,
    new_run,
    preview,
)
from tests.each import each

PLANE = Formula("x + y", {}, (-1.0, 1.0, -1.0, 1.0))
FLAT = Formula("0*x + 0*y", {}, (-1.0, 1.0, -1.0, 1.0))


def trained(surface, *runs, updates, **settings) -> Session:
    session = Session(new_experiment(surface, runs, updates=0, **settings))
    session.advance(updates)
    return session


def path(columns: dict[str, np.ndarray]) -> np.ndarray:
    return np.column_stack([columns["x"], columns["y"]])


@each("surface", SURFACES)
def test_a_row_is_what_happened_at_that_update(surface: str) -> None:
    rate = SURFACES[surface].rate
    session = trained(surface, new_run("sgd", learning_rate=rate), updates=50)
    columns = full_history(session.runs[0])
    points = path(columns)
    losses, gradients = session.problem.gradients(points)
    np.testing.assert_array_equal(points[0], session.problem.start)
    np.testing.assert_array_equal(columns["loss"], losses)
    np.testing.assert_allclose(columns["gradient_norm"], np.hypot(*gradients.T), rtol=1e-14)
    np.testing.assert_allclose(points[1:], (points - rate * gradients)[:-1], rtol=1e-13, atol=1e-13)
    step = np.hypot(*np.diff(points, axis=0).T)
    np.testing.assert_allclose(columns["step_norm"][:-1], step, rtol=1e-9, atol=1e-14)
    assert (columns["learning_rate"] == rate).all()


@pytest.mark.parametrize("decoupled", [False, True])
@pytest.mark.parametrize("decay", [0.0, 0.1])
@pytest.mark.parametrize("clip_value", [0.0, 3.0])
@pytest.mark.parametrize("clip_norm", [0.0, 2.0, 1e6])
def test_clipping_and_decay(clip_norm: float, clip_value: float, decay: float, decoupled: bool) -> None:
    knobs = {"clip_norm": clip_norm, "clip_value": clip_value, "weight_decay": decay, "decoupled": decoupled}
    rate = 0.01
    session = trained("rosenbrock", new_run("sgd", learning_rate=rate, **knobs), updates=1)
    theta = session.problem.start.copy()
    gradient = session.problem.gradients(theta[None])[1][0]
    norm = np.hypot(*gradient)
    assert norm > 2.0
    if clip_norm:
        gradient = gradient * min(clip_norm / (norm + 1e-6), 1.0)
    if clip_value:
        gradient = np.clip(gradient, -clip_value, clip_value)
    if decoupled:
        theta *= 1.0 - rate * decay
    else:
        gradient = gradient + decay * theta
    np.testing.assert_allclose(session.runs[0].machine.theta, theta - rate * gradient, rtol=1e-13)
    assert full_history(session.runs[0])["gradient_norm"][0] == pytest.approx(norm, rel=1e-14), "unclipped"


@pytest.mark.parametrize("warmup", [0, 7])
@pytest.mark.parametrize("key", [key for key, entry in SCHEDULES.items() if not entry.watches_loss])
def test_the_rate_follows_the_schedule_as_previewed(key: str, warmup: int) -> None:
    settings = new_run("sgd", learning_rate=1e-3, schedule=key)
    settings = settings.having("warmup", warmup).having("warmup_start", 0.25)
    session = trained("sphere", settings, updates=300)
    rates = full_history(session.runs[0])["learning_rate"]
    knobs = np.array(settings.schedule.packed(SCHEDULES[key].knobs) or [0.0])
    updates, previewed = preview(SCHEDULES[key], knobs, 1e-3, warmup, 0.25, 300, 300)
    np.testing.assert_array_equal(updates, np.arange(300))
    np.testing.assert_array_equal(rates, previewed)
    if warmup:
        np.testing.assert_allclose(rates[:7], 1e-3 * (0.25 + 0.75 * np.arange(7) / 7), rtol=1e-14)


def test_plateau_watches_the_loss_of_the_run() -> None:
    settings = new_run("sgd", learning_rate=0.1, schedule="plateau", schedule_knobs={"patience": 5})
    rates = full_history(trained(PLANE, settings, updates=500).runs[0])["learning_rate"]
    assert (rates == 0.1).all(), "the loss always falls"
    rates = full_history(trained(FLAT, settings, updates=500).runs[0])["learning_rate"]
    assert rates[0] == 0.1 > rates[-1] > 0.0
    assert (np.diff(rates) <= 0.0).all()


@pytest.mark.parametrize(("batch", "size"), [
    ("full", SURFACE_EXAMPLES), ("single", 1), (4, 4), (25, 25), (10**6, SURFACE_EXAMPLES),
])  # fmt: skip
def test_noise_falls_with_the_root_of_the_batch(batch: str | int, size: int) -> None:
    count, sigma = 200_000, 3.0
    session = trained(FLAT, new_run("sgd", learning_rate=1.0, batch=batch), noise=sigma, updates=count, start=(0, 0))
    columns = full_history(session.runs[0])
    if size == SURFACE_EXAMPLES:
        assert not columns["gradient_norm"].any(), "a full batch has no noise"
        return
    noise = -np.diff(path(columns), axis=0) / (sigma / math.sqrt(size))
    close = 5.0 / math.sqrt(count)
    assert np.abs(noise.mean(axis=0)).max() < close
    np.testing.assert_allclose(noise.var(axis=0), 1.0, atol=close * math.sqrt(2.0))
    np.testing.assert_allclose((noise**4).mean(axis=0), 3.0, atol=close * math.sqrt(96.0))
    assert abs((noise[:, 0] * noise[:, 1]).mean()) < close, "x and y are independent"
    assert np.abs((noise[1:] * noise[:-1]).mean(axis=0)).max() < close, "and so are the updates"


def test_noise_belongs_to_the_seed_not_to_the_optimizer() -> None:
    runs = [new_run(key, batch="single") for key in ("sgd", "adam", "lion", "rprop")]
    session = trained(PLANE, *runs, noise=1.0, seed=5, updates=2000)
    norms = [full_history(run)["gradient_norm"] for run in session.runs]
    assert all(np.array_equal(norms[0], other) for other in norms[1:])
    other = full_history(trained(PLANE, runs[0], noise=1.0, seed=6, updates=2000).runs[0])["gradient_norm"]
    assert not (norms[0] == other).any()


def test_examples_count_with_the_batch() -> None:
    session = trained("sphere", new_run("sgd", batch=10), updates=50)
    session.tweak("sgd", "batch", "full")
    session.advance(5)
    run = session.runs[0]
    updates, examples, _ = run.counts()
    assert (updates[-1], examples[-1]) == (55, 50 * 10 + 5 * SURFACE_EXAMPLES)
    assert np.interp(25, updates, examples) == 250
    assert np.interp(52, updates, examples) == 700
    assert session.picture().runs[0].epoch == 10.0


# Rprop's step sizes have a lower bound of their own.
@pytest.mark.parametrize("optimizer", [key for key in OPTIMIZERS if key != "rprop"])
def test_rate_zero_does_not_move(optimizer: str) -> None:
    session = trained("rosenbrock", new_run(optimizer, learning_rate=0.0), updates=20)
    np.testing.assert_array_equal(session.runs[0].machine.theta, session.problem.start)


# Stop rules


def stopped(surface="sphere", optimizer="sgd", rate=0.1, updates=0, **rules) -> Session:
    session = Session(new_experiment(surface, [new_run(optimizer, learning_rate=rate)], updates=updates, **rules))
    session.advance(10_000)
    return session


def test_stop_after_a_number_of_updates() -> None:
    run = stopped(updates=123).runs[0]
    assert (run.update, run.status, run.message) == (123, FINISHED, "stopped after 123 updates")
    assert run.advance(10) == 0


def test_stop_at_the_first_update_that_is_low_enough() -> None:
    run = stopped(loss_below=1e-3).runs[0]
    assert run.status == FINISHED
    assert "the loss fell below 0.001" in run.message
    assert run.peek().loss < 1e-3 <= full_history(run)["loss"][-1]


def test_stop_when_the_gradient_is_small() -> None:
    run = stopped(gradient_below=1e-3).runs[0]
    assert "the gradient norm fell below 0.001" in run.message
    assert run.peek().gradient_norm < 1e-3 <= full_history(run)["gradient_norm"][-1]


def test_stop_on_a_plateau() -> None:
    run = stopped(FLAT, plateau_updates=50).runs[0]
    assert (run.update, run.status) == (50, FINISHED)
    assert "no improvement of more than 0.01 % in 50 updates" in run.message
    assert "no lower loss in 1 update" in stopped(FLAT, plateau_updates=1, plateau_gain=0.0).runs[0].message
    assert stopped(updates=1).runs[0].message == "stopped after 1 update"
    falling = stopped(PLANE, plateau_updates=20, plateau_gain=0.5, rate=1e-4).runs[0]
    assert (np.diff(full_history(falling)["loss"]) < 0.0).all()
    assert falling.message.endswith("no improvement of more than 50 % in 20 updates")
    losses = full_history(stopped(plateau_updates=50, plateau_gain=0.5, rate=1e-3).runs[0])["loss"]
    best, since = losses[0], 0
    for t, loss in enumerate(losses):
        if loss < 0.5 * best:
            best, since = loss, t
    assert len(losses) == since + 50


@pytest.mark.parametrize("rules", [
    {"loss_below": 1e-3}, {"gradient_below": 1e-3}, {"plateau_updates": 20, "plateau_gain": 0.9},
])  # fmt: skip
def test_where_a_run_stops_does_not_depend_on_the_chunks(rules: dict) -> None:
    whole = stopped(**rules).runs[0]
    session = Session(new_experiment("sphere", [new_run("sgd", learning_rate=0.1)], updates=0, **rules))
    while session.moving:
        session.advance(3)
    assert session.runs[0].update == whole.update
    assert session.runs[0].message == whole.message


def test_a_rule_taken_back_lets_the_run_go_on() -> None:
    session = stopped(loss_below=1e-3)
    run = session.runs[0]
    at = run.update
    session.stop_at({"updates": 0})
    assert run.status == "running"
    assert session.advance(100) == 100
    straight = trained("sphere", new_run("sgd", learning_rate=0.1), updates=at + 100)
    np.testing.assert_array_equal(full_history(run)["loss"], full_history(straight.runs[0])["loss"])


def test_a_rule_that_comes_late_changes_no_past() -> None:
    session = trained("sphere", new_run("sgd", learning_rate=0.01), updates=500)
    run = session.runs[0]
    before = full_history(run)["loss"]
    session.stop_at({"loss_below": 0.5 * before[0]})
    session.advance(10)
    assert (run.update, run.status) == (500, FINISHED)
    np.testing.assert_array_equal(full_history(run)["loss"], before)
    session.rewind(400)
    assert run.update == 400
    np.testing.assert_array_equal(full_history(run)["loss"], before[:400])


@pytest.mark.parametrize(("text", "norm"), [
    ("(1e50*x)^4", 5e199), ("1e200*x + 1e200*y", math.sqrt(2.0) * 1e200),
    ("1e308*(x + y)", math.sqrt(2.0) * 1e308), ("1.5e308*(x - y)", np.finfo(float).max),
])  # fmt: skip
def test_a_gradient_whose_squares_overflow_is_finite(text: str, norm: float) -> None:
    """Up to the largest number, to which a norm beyond it is held."""
    runs = [new_run("sgd", learning_rate=1e-12), new_run("sgd", learning_rate=1e-3, clip_norm=1.0, id="clipped")]
    session = Session(new_experiment(Formula(text), runs, start=(0.5, 0.5)))
    session.advance(1)
    first = {run.settings.id: {name: values[0] for name, values in full_history(run).items()} for run in session.runs}
    assert [row["gradient_norm"] for row in first.values()] == [pytest.approx(norm, rel=1e-12)] * 2
    assert first["sgd"]["step_norm"] == pytest.approx(1e-12 * norm, rel=0.2)
    assert first["clipped"]["step_norm"] == pytest.approx(1e-3, rel=0.2)


def test_a_network_may_have_such_a_gradient_too() -> None:
    inputs = np.array([[1e90, 2e90, 3e90], [2e90, 1e90, 1e90], [1e90, 1e90, 2e90], [0.0, 1e90, 0.0]])
    data = Table("large", ("a", "b", "c"), "t", inputs, np.array([1.0, 2.0, 3.0, 4.0]))
    runs = [new_run("sgd", learning_rate=1e-12)]
    session = Session(new_network(data, runs, (5,), activation="identity", scaling="none", share=1.0))
    session.advance(1)
    run = session.runs[0]
    assert run.status != "diverged"
    peek = run.peek(0)
    largest = np.abs(peek.gradient).max()
    assert largest > 1e160
    assert peek.gradient_norm == pytest.approx(largest * np.linalg.norm(peek.gradient / largest), rel=1e-12)
