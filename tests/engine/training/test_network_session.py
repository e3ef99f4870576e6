"""Networks in a session: races, measures, live changes, edited weights, replay to the bit."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import pytest

from engine import (
    DIVERGED,
    FINISHED,
    MEASURES,
    Experiment,
    RunRecord,
    Session,
    SettingError,
    full_history,
    new_network,
    new_run,
)


def race(*runs, data="circle", hidden=(4, 2), stop=None, **settings) -> Session:
    return Session(new_network(data, runs or [new_run("adam", batch=10)], hidden, stop=stop, **settings))


def theta(session: Session, id: str) -> np.ndarray:
    return session.run(id).machine.theta


def test_runs_share_data_first_weights_and_batches() -> None:
    session = race(new_run("sgd", batch=10, id="a"), new_run("sgd", batch=10, id="b"), new_run("adam", batch=10))
    assert np.array_equal(theta(session, "a"), theta(session, "adam"))
    assert session.run("a").problem is session.run("adam").problem
    session.advance(300)
    assert np.array_equal(theta(session, "a"), theta(session, "b"))
    losses = [full_history(session.run(id))["loss"][0] for id in ("a", "adam")]
    assert losses[0] == losses[1], "the same batch from the same weights"


def test_an_epoch_of_the_playground_has_25_updates() -> None:
    session = race(new_run("sgd", batch=10, order="fixed"))
    session.advance(25)
    assert session.picture().runs[0].epoch == 1.0
    assert session.picture().examples == 250


def test_the_last_batch_of_an_epoch_is_short() -> None:
    session = race(new_run("sgd", batch=32), data="iris", share=1.0)
    session.advance(5)
    run = session.picture().runs[0]
    assert run.examples[1][-1] == 150.0, "32 * 4 + 22"
    assert run.epoch == 1.0


@pytest.mark.parametrize("order", ["reshuffled", "fixed", "replaced"])
def test_orders_begin_alike_in_nothing_but_the_weights(order) -> None:
    session = race(new_run("sgd", batch=10, order=order, id="one"), new_run("sgd", batch="full", id="full"))
    session.advance(50)
    assert not np.array_equal(theta(session, "one"), theta(session, "full"))
    again = race(new_run("sgd", batch=10, order=order, id="one"))
    for chunk in (1, 7, 17, 25):
        again.advance(chunk)
    assert np.array_equal(theta(again, "one"), theta(session, "one"))


def assert_same_measures(one, other) -> None:
    """The same to the bit, and at the same updates."""
    ours, theirs = (session.runs[0].measures.view() for session in (one, other))
    for name in ("at", "values", "layers_at", "layers"):
        assert getattr(ours, name).tobytes() == getattr(theirs, name).tobytes(), name
    assert (one.runs[0].best is None) == (other.runs[0].best is None)
    if one.runs[0].best is not None:
        assert one.runs[0].best.theta.tobytes() == other.runs[0].best.theta.tobytes()


NETS = {
    "small": lambda: race(new_run("adam", batch=10), new_run("sgd", batch=32)),
    "full": lambda: race(new_run("adam"), hidden=(8,)),
    "large": lambda: race(new_run("sgd", batch=7), data="digits", hidden=(32,)),
}


@pytest.mark.parametrize("net", NETS)
def test_measures_are_taken_at_the_same_updates_however_a_run_is_advanced(net) -> None:
    whole, pieces, chance = NETS[net](), NETS[net](), random.Random(net)
    whole.advance(3000)
    while pieces.update < 3000:
        pieces.advance(min(chance.choice((1, 2, 7, 64, 300)), 3000 - pieces.update))
    assert_same_measures(whole, pieces)
    told = whole.runs[0].measures.view()
    assert 3 <= len(told.layers_at) < len(told.at) < 800


def changed_often(seed: int, random_chunks: bool) -> Session:
    """A life of other batches, other data, steps back and another end, in one go each or in many."""
    chance, session = random.Random(seed), race(new_run("adam", batch=10), data="moons", hidden=(6,))
    pieces = random.Random(-seed)
    for _ in range(12):
        target = session.update + chance.choice((3, 40, 300, 900))
        while session.update < target:
            session.advance(min(pieces.choice((1, 5, 33, 200)) if random_chunks else 10_000, target - session.update))
        what, number = chance.choice(("size", "batch", "samples", "noise", "back", "weight")), chance.randint(1, 60)
        if what == "size":
            session.tweak("adam", "batch", "mini")
            session.tweak("adam", "batch.size", number)
        elif what == "batch":
            session.tweak("adam", "batch", chance.choice(("single", "full")))
        elif what == "back":
            session.rewind(chance.randint(0, session.update))
        elif what == "weight":
            session.tweak("adam", "parameter.3", number / 50)
        else:
            session.problem_changed({f"data.{what}": 20 + 8 * number if what == "samples" else number / 100})
    return session


@pytest.mark.parametrize("seed", range(1, 7))
def test_nor_does_a_life_of_changes_depend_on_the_way_it_was_lived(seed) -> None:
    """Lived in one go or in pieces, or computed again from its record alone."""
    lived, pieces = changed_often(seed, False), changed_often(seed, True)
    again = Session(lived.experiment())
    again.advance(lived.update)
    assert again.update == pieces.update == lived.update
    assert_same_measures(lived, pieces)
    assert_same_measures(lived, again)


def test_going_on_after_a_step_back_measures_as_if_nothing_had_been() -> None:
    plain, back = race(), race()
    plain.advance(2500)
    back.advance(3111)
    for update in (2017, 1024, 33, 1):
        back.rewind(update)
        back.advance(700)
    back.advance(2500 - back.update)
    assert_same_measures(plain, back)


def test_measures_say_what_the_network_does() -> None:
    session = race(new_run("adam", learning_rate=0.03, weight_decay=0.1, l1=0.01), share=0.7)
    session.advance(256)
    run, learner = session.runs[0], session.problem.subject
    view = run.measures.view()
    now = run.machine.theta
    assert view.at[-1] == 256
    for name, (inputs, targets) in (("training", learner.training), ("validation", learner.validation)):
        answers = learner.outputs(now, inputs)
        assert view.column(f"{name}_score")[-1] == np.mean((answers[:, 0] > 0) == targets)
        x = answers[:, 0]
        loss = np.mean(np.maximum(-x, 0.0) + np.log1p(np.exp(-np.abs(x))) + (1.0 - targets) * x)
        assert view.column(f"{name}_loss")[-1] == pytest.approx(loss, rel=1e-12)
    weights = np.concatenate([w.ravel() for w, _ in learner.network.unpacked(now)])
    assert view.column("penalty")[-1] == pytest.approx(0.01 * np.abs(weights).sum() + 0.05 * (weights**2).sum())
    place = int(view.layers_at[-1])
    before, now = (session.run("adam").at(update).theta for update in (place - 1, place))
    ratios = [
        np.linalg.norm((now - before)[learner.network.weights(k)]) / np.linalg.norm(now[learner.network.weights(k)])
        for k in range(3)
    ]
    assert [view.column("update_ratio", k)[-1] for k in range(3)] == pytest.approx(ratios)
    _, gradient = session.problem.gradients(now[None])
    norms = [np.linalg.norm(np.concatenate([w.ravel(), b])) for w, b in learner.network.unpacked(gradient[0])]
    assert [view.column("gradient_norm", k)[-1] for k in range(3)] == pytest.approx(norms, rel=1e-10)


def test_decay_leaves_the_biases_alone() -> None:
    frozen = {"learning_rate": 0.01, "weight_decay": 0.5, "decoupled": True}
    session = race(new_run("sgd", **frozen), initializer={"kind": "torch"})
    network, start = session.problem.subject.network, session.problem.start
    _, gradient = session.problem.gradients(start[None])
    session.advance(1)
    moved = theta(session, "sgd")
    for layer in range(network.layers):
        part = network.biases(layer)
        assert moved[part] == pytest.approx(start[part] - 0.01 * gradient[0][part], rel=1e-12)
        part = network.weights(layer)
        assert moved[part] == pytest.approx(start[part] * (1 - 0.005) - 0.01 * gradient[0][part], rel=1e-12)


def test_l1_pulls_towards_zero_by_the_sign() -> None:
    session = race(new_run("sgd", learning_rate=0.01, l1=0.3))
    network, start = session.problem.subject.network, session.problem.start
    _, gradient = session.problem.gradients(start[None])
    session.advance(1)
    part = network.weights(0)
    expected = start[part] - 0.01 * (gradient[0][part] + 0.3 * np.sign(start[part]))
    assert theta(session, "sgd")[part] == pytest.approx(expected, rel=1e-12)


LIFE = (
    (3, {"data.noise": 20}), (60, {"share": 0.8}), (61, {"dropout": 0.3}),
    (100, {"data": "spiral", "data.samples": 60}), (130, {"hidden.1.activation": "relu"}),
    (131, {"data.add": (1.0, 2.0, 0.0)}), (140, {"data.erase": (0.0, 0.0, 1.0)}),
    (200, {"loss": "half_mse", "output": "tanh"}), (201, {"scaling": "standardise"}), (250, {"data_seed": 4}),
)  # fmt: skip


def lived(spread=map) -> Session:
    session = race(new_run("adam", batch=10), new_run("sgd", learning_rate=0.1, batch="single"))
    for at, changes in LIFE:
        session.advance(at - session.update, spread)
        assert not session.problem_changed(changes)
    session.tweak("adam", "batch.size", 7)
    session.advance(20, spread)
    session.tweak("sgd", "parameter.5", 1.25)
    session.advance(100, spread)
    return session


def test_a_life_of_live_changes_is_computed_again_to_the_bit() -> None:
    session = lived()
    again = Session(session.experiment())
    again.advance(session.update)
    with ThreadPoolExecutor(2) as pool:
        threads = lived(pool.map)
    for id in ("adam", "sgd"):
        one, other = (race.run(id).measures.view() for race in (again, session))
        assert np.array_equal(one.at, other.at) and np.array_equal(one.layers_at, other.layers_at)
        assert np.array_equal(one.values, other.values, equal_nan=True)
        assert np.array_equal(one.layers, other.layers, equal_nan=True)
        assert again.run(id).best.update == session.run(id).best.update > 250, "of the data as they are now"
        assert np.array_equal(theta(again, id), theta(session, id))
        assert np.array_equal(theta(threads, id), theta(session, id))
        for update in (0, 2, 61, 139, 201, 260):
            past = session.run(id).at(update)
            fresh = Session(session.experiment())
            fresh.advance(update)
            assert np.array_equal(past.theta, fresh.run(id).machine.theta)
    assert session.picture().task == again.picture().task
    assert session.task.data.drawn


def test_an_edited_weight_is_a_tweak_of_one_run() -> None:
    session = race(new_run("adam", batch=10), new_run("sgd", batch=10))
    session.tweak("adam", "parameter.3", -2.5)
    assert theta(session, "adam")[3] == -2.5
    assert theta(session, "sgd")[3] == session.problem.start[3]
    session.advance(10)
    before = theta(session, "adam").copy()
    session.tweak("adam", "parameter.24", 0.125)
    before[24] = 0.125
    assert np.array_equal(theta(session, "adam"), before)
    for wrong in ("parameter.25", "parameter.-1", "parameter.x", "parameter"):
        with pytest.raises(SettingError):
            session.tweak("adam", wrong, 0.0)
    session.problem_changed({"hidden.1.units": 5})
    assert not session.run("adam").tweaks
    assert session.update == 0


def test_the_best_weights_are_those_of_the_lowest_validation_loss() -> None:
    session = race(new_run("adam", learning_rate=0.1, batch=10), data="moons", hidden=(16,), share=0.1)
    session.advance(4000)
    run = session.runs[0]
    view = run.measures.view()
    losses = view.column("validation_loss")
    place = int(np.argmin(losses))
    assert (run.best.update, run.best.loss) == (view.at[place], losses[place])
    assert np.array_equal(run.best.theta, run.at(run.best.update).theta)
    session.rewind(100)
    assert session.runs[0].best.update <= 100


def test_early_stopping_ends_a_run_that_only_learns_by_heart() -> None:
    stop = {"patience": 500}
    session = race(new_run("adam", learning_rate=0.1, batch=10), data="moons", hidden=(16,), share=0.1, stop=stop)
    session.advance(20_000)
    run = session.runs[0]
    assert run.status == FINISHED
    assert run.update < 20_000
    assert "no lower validation loss in" in run.message
    assert run.update - run.best.update >= 500
    ended = run.update
    session.stop_at({"patience": 0})
    session.advance(100)
    assert run.update == ended + 100


def test_without_validation_nothing_is_the_best() -> None:
    session = race(share=1.0, stop={"patience": 10})
    session.advance(500)
    assert session.runs[0].best is None
    assert session.runs[0].update == 500
    assert np.isnan(session.runs[0].measures.view().column("validation_loss")).all()


def test_a_diverged_network_says_in_which_layer_and_keeps_its_last_finite_state() -> None:
    session = race(new_run("sgd", learning_rate=1e6), data="reg_plane", hidden=(8, 8), activation="relu")
    session.advance(1000)
    run = session.runs[0]
    assert run.status == DIVERGED
    assert np.isfinite(run.machine.theta).all()
    assert "layer" in run.message
    assert run.diagnosis.rate is not None
    assert run.measures.view().at[-1] <= run.update


def test_another_shape_begins_again_and_noise_does_not() -> None:
    session = race()
    session.advance(50)
    assert session.problem_changed({"hidden.2.units": 3})
    assert (session.update, session.task.network.sizes) == (0, (2, 4, 3, 1))
    session.advance(50)
    assert not session.problem_changed({"data.noise": 30})
    assert session.update == 50
    with pytest.raises(SettingError):
        session.problem_changed({"data.noise": 60})
    session.reset()
    assert session.experiment().problem.data.values["noise"] == 30
    assert not session.runs[0].tweaks


def test_a_pinned_run_keeps_its_numbers_when_the_others_begin_again() -> None:
    session = race(new_run("adam", batch=10), new_run("sgd", batch=10))
    session.advance(40)
    session.problem_changed({"data.noise": 30, "dropout": 0.2})
    session.advance(40)
    pinned = theta(session, "adam").copy()
    session.tweak("adam", "pinned", True)
    session.reset()
    assert np.array_equal(theta(session, "adam"), pinned)
    again = Session(session.experiment())
    again.run("adam").advance(80)
    assert np.array_equal(theta(again, "adam"), pinned)
    assert np.array_equal(session.run("adam").at(30).theta, again.run("adam").at(30).theta)


def test_a_change_before_the_first_update_keeps_of_a_pinned_run_only_its_settings_as_they_stand() -> None:
    session = race(new_run("adam", batch=10), new_run("sgd", batch=10))
    session.tweak("adam", "parameter.2", 0.5)
    session.advance(40)
    session.tweak("adam", "learning_rate", 0.5)
    session.tweak("adam", "parameter.3", 0.7)
    session.tweak("adam", "pinned", True)
    session.reset()
    session.problem_changed({"data.noise": 30})
    run = session.run("adam")
    assert (run.update, run.initial.learning_rate) == (0, 0.5)
    assert [(tweak.update, tweak.setting.path) for tweak in run.tweaks] == [(0, "parameter.2")]


def test_a_run_that_joins_meets_the_same_changes_of_the_problem() -> None:
    session = race(new_run("sgd", batch=10))
    session.advance(50)
    session.problem_changed({"data.noise": 30, "hidden.1.activation": "relu"})
    session.tweak("sgd", "learning_rate", 0.5)
    session.advance(50)
    session.add(RunRecord(new_run("adam", batch=10)))
    joined = session.run("adam")
    assert joined.machine.problem is session.run("sgd").machine.problem
    assert [(tweak.update, tweak.setting.path) for tweak in joined.tweaks] == [
        (50, "data.noise"), (50, "hidden.1.activation"),
    ]  # fmt: skip
    assert joined.at(49).problem.task.data.values["noise"] == 0
    again = race(new_run("adam", batch=10))
    again.advance(50)
    again.problem_changed({"data.noise": 30, "hidden.1.activation": "relu"})
    again.advance(50)
    assert np.array_equal(theta(again, "adam"), joined.machine.theta)


def test_a_past_state_is_shown_on_the_problem_of_its_time() -> None:
    session = race(new_run("sgd", batch=10))
    session.advance(50)
    session.problem_changed({"hidden.1.activation": "relu", "data.noise": 30})
    session.advance(50)
    now, then = session.picture(), session.picture(20)
    assert (now.problem.task, now.task) == (session.task, session.task)
    assert then.task == then.problem.task == session.experiment().problem
    assert then.subject.network.activations[0] == "tanh" and now.subject.network.activations[0] == "relu"
    told = session.runs[0].measures.view()
    row = int(np.searchsorted(told.at, 20))
    assert then.subject.losses(then.runs[0].shown.theta[np.newaxis])[0] == pytest.approx(
        told.column("training_loss")[row], rel=1e-12
    )
    assert session.picture(20).subject is then.subject, "while it is held, it is not made again"


def test_the_network_that_is_shown_is_that_of_the_run_that_is_looked_at() -> None:
    session = race(new_run("sgd", learning_rate=1e6, batch=10), new_run("adam", batch=10), hidden=(4,), loss="mse")
    session.problem_changed({"hidden.1.activation": "identity"})
    session.advance(200)
    assert session.run("sgd").status == DIVERGED
    session.problem_changed({"data.noise": 30})  # of the diverged run long before
    session.rewind(150)
    assert session.picture(focus="adam").subject.data is session.run("adam").machine.problem.subject.data
    assert session.picture(focus="sgd").subject.data is session.run("sgd").machine.problem.subject.data
    assert session.picture(focus="adam").problem.task.data.values["noise"] == 0


def test_a_tweak_of_a_file_that_makes_an_impossible_problem_ends_the_run() -> None:
    experiment = new_network("circle", [new_run("sgd", batch=10)], features=("x", "x2"))
    tweak = {"update": 5, "setting": "data.add", "value": [1e300, 0.0, 0.0]}
    document = experiment.to_dict()
    document["runs"][0]["tweaks"] = [tweak]
    session = Session(Experiment.from_dict(document))
    session.advance(20)
    run = session.runs[0]
    assert (run.update, run.status) == (5, FINISHED)
    assert "overflow" in run.message


def test_what_a_run_keeps_of_its_past_is_bounded() -> None:
    session = race(new_run("sgd", batch=32), data="digits", hidden=(512, 512))
    session.advance(700)
    run = session.runs[0]
    kept = sum(checkpoint.machine.size for checkpoint in run._checkpoints) + run._trail.nbytes
    assert kept < 110 * 2**20
    assert np.array_equal(run.trail().thetas[-1], run.machine.theta)


def test_a_trail_tells_where_a_run_was_and_what_was_measured_there() -> None:
    session = race(new_run("adam", batch=10))
    session.advance(101)
    run, learner = session.runs[0], session.problem.subject
    trail = run.trail()
    assert (np.diff(trail.updates) > 0).all() and trail.updates[-1] == 101
    for update, theta, loss in zip(trail.updates.tolist(), trail.thetas, trail.losses, strict=True):
        assert np.array_equal(theta, run.at(int(update)).theta)
        assert np.isnan(loss) or loss == learner.losses(theta[None])[0]
    assert np.isfinite(trail.losses[[0, 1, 2]]).all() and len(trail.updates) > 50
    run.tweak("parameter.0", 5.0)
    assert run.trail().thetas[-1][0] == 5.0 and trail.thetas[-1][0] != 5.0


def test_a_picture_of_a_network_steps_only_where_it_is_asked_to() -> None:
    session = race(new_run("adam", batch=10), new_run("sgd", batch=10))
    session.advance(33)
    adam, sgd = session.picture(focus="adam").runs
    assert np.isfinite(adam.shown.gradient).all() and np.isnan(sgd.shown.gradient).all()
    assert sgd.shown.loss == sgd.measures.column("training_loss")[-1]
    assert session.picture().kind == "network"
    assert session.picture().subject.layers == ("hidden 1", "hidden 2", "output")
    assert len(sgd.measures.values[0]) == len(MEASURES)
    assert replace(adam.settings, id="sgd").optimizer != sgd.settings.optimizer


def test_a_scaled_target_is_answered_in_its_own_units() -> None:
    session = race(new_run("adam", learning_rate=0.01, batch=32), data="diabetes", hidden=(8,))
    assert session.task.target_scaling == "standardise"
    session.advance(1500)
    learner, state = session.problem.subject, theta(session, "adam")
    inputs, goals = learner.training
    answers = learner.outputs(state, inputs)
    targets = learner.data.targets[: learner.data.train]
    found = learner.predictions(answers)
    assert 25 < found.mean() < 346
    explained = 1 - ((targets - found) ** 2).sum() / ((targets - targets.mean()) ** 2).sum()
    assert explained > 0.4
    assert session.runs[0].measures.view().column("training_score")[-1] == pytest.approx(
        learner.score(answers, goals), abs=0.1
    )
    assert learner.score(answers, goals) == pytest.approx(explained, rel=1e-9)
    assert not session.problem_changed({"target_scaling": "min_max"})


def test_every_point_drawn_at_one_update_is_there_again() -> None:
    """Two points added while a run stands still are two tweaks: a replay that knew the last alone was another run."""
    session = Session(new_network("circle", ["sgd"], (4, 2)))
    session.advance(10)
    session.problem_changed({"data.add": (0.5, -0.25, 1.0)})
    session.problem_changed({"data.add": (0.6, -0.25, 1.0)})
    session.advance(10)
    again = Session(session.experiment())
    again.advance(20)
    assert len(again.task.data.targets) == len(session.task.data.targets) == 502
    assert again.runs[0].machine.theta.tobytes() == session.runs[0].machine.theta.tobytes()
    assert len(session.runs[0].at(12).problem.task.data.targets) == 502
