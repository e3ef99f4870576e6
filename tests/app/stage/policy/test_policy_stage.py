"""The stage of a policy: the episode that is played, and the views of the policy."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRect
from PySide6.QtWidgets import QAbstractButton, QWidget

from app.look.theme import DARK, LIGHT
from app.stage.policy.player import HELD, PATIENCE, Player
from app.stage.policy.policy_stage import PolicyStage
from app.stage.policy.scenes import SCENES
from engine import ENVIRONMENTS, Session, new_policy, new_run, snapshot_of

VIEWS = {"bandit": "arms", "corridor": "corridor", "grid": "grid", "cart_pole": "map"}


class Shown:
    """A stage with the policy of an environment."""

    def __init__(self, qtbot, environment: str, theme=DARK, size=(560, 620), updates: int = 5, **settings) -> None:
        runs = [new_run("sgd", learning_rate=0.05), new_run("adam")]
        self.session = Session(new_policy(environment, runs, **settings))
        self.session.advance(updates)
        self.window, self.stage = QWidget(), PolicyStage(theme)
        qtbot.addWidget(self.window)
        self.stage.setParent(self.window)
        self.stage.setGeometry(0, 0, *size)
        self.window.resize(*size)
        with qtbot.waitExposed(self.window):
            self.window.show()
        self.refresh()

    def refresh(self, run: str = "sgd") -> None:
        picture = self.session.picture()
        self.stage.refresh(picture)
        theta = self.session.run(run).machine.theta
        snapshot = snapshot_of(picture.problem, theta, self.stage.queries(), run, picture.update)
        self.stage.show_snapshot(snapshot)

    @property
    def view(self):
        return self.stage.current


def test_every_environment_has_a_scene_and_a_view():
    assert SCENES.keys() == VIEWS.keys() == set(ENVIRONMENTS)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
@pytest.mark.parametrize("environment", VIEWS)
def test_the_policy_stands_beside_an_episode_in_every_size(qtbot, environment, theme):
    shown = Shown(qtbot, environment, theme)
    stage = shown.stage
    tabs = [stage.tabs.tabText(place) for place in range(stage.tabs.count()) if stage.tabs.isTabVisible(place)]
    assert VIEWS[environment] == shown.view.KEY and tabs == [shown.view.TITLE]
    assert "policy at update 5" in stage.episode.caption.text() and shown.view.describe()
    for size in ((300, 470), (620, 350), (900, 700)):
        shown.window.resize(*size)
        stage.setGeometry(0, 0, *size)
        stage.grab()
        least = stage.minimumSizeHint()
        assert least.width() <= size[0] and least.height() <= size[1]
        for view in (stage.episode, shown.view):
            assert stage.rect().contains(QRect(view.mapTo(stage, QPointF().toPoint()), view.size()))
            for button in view.findChildren(QAbstractButton):
                if button.isVisible():
                    assert view.rect().contains(QRect(button.mapTo(view, QPointF().toPoint()), button.size()))


def test_the_episode_goes_with_the_training_and_stops_with_it(qtbot):
    shown = Shown(qtbot, "cart_pole")
    episode = shown.stage.episode
    assert not episode.is_animated and episode.player.at == 0.0
    shown.stage.set_playing(True)
    assert episode.is_animated
    qtbot.waitUntil(lambda: episode.player.at > 1.0)
    shown.stage.set_playing(False)
    at = episode.player.at
    assert not episode.is_animated and at == int(at) >= 1
    qtbot.wait(60)
    assert episode.player.at == at
    episode.animated.click()
    assert episode.is_animated, "its own button starts it again"
    shown.stage.companion_button.toggle()
    assert not episode.is_animated, "nobody sees it"


def test_an_episode_is_played_to_its_end_and_then_the_newest():
    player, episodes = Player(), []
    session = Session(new_policy("cart_pole", [new_run("adam", learning_rate=0.05)]))
    for update in (0, 50, 100):
        session.advance(update - session.update)
        episodes.append(session.problem.subject.played(session.runs[0].machine.theta, 0))
    assert player.go_on(1.0, 10.0) is False
    for episode, update in zip(episodes, (0, 50, 100), strict=True):
        player.offer(episode, update)
    assert player.episode is episodes[0] and player.at == 0.0
    assert player.go_on(0.25, 20.0) and player.step == 5
    assert player.go_on(3.0, 20.0) and player.step == episodes[0].length
    assert player.go_on(0.5 * HELD, 20.0) is False and player.episode is episodes[0]
    assert player.go_on(HELD, 20.0) and player.episode is episodes[2] and player.update == 100
    assert player.at == 0.0
    player.offer(episodes[0], 150)
    assert player.go_on(0.9 * PATIENCE, 0.1) and player.update == 100
    assert player.go_on(0.2 * PATIENCE, 0.1) and player.update == 150, "it takes too long"


def test_another_seed_asks_for_another_episode(qtbot):
    shown = Shown(qtbot, "cart_pole")
    episode = shown.stage.episode
    before = episode.player.episode
    with qtbot.waitSignal(shown.stage.wanted_changed):
        episode.other.click()
    shown.refresh()
    assert not np.array_equal(episode.player.episode.states[0], before.states[0])
    kept = shown.stage.view()
    assert kept["policy_episode_seed"] == 1 and kept["policy_view"] == "map"
    other = Shown(qtbot, "cart_pole")
    again = other.stage
    again.apply_view(kept)
    assert again.episode.seed == 1
    again.apply_view({**kept, "policy_episode_seed": "many", "policy_map_up": "angle"})
    assert again.episode.seed == 1 and again.views["map"].wanted.up == "turning"


def test_of_another_environment_nothing_is_left(qtbot):
    shown = Shown(qtbot, "grid", method="actor_critic")
    late = shown.stage._snapshot
    shown.session = Session(new_policy("corridor", ["sgd"]))
    shown.stage.refresh(shown.session.picture())
    shown.stage.show_snapshot(late)
    shown.stage.grab()
    assert shown.view.KEY == "corridor" and shown.view.describe() == ""
    shown.refresh()
    assert "right with probability 0.05" in shown.view.caption.text()
    assert [run[2] for run in shown.view.plot.runs] == pytest.approx([0.05])


def test_the_grid_tells_values_and_probabilities(qtbot):
    shown = Shown(qtbot, "grid", method="actor_critic", updates=0)
    view = shown.view
    assert view.values.isVisible() and "the critic says 0" in view.caption.text()
    told = [text for text, _ in view.read(5, 0)]
    assert told[0] == "up 0.25, right 0.25, down 0.25, left 0.25" and told[2] == "the critic says 0"
    view.apply_view({"policy_grid_values": "learned"})
    assert (view.shown_values[np.isfinite(view.shown_values)] == 0.0).all()
    plain = Shown(qtbot, "grid", updates=0)
    assert not plain.view.values.isVisible() and len(plain.view.read(5, 0)) == 2


def test_the_map_is_over_two_numbers_that_differ(qtbot):
    shown = Shown(qtbot, "cart_pole")
    view = shown.view
    with qtbot.waitSignal(view.wanted_changed):
        view.across.setCurrentText("turning")  # in whatever way it is chosen
    assert view.wanted.across == "turning" != view.wanted.up
    for name in view.wanted.NAMES:
        view.up.setCurrentText(name)
        assert view.wanted.up == name != view.wanted.across
    view.apply_view({"policy_map_across": view.wanted.up, "policy_map_up": view.wanted.across})
    view.up.setCurrentText("turning")
    shown.refresh()
    assert "right with probability" in view.plot.read(0.0, 0.0) and view.plot.read(99.0, 0.0) == ""


def test_a_run_that_has_diverged_is_told(qtbot):
    shown = Shown(qtbot, "grid", method={"kind": "reinforce", "baseline": "value"}, value_rate=1000.0, longest=10)
    shown.session.tweak("sgd", "learning_rate", 1e12)
    shown.session.advance(300)
    assert shown.session.run("sgd").status == "diverged"
    shown.refresh()
    shown.stage.grab()
    assert "diverged: last finite state" in shown.view.caption.text()
    assert "diverged" in shown.stage.episode.caption.text()
