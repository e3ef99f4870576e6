"""Branching and scrubbing in the real window: what is offered, shown and taken back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from engine import Experiment, Origin, new_experiment, new_network, new_run
from tests.app.conftest import Window


@pytest.fixture
def opened(qtbot):
    """Open windows."""
    windows = []

    def open(experiment: Experiment) -> Window:
        windows.append(Window(qtbot, experiment))
        windows[-1].settle()
        return windows[-1]

    yield open
    for window in windows:
        window.shell.close()


@pytest.fixture
def window(opened):
    runs = [new_run("adam", learning_rate=0.02), new_run("momentum", learning_rate=1e-4)]
    made = opened(new_experiment("himmelblau", runs, updates=0))
    made.advance(200)
    return made


def scrubbed(window, update: int) -> None:
    window.bench.controller.scrub(update)
    window.until(lambda: window.picture.cursor == update and window.bench.controller.shown is window.published)


def test_a_branch_leaves_the_selected_run_at_the_update_that_is_shown(window, qtbot):
    bench = window.bench
    assert not bench.transport.branch.isEnabled()
    scrubbed(window, 120)
    assert bench.transport.branch.isEnabled()
    qtbot.mouseClick(bench.transport.branch, Qt.MouseButton.LeftButton)
    window.settle()
    assert [run.id for run in window.picture.runs] == ["adam", "adam-2", "momentum"]
    branch = window.run("adam-2")
    assert branch.origin == Origin("adam", 120) and branch.begins == 120 and branch.update == 200
    assert bench.controller.selected == "adam-2" and window.picture.cursor is None
    window.type(bench.run_panel.rate.field, "0.1")  # in a pause it holds from its start: where it branched
    window.settle()
    branch = window.run("adam-2")
    assert [(tweak.update, tweak.value) for tweak in branch.tweaks] == [(120, 0.1)]
    assert branch.name == "Adam, η = 0.02 → 0.1" and branch.origin == Origin("adam", 120) and branch.update == 200
    line = bench.runs_panel.rows[1]
    assert line.detail.text() == "at 120 · η = 0.02 → 0.1"
    assert line.swatch.x() > bench.runs_panel.rows[0].swatch.x()
    for curve in (card.view for card in bench.curves.cards.values()):
        line = next(line for line in curve.model.lines if line.run.id == "adam-2")
        assert line.numbers()[0][0] == 120 and line.branching[0] == 120
    for _ in range(2):
        bench.document.undo()
        window.settle()
    assert [run.id for run in window.picture.runs] == ["adam", "momentum"]
    bench.document.redo()
    window.settle()
    assert window.run("adam-2").origin == Origin("adam", 120)


def test_a_setting_changed_in_the_past_offers_a_branch_and_changes_nothing_else(window):
    bench, controller = window.bench, window.bench.controller
    controller.tweak("adam", "learning_rate", 0.05)
    window.settle()
    window.advance(100)
    before = window.picture.experiment
    scrubbed(window, 150)
    assert float(bench.run_panel.rate.field.text()) == 0.02, "as it was then"
    window.type(bench.run_panel.rate.field, "0.1")
    (offer,) = bench.offers.waiting
    assert "Update 150 is shown" in offer.text.text() and "η 0.02 → 0.1" in offer.text.text()
    controller.tweak_parameter("adam", 0, 0.5)
    (offer,) = bench.offers.waiting
    assert "η 0.02 → 0.1" in offer.text.text() and "x" in offer.text.text()
    offer.buttons["Not now"].click()
    assert not bench.offers.waiting and window.picture.experiment == before
    assert float(bench.run_panel.rate.field.text()) == 0.02
    window.type(bench.run_panel.rate.field, "0.1")
    controller.scrub(None)
    window.until(lambda: window.picture.cursor is None)
    window.settle()
    assert not bench.offers.waiting, "the past is no longer shown"
    assert float(bench.run_panel.rate.field.text()) == 0.05
    scrubbed(window, 150)
    window.type(bench.run_panel.rate.field, "0.1")
    controller.branch_selected()  # B
    window.settle()
    branch = window.run("adam-2")
    assert branch.origin == Origin("adam", 150) and not bench.offers.waiting
    assert [(tweak.update, tweak.value) for tweak in branch.tweaks] == [(150, 0.1)]
    assert window.run("adam").tweaks == before.runs[0].tweaks


def test_a_change_that_the_run_cannot_have_there_is_not_proposed(opened):
    """A control may still show what the run has by now, a moment after its past is shown."""
    full = new_run("adam", learning_rate=0.02)
    window = opened(new_network("circle", [full], (3,)))
    bench, controller = window.bench, window.bench.controller
    window.advance(50)
    controller.tweak("adam", "batch", "mini")
    window.settle()
    window.advance(20)
    said, before = [], window.picture.experiment
    scrubbed(window, 30)
    bench.toast.said.connect(lambda _, sentence, __: said.append(sentence))
    bench.run_panel.tweaked.emit("adam", "batch.size", 20)
    window.settle()
    assert controller.proposal is None and not bench.offers.waiting and "size" in said[-1]
    assert window.picture.experiment == before and bench.run_panel.batch.place == 0, "what it had then"
    bench.run_panel.tweaked.emit("adam", "learning_rate", 0.1)
    bench.run_panel.tweaked.emit("adam", "batch.size", 20)
    (offer,) = bench.offers.waiting
    assert "η 0.02 → 0.1 from then on" in offer.text.text(), "what was proposed before is still"


def test_a_branch_is_no_longer_proposed_once_that_past_is_another(window):
    bench, controller = window.bench, window.bench.controller
    scrubbed(window, 150)
    window.type(bench.run_panel.rate.field, "0.1")
    controller.tweak("adam", "visible", False)
    controller.tweak("momentum", "name", "Heavy")
    window.settle()
    assert controller.proposal is not None and len(bench.offers.waiting) == 1, "how runs look makes no difference"
    controller.choose_effect(True)
    controller.change_problem({"noise": 1.0})
    controller.settle()
    window.settle()
    assert window.picture.cursor == 150 and window.run("adam").shown.problem.task.noise == 1.0
    assert controller.proposal is None and not bench.offers.waiting
    assert float(bench.run_panel.rate.field.text()) == 0.02
    window.type(bench.run_panel.rate.field, "0.1")
    controller.remove_run("adam")
    window.settle()
    assert controller.proposal is None and not bench.offers.waiting


def test_nothing_is_done_to_a_run_that_has_taken_other_parameters_since_it_was_seen(opened):
    window = opened(new_network("circle", [new_run("sgd"), new_run("adam")], (3,)))
    controller, said = window.bench.controller, []
    window.bench.toast.said.connect(lambda _, sentence, __: said.append(sentence))
    window.advance(40)
    controller.tweak("adam", "own.hidden", [{"units": 9}])
    controller.branch("adam", 10)  # of the one that is still on screen
    controller.tweak_parameter("adam", 2, 0.5)
    window.settle()
    window.until(lambda: window.run("adam").update == 40)
    assert [run.id for run in window.picture.runs] == ["sgd", "adam"]
    assert "no branch was made" in said[-1] and not window.run("adam").tweaks
    assert controller.selected == "sgd"
    controller.tweak_parameter("adam", 2, 0.5)  # by its place in the other network, which is on screen
    window.settle()
    assert not window.run("adam").tweaks


def test_a_remedy_of_a_run_that_has_gone_takes_no_other_back(opened):
    window = opened(new_experiment("rosenbrock", [new_run("sgd", learning_rate=10.0), new_run("adam")], updates=0))
    window.advance(30)
    controller, said = window.bench.controller, []
    window.bench.toast.said.connect(lambda _, sentence, __: said.append(sentence))
    before = window.run("adam")
    assert window.run("sgd").slower_rate is not None
    controller.remove_run("sgd")
    controller.remedy("sgd", "slower")  # of the row that is still on screen
    window.settle()
    (after,) = window.picture.runs
    assert "there is no run 'sgd'" in said[-1]
    assert after.update == before.update and (after.shown.theta == before.shown.theta).all()


def test_a_change_of_the_problem_is_of_the_run_whose_problem_is_on_screen(opened):
    """Another one may have been selected, or added, that is not shown yet."""
    window = opened(new_network("circle", [new_run("sgd"), new_run("adam")], (3,)))
    controller, panel = window.bench.controller, window.bench.problem_panel
    controller.tweak("adam", "own.hidden", [{"units": 9}])
    controller.select("adam")
    window.settle()
    window.until(lambda: window.picture.run_task.hidden[0].units == 9)
    window.settle()  # its panel comes frames after its picture
    for id, units in (("sgd", 8), ("adam", 7)):
        controller.select(id)  # the panel is still that of Adam, and after that of the other
        panel.changed.emit({"hidden": [{"units": units}]})
        window.settle()
        window.until(lambda id=id: window.bench.controller.shown.picture.has_own == (id == "adam"))
        window.settle()
    assert window.picture.task.hidden[0].units == 7, "that of all runs was on screen"
    assert window.run("adam").shown.problem.task.hidden[0].units == 8, "its own was on screen"
    controller.duplicate_selected()
    panel.changed.emit({"hidden": [{"units": 6}]})
    window.settle()
    assert [run.shown.problem.task.hidden[0].units for run in window.picture.runs] == [7, 6, 8]


def test_the_problem_is_shown_as_it_was_and_a_change_from_here_on_shows_the_present(window):
    bench, controller = window.bench, window.bench.controller
    controller.choose_effect(False)
    controller.change_problem({"noise": 3.0})
    window.settle()
    window.advance(50)
    scrubbed(window, 100)
    window.settle()
    assert window.picture.task.noise == 0.0
    assert float(bench.problem_panel.panels["surface"].noise.reveal("noise").field.text()) == 0.0
    said = []
    bench.toast.said.connect(lambda _, sentence, __: said.append(sentence))
    controller.change_problem({"noise": 1.0})
    window.settle()
    assert window.picture.cursor is None and window.picture.task.noise == 1.0
    assert "the newest update is shown" in said[0]


def test_curves_and_the_menu_of_a_run_offer_a_branch(window):
    bench = window.bench
    card = bench.curves.cards["loss"]
    bench.curves.set_cursor(80)
    card.menu.aboutToShow.emit()
    next(action for action in card.menu.actions() if action.text() == "Branch at update 80").trigger()
    window.settle()
    assert window.run("adam-2").origin == Origin("adam", 80)
    scrubbed(window, 60)
    row = bench.runs_panel.rows[-1]
    row.branched.emit(row.id, row.run.shown.update)
    window.settle()
    assert window.run("momentum-2").origin == Origin("momentum", 60)


def test_a_tree_of_branches_is_kept_in_a_file(window, tmp_path):
    controller = window.bench.controller
    controller.branch("adam", 150, {"learning_rate": 0.1})
    window.settle()
    controller.branch("adam-2", 180, {"optimizer": "sgd"})
    window.settle()
    before = window.current()
    path = tmp_path / "tree.toml"
    window.save_file(path)
    window.open_file(path)
    assert window.picture.experiment.runs == before.runs
    assert Experiment.from_dict(before.to_dict()).runs == before.runs
    assert [run.origin for run in window.picture.runs] == [
        None, Origin("adam", 150), Origin("adam-2", 180), None,
    ]  # fmt: skip


def test_stop_rules_are_those_of_the_moment_and_change_where_the_runs_stand(window):
    bench, controller = window.bench, window.bench.controller
    told = []
    controller.told.connect(told.append)
    controller.change_stop({"updates": 300})
    controller.settle()
    window.advance(50)
    controller.change_stop({"gradient_below": 1e-9})
    controller.settle()
    window.settle()
    knob = bench.stop_panel.knobs.reveal("updates")
    scrubbed(window, 120)
    assert knob.field.text() == "0", "none held then"
    scrubbed(window, 220)
    assert knob.field.text() == "300" and told == []
    scrubbed(window, 120)
    window.type(bench.stop_panel.knobs.reveal("updates").field, "400")
    window.until(lambda: window.picture.cursor is None)
    window.settle()
    rules = window.picture.experiment.stop
    assert (rules["updates"], rules["gradient_below"]) == (400, 1e-9), "the others stay as they are by now"
    assert "newest update is shown" in told[-1] and controller.proposal is None
    bench.document.undo()
    window.settle()
    assert window.picture.experiment.stop["updates"] == 300
