"""The transport bar: play, step, reset, speed, and the timeline."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.look.theme import Theme, icon
from app.widgets.slider import Slider
from app.widgets.title import Title
from app.workers.pace import MAX_SPEED
from app.workers.published import Published
from engine import BATCHES, DIVERGED, FINISHED, PROBLEMS, ProblemKind, kind_of

SPEEDS = (*(digit * 10.0**power for power in range(6) for digit in (1, 2, 5)), 1e6, MAX_SPEED)
DEFAULT_SPEED = 200.0
_TIMELINE_TICKS = 10_000
_SHORTEST_SLIDER, _SHORTEST_TEXT, _PLACE = 34, 26, 210  # pixels
_PLAY_WIDTH = 90  # pixels, for “Pause” with its sign
_SMALL = 12  # pixels of the font: two lines fit the height of a button


def short(number: float) -> str:
    """A compact count: 412 k, 3.1 M."""
    for limit, divisor, unit in ((1e4, 1.0, ""), (1e6, 1e3, " k"), (1e9, 1e6, " M")):
        if number < limit:
            scaled = number / divisor
            return f"{scaled:,.0f}{unit}" if scaled >= 100 or not unit else f"{scaled:.1f}{unit}"
    return f"{number / 1e9:.1f} G"


def _seeds(kind: ProblemKind) -> str:
    """What the button for new seeds says."""
    return f"{kind.seeds}  (N)"


def _per_second(rate: float, what: str) -> str:
    """`1 update/s`, `0.4 updates/s`, `412 k updates/s`."""
    text = short(rate) if rate >= 9.5 else f"{rate:.2g}"
    return f"{text} {what}{'s' * (text != '1')}/s"


def _examples_per_second(published: Published) -> float:
    """The examples per second of all running runs together."""
    total = 0.0
    for run in published.picture.runs:
        if run.status not in (FINISHED, DIVERGED):
            batch, examples = run.settings.batch, published.picture.examples
            total += BATCHES[batch.kind].size(batch.values, examples)
    return published.updates_per_second * total


class Transport(QWidget):
    """Buttons and sliders that only emit requests; `refresh` shows the actual state."""

    play_toggled = Signal()
    stepped = Signal()
    epoch_stepped = Signal()
    reset = Signal()
    seeds_renewed = Signal()
    explained = Signal()
    speed_changed = Signal(float)
    scrubbed = Signal(object)
    rewound = Signal(object)
    branched = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._note = self._kind = ""
        self._update = 0
        self._cursor: int | None = None
        self._face = ""  # what the button does
        self.play = QPushButton("Play")
        self.play.setObjectName("play")
        self.play.setProperty("kind", "accent")
        self.play.setToolTip("Play or pause; stop what is computed from its start  (Space)")
        self.play.setMinimumWidth(_PLAY_WIDTH)
        self.play.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.play.clicked.connect(self.play_toggled)
        self.step = self._button("step", "One update  (→)", self.stepped)
        self.epoch = self._button("epoch", "One epoch  (Shift + →)", self.epoch_stepped)
        self.restart = self._button(
            "reset", "Reset: restart all runs with the same seeds and settings  (R)", self.reset
        )
        self.seeds = self._button("seeds", _seeds(next(iter(PROBLEMS.values()))), self.seeds_renewed)
        self.explain = self._button("explain", "Explain: the update rule with its live numbers  (E)", self.explained)
        self.speed = Slider()
        self.speed.setObjectName("speed")
        self.speed.setRange(0, len(SPEEDS) - 1)
        self.speed.setPageStep(3)
        self.speed.setMinimumWidth(_SHORTEST_SLIDER)
        self.speed.setMaximumWidth(80)
        self.speed.setAccessibleName("speed")
        self.speed.setToolTip("Updates per second, from slow motion to maximum speed  (, and .)")
        self.speed.valueChanged.connect(lambda place: self.speed_changed.emit(SPEEDS[place]))
        self.speed_text = Title()
        self.speed_text.setObjectName("muted")
        self.speed_text.setMinimumWidth(_SHORTEST_TEXT)
        self.speed_text.setMaximumWidth(66)
        self.status = QLabel()
        self.status.setObjectName("status")
        font = self.status.font()
        font.setPixelSize(_SMALL)
        self.status.setFont(font)
        self.status.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.status.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.timeline = Slider()
        self.timeline.setObjectName("timeline")
        self.timeline.setRange(0, _TIMELINE_TICKS)
        self.timeline.setAccessibleName("timeline")
        self.timeline.setToolTip("Show any past update; play continues from the newest")
        self.timeline.valueChanged.connect(self._scrub)
        self.place = Title()
        self.place.setObjectName("muted")
        self.place.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.place.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.rewind = self._button("rewind", "Rewind: continue from the update shown", self._rewind)
        self.rewind.setEnabled(False)
        tip = "Branch here: let another run leave the selected one at the update shown  (B)"
        self.branch = self._button("branch", tip, self._branch)
        self.branch.setEnabled(False)
        self._lay_out()
        self.set_theme(theme)
        self.show_speed(DEFAULT_SPEED)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for button in (self.step, self.epoch, self.restart, self.seeds, self.explain, self.rewind, self.branch):
            button.setIcon(icon(button.objectName(), theme))
        self._face = ""

    def show_speed(self, speed: float) -> None:
        """Move the slider to the nearest speed without emitting."""
        with QSignalBlocker(self.speed):
            self.speed.setValue(min(range(len(SPEEDS)), key=lambda place: abs(SPEEDS[place] - speed)))
        texts = ("max speed", "max") if speed == MAX_SPEED else (f"{short(speed)} / s", short(speed))
        self.speed_text.show_texts(*texts)

    def set_note(self, note: str) -> None:
        """A message about background work, shown instead of the speed."""
        self._note = note

    def refresh(self, published: Published) -> None:
        picture = published.picture
        self._update, self._cursor = picture.update, picture.cursor
        face = "Pause" if published.playing else "Stop" if published.can_stop else "Play"
        if face != self._face:
            self._face = face
            self.play.setText(face)
            self.play.setIcon(icon("play" if face == "Play" else "pause", self._theme, on_accent=True))
        self.show_speed(published.speed)
        if picture.kind != self._kind:
            self._kind = picture.kind
            kind = kind_of(picture.task)
            self.seeds.setToolTip(_seeds(kind))
            self.status.setToolTip(kind.rates)
        shown = picture.update if picture.cursor is None else min(picture.cursor, picture.update)
        if not self.timeline.isSliderDown():
            with QSignalBlocker(self.timeline):
                self.timeline.setValue(round(_TIMELINE_TICKS * shown / picture.update) if picture.update else 0)
        self.timeline.setEnabled(picture.update > 0)
        for button in (self.rewind, self.branch):
            button.setEnabled(picture.cursor is not None and shown < picture.update)
        self.place.show_texts(*self._places(published, shown))
        self._fit_place()
        self.status.setText(self._status(published))

    def _places(self, published: Published, shown: int) -> tuple[str, ...]:
        """Where it stands, the longest version first."""
        picture = published.picture
        epoch = short(max(run.epoch for run in picture.runs))
        if picture.cursor is not None:
            return (f"{shown:,} of {picture.update:,}",)
        limit = picture.experiment.stop["updates"]
        place = f"update {picture.update:,}" + (f" / {limit:,}" if limit else "")
        kind = kind_of(picture.task)
        if kind.example and not kind.trains:  # what it plays is new in every update
            return (place,)
        return f"{place}  ·  epoch {epoch}", place

    def _status(self, published: Published) -> str:
        if published.replaying is not None:
            return f"computing … {published.replaying:.0%}"
        if self._note:
            return self._note
        picture = published.picture
        if published.playing:
            updates = _per_second(published.updates_per_second, "update")
            example = kind_of(picture.task).example
            return f"{updates}\n{_per_second(_examples_per_second(published), example)}" if example else updates
        return "ended" if all(run.status in (FINISHED, DIVERGED) for run in picture.runs) else "paused"

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the room of the place, however long its text is, so that the timeline does not tremble."""
        super().resizeEvent(event)
        self._fit_place()

    def _fit_place(self) -> None:
        wanted = max(_PLACE, self.place.wanted_width, self.place.width() if self._update else 0)
        self.place.setFixedWidth(max(min(wanted, self.width() // 2 - 30), 0))

    def _scrub(self, place: int) -> None:
        update = round(place * self._update / _TIMELINE_TICKS)
        self.scrubbed.emit(None if update >= self._update else update)

    def _rewind(self) -> None:
        if self._cursor is not None:
            self.rewound.emit(self._cursor)

    def _branch(self) -> None:
        if self._cursor is not None:
            self.branched.emit(self._cursor)

    def _button(self, name: str, tip: str, target: object) -> QToolButton:
        button = QToolButton()
        button.setObjectName(name)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setToolTip(tip)
        button.setAccessibleName(tip.partition(":")[0].partition("  ")[0])
        button.clicked.connect(target)
        return button

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(6)
        for widget in (self.play, self.step, self.epoch, self.restart, self.seeds, self.explain):
            top.addWidget(widget)
        top.addSpacing(8)
        top.addWidget(self.speed)
        top.addWidget(self.speed_text, 1)
        top.addWidget(self.status, 1)
        bottom = QHBoxLayout()
        bottom.setSpacing(6)
        bottom.addWidget(self.timeline, 1)
        bottom.addWidget(self.place)
        bottom.addWidget(self.rewind)
        bottom.addWidget(self.branch)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(top)
        column.addLayout(bottom)
