"""The problem panel of a policy."""

from __future__ import annotations

import pytest

from app.controls.policy.policy_panel import PolicyPanel
from app.look.theme import DARK
from engine import ENVIRONMENTS, Session, new_policy, new_run, problem_of
from engine.problems.policy.task import first_policy


@pytest.fixture
def panel(qtbot):
    made = PolicyPanel(DARK)
    qtbot.addWidget(made)
    return made


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_it_shows_what_means_something_in_the_environment(panel, environment):
    task = first_policy().having("environment", environment)
    panel.refresh(task, False)
    known = set(panel.knobs.knobs)
    assert ("hidden" in known) == bool(task.entry.features)
    assert ("longest" in known) == (not task.entry.one_step)
    assert "value_rate" not in known and ("weight_seed" in known) == (task.hidden > 0)
    assert set(panel.parts["environment"].knobs.knobs) == {knob.name for knob in task.entry.knobs}
    panel.refresh(task.having("method", "actor_critic"), True)
    assert "value_rate" in panel.knobs.knobs and list(panel.parts["method"].knobs.knobs) == ["lambda"]


def test_it_tells_the_settings_of_the_task(qtbot, panel):
    task = first_policy()
    panel.refresh(task, False)
    for control, name, value, setting in (
        (panel.knobs, "discount", 0.5, "discount"),
        (panel.knobs, "episode_seed", 3, "seed"),
        (panel.parts["method"], "baseline", "mean", "method.baseline"),
    ):
        with qtbot.waitSignal(panel.changed) as told:
            if control is panel.parts["method"]:
                control.knobs.changed.emit(name, value)
            else:
                control.changed.emit(name, value)
        assert told.args == [{setting: value}]
        assert problem_of(task.having(setting, value)) is not None
    with qtbot.waitSignal(panel.changed) as told:
        panel.parts["environment"].chooser.chosen.emit("grid")
    assert told.args == [{"environment": "grid"}]


def test_a_run_among_others_is_offered_a_method_of_its_own(qtbot, panel):
    session = Session(new_policy("grid", [new_run("sgd"), new_run("adam")]))
    panel.show_picture(session.picture())
    (switch,) = panel.own.knobs
    with qtbot.waitSignal(panel.changed) as told:
        panel.own.changed.emit(switch, True)
    assert told.args == [{"own": True}]
    session = Session(new_policy("grid", [new_run("sgd")]))
    panel.show_picture(session.picture())
    assert not panel.own.knobs
