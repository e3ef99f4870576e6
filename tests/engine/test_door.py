"""Every public method checks what it is given, in words; whatever is a number to NumPy is a number."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from engine import (
    STOP,
    Experiment,
    Formula,
    Layer,
    Run,
    Session,
    SettingError,
    new_experiment,
    new_network,
    new_run,
    problem_of,
    rows,
)
from engine.contracts import Hyper, finite, native
from tests.each import each
from tests.engine.test_contracts import KNOBS

WHOLE = [np.int8(3), np.int64(3), np.uint16(3), np.float32(3.0), np.float64(3.0), np.longdouble(3.0), np.array(3), 3.0]
NO_COUNT: list[Any] = [1.5, math.nan, math.inf, -1, "3", None, True, np.float32(1.5), np.nan, 10**40, [3], 1j]


def race() -> Session:
    return Session(new_experiment("rosenbrock", ["sgd", "adam"], updates=0))


@each("knob", KNOBS)
def test_a_knob_takes_the_numbers_of_numpy(knob: Hyper) -> None:
    for value in (knob.default, knob.low, knob.high):
        if knob.kind == "switch":
            given: list[Any] = [np.bool_(True), np.bool_(False)]
        elif knob.kind == "choice":
            given = [np.str_(knob.default)]
        elif knob.kind == "list":
            given = [np.array([knob.low, knob.high]), [np.int64(int(knob.low))], np.array([])]
        else:
            given = [np.float64(value), np.longdouble(value), np.array(value)]
            given += [np.int64(int(value))] if knob.kind == "integer" else []
        for number in given:
            kept = knob.check(number)
            assert type(kept) in (bool, int, float, str, tuple)
            assert not isinstance(kept, np.generic)
            assert all(type(item) in (int, float) for item in (kept if isinstance(kept, tuple) else ()))


def test_native_numbers() -> None:
    assert native(np.float32(0.5)) == 0.5 and type(native(np.float64(0.5))) is float
    assert native(np.array([[1, 2]])) == [[1, 2]] and native("a") == "a"
    assert finite(np.int64(3)) and not finite(np.float32(np.inf)) and not finite(np.bool_(True))


def test_an_experiment_of_numpy_numbers_is_the_same() -> None:
    ours = new_experiment(
        "rosenbrock", [new_run("adam", learning_rate=0.5, batch=8, warmup=3, beta1=0.5)],
        start=(-1.5, 2.0), noise=0.5, seed=3, updates=500, loss_below=0.25,
    )  # fmt: skip
    theirs = new_experiment(
        "rosenbrock",
        [
            new_run(
                "adam", learning_rate=np.float32(0.5), batch=np.int64(8), warmup=np.int32(3), beta1=np.float16(0.5)
            )  # type: ignore[arg-type]
        ],
        start=np.array([-1.5, 2.0]), noise=np.float32(0.5), seed=np.int64(3), updates=np.int64(500),
        loss_below=np.float64(0.25),
    )  # type: ignore[arg-type]  # fmt: skip
    assert theirs == ours and repr(theirs) == repr(ours)
    formula = Formula("x^2 + a*y^2", {"a": np.float32(2.0)}, np.array([-1, 1, -1, 1]))  # type: ignore[arg-type]
    assert new_experiment(formula, ["sgd"]).problem.to_dict()["formula"]["domain"] == [-1.0, 1.0, -1.0, 1.0]
    network = new_network(
        "circle", ["sgd"], np.array([4, 2]), dropout=np.float32(0.25), share=np.float64(0.5), data_seed=np.uint8(7)
    )  # type: ignore[arg-type]
    assert network == new_network("circle", ["sgd"], (Layer(4), Layer(2)), dropout=0.25, share=0.5, data_seed=7)
    assert Experiment.from_dict(network.to_dict()) == network


def test_tweaks_of_numpy_numbers_are_the_same() -> None:
    session = Session(new_network("circle", ["sgd"], (4, 2)))
    session.advance(np.int64(10))  # type: ignore[arg-type]
    session.tweak("sgd", "learning_rate", np.float32(0.5))
    session.tweak("sgd", "parameter.3", np.float32(1.5))
    session.problem_changed({"data.noise": np.int64(20), "data.add": np.array([0.5, 0.25, 1.0])})
    assert [tweak.value for tweak in session.runs[0].tweaks] == [0.5, 1.5, 20, (0.5, 0.25, 1.0)]
    assert not any(isinstance(tweak.value, np.generic) for tweak in session.runs[0].tweaks)
    assert all(type(number) is float for number in session.runs[0].tweaks[-1].value)
    assert Session(Experiment.from_dict(session.experiment().to_dict())).advance(20) == 20


@pytest.mark.parametrize("count", WHOLE, ids=repr)
def test_whole_numbers_count_updates(count: Any) -> None:
    session = race()
    assert session.advance(count) == 6
    assert session.runs[0].advance(count) == 3
    assert session.runs[0].at(count).update == session.runs[0].peek(count).update == 3
    session.stop_at({"updates": count})
    assert session.experiment_settings.stop["updates"] == 3


@pytest.mark.parametrize("count", NO_COUNT, ids=repr)
def test_what_counts_no_updates_is_refused_in_words(count: Any) -> None:
    session = race()
    session.advance(5)
    run, before = session.runs[0], session.experiment()
    calls = [
        session.advance, session.seek, session.rewind, session.rewound, session.picture,
        run.advance, run.at, run.seek, run.peek, run.explain, run.rewind,
        lambda at: session.restore(before, at), lambda at: run.tweak("learning_rate", 0.5, at),
        lambda most: next(rows(run.problem, run.record(), run.stop, most)),
        lambda at: run.fork(at, "fork"), lambda at: session.fork("sgd", at),
    ]  # fmt: skip
    optional = {session.picture, run.peek, run.explain, calls[11]} if count is None else set()
    for call in calls:
        if call in optional:
            continue
        with pytest.raises(SettingError, match=r"updates? must be a whole number in \[0, 1e\+15\], got "):
            call(count)
    assert session.experiment() == before and session.update == 5


def test_what_is_no_setting_run_or_experiment_is_refused_in_words() -> None:
    session = race()
    for call, words in (
        (lambda: session.tweak("sgd", 3, 0.5), "named by its path, such as 'learning_rate', got 3"),  # type: ignore[arg-type]
        (lambda: session.tweak(3, "learning_rate", 0.5), "no run 3; one of sgd, adam"),  # type: ignore[arg-type]
        (lambda: session.remove(None), "no run None; one of sgd, adam"),  # type: ignore[arg-type]
        (lambda: session.problem_changed("noise"), "by their paths, such as .*, got 'noise'"),  # type: ignore[arg-type]
        (lambda: session.problem_changed({3: 0.5}), "named by its path"),  # type: ignore[dict-item]
        (lambda: session.stop_at(500), "needs stop rules by their names, such as {'updates': 500}, got 500"),  # type: ignore[arg-type]
        (lambda: session.stop_at({"steps": 5}), "stop.steps: unknown entry"),
        (lambda: session.add("adam"), "needs a RunRecord, got 'adam'"),  # type: ignore[arg-type]
        (lambda: session.restore("a.toml"), "needs an Experiment, got 'a.toml'"),  # type: ignore[arg-type]
        (lambda: Session("rosenbrock"), "needs an Experiment, as new_experiment .*, got 'rosenbrock'"),  # type: ignore[arg-type]
        (lambda: session.rewound(0, {"sgd": {"learning_rate": "fast"}}), r"learning_rate.* got 'fast'"),
        (lambda: session.rewound(0, {"sgd": "fast"}), r"by their ids, .* got 'fast'"),  # type: ignore[dict-item]
        (lambda: Run("rosenbrock", session.runs[0].record(), {}), "needs a Problem"),  # type: ignore[arg-type]
        (lambda: new_run("adam", batch=1.5), "size must be a whole number"),  # type: ignore[arg-type]
    ):  # fmt: skip
        before = session.experiment()
        with pytest.raises(SettingError, match=words):
            call()
        assert session.experiment() == before


def test_points_of_another_size_are_refused() -> None:
    surface, network = race().problem, problem_of(new_network("circle", ["sgd"], (4, 2)).problem)
    for points in (np.zeros((3, 1)), np.zeros(2), np.zeros((2, 3))):
        with pytest.raises(SettingError, match=r"points are an array \(k, 2\)"):
            surface.gradients(points)
    with pytest.raises(SettingError, match="must be an array of numbers, got 'here'"):
        surface.gradients("here")  # type: ignore[arg-type]
    with pytest.raises(SettingError, match="over two parameters, and this problem has"):
        network.values(np.zeros(3), np.zeros(3))


def test_weights_and_inputs_of_another_size_are_refused() -> None:
    """A kernel would read whatever lies behind them."""
    learner = problem_of(new_network("circle", ["sgd"], (4, 2)).problem).subject
    assert learner is not None
    theta, inputs = np.zeros(learner.network.parameters), np.zeros((3, 2))
    assert len(learner.outputs(theta, inputs)) == len(learner.outputs(list(theta), inputs.tolist())) == 3  # type: ignore[arg-type]
    assert len(learner.losses(theta)) == 1 and len(learner.losses(np.zeros((5, theta.size)))) == 5
    for wrong in (theta[:-1], np.append(theta, 0.0), np.zeros(0), 0.5):
        for call in (learner.inspect, learner.losses, lambda theta: learner.activations(theta, inputs)):
            with pytest.raises(SettingError, match=r"the network has 25 parameters: .*, got an array \(\d*,?\)"):
                call(wrong)  # type: ignore[arg-type]
    for few in (inputs[:, :1], inputs[0], np.zeros((3, 3))):
        with pytest.raises(SettingError, match=r"inputs are an array \(n, 2\)"):
            learner.outputs(theta, few)


def test_every_stop_rule_takes_numbers_of_numpy() -> None:
    session = race()
    session.stop_at({knob.name: np.float64(knob.default) for knob in STOP})  # type: ignore[arg-type]
    assert all(type(value) in (int, float) for value in session.experiment_settings.stop.values())
