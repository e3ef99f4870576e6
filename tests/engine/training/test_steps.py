"""Steps that know more than their gradient: a second one, rates of blocks, running averages."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from engine import (
    OPTIMIZERS,
    Experiment,
    Formula,
    Layer,
    RunRecord,
    Session,
    SettingError,
    full_history,
    new_experiment,
    new_network,
    new_run,
    problem_of,
)
from engine.contracts import STEP, kernel
from engine.interruption import finish
from engine.optimizers.catalogue import optimizer
from engine.optimizers.context import add_penalties, ask, loss_of, was_interrupted
from engine.simd.vectors import at
from engine.training.experiment import NEVER
from engine.training.run import Run

BOWL = (-10.0, 10.0, -10.0, 10.0)
ASKING = [key for key, entry in OPTIMIZERS.items() if entry.asks]


def bowl(run, x=1.0, y=0.0, start=(1.0, 0.0), **settings) -> Session:
    """x and y: the curvatures."""
    surface = Formula(f"({x}*x^2 + {y}*y^2)/2", {}, BOWL)
    return Session(new_experiment(surface, [run], start=start, updates=0, **settings))


def theta_after(session: Session, updates: int) -> np.ndarray:
    session.advance(updates)
    return session.runs[0].machine.theta


# SAM


@pytest.mark.parametrize(("product", "rho"), [(0.1, 0.5), (1.0, 0.1), (1.8, 0.05)])
def test_sam_bounces_across_the_minimum(product: float, rho: float) -> None:
    """Bartlett et al. 2022: its two-cycle has the amplitude eta lambda rho / (2 - eta lambda)."""
    session = bowl(new_run("sam", learning_rate=product / 4.0, momentum=0.0, rho=rho), x=4.0)
    amplitude = product * rho / (2.0 - product)
    here, there = theta_after(session, 1001)[0], theta_after(session, 1)[0]
    assert here == pytest.approx(-there, rel=1e-9) and abs(here) == pytest.approx(amplitude, rel=1e-9)


def test_sam_ends_in_the_direction_of_the_largest_curvature() -> None:
    run = new_run("sam", learning_rate=0.2, momentum=0.0, rho=0.1)
    x, y = theta_after(bowl(run, x=4.0, y=1.0, start=(0.3, 2.0)), 4000)
    assert abs(x) == pytest.approx(0.0666667, abs=1e-7) and abs(y) < 1e-12


def test_sam_without_a_radius_is_momentum() -> None:
    rates = {"learning_rate": 1e-4, "weight_decay": 0.1, "l1": 0.01, "batch": 7}
    paths = [
        full_history(session.runs[0])
        for run in (new_run("sam", rho=0.0, **rates), new_run("momentum", **rates))
        if (session := Session(new_experiment("rosenbrock", [run], noise=0.3, updates=0))).advance(200)
    ]
    for column in ("loss", "x", "y", "step_norm"):
        np.testing.assert_allclose(paths[0][column], paths[1][column], rtol=1e-12)


def test_both_gradients_have_the_same_noise_and_the_same_batch() -> None:
    """On a plane the gradient is the same everywhere, so a second one differs by its noise alone."""
    plane = Formula("x - 2*y", {}, BOWL)
    run = new_run("sam", learning_rate=0.1, momentum=0.0, batch="single")
    session = Session(new_experiment(plane, [run], noise=2.0, start=(0.0, 0.0), updates=0))
    session.advance(50)
    columns = full_history(session.runs[0])
    np.testing.assert_allclose(columns["step_norm"], 0.1 * columns["gradient_norm"], rtol=1e-9)


def test_gradient_evaluations_are_counted() -> None:
    session = bowl(new_run("sgd", learning_rate=0.01))
    (run,) = session.runs
    session.advance(10)
    session.tweak("sgd", "optimizer", "sam")
    session.advance(5)
    session.tweak("sgd", "optimizer", "sgd")
    session.advance(3)
    updates, _, evaluations = run.counts()
    assert (updates[-1], evaluations[-1]) == (18, 10 + 2 * 5 + 3)
    assert np.interp([4, 12, 17], updates, evaluations).tolist() == [4, 14, 22]
    session.rewind(12)
    assert run.counts()[2][-1] == 14
    fork = session.fork("sgd", 11)
    fork.advance(1)
    assert (fork.update, fork.counts()[2][-1]) == (13, 16)
    again = Session(Experiment.from_dict(session.experiment().to_dict()))
    again.advance(12)
    assert again.runs[0].machine.stream.tobytes() == run.machine.stream.tobytes()


@kernel(STEP)
def ask_ahead(theta, grad, slots, hyper, lr, t, n, context):
    """Ask one step ahead, and note loss and gradient there; here slots (3, n) hold the penalized gradient of the step.

    Of its two scalars the first is the loss there, the second the penalized loss here.
    """
    ahead, there, here = at(slots, 0), at(slots, n), at(slots, 2 * n)
    for i in range(n):
        ahead[i] = theta[i] - lr * grad[i]
    loss = ask(context, ahead, there, n, True)
    if was_interrupted(context):
        return
    for i in range(n):
        here[i] = grad[i]
    slots[3 * n] = loss
    slots[3 * n + 1] = loss_of(context) + add_penalties(context, theta, here)
    for i in range(n):
        theta[i] = ahead[i]


@pytest.fixture
def asker():
    make = optimizer(
        "ask_ahead",
        "Ask ahead",
        buffers=("ahead", "there", "here"),
        scalars=2,
        learning_rate=0.1,
        asks=True,
        rule=("step = -eta*g",),
        source="",
        summary="",
    )
    make(ask_ahead)
    yield "ask_ahead"
    OPTIMIZERS.remove("ask_ahead")


@pytest.mark.parametrize("decoupled", [False, True])
def test_what_is_asked_has_the_penalties_of_the_point_that_is_asked(asker: str, decoupled: bool) -> None:
    """Its answer at a point is what another step, standing there, is told of its own place."""
    decays = {"weight_decay": 0.3, "l1": 0.07, "decoupled": decoupled}
    run = new_run(asker, learning_rate=0.1, **decays)
    session = Session(new_network("iris", [run], (5,), initializer="torch"))
    session.advance(1)
    problem, machine = session.problem, session.runs[0].machine
    n = machine.theta.size
    there, (loss, before) = machine.slots[n : 2 * n].copy(), machine.slots[3 * n :].copy()
    session.advance(1)
    np.testing.assert_allclose(machine.slots[2 * n : 3 * n], there, rtol=1e-13, atol=1e-15)
    assert machine.slots[3 * n + 1] == pytest.approx(loss, rel=1e-13)
    lambda2 = 0.0 if decoupled else 0.3
    weights = np.concatenate([np.full(block.size, float(block.decays)) for block in problem.blocks])
    theta = problem.start
    (plain,), (gradient,) = problem.gradients(theta[None])
    penalty = np.sum(weights * (lambda2 * theta**2 / 2.0 + 0.07 * abs(theta)))
    assert 0.0 < weights.sum() < n and before == pytest.approx(plain + penalty, rel=1e-12)
    (_,), (ahead,) = problem.gradients((theta - 0.1 * gradient)[None])
    moved = theta - 0.1 * gradient
    np.testing.assert_allclose(there, ahead + weights * (lambda2 * moved + 0.07 * np.sign(moved)), rtol=1e-11)


@pytest.mark.parametrize("optimizer", ASKING)
@pytest.mark.parametrize("knob", ["clip_norm", "clip_value"])
def test_what_asks_refuses_clipping_in_words(optimizer: str, knob: str) -> None:
    session = bowl(new_run(optimizer))
    with pytest.raises(SettingError, match=f"clip {knob[5:]} is not for .*: its step computes a second gradient"):
        session.tweak(optimizer, f"optimizer.{knob}", 1.0)
    with pytest.raises(SettingError, match="is not for"):
        new_run(optimizer, **{knob: 0.5})
    document = session.experiment().to_dict()
    document["runs"][0]["optimizer"][knob] = 2.0
    with pytest.raises(SettingError, match=rf"runs\[1\].optimizer.{knob}: .*got 2"):
        Experiment.from_dict(document)


# Rates of blocks


def with_rates(problem, *rates: float):
    blocks = (replace(block, rate=rate) for block, rate in zip(problem.blocks, rates, strict=True))
    return replace(problem, blocks=tuple(blocks))


@pytest.mark.parametrize("optimizer", ["sgd", "adam", "muon", "sam"])
def test_a_block_goes_as_many_times_as_far_as_its_rate_says(optimizer: str) -> None:
    run = new_run(optimizer, learning_rate=0.01, weight_decay=0.1, batch=20)
    problem = problem_of(new_network("moons", [run], (4, 3)).problem)
    plain, scaled = (
        Run(each, RunRecord(run), NEVER) for each in (problem, with_rates(problem, 1.0, 0.0, 0.5, 1.0, 3.0, 1.0))
    )
    plain.advance(1), scaled.advance(1)
    step, other = plain.machine.theta - problem.start, scaled.machine.theta - problem.start
    for block, rate in zip(problem.blocks, (1.0, 0.0, 0.5, 1.0, 3.0, 1.0), strict=True):
        part = slice(block.start, block.stop)
        np.testing.assert_allclose(other[part], rate * step[part], rtol=1e-12, atol=1e-16, err_msg=block.name)
    scaled.advance(30)
    frozen = problem.blocks[1]
    np.testing.assert_array_equal(scaled.machine.theta[frozen.start : frozen.stop], 0.0)


def test_a_frozen_layer_keeps_its_bits_whatever_the_step_is() -> None:
    run = new_run("sgd", learning_rate=1e3, batch=20, weight_decay=0.5, rates={"hidden 1": 0.0})
    session = Session(new_network("moons", [run], (4, 3), initializer="torch"))
    (run,) = session.runs
    session.tweak("sgd", "parameter.0", -0.0)
    begun = run.machine.theta.tobytes()
    frozen = slice(0, 8 * next(block.stop for block in session.problem.blocks if block.name == "hidden 1 biases"))
    session.advance(300)
    assert run.machine.theta.tobytes()[frozen] == begun[frozen] and run.machine.theta.tobytes() != begun


def test_rates_of_layers_are_tweaked_replayed_and_kept_in_the_file() -> None:
    runs = [new_run("adam", learning_rate=0.02, batch=10, rates={"output": 0.5}), "sgd"]
    session = Session(new_network("moons", runs, (4, 3)))
    session.advance(40)
    session.tweak("adam", "rates.hidden 2", 0)
    session.advance(40)
    session.tweak("adam", "rates.hidden 2", 2.5)
    session.tweak("sgd", "rates.output", 0.1)
    session.advance(40)
    document = session.experiment().to_dict()
    assert document["runs"][0]["rates"] == {"output": 0.5} and "rates" not in document["runs"][1]
    again = Session(Experiment.from_dict(document))
    again.advance(120)
    for one, other in zip(session.runs, again.runs, strict=True):
        assert one.machine.theta.tobytes() == other.machine.theta.tobytes()
    assert again.runs[0].settings.rates == (("hidden 2", 2.5), ("output", 0.5))
    session.rewind(60)
    theta = session.runs[0].machine.theta
    assert session.runs[0].settings.value("rates.hidden 2") == 0.0
    np.testing.assert_array_equal(theta, again.runs[0].at(60).theta)
    session.problem_changed({"hidden": (Layer(5),)})
    assert session.runs[0].settings.rates == (("output", 0.5),), "the layer is gone, and its rate with it"


@pytest.mark.parametrize("path", ["rates.hidden 9", "rates", "rates.output.x"])
def test_rates_are_of_layers_that_are_there(path: str) -> None:
    session = Session(new_network("moons", ["sgd"], (4, 3)))
    with pytest.raises(SettingError, match="layers are hidden 1, hidden 2, output"):
        session.tweak("sgd", path, 0.5)
    with pytest.raises(SettingError, match="no layers whose rates could differ"):
        bowl("sgd").tweak("sgd", "rates.output", 0.5)
    with pytest.raises(SettingError, match=r"rates.output: rate of output must lie in \[0, 1000\], got -1"):
        session.tweak("sgd", "rates.output", -1)
    with pytest.raises(SettingError, match="there is no layer 'outptu'"):
        new_network("moons", [new_run(rates={"outptu": 0.5})])
    document = session.experiment().to_dict()
    document["runs"][0]["rates"] = {"hidden 3": 0.5}
    with pytest.raises(SettingError, match=r"runs\[1\].rates.hidden 3: unknown entry"):
        Experiment.from_dict(document)


# Averages


@pytest.mark.parametrize(("decay", "ratio", "every"), [(0.9, 0.5014, 60), (0.99, 0.0872, 400)])
def test_the_variance_of_an_exponential_average(decay: float, ratio: float, every: int) -> None:
    """Of a noisy parabola: (1 - d)/(1 + d) (1 + a d)/(1 - a d) of that of theta, with a = 1 - eta lambda."""
    a = 1.0 - 0.1
    assert (1.0 - decay) / (1.0 + decay) * (1.0 + a * decay) / (1.0 - a * decay) == pytest.approx(ratio, rel=1e-3)
    found = []
    for seed in range(3):
        run = new_run("sgd", learning_rate=0.1, batch="single", average="EMA", average_decay=decay)
        session = bowl(run, x=1.0, y=1.0, start=(0.0, 0.0), noise=1.0, seed=seed)
        session.advance(3000)
        machine, raw, averaged = session.runs[0].machine, [], []
        for _ in range(1000):
            session.advance(every)
            raw.append(machine.theta.copy())
            averaged.append(machine.averaged.copy())
        found.append(np.var(averaged) / np.var(raw))
    assert np.mean(found) == pytest.approx(ratio, rel=0.07)


@pytest.mark.parametrize("first", [0, 7])
def test_a_uniform_average_is_the_mean_from_its_update_on(first: int) -> None:
    run = new_run("adam", learning_rate=0.1, average="uniform", average_from=first)
    session = Session(new_experiment("himmelblau", [run], updates=0))
    points = []
    for update in range(20):
        session.advance(1)
        machine = session.runs[0].machine
        points.append(machine.theta.copy())
        expected = np.mean(points[first:], axis=0) if update >= first else points[-1]
        np.testing.assert_allclose(machine.evaluated, expected, rtol=1e-13)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("average", ["EMA", "uniform"])
def test_training_does_not_depend_on_its_average(optimizer: str, average: str) -> None:
    settings = {"learning_rate": 1e-3, "batch": 10}
    plain, averaged = (
        Session(new_network("moons", [new_run(optimizer, **settings, **more)], (4,)))
        for more in ({}, {"average": average})
    )
    plain.advance(40), averaged.advance(40)
    assert averaged.runs[0].machine.theta.tobytes() == plain.runs[0].machine.theta.tobytes()
    assert not np.array_equal(averaged.runs[0].machine.evaluated, plain.runs[0].machine.theta)


def test_measures_and_best_weights_are_those_of_the_average() -> None:
    run = new_run("sgd", learning_rate=0.5, batch="single", average="EMA", average_decay=0.9)
    session = Session(new_network("moons", [run], (4,), stop={"updates": 0}))
    session.advance(300)
    (run,) = session.runs
    session.rewind(int(run.measures.view().at[-1]))
    peek = run.peek()
    averaged, raw = (
        finish(session.problem.measured(theta, None, 0.0, 0.0))[0] for theta in (peek.evaluated, peek.theta)
    )
    np.testing.assert_array_equal(run.measures.view().values[-1], averaged)
    assert not np.array_equal(averaged, raw)
    assert run.best is not None and np.array_equal(run.best.theta, run.at(run.best.update).evaluated)


def test_an_average_that_is_chosen_on_the_way_begins_there_and_ends_when_it_is_left() -> None:
    session = Session(new_experiment("himmelblau", [new_run("sgd", learning_rate=1e-3)], updates=0))
    session.advance(10)
    session.tweak("sgd", "optimizer.average", "uniform")
    points = []
    for _ in range(5):
        session.advance(1)
        points.append(session.runs[0].machine.theta.copy())
    machine = session.runs[0].machine
    np.testing.assert_allclose(machine.evaluated, np.mean(points, axis=0), rtol=1e-14)
    assert session.runs[0].peek(8).average is None and session.runs[0].peek(13).average is not None
    session.tweak("sgd", "optimizer.average", "none")
    assert machine.evaluated is machine.theta
    again = Session(Experiment.from_dict(session.experiment().to_dict()))
    again.advance(14)
    np.testing.assert_array_equal(again.runs[0].peek().average, session.runs[0].peek(14).average)
