"""The window's commands to the training thread: frozen, and each with the method that carries it out there."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.workers.training import Focus, Training
from app.workers.undo_history import State
from engine import OWN, Experiment, RunRecord, Setting, SettingError, Task, Value, kind_of_edit

if TYPE_CHECKING:
    from app.workers.trials import Outcome

MAX_FOLLOWED = 100_000  # updates that are computed again in a pause without being asked for, on another surface
AT_ONCE, REDRAW = 0.02, 0.1  # seconds


class Command(ABC):
    """A request of the window."""

    @property
    def replaces(self) -> str:
        """A command with the same text here makes nothing of this one if it waits just behind it; empty is never."""
        return ""

    @property
    def patience(self) -> float:
        """Seconds for which a replay that it begins goes on before anything of it is shown."""
        return 0.0

    @property
    def is_urgent(self) -> bool:
        """Whether it interrupts even a replay that is to be shown whole."""
        return True

    @abstractmethod
    def carry_out(self, training: Training) -> None:
        """Do it, in the training thread. Raises SettingError, and then nothing has changed."""


@dataclass(frozen=True, slots=True)
class Edit(Command):
    """A command that changes the experiment.

    serial: its number among the edits of a window, counted from 1. gesture: what those in a row that belong together
    are called, if there are several: they are undone together.
    """

    serial: int = field(default=0, kw_only=True)
    gesture: str = field(default="", kw_only=True)

    @property
    def label(self) -> str:
        """What the undo menu calls it; empty for what cannot be undone."""
        return ""

    @property
    def key(self) -> str:
        """Edits in a row with one key are undone together; those without a key never are."""
        return ""

    def carry_out(self, training: Training) -> None:
        try:
            with training.editing(self.gesture or self.label, self.gesture or self.key):
                self.change(training)
        finally:
            training.serial = self.serial

    @abstractmethod
    def change(self, training: Training) -> None:
        """Change the session. Raises SettingError, and then nothing has changed."""


@dataclass(frozen=True, slots=True)
class Load(Edit):
    """Open the experiment of another document, paused, and replay it to an update. Undo takes the former one back."""

    experiment: Experiment
    document: int
    update: int = 0

    @property
    def label(self) -> str:
        return f"opening {self.experiment.title}"

    def change(self, training: Training) -> None:
        training.open(self.experiment, self.document, self.update)


@dataclass(frozen=True, slots=True)
class Replace(Edit):
    """Replace problem and runs, from update 0."""

    experiment: Experiment
    label: str

    def change(self, training: Training) -> None:
        training.restore(State(self.experiment, 0, training.document))
        training.begin_again()


@dataclass(frozen=True, slots=True)
class Undo(Edit):
    """Undo the last edit."""

    patience = AT_ONCE

    def change(self, training: Training) -> None:
        training.undo()


@dataclass(frozen=True, slots=True)
class Redo(Edit):
    """Redo what was undone last."""

    patience = AT_ONCE

    def change(self, training: Training) -> None:
        training.redo()


@dataclass(frozen=True, slots=True)
class TweakRun(Edit):
    """Change a setting of one run, or one of its parameters, from the current update on.

    from_start: from the start of the run instead, which is computed again up to where it stood. of: the task whose
    parameter it is; if one with another layout of theta has taken its place meanwhile, nothing changes.
    """

    run: str
    setting: Setting
    value: object
    from_start: bool = field(default=False, kw_only=True)
    of: Task | None = field(default=None, kw_only=True)

    @property
    def label(self) -> str:
        return self.setting.words

    @property
    def key(self) -> str:
        return f"{self.run}.{self.setting.path}"

    @property
    def replaces(self) -> str:
        return self.key if self.from_start else ""

    @property
    def patience(self) -> float:
        return REDRAW if self.from_start else 0.0

    def change(self, training: Training) -> None:
        until = training.goal(self.run) if self.from_start or self.setting.part == OWN else 0
        if until:
            training.retrace(training.session.changed_from_start(self.run, self.setting, self.value, until))
            return
        if self.of is None or self.of.layout == training.session.run(self.run).task.layout:
            training.session.tweak(self.run, self.setting, self.value)


@dataclass(frozen=True, slots=True)
class ChangeProblem(Edit):
    """Change settings of the problem that all runs share: path of a setting -> value.

    from_start: from the start of the runs, which are computed again up to where they stood, instead of from the
    current update on. Where the runs begin again in either case, those whose updates cost something wait at update 0;
    points that are drawn or erased are edits of the data as they stand, and hold from here on.
    """

    changes: Mapping[str, Any]
    from_start: bool = field(default=False, kw_only=True)

    label = "problem"

    @property
    def key(self) -> str:
        return f"problem.{'.'.join(self.changes)}"

    @property
    def replaces(self) -> str:
        """A point that is drawn never replaces another."""
        drawn = any(kind_of_edit(Setting.of(path)) is not None for path in self.changes)
        return self.key if self.from_start and not drawn else ""

    @property
    def patience(self) -> float:
        return REDRAW if self.from_start else 0.0

    def change(self, training: Training) -> None:
        session, horizon = training.session, training.horizon
        if self.from_start and horizon:
            experiment = session.problem_from_start(self.changes, horizon)
            if experiment is not None:
                training.retrace(experiment)
                return
        if not session.problem_changed(self.changes):
            return
        training.begin_again()
        if not training.playing and session.problem.subject.explained:  # the paths follow a dragged start
            training.follow(horizon if self.from_start else min(horizon, MAX_FOLLOWED))


@dataclass(frozen=True, slots=True)
class StopAt(Edit):
    """Set some of the stop rules; the others stay as they are."""

    stop: Mapping[str, Value]

    label = "stop rules"
    key = "stop"

    def change(self, training: Training) -> None:
        session = training.session
        session.stop_at({**session.experiment_settings.stop, **self.stop})


@dataclass(frozen=True, slots=True)
class KeepComparison(Edit):
    """Keep a comparison with the experiment, with its results, in place of the one of its kind; None keeps none.

    Thousands of results take a second to write down, and so the window does not.
    """

    kind: str
    outcome: Outcome | None

    label = "kept comparison"

    def change(self, training: Training) -> None:
        training.session.keep_comparison(self.kind, self.outcome.record if self.outcome is not None else None)


@dataclass(frozen=True, slots=True)
class AddRun(Edit):
    """Add a run, which catches up with the others."""

    record: RunRecord

    label = "new run"

    def change(self, training: Training) -> None:
        training.session.add(self.record)
        training.aim(training.reached)


@dataclass(frozen=True, slots=True)
class RemoveRun(Edit):
    """Remove a run."""

    run: str

    label = "removal of a run"

    def change(self, training: Training) -> None:
        training.session.remove(self.run)


@dataclass(frozen=True, slots=True)
class Reset(Edit):
    """Go back to update 0, with the settings as they stand or, `keep_tweaks`, as they were with every tweak."""

    keep_tweaks: bool = False

    @property
    def label(self) -> str:
        return "replay" if self.keep_tweaks else "reset"

    def change(self, training: Training) -> None:
        training.session.reset(self.keep_tweaks)
        training.begin_again()


@dataclass(frozen=True, slots=True)
class Rewind(Edit):
    """Go back to a past update and forget what came later; `changes` gives runs other settings from there: by their
    ids, and by the paths of the settings.
    """

    update: int
    changes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @property
    def label(self) -> str:
        return "remedy" if self.changes else "rewind"

    def change(self, training: Training) -> None:
        for id in self.changes:
            training.session.run(id)  # if it has gone, the others stay where they are
        rewound = training.session.rewound(self.update, self.changes)
        training.restore(State(rewound, self.update, training.document))


@dataclass(frozen=True, slots=True)
class Branch(Edit):
    """Let a branch leave a run at an update, with other settings from there: by their paths. new: the branch's id.

    It catches up with the race, of which the newest update is shown then. of: the task of the run that was seen; if it
    has one with another layout of theta by now, it is another run, which is not meant.
    """

    run: str
    update: int
    new: str
    changes: Mapping[str, Any] = field(default_factory=dict)
    of: Task | None = field(default=None, kw_only=True)

    label = "branch"

    def change(self, training: Training) -> None:
        run = training.session.run(self.run)
        if self.of is not None and self.of.layout != run.task.layout:
            raise SettingError("the run has other parameters by now, so no branch was made")
        training.branch(self.run, self.update, self.new, self.changes)


@dataclass(frozen=True, slots=True)
class Settle(Command):
    """End a gesture: the next edit is undone by itself."""

    is_urgent = False

    def carry_out(self, training: Training) -> None:
        training.history.settle()


@dataclass(frozen=True, slots=True)
class Play(Command):
    """Play."""

    def carry_out(self, training: Training) -> None:
        training.play()


@dataclass(frozen=True, slots=True)
class Pause(Command):
    """Pause; a replay goes on to its end, unless nothing plays: then it is the replay that stops."""

    def carry_out(self, training: Training) -> None:
        if training.playing:
            training.pause()
        else:
            training.halt()


@dataclass(frozen=True, slots=True)
class Step(Command):
    """Take so many updates, then pause."""

    updates: int = 1

    def carry_out(self, training: Training) -> None:
        training.step(self.updates)


@dataclass(frozen=True, slots=True)
class SetSpeed(Command):
    """Play at so many updates per second; MAX_SPEED is as fast as it goes."""

    speed: float

    def carry_out(self, training: Training) -> None:
        training.pace.speed = self.speed


@dataclass(frozen=True, slots=True)
class Scrub(Command):
    """Show the state at a past update, paused; None shows the newest again."""

    update: int | None

    def carry_out(self, training: Training) -> None:
        if self.update is not None and training.playing:
            training.pause()
        training.cursor = self.update


@dataclass(frozen=True, slots=True)
class LookAt(Command):
    """From now on publish what the visible views need of the selected run."""

    focus: Focus

    def carry_out(self, training: Training) -> None:
        training.focus = self.focus


@dataclass(frozen=True, slots=True)
class End(Command):
    """Close the session, before the thread ends."""

    def carry_out(self, training: Training) -> None:
        training.close()
