from __future__ import annotations

import random

from app.curves.tweak_text import sentence, settings_before
from engine import (
    DATASETS,
    OPTIMIZERS,
    SCHEDULES,
    Layer,
    RunSettings,
    Session,
    Setting,
    SettingError,
    Tweak,
    new_experiment,
    new_network,
    new_run,
)
from tests.app.curves.histories import history_of, run_of
from tests.each import each


def test_tweaks_in_words():
    tweaks = (
        Tweak(512, Setting.of("optimizer.beta1"), 0.97),
        Tweak(600, Setting.of("optimizer.beta1"), 0.5),
        Tweak(700, Setting.of("learning_rate"), 0.25),
        Tweak(1800, Setting.of("optimizer"), "sgd"),
        Tweak(1900, Setting.of("noise"), 0.5),
        Tweak(2000, Setting.of("noise"), 1.0),
    )
    run = run_of(history_of([1.0]), tweaks=tweaks)
    rate = f"{run.initial.learning_rate:g}"
    assert [sentence(run, place) for place in range(len(tweaks))] == [
        "β₁ 0.9 → 0.97 at update 512",
        "β₁ 0.97 → 0.5 at update 600",
        f"η {rate} → 0.25 at update 700",
        "optimizer Adam → Gradient descent at update 1,800",
        "σ → 0.5 at update 1,900",
        "σ 0.5 → 1 at update 2,000",
    ]


def test_tweaks_of_a_network_in_words():
    session = Session(new_network("circle", ["sgd"], (4, 2)))
    session.advance(10)
    changes = {
        "data.noise": 20, "dropout": 0.25, "hidden.2.activation": "relu", "hidden": (Layer(4), Layer(2)),
        "features": ("x", "y"), "data": "moons",
    }  # fmt: skip
    for path, value in changes.items():
        session.problem_changed({path: value})
    session.tweak("sgd", "parameter.3", 1.5)
    session.tweak("sgd", "learning_rate", 0.5)
    run = session.picture().runs[0]
    assert [sentence(run, place) for place in range(len(run.tweaks))] == [
        "noise → 20 at update 10",
        "dropout → 0.25 at update 10",
        "hidden 2 activation → ReLU at update 10",
        "hidden → 4 Tanh, 2 Tanh at update 10",
        "features → x, y at update 10",
        "data → Two moons at update 10",
        "parameter 3 → 1.5 at update 10",
        f"η {run.initial.learning_rate:g} → 0.5 at update 10",
    ]


def test_tweaks_of_stages_and_cells_in_words():
    stages = ["convolution", "max_pooling"]
    filters = Session(new_network("digits", ["sgd"], architecture="convolutional", stages=stages))
    state = Session(new_network("adding", ["sgd"], architecture="recurrent"))
    for session in (filters, state):
        session.advance(2)
    for changes in ({"stages.1.activation": "tanh"}, {"stages.2": "mean_pooling"}, {"class_weights": "balanced"}):
        filters.problem_changed(changes)
    state.problem_changed({"architecture.truncation": 7})
    assert told(filters) == [
        "stages 1 activation → Tanh at update 2",
        "stages 2 → Mean pooling at update 2",
        "class weights → Balanced at update 2",
    ]
    assert told(state) == ["truncation → 7 at update 2"]


def told(session, runs=0):
    run = session.picture().runs[runs]
    return [sentence(run, place) for place in range(len(run.tweaks))]


def test_points_and_parameters_in_words():
    session = Session(new_network("circle", ["sgd"], (4, 2)))
    session.advance(10)
    session.problem_changed({"data.add": (0.5, -0.25, 1)})
    session.problem_changed({"data.erase": (0.5, -0.25, 0.0)})
    session.problem_changed({"data.erase": (1.0, 2.0, 0.3)})
    assert told(session) == [
        "point (0.5, −0.25) → 1 added at update 10",
        "point (0.5, −0.25) erased at update 10",
        "points within 0.3 of (1, 2) erased at update 10",
    ]
    surface = Session(new_experiment("rosenbrock", ["sgd"]))
    surface.advance(10)
    surface.tweak("sgd", "parameter.0", 1.5)
    surface.tweak("sgd", "parameter.1", -1.0)
    assert told(surface) == ["x → 1.5 at update 10", "y → −1 at update 10"]


def test_a_former_value_is_told_only_while_it_is_known():
    session = Session(new_network("circle", ["sgd"], (4, 2)))
    session.advance(10)
    session.problem_changed({"data.noise": 20})
    session.problem_changed({"data.samples": 300})
    session.advance(10)
    session.problem_changed({"data": "moons"})
    session.advance(10)
    session.problem_changed({"data.noise": 0.25})
    assert told(session)[-1] == "noise → 0.25 at update 30", "it was of other data that it was 20"


def test_numbers_that_differ_look_different():
    session = Session(new_experiment("rosenbrock", [new_run("adam", learning_rate=0.01)]))
    session.advance(10)
    session.tweak("adam", "learning_rate", 0.010001)
    assert told(session) == ["η 0.01 → 0.010001 at update 10"]


SETTINGS_OF_A_RUN = {
    **{f"optimizer.{knob.name}": knob.default for knob in OPTIMIZERS["adam"].knobs},
    **{f"schedule.{knob.name}": knob.default for knob in SCHEDULES["constant"].knobs},
    "learning_rate": 0.5, "warmup": 20, "warmup_start": 0.5, "batch": "single", "schedule": "step",
    "optimizer": "adam", "name": "other", "colour": 3, "visible": False, "pinned": True, "parameter.1": 0.5,
    "rates.hidden 1": 0.5,
}  # fmt: skip
SETTINGS_OF_A_NETWORK = {
    **{f"data.{knob.name}": knob.default for knob in DATASETS["circle"].knobs},
    "data": "moons", "data.add": (0.1, 0.2, 1.0), "data.erase": (0.1, 0.2, 0.5), "features": ("x", "y"),
    "scaling": "standardise", "target_scaling": "min_max", "share": 0.7, "split": "stratified",
    "hidden": (Layer(4, "relu"), Layer(2)), "hidden.1.activation": "gelu", "output": "tanh", "loss": "mse",
    "residual": True, "dropout": 0.2, "data_seed": 5,
}  # fmt: skip


@each("path, value", {**SETTINGS_OF_A_RUN, **SETTINGS_OF_A_NETWORK}.items())
def test_every_tweak_has_words(path, value):
    run = Session(new_network("circle", ["adam"], (4, 2))).picture().runs[0]
    tweaks = tuple(Tweak(at, Setting.of(path), value) for at in (5, 1700))
    changed = run_of(history_of([1.0]), initial=run.initial, tweaks=tweaks, shown=run.shown)
    for place, at in enumerate(("5", "1,700")):
        words = sentence(changed, place)
        assert words.endswith(f" at update {at}") and "{" not in words and "Choice" not in words


def test_settings_before_a_tweak_are_those_of_all_before_it_applied():
    chance = random.Random(3)
    offered = [
        ("optimizer", ["adam", "sgd", "momentum"]), ("optimizer.beta1", [0.8, 0.95]), ("optimizer.beta2", [0.9]),
        ("schedule", ["constant", "cosine", "step"]), ("schedule.length", [20, 50]), ("schedule.factor", [0.5]),
        ("learning_rate", [0.1, 0.3]), ("warmup", [0, 10]), ("batch", ["mini", "full"]), ("batch.size", [4, 8]),
        ("drive.optimizer.beta1", ["linear", "step"]), ("drive.optimizer.beta1.length", [30, 60]),
        ("drive.batch.size", ["linear"]), ("drive.batch.size.length", [5]), ("rates.hidden 1", [0.5, 2.0]),
    ]  # fmt: skip
    initial, kept = new_network("circle", ["adam"], (4, 2)).runs[0].settings, set()
    for _ in range(60):
        tweaks, expected, settings = [], [], initial
        while len(tweaks) < 40:
            path, values = chance.choice(offered)
            tweak = Tweak(len(tweaks), Setting.of(path), chance.choice(values))
            try:
                changed = settings.having(tweak.setting, tweak.value)
            except SettingError:
                continue
            tweaks.append(tweak)
            expected.append(settings)
            kept.add(path)
            settings = changed
        run = run_of(history_of([1.0]), tweaks=tuple(tweaks))
        run.initial = initial
        assert [settings_before(run, place) for place in range(len(tweaks))] == expected
    assert kept > {"optimizer", "optimizer.beta1", "drive.optimizer.beta1", "drive.optimizer.beta1.length"}


def test_of_many_tweaks_few_are_applied(monkeypatch):
    tweaks = tuple(Tweak(place, Setting.of("learning_rate"), 0.1 + place % 7) for place in range(2000))
    run = run_of(history_of([1.0]), tweaks=tweaks)
    applied = []
    having = RunSettings.having
    monkeypatch.setattr(RunSettings, "having", lambda self, *given: applied.append(given) or having(self, *given))
    assert sentence(run, 1999).startswith("η 3.1 → 4.1")
    assert len(applied) == 1
