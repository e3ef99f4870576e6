"""Divergence: flagged where it happens, explained, survivable, for every optimizer and every surface."""

from __future__ import annotations

import math
import re

import numpy as np
import pytest

from engine import (
    DIVERGED,
    FINISHED,
    OPTIMIZERS,
    SURFACES,
    Formula,
    Session,
    full_history,
    new_experiment,
    new_run,
)
from engine.training.diagnosis import stable_rate
from tests.each import each

SOME = ("rosenbrock", "himmelblau", "quadratic", "ackley", "rastrigin", "beale")
UPDATES = 3000


def survive(session: Session) -> None:
    """Race 3000 updates; then each run is finite, or has diverged as it should, and can be revived."""
    session.advance(UPDATES)
    session.picture()
    for run in session.runs:
        view = run.history.view()
        assert np.isfinite(view.last[:, : view.count]).all(), "what is recorded is finite"
        shown = run.peek()
        assert np.isfinite(shown.theta).all(), "the last finite state is kept"
        assert math.isfinite(shown.loss)
        if run.status != DIVERGED:
            assert run.update == UPDATES
            continue
        found = run.diagnosis
        assert found is not None
        assert run.update in (found.update, found.update - 1), "flagged where it happened"
        assert run.history.updates == found.update
        assert str(f"{found.update:,}") in run.message and run.message == found.sentence
        assert found.remedies and all(found.remedies)
        assert 0 <= found.rewind_to <= run.update
        assert len(full_history(run)["loss"]) == found.update
        best = run.peek(found.rewind_to).loss
        assert best == view.column("loss")[0].min()
        run.peek(max(found.update - 3, 0))
        # Clipping is one of the remedies; with a tiny rate beside it every optimizer goes on.
        run.rewind(found.rewind_to)
        run.tweak("learning_rate", 1e-12)
        refused = OPTIMIZERS[run.settings.optimizer.kind].refused
        assert any("clip" in remedy for remedy in found.remedies) <= ("clip_norm" not in refused)
        if "clip_norm" not in refused:
            run.tweak("optimizer.clip_norm", 1e-3)
        before = run.update
        assert run.advance(50) == 50 and run.update == before + 50


@each("surface", SOME)
@each("optimizer", OPTIMIZERS)
def test_every_optimizer_at_a_million_times_its_rate(optimizer: str, surface: str) -> None:
    rate = OPTIMIZERS[optimizer].learning_rate * 1e6
    survive(Session(new_experiment(surface, [new_run(optimizer, learning_rate=rate)], updates=0)))


@each("surface", SURFACES)
@each("factor", [1e2, 1e6, 1e12])
def test_every_surface_at_a_million_times_its_rate(surface: str, factor: float) -> None:
    rate = min(SURFACES[surface].rate * factor, 1e12)
    runs = [new_run(key, learning_rate=rate) for key in ("sgd", "momentum", "adam")]
    survive(Session(new_experiment(surface, runs, updates=0)))


@each("optimizer", OPTIMIZERS)
def test_every_optimizer_with_extreme_knobs(optimizer: str) -> None:
    """Each knob at both ends of its range, or at every option, from a start far outside."""
    entry = OPTIMIZERS[optimizer]
    for knob in (knob for knob in entry.knobs if knob.name not in entry.refused):
        ends = (False, True) if knob.kind == "switch" else knob.options or (knob.low, knob.high)
        for value in ends:
            run = new_run(optimizer, **{knob.name: knob.check(value)})
            session = Session(new_experiment("rosenbrock", [run], start=(1e12, -1e12), updates=0, noise=1e6))
            session.advance(300)
            session.picture()
            assert np.isfinite(session.runs[0].peek().theta).all()


def test_gradient_descent_is_told_its_limit() -> None:
    session = Session(new_experiment("quadratic", [new_run("sgd", learning_rate=0.5)], updates=0))
    session.advance(10_000)
    run = session.runs[0]
    curvature = run.problem.curvatures(run.problem.start)[-1]
    assert run.status == DIVERGED
    assert stable_rate(run.settings.optimizer, run.at(0)) == pytest.approx(2.0 / curvature, rel=1e-6)
    assert f"stability limit {2.0 / curvature:.3g}" in run.message
    rate = run.diagnosis.rate
    assert any(f"{rate:.2g}" in remedy for remedy in run.diagnosis.remedies)
    session.reset()
    session.tweak("sgd", "learning_rate", rate)
    session.advance(10_000)
    assert run.status != DIVERGED, "the remedy works"
    assert run.peek().loss < 1e-6


@pytest.mark.parametrize("optimizer", [key for key, entry in OPTIMIZERS.items() if entry.stability])
def test_the_declared_limit_is_where_descent_begins_to_diverge(optimizer: str) -> None:
    run = Session(new_experiment("quadratic", [optimizer])).runs[0]
    limit = stable_rate(run.settings.optimizer, run.at(0))
    for factor, diverges in ((0.98, False), (1.02, True)):
        session = Session(
            new_experiment("quadratic", [new_run(optimizer, learning_rate=factor * limit)], updates=0, start=(1, 1))
        )
        session.advance(100_000)
        assert (session.runs[0].status == DIVERGED) is diverges
        if not diverges:
            assert session.runs[0].peek().loss < 1e-9


def test_a_surface_without_a_bottom_is_said_to_fall() -> None:
    session = Session(new_experiment(Formula("-exp(x)"), [new_run("sgd", learning_rate=0.1)], start=(0.0, 0.0)))
    session.advance(2000)
    run = session.runs[0]
    assert run.status == DIVERGED
    assert "falls without end" in run.message
    assert "stop rule" in run.diagnosis.remedies[0]


@pytest.mark.parametrize(("text", "start"), [
    ("log(x)", (-1.0, 0.0)), ("log(x)", (0.0, 0.0)), ("1/x", (0.0, 0.0)), ("exp(x^2)", (100.0, 0.0)),
    ("sqrt(x)", (-1.0, 1.0)), ("x^2 + exp(1000*y)", (0.0, 1.0)),
])  # fmt: skip
def test_a_start_that_is_not_finite_is_told_at_update_0(text: str, start: tuple[float, float]) -> None:
    runs = ("sgd", "momentum", "nesterov", "adam", "lion")
    session = Session(new_experiment(Formula(text), runs, start=start))
    session.advance(10)
    for run in session.runs:
        assert (run.status, run.update, run.history.updates) == (DIVERGED, 0, 0)
        assert "not finite at the start" in run.message
        assert "start point" in run.diagnosis.remedies[0]
    picture = session.picture()
    assert not math.isfinite(picture.runs[0].shown.loss)
    session.problem_changed({"start": (0.5, -1.0)})
    assert session.advance(3) == 15


def test_a_formula_that_ends_on_the_way() -> None:
    """Descent runs out of the domain of the square root: the update before is kept."""
    session = Session(new_experiment(Formula("sqrt(x) + y^2"), [new_run("sgd", learning_rate=0.3)], start=(1.0, 1.0)))
    session.advance(100)
    run = session.runs[0]
    assert run.status == DIVERGED
    assert 0 < run.update < 50
    assert run.peek().theta[0] >= 0.0
    assert math.isfinite(run.peek().loss)


def test_the_same_divergence_whatever_the_chunks() -> None:
    found = []
    for chunk in (1, 7, 1000):
        session = Session(new_experiment("rosenbrock", [new_run("momentum", learning_rate=0.01)], updates=0))
        while session.moving:
            session.advance(chunk)
        run = session.runs[0]
        found.append((run.update, run.diagnosis, run.machine.theta.tobytes(), run.machine.slots.tobytes()))
    assert found[0] == found[1] == found[2]


def test_a_sentence_names_update_and_rate() -> None:
    session = Session(new_experiment("rosenbrock", [new_run("adagrad", learning_rate=1e11)], updates=0))
    session.tweak("adagrad", "optimizer.weight_decay", 1.0)
    session.tweak("adagrad", "optimizer.decoupled", True)
    session.advance(UPDATES)
    run = session.runs[0]
    assert run.status == DIVERGED
    assert re.fullmatch(r"diverged: .* is no longer finite at update [\d,]+; learning rate 1e\+11 .*", run.message)
    assert "rewind to update" in run.diagnosis.remedies[-1]


def test_a_curvature_that_cannot_be_had_is_nan_without_a_warning() -> None:
    problem = Session(new_experiment(Formula("exp(x^2) + y^2"), ["sgd"], start=(0.0, 0.0))).problem
    assert np.isnan(problem.curvatures(np.array([30.0, 0.0]))).all()
    np.testing.assert_allclose(problem.curvatures(np.zeros(2)), 2.0, rtol=1e-6)


def boundary(text: str, start: tuple[float, float], rate: float, optimizer: str = "sgd") -> Session:
    session = Session(new_experiment(Formula(text), [new_run(optimizer, learning_rate=rate)], start=start, updates=0))
    session.advance(2000)
    return session


@pytest.mark.parametrize(("text", "start", "rate"), [
    ("sqrt(x) + y^2", (1.0, 1.0), 0.3), ("log(x)", (1.0, 1.0), 0.3), ("-log(x) - log(1 - x)", (0.1, 1.0), 0.6),
    ("x*log(x) + y^2", (0.3, 1.0), 2.0),
])  # fmt: skip
@pytest.mark.parametrize("optimizer", ["sgd", "adam", "momentum"])
def test_a_step_out_of_the_domain_is_told_as_that(text, start, rate, optimizer) -> None:
    session = boundary(text, start, rate, optimizer)
    run = session.runs[0]
    if run.status != DIVERGED:  # this optimizer found its way
        assert optimizer != "sgd"
        return
    assert "left the region where the formula has a value" in run.message
    assert "falls without end" not in run.message and "stop rule" not in " ".join(run.diagnosis.remedies)
    found = re.search(r"at learning rate (\S+) instead of", run.message)
    assert found is not None, "a half, a quarter ... of the rate would have done"
    failed = run.diagnosis.update
    again = Session(session.experiment())
    again.advance(failed - 1)
    again.tweak(optimizer, "learning_rate", float(found[1]))
    again.advance(1)
    loss, gradient = again.problem.gradients(again.runs[0].machine.theta[None])
    assert np.isfinite(loss).all() and np.isfinite(gradient).all(), "what is promised holds"


@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
@pytest.mark.parametrize(("text", "x"), [("sqrt(x)", 1e-10), ("log(x)", 1e-7), ("sqrt(x)", 1.0)])
def test_no_useless_learning_rate_is_suggested_at_an_edge(text: str, x: float, optimizer: str) -> None:
    """So near the edge a rate that stays inside would not get anywhere: what else to do is said instead."""
    run = boundary(text, (x, 1.0), 0.3, optimizer).runs[0]
    assert run.status == DIVERGED
    found, told = run.diagnosis, " ".join([run.message, *run.diagnosis.remedies])
    rates = [float(rate) for rate in re.findall(r"learning rate (\S+) (?:instead|stays)", told)]
    assert all(rate >= 0.3e-6 for rate in rates) and (found.rate is None or found.rate >= 0.3e-3)
    if found.rate is None:
        assert "the edge" in found.remedies[-1] and "write the formula so that it has a value" in found.remedies[-1]
        assert ("every run arrives" in found.remedies[-1]) == (x == 1.0)
    assert ("a millionth of 0.3" in run.message) == (x < 1e-3)


@pytest.mark.parametrize("text", ["-exp(x)", "-x^3", "exp(x) - exp(2*x)"])
def test_numbers_that_grow_too_large_do_not_leave_the_domain(text: str) -> None:
    run = boundary(text, (1.0, 0.0), 0.1).runs[0]
    assert run.status == DIVERGED
    assert "falls without end" in run.message and "region" not in run.message


@pytest.mark.parametrize(("optimizer", "surface", "words"), [
    (new_run("adam", learning_rate=1e12), "rosenbrock", "the loss is 3.8e+37"),
    (new_run("adam", learning_rate=1e6), "ackley", "the last step was"),
    (new_run("sgd", learning_rate=1e4), Formula("-x^2"), ""),
])  # fmt: skip
def test_a_run_that_has_left_every_scale_runs_away(optimizer, surface, words) -> None:
    session = Session(new_experiment(surface, [optimizer], updates=6000 if words else 30))
    session.advance(20)
    assert session.runs[0].message == "running away: the loss or the steps have left every scale"
    session.advance(10_000)
    run, picture = session.runs[0], session.picture().runs[0]
    assert run.status == FINISHED and picture.running_away
    assert run.message.startswith(f"stopped at update {run.update:,}, running away: ") and words in run.message
    remedies = " ".join(picture.remedies)
    if words:
        assert f"smaller than {optimizer.learning_rate:.3g}" in remedies and "clip the gradient norm" in remedies
        assert f"rewind to update {picture.rewind_to:,}, the lowest loss" in remedies
        losses = [session.runs[0].peek(update).loss for update in (picture.rewind_to, 1, 10, run.update)]
        assert losses[0] == min(losses)
    else:
        assert "set a stop rule" in remedies


@pytest.mark.parametrize(("run", "surface", "start"), [
    (new_run("sgd", learning_rate=0.001), "rosenbrock", None), (new_run("adam"), "ackley", (1e4, 1e4)),
    (new_run("sgd", learning_rate=1e-18), "rosenbrock", (1e6, -1e6)), (new_run("momentum"), Formula("x"), (0.0, 0.0)),
    (new_run("lion"), "beale", None),
])  # fmt: skip
def test_a_run_that_only_falls_or_begins_far_away_does_not(run, surface, start) -> None:
    session = Session(new_experiment(surface, [run], start=start, updates=500))
    session.advance(500)
    assert session.runs[0].message == "stopped after 500 updates"
    assert not session.picture().runs[0].running_away
