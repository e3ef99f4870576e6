"""Every preset is read, has run, and shows what its line of text claims."""

from __future__ import annotations

import struct
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.curves.curve_catalogue import CURVES
from app.curves.x_axes import X_AXES
from app.documents.presets import FOLDER, presets
from app.documents.run_names import run_differences
from app.stage.views import VIEWS
from engine import (
    COLUMNS,
    DIVERGED,
    FINISHED,
    Arms,
    Choice,
    CorridorPolicy,
    Experiment,
    Session,
    SurfaceTask,
    TimeSteps,
    snapshot_of,
)
from engine.architectures.forward import layer_pieces
from engine.interruption import finish
from engine.training.stream import SEEN
from tests.each import each
from tests.engine.data.formants import best_vowels

FILES = sorted(FOLDER.glob("*.toml"))
NETWORKS = [path for path in FILES if "\ndata = " in path.read_text("utf-8")]
SEEDS = range(1, 9)
SHORTEST, LONGEST = 5, 16  # seconds that a preset plays at its own speed
SPEEDS = {digit * 10**power for power in range(4) for digit in (1, 2, 5)}  # of the slider
SIZE = 320, 200
MAX_BYTES = 30 * 1024
LONGEST_LINE, LONGEST_NAME = 110, 24
CURVE_SETTINGS = {
    "curves", "curves_along", "curves_log_x", "curves_log_y", "curves_smoothing", "curves_x_types", "curves_y_types",
}  # fmt: skip


@cache
def experiment(name: str) -> Experiment:
    return Experiment.from_dict(tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8")))


class Race:
    """A preset that has run to its end, by the ids of its runs."""

    def __init__(self, name: str, seed: int | None = None, **changes: Any) -> None:
        told = experiment(name)
        if seed is not None:
            changes |= dict.fromkeys(told.problem.SEEDS, seed)
        told = replace(told, problem=replace(told.problem, **changes))
        self.session = Session(told)
        self.session.advance(int(told.stop["updates"]))
        self.runs = {run.settings.id: run for run in self.session.runs}

    def column(self, id: str, name: str) -> np.ndarray:
        history = self.runs[id].history.view()
        assert history.width == 1
        return history.last[COLUMNS.index(name), : history.count]

    def loss(self, id: str) -> float:
        return float(self.column(id, "loss")[-1])

    def theta(self, id: str) -> np.ndarray:
        return self.runs[id].machine.theta

    def distance(self, id: str) -> float:
        return float(np.hypot(*self.theta(id)))

    def steps(self, id: str) -> np.ndarray:
        return self.column(id, "step_norm")

    def diverged(self) -> set[str]:
        return {id for id, run in self.runs.items() if run.status == DIVERGED}

    def measure(self, id: str, name: str, update: int | None = None, layer: int | None = None) -> float:
        """A measure of a network as it was last taken up to an update (default: at the end)."""
        at, values = self.runs[id].measures.view().series(name, layer)
        last = len(at) if update is None else int(np.searchsorted(at, update, "right"))
        return float(values[last - 1])

    def weights(self, id: str) -> np.ndarray:
        """The weights of a network, without its biases."""
        network = self.session.problem.subject.network
        return np.concatenate([self.theta(id)[network.weights(layer)] for layer in range(network.layers)])


Seeds = Sequence[int]
Check = Callable[[str, Seeds], None]  # seeds: those to train networks with; races on surfaces take milliseconds


@cache
def race_of(name: str) -> Race:
    """The race with the seed of the file, which is run once for all that look at it."""
    return Race(name)


def seeded(name: str, seed: int) -> Race:
    """The race with other seeds; with those of the file it is not run again."""
    problem = experiment(name).problem
    own = {getattr(problem, setting) for setting in problem.SEEDS} == {seed}
    return race_of(name) if own else Race(name, seed)


CLAIMS: dict[str, Check] = {}


def claim(check: Check) -> Check:
    """Take a check in under the name of its preset."""
    CLAIMS[check.__name__.removeprefix("preset_")] = check
    return check


@claim
def preset_01_four_optimizers(name: str, seeds: Seeds) -> None:
    race = race_of(name)
    after_a_moment = {id: race.column(id, "loss")[60] for id in race.runs}
    assert all(loss < 10 < race.column(id, "loss")[0] / 10 for id, loss in after_a_moment.items())
    assert min(after_a_moment, key=after_a_moment.__getitem__) == "momentum"
    assert {id for id in race.runs if race.loss(id) < 1e-3} == {"momentum", "adam"}
    assert race.loss("gd") > 1


@claim
def preset_02_too_high_a_rate(name: str, seeds: Seeds) -> None:
    race = race_of(name)
    assert race.diverged() == {"over"}
    assert "stability limit" in race.runs["over"].message
    assert np.all(np.diff(np.abs(race.column("over", "y"))) > 0)
    assert np.all(np.diff(np.sign(race.column("edge", "y")[:20])) != 0)
    assert race.loss("good") < race.loss("slow") / 1e4


@claim
def preset_03_ill_conditioning(name: str, seeds: Seeds) -> None:
    race = race_of(name)
    for fast in ("momentum", "adam"):
        assert race.loss(fast) < min(race.loss("zigzag"), race.loss("creep")) / 100
    across = -np.sin(np.radians(25)) * race.column("zigzag", "x") + np.cos(np.radians(25)) * race.column("zigzag", "y")
    assert np.all(np.diff(np.sign(across[:50])) != 0)


@claim
def preset_04_what_momentum_does(name: str, seeds: Seeds) -> None:
    race = race_of(name)
    assert race.loss("mu0") > race.loss("mu50") > race.loss("mu90")
    assert race.loss("mu98") > race.loss("mu90")
    uphill = {id: int((np.diff(race.column(id, "loss")) > 0).sum()) for id in race.runs}
    assert uphill["mu98"] > 2 * uphill["mu0"] + 20


@claim
def preset_05_nesterov(name: str, seeds: Seeds) -> None:
    race = race_of(name)
    assert race.loss("nesterov") < race.loss("heavy") / 100
    assert np.abs(race.column("heavy", "y")[20:]).max() > 2 * np.abs(race.column("nesterov", "y")[20:]).max()


@claim
def preset_06_saddle(name: str, seeds: Seeds) -> None:
    def left(race: Race, id: str) -> int:
        return int(np.argmax(np.abs(race.column(id, "y")) >= 0.5))

    race = race_of(name)
    assert (left(race, "gd"), left(race, "momentum")) == (188, 67)
    assert left(race, "adam") < 20
    assert all(left(seeded(name, seed), "noisy") < 100 for seed in SEEDS)
    assert all(race.loss(id) < -0.24 for id in race.runs)


@claim
def preset_07_different_minima(name: str, seeds: Seeds) -> None:
    race = race_of(name)
    minima = np.array(race.session.problem.subject.minima)
    distances = {id: np.hypot(*(minima - race.theta(id)).T) for id in race.runs}
    assert all(found.min() < 0.05 for found in distances.values())
    assert len({int(found.argmin()) for found in distances.values()}) == 3


@claim
def preset_08_rolling_out(name: str, seeds: Seeds) -> None:
    race = race_of(name)
    lowest = race.session.problem.subject.lowest
    assert race.loss("mu90") < lowest + 1e-3
    assert all(race.loss(id) > lowest + 3 for id in ("gd", "mu80"))


@claim
def preset_09_large_steps(name: str, seeds: Seeds) -> None:
    race = race_of(name)
    assert race.theta("small")[0] == pytest.approx(-1.4963, abs=1e-3)
    assert race.steps("small")[-1] < 1e-4
    assert race.theta("medium")[0] < -1 and race.steps("medium")[-1] > 0.05
    assert race.theta("large")[0] == pytest.approx(1.4092, abs=1e-3)


@claim
def preset_10_batch_size(name: str, seeds: Seeds) -> None:
    """Beyond the approach the swarm's loss goes as sigma squared over the batch."""
    swarms = {id: np.mean([seeded(name, seed).column(id, "loss")[250:].mean() for seed in SEEDS]) for id in RUNS_10}
    assert swarms["single"] / swarms["mini"] == pytest.approx(10, rel=0.02)
    assert 0.4 < swarms["single"] < 1.6
    assert swarms["full"] < 1e-6


RUNS_10 = ("single", "mini", "full")


@claim
def preset_11_noise_helps(name: str, seeds: Seeds) -> None:
    races = [seeded(name, seed) for seed in SEEDS]
    out = {id: sum(float(race.column(id, "x").max()) > 0.5 for race in races) for id in races[0].runs}
    assert (out["full"], out["mini"]) == (0, 0)
    assert out["single"] >= 4
    assert race_of(name).theta("single")[0] > 0, "with the seed of the file it is seen"


@claim
def preset_12_schedules(name: str, seeds: Seeds) -> None:
    races = [seeded(name, seed) for seed in SEEDS]

    def mean(id: str, first: int, last: int) -> float:
        return float(np.mean([race.column(id, "loss")[first:last].mean() for race in races]))

    for id in ("step", "cosine", "one_cycle", "restarts"):
        assert mean(id, 960, 1000) < mean("constant", 960, 1000) / 4
    rates = races[0].column("restarts", "learning_rate")
    restarts = np.flatnonzero(np.diff(rates) > 0) + 1
    assert list(restarts) == [250, 500, 750]
    for restart in restarts:
        assert mean("restarts", restart + 10, restart + 90) > 2 * mean("restarts", restart - 20, restart)


@claim
def preset_13_warm_up(name: str, seeds: Seeds) -> None:
    race = race_of(name)
    assert race.diverged() == {"cold"}
    assert race.loss("warm") < race.loss("low") / 10


@claim
def preset_14_adagrad(name: str, seeds: Seeds) -> None:
    race = race_of(name)
    first = [race.steps(id)[0] for id in race.runs]
    assert first == pytest.approx([first[0]] * 3, rel=1e-6)
    steps = race.steps("adagrad")
    assert steps[400:].mean() < steps[100:200].mean() < steps[:10].mean() / 3
    assert race.theta("adagrad")[0] < -3
    assert all(abs(race.theta(id)[0] - 4) < 0.1 for id in ("rmsprop", "adam"))


@claim
def preset_15_signs(name: str, seeds: Seeds) -> None:
    race = race_of(name)
    for id in ("sign", "signum", "lion"):
        assert race.steps(id)[-50:].min() > 0.3
        assert race.distance(id) < 1
    assert race.distance("falling") < 1e-3


@claim
def preset_16_bias_correction(name: str, seeds: Seeds) -> None:
    race = race_of(name)
    first = {id: race.steps(id)[0] / race.steps("on")[0] for id in race.runs}
    assert first == pytest.approx({"on": 1, "off": 10**0.5, "longer": 10}, rel=1e-4)
    swing = {id: float(race.column(id, "x").max()) for id in race.runs}
    assert swing["on"] < swing["off"] / 2 < swing["longer"] / 2


@claim
def preset_17_weight_decay(name: str, seeds: Seeds) -> None:
    races = [seeded(name, seed) for seed in SEEDS]
    for race in races:
        assert race.distance("adamw") < 0.4
        assert race.distance("none") - race.distance("coupled") < 0.5
    assert min(race.distance("coupled") for race in races) > 1
    for id in races[0].runs:
        assert max(race.loss(id) for race in races) < 0.7, "all stand in the valley"


@claim
def preset_18_clipping(name: str, seeds: Seeds) -> None:
    race = race_of(name)
    assert race.loss("free") == pytest.approx(0.09, abs=1e-3)
    assert race.steps("free").max() > 5
    assert race.loss("clipped") < 1e-4


@claim
def preset_19_plateau(name: str, seeds: Seeds) -> None:
    race = race_of(name)
    start = np.array(race.session.experiment_settings.problem.start)
    assert all(np.hypot(*(race.theta(id) - start)) < 1e-3 for id in ("gd", "momentum"))
    assert race.loss("adam") < -0.8
    assert race.loss("rprop") == pytest.approx(race.session.problem.subject.lowest, abs=1e-3)


@claim
def preset_20_edge_of_stability(name: str, seeds: Seeds) -> None:
    race = race_of(name)
    curvatures = {id: float(np.sum(race.theta(id) ** 2)) for id in race.runs}
    for id, run in race.runs.items():
        assert race.loss(id) < 1e-12
        assert curvatures[id] < 2 / run.settings.learning_rate
    assert curvatures["small"] > curvatures["middle"] > curvatures["large"]
    assert curvatures["small"] > 2 / race.runs["middle"].settings.learning_rate


@claim
def preset_21_tweaked(name: str, seeds: Seeds) -> None:
    race = race_of(name)
    first = race.runs["tweaked"].tweaks[0].update
    for column in ("x", "y"):
        alone, tweaked = race.column("alone", column), race.column("tweaked", column)
        assert np.array_equal(alone[: first + 1], tweaked[: first + 1])
    assert race.distance("tweaked") < 0.01
    assert np.hypot(race.column("alone", "x"), race.column("alone", "y"))[-100:].max() > 1


@claim
def preset_22_own_formula(name: str, seeds: Seeds) -> None:
    race = race_of(name)
    assert race.loss("momentum") < race.loss("gd") - 0.4
    assert race.loss("gd") == pytest.approx(race.loss("adam"), abs=1e-3)


@claim
def preset_23_playground(name: str, seeds: Seeds) -> None:
    told = experiment(name)
    task, (record,) = told.problem, told.runs
    assert task.network.sizes == (2, 4, 2, 1) and task.network.activations == ("tanh", "tanh", "tanh")
    assert task.network.parameters == 25
    assert (task.data, task.features, task.share) == (
        Choice("circle", {"samples": 500, "noise": 0.0}), ("x", "y"), 0.5,
    )  # fmt: skip
    assert (task.loss.kind, task.initializer.kind, task.scaling) == ("half_mse", "playground", "none")
    assert (record.settings.optimizer.kind, record.settings.learning_rate) == ("sgd", 0.03)
    assert record.settings.batch.values == {"size": 10, "order": "fixed"}
    races = [seeded(name, seed) for seed in seeds]
    assert all(race.session.problem.examples == 25 * 10 for race in races), "25 updates an epoch"
    assert np.median([race.measure("sgd", "validation_loss", 5000) for race in races]) < 0.006
    assert np.median([race.measure("sgd", "validation_score") for race in races]) == 1


@claim
def preset_24_one_good_feature(name: str, seeds: Seeds) -> None:
    for seed in seeds:
        assert seeded(name, seed).measure("sgd", "validation_score") > 0.97
        assert Race(name, seed, features=("x", "y")).measure("sgd", "validation_score") < 0.75


@claim
def preset_25_spiral(name: str, seeds: Seeds) -> None:
    races = [seeded(name, seed) for seed in seeds]
    for id in ("adam", "momentum"):
        assert np.mean([race.measure(id, "validation_score") for race in races]) > 0.97
    assert np.mean([race.measure("sgd", "validation_score") for race in races]) < 0.92
    for race in races:
        assert race.measure("sgd", "training_loss") > 5 * race.measure("adam", "training_loss")


@claim
def preset_26_digits(name: str, seeds: Seeds) -> None:
    learner = race_of(name).session.problem.subject
    assert (learner.data.train, learner.data.validation) == (1437, 360)
    for seed in seeds:
        race = seeded(name, seed)
        assert all(race.measure(id, "validation_score") > 0.9 for id in race.runs)


@claim
def preset_27_three_rates(name: str, seeds: Seeds) -> None:
    for seed in seeds:
        race = seeded(name, seed)
        assert race.measure("slow", "validation_score") < 0.3
        assert race.measure("good", "validation_score") > 0.93
        assert race.measure("high", "validation_score") < 0.2
        assert race.measure("slow", "training_loss") < race.measure("slow", "training_loss", 0), "it does move"


@claim
def preset_28_batch_types(name: str, seeds: Seeds) -> None:
    races = [seeded(name, seed) for seed in seeds]
    assert {id: int(run.machine.stream[SEEN]) for id, run in races[0].runs.items()} == {
        "full": 2500 * 250, "mini": 2500 * 10, "single": 2500,
    }  # fmt: skip

    def after_2500_examples(id: str, updates: int) -> float:
        return float(np.mean([race.measure(id, "training_loss", updates) for race in races]))

    tenth = after_2500_examples("full", 10)
    assert after_2500_examples("mini", 250) < 0.65 * tenth
    assert after_2500_examples("single", 2500) < 0.65 * tenth
    for race in races:
        rough = {id: np.abs(np.diff(race.column(id, "loss")[2000:])).mean() for id in race.runs}
        assert rough["single"] > 2 * rough["mini"] > 100 * rough["full"]


@claim
def preset_29_over_fitting(name: str, seeds: Seeds) -> None:
    for seed in seeds:
        race = seeded(name, seed)
        run = race.runs["adam"]
        assert "no lower validation loss" in run.ending
        assert run.best.update < 300 and race.measure("adam", "validation_loss") > 1.5 * run.best.loss
        assert race.measure("adam", "training_loss") < 0.05 * race.measure("adam", "training_loss", run.best.update)
    assert race_of(name).session.problem.examples == 40


@claim
def preset_30_penalties(name: str, seeds: Seeds) -> None:
    for seed in seeds:
        race = seeded(name, seed)
        lengths = {id: float(np.linalg.norm(race.weights(id))) for id in race.runs}
        start = race.session.problem.start
        assert lengths["none"] > 1.5 * np.linalg.norm(start)
        assert lengths["l2"] < lengths["none"] / 1.7
        small = {id: float(np.mean(np.abs(race.weights(id)) < 0.01)) for id in race.runs}
        assert small["l1"] > 0.5 > 2 * max(small["none"], small["l2"])


def network_with(name: str, seed: int, **changes: Any) -> Race:
    """A preset on a network of another make: settings as `having` takes them, a dot written as two underscores."""
    told = experiment(name)
    problem = told.problem
    for setting, value in {**dict.fromkeys(problem.SEEDS, seed), **changes}.items():
        problem = problem.having(setting.replace("__", "."), value)
    return Race(name, **{field: getattr(problem, field) for field in problem.__slots__})


@claim
def preset_41_convolution(name: str, seeds: Seeds) -> None:
    dense = experiment("26_digits")
    assert (experiment(name).problem.parameters, dense.problem.parameters) == (810, 2778)
    for seed in seeds:
        perceptron = Race("26_digits", seed)
        assert seeded(name, seed).measure("adam", "validation_score") > perceptron.measure("adam", "validation_score")


@claim
def preset_42_shape_not_place(name: str, seeds: Seeds) -> None:
    hidden = [{"units": 32, "activation": "relu"}, {"units": 16, "activation": "relu"}]
    for seed in seeds:
        filters, perceptron = seeded(name, seed), network_with(name, seed, architecture="perceptron", hidden=hidden)
        assert perceptron.session.problem.task.parameters > filters.session.problem.task.parameters
        wrong = [1.0 - race.measure("adam", "validation_score") for race in (filters, perceptron)]
        assert wrong[0] < 0.1 and wrong[1] > 4 * wrong[0]


@claim
def preset_43_fifty_steps(name: str, seeds: Seeds) -> None:
    for seed in seeds:
        gated = seeded(name, seed)
        plain = network_with(name, seed, architecture__cell="elman", architecture__units=16)
        assert plain.session.problem.task.parameters > gated.session.problem.task.parameters
        assert gated.measure("adam", "validation_score") > 0.9
        assert plain.measure("adam", "validation_score") < 0.2


@claim
def preset_44_clipping_in_time(name: str, seeds: Seeds) -> None:
    races = [seeded(name, seed) for seed in seeds]
    found = np.array([[race.measure(id, "validation_score") for id in ("clipped", "free")] for race in races])
    assert found[:, 0].min() > 0.7 and (found[:, 0] > found[:, 1] + 0.1).all()
    assert np.median(found[:, 1]) < 0.2


@claim
def preset_45_vanishing_in_time(name: str, seeds: Seeds) -> None:
    for seed in seeds:
        race = seeded(name, seed)
        problem, theta = race.session.problem, race.theta("sgd")
        norms = snapshot_of(problem, theta, {TimeSteps(0)}).answer(TimeSteps).norms
        assert norms[0] < 1e-3 * norms[-1]


@claim
def preset_57_two_in_one(name: str, seeds: Seeds) -> None:
    for seed in seeds:
        race = seeded(name, seed)
        assert race.loss("bad") > 4 * race.loss("good")
        assert race.measure("bad", "agreement") < 0.6 and race.measure("good", "agreement") > 0.9


@claim
def preset_58_no_circles(name: str, seeds: Seeds) -> None:
    for seed in seeds:
        race = seeded(name, seed)
        assert race.measure("mixture", "agreement") > 0.9 and race.measure("kmeans", "agreement") < 0.5


@claim
def preset_59_frequent_and_rare(name: str, seeds: Seeds) -> None:
    def unknown(update: int) -> dict[str, int]:
        """How many pairs each run does not know yet, after so many updates."""
        session = Session(experiment(name))
        session.advance(update)
        memory = session.problem.subject
        return {run.settings.id: int((memory.remembered(run.machine.theta).right < 0.9).sum()) for run in session.runs}

    assert unknown(125) == {"sgd": 4, "adam": 8, "signsgd": 8, "muon": 8}
    assert unknown(355) == {"sgd": 0, "adam": 8, "signsgd": 0, "muon": 8}
    assert unknown(365) == {"sgd": 0, "adam": 0, "signsgd": 0, "muon": 7}
    assert set(unknown(550).values()) == {0}


@claim
def preset_53_grokking(name: str, seeds: Seeds) -> None:
    late = []
    for seed in seeds:
        race = seeded(name, seed)
        for id in race.runs:
            assert race.measure(id, "training_score", 150) == 1.0
            assert race.measure(id, "validation_score", 150) < 0.65
        assert race.measure("none", "training_score") == 1.0
        assert race.measure("none", "validation_score") < 0.6
        late.append(race.measure("decay", "validation_score"))
    assert np.median(late) > 0.95 and min(late) > 0.75


@claim
def preset_54_looking_up(name: str, seeds: Seeds) -> None:
    scores, found = [], []
    for seed in seeds:
        race = seeded(name, seed)
        scores.append(race.measure("adam", "validation_score"))
        learner, theta = race.session.problem.subject, race.theta("adam")
        marks = learner.data.shaped[learner.data.train :, :, 1]
        shares = finish(
            layer_pieces(
                learner.network, theta, learner.packed_inputs(learner.data.inputs[learner.data.train :]), 1, None
            )
        )[0]
        found.append((shares * marks).sum(axis=1).mean())
    assert np.median(scores) > 0.97 and np.median(found) > 0.85


@claim
def preset_67_powers_of_g(name: str, seeds: Seeds) -> None:
    for seed in seeds:
        race = seeded(name, seed)
        for id, g in (("less", 0.9), ("same", 1.0), ("more", 1.1)):
            norms = race.runs[id].measures.view().steps
            assert norms[0] == pytest.approx(norms[0, -1] * g ** np.arange(49.0, -1.0, -1.0), rel=1e-9)
        ends = [race.runs[id].measures.view().steps[-1] for id in ("less", "more")]
        assert ends[0][0] < 0.2 * ends[0][-1] and ends[1][0] > 2.0 * ends[1][-1], "and so it stays for some time"


@claim
def preset_68_temporal_order(name: str, seeds: Seeds) -> None:
    races = [seeded(name, seed) for seed in seeds]
    sizes = [run.problem.task.parameters for run in races[0].runs.values()]
    assert sizes[0] < min(sizes[1:])
    soon = [[race.measure(id, "validation_score", 300) for id in race.runs] for race in races]
    late = [[race.measure(id, "validation_score") for id in race.runs] for race in races]
    assert np.min(soon, axis=0)[0] > 0.95
    assert np.median(soon, axis=0)[2] < 0.9 < np.median(late, axis=0)[2]
    assert np.median(late, axis=0)[1] < 0.4


@claim
def preset_49_a_baseline(name: str, seeds: Seeds) -> None:
    def found(race: Race, id: str) -> bool:
        seen = snapshot_of(race.runs[id].problem, race.theta(id), {Arms()}).answer(Arms)
        return bool(seen.probabilities[seen.values.argmax()] > 0.9)

    races = [seeded(name, seed) for seed in seeds]
    assert np.mean([found(race, "with") for race in races]) >= 0.8
    assert np.mean([found(race, "without") for race in races]) <= 0.5


@claim
def preset_50_best_by_chance(name: str, seeds: Seeds) -> None:
    for seed in seeds:
        race = seeded(name, seed)
        for id in race.runs:
            problem = race.session.problem
            seen = snapshot_of(problem, race.theta(id), {CorridorPolicy()}).answer(CorridorPolicy)
            assert seen.right == pytest.approx(seen.best, abs=0.12) and seen.mean_return > -12.2


@claim
def preset_51_between_pits(name: str, seeds: Seeds) -> None:
    races = [seeded(name, seed) for seed in seeds]
    critic, reinforce = (
        np.array([-race.column(id, "loss")[-20:].mean() for race in races]) for id in ("critic", "reinforce")
    )
    assert np.mean(critic > 0.8) >= 0.8 and np.mean(reinforce < -0.9) >= 0.8


@claim
def preset_52_cart_and_pole(name: str, seeds: Seeds) -> None:
    returns = [-seeded(name, seed).column("adam", "loss") for seed in seeds]
    best = [np.convolve(each, np.full(100, 0.01), "valid").max() for each in returns]
    assert np.mean([each >= 195.0 for each in best]) >= 0.8


@claim
def preset_46_eight_numbers(name: str, seeds: Seeds) -> None:
    for seed in seeds:
        race = seeded(name, seed)
        (pca,) = race.session.problem.subject.references
        assert 0.7 < pca.value < 0.8 and pca.title == "PCA with 8 components"
        assert race.runs["adam"].update == 1500 and race.measure("adam", "training_loss") < 0.65, "as published"
        assert race.measure("adam", "validation_loss") < pca.value, "of digits that it has not seen, too"


@claim
def preset_47_through_one_number(name: str, seeds: Seeds) -> None:
    for seed in seeds:
        race = seeded(name, seed)
        learner = race.session.problem.subject
        inputs, (pca,) = learner.training[0], learner.references
        direction = np.linalg.eigh(np.cov(inputs.T))[1][:, -1]
        for id in race.runs:
            drawn = learner.weights_and_biases(race.theta(id))[1][0][:, 0]  # where the one number leads
            cosine = abs(drawn @ direction) / np.linalg.norm(drawn)
            assert np.degrees(np.arccos(min(cosine, 1.0))) < 1.0
            assert pca.value - 1e-12 < race.measure(id, "training_loss") < 1.02 * pca.value


@claim
def preset_48_the_next_value(name: str, seeds: Seeds) -> None:
    for seed in seeds:
        race = seeded(name, seed)
        data = race.session.problem.subject.data
        repeated = data.targets[data.train :] - data.inputs[data.train :]
        assert race.measure("adam", "validation_loss") < np.mean(repeated**2) / 4


@claim
def preset_64_numbers_in_words(name: str, seeds: Seeds) -> None:
    for seed in seeds:
        race = seeded(name, seed)
        known = {each.title: each.value for each in race.session.problem.subject.references}
        for id in race.runs:
            least = float(race.runs[id].measures.view().series("validation_bits")[1].min())
            assert known["entropy"] - 0.05 < least < known["entropy"] + 0.1 < known["trigram table"]


@claim
def preset_65_brackets(name: str, seeds: Seeds) -> None:
    for seed in seeds:
        race = seeded(name, seed)
        known = {each.title: each.value for each in race.session.problem.subject.references}
        whole, one = (race.measure(id, "validation_bits") for id in ("whole", "one"))
        assert known["entropy"] < whole < one - 0.05 and one < known["trigram table"]


@claim
def preset_66_a_page_by_heart(name: str, seeds: Seeds) -> None:
    for seed in seeds:
        race = seeded(name, seed)
        known = {each.title: each.value for each in race.session.problem.subject.references}
        bits = race.runs["adam"].measures.view().series("validation_bits")[1]
        assert bits.min() < known["trigram table"] < bits[-1] - 1.0
        assert race.measure("adam", "training_score") > 0.9


@claim
def preset_55_three_architectures(name: str, seeds: Seeds) -> None:
    for race in (seeded(name, seed) for seed in seeds):
        assert all(800 <= run.task.parameters <= 840 for run in race.session.runs)
        dense, filters, recurrent = (race.measure(run.settings.id, "validation_score") for run in race.session.runs)
        assert filters > 0.9 and recurrent > 0.75 and dense < 0.68


@claim
def preset_56_filters_beside_a_perceptron(name: str, seeds: Seeds) -> None:
    races = [seeded(name, seed) for seed in seeds]
    assert [run.task.parameters for run in races[0].session.runs] == [835, 810]
    found = [[race.measure(id, "validation_score") for id in ("dense", "filters")] for race in races]
    assert all(filters > dense for dense, filters in found)
    assert np.mean(found, axis=0)[1] >= (0.97 if len(found) > 2 else 0.96)


@claim
def preset_60_vowels_in_hertz(name: str, seeds: Seeds) -> None:
    for seed in seeds:
        race = seeded(name, seed)
        assert all(race.measure(id, "training_score") < 0.4 for id in race.runs)


@claim
def preset_61_vowels_standardised(name: str, seeds: Seeds) -> None:
    raw = experiment("60_vowels_in_hertz")
    assert experiment(name).problem.having("scaling", "none") == raw.problem, "nothing but the scaling differs"
    scores = []
    for seed in seeds:
        race = seeded(name, seed)
        data = race.session.problem.subject.data
        best = np.mean(best_vowels(data.raw[data.train :]) == data.targets[data.train :])
        scores += [race.measure(id, "validation_score") - best for id in race.runs]
        assert min(race.measure(id, "training_score") for id in race.runs) > 0.88
    assert np.mean(scores) > -0.03


@claim
def preset_62_words_step_by_step(name: str, seeds: Seeds) -> None:
    for race in (seeded(name, seed) for seed in seeds):
        gated, plain = (run.task.parameters for run in race.session.runs)
        assert plain > gated
        assert race.measure("gru", "validation_score") > 0.9
        assert race.measure("elman", "validation_score") < 0.7


@claim
def preset_63_words_by_filters(name: str, seeds: Seeds) -> None:
    assert experiment(name).problem.parameters < experiment("62_words_step_by_step").problem.parameters
    for race in (seeded(name, seed) for seed in seeds):
        assert race.measure("adam", "validation_score") > 0.97


@claim
def preset_31_vanishing_gradient(name: str, seeds: Seeds) -> None:
    for seed in seeds:
        race = seeded(name, seed)
        back = [race.measure("sgd", "delta_norm", layer=layer) for layer in range(9)]
        assert back == sorted(back) and back[0] < 1e-4 * back[-1]
        moved = [race.measure("sgd", "update_ratio", layer=layer) for layer in (0, 8)]
        assert moved[0] < 1e-3 * moved[1]
        assert race.measure("sgd", "training_score") < 0.7


@claim
def preset_32_residual(name: str, seeds: Seeds) -> None:
    with_them = [seeded(name, seed).measure("sgd", "validation_score") for seed in seeds]
    without = [Race(name, seed, residual=False).measure("sgd", "validation_score") for seed in seeds]
    assert np.mean(with_them) > 0.93 and np.mean(without) < 0.85


@claim
def preset_33_dying_relus(name: str, seeds: Seeds) -> None:
    for seed in seeds:
        race = seeded(name, seed)
        dead = {id: [race.measure(id, "dead", layer=layer) for layer in (0, 1)] for id in race.runs}
        assert dead["high"][1] == 1 and max(dead["good"]) < 0.2
        assert race.measure("high", "training_score") < 0.6 and race.measure("good", "training_score") > 0.95
        assert race.measure("high", "gradient_norm", layer=0) == 0, "nothing wakes them again"


@claim
def preset_34_equal_weights(name: str, seeds: Seeds) -> None:
    for seed in seeds:
        race = seeded(name, seed)
        network = race.session.problem.subject.network
        assert np.ptp(race.theta("sgd")[network.weights(0)].reshape(8, 2), axis=0).max() == 0
        assert np.ptp(race.theta("sgd")[network.weights(1)]) == 0
        assert race.measure("sgd", "validation_score") < 0.75
        apart = Race(name, seed, initializer=Choice("glorot_uniform", {"scale": 1.0, "bias": 0.0}))
        assert apart.measure("sgd", "validation_score") > 0.97


@claim
def preset_35_edge_in_a_network(name: str, seeds: Seeds) -> None:
    races = [seeded(name, seed) for seed in seeds]
    late = []
    for race in races:
        rises = {id: int((np.diff(race.column(id, "loss")) > 0).sum()) for id in race.runs}
        assert rises["small"] == 0 and rises["large"] > 500
        assert race.loss("large") < race.loss("small") / 10
        at_start, *at_end = (
            {id: race.session.problem.sharpness(run.at(update).theta) * run.settings.learning_rate / 2
             for id, run in race.runs.items()}
            for update in (0, 4000, 5000)
        )  # fmt: skip
        assert all(edge["small"] < 0.5 for edge in at_end) and at_start["large"] < 0.95
        late += [edge["large"] for edge in at_end]
    assert 0.97 < np.median(late) < 1.06


@claim
def preset_36_scaling(name: str, seeds: Seeds) -> None:
    races = [seeded(name, seed) for seed in seeds]
    for id in races[0].runs:
        assert np.mean([race.measure(id, "validation_score", 399) for race in races]) < 0.75
        assert min(race.measure(id, "validation_score") for race in races) > 0.9
    columns = races[0].session.problem.subject.data.raw
    usual = np.sort(np.median(columns, axis=0))
    assert len(usual) == 13 and usual[-2] < 100 < usual[-1] < 1000, "one is in the hundreds"


@claim
def preset_37_outliers(name: str, seeds: Seeds) -> None:
    for seed in seeds:
        race = seeded(name, seed)
        learner, run = race.session.problem.subject, race.runs["adam"]
        x, y = learner.data.raw[:, 0], learner.data.targets
        stray = np.abs(y - np.sin(3 * x)) > 1
        assert stray.sum() == 3

        def error(update: int) -> float:
            found = learner.predictions(learner.outputs(run.at(update).theta, learner.data.inputs))  # noqa: B023
            return float(np.sqrt(np.mean((found - np.sin(3 * x))[~stray] ** 2)))  # noqa: B023

        assert error(2500) < 0.1 < 0.3 < error(1000)


@claim
def preset_38_five_classes(name: str, seeds: Seeds) -> None:
    assert experiment(name).problem.classes == 5
    for seed in seeds:
        race = seeded(name, seed)
        learner = race.session.problem.subject
        for id in race.runs:
            assert race.measure(id, "validation_score") >= 0.95
            answers = learner.outputs(race.theta(id), learner.data.inputs)
            shares = np.exp(answers - answers.max(axis=1, keepdims=True))
            surest = (shares / shares.sum(axis=1, keepdims=True)).max(axis=1)
            assert np.median(surest) > 0.97 and surest.min() < 0.75


@claim
def preset_39_paths_in_a_plane(name: str, seeds: Seeds) -> None:
    for seed in seeds:
        race = seeded(name, seed)
        ends = [race.theta(id) for id in race.runs]
        assert len(ends[0]) == 25
        for run in race.runs.values():
            thetas = np.stack([run.at(update).theta for update in (9 * run.update // 10, run.update)])
            earlier, last = race.session.problem.subject.losses(thetas)
            assert last < min(0.003, 0.95 * earlier), "small, and still falling"
        apart = [np.linalg.norm(one - other) for one in ends for other in ends if one is not other]
        assert min(apart) > 0.4


@claim
def preset_40_what_cannot_be_known(name: str, seeds: Seeds) -> None:
    races = [seeded(name, seed) for seed in seeds]
    for race in races:
        best = race.runs["adam"].measures.view().column("validation_score").max()
        assert 0.3 < best < 0.65
        assert race.measure("adam", "validation_score") < best - 0.1
        assert race.measure("adam", "training_score") > best + 0.1
    assert np.mean([race.measure("decay", "validation_score") for race in races]) > 0.1 + np.mean(
        [race.measure("adam", "validation_score") for race in races]
    )


def check_fit_to_be_shown(path: Path) -> None:
    told = experiment(path.stem)
    named = "" if isinstance(told.problem, SurfaceTask) else f"{told.problem.KIND}_view"
    updates = race_of(path.stem).session.update if told.stop["patience"] else int(told.stop["updates"])
    seconds = updates / told.view["speed"]
    assert told.view.keys() - CURVE_SETTINGS == {"speed", "selected", *([named] if named else [])}
    listed = told.view.get("curves", [])
    assert set(listed) <= set(CURVES) and set(told.view.get("curves_log_y", [])) <= set(listed)
    assert set(told.view.get("curves_log_x", [])) <= set(listed)
    assert told.view.get("curves_along", "updates") in X_AXES
    assert len(told.view.get("curves_smoothing", listed)) == len(listed)
    assert told.view["speed"] in SPEEDS
    assert SHORTEST <= seconds <= LONGEST
    assert told.view["selected"] in {record.settings.id for record in told.runs}
    assert 0 < len(told.title) <= 40
    assert 0 < len(told.note) <= LONGEST_LINE and "\n" not in told.note
    typed = [record.settings.name for record in told.runs]
    called = [name or differing for name, differing in zip(typed, run_differences(told), strict=True)]
    assert len(set(called)) == len(called) and max(map(len, typed)) <= LONGEST_NAME
    if named:
        (view,) = (kind for kind in VIEWS if told.view[named] == kind.KEY)
        assert view.fits(Session(told).picture(focus=told.view["selected"], step=False))
    else:
        (x0, x1, y0, y1), (x, y) = Session(told).problem.subject.view, told.problem.start
        assert x0 < x < x1 and y0 < y < y1


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_preset_shows_what_it_claims_without_a_fault(path: Path) -> None:
    """In one test, for every process would run its race again."""
    assert path.stem in CLAIMS, "a preset without a check of its claim"
    CLAIMS[path.stem](path.stem, [1])
    for run in race_of(path.stem).runs.values():
        assert run.status in (FINISHED, DIVERGED)
        assert np.isfinite(run.machine.theta).all()
    check_fit_to_be_shown(path)


@pytest.mark.slow
@pytest.mark.parametrize(
    "path", [path for path in FILES if not isinstance(experiment(path.stem).problem, SurfaceTask)], ids=lambda p: p.stem
)
def test_a_preset_shows_it_with_other_seeds_too(path: Path) -> None:
    CLAIMS[path.stem](path.stem, SEEDS)


@each("path", FILES)
def test_a_preset_has_a_thumbnail(path: Path) -> None:
    picture = path.with_suffix(".png").read_bytes()
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">II", picture[16:24]) == SIZE
    assert len(picture) <= MAX_BYTES


def test_the_menu_lists_them_all() -> None:
    listed = presets()
    assert [preset.path for preset in listed] == FILES
    assert len(listed) >= 36
    assert listed[0].key == "01_four_optimizers"
    for told in ([preset.title for preset in listed], [preset.line for preset in listed]):
        assert len(set(told)) == len(told)
    assert {path.stem for path in FOLDER.glob("*.png")} == set(CLAIMS)
