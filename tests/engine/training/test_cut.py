"""Going back and branching off: a run that is cut is one that stopped there, a fork one that was tweaked there."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from engine import (
    COLUMNS,
    OPTIMIZERS,
    Interruption,
    RunRecord,
    Session,
    new_experiment,
    new_network,
    new_run,
)
from engine.training.run import Run

OFTEN = [*OPTIMIZERS][:12]
Life = Callable[[random.Random], Session]


def surface(chance: random.Random, interruption: Interruption | None = None) -> Session:
    run = new_run(chance.choice(OFTEN), learning_rate=1e-3, batch=chance.choice(("full", 3)))
    return Session(new_experiment("rosenbrock", [run], noise=0.5, seed=chance.randint(0, 99), updates=0), interruption)


def network(chance: random.Random, interruption: Interruption | None = None) -> Session:
    run = new_run(chance.choice(("sgd", "adam", "momentum")), learning_rate=0.02, batch=chance.choice(("full", 10, 7)))
    return Session(new_network("moons", [run], (4,), stop={"updates": 0}), interruption)


def tweak(session: Session, chance: random.Random) -> None:
    id = session.runs[0].settings.id
    what = chance.choice(("rate", "optimizer", "schedule", "batch", "size", "weight", "problem"))
    if what == "rate":
        session.tweak(id, "learning_rate", chance.uniform(1e-4, 2e-3))
    elif what == "optimizer":
        session.tweak(id, "optimizer", chance.choice(("sgd", "adam", "momentum", "rmsprop")))
    elif what == "schedule":
        session.tweak(id, "schedule", chance.choice(("plateau", "cosine", "constant")))
    elif what == "batch":
        session.tweak(id, "batch", chance.choice(("full", "single")))
    elif what == "size":
        session.tweak(id, "batch", "mini")
        session.tweak(id, "batch.size", chance.randint(2, 30))
    elif what == "weight":
        session.tweak(id, "parameter.1", chance.uniform(-1.0, 1.0))
    elif session.problem.layers:
        session.problem_changed({"data.noise": chance.randint(5, 40) / 100})
    else:
        session.problem_changed({"noise": chance.uniform(0.0, 1.0)})


def grown(session: Session, chance: random.Random, updates: int) -> None:
    """Live on in chunks of any length, tweaked now and then; with an interruption it is stopped again and again."""
    target = session.update + updates
    while session.update < target:
        if session.interruption is not None and chance.random() < 0.7:
            session.interruption.set()
        session.advance(min(chance.choice((1, 5, 60, 400)), target - session.update))
        if session.interruption is not None and chance.random() < 0.5:
            session.interruption.clear()
        if chance.random() < 0.15 and session.settled:
            tweak(session, chance)


def settled(session: Session) -> None:
    while not session.settle():
        pass


def up_to(run: Run, update: int) -> RunRecord:
    return replace(run.record(), tweaks=tuple(each for each in run.tweaks if each.update <= update))


def again(run: Run, record: RunRecord, update: int) -> Run:
    """The run of a record that was never anything else, at an update."""
    other = Run(run.problem, record, run.stop)
    other.advance(update)
    return other


def assert_same(one: Run, other: Run) -> None:
    """All that determines the future, and all that is told of the past; of histories if both have single updates."""
    for name in ("theta", "before", "slots", "hyper", "knobs", "memory", "controls", "stream"):
        ours, theirs = getattr(one.machine, name).copy(), getattr(other.machine, name).copy()
        if name == "stream":
            ours[12] = theirs[12] = 0  # the address of an interruption
        assert ours.tobytes() == theirs.tobytes(), name
    assert (one.update, one.status, one.message) == (other.update, other.status, other.message)
    assert one.machine.settings == other.machine.settings and one.task == other.task
    assert one.record() == other.record()
    for name in ("at", "values", "layers_at", "layers"):
        ours, theirs = getattr(one.measures.view(), name), getattr(other.measures.view(), name)
        assert ours.tobytes() == theirs.tobytes(), name
    for ours, theirs in zip(one.examples_table(), other.examples_table(), strict=True):
        assert ours.tolist() == theirs.tolist()
    assert (one.best is None) == (other.best is None)
    if one.best is not None and other.best is not None:
        assert (one.best.update, one.best.loss) == (other.best.update, other.best.loss)
        assert one.best.theta.tobytes() == other.best.theta.tobytes()
    ours, theirs = one.history.view(), other.history.view()
    assert ours.updates == theirs.updates and ours.latest == theirs.latest
    if ours.width == theirs.width == 1:
        for name in COLUMNS:
            assert ours.column(name)[0].tobytes() == theirs.column(name)[0].tobytes(), name


BOTH = pytest.mark.parametrize("begun", [surface, network])


@BOTH
@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("interrupted", [False, True])
def test_a_cut_is_a_run_that_stopped_there(begun, seed: int, interrupted: bool) -> None:
    chance = random.Random(seed)
    session = begun(chance, Interruption() if interrupted else None)
    run = session.runs[0]
    grown(session, chance, 900)
    for _ in range(4):
        views = [(view := run.history.view(), [part.copy() for name in COLUMNS for part in view.column(name)])]
        measured = run.measures.view()
        kept = [getattr(measured, name).copy() for name in ("at", "values", "layers")]
        place = chance.randint(0, session.update)
        record = up_to(run, place)
        session.rewind(place)
        settled(session)
        assert_same(run, again(run, record, place))
        grown(session, chance, 250)
        settled(session)
        for view, columns in views:
            now = [part for name in COLUMNS for part in view.column(name)]
            assert all(np.array_equal(*pair, equal_nan=True) for pair in zip(now, columns, strict=True))
        now = [getattr(measured, name) for name in ("at", "values", "layers")]
        assert all(np.array_equal(*pair, equal_nan=True) for pair in zip(now, kept, strict=True))
    assert_same(run, again(run, run.record(), run.update))


@BOTH
@pytest.mark.parametrize("seed", range(3))
def test_a_fork_is_a_run_that_was_tweaked_there(begun, seed: int) -> None:
    chance = random.Random(seed)
    session = begun(chance)
    run = session.runs[0]
    grown(session, chance, 700)
    before, place = again(run, run.record(), run.update), chance.choice((0, 1, 64, 65, 300, 555, 700))
    fork = run.fork(place, "fork", {"learning_rate": 3e-4, "batch": "single"})
    tweaked = again(
        run, replace(run.record(), tweaks=tuple(each for each in run.tweaks if each.update <= place)), place
    )
    tweaked.initial = replace(tweaked.initial, id="fork")
    tweaked.machine.settings = replace(tweaked.machine.settings, id="fork")
    tweaked.tweak("learning_rate", 3e-4)
    tweaked.tweak("batch", "single")
    assert_same(fork, tweaked)
    threads = [threading.Thread(target=each.advance, args=(400,)) for each in (run, fork)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    tweaked.advance(400)
    before.advance(400)
    assert_same(fork, tweaked)
    assert_same(run, before)
    for update in (place, place + 13, place // 2):
        assert fork.at(update).theta.tobytes() == tweaked.at(update).theta.tobytes()
        assert fork.peek(update).settings.id == "fork"
    fork.rewind(place // 2)
    assert_same(fork, again(fork, fork.record(), place // 2))
