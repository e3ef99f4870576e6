"""The task of a network: what it refuses, what goes on live, and what a file keeps of it."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from engine import (
    LOSSES,
    Choice,
    Experiment,
    Interruption,
    Layer,
    NetworkTask,
    RunRecord,
    Session,
    SettingError,
    Table,
    drawn,
    new_network,
    new_run,
)
from engine.memory import MEMORY_LIMIT
from engine.problems.supervised.task import network_need
from tests.each import each


def task(data="circle", **settings) -> NetworkTask:
    made = new_network(data, ["sgd"], **settings).problem
    assert isinstance(made, NetworkTask)
    return made


TABLE = Table(
    "Own", ("a", "b", "c"), "kind", np.arange(12.0).reshape(4, 3), np.array([0.0, 1.0, 2.0, 1.0]), ("p", "q", "r")
)


@pytest.mark.parametrize(
    "made",
    [
        task(),
        task("digits", hidden=(32, Layer(16, "relu")), scaling="min_max", share=0.8, dropout=0.3, residual=True),
        task("sine", hidden=(), loss={"kind": "huber", "delta": 0.3}),
        task(TABLE, loss={"kind": "softmax", "smoothing": 0.1}, initializer={"kind": "he_normal", "scale": 2.0}),
        task("spiral", features=("x", "y2", "sin_x"), seed=5, data_seed=6, weight_seed=7),
    ],
    ids=["circle", "digits", "sine", "table", "spiral"],
)
def test_a_file_holds_all_of_a_task(made: NetworkTask) -> None:
    experiment = Experiment.from_dict({"problem": made.to_dict(), "runs": [{"id": "one"}]})
    assert experiment.problem == made
    assert hash(experiment.problem) == hash(made)


def test_the_playgrounds_default_has_25_parameters() -> None:
    assert task().network.sizes == (2, 4, 2, 1)
    assert task().network.parameters == 25
    assert task("digits", hidden=()).network.sizes == (64, 10)
    assert task("digits", hidden=(), loss="mse").network.sizes == (64, 10)
    assert task("circle", loss="softmax").network.sizes == (2, 4, 2, 2)


WRONG = [
    ("dropout", 1.0, "dropout must lie in [0, 0.95], got 1"),
    ("share", 0.0, "share must lie in [0.01, 1], got 0"),
    ("hidden", [{"units": 4}] * 9, "up to 8 layers"),
    ("hidden", [{"units": 513}], "units must be a whole number in [1, 512], got 513"),
    ("hidden", [{"units": 4, "activation": "rleu"}], "did you mean relu"),
    ("hidden.3.units", 4, "there is no layer setting"),
    ("hidden.1.colour", 4, "there is no layer setting"),
    ("features", [], "features"),
    ("features", ["z"], "unknown feature 'z'"),
    ("data", "circel", "did you mean circle"),
    ("data.noise", -1, "noise must"),
    ("data.add", (1.0, 2.0), "a point needs 3 finite numbers"),
    ("data.add", (1.0, float("nan"), 0.0), "a point needs 3 finite numbers"),
    ("data.add", (1.0, 2.0, 2.0), "a class must be a whole number in [0, 1]"),
    ("data.add", 5, "data: must be a list of numbers, got 5"),
    ("data.add", "abc", "data: must be a list of numbers, got 'abc'"),
    ("data.add", [10**400, 0, 0], "data: must be numbers below 1e308"),
    ("data.erase", None, "data: must be a list of numbers"),
    ("data.erase", [], "data: a circle needs 3 numbers, got ()"),
    ("data.erase", (0.0, 0.0, 100.0), "at least 2 examples, got 0"),
    ("hidden.².units", 4, "there is no layer setting '²."),
    ("hidden.2.units", 513, "hidden[2].units: units must be"),
    ("loss", 5, "loss: must be a table, got 5"),
    ("loss", {"kind": "mse", "a": 1}, "loss.a: unknown setting"),
    ("loss.delta", 1.0, "loss.delta: unknown setting"),
    ("loss", "mes", "did you mean"),
    ("initializer.scale", "big", "scale must lie in"),
    ("seed", 0.5, "got 0.5"),
    ("surface", "sphere", "a network has no setting 'surface'"),
]


@each("setting, value, sentence", WRONG)
def test_a_wrong_setting_is_refused_in_words(setting, value, sentence) -> None:
    with pytest.raises(SettingError) as refused:
        task().having(setting, value)
    assert sentence in str(refused.value)


@pytest.mark.parametrize("key", LOSSES)
@pytest.mark.parametrize(
    ("data", "purpose"), [("circle", "classification"), ("digits", "classification"), ("sine", "regression")]
)
def test_a_loss_is_taken_exactly_where_it_fits(key, data, purpose) -> None:
    if purpose in LOSSES[key].purposes:
        assert task(data).having("loss", key).loss.kind == key
    else:
        with pytest.raises(SettingError, match="is not a loss for"):
            task(data).having("loss", key)


LIVE = {
    "data.noise": 20, "data.samples": 100, "data": "spiral", "data.add": (0.5, 0.5, 1.0), "data.erase": (0.0, 0.0, 0.5),
    "share": 0.8, "data_seed": 9, "dropout": 0.5, "residual": True, "loss": "bce", "output": "tanh",
    "scaling": "standardise", "hidden.1.activation": "relu",
}  # fmt: skip
ANEW = {
    "hidden.1.units": 5, "hidden": (Layer(4),), "features": ("x", "y", "xy"), "weight_seed": 9, "seed": 9,
    "initializer": "he_normal", "initializer.scale": 0.5, "data": "digits", "loss": "softmax",
}  # fmt: skip


@pytest.mark.parametrize("setting", LIVE)
def test_what_leaves_theta_its_layout_is_live(setting) -> None:
    old = task(loss="half_mse")
    new = old.having(setting, LIVE[setting])
    assert new != old
    assert old.continues(new)
    again = old
    for name, value in old.differences(new).items():
        again = again.having(name, value)
    assert again == new


@pytest.mark.parametrize("setting", ANEW)
def test_another_shape_or_beginning_is_not(setting) -> None:
    assert not task().continues(task().having(setting, ANEW[setting]))


def test_other_data_bring_features_and_a_loss_that_fit() -> None:
    old = task("circle", loss="bce", features=("x", "y2"))
    sine = old.having("data", "sine")
    assert (sine.features, sine.loss.kind) == (("x",), "mse")
    assert old.having("data", "digits").features == ()
    assert task("sine", loss="huber").having("data", "diabetes").loss.kind == "huber"


def test_a_drawn_point_makes_a_table_that_keeps_the_others() -> None:
    made = task()
    table = made.having("data.add", (1.0, 2.0, 0.0)).data
    assert isinstance(table, Table)
    assert table.drawn and len(table.targets) == 501
    assert np.array_equal(table.inputs[:-1], drawn(made.data, made.data_seed).inputs)
    assert made.having("data.add", (1.0, 2.0, 0.0)).having("data.erase", (1.0, 2.0, 1e-9)).data == drawn(made.data, 1)


def test_too_large_a_network_is_refused_with_the_number_before_it_is_made() -> None:
    wide = Table("Wide", tuple(f"c{k}" for k in range(40_000)), "y", np.zeros((900, 40_000)), np.zeros(900))
    small = NetworkTask(wide, (Layer(4),), "identity", Choice("mse"), Choice("zeros"), ())
    assert network_need(small, ("sgd",)).bytes < MEMORY_LIMIT
    with pytest.raises(
        SettingError, match=r"a network with [\d,]+ parameters on 900 examples needs about [45]\.\d GB, more than the"
    ):
        small.having("hidden", [Layer(512)] * 8)
    large = task("digits", hidden=(512,) * 8)
    assert network_need(large, ("sgd",)).bytes < network_need(large, ("adam",)).bytes < MEMORY_LIMIT


LARGEST = (Layer(512),) * 8
DOORS = {
    "a file": lambda session, sixteen: Experiment.from_dict(sixteen.to_dict()),
    "another experiment": lambda session, sixteen: Session(sixteen),
    "a state to go back to": lambda session, sixteen: session.restore(sixteen),
    "one more run": lambda session, sixteen: [session.add(run) for run in sixteen.runs],
    "a wider layer": lambda session, sixteen: session.problem_changed({"hidden": LARGEST}),
    "an optimizer with more memory": lambda session, sixteen: [
        session.tweak(run.settings.id, "optimizer", "adan") for run in session.runs
    ],
}


@pytest.mark.parametrize("door", DOORS)
def test_the_memory_is_that_of_all_runs_and_is_refused_before_it_is_taken(door: str) -> None:
    few = {"one more run": 2, "a wider layer": 16, "an optimizer with more memory": 8}.get(door, 1)
    hidden = (4,) if door == "a wider layer" else LARGEST
    session = Session(new_network("circle", ["signsgd"] * few, hidden, stop={"updates": 1}), Interruption())
    records = tuple(RunRecord(new_run("adam", id=f"adam{number}")) for number in range(16))
    sixteen = replace(session.experiment(), runs=records)
    before, peak = session.experiment(), 0
    tracemalloc.start()
    try:
        with pytest.raises(SettingError, match=r"\d+ runs of a network .* need about \d\.\d GB.*use fewer runs, fewer"):
            DOORS[door](session, sixteen)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    if door not in ("one more run", "an optimizer with more memory"):  # of which the first are accepted
        assert session.experiment() == before and peak < 10 * 2**20


@pytest.mark.slow
@pytest.mark.parametrize("optimizer", ["sgd", "adam"])
def test_the_memory_told_is_what_a_long_run_takes(optimizer: str) -> None:
    """A run with all its checkpoints and its whole trail, in proportion."""
    runs = [new_run(optimizer, learning_rate=1e-4, batch="single", id=name) for name in ("a", "b")]
    experiment = new_network("circle", runs, (256,) * 4)
    told = network_need(experiment.problem, (optimizer,) * 2).bytes
    tracemalloc.start()
    try:
        session = Session(experiment)
        for _ in range(24):
            session.advance(64)
        taken = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert 0.4 * told < taken < 1.1 * told


def test_a_run_with_tweaks_of_the_problem_is_read_back() -> None:
    experiment = new_network("circle", [new_run("sgd")])
    document = experiment.to_dict()
    document["runs"][0]["tweaks"] = [
        {"update": 5, "setting": "data.noise", "value": 10},
        {"update": 6, "setting": "parameter.3", "value": 0.5},
        {"update": 7, "setting": "data", "value": {"kind": "xor"}},
    ]
    read = Experiment.from_dict(document)
    assert Experiment.from_dict(read.to_dict()) == read
    for tweak, sentence in (
        ({"update": 8, "setting": "parameter.25", "value": 0.5}, "parameters are 0 to 24"),
        ({"update": 8, "setting": "hidden.1.units", "value": 8}, "it takes a new start"),
        ({"update": 8, "setting": "parameter.2", "value": float("inf")}, "got inf"),
    ):
        broken = {**document, "runs": [{**document["runs"][0], "tweaks": [*document["runs"][0]["tweaks"], tweak]}]}
        with pytest.raises(SettingError, match=sentence):
            Experiment.from_dict(broken)
