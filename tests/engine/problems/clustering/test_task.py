"""The task of clustering: settings, points that are drawn, starts, files, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from engine import (
    ADD_CLUSTER_POINT,
    POINTS,
    Clusters,
    Division,
    Experiment,
    Session,
    SettingError,
    Table,
    choose,
    full_history,
    kind_of,
    new_clustering,
    new_run,
    problem_of,
    snapshot_of,
)
from engine.problems.clustering.agreement import adjusted_rand
from engine.problems.clustering.points import points_of


def test_drawn_points_and_changes_replay_to_the_bit():
    experiment = new_clustering(
        {"kind": "moons", "samples": 60},
        [new_run("sgd", learning_rate=0.4, batch=16), new_run("adam", learning_rate=0.05)],
        model={"kind": "mixture", "spread": "full"},
        clusters=4,
        start="points",
    )
    session = Session(experiment)
    session.advance(40)
    assert session.problem_changed({"points.add": (2.5, 3.0)}) is False, "the centres stay"
    session.advance(10)
    assert session.problem_changed({"points.erase": (0.0, 1.0, 0.3)}) is False
    assert session.problem_changed({"model.least_spread": 0.2}) is False
    session.advance(30)
    assert len(session.task.points.targets) < 61 and session.task.title == "Two moons"
    again = Session(Experiment.from_dict(session.experiment().to_dict()))
    again.advance(80)
    for before, after in zip(session.runs, again.runs, strict=True):
        assert before.machine.theta.tobytes() == after.machine.theta.tobytes()
        assert full_history(before)["loss"].tobytes() == full_history(after)["loss"].tobytes()
        assert before.measures.view().layers.tobytes() == after.measures.view().layers.tobytes()
    told = kind_of(session.task).edit_words(ADD_CLUSTER_POINT, (2.5, 3.0), "{:g}".format)
    assert told == "point (2.5, 3) added"


def test_centres_that_were_moved_are_where_every_run_begins():
    task = new_clustering("blobs", ["sgd"], clusters=2).problem
    moved = task.having("centres", (1.0, 2.0, -3.0, 0.5))
    np.testing.assert_array_equal(problem_of(moved).start, [1.0, 2.0, -3.0, 0.5])
    assert not task.continues(moved)
    for setting, value in (("clusters", 3), ("points", "rings"), ("start", "points"), ("start_seed", 2)):
        assert moved.having(setting, value).centres == ()
    assert moved.having("points.noise", 0.1).centres == moved.centres


@pytest.mark.parametrize("how", ["points", "plus_plus", "together"])
def test_every_start_is_a_function_of_its_seed(how):
    starts = []
    for seed in (1, 1, 2):
        problem = problem_of(new_clustering("uneven", ["sgd"], clusters=5, start=how, start_seed=seed).problem)
        starts.append(problem.start.reshape(5, 2))
    assert starts[0].tobytes() == starts[1].tobytes() != starts[2].tobytes()
    distances = np.linalg.norm(starts[0][:, None] - starts[0], axis=-1) + 9.0 * np.eye(5)
    among = [(problem.subject.points == centre).all(axis=1).any() for centre in starts[2]]
    assert all(among) == (how != "together")
    assert distances.min() > (0.0 if how == "together" else 0.02)


def test_centres_far_apart_lie_in_more_groups():
    """k-means++ against random points, over 20 seeds: how often three centres begin in three blobs."""
    found = {}
    for how in ("points", "plus_plus"):
        count = 0
        for seed in range(20):
            problem = problem_of(
                new_clustering({"kind": "blobs", "noise": 0.5}, ["sgd"], start=how, start_seed=seed).problem
            )
            points, labels = problem.subject.points, problem.subject.found.labels
            begun = [labels[(points == centre).all(axis=1)][0] for centre in problem.start.reshape(3, 2)]
            count += len(set(begun)) == 3
        found[how] = count
    assert found["plus_plus"] >= 14 > found["points"]


@pytest.mark.parametrize("key", list(POINTS))
def test_every_kind_of_points_is_made_in_random_order(key):
    found = points_of(choose(POINTS, key), 1)
    assert found.points.shape[1] == 2 and np.isfinite(found.points).all()
    assert not found.classes or found.labels.max() == len(found.classes) - 1
    if found.classes:
        assert (np.diff(found.labels) != 0).mean() > 0.1


def test_uneven_blobs_halve_and_narrow():
    found = points_of(choose(POINTS, "uneven", {"groups": 3, "samples": 700}), 1)
    assert np.bincount(found.labels).tolist() == [400, 200, 100]
    spreads = [found.points[found.labels == group].std(axis=0).mean() for group in range(3)]
    assert spreads[0] > 1.2 * spreads[1] > 1.4 * spreads[2]


def test_adjusted_rand_index():
    one = np.array([0, 0, 1, 1, 2, 2])
    assert adjusted_rand(one, np.array([2, 2, 0, 0, 1, 1])) == 1.0
    # sklearn.metrics.adjusted_rand_score
    np.testing.assert_allclose(adjusted_rand(one, np.array([0, 0, 0, 1, 1, 1])), 0.24242424242424243)
    assert np.isnan(adjusted_rand(np.empty(0, np.int64), one))
    rng = np.random.default_rng(1)
    chance = [adjusted_rand(rng.integers(0, 3, 300), rng.integers(0, 4, 300)) for _ in range(20)]
    assert abs(np.mean(chance)) < 0.01


def test_measures_and_answers():
    session = Session(new_clustering("uneven", [new_run("sgd", learning_rate=1.0)], clusters=4))
    session.advance(200)
    picture = session.picture()
    run = picture.runs[0]
    snapshot = snapshot_of(picture.problem, run.shown.theta, [Clusters(), Division((-5, 5, -4, 4), 11, 9)])
    seen, divided = snapshot.answer(Clusters), snapshot.answer(Division)
    points, centres = picture.subject.points, run.shown.theta.reshape(4, 2)
    np.testing.assert_array_equal(seen.owners, np.linalg.norm(points[:, None] - centres, axis=-1).argmin(1))
    assert divided.owners.shape == (9, 11) and divided.density is None
    corner = np.linalg.norm(centres - [5, -4], axis=1).argmin()
    assert divided.owners[0, -1] == corner
    assert seen.shares.sum() == pytest.approx(1.0) and 0.5 < seen.agreement < 1.0
    assert run.measures.column("cluster_share", 3)[-1] == pytest.approx(seen.shares[3], abs=0.02)
    assert picture.subject.parameter_name(5) == "centre 3, y"


@pytest.mark.parametrize(
    ("problem", "sentence"),
    [
        ({"clusters": 17}, r"problem\.clusters: clusters must be a whole number in \[1, 16\], got 17"),
        ({"clusters": 2, "centres": [1.0]}, r"problem\.centres: 2 centres are 4 numbers x, y, x, y, ..., got 1"),
        ({"points": "blob"}, "unknown kind of points 'blob'; did you mean blobs"),
        ({"points": {"kind": "moons", "sample": 3}}, "unknown setting; Two moons has samples, noise"),
        ({"model": {"kind": "mixture", "spread": "round"}}, r"problem\.model\.spread: spread must be one of spherical"),
        ({"k": 3}, r"problem\.k: unknown entry"),
    ],
)
def test_what_a_file_cannot_mean_is_refused(problem, sentence):
    whole = new_clustering("moons", ["sgd"]).to_dict()
    with pytest.raises(SettingError, match=sentence):
        Experiment.from_dict({**whole, "problem": {"kind": "clustering", **problem}})


def test_a_table_has_two_columns_of_numbers():
    numbers = np.arange(12.0).reshape(4, 3)
    wide = Table("wide", ("a", "b", "c"), "d", numbers, numbers[:, 0].copy())
    kind, task = kind_of(new_clustering("moons", ["sgd"]).problem), new_clustering("moons", ["sgd"]).problem
    with pytest.raises(SettingError, match="points in the plane have two columns of numbers, got 4 columns"):
        kind.on_table(task, wide, False)
    pair = Table("pair", ("a",), "b", numbers[:, :1].copy(), numbers[:, 1].copy())
    found = problem_of(kind.on_table(task, pair, False)).subject.found
    assert found.names == ("a", "b") and found.points.tolist() == numbers[:, :2].tolist() and not found.classes
    named = Table("named", ("a", "b"), "c", numbers[:, :2].copy(), np.array([0.0, 1.0, 0.0, 1.0]), ("u", "v"))
    assert problem_of(kind.on_table(task, named, False)).subject.found.labels.tolist() == [0, 1, 0, 1]


def test_a_run_may_have_a_model_and_a_start_of_its_own():
    """k-means beside a mixture, on the same points: through a file and a reset, to the bit."""
    told = new_clustering("stripes", [new_run("sgd", id="nearest"), new_run("sgd", id="likely")], clusters=2).to_dict()
    told["runs"][1]["own"] = {"model": {"kind": "mixture", "spread": "diagonal"}, "clusters": 3}
    session = Session(Experiment.from_dict(told))
    session.advance(30)
    assert [run.machine.theta.size for run in session.runs] == [4, 18 - 3]
    again = Session(Experiment.from_dict(session.experiment().to_dict()))
    again.advance(30)
    ends = [run.machine.theta.tobytes() for run in session.runs]
    assert [run.machine.theta.tobytes() for run in again.runs] == ends
    session.reset()
    session.advance(30)
    assert [run.machine.theta.tobytes() for run in session.runs] == ends
    told["runs"][1]["own"] = {"clusters": 40}
    with pytest.raises(SettingError, match=r"clusters must be a whole number in \[1, 16\], got 40"):
        Experiment.from_dict(told)
