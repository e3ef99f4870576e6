"""The document: round trip through plain dicts, and hostile ones at the door."""

from __future__ import annotations

import copy
import datetime
import json
import math
from dataclasses import replace

import pytest

from engine import (
    FORMAT,
    MAX_RUNS,
    NUMBERS,
    OPTIMIZERS,
    SCHEDULES,
    SURFACES,
    Experiment,
    Formula,
    RunRecord,
    Session,
    Setting,
    SettingError,
    Tweak,
    new_experiment,
    new_network,
    new_run,
)
from tests.each import each

DEEP: list[object] = []
DEEP_TABLE: dict[str, object] = {}
for _ in range(100_000):
    DEEP, DEEP_TABLE = [DEEP], {"a": DEEP_TABLE}

NASTY = [
    math.nan, math.inf, -math.inf, 1e308, -1e308, 5e-324, 10**5000, -(10**5000), 2**63, -1, 0, 0.5, 1e9, True, None,
    "", "x", "x" * 100_000, "\0", "\ud800", "🙂", "__import__('os').system('true')", "9**9**9**9", "nan", "../../etc",
    [], [1], [1, 2], [math.nan, 1], [[], []], ["a", "b"], [0.0] * 100, {}, {"kind": "adam"}, {"kind": []}, {1: 2},
    {"kind": "adam", "beta1": math.nan}, {"": ""}, DEEP, DEEP_TABLE, b"bytes", 1j, datetime.date(2020, 1, 1), object(),
]  # fmt: skip


def full_document() -> dict:
    """A document that uses every kind of entry; with a catalogue surface."""
    runs = [
        new_run("adam", schedule="multi_step", batch=10, beta1=0.8),
        new_run("sgd", learning_rate=0.5, schedule="plateau", batch="single"),
    ]
    document = new_experiment("quadratic", runs, noise=0.1, seed=7, title="A title", note="A note", loss_below=1e-9)
    tweaks = (
        Tweak(3, Setting.of("learning_rate"), 0.25),
        Tweak(3, Setting.of("optimizer.beta1"), 0.5),
        Tweak(10, Setting.of("optimizer"), "momentum"),
        Tweak(12, Setting.of("optimizer.momentum"), 0.5),
        Tweak(12, Setting.of("noise"), 2.0),
        Tweak(20, Setting.of("batch"), "full"),
        Tweak(21, Setting.of("schedule"), "cosine"),
        Tweak(22, Setting.of("schedule.length"), 50),
    )
    first = replace(document.runs[0], tweaks=tweaks)
    return replace(document, runs=(first, document.runs[1]), view={"theme": "dark", "axes": [1, 2]}).to_dict()


def formula_document() -> dict:
    surface = Formula("a*x^2 + y^2/b", {"a": 2.0, "b": 3.0}, (-1.0, 2.0, -3.0, 4.0))
    return new_experiment(surface, ["rmsprop"], start=(1.0, 1.0)).to_dict()


DOCUMENTS = {"surface": full_document, "formula": formula_document}


def paths(data: object, at: tuple = ()) -> list[tuple]:
    found = [at] if at else []
    items = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    for key, value in items:
        found += paths(value, (*at, key))
    return found


def changed(document: dict, path: tuple, change) -> dict:
    document = copy.deepcopy(document)
    place = document
    for key in path[:-1]:
        place = place[key]
    change(place, path[-1])
    return document


def survives(data: object) -> str:
    """Refused with a SettingError (whose sentence is returned), or a sound experiment that runs."""
    try:
        experiment = Experiment.from_dict(data)
    except SettingError as error:
        assert 0 < len(str(error)) < 1000
        return str(error)
    assert Experiment.from_dict(experiment.to_dict()) == experiment
    Session(experiment).advance(30)
    return ""


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_round_trip(kind: str) -> None:
    data = DOCUMENTS[kind]()
    experiment = Experiment.from_dict(data)
    assert experiment.to_dict() == data
    assert Experiment.from_dict(experiment.to_dict()) == experiment
    # JSON keeps every float and type, as TOML does; -inf (a rule that is off) both know.
    assert Experiment.from_dict(json.loads(json.dumps(data))) == experiment


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize("surface", ["rosenbrock"])
def test_every_optimizer_round_trips(optimizer: str, surface: str) -> None:
    experiment = new_experiment(surface, [optimizer])
    assert Experiment.from_dict(experiment.to_dict()) == experiment
    assert survives(experiment.to_dict()) == ""


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_every_schedule_round_trips(schedule: str) -> None:
    experiment = new_experiment("sphere", [new_run("sgd", schedule=schedule)])
    assert Experiment.from_dict(experiment.to_dict()) == experiment
    assert survives(experiment.to_dict()) == ""


@each("surface", SURFACES)
def test_every_surface_round_trips(surface: str) -> None:
    experiment = new_experiment(surface, ["sgd"])
    assert Experiment.from_dict(experiment.to_dict()) == experiment
    assert survives(experiment.to_dict()) == ""


def test_the_shortest_document() -> None:
    experiment = Experiment.from_dict({"problem": {}, "runs": [{}, {"optimizer": "adam"}]})
    assert [record.settings.title for record in experiment.runs] == ["Gradient descent", "Adam"]
    assert experiment.runs[1].settings.learning_rate == OPTIMIZERS["adam"].learning_rate
    assert experiment.problem.start == SURFACES["rosenbrock"].start


@pytest.mark.parametrize("kind", DOCUMENTS)
@pytest.mark.parametrize("index", range(len(NASTY)))
def test_a_nasty_value_anywhere_is_refused_or_harmless(kind: str, index: int) -> None:
    document = DOCUMENTS[kind]()
    for path in paths(document):
        survives(changed(document, path, lambda place, key: place.__setitem__(key, NASTY[index])))


@each("data", NASTY)
def test_a_nasty_document_is_refused(data: object) -> None:
    assert survives(data)


@pytest.mark.parametrize("kind", DOCUMENTS)
def test_an_entry_that_is_missing_or_unknown(kind: str) -> None:
    document = DOCUMENTS[kind]()
    for path in paths(document):
        survives(changed(document, path, lambda place, key: place.pop(key)))
        if isinstance(path[-1], str) and path[0] != "view" and path[-2:-1] != ("parameters",):
            wrong = changed(document, path, lambda place, key: place.__setitem__(f"{key}_x", place.pop(key)))
            sentence = survives(wrong)
            assert sentence, path


@pytest.mark.parametrize(("path", "value", "sentence"), [
    (("runs", 0, "learning_rate"), -1.0, "runs[1].learning_rate: learning rate must lie in [0, 1e+12], got -1.0"),
    (("runs", 1, "optimizer", "kind"), "adm", "runs[2].optimizer: unknown optimizer 'adm'; did you mean adam"),
    (("runs", 0, "optimizer", "beta1"), 2, "runs[1].optimizer.beta1: beta1 must lie in [0, 0.9999"),
    (("runs", 0, "colour"), 99, "runs[1].colour: must be a whole number in [0, 15], got 99"),
    (("runs", 0, "visible"), "yes", "runs[1].visible: must be true or false, got 'yes'"),
    (("runs", 0, "tweaks", 1, "value"), 7, "runs[1].tweaks[2].optimizer.beta1: beta1 must lie in [0, 0.9999"),
    (("runs", 0, "tweaks", 3, "update"), 1, "runs[1].tweaks[4].update: must not come before update 10, got 1"),
    (("problem", "start"), [1, math.nan], "problem.start: start must lie in [-1e+12, 1e+12], got nan"),
    (("problem", "noise"), -1, "problem.noise: noise must lie in [0, 1e+06], got -1"),
    (("problem", "surface", "kind"), "rosenbrok", "problem.surface: unknown surface 'rosenbrok'; did you mean rosen"),
    (("stop", "updates"), 1.5, "stop.updates: updates must be a whole number in [0, 1e+15], got 1.5"),
    (("fall_line",), FORMAT + 1, f"fall_line: a later version has written this, in format {FORMAT + 1}; this one"),
    (("runs",), [], "runs: there must be 1 to 16 runs"),
    (("view", "x"), {}, "view.x: must be a plain value or a list of them, got {}"),
])  # fmt: skip
def test_a_refusal_says_path_value_and_range(path: tuple, value: object, sentence: str) -> None:
    document = changed(full_document(), path, lambda place, key: place.__setitem__(key, value))
    assert survives(document).startswith(sentence)


def test_two_runs_of_one_id_and_too_many_runs_are_refused() -> None:
    document = full_document()
    document["runs"][1]["id"] = document["runs"][0]["id"]
    assert "same id" in survives(document)
    assert "1 to 16 runs" in survives({"problem": {}, "runs": [{}] * (MAX_RUNS + 1)})


def test_tweaks_are_checked_against_the_settings_before_them() -> None:
    run = {"optimizer": "sgd", "tweaks": [{"update": 5, "setting": "optimizer.beta1", "value": 0.5}]}
    assert survives({"problem": {}, "runs": [run]}).startswith("runs[1].tweaks[1].optimizer.beta1: unknown setting")
    run["tweaks"].insert(0, {"update": 5, "setting": "optimizer", "value": "adam"})
    assert survives({"problem": {}, "runs": [run]}) == ""


@pytest.mark.parametrize("setting", [
    "", ".", "optimizer.", "optimizer.beta1.x", "id", "tweaks", "__class__", "learning_rate.", "optimizer.kind", "\0",
    "x" * 5000, "batch.size", "seed",
])  # fmt: skip
def test_what_is_no_setting_is_refused(setting: str) -> None:
    with pytest.raises(SettingError) as refused:
        new_run("adam").having(setting, 0.5)
    assert len(str(refused.value)) < 500


def test_building_by_hand_goes_through_the_same_door() -> None:
    for wrong in (
        lambda: new_experiment("rosenbrock", ["sgd"], start=(math.inf, 0.0)),
        lambda: new_experiment("rosenbrock", ["sgd"], updatez=5),
        lambda: new_experiment("rosenbrock", ["sgd"] * 17),
        lambda: new_experiment("rosenbrock", []),
        lambda: new_experiment("nowhere", ["sgd"]),
        lambda: new_experiment(Formula("x +"), ["sgd"]),
        lambda: new_run("sgd", learning_rate=math.nan),
        lambda: new_run("adam", beta3=1.0),
        lambda: new_run("adam", batch=0),
    ):
        with pytest.raises(SettingError):
            wrong()


def test_ids_are_made_distinct() -> None:
    records = new_experiment("sphere", ["sgd", "sgd", "sgd"]).runs
    assert [record.settings.id for record in records] == ["sgd", "sgd-2", "sgd-3"]
    assert [record.settings.colour for record in records] == [0, 1, 2]


def test_documents_are_frozen() -> None:
    record = new_experiment("sphere", ["sgd"]).runs[0]
    assert isinstance(record, RunRecord)
    with pytest.raises(AttributeError):
        record.settings.learning_rate = 1.0  # type: ignore[misc]


def test_what_an_earlier_engine_has_computed_says_so() -> None:
    written = new_experiment("rosenbrock", ["adam"]).to_dict()
    assert Experiment.from_dict(written).numbers == written["numbers"] == NUMBERS
    earlier = {**written, "fall_line": 1}
    del earlier["numbers"]
    assert Experiment.from_dict(earlier).numbers == 1, "it was 0.2.0 that did not say it"
    typed = {name: value for name, value in earlier.items() if name != "fall_line"}
    assert Experiment.from_dict(typed).numbers == NUMBERS
    later = Experiment.from_dict({**written, "numbers": NUMBERS + 1})
    assert later.numbers == NUMBERS + 1 and later == Experiment.from_dict(written)
    assert Session(later).experiment().numbers == NUMBERS + 1 and later.to_dict()["numbers"] == NUMBERS


def test_a_run_keeps_no_more_tweaks_than_a_file_may_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.training.session.MAX_TWEAKS", 2)
    session = Session(new_network("moons", ["adam", "sgd"], hidden=(2,)))
    first = session.runs[0].settings.id
    for _ in range(2):
        session.advance(1)
        session.tweak(first, "learning_rate", 0.1)
    before = session.experiment()
    session.advance(1)
    for edit in (lambda: session.tweak(first, "warmup", 3), lambda: session.problem_changed({"data.noise": 0.5})):
        with pytest.raises(SettingError, match="keeps at most 2 tweaks"):
            edit()
        assert session.experiment() == before
