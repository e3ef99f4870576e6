"""Branches: their origins in session and document, and the tree that they make."""

from __future__ import annotations

import numpy as np
import pytest

from engine import (
    COLUMNS,
    DIVERGED,
    FORMAT,
    Experiment,
    Formula,
    Origin,
    Session,
    SettingError,
    depths,
    full_history,
    new_clustering,
    new_experiment,
    new_memory,
    new_network,
    new_policy,
    new_run,
)
from tests.each import each


def race(updates: int = 600) -> Session:
    session = Session(new_experiment("himmelblau", [new_run("adam", learning_rate=0.02), "momentum"], updates=0))
    session.advance(updates)
    return session


def origins(session: Session) -> dict[str, tuple[str, int] | None]:
    return {
        run.settings.id: (run.origin.run, run.origin.update) if run.origin else None
        for run in session.experiment().runs
    }


def branched() -> Session:
    """adam, of which adam-2 leaves at 300 and adam-4 at 200; adam-3 leaves adam-2 at 400."""
    session = race()
    session.fork("adam", 300, {"learning_rate": 0.05})
    session.fork("adam-2", 400, {"optimizer": "sgd", "learning_rate": 1e-3})
    session.fork("adam", 200, {"batch": "full", "optimizer.beta1": 0.5})
    return session


def test_a_branch_is_listed_below_its_origin_and_remembers_it() -> None:
    session = branched()
    assert origins(session) == {
        "adam": None, "adam-2": ("adam", 300), "adam-3": ("adam-2", 400), "adam-4": ("adam", 200), "momentum": None,
    }  # fmt: skip
    picture = session.picture()
    assert depths({run.id: run.origin for run in picture.runs}) == {
        "adam": 0, "adam-2": 1, "adam-3": 2, "adam-4": 1, "momentum": 0,
    }  # fmt: skip
    assert [run.begins for run in picture.runs] == [0, 300, 400, 200, 0]


def test_a_branch_that_leaves_before_its_run_did_is_one_of_the_run_before() -> None:
    session = branched()
    assert session.fork("adam-3", 100).origin == Origin("adam", 100)
    assert session.fork("adam-3", 350).origin == Origin("adam-2", 350)
    assert session.fork("adam-3", 400).origin == Origin("adam-3", 400)
    assert session.fork("momentum", 0).origin is None


def test_what_a_hidden_run_would_have_drawn_is_drawn_by_one_that_is_not() -> None:
    def begins(*hidden: str) -> list[int]:
        session = branched()
        for id in hidden:
            session.tweak(id, "visible", False)
        return [run.begins for run in session.picture().runs if run.visible]

    assert begins("adam-2") == [0, 300, 200, 0]
    assert begins("adam") == [0, 400, 200, 0]
    assert begins("adam", "adam-2", "adam-3") == [0, 0]


def test_the_branches_of_a_run_that_is_removed_are_kept_together() -> None:
    session = branched()
    session.remove("adam-2")
    assert origins(session) == {"adam": None, "adam-3": ("adam", 300), "adam-4": ("adam", 200), "momentum": None}
    session = branched()
    session.remove("adam")
    assert origins(session) == {"adam-2": None, "adam-3": ("adam-2", 400), "adam-4": ("adam-2", 200), "momentum": None}
    before = session.experiment()
    session.remove("adam-2")
    assert origins(session) == {"adam-3": None, "adam-4": ("adam-3", 200), "momentum": None}
    session.restore(before)
    assert session.experiment() == before


def test_an_origin_holds_as_long_as_the_past_is_shared() -> None:
    session = branched()
    everything = session.experiment()
    session.restore(session.changed_from_start("adam", "learning_rate", 0.03, 600))
    assert origins(session) == {
        "adam": None, "adam-2": None, "adam-3": ("adam-2", 400), "adam-4": None, "momentum": None,
    }  # fmt: skip
    session.restore(everything, 600)
    assert session.experiment() == everything
    session.rewind(250)
    assert origins(session)["adam-2"] == ("adam", 250) and origins(session)["adam-4"] == ("adam", 200)
    session.reset(keep_tweaks=True)
    assert origins(session)["adam-4"] == ("adam", 200)
    session.reset()
    assert set(origins(session).values()) == {None}


def told(run) -> tuple[object, ...]:
    """Everything that a run has computed."""
    view = run.history.view()
    return run.record(), run.update, run.machine.theta.tobytes(), view.last[:, : view.count].tobytes()


@each("problem", ["himmelblau", "moons"])
def test_a_branch_that_is_taken_back_and_done_again_leaves_its_origin_once_more(problem: str) -> None:
    runs = [new_run("adam", learning_rate=0.02), "momentum"]
    experiment = new_network(problem, runs, (4, 3)) if problem == "moons" else new_experiment(problem, runs, updates=0)
    session = Session(experiment)
    session.advance(600)
    before = session.experiment()
    session.fork("adam", 300, {"learning_rate": 0.05})
    session.fork("adam-2", 400, {"optimizer": "sgd", "learning_rate": 1e-3})
    session.tweak("adam-2", "learning_rate", 0.01)
    session.advance(50)
    after, computed = session.experiment(), [told(run) for run in session.runs]
    session.restore(before, 600)
    assert len(session.runs) == 2
    session.advance(50)
    session.restore(after, 650)
    places = {run.settings.id: run.update for run in session.runs}
    assert places["adam-2"] >= 300 and places["adam-3"] >= 300, "its origin stands there, too"
    for run in session.runs:
        run.advance(650 - run.update)
    assert [told(run) for run in session.runs] == computed and session.experiment() == after
    session.remove("adam-3")
    session.restore(after, 650)
    assert session.run("adam-3").update >= 400
    session.run("adam-3").advance(250)
    assert [told(run) for run in session.runs] == computed
    session.remove("adam-3")
    session.rewind(350)
    session.restore(after, 650)
    assert 350 >= session.run("adam-3").update >= 300, "its origin no longer reaches so far"


def test_what_changes_a_branch_from_its_start_changes_it_from_where_it_branched() -> None:
    session = branched()
    session.tweak("adam-2", "learning_rate", 0.5)
    before = session.run("adam-2")
    record = next(
        run
        for run in session.changed_from_start("adam-2", "learning_rate", 0.3, 600).runs
        if run.settings.id == "adam-2"
    )
    assert record.settings == before.initial and record.origin == Origin("adam", 300)
    assert [(tweak.update, tweak.setting.path, tweak.value) for tweak in record.tweaks] == [(300, "learning_rate", 0.3)]
    changed = session.changed_from_start("adam-3", "optimizer", "lion", 600)
    kept = next(run for run in changed.runs if run.settings.id == "adam-3")
    assert [(t.update, t.setting.path) for t in kept.tweaks if t.update >= 400] == [
        (400, "learning_rate"), (400, "optimizer"),
    ]  # fmt: skip
    session.tweak("adam-2", "optimizer", "lion")
    later = session.changed_from_start("adam-2", "optimizer.beta1", 0.4, 600)
    kept = next(run for run in later.runs if run.settings.id == "adam-2")
    assert [(t.update, t.setting.path) for t in kept.tweaks][-1] == (600, "optimizer.beta1")
    assert origins(session)["adam-2"] == ("adam", 300)


def test_a_document_keeps_its_branches() -> None:
    before = branched().experiment()
    data = before.to_dict()
    assert data["fall_line"] == FORMAT and data["runs"][1]["origin"] == {"run": "adam", "update": 300}
    assert Experiment.from_dict(data) == before
    for faulty, told in (
        ({"run": "nobody", "update": 300}, "runs[2].origin.run: must be the id of a run that is listed before"),
        ({"run": "adam-3", "update": 300}, "runs[2].origin.run: must be the id of a run that is listed before"),
        ({"run": "adam", "update": 0}, "runs[2].origin.update: update must be a whole number in [1,"),
        ({"run": "adam"}, "runs[2].origin.update: is missing"),
        ({"run": "adam", "update": 300, "x": 1}, "runs[2].origin.x: unknown entry"),
        ("adam", "runs[2].origin: must be a table"),
    ):
        data["runs"][1]["origin"] = faulty
        with pytest.raises(SettingError) as refusal:
            Experiment.from_dict(data)
        assert str(refusal.value).startswith(told)
    data["runs"][1]["origin"] = {"run": "adam", "update": 500}  # adam had another learning rate from 300 to 500
    assert origins(Session(Experiment.from_dict(data)))["adam-2"] is None


def test_names_of_former_files_are_those_that_were_typed() -> None:
    data = new_experiment("sphere", ["adam", "adam", "sgd"]).to_dict()
    assert all("name" not in run for run in data["runs"])
    for run, name in zip(data["runs"], ("Adam", "Adam 2", "Adam"), strict=True):
        run["name"] = name
    assert [run.settings.name for run in Experiment.from_dict(data).runs] == ["Adam", "Adam 2", "Adam"]
    assert [run.settings.name for run in Experiment.from_dict({**data, "fall_line": 4}).runs] == ["", "", "Adam"]


def test_a_branch_is_refused_in_words_and_nothing_has_changed() -> None:
    session = race(100)
    before = session.experiment()
    for id, update, changes, new in (
        ("adam", 101, {}, ""), ("nobody", 10, {}, ""), ("adam", 10, {"noise": 1.0}, ""), ("adam", 10, {}, "momentum"),
    ):  # fmt: skip
        with pytest.raises(SettingError):
            session.fork(id, update, changes, new)
    assert session.experiment() == before


KINDS = (
    new_experiment("himmelblau", [new_run("adam", learning_rate=0.02)], noise=0.3),
    new_network("moons", [new_run("adam", batch=10)], (4, 3), dropout=0.2),
    new_policy("bandit", [new_run("sgd", learning_rate=0.1)]),
    new_clustering("blobs", [new_run("adam", learning_rate=0.05)]),
    new_memory([new_run("adam")]),
)


@each("experiment", KINDS)
def test_a_branch_equals_a_fresh_run_of_the_same_record(experiment: Experiment) -> None:
    session = Session(experiment)
    session.advance(150)
    id = session.runs[0].settings.id
    branch = session.fork(id, 70, {"learning_rate": 0.003})
    session.fork(branch.settings.id, 110, {"optimizer": "momentum"})
    session.advance(50)
    fresh = Session(Experiment.from_dict(session.experiment().to_dict()))
    fresh.advance(session.update)
    for ours, theirs in zip(session.runs, fresh.runs, strict=True):
        assert ours.machine.theta.tobytes() == theirs.machine.theta.tobytes()
        assert (
            ours.history.view().last[:, : ours.update].tobytes()
            == theirs.history.view().last[:, : ours.update].tobytes()
        )
        assert ours.record() == theirs.record()


@pytest.mark.slow
def test_a_branch_of_a_run_with_merged_bins_equals_a_fresh_one() -> None:
    session = Session(new_experiment("himmelblau", [new_run("adam", learning_rate=1e-4)], updates=0))
    session.advance(300_001)
    branch = session.fork("adam", 200_003, {"learning_rate": 1e-3})
    session.advance(50_000)
    fresh = Session(session.experiment())
    while fresh.update < session.update:
        fresh.advance(session.update - fresh.update)
    again = fresh.run(branch.settings.id)
    assert branch.history.width > 1 and branch.machine.theta.tobytes() == again.machine.theta.tobytes()
    ours, theirs = branch.history.view(), again.history.view()
    assert ours.width == theirs.width
    for name in COLUMNS:
        for mine, other in zip(ours.column(name), theirs.column(name), strict=True):
            np.testing.assert_array_equal(mine, other)


def test_remedies_go_on_from_where_the_loss_was_lowest() -> None:
    session = Session(new_experiment("rosenbrock", [new_run("sgd", learning_rate=1e-3)], updates=0))
    session.advance(300)
    session.tweak("sgd", "learning_rate", 0.5)
    session.advance(200)
    run = session.picture().runs[0]
    assert run.status == DIVERGED and run.rewind_to == 300, "where the rate is the higher one already"
    assert run.halved_rate == 0.25 and run.slower_rate == run.better_rate and run.slower_rate < 0.25
    norms = run.history.column("gradient_norm")[0][: run.rewind_to + 1][-200:]
    assert run.clip_to == pytest.approx(np.median(norms), rel=0.05)
    for changes in ({"optimizer.clip_norm": run.clip_to}, {"learning_rate": run.slower_rate}):
        other = Session(session.rewound(run.rewind_to, {"sgd": changes}))
        assert (other.runs[0].tweaks[-1].update, other.runs[0].tweaks[-1].setting.path) == (run.rewind_to, *changes)
        other.advance(run.rewind_to + 2000)
        assert other.runs[0].status != DIVERGED
    branch = session.fork("sgd", run.rewind_to, {"learning_rate": run.slower_rate})
    session.advance(2000)
    assert session.run("sgd").status == DIVERGED and branch.status != DIVERGED and branch.origin is not None


def test_a_surface_that_falls_without_end_offers_no_shorter_steps() -> None:
    session = Session(new_experiment(Formula("x^3 - y"), [new_run("sgd", learning_rate=0.5)], updates=0))
    session.advance(3000)
    run = session.picture().runs[0]
    assert run.status == DIVERGED and (run.clip_to, run.slower_rate) == (None, None)


def test_the_length_of_the_path_is_the_sum_of_all_steps_before_it() -> None:
    session = Session(new_experiment("himmelblau", [new_run("adam", learning_rate=0.02)], noise=0.5, updates=0))
    session.advance(700)
    session.tweak("adam", "optimizer", "momentum")
    session.rewind(650)
    session.advance(100)
    session.fork("adam", 300, {"learning_rate": 0.1})
    session.advance(50)
    for run in session.runs:
        view = run.history.view()
        steps, gone = (view.column(name)[0] for name in ("step_norm", "path_length"))
        assert gone[0] == 0.0 and np.array_equal(gone[1:], np.cumsum(steps)[:-1])
        x, y = view.column("x")[0], view.column("y")[0]
        np.testing.assert_allclose(gone[1:], np.cumsum(np.hypot(np.diff(x), np.diff(y))), rtol=1e-12)


@pytest.mark.slow
def test_the_length_of_the_path_survives_merging() -> None:
    session = Session(new_experiment("himmelblau", [new_run("sgd", learning_rate=1e-4)], noise=0.5, updates=0))
    session.advance(300_000)
    run = session.runs[0]
    rows, view = full_history(run), run.history.view()
    assert view.width > 1
    np.testing.assert_array_equal(rows["path_length"][1:], np.cumsum(rows["step_norm"])[:-1])
    np.testing.assert_array_equal(view.column("path_length")[0], rows["path_length"][view.at])
