"""Interruption: every evaluation ends soon after it is asked to, and what it computes never depends on that."""

from __future__ import annotations

import random
import threading
import time

import numpy as np
import pytest

from engine import (
    DIVERGED,
    FINISHED,
    OPTIMIZERS,
    SCHEDULES,
    Activations,
    Experiment,
    Field,
    Gradients,
    Interruption,
    Predictions,
    Session,
    Stopped,
    Table,
    UnitMaps,
    new_experiment,
    new_network,
    new_run,
    problem_of,
    snapshot_of,
    snapshot_pieces,
)
from engine.training.rows import full_history
from engine.training.stream import FLAG, WITHIN
from tests.each import each

EXAMPLES = 600  # about five pieces of a full batch
UPDATES = 24


def spiral(examples: int = EXAMPLES) -> Table:
    places = np.linspace(0.0, 6.0, examples)
    inputs = np.column_stack((np.cos(places), np.sin(places))) * places[:, None]
    return Table("spiral", ("x", "y"), "class", inputs, (np.arange(examples) // 7 % 2).astype(float), ("a", "b"))


def race(*runs, **settings):
    return new_network(spiral(), list(runs), (5, 3), share=0.7, **settings)


def driven(experiment, until: int, seed: int, share: float = 0.9, steps=()) -> tuple[Session, int]:
    """A session that is interrupted now and then: (it at update `until`, how often it was interrupted).

    steps: (update, what is done there with the session).
    """
    chance, interruption = random.Random(seed), Interruption()
    session = Session(experiment, interruption)
    interrupted = 0
    for update, action in (*steps, (until, lambda _: None)):
        for _ in range(100_000):
            if session.settled and all(
                run.update >= update or run.status in ("finished", "diverged") for run in session.runs
            ):
                break
            (interruption.set if chance.random() < share else interruption.clear)()
            before = [run.update for run in session.runs]
            for run in session.runs:
                run.advance(min(max(update - run.update, 0), 1))
            interrupted += interruption.is_set and before == [run.update for run in session.runs]
        action(session)
    interruption.clear()
    assert session.settle()
    return session, interrupted


def plain(experiment, until: int, steps=()) -> Session:
    session = Session(experiment)
    for update, action in (*steps, (until, lambda _: None)):
        for run in session.runs:
            run.advance(update - run.update)
        action(session)
    return session


def assert_same(one: Session, other: Session) -> None:
    """The same state, record, measures and pictures, to the bit."""
    assert one.experiment() == other.experiment()
    for left, right in zip(one.runs, other.runs, strict=True):
        assert (left.update, left.status, left.message) == (right.update, right.status, right.message)
        for name in ("theta", "averaged", "slots", "hyper", "knobs", "memory"):
            assert getattr(left.machine, name).tobytes() == getattr(right.machine, name).tobytes(), name
        assert left.machine.stream[:FLAG].tobytes() == right.machine.stream[:FLAG].tobytes()
        assert not left.machine.stream[FLAG + 1 :].any()
        ours, theirs = left.measures.view(), right.measures.view()
        for name in ("at", "values", "layers_at", "layers"):
            assert getattr(ours, name).tobytes() == getattr(theirs, name).tobytes(), name
        for column, values in full_history(right).items():
            assert full_history(left)[column].tobytes() == values.tobytes(), column
        assert (left.best is None) == (right.best is None)
        if left.best is not None and right.best is not None:
            assert left.best.theta.tobytes() == right.best.theta.tobytes()
        assert left.diagnosis == right.diagnosis
        for mine, yours in zip(left.trail().thetas, right.trail().thetas, strict=True):
            assert mine.tobytes() == yours.tobytes()


BATCHES = {
    "full": {"batch": "full"},
    "single": {"batch": "single"},
    "reshuffled": {"batch": 150},
    "fixed": {"batch": 150, "order": "fixed"},
    "replaced": {"batch": 300, "order": "replaced"},
}


@pytest.mark.parametrize("batch", BATCHES)
def test_numbers_do_not_depend_on_interruptions(batch: str) -> None:
    experiment = race(new_run("adam", learning_rate=0.02, **BATCHES[batch]), dropout=0.2)
    session, interrupted = driven(experiment, UPDATES, 1)
    assert interrupted > (20 if batch == "full" else 0)
    assert_same(session, plain(experiment, UPDATES))


@each("optimizer", OPTIMIZERS)
def test_no_optimizer_writes_before_the_gradient_is_complete(optimizer: str) -> None:
    rate = min(OPTIMIZERS[optimizer].learning_rate, 0.01)
    clipping = {} if OPTIMIZERS[optimizer].refused else {"clip_norm": 1.0}
    experiment = race(new_run(optimizer, learning_rate=rate, weight_decay=0.01, average="EMA", **clipping))
    session, interrupted = driven(experiment, 6, 2)
    assert interrupted > 5
    assert_same(session, plain(experiment, 6))


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_nor_does_a_schedule(schedule: str) -> None:
    experiment = race(new_run("sgd", learning_rate=0.02, schedule=schedule))
    assert_same(driven(experiment, 12, 3)[0], plain(experiment, 12))


def test_nor_do_tweaks_problems_and_stop_rules() -> None:
    steps = (
        (3, lambda session: session.tweak("adam", "learning_rate", 0.05)),
        (3, lambda session: session.tweak("adam", "optimizer.beta1", 0.5)),
        (5, lambda session: session.problem_changed({"dropout": 0.3})),
        (7, lambda session: session.tweak("sgd", "parameter.4", 0.25)),
        (8, lambda session: session.tweak("sgd", "batch", "single")),
        (9, lambda session: session.tweak("sgd", "optimizer", "adam")),
        (11, lambda session: session.stop_at({"updates": 20, "patience": 9})),
        (14, lambda session: session.rewind(10)),
        (16, lambda session: session.tweak("adam", "schedule", "cosine")),
    )
    experiment = race(new_run("adam", learning_rate=0.02), new_run("sgd", learning_rate=0.1, batch=150))
    session, interrupted = driven(experiment, UPDATES, 4, steps=steps)
    assert interrupted > 30
    assert_same(session, plain(experiment, UPDATES, steps))


@pytest.mark.parametrize("seed", range(3))
def test_a_tweak_in_the_middle_of_anything_acts_where_the_run_stands(seed: int) -> None:
    """Its record says where, and gives the same numbers without any interruption."""
    chance, interruption = random.Random(seed), Interruption()
    experiment = race(new_run("adam", learning_rate=0.02), new_run("sgd", learning_rate=0.1))
    session = Session(experiment, interruption)
    interruption.set()
    for _ in range(150):
        for run in session.runs:
            run.advance(10)
        if chance.random() < 0.1:
            session.tweak(chance.choice(["adam", "sgd"]), "learning_rate", chance.uniform(0.01, 0.1))
        if chance.random() < 0.05:
            session.problem_changed({"dropout": chance.uniform(0.0, 0.5)})
            for run in session.runs:  # whatever the runs have reached, they take it at the same update
                assert run.tweaks[-1] == session.runs[0].tweaks[-1]
    interruption.clear()
    assert session.settle()
    again = Session(session.experiment())
    for run, other in zip(session.runs, again.runs, strict=True):
        assert run.tweaks and run.update > 3
        other.advance(run.update)
        assert run.machine.theta.tobytes() == other.machine.theta.tobytes()
        assert run.machine.slots.tobytes() == other.machine.slots.tobytes()
        assert run.measures.view().values.tobytes() == other.measures.view().values.tobytes()


def test_a_divergence_is_explained_in_pieces() -> None:
    experiment = race(new_run("sgd", learning_rate=1e12), loss="mse", activation="relu")
    session, interrupted = driven(experiment, UPDATES, 5)
    assert session.runs[0].status == DIVERGED and interrupted > 10
    assert_same(session, plain(experiment, UPDATES))


@pytest.mark.parametrize("update", [0, 40])
def test_a_diverged_run_is_tweaked_without_waiting_for_its_replay(update: int) -> None:
    interruption = Interruption()
    experiment = race(new_run("sgd", learning_rate=0.01, batch=150), loss="mse", activation="relu")

    def lost(session: Session) -> None:
        session.runs[0].advance(update)
        session.tweak("sgd", "learning_rate", 1e12)
        while session.runs[0].diagnosis is None:
            session.runs[0].advance(5)

    session, other = Session(experiment, interruption), Session(experiment)
    lost(session)
    lost(other)
    stood = session.runs[0].update
    interruption.set()
    for rate in (0.5, 0.4, 0.3):  # as a slider does
        session.tweak("sgd", "learning_rate", rate)
        other.tweak("sgd", "learning_rate", rate)
        assert session.runs[0].settings.learning_rate == rate
    assert session.runs[0].update < max(stood, 1) and not session.settled
    assert session.experiment() == other.experiment()
    while not session.settle():
        pass
    assert_same(session, other)


def test_whatever_is_asked_of_the_past_comes_in_pieces() -> None:
    interruption = Interruption()
    experiment = race(new_run("adam", learning_rate=0.02))
    session, other = Session(experiment, interruption), plain(experiment, 50)
    session.advance(50)
    interruption.set()
    asked = 0
    while not session.seek(37):
        asked += 1
    assert asked > 30
    while not session.runs[0].explain(37):
        picture = session.picture(37, "adam")
        assert not session.explained and np.isnan(picture.runs[0].shown.gradient).all()
        asked += 1
    picture = session.picture(37, "adam")
    assert session.explained and asked > 33
    found, expected = picture.runs[0].shown, other.picture(37, "adam").runs[0].shown
    for name in ("theta", "gradient", "step"):
        assert getattr(found, name).tobytes() == getattr(expected, name).tobytes()
    assert found.gradient_norm == expected.gradient_norm


def test_a_snapshot_in_pieces_is_the_same() -> None:
    session = plain(race(new_run("adam")), 5)
    theta = session.runs[0].machine.theta
    region = (-6.0, 6.0, -6.0, 6.0)
    asked = frozenset({Predictions(), Field(region, 40, 30), UnitMaps(region, 20), Gradients(), Activations()})
    interruption = Interruption()
    interruption.set()
    pieces, count = snapshot_pieces(session.problem, theta, asked, "", 0, interruption), 0
    while True:
        try:
            next(pieces)
            count += 1
        except StopIteration as end:
            found = end.value
            break
    whole = snapshot_of(session.problem, theta, asked)
    assert count > 15
    for name in ("outputs", "predictions"):
        assert getattr(found.predicted, name).tobytes() == getattr(whole.predicted, name).tobytes()
    assert found.field.tobytes() == whole.field.tobytes()
    assert (found.predicted.losses, found.predicted.scores) == (whole.predicted.losses, whole.predicted.scores)
    assert found.inspection.gradient.tobytes() == whole.inspection.gradient.tobytes()
    for ours, theirs in zip((*found.units, *found.activations), (*whole.units, *whole.activations), strict=True):
        assert ours.tobytes() == theirs.tobytes()


def test_values_gradients_and_sharpness_in_pieces_are_the_same() -> None:
    interruption = Interruption()
    interruption.set()
    surface = problem_of(new_experiment("rosenbrock", ["sgd"]).problem)
    network = problem_of(race("sgd").problem)
    xs, ys = np.linspace(-2, 2, 30), np.linspace(-1, 3, 20)
    points = np.stack([network.start, network.start * 0.5])
    for pieces, whole in (
        (surface.value_pieces(xs, ys, interruption), surface.values(xs, ys)),
        (network.gradient_pieces(points, interruption), network.gradients(points)),
        (network.sharpness_pieces(network.start, interruption), network.sharpness(network.start)),
        (network.subject.loss_pieces(points, interruption), network.subject.losses(points)),
    ):
        count = 0
        while True:
            try:
                next(pieces)
                count += 1
            except StopIteration as end:
                for ours, theirs in zip(
                    np.atleast_1d(*end.value) if isinstance(end.value, tuple) else [end.value],
                    whole if isinstance(whole, tuple) else [whole],
                    strict=True,
                ):
                    assert np.asarray(ours).tobytes() == np.asarray(theirs).tobytes()
                break
        assert count > 5


def test_a_step_that_is_tried_within_a_chunk_of_the_run_disturbs_neither() -> None:
    """Both use one scratch memory, and the run is a tweak away from a machine that takes over its gradient."""
    experiment = new_network(spiral(128), [new_run("adam", learning_rate=0.01)], (320,) * 5, share=1.0)
    interruption = Interruption()
    session, other = Session(experiment, interruption), Session(experiment)
    run, within = session.runs[0], 0
    interruption.set()
    for place in range(1000):
        run.advance(int(run.update < 2))
        within += run.machine.stream[WITHIN] > 0
        if place == 2:  # before the first update, which the gradient outlives
            session.tweak("adam", "learning_rate", 0.02)
        if place % 5 == 4:
            run.explain()
        if run.update == 2 and session.settled:
            break
    other.tweak("adam", "learning_rate", 0.02)
    other.advance(2)
    assert within > 3
    interruption.clear()
    assert_same(session, other)


MANY = 300_000_000  # updates, which take seconds at least
ENDLESS = {
    "a surface": (lambda: new_experiment("rosenbrock", [new_run("sgd", learning_rate=1e-6)], updates=0), MANY),
    "a small network": (lambda: new_network("circle", [new_run("sgd", batch=1)], (3,)), MANY),
    "a large one": (lambda: new_network(spiral(20_000), [new_run("sgd")], (384,) * 4, share=1.0), 1),
}


@pytest.mark.parametrize("what", ENDLESS)
def test_the_flag_is_seen_from_another_thread(what: str) -> None:
    """Also by a loop that LLVM could have read it out of: it ends long before it is done."""
    make, most = ENDLESS[what]
    interruption = Interruption()
    session = Session(make(), interruption)
    run = session.runs[0]
    begun = threading.Event()

    def work() -> None:
        begun.set()
        while not interruption.is_set:
            run.advance(MANY)

    thread = threading.Thread(target=work)
    thread.start()
    assert begun.wait(20.0)
    time.sleep(0.02)
    interruption.set()
    thread.join(20.0)
    assert not thread.is_alive() and run.update < most


@pytest.mark.slow
@pytest.mark.parametrize("batch", BATCHES)
def test_a_thousand_interruptions_at_random_moments(batch: str) -> None:
    """By another thread, in the middle of anything."""
    experiment = new_network(
        spiral(3000), [new_run("adam", learning_rate=0.02, **BATCHES[batch]), new_run("sgd", batch=20)], (32, 16)
    )
    interruption, chance = Interruption(), random.Random(7)
    session = Session(experiment, interruption)
    target, count, done = 400, 0, threading.Event()

    def disturb() -> None:
        while not done.wait(chance.uniform(0.0, 0.002)):
            interruption.set()

    thread = threading.Thread(target=disturb)
    thread.start()
    while count < 1000 or not (session.settled and all(run.update >= target for run in session.runs)):
        if all(run.update >= target for run in session.runs):
            target += 100
        for run in session.runs:
            run.advance(target - run.update)
        count += interruption.is_set
        interruption.clear()
    done.set()
    thread.join()
    interruption.clear()
    session.settle()
    assert_same(session, plain(experiment, target))


def test_a_replay_that_cannot_reach_its_goal_ends() -> None:
    """A tweak of a file makes an impossible problem on the way: the run says so, and nothing goes on for ever."""
    document = race(new_run("sgd", batch=150)).to_dict()
    document["runs"][0]["tweaks"] = [{"update": 5, "setting": "data.add", "value": [1e300, 0.0, 0.0]}]
    document["problem"]["features"] = ["x", "x2"]
    interruption = Interruption()
    session = Session(Experiment.from_dict(document), interruption)
    interruption.set()
    run = session.runs[0]
    run.rewind(20)
    for _ in range(200):
        if session.settle():
            break
    assert session.settled and run.update == 5
    run.advance(3)
    assert run.status == FINISHED and "overflow" in run.message


def test_what_was_stopped_stays_so() -> None:
    asked: list[int] = []
    interruption = Interruption(lambda: asked.append(1))
    interruption.set()
    interruption.check()
    interruption.clear()
    assert not interruption.is_set
    interruption.stop()
    interruption.clear()
    assert interruption.is_set
    with pytest.raises(Stopped):
        interruption.check()
    assert len(asked) == 2


def test_a_run_asks_before_each_piece_whether_it_is_wanted() -> None:
    interruption = Interruption()
    session = Session(race("sgd"), interruption)
    session.advance(3)
    interruption.stop()
    before = session.update
    with pytest.raises(Stopped):
        session.advance(1)
    assert session.update == before
