"""Knobs that a schedule drives: their values, in every way in which a run is reached, and what is refused."""

from __future__ import annotations

import random

import numpy as np
import pytest

from engine import (
    BATCHES,
    OPTIMIZERS,
    SCHEDULES,
    Experiment,
    Formula,
    Interruption,
    Session,
    Setting,
    SettingError,
    drive_words,
    explain,
    full_history,
    new_experiment,
    new_network,
    new_run,
    preview,
)
from engine.training.drive import is_drivable
from engine.training.stream import SEEN
from tests.each import each

COSINE = {"kind": "cosine", "length": 40, "final_fraction": 0.25}


def values_of(driver: dict, base: float, updates: int) -> np.ndarray:
    entry = SCHEDULES[driver["kind"]]
    knobs = {knob.name: driver.get(knob.name, knob.default) for knob in entry.knobs}
    packed = [number for knob in entry.knobs for number in knob.pack(knobs[knob.name])]
    return preview(entry, np.array(packed or [0.0]), base, 0, 0.0, updates, updates)[1]


def session_of(run, updates=0, **settings) -> Session:
    session = Session(new_experiment("himmelblau", [run], updates=0, **settings))
    session.advance(updates)
    return session


def again(session: Session) -> Session:
    """The same experiment from its file, computed anew."""
    other = Session(Experiment.from_dict(session.experiment().to_dict()))
    other.advance(session.update)
    return other


def assert_same(one: Session, other: Session) -> None:
    for mine, yours in zip(one.runs, other.runs, strict=True):
        for name in ("theta", "slots", "hyper", "knobs", "memory"):
            assert getattr(mine.machine, name).tobytes() == getattr(yours.machine, name).tobytes(), name
        for column, values in full_history(mine).items():
            assert values.tobytes() == full_history(yours)[column].tobytes(), column
        for ours, theirs in zip(mine.counts(), yours.counts(), strict=True):
            np.testing.assert_array_equal(ours, theirs)
        for name in ("at", "values", "layers_at", "layers"):
            np.testing.assert_array_equal(getattr(mine.measures.view(), name), getattr(yours.measures.view(), name))


def test_momentum_follows_its_schedule() -> None:
    run = new_run("momentum", learning_rate=0.05, momentum=0.8, drive={"optimizer.momentum": COSINE})
    surface = Formula("x^2 + 2*y^2", {}, (-9.0, 9.0, -9.0, 9.0))
    session = Session(new_experiment(surface, [run], start=(1.0, 1.0), updates=0))
    theta, velocity = np.ones(2), np.zeros(2)
    for update, mu in enumerate(values_of(COSINE, 0.8, 100)):
        velocity = mu * velocity + theta * [2.0, 4.0] if update else theta * [2.0, 4.0]
        theta = theta - 0.05 * velocity
        assert session.runs[0].peek().driven == {"optimizer.momentum": mu}
        session.advance(1)
        np.testing.assert_allclose(session.runs[0].machine.theta, theta, rtol=1e-12)
    assert mu == pytest.approx(0.2)


@pytest.mark.parametrize("size", [7, 60])
def test_batches_grow_in_whole_numbers_up_to_all_examples(size: int) -> None:
    driver = {"kind": "step", "interval": 10, "gamma": 1.5}
    run = new_run("sgd", learning_rate=0.01, batch=size, drive={"batch.size": driver})
    session = session_of(run, noise=0.5)
    expected = np.minimum(np.floor(values_of(driver, size, 80) + 0.5), 100)
    seen = [0]
    for update in range(80):
        assert session.runs[0].peek().taken.count == expected[update]
        session.advance(1)
        seen.append(int(session.runs[0].machine.stream[SEEN]))
    np.testing.assert_array_equal(np.diff(seen), expected)
    updates, examples, _ = session.runs[0].counts()
    np.testing.assert_array_equal(np.interp(np.arange(81), updates, examples), seen)
    long = session_of(run, 5000, noise=0.5)
    updates, examples, _ = long.runs[0].counts()
    assert len(updates) < 2000 and examples[-1] == long.runs[0].machine.stream[SEEN]


def test_what_grows_beyond_all_numbers_stays_at_the_end_of_the_range() -> None:
    growing = {"kind": "exponential", "gamma": 1.1}
    drive = dict.fromkeys(
        ("batch.size", "optimizer.beta1", "optimizer.weight_decay", "optimizer.average_from"), growing
    )
    session = session_of(new_run("adam", learning_rate=1e-3, batch=3, drive=drive), 12_000)
    assert session.runs[0].machine.driven == {
        "batch.size": 100.0, "optimizer.average_from": 0.0, "optimizer.beta1": 0.999999, "optimizer.weight_decay": 0.0,
    }  # fmt: skip
    assert np.isfinite(session.runs[0].machine.theta).all()


@each("optimizer", OPTIMIZERS)
def test_every_number_of_every_optimizer_may_be_driven(optimizer: str) -> None:
    entry = OPTIMIZERS[optimizer]
    for hyper in (knob for knob in entry.knobs if is_drivable(knob) and knob.name not in entry.refused):
        path = f"optimizer.{hyper.name}"
        run = new_run(optimizer, learning_rate=1e-4, drive={path: {"kind": "linear", "end_factor": 10.0, "length": 5}})
        session = session_of(run, 8)
        machine = session.runs[0].machine
        value = machine.driven[path]
        assert hyper.low <= value <= hyper.high
        wanted = 10.0 * float(hyper.default)
        assert value == (min(max(wanted, hyper.low), hyper.high))
        assert np.isfinite(machine.theta).all()


@pytest.mark.parametrize(
    "driver",
    [
        pytest.param(key, marks=() if key == "plateau" or place % 4 == 1 else pytest.mark.slow)
        for place, key in enumerate(SCHEDULES)
        if key != "constant"
    ],
)
def test_files_replays_rewinds_and_forks_give_the_same_bits(driver: str) -> None:
    growing = {"kind": "step", "interval": 30}
    drive = {"optimizer.beta1": driver, "batch.size": growing, "optimizer.weight_decay": driver}
    patience = {"patience": 3}
    knobs = {"weight_decay": 0.01, "schedule": "plateau", "schedule_knobs": patience}
    run = new_run("adam", learning_rate=0.01, batch=20, drive=drive, **knobs)
    session = session_of(run, 150, noise=0.3)
    assert_same(session, again(session))
    session.tweak("adam", "drive.optimizer.beta2", "plateau")
    session.advance(50)
    session.tweak("adam", "drive.optimizer.beta1", "constant")
    session.tweak("adam", "optimizer.beta2", 0.9)
    session.advance(60)
    assert_same(session, again(session))
    fork = session.fork("adam", 170, {"drive.batch.size.gamma": 0.7})
    while fork.update < session.update:
        fork.advance(session.update - fork.update)
    assert_same(session, again(session))
    session.rewind(160)
    assert_same(session, again(session))


def test_interruptions_change_nothing() -> None:
    def race() -> Experiment:
        drive = {
            "optimizer.momentum": {"kind": "plateau", "patience": 1},
            "batch.size": {"kind": "step", "interval": 3},
        }
        runs = [new_run(key, learning_rate=0.02, batch=300, drive=drive) for key in ("momentum", "sam")]
        return new_network("digits", runs, (4,), share=0.7, stop={"updates": 0})

    chance, interruption = random.Random(2), Interruption()
    session = Session(race(), interruption)
    while session.update < 16 or not session.settle():
        (interruption.set if chance.random() < 0.9 else interruption.clear)()
        session.advance(1)
    interruption.clear()
    plain = Session(race())
    for mine, yours in zip(session.runs, plain.runs, strict=True):
        mine.advance(20 - mine.update)
        yours.advance(20)
    assert_same(session, plain)


def test_measurements_do_not_depend_on_the_chunks_in_which_batches_grow() -> None:
    driver = {"kind": "step", "interval": 40, "gamma": 3.0}
    runs = [new_run("sgd", learning_rate=0.02, batch=2, drive={"batch.size": driver})]
    whole, chopped = (Session(new_network("iris", runs, (8,), stop={"updates": 0})) for _ in range(2))
    whole.advance(4000)
    chance = random.Random(1)
    while chopped.update < 4000:
        chopped.advance(min(chance.choice((1, 7, 90, 700)), 4000 - chopped.update))
    assert len(whole.runs[0].measures.view().at) > 50
    assert_same(whole, chopped)


def test_another_optimizer_or_batch_leaves_its_knobs_alone() -> None:
    drive = {"optimizer.beta1": COSINE, "batch.size": COSINE}
    settings = new_run("adam", batch=20, drive=drive)
    assert [path for path, _ in settings.drive] == ["batch.size", "optimizer.beta1"]
    assert [path for path, _ in settings.having("optimizer", "adamw").drive] == ["batch.size"]
    assert [path for path, _ in settings.having("batch", "full").drive] == ["optimizer.beta1"]
    assert settings.having("drive.optimizer.beta1", "constant").having("drive.batch.size", "constant").drive == ()
    assert settings.value("drive.optimizer.beta1.length") == 40 and settings.value("drive.optimizer.eps") == "constant"


def test_driven_from_the_start() -> None:
    """As the window does while nothing plays: the run is what it would have been, had it begun so."""
    session = session_of(new_run("adam", learning_rate=0.01), 30)
    session.restore(session.changed_from_start("adam", "drive.optimizer.beta1", "cosine", 30), 30)
    session.restore(session.changed_from_start("adam", "drive.optimizer.beta1.length", 25, 30), 30)
    session.advance(30 - session.update)
    driven = {"optimizer.beta1": {"kind": "cosine", "length": 25}}
    expected = session_of(new_run("adam", learning_rate=0.01, drive=driven), 30)
    assert session.runs[0].settings == expected.runs[0].settings and not session.runs[0].tweaks
    assert_same(session, expected)


def test_a_tweak_of_a_schedule_has_words() -> None:
    settings = new_run("adam", batch=20)
    words = {path: drive_words(Setting.of(path), settings.optimizer, settings.batch) for path in (
        "drive.optimizer.beta1", "drive.batch.size.length"
    )}  # fmt: skip
    assert words == {
        "drive.optimizer.beta1": "schedule of beta1",
        "drive.batch.size.length": "length of the schedule of size",
    }


def test_the_rule_is_explained_with_the_value_of_the_step() -> None:
    run = new_run("momentum", learning_rate=0.01, drive={"optimizer.momentum": COSINE})
    session = session_of(run, 25)
    (line, step) = explain(session.runs[0].peek(), 0)
    assert f"{values_of(COSINE, 0.9, 26)[-1]:.4g}" in line.numbers
    assert step.value == pytest.approx(session.runs[0].peek().step[0], rel=1e-12)


REFUSED = [
    ("drive.learning_rate", "cosine", "a schedule drives a number of the optimizer or of the batches"),
    ("drive.optimizer.bias_correction", "cosine", "is no number, and a schedule drives numbers only"),
    ("drive.optimizer.average", "cosine", "is no number"),
    ("drive.optimizer.gamma", "cosine", "Adam has no 'gamma' that a schedule could drive"),
    ("drive.batch.size", "cosine", "Full batch has no 'size'"),
    ("drive.optimizer.beta1", "cosinus", "did you mean cosine"),
    ("drive.optimizer.beta1.length", 0, "length must be a whole number in"),
    ("drive.optimizer.beta1.speed", 2, "unknown setting"),
    ("drive", "cosine", "there is no setting"),
]


@pytest.mark.parametrize(("path", "value", "told"), REFUSED)
def test_what_cannot_be_driven_is_refused_in_words(path: str, value: object, told: str) -> None:
    run = new_run("adam", drive={} if path.endswith("speed") or "." not in path else {"optimizer.beta1": "cosine"})
    session = session_of(run, 3)
    with pytest.raises(SettingError, match=told):
        session.tweak("adam", path, value)
    assert session.runs[0].settings == run and not session.runs[0].tweaks


def test_what_refuses_clipping_refuses_that_it_is_driven() -> None:
    with pytest.raises(SettingError, match="clip norm is not for SAM"):
        new_run("sam", drive={"optimizer.clip_norm": "cosine"})


@pytest.mark.parametrize(
    ("drive", "told"),
    [
        ({"knob": "optimizer.beta1"}, r"runs\[1\].drive: must be a list"),
        ([{"knob": "optimizer.beta7"}], r"runs\[1\].drive\[1\].knob: Adam has no"),
        ([{"knob": "optimizer.beta1", "schedule": {"kind": "cosine", "length": 0}}], r"drive\[1\].schedule.length: "),
        (
            [{"knob": "optimizer.beta1"}, {"knob": "optimizer.beta1", "schedule": {"kind": "cosine"}}] * 2,
            "driven twice",
        ),
        ([{"knob": "batch.size", "speed": 2}], "speed"),
    ],
)
def test_a_file_is_read_at_the_door(drive: object, told: str) -> None:
    document = new_experiment("sphere", ["adam"]).to_dict()
    assert "drive" not in document["runs"][0]
    document["runs"][0]["batch"] = {"kind": "mini"}
    document["runs"][0]["drive"] = drive
    with pytest.raises(SettingError, match=told):
        Experiment.from_dict(document)


def test_batch_types_have_no_other_number() -> None:
    """Batch.size is the one place that the loop writes; another number of a batch would need its own."""
    assert {hyper.name for entry in BATCHES.values() for hyper in entry.knobs if is_drivable(hyper)} == {"size"}


def network_with(**run) -> Session:
    made = new_run("adam", learning_rate=0.01, batch=10, **run)
    return Session(new_network({"kind": "moons", "samples": 60}, [made], (3,)))


def test_the_rate_of_a_layer_follows_its_schedule() -> None:
    """Each update takes the layer as far as the rate then says, in every way in which a run is reached."""
    driven = {"rates.hidden 1": COSINE, "rates.output": {"kind": "step", "interval": 5, "gamma": 0.0}}
    session = network_with(drive=driven, rates={"hidden 1": 2.0, "output": 0.5})
    (run,) = session.runs
    expected = {
        path: values_of(driver, base, 30) for (path, driver), base in zip(driven.items(), (2.0, 0.5), strict=True)
    }
    blocks = session.problem.blocks
    for update in range(30):
        now = {path: values[update] for path, values in expected.items()}
        peek, before, scale = run.peek(), run.machine.theta.copy(), {}
        assert peek.driven == pytest.approx(now)
        for block, rate in zip(blocks, peek.block_rates, strict=True):
            scale[block.name] = rate
            assert rate == pytest.approx(now["rates.output" if "output" in block.name else "rates.hidden 1"])
        session.advance(1)
        moved = run.machine.theta - before
        for block in blocks:
            still = (moved[block.start : block.stop] == 0.0).all()
            assert still == (scale[block.name] == 0.0)
    assert_same(session, again(session))
    forked = Session(Experiment.from_dict(session.experiment().to_dict()))
    forked.advance(12)
    forked.tweak(run.settings.id, "drive.rates.hidden 1.length", 9)
    forked.tweak(run.settings.id, "drive.rates.output", "constant")
    forked.advance(18)
    assert forked.runs[0].machine.driven.keys() == {"rates.hidden 1"}
    assert_same(forked, again(forked))
    forked.rewind(5)
    assert_same(forked, again(forked))
    assert drive_words(Setting.of("drive.rates.hidden 1.length"), run.settings.optimizer, run.settings.batch) == (
        "length of the schedule of rate of hidden 1"
    )


def test_a_rate_that_is_driven_by_a_constant_factor_is_that_rate() -> None:
    still = {"kind": "linear", "start_factor": 0.25, "end_factor": 0.25, "length": 10}
    one, other = network_with(drive={"rates.output": still}), network_with(rates={"output": 0.25})
    for session in (one, other):
        session.advance(25)
    np.testing.assert_allclose(one.runs[0].machine.theta, other.runs[0].machine.theta, rtol=1e-12)


def test_rates_of_layers_that_there_are_not_are_refused() -> None:
    driven = {"rates.hidden 7": "cosine"}
    for make in (
        lambda: network_with(drive=driven),
        lambda: session_of(new_run("sgd", drive=driven)),
        lambda: network_with().tweak("adam", "drive.rates.hidden 7", "cosine"),
    ):
        with pytest.raises(SettingError, match="there is no layer 'hidden 7'"):
            make()
    session = network_with(drive={"rates.hidden 1": "cosine"})
    entries = session.experiment().to_dict()
    entries["runs"][0]["drive"][0]["knob"] = "rates.hidden 7"
    with pytest.raises(SettingError, match=r"drive\[1\].knob: there is no layer 'hidden 7' whose rate could be driven"):
        Experiment.from_dict(entries)
    session.problem_changed({"hidden": []})
    assert session.runs[0].settings.drive == (), "a network without that layer has no rate of it"
