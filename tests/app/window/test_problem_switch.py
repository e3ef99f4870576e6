"""A race goes over to a problem of another kind and back, and nothing that was set is lost."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.documents.fresh import fresh
from app.window.problem_switch import ProblemSwitch, with_runs
from engine import OPTIMIZERS, Experiment, Session, SurfaceTask, new_experiment, new_network, new_run, offer_of, offers

KINDS = list(offers())

ALL = [replace(new_run(key), colour=place % 16) for place, key in enumerate(OPTIMIZERS)]


@pytest.mark.parametrize("kind", KINDS)
def test_a_fresh_problem_of_every_kind_is_a_document(kind):
    made = with_runs(fresh(kind), ALL[:16])
    assert offer_of(made.problem).key == kind and made.stop["updates"] == 0
    assert Experiment.from_dict(made.to_dict()) == made


@pytest.mark.parametrize("kind", ["surface", "network"])
def test_runs_keep_what_has_nothing_to_do_with_the_problem(kind):
    run = replace(
        new_run("adam", learning_rate=7.0, beta1=0.5, schedule="cosine", batch="single"), name="mine", colour=3
    )
    kept = with_runs(fresh(kind), [run]).runs[0].settings
    assert (kept.name, kept.colour, kept.id) == ("mine", 3, "adam")
    assert (kept.optimizer, kept.schedule) == (run.optimizer, run.schedule)
    assert kept.learning_rate < 1.0
    assert kept.batch.kind == ("full" if kind == "surface" else "mini")


def test_what_a_sampled_loss_refuses_gives_way():
    runs = [replace(new_run("sam"), name="SAM"), new_run("adam", schedule="plateau"), new_run("sgd", schedule="cosine")]
    made = with_runs(fresh("policy"), runs)
    assert Experiment.from_dict(made.to_dict()) == made
    told = [(record.settings.optimizer.kind, record.settings.schedule.kind) for record in made.runs]
    assert told == [("sgd", "constant"), ("adam", "constant"), ("sgd", "cosine")]


def test_the_usual_optimizers_learn_on_the_fresh_network():
    runs = [new_run(key) for key in ("sgd", "momentum", "rmsprop", "adam")]
    session = Session(with_runs(fresh("network"), runs))
    session.advance(1500)
    for run in session.picture().runs:
        assert run.best is not None and run.best.loss < 0.2, run.name


def test_the_last_problem_of_a_kind_is_taken_up_again():
    surface = new_experiment("beale", [new_run("adam", learning_rate=0.5), "sgd"])
    network = new_network("moons", [new_run("sgd", learning_rate=0.3), new_run("lion", batch=32)], (3,))
    switch = ProblemSwitch()
    assert switch.to_offer("network", Session(surface).picture()).problem == fresh("network").problem
    back = switch.to_offer("surface", Session(network).picture())
    assert back.problem == surface.problem
    assert [record.settings.id for record in back.runs] == ["sgd", "lion"]
    assert back.runs[0].settings == surface.runs[1].settings
    assert back.runs[1].settings.batch.kind == "full"
    again = switch.to_offer("network", Session(back).picture())
    assert (again.problem, again.runs[0].settings) == (network.problem, network.runs[0].settings)
    switch.forget()
    assert switch.to_offer("surface", Session(network).picture()).problem == fresh("surface").problem


def test_there_and_back_in_the_window(window):
    bench = window.bench
    window.advance(40)
    before = window.picture
    bench.problem_panel.kind.chosen.emit(KINDS.index("network"))
    window.settle()
    assert window.picture.kind == "network" and window.update == 0
    assert [run.id for run in window.picture.runs] == ["adam", "momentum"]
    assert (
        bench.problem_panel.panels["network"].isVisible()
        and bench.stages["network"].isVisible()
        and not bench.stages["surface"].isVisible()
    )
    bench.problem_panel.panels["network"].layers.rows[0].units.more.click()
    window.settle()
    window.advance(30)
    bench.problem_panel.kind.chosen.emit(KINDS.index("surface"))
    window.settle()
    assert window.picture.task == before.task and bench.stages["surface"].isVisible()
    bench.problem_panel.kind.chosen.emit(KINDS.index("network"))
    window.settle()
    assert [layer.units for layer in window.picture.task.hidden] == [5, 2]
    assert window.picture.runs[0].settings.learning_rate == 0.01


def test_the_kind_is_undone_as_one_edit(window):
    bench = window.bench
    window.advance(40)
    before = window.picture
    bench.problem_panel.kind.chosen.emit(KINDS.index("network"))
    window.settle()
    assert bench.document.undo_label == "kind of problem"
    bench.document.undo()
    window.settle()
    after = window.picture
    assert isinstance(after.task, SurfaceTask) and after.update == 40 and after.experiment == before.experiment
    assert [run.shown.loss for run in after.runs] == [run.shown.loss for run in before.runs]
    bench.document.redo()
    window.settle()
    assert window.picture.kind == "network" and bench.problem_panel.panels["network"].isVisible()


def test_rewinding_to_the_best_weights(open_window):
    window = open_window(new_network("circle", [new_run("adam", learning_rate=0.3, batch=10)], (3,)))
    window.advance(500)
    best = window.run("adam").best
    assert best is not None and best.update < 500
    window.bench.runs_panel.rows[0].rewound.emit(best.update)
    window.settle()
    assert window.update == best.update
    assert (window.run("adam").shown.theta == best.theta).all()
