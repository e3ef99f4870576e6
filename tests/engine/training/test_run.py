"""One run: replay to the bit, tweaks, swaps, snapshots, revival."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numba.core import event

from engine import (
    BATCHES,
    COLUMNS,
    DIVERGED,
    OPTIMIZERS,
    SCHEDULES,
    Peek,
    Run,
    RunRecord,
    Session,
    Setting,
    SettingError,
    Tweak,
    full_history,
    new_experiment,
    new_run,
)
from engine.contracts import Kernel
from tests.each import each

EVERY_OPTIMIZER = each("optimizer", OPTIMIZERS)

# A run's life: after this many updates, this change.
LIFE = (
    (3, "learning_rate", 5e-4),
    (3, "schedule", "plateau"),
    (64, "optimizer", "momentum"),
    (64, "optimizer.momentum", 0.5),
    (65, "optimizer", "adam"),
    (65, "optimizer", "momentum"),
    (128, "batch", "single"),
    (200, "schedule", "warm_restarts"),
    (200, "warmup", 300),
    (333, "optimizer", "radam"),
    (334, "noise", 3.0),
    (400, "batch", "full"),
    (401, "optimizer.weight_decay", 0.01),
    (402, "optimizer.decoupled", True),
    (640, "optimizer", "rprop"),
    (641, "learning_rate", 0.01),
    (642, "learning_rate", 0.02),
)


def session_of(*runs, surface="rosenbrock", noise=0.5, **stop) -> Session:
    return Session(new_experiment(surface, runs, noise=noise, seed=11, **{"updates": 0, **stop}))


def change(session: Session, setting: str, value: object) -> None:
    """Change a setting of the problem or of the first run."""
    if setting == "noise":
        session.problem_changed({setting: value})
    else:
        session.tweak(session.runs[0].settings.id, setting, value)


def live(session: Session, until: int, chunk: int) -> list[Peek]:
    """Advance with the tweaks of LIFE; a Peek of every update."""
    run = session.runs[0]
    peeks = []
    while run.update < until:
        for at, setting, value in LIFE:
            if at == run.update:
                change(session, setting, value)
        peeks += [run.peek()] if chunk == 1 else []
        ahead = [at - run.update for at, _, _ in LIFE if at > run.update]
        assert session.advance(min([chunk, until - run.update, *ahead]))
    return peeks


def state(machine) -> dict[str, bytes]:
    """All that determines a machine's future, as bytes."""
    arrays = ("theta", "slots", "hyper", "knobs", "stream")
    found = {name: getattr(machine, name).tobytes() for name in arrays}
    found["memory"] = machine.memory[:-1].tobytes()  # the last is the stop rules' best loss
    found["controls"] = machine.controls[:4].tobytes()  # those behind are the stop rules
    return found


def same(one: Peek, other: Peek) -> bool:
    pairs = [
        (one.theta, other.theta),
        (one.gradient, other.gradient),
        (one.step, other.step),
        *zip(one.slots.values(), other.slots.values(), strict=True),
    ]
    numbers = ("update", "settings", "loss", "gradient_norm", "rate", "since_optimizer")
    return all(a.tobytes() == b.tobytes() for a, b in pairs) and all(
        getattr(one, name) == getattr(other, name) for name in numbers
    )


@pytest.fixture(scope="module")
def lived() -> tuple[Run, list[Peek]]:
    session = session_of(new_run("adam", batch=10))
    peeks = live(session, 700, 1)
    return session.runs[0], peeks


def test_every_past_update_is_what_it_was(lived) -> None:
    run, peeks = lived
    for update in [*range(0, 700, 7), 3, 63, 64, 65, 66, 128, 200, 333, 334, 400, 401, 640, 641, 642, 699]:
        assert same(run.peek(update), peeks[update]), update


def test_a_machine_at_a_past_update_is_the_machine_that_stood_there(lived) -> None:
    run, _ = lived
    session = session_of(new_run("adam", batch=10))
    for until in (0, 1, 64, 65, 66, 127, 128, 129, 334, 401, 641, 700):
        live(session, until, 1000)
        for at, setting, value in LIFE:
            if at == until < 700:
                change(session, setting, value)
        assert state(run.at(until)) == state(session.runs[0].machine), until


@pytest.mark.parametrize("chunk", [2, 7, 64, 10_000])
def test_chunks_do_not_matter(lived, chunk: int) -> None:
    session = session_of(new_run("adam", batch=10))
    live(session, 700, chunk)
    run = session.runs[0]
    assert run.record() == lived[0].record()
    assert state(run.machine) == state(lived[0].machine)
    for name in COLUMNS:
        for one, other in zip(run.history.view().column(name), lived[0].history.view().column(name), strict=True):
            np.testing.assert_array_equal(one, other)


def test_the_record_alone_gives_the_run_again(lived) -> None:
    run = Run(lived[0].problem, lived[0].record(), lived[0].stop)
    run.advance(700)
    assert state(run.machine) == state(lived[0].machine)
    assert run.record() == lived[0].record()


@pytest.mark.parametrize("back", [0, 1, 64, 65, 129, 333, 401, 500, 699, 700])
def test_rewinding_forgets_and_advancing_again_reproduces(back: int) -> None:
    session = session_of(new_run("adam", batch=10))
    peeks = live(session, 700, 1)
    run = session.runs[0]
    record = run.record()
    end = state(run.machine)
    run.rewind(back)
    assert run.update == back
    assert all(tweak.update <= back for tweak in run.tweaks)
    if back < 700:
        assert same(run.peek(), peeks[back])
    assert run.history.updates == back
    for tweak in record.tweaks:
        if tweak.update > back:
            run.advance(tweak.update - run.update)
            run.tweak(tweak.setting, tweak.value)
    run.advance(700 - run.update)
    assert state(run.machine) == end


@EVERY_OPTIMIZER
def test_replay_of_every_optimizer(optimizer: str) -> None:
    session = session_of(new_run(optimizer, batch="single"))
    run = session.runs[0]
    session.advance(500)
    states = {}
    for update in range(500, 530):
        states[update] = state(run.machine), run.peek()
        session.advance(1)
    session.advance(1000)
    for update, (then, peek) in states.items():
        assert state(run.at(update)) == then
        assert same(run.peek(update), peek)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_replay_of_every_schedule(schedule: str) -> None:
    session = session_of(new_run("sgd", schedule=schedule, batch="single"))
    run = session.runs[0]
    session.advance(777)
    then, peek = state(run.machine), run.peek()
    session.advance(1000)
    assert state(run.at(777)) == then
    assert same(run.peek(777), peek)


def test_snapshots_thin_out_and_still_reach_every_update() -> None:
    session = session_of(new_run("adam", learning_rate=1e-3, batch="single"))
    run = session.runs[0]
    kept = {}
    for _ in range(2000):
        kept[run.update] = state(run.machine)
        session.advance(64)
    assert len(run._checkpoints) <= 256
    gaps = np.diff([kept.update for kept in run._checkpoints])
    assert gaps.max() <= 4 * gaps.min()
    for update in list(kept)[::97]:
        assert state(run.at(update)) == kept[update]


def test_history_equals_the_rows_recorded_live(lived) -> None:
    run, peeks = lived
    columns = full_history(run)
    np.testing.assert_array_equal(columns["loss"], [peek.loss for peek in peeks])
    np.testing.assert_array_equal(columns["gradient_norm"], [peek.gradient_norm for peek in peeks])
    np.testing.assert_array_equal(columns["learning_rate"], [peek.rate for peek in peeks])
    np.testing.assert_array_equal(columns["x"], [peek.theta[0] for peek in peeks])
    np.testing.assert_array_equal(columns["y"], [peek.theta[1] for peek in peeks])


# Tweaks


@EVERY_OPTIMIZER
def test_a_swap_keeps_theta_and_starts_fresh(optimizer: str) -> None:
    session = session_of(new_run("adam", batch="single"))
    session.advance(100)
    run = session.runs[0]
    theta = run.machine.theta.copy()
    session.tweak("adam", "optimizer", optimizer)
    np.testing.assert_array_equal(run.machine.theta, theta)
    assert not run.machine.slots.any()
    assert run.peek().since_optimizer == 0
    assert run.settings.optimizer.kind == optimizer
    session.advance(1)
    # The first step of the new one is what it would be if it began here.
    begun = new_run(optimizer, learning_rate=run.initial.learning_rate, batch="single")
    fresh = Session(new_experiment("rosenbrock", [begun], start=tuple(theta)))
    fresh.advance(1)
    assert full_history(run)["loss"][100] == full_history(fresh.runs[0])["loss"][0]


@pytest.mark.parametrize("setting", ["schedule", "batch"])
def test_a_swapped_schedule_or_batch_leaves_the_optimizer_alone(setting: str) -> None:
    session = session_of(new_run("adam", schedule="plateau", batch="single"))
    session.advance(200)
    run = session.runs[0]
    before = state(run.machine)
    for key in SCHEDULES if setting == "schedule" else BATCHES:
        session.tweak("adam", setting, key)
        after = state(run.machine)
        assert after["theta"] == before["theta"]
        assert after["slots"] == before["slots"]
    session.tweak("adam", "schedule", "plateau")
    assert not run.machine.memory[:-3].any(), "a schedule starts fresh too"


@EVERY_OPTIMIZER
def test_a_knob_acts_from_the_next_update_on(optimizer: str) -> None:
    entry = OPTIMIZERS[optimizer]
    for knob in (knob for knob in entry.knobs if knob.name not in entry.refused):
        session = session_of(new_run(optimizer, learning_rate=1e-3), surface="sphere")
        session.advance(5)
        run = session.runs[0]
        before = full_history(run)
        slots = run.machine.slots.copy()
        if knob.kind == "switch":
            value: object = not run.settings.optimizer.values[knob.name]
        elif knob.kind == "choice":
            value = knob.options[-1]
        else:
            value = knob.check(min(max(0.5, knob.low), knob.high) if knob.kind == "real" else knob.high)
        session.tweak(optimizer, f"optimizer.{knob.name}", value)
        np.testing.assert_array_equal(run.machine.slots, slots, "a knob keeps the slots")
        assert run.settings.optimizer.values[knob.name] == value
        session.advance(5)
        after = full_history(run)
        for name in COLUMNS:
            np.testing.assert_array_equal(after[name][:5], before[name])


WRONG = [
    ("learning_rate", -1.0, "learning rate must lie in [0, 1e+12], got -1.0"),
    ("learning_rate", math.nan, "got nan"),
    ("learning_rate", "fast", "got 'fast'"),
    ("learning_rate", None, "got None"),
    ("learning_rate", 10**5000, "too large to show"),
    ("optimizer", "adamm", "did you mean adam"),
    ("optimizer.beta1", 1.5, "beta1 must lie in [0, 0.9999"),
    ("optimizer.beta9", 0.5, "unknown setting; Adam has beta1, beta2"),
    ("optimizer.bias_correction", 1, "must be true or false, got 1"),
    ("schedule", "nonsense", "unknown schedule 'nonsense'"),
    ("schedule.factor", 0.5, "unknown setting"),
    ("batch.size", 0, "size must be a whole number in [1, 1e+06], got 0"),
    ("batch.size", 2.5, "got 2.5"),
    ("warmup", -1, "warmup must be a whole number in [0, 1e+09], got -1"),
    ("warmup_start", 2, "must lie in [0, 1], got 2"),
    ("noise", -0.1, "noise must lie in [0, 1e+06], got -0.1"),
    ("colour", 16, "must be a whole number in [0, 15], got 16"),
    ("colour", True, "got True"),
    ("visible", 1, "must be true or false, got 1"),
    ("name", 5, "must be text of at most"),
    ("id", "other", "there is no setting 'id'"),
    ("theta", 0.0, "there is no setting 'theta'"),
    ("", 0.0, "there is no setting ''"),
]


@each("updates", [0, 50])
@each("setting, value, sentence", WRONG)
def test_a_wrong_tweak_is_refused_and_changes_nothing(setting, value, sentence, updates) -> None:
    session = session_of(new_run("adam", batch=10))
    session.advance(updates)
    run = session.runs[0]
    before = state(run.machine), run.record(), run.settings, run.status, session.experiment()
    with pytest.raises(SettingError) as refused:
        change(session, setting, value)
    assert sentence in str(refused.value)
    assert (state(run.machine), run.record(), run.settings, run.status, session.experiment()) == before
    session.advance(20)
    other = session_of(new_run("adam", batch=10))
    other.advance(updates + 20)
    assert state(other.runs[0].machine) == state(run.machine)


def test_a_tweak_compiles_nothing() -> None:
    for kernel in list(Kernel.everyone):
        kernel.prepare()
    session = session_of(new_run("adam", batch=10), new_run("sgd"))
    session.advance(10)
    with event.install_recorder("numba:compiler_lock") as locked, event.install_recorder("numba:compile") as compiled:
        for optimizer, entry in OPTIMIZERS.items():
            session.tweak("adam", "optimizer", optimizer)
            session.advance(3)
            for knob in entry.knobs:
                session.tweak("adam", f"optimizer.{knob.name}", knob.default)
                session.advance(3)
        for schedule in SCHEDULES:
            session.tweak("adam", "schedule", schedule)
            session.advance(3)
        for batch in BATCHES:
            session.tweak("adam", "batch", batch)
            session.advance(3)
        session.problem_changed({"noise": 2.0})
        session.tweak("adam", "learning_rate", 0.5)
        session.problem_changed({"surface": new_experiment("himmelblau", ["sgd"]).problem.surface})
        session.advance(3)
        session.picture(1)
    assert not locked.buffer
    assert not compiled.buffer


def test_that_a_compilation_would_have_been_seen() -> None:
    from numba import njit

    with event.install_recorder("numba:compiler_lock") as locked, event.install_recorder("numba:compile") as compiled:
        assert njit(lambda x: x + 1)(1) == 2
    assert locked.buffer
    assert compiled.buffer


def test_before_the_first_update_a_tweak_is_another_beginning() -> None:
    session = session_of(new_run("adam"))
    session.tweak("adam", "learning_rate", 0.5)
    session.tweak("adam", "optimizer", "sgd")
    run = session.runs[0]
    assert run.record() == RunRecord(run.settings)
    assert run.settings.learning_rate == 0.5
    assert run.initial.optimizer.kind == "sgd"


def test_the_last_of_several_changes_at_one_update_counts() -> None:
    session = session_of(new_run("adam"))
    session.advance(10)
    for rate in np.geomspace(1e-3, 1.0, 50):
        session.tweak("adam", "learning_rate", float(rate))
    assert session.runs[0].record().tweaks == (Tweak(10, Setting.of("learning_rate"), 1.0),)


def test_choosing_back_at_the_same_update_replays_to_the_same() -> None:
    """The way through the list is not kept: adam, then momentum again, is one change."""
    session = session_of(new_run("momentum"))
    session.advance(10)
    session.tweak("momentum", "optimizer", "adam")
    session.tweak("momentum", "optimizer", "momentum")
    session.advance(50)
    run = session.runs[0]
    again = Run(run.problem, run.record(), run.stop)
    again.advance(60)
    assert state(again.machine) == state(run.machine)
    assert len(run.tweaks) == 1


def test_tweaks_to_come_go_if_they_no_longer_fit() -> None:
    tweaks = (
        Tweak(0, Setting.of("learning_rate"), 0.5),
        Tweak(20, Setting.of("optimizer.beta1"), 0.5),
        Tweak(30, Setting.of("learning_rate"), 0.25),
        Tweak(40, Setting.of("optimizer"), "adam"),
        Tweak(50, Setting.of("optimizer.beta1"), 0.7),
        Tweak(60, Setting.of("noise"), 1.0),
    )
    for update in (0, 10):
        session = session_of("adam", surface="sphere")
        run = Run(session.problem, RunRecord(new_run("adam"), tweaks), session.runs[0].stop)
        run.advance(update)
        run.tweak("optimizer", "sgd")
        run.advance(100)
        assert run.update == 100 + update
        left = [(tweak.update, tweak.setting.path) for tweak in run.tweaks]
        assert (20, "optimizer.beta1") not in left
        assert left[-4:] == [(30, "learning_rate"), (40, "optimizer"), (50, "optimizer.beta1"), (60, "noise")]
        assert run.initial.learning_rate == (0.5 if update == 0 else new_run("adam").learning_rate)


def test_looks_are_no_tweaks() -> None:
    session = session_of(new_run("adam"))
    session.advance(50)
    run = session.runs[0]
    before = state(run.machine)
    for setting, value in (("name", "Mine"), ("colour", 7), ("visible", False), ("pinned", True)):
        change(session, setting, value)
        assert getattr(run.settings, setting) == getattr(run.initial, setting) == value
    assert not run.tweaks
    assert state(run.machine) == before


# The end of a run and its revival


def test_a_diverged_run_is_revived_by_a_tweak() -> None:
    session = session_of(new_run("sgd", learning_rate=1e-4), noise=0.0)
    session.advance(100)
    session.tweak("sgd", "learning_rate", 10.0)
    session.advance(100)
    run = session.runs[0]
    assert run.status == DIVERGED
    stood = run.update
    assert session.advance(100) == 0
    last = run.peek()
    assert np.isfinite(last.theta).all()
    session.tweak("sgd", "optimizer.clip_norm", 1.0)
    assert run.status == "running"
    assert run.update == stood
    assert session.advance(50) == 50
    again = Run(run.problem, run.record(), run.stop)
    again.advance(run.update)
    assert state(again.machine) == state(run.machine)
    rows = full_history(run)
    assert len(rows["loss"]) == run.update == run.history.updates


def test_reset_keeps_settings_or_begins_from_the_first() -> None:
    session = session_of(new_run("adam", learning_rate=0.1))
    session.advance(10)
    session.tweak("adam", "learning_rate", 0.2)
    session.advance(10)
    run = session.runs[0]
    end = state(run.machine)
    run.reset(keep_tweaks=True)
    assert run.update == 0 and run.settings.learning_rate == 0.1
    run.advance(20)
    assert state(run.machine) == end
    run.reset()
    assert run.update == 0 and not run.tweaks
    assert run.settings.learning_rate == run.initial.learning_rate == 0.2


def test_peeking_changes_nothing() -> None:
    session = session_of(new_run("adam", batch="single", schedule="plateau"), loss_below=-1.0, plateau_updates=500)
    run = session.runs[0]
    session.advance(300)
    arrays = ("theta", "grad", "slots", "memory", "controls", "stream")
    before = [getattr(run.machine, name).copy() for name in arrays]
    peek = run.peek()
    run.peek(100)
    run.at(250)
    peek.theta[:] = peek.gradient[:] = np.nan
    assert all(np.array_equal(getattr(run.machine, name), kept) for name, kept in zip(arrays, before, strict=True))
