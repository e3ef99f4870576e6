"""A policy in the real window: it learns while an episode is played, and is steered."""

from __future__ import annotations

import pytest

from app.window.problem_switch import blank
from engine import new_policy, new_run, offer_of


@pytest.fixture
def learning(used_window):
    runs = [new_run("sgd", learning_rate=0.3), new_run("adam")]
    return used_window(new_policy("grid", runs, method="actor_critic", episodes=2))


def test_the_episode_is_played_while_it_learns_and_stands_still_in_a_pause(learning):
    stage = learning.bench.shown_stage
    assert stage.objectName() == "policy_stage" and "path" not in stage.views.made
    learning.until(lambda: stage.episode.player.episode is not None)
    assert not stage.episode.is_animated and stage.episode.player.update == 0
    learning.play(20)
    learning.until(lambda: stage.episode.is_animated)
    learning.pause()
    learning.until(lambda: not stage.episode.is_animated)
    learning.until(lambda: stage.episode.player.update == learning.picture.update)
    assert stage.current.KEY == "grid" and stage.current.seen is not None
    transport = learning.bench.transport
    assert "epoch" not in transport.place.text()
    assert learning.bench.run_panel.epoch.text() == "an update plays 2 episodes"
    assert {"return", "gain", "entropy"} <= set(learning.bench.curves.cards)


def test_a_setting_changes_live_and_another_environment_begins_again(learning):
    learning.advance(10)
    learning.let_changes_apply(from_start=False)
    panel = learning.bench.problem_panel.panels["policy"]
    learning.type(panel.knobs.reveal("discount").field, "0.5")
    learning.settle()
    assert learning.picture.task.discount == 0.5 and learning.picture.update >= 10
    panel.parts["environment"].chooser.chosen.emit("corridor")
    learning.settle()
    assert learning.picture.task.environment.kind == "corridor" and learning.picture.update == 0
    learning.until(lambda: learning.bench.shown_stage.current.KEY == "corridor")
    learning.advance(3)
    learning.until(lambda: learning.bench.shown_stage.current.describe() != "")


def test_it_is_begun_with_from_the_menu(used_window):
    window = used_window(blank("policy"))
    window.advance(2)
    assert offer_of(window.picture.task).key == "policy" and window.picture.runs[0].history.updates == 2
