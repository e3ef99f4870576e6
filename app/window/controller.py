"""The controller: what a person does with the runs, turned into commands for the training thread."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Signal

from app.controls.transport import DEFAULT_SPEED, SPEEDS
from app.documents.library.run_entry import LOOKS
from app.window.problem_switch import ProblemSwitch
from app.workers.commands import (
    AddRun,
    Branch,
    ChangeProblem,
    Edit,
    Pause,
    Play,
    RemoveRun,
    Replace,
    Reset,
    Rewind,
    Scrub,
    SetSpeed,
    Settle,
    Step,
    StopAt,
    TweakRun,
)
from app.workers.published import Published
from app.workers.training_thread import TrainingThread
from engine import (
    BATCHES,
    DIVERGED,
    FINISHED,
    LEARNING_RATE,
    MAX_RUNS,
    OWN,
    PARAMETER,
    Experiment,
    Peek,
    RunPicture,
    RunRecord,
    RunSettings,
    SessionPicture,
    Setting,
    SettingError,
    Table,
    distinct,
    kind_of,
    kind_of_edit,
    new_run,
    of_run,
)

CLIP_NORM = "optimizer.clip_norm"
OPENING = "another experiment is being opened: it can be changed once it is on screen"
LONGEST_WAIT = 10.0  # seconds of computing up to which changes hold from the start by themselves


@dataclass(frozen=True, slots=True, eq=False)
class BranchProposal:
    """A branch of a run at a past update, with other settings from there: by their paths. seen: the run there."""

    run: str
    update: int
    changes: Mapping[str, Any]
    seen: Peek

    def holds(self, picture: SessionPicture) -> bool:
        """Whether the run is shown as it was: only then the changes still mean what they did."""
        run = next((run for run in picture.runs if run.id == self.run), None)
        if run is None or picture.cursor != self.update:
            return False
        seen, now = self.seen, run.shown
        looks = {name: getattr(seen.settings, name) for name in LOOKS}
        return (
            now.update == seen.update
            and replace(now.settings, **looks) == seen.settings
            and (now.problem is seen.problem or now.problem.task == seen.problem.task)
            and np.array_equal(now.theta, seen.theta)
        )


class Controller(QObject):
    """Sends commands, and remembers what is on screen and which run is selected.

    shown: what the views show, None before the first. selected: the id of a run, which may not have been added yet.
    speed: updates per second, or MAX_SPEED. run_selected, effect_chosen and speed_set follow a change, started_again
    precedes a reset; told carries a sentence. proposal: the branch that is proposed where a setting is changed while a
    past update is shown, None without; proposed follows a change of it.
    """

    run_selected = Signal()
    effect_chosen = Signal()
    speed_set = Signal(float)
    started_again = Signal()
    told = Signal(str)
    proposed = Signal()

    def __init__(self, training: TrainingThread, parent: QObject) -> None:
        super().__init__(parent)
        self.shown: Published | None = None
        self.proposal: BranchProposal | None = None
        self.selected = ""
        self.speed = DEFAULT_SPEED
        self._training = training
        self._switch = ProblemSwitch()
        self._effects: dict[bool, bool] = {}  # what was chosen while the race plays, and while it does not
        self._gesture: bool | None = None  # what holds until the slider is let go, whatever the race does meanwhile

    def begin(self, experiment: Experiment) -> None:
        """Start over with another document, of which nothing is on screen yet."""
        self.shown = None
        self._gesture = None
        self.withdraw()
        self._switch.forget()
        view = experiment.view
        ids = [record.settings.id for record in experiment.runs]
        self.selected = view["selected"] if view.get("selected") in ids else ids[0]
        speed = view.get("speed", DEFAULT_SPEED)
        is_speed = type(speed) in (int, float) and math.isfinite(speed) and speed >= 0
        self.set_speed(float(speed) if is_speed else DEFAULT_SPEED)

    def view(self) -> dict[str, Any]:
        """The view settings that are saved with the experiment."""
        return {"speed": self.speed, "selected": self.selected}

    @property
    def all_edits_shown(self) -> bool:
        """Whether the last edit is on screen; until then the panels keep what was set in them."""
        return self.shown is not None and self.shown.serial == self._training.serial

    def show(self, published: Published) -> RunPicture:
        """Take over what is on screen from now on; returns the selected run, or the first if that one is gone."""
        self.shown = published
        if self.proposal is not None and not self.proposal.holds(published.picture):
            self.withdraw()
        run = self.run(self.selected)
        if run is None:
            run = published.picture.runs[0]
            if self.all_edits_shown:  # else the selected run has not been added yet
                self.selected = run.id
        return run

    def run(self, id: str) -> RunPicture | None:
        """A run as it is on screen."""
        runs = self.shown.picture.runs if self.shown is not None else ()
        return next((run for run in runs if run.id == id), None)

    def _looked_at(self) -> RunPicture | None:
        """The run whose problem is on screen: a moment after another has been selected it is the one before."""
        if self.shown is None:
            return None
        its = [run for run in self.shown.picture.runs if run.shown.problem is self.shown.picture.problem]
        return next((run for run in its if run.id == self.selected), its[0] if its else None)

    def _edit(self, edit: Edit) -> None:
        """Send an edit of what is on screen, if that is what is open: while another is being opened it is not."""
        if self.shown is None:
            self.told.emit(OPENING)
        else:
            self._training.send(edit)

    # Runs: select, add, remove

    def select(self, id: str) -> None:
        if self.shown is None:
            return  # it is of the experiment before
        self.selected = id
        self.run_selected.emit()

    def select_next(self, step: int) -> None:
        ids = [run.id for run in self.shown.picture.runs] if self.shown is not None else []
        if self.selected in ids:
            self.select(ids[(ids.index(self.selected) + step) % len(ids)])

    def add_run(self, optimizer: str) -> None:
        """Add a run with this optimizer, otherwise like the selected one."""
        like = self.run(self.selected)
        if like is not None:
            like_it = {part: getattr(like.settings, part) for part in ("learning_rate", "batch", "rates", "own")}
            self.add(replace(new_run(optimizer), **like_it))

    def duplicate_run(self, id: str) -> None:
        like = self.run(id)
        if like is not None and self.shown is not None:
            names = [run.name for run in self.shown.picture.runs]
            name = numbered(like.settings.name, names) if like.settings.name else ""
            self.add(replace(like.settings, name=name, pinned=False))

    def duplicate_selected(self) -> None:
        self.duplicate_run(self.selected)

    def remove_run(self, id: str) -> None:
        self._edit(RemoveRun(id))

    def remove_selected(self) -> None:
        self.remove_run(self.selected)

    def add(self, settings: RunSettings) -> None:
        """Add a run with these settings, and with an id and a colour that no other has; select it."""
        assert self.shown is not None
        used = {run.colour for run in self.shown.picture.runs}
        colour = next((colour for colour in range(MAX_RUNS) if colour not in used), 0)
        id = self._new_id(settings.id)
        self._training.send(AddRun(RunRecord(replace(settings, id=id, colour=colour))))
        self.select(id)

    def _new_id(self, like: str) -> str:
        """An id for a run that is like another one."""
        assert self.shown is not None
        return distinct(like.partition("-")[0], self.shown.picture.experiment.runs)

    # Branches

    def branch(self, id: str, update: int | None = None, changes: Mapping[str, Any] | None = None) -> None:
        """Let a branch leave a run at an update, or at the one that is shown, and select it."""
        run = self.run(id)
        if run is None:
            return
        new, at = self._new_id(id), run.shown.update if update is None else update
        self.withdraw()
        self._training.send(Branch(id, at, new, changes or {}, of=run.shown.problem.task))
        self.select(new)

    def branch_selected(self, update: int | None = None) -> None:
        """The same for the selected run; with the settings that were changed while its past is shown, if any were."""
        if self.proposal is not None and update in (None, self.proposal.update):
            self.accept()
        else:
            self.branch(self.selected, update)

    def accept(self) -> None:
        """Make the branch that is proposed."""
        if self.proposal is not None:
            self.branch(self.proposal.run, self.proposal.update, self.proposal.changes)

    def withdraw(self) -> None:
        """Forget the branch that is proposed."""
        if self.proposal is not None:
            self.proposal = None
            self.proposed.emit()

    def _propose(self, id: str, setting: Setting, value: object) -> bool:
        """Propose a branch instead of a change, if a past update is shown: whether it is."""
        run, cursor = self.run(id), self.shown.picture.cursor if self.shown is not None else None
        if cursor is None or run is None or cursor >= run.update:
            return False
        before = self.proposal.changes if self.proposal is not None and self.proposal.run == id else {}
        kept = {
            path: old for path, old in before.items() if Setting.of(path).part != setting.part or not setting.is_whole
        }
        changes = {**kept, setting.path: value}
        try:
            _check_changes(run.shown, changes)
        except SettingError as error:  # of a control that still shows what was there before
            self.told.emit(str(error))
        else:
            self.proposal = BranchProposal(id, cursor, changes, run.shown)
        self.proposed.emit()
        return True

    # From when on a change holds

    @property
    def from_start(self) -> bool:
        """Whether a changed setting holds from the start of its run: by itself in a pause, if that is quick."""
        if self._gesture is not None:
            return self._gesture
        playing = self.shown is not None and self.shown.playing
        return self._effects.get(playing, not playing and not self.takes_long)

    @property
    def is_dragging(self) -> bool:
        """Whether a setting is being changed, so that another picture follows soon."""
        return self._gesture is not None

    @property
    def takes_long(self) -> bool:
        """Whether the runs could not be computed again while a person waits."""
        return self.recompute_seconds > LONGEST_WAIT

    @property
    def recompute_seconds(self) -> float:
        """What it takes about to compute the runs again from their start."""
        return self.shown.recompute_seconds if self.shown is not None else 0.0

    def choose_effect(self, from_start: bool) -> None:
        """Let changes hold from the start or from here on: from now on while the race plays, or while it does not."""
        self._gesture = None
        self._effects[self.shown is not None and self.shown.playing] = from_start
        self.effect_chosen.emit()

    # Runs: tweak

    def change_setting(self, id: str, path: str, value: object) -> None:
        """Change a setting of one run, from its start or from here on; where its past is shown, propose a branch."""
        if self._propose(id, Setting.of(path), value):
            return
        self._gesture = self.from_start
        self._edit(TweakRun(id, Setting.of(path), value, from_start=self._gesture))

    def adopt(self, id: str, changes: Mapping[str, object]) -> None:
        """Give a run, and the problem, the settings of a combination, by their paths; undone together."""
        in_order = sorted(changes, key=lambda path: not Setting.of(path).is_whole)  # what is chosen brings its knobs
        of_problem = {path: changes[path] for path in in_order if not of_run(Setting.of(path))}
        with self._training.together(f"adopting {'settings' if len(changes) > 1 else Setting.of(in_order[0]).words}"):
            for path in in_order:
                if path not in of_problem:
                    self.change_setting(id, path, changes[path])
            if of_problem:
                self.change_problem(of_problem)
        self._gesture = None

    def tweak(self, id: str, path: str, value: object) -> None:
        """Change a setting of one run from here on."""
        self._edit(TweakRun(id, Setting.of(path), value))

    def tweak_parameter(self, id: str, place: int, value: float) -> None:
        """Set one parameter of a run, by its place in theta of the problem that is shown."""
        run, setting = self.run(id), Setting(PARAMETER, place=place)
        if run is None or self.shown is None:
            return
        task = self.shown.picture.problem.task
        if run.shown.problem.task.layout == task.layout and not self._propose(id, setting, value):
            self._training.send(TweakRun(id, setting, value, of=task))

    def settle(self) -> None:
        """A gesture is over: the next edit is undone by itself."""
        self._gesture = None
        self._training.send(Settle())

    def change_stop(self, stop: Mapping[str, Any]) -> None:
        """Change some of the stop rules, which end all runs: a past update that is shown is left for the newest."""
        if self.shown is not None and self.shown.picture.cursor is not None:
            self.scrub(None)
            self.told.emit("stop rules are for all runs, and end them where they stand: the newest update is shown")
        self._edit(StopAt(stop))

    def remedy(self, id: str, what: str) -> None:
        """Apply one of the remedies of a run that has diverged or runs away.

        `rewind`, `clip` and `slower` go back to where its loss was lowest; `branch` keeps the run, and lets one with a
        lower learning rate leave it there.
        """
        run = self.run(id)
        if run is None or run.rewind_to is None:
            return
        slower = {} if run.slower_rate is None else {LEARNING_RATE.name: float(f"{run.slower_rate:.3g}")}
        if what == "rewind":
            self.rewind(run.rewind_to)
        elif what == "clip" and run.clip_to is not None:
            self._training.send(Rewind(run.rewind_to, {id: {CLIP_NORM: run.clip_to}}))
        elif what == "slower" and slower:
            self._training.send(Rewind(run.rewind_to, {id: slower}))
        elif what == "branch" and slower:
            self.branch(id, run.rewind_to, slower)

    # The problem

    def change_problem(self, changes: Mapping[str, Any]) -> None:
        """Change settings of the problem, from the start of the runs or from here on.

        What the run whose problem is on screen has for itself is changed for that run alone.
        """
        run = self._looked_at()
        if run is not None and self.shown is not None:
            kind = kind_of(self.shown.picture.task)
            parts = {OWN, *(kind.own_parts if run.settings.own else ())}
            own = {path: value for path, value in changes.items() if Setting.of(path).part in parts}
            for path, value in own.items():
                self._training.send(TweakRun(run.id, Setting.of(path if path == OWN else f"{OWN}.{path}"), value))
            changes = {path: value for path, value in changes.items() if path not in own}
            if not changes:
                return
        self._leave_past(changes)
        self._edit(ChangeProblem(changes, from_start=self.from_start))

    def _leave_past(self, changes: Mapping[str, Any]) -> None:
        """Show the newest update if a change acts there, on all runs, and not where they are shown."""
        if self.shown is None or self.shown.picture.cursor is None:
            return
        if not self.from_start or any(kind_of_edit(Setting.of(path)) is not None for path in changes):
            self.scrub(None)
            self.told.emit("the problem is that of all runs, and changes where they stand: the newest update is shown")

    def choose_kind(self, offer: str) -> None:
        """Take the runs to the last problem of another offer, or to a fresh one."""
        if self.shown is not None:
            self._training.send(Replace(self._switch.to_offer(offer, self.shown.picture), "kind of problem"))

    def learn_from(self, table: Table) -> None:
        """Train on this table from the beginning; runs of a kind without tables are taken to one with."""
        if self.shown is None:
            return
        try:
            self._training.send(Replace(self._switch.to_table(table, self.shown.picture), "imported data"))
        except SettingError as error:
            self.told.emit(str(error))

    def play_from_start(self) -> None:
        """Play if nothing has run yet."""
        if self.shown is not None and not self.shown.playing and self.shown.picture.update == 0:
            self.play()

    def renew_seeds(self) -> None:
        if self.shown is None:
            return
        random = np.random.default_rng()
        self.change_problem({name: int(random.integers(1, 1_000_000)) for name in self.shown.picture.task.SEEDS})
        self.settle()

    # Time

    def play(self) -> None:
        self._training.send(Play())

    def pause(self) -> None:
        self._training.send(Pause())

    def toggle_play(self) -> None:
        """Play or pause, or stop a replay that takes long; runs that have all ended begin again."""
        published = self._training.published
        if published is not None and (published.playing or published.can_stop):
            self.pause()
            return
        if published is not None and all(run.status in (FINISHED, DIVERGED) for run in published.picture.runs):
            self.reset()
        self.play()

    def step(self, updates: int = 1) -> None:
        self._training.send(Step(updates))

    def step_epoch(self) -> None:
        """Take as many updates as the selected run needs to see every example once."""
        run = self.run(self.selected)
        if run is not None and self.shown is not None:
            batch, examples = run.settings.batch, self.shown.picture.examples
            self.step(math.ceil(examples / BATCHES[batch.kind].size(batch.values, examples)))

    def reset(self) -> None:
        self.started_again.emit()
        self._training.send(Reset())

    def replay(self) -> None:
        """Begin again and repeat the tweaks at their updates."""
        self._training.send(Reset(keep_tweaks=True))

    def rewind(self, update: int) -> None:
        self._edit(Rewind(update))

    def scrub(self, update: int | None) -> None:
        """Show a past update, or the newest."""
        self._training.send(Scrub(update))

    def look(self, updates: int) -> None:
        """Scrub by so many updates, back or forward."""
        if self.shown is not None:
            picture = self.shown.picture
            place = (picture.update if picture.cursor is None else picture.cursor) + updates
            self.scrub(None if place >= picture.update else max(place, 0))

    def set_speed(self, speed: float) -> None:
        self.speed = speed
        self.speed_set.emit(speed)
        self._training.send(SetSpeed(speed))

    def change_speed(self, steps: int) -> None:
        """Go so many steps up, or down, in the transport's list of speeds."""
        place = SPEEDS.index(self.speed) if self.speed in SPEEDS else SPEEDS.index(DEFAULT_SPEED)
        self.set_speed(SPEEDS[min(max(place + steps, 0), len(SPEEDS) - 1)])


def _check_changes(seen: Peek, changes: Mapping[str, Any]) -> None:
    """Raises SettingError for a change that means nothing for a run as it is shown."""
    settings = seen.settings
    for path, value in changes.items():
        setting = Setting.of(path)
        if setting.part != PARAMETER:
            settings = settings.having(setting, value)


def numbered(name: str, taken: Sequence[str]) -> str:
    """The name of a copy: `Adam 2`, `Adam 3` ..., the first that is not taken."""
    base = re.sub(r" \d+$", "", name)
    return next(found for count in itertools.count(2) if (found := f"{base} {count}") not in taken)
