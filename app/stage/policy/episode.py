"""Episode: the environment, animated, with the policy on screen acting in it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QRectF, QSize, Qt, QTimer
from PySide6.QtGui import QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from app.look.number_format import number
from app.stage.policy.player import Player
from app.stage.policy.policy_view import PolicyView
from app.stage.policy.scenes import SCENES
from app.widgets.button_row import ButtonRow, toggle
from app.widgets.elided import ElidedLabel
from engine import RUNNING, Played

if TYPE_CHECKING:
    from app.look.theme import Theme
    from app.stage.policy.scene import Scene
    from engine import Episode, Query

FRAME = 16  # milliseconds
LONGEST_FRAME = 0.1  # seconds that pass for it at most, however long the window was busy
SPEEDS = {
    "slow": ("¼×", "A quarter of the usual speed"),
    "usual": ("1×", "The usual speed; a pole falls as fast as a real one"),
    "fast": ("4×", "Four times the usual speed"),
}
FACTORS = {"slow": 0.25, "usual": 1.0, "fast": 4.0}
MOST_SEEDS = 1000
WAITING = "The first episode is on its way"


class _Canvas(QWidget):
    """Where the scene is painted."""

    def __init__(self, owner: EpisodeView) -> None:
        super().__init__()
        self._owner = owner
        self.setMinimumSize(140, 90)
        self.setAccessibleName("Environment")

    def sizeHint(self) -> QSize:
        return QSize(420, 260)

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self._owner.paint(painter, QRectF(self.rect()))


class EpisodeView(PolicyView):
    """Plays one episode after the other, each with the newest policy and the same random numbers, while training plays.

    A pause stops it; its own button starts and stops it at any time.
    """

    KEY = "episode"
    TITLE = "Episode"
    TIP = "An episode played with the policy as it is now, always with the same random numbers"
    TIER = "basic"
    ASKS = (Played,)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.player = Player()
        self.seed = 0
        self._session_plays = False
        self._last = 0.0
        self._offered: Episode | None = None
        self.canvas = _Canvas(self)
        self.caption = ElidedLabel()
        self.caption.setObjectName("muted")
        self.animated = toggle(
            "episode_animated", "Animate", "Animate the episode", "Let the episode go on, or stop it"
        )
        self.speed = ButtonRow("episode_speed", "Speed of the episode", SPEEDS)
        self.speed.choose("usual")
        self.other = QToolButton()
        self.other.setObjectName("episode_other")
        self.other.setText("Next seed")
        self.other.setAccessibleName("Next seed of the episode")
        self.other.setToolTip("Play the episode with other random numbers")
        self._timer = QTimer(self)
        self._timer.setInterval(FRAME)
        self._lay_out()
        self._wire()

    def _wire(self) -> None:
        self.animated.toggled.connect(self._run_timer)
        self.other.clicked.connect(self._choose_other)
        self._timer.timeout.connect(self._go_on)

    def queries(self) -> frozenset[Query[Any]]:
        return frozenset({Played(self.seed)})

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.canvas.update()

    def set_playing(self, playing: bool) -> None:
        """Training plays, or rests: the animation goes with it. One that ends by itself leaves it going."""
        if playing == self._session_plays:
            return
        self._session_plays = playing
        runs = self.picture.runs if self.picture is not None else ()
        if playing or any(run.status == RUNNING for run in runs):
            self.animated.setChecked(playing)
            if not playing:
                self.player.take_newest()  # what stands still is the policy that is shown elsewhere
                self._tell()

    @property
    def is_animated(self) -> bool:
        """Whether the episode goes on by itself."""
        return self._timer.isActive()

    @property
    def scene(self) -> Scene | None:
        agent = self.agent
        return SCENES.get(agent.environment.key) if agent is not None else None

    def begin(self) -> None:
        super().begin()
        if self.snapshot is None:
            self.player.clear()

    def show_answers(self) -> None:
        snapshot = self.snapshot
        episode = snapshot.answers.get(Played(self.seed)) if snapshot is not None else None
        if snapshot is not None and episode is not None and episode is not self._offered:
            self._offered = episode
            self.player.offer(episode, snapshot.update)
            if not self.is_animated:
                self.player.take_newest()
        self._tell()

    def reset_view(self) -> None:
        self.player.begin_again()
        self._tell()

    def describe(self) -> str:
        return f"{self.TITLE}: {self.caption.text()}." if self.player.episode is not None else ""

    def view(self) -> dict[str, Any]:
        return {"policy_episode_speed": self.speed.key, "policy_episode_seed": self.seed}

    def apply_view(self, view: Mapping[str, Any]) -> None:
        self.speed.choose(view.get("policy_episode_speed", "usual"))
        seed = view.get("policy_episode_seed", 0)
        if type(seed) is int and 0 <= seed < MOST_SEEDS:
            self.seed = seed

    def paint(self, painter: QPainter, area: QRectF) -> None:
        """Paint the scene as it is."""
        painter.fillRect(area, self.theme.panel)
        agent, scene, episode = self.agent, self.scene, self.player.episode
        if agent is None or scene is None or episode is None:
            painter.setPen(self.theme.muted)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, WAITING)
            return
        scene.draw(
            painter, area.adjusted(4.0, 4.0, -4.0, -4.0), self.theme, self.colour, agent, episode, self.player.at
        )

    # Time

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._run_timer()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def _run_timer(self) -> None:
        self._last = time.perf_counter()
        if self.animated.isChecked() and self.isVisible():
            self._timer.start()
        else:
            self._timer.stop()

    def _go_on(self) -> None:
        now = time.perf_counter()
        passed, self._last = min(now - self._last, LONGEST_FRAME), now
        scene = self.scene
        if scene is not None and self.player.go_on(passed, scene.RATE * FACTORS[self.speed.key]):
            self._tell()

    def _choose_other(self) -> None:
        self.seed = (self.seed + 1) % MOST_SEEDS
        self.player.clear()
        self._tell()
        self.wanted_changed.emit()

    def _tell(self) -> None:
        self.canvas.update()
        agent, scene, episode = self.agent, self.scene, self.player.episode
        if agent is None or scene is None or episode is None:
            self.caption.show_text(WAITING)
            return
        step = self.player.step
        told = float(episode.rewards[:step].sum())
        done = scene.words(agent, episode, step)
        parts = [f"policy at update {self.player.update:,}", f"step {step} of {episode.length}"]
        parts += [done] if done else []
        parts += [f"return {number(told, 4)}", *([self.warning] if self.warning else [])]
        self.caption.show_text(" · ".join(parts))

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.animated)
        row.addWidget(self.speed)
        row.addWidget(self.other)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.caption)
        column.addWidget(self.canvas, 1)
        column.addLayout(row)
