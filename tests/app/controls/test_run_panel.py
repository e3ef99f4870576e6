"""The settings of the selected run: every control works on what the engine declares."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QApplication, QMenu, QPushButton

from app.controls.run_panel import RunPanel
from app.look.theme import DARK
from engine import (
    BATCHES,
    OPTIMIZERS,
    ORDERS,
    PROBLEMS,
    SCHEDULES,
    Session,
    experiment_on,
    formula,
    layers_with_rates,
    new_experiment,
    new_network,
    new_run,
)
from tests.each import each

STEP = {"kind": "step", "interval": 60}
KINDS = [("optimizer", key) for key in OPTIMIZERS] + [("schedule", key) for key in SCHEDULES]


def session(**settings) -> Session:
    return Session(new_experiment("rosenbrock", [new_run(settings.pop("optimizer", "adam"), **settings)], updates=100))


@pytest.fixture
def panel(show_in_column):
    made = show_in_column(RunPanel(DARK))
    made.told = []
    made.tweaked.connect(lambda *values: made.told.append(values))
    made.settled.connect(lambda: made.told.append("settled"))
    made.refresh(session().picture().runs[0], 100)
    assert made.told == []
    return made


@each("part, key", KINDS)
def test_every_choice_shows_its_knobs_and_its_mathematics(panel, fits, part, key):
    run = session(**{part: key}).picture().runs[0]
    for more in (panel.optimizer_more, panel.schedule_more):
        more.open(False)  # of the case before
    panel.renew()
    panel.refresh(run, 100)
    shown = getattr(panel, part)
    entry = {"optimizer": OPTIMIZERS, "schedule": SCHEDULES}[part][key]
    also = [] if part == "optimizer" else ["warmup", "warmup_start"]
    assert shown.chooser.key == key and list(shown.knobs.knobs) == [*(knob.name for knob in entry.knobs), *also]
    assert shown.chooser.isVisible() is (key != "constant")
    for more in (panel.optimizer_more, panel.schedule_more):
        more.open()
    if part == "optimizer":
        assert panel.rule.lines.text().count("<p") == len(formula(key))
        assert panel.rule.source.text() == entry.source
    else:
        assert panel.formula.text() == entry.formula and entry.summary[:20] in panel.formula.toolTip()
    fits(panel)
    assert panel.told == []


def test_a_switch_decides_how_the_rule_reads(panel):
    panel.refresh(session(bias_correction=False).picture().runs[0], 100)
    off = panel.rule.lines.text()
    panel.refresh(session(bias_correction=True).picture().runs[0], 100)
    assert "where" not in off + panel.rule.lines.text() and off != panel.rule.lines.text()


def test_the_rule_folds_away(panel, qtbot):
    assert panel.rule.lines.isVisible()
    qtbot.mouseClick(panel.rule.header, Qt.MouseButton.LeftButton)
    assert not panel.rule.lines.isVisible() and not panel.rule.source.isVisible()


def test_more_names_what_is_behind_it_and_never_what_has_a_value_of_its_own(panel):
    more = panel.optimizer_more
    assert more.titles[:4] == ["beta1", "beta2", "weight decay", "clip norm"] and more.count == len(more.titles) == 13
    assert more.header.text() == "More (13)" and "weight decay, clip norm" in more.header.toolTip()
    panel.refresh(session(weight_decay=0.5, l1=0.25, clip_norm=2.0).picture().runs[0], 100)
    assert more.count == 10 and not {"weight decay", "l1", "clip norm"} & set(more.titles)
    assert all(panel.optimizer.knobs.knobs[name].isVisible() for name in ("weight_decay", "l1", "clip_norm"))


def test_a_knob_is_driven_from_its_menu(panel):
    knob = panel.optimizer.reveal("beta1")
    menu = knob.driver_menu()
    titles = [action.text() for action in menu.actions() if not action.isSeparator()]
    assert titles[0].startswith("None: beta1") and {SCHEDULES[key].title for key in SCHEDULES} - {"Constant"} <= {
        *titles
    }
    next(action for action in menu.actions() if action.text() == "Cosine").trigger()
    menu.close()
    assert panel.told == [("adam", "drive.optimizer.beta1", "cosine"), "settled"]
    assert "Right-click it to let a schedule drive the value" in knob.toolTip()
    assert "Right-click" not in panel.optimizer.knobs.knobs["bias_correction"].toolTip(), "a switch is no number"


def test_the_rate_of_a_layer_is_driven_from_its_menu(panel, fits):
    drive = {"rates.output": {"kind": "linear", "end_factor": 0.5, "length": 200}}
    made = Session(new_network("circle", [new_run("adam", drive=drive)]))
    made.advance(500)
    panel.refresh(made.picture().runs[0], 1000)
    hidden, output = (panel.layer_rates.knobs[f"rate of {title}"] for title in ("hidden 1", "output"))
    assert output.is_driven and output.drive.text() == "∿ 0.5" and not hidden.is_driven
    assert panel.driven.knobs["rates.output"].heading.text() == "Rate of output, 0.5 now"
    menu = hidden.driver_menu()
    next(action for action in menu.actions() if action.text() == "Cosine").trigger()
    menu.close()
    assert panel.told == [("adam", "drive.rates.hidden 1", "cosine"), "settled"]
    fits(panel)


@pytest.mark.parametrize("part", ["label", "slider", "symbol"])
def test_the_right_button_opens_the_menu_of_a_knob(panel, part):
    knob = panel.optimizer.reveal("beta2")
    widget = getattr(knob, part)
    at = widget.rect().center()
    asked = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, widget.mapToGlobal(at))
    QApplication.sendEvent(widget, asked)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu) and "Cosine" in [action.text() for action in menu.actions()]
    menu.close()
    assert panel.told == []


def test_the_menu_of_a_knob_is_that_of_the_run_it_was_opened_for(panel):
    def asked() -> QMenu:
        knob = panel.optimizer.reveal("beta2")
        at = knob.rect().center()
        place = knob.mapToGlobal(at)
        QApplication.sendEvent(knob, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, place))
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu)
        return menu

    run, menu = session().picture().runs[0], asked()
    panel.refresh(run, 100)
    assert menu.isVisible()
    panel.refresh(replace(run, settings=replace(run.settings, id="2"),
                          shown=replace(run.shown, settings=replace(run.settings, id="2"))), 100)  # fmt: skip
    assert not menu.isVisible()
    menu = asked()
    panel.refresh(session(optimizer="momentum").picture().runs[0], 100)
    assert not menu.isVisible() and panel.told == []


def test_what_drives_a_knob_is_shown_beside_it_and_among_the_schedules(panel, fits):
    made = session(
        batch=20, drive={"optimizer.beta1": {"kind": "linear", "end_factor": 0.5, "length": 200}, "batch.size": STEP}
    )
    made.advance(500)
    panel.refresh(made.picture().runs[0], 1000)
    knob = panel.optimizer.knobs.knobs["beta1"]
    assert knob.drive.isVisible() and knob.drive.text() == "∿ 0.675" and "Linear" in knob.drive.toolTip()
    assert "Driven by the schedule Linear" in knob.toolTip() and knob.value == 0.9
    assert panel.batch_knobs.knobs["size"].drive.text() == "∿ 10"
    assert not panel.optimizer.knobs.knobs["beta2"].drive.isVisible()
    size, beta1 = (panel.driven.knobs[path] for path in ("batch.size", "optimizer.beta1"))
    assert size.heading.text() == "Batch size, 10 now" and beta1.heading.text() == "Beta1, 0.675 now"
    assert beta1.panel.chooser.key == "linear" and beta1.panel.knobs.knobs["end_factor"].value == 0.5
    fits(panel)
    beta1.panel.knobs.knobs["end_factor"].changed.emit("end_factor", 0.25)
    beta1.panel.chooser.chosen.emit("constant")
    assert panel.told == [
        ("adam", "drive.optimizer.beta1.end_factor", 0.25), ("adam", "drive.optimizer.beta1", "constant"), "settled",
    ]  # fmt: skip
    made.tweak("adam", "drive.optimizer.beta1", "constant")
    panel.refresh(made.picture().runs[0], 1000)
    assert list(panel.driven.knobs) == ["batch.size"] and not knob.drive.isVisible()
    made.tweak("adam", "drive.batch.size", "constant")
    panel.refresh(made.picture().runs[0], 1000)
    assert not panel.driven.isVisible()


def test_clipping_is_not_offered_where_it_is_refused(panel):
    panel.refresh(session(optimizer="sam").picture().runs[0], 100)
    knobs = panel.optimizer.knobs.knobs
    for name in ("clip_norm", "clip_value"):
        assert not knobs[name].isEnabled() and "Not here: its step computes a second gradient" in knobs[name].toolTip()
    assert knobs["weight_decay"].isEnabled()
    panel.refresh(session().picture().runs[0], 100)
    assert panel.optimizer.knobs.knobs["clip_norm"].isEnabled()


def test_a_knob_is_a_tweak_of_this_run(panel, qtbot):
    field = panel.optimizer.reveal("beta1").field
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "0.5")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert panel.told == [("adam", "optimizer.beta1", 0.5), "settled"]


def test_another_batch_type(panel, qtbot):
    buttons = panel.batch.findChildren(QPushButton)
    assert [button.text() for button in buttons] == [entry.title for entry in BATCHES.values()]
    qtbot.mouseClick(buttons[1], Qt.MouseButton.LeftButton)
    assert panel.told == [("adam", "batch", "mini"), "settled"]
    panel.refresh(session(batch="mini").picture().runs[0], 100)
    assert list(panel.batch_knobs.knobs) == ["size"] and panel.batch.place == 1 and not panel.epoch.isVisible()


def learner(**settings):
    return Session(new_network("circle", [new_run("sgd", **settings)], (2,))).picture().runs[0]


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"batch": 10}, "250 training examples: 25 updates per epoch"),
        ({"batch": 40}, "250 training examples: 7 updates per epoch, the last with 10"),
        ({"batch": 40, "order": "replaced"}, "250 training examples: 7 updates per epoch"),
        ({"batch": 999}, "250 training examples: 1 update per epoch"),
        ({"batch": "full"}, "250 training examples: 1 update per epoch"),
        ({"batch": "single"}, "250 training examples: 250 updates per epoch"),
    ],
)
def test_a_network_is_told_what_an_epoch_is(panel, fits, settings, told):
    panel.refresh(learner(**settings), 100, 250)
    assert panel.epoch.isVisible() and panel.epoch.text() == told
    fits(panel)


def test_the_order_of_the_examples_is_for_networks(panel, qtbot):
    panel.refresh(learner(batch=10, order="fixed"), 100, 250)
    order = panel.batch_knobs.reveal("order")
    buttons = order.options.buttons.findChildren(QPushButton)
    assert [button.isChecked() for button in buttons] == [option == "fixed" for option in ORDERS]
    qtbot.mouseClick(buttons[2], Qt.MouseButton.LeftButton)
    assert panel.told == [("sgd", "batch.order", "replaced"), "settled"]
    panel.refresh(learner(batch=10, order="fixed"), 100, 0)
    assert list(panel.batch_knobs.knobs) == ["size"]


def test_the_preview_tells_where_the_rate_goes(panel):
    run = session(learning_rate=0.5, schedule="cosine", schedule_knobs={"length": 100}).picture().runs[0]
    panel.refresh(run, 100)
    assert "from 0.5" in panel.preview.toolTip() and panel.preview.accessibleDescription() == panel.preview.toolTip()


def test_what_is_half_typed_for_one_run_is_not_applied_to_another(panel, qtbot):
    """As when an undo takes the selected run away."""
    race = Session(new_experiment("rosenbrock", ["adam", new_run("adam")], updates=100))
    one, other = race.picture().runs
    panel.refresh(one, 100)
    for knob in (panel.rate, panel.optimizer.knobs.knobs["beta1"]):
        panel.refresh(one, 100)
        knob.field.setFocus()
        knob.field.selectAll()
        qtbot.keyClicks(knob.field, "0.25")
        panel.refresh(other, 100)
        knob.field.clearFocus()
        assert panel.told == [] and knob.field.text() in ("0.001", "0.9")


def test_layers_have_rates_of_their_own_where_there_are_several(panel):
    before = panel.optimizer_more.count
    runs = [new_run("adam", rates={"output": 0.5}), new_run("adam")]
    panel.refresh(Session(new_network("moons", runs, (4, 3))).picture().runs[0], 100, 100)
    assert list(panel.layer_rates.knobs) == ["rate of hidden 1", "rate of hidden 2", "rate of output"]
    assert panel.optimizer_more.titles[before:] == ["rate of hidden 1", "rate of hidden 2"]
    output = panel.layer_rates.knobs["rate of output"]
    assert output.isVisible() and output.value == 0.5, "it differs from its default"
    panel.optimizer_more.open()
    panel.layer_rates.knobs["rate of hidden 2"].changed.emit("rate of hidden 2", 0.0)
    assert panel.told == [("adam", "rates.hidden 2", 0.0)]
    panel.refresh(session().picture().runs[0], 100)
    assert not panel.layer_rates.knobs and panel.optimizer_more.count == before


@pytest.mark.parametrize("key", PROBLEMS)
def test_only_rates_that_a_run_takes_are_offered(panel, key):
    """Not those of what is measured part by part, such as clusters, which are no layers."""
    race = Session(experiment_on(PROBLEMS[key].offers[0].make(), ["adam"]))
    (run,) = race.picture().runs
    panel.refresh(run, 100, 100)
    panel.optimizer_more.open()
    for knob in list(panel.layer_rates.knobs.values()):
        knob.changed.emit(knob.hyper.name, 0.5)
    assert [setting for _, setting, _ in panel.told] == [
        f"rates.{title}" for title in layers_with_rates(race.problem.task)
    ]
    for id, setting, rate in panel.told:
        race.tweak(id, setting, rate)
