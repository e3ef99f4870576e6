"""Everything inside the window: the parts, and the one block that connects them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, Qt, QThread, QTimer, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QScrollArea, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from app.controls.explain_panel import ExplainPanel
from app.controls.problem_panel import ProblemPanel
from app.controls.run_panel import RunPanel
from app.controls.runs_panel import RunsPanel
from app.controls.stop_panel import StopPanel
from app.controls.transport import DEFAULT_SPEED, SPEEDS, Transport
from app.curves.curve_panel import CurvePanel
from app.documents.experiment_file import load, save
from app.documents.files import FileError
from app.look.number_format import nice_step
from app.look.theme import Theme, apply
from app.stage.network_stage import NetworkStage
from app.stage.surface.surface_stage import Stage
from app.stage.terrain import Terrain
from app.widgets.card import Card
from app.widgets.toast import Toast
from app.window.problem_switch import of_kind, remembered
from app.workers.gui_thread_gc import GarbageCollector
from app.workers.training import Patch, Published, Worker
from engine import (
    BATCHES,
    DIVERGED,
    FINISHED,
    MOST_RUNS,
    PARAMETER,
    Experiment,
    LossSlice,
    NetworkTask,
    Portrait,
    Problem,
    RunPicture,
    RunRecord,
    SessionPicture,
    SettingError,
    Table,
    distinct,
    new_run,
    problem_of,
)

FRAME_MILLISECONDS = 16
LEFT, RIGHT = 290, 350
CLOSE_MILLISECONDS = 5000


class _Orders(QObject):
    """What the window asks of the worker; Qt queues each across the threads."""

    load = Signal(object, int)
    become = Signal(object, int)
    name_edit = Signal(str, str)
    settle = Signal()
    undo = Signal(int)
    redo = Signal(int)
    tweak = Signal(str, str, object, int)
    change_problem = Signal(object, int)
    stop_at = Signal(object, int)
    add_run = Signal(object, int)
    remove_run = Signal(str, int)
    reset = Signal(bool, int)
    rewind = Signal(object, int)  # an int of a signal has 32 bits, and a race more updates
    remedy = Signal(str, object, float, int)
    play = Signal()
    pause = Signal()
    step = Signal(int)
    set_speed = Signal(float)
    scrub = Signal(object)
    survey = Signal(object, object, int)
    want = Signal(str, object, object, bool)
    end = Signal()
    catch_up = Signal()


class Workbench(QWidget):
    """The parts of the window, assembled. Views pull what the worker publishes, once a frame."""

    title_changed = Signal(str)
    export_wanted = Signal(str)
    edits_changed = Signal()
    import_wanted = Signal()
    paste_wanted = Signal()
    dropped = Signal(object)

    def __init__(self, theme: Theme, experiment: Experiment) -> None:
        super().__init__()
        self.setObjectName("workbench")
        self.theme = theme
        self.path: Path | None = None
        self.saved: Experiment | None = None
        self._serial = self._opened = 0
        self._replaced: tuple[Path | None, Experiment | None] = None, None
        self._selected = ""
        self._speed = DEFAULT_SPEED
        self._seen: Published | None = None
        self._patch: Patch | None = None
        self._portrait: Portrait | None = None
        self._plane: LossSlice | None = None
        self._survey = 0
        self._remembered: dict[str, Experiment] = {}
        self._problem: Problem | None = None
        self.problem_panel = ProblemPanel(theme)
        self.runs_panel = RunsPanel(theme)
        self.run_panel = RunPanel(theme)
        self.stop_panel = StopPanel()
        self.transport = Transport(theme)
        self.stage = Stage(theme)
        self.network_stage = NetworkStage(theme)
        self.explain = ExplainPanel()
        self.curves = CurvePanel(theme)
        self.toast = Toast(self)
        self._lay_out()
        self._orders = _Orders()
        self.worker = Worker()
        self.setAcceptDrops(True)
        self._garbage = GarbageCollector(self)
        self._thread = QThread()
        self._thread.setObjectName("training")
        self.worker.moveToThread(self._thread)
        self._frames = QTimer(self)
        self._frames.setInterval(FRAME_MILLISECONDS)
        self._wire()
        self._thread.start()
        self._frames.start()
        self.open(experiment)

    def _wire(self) -> None:
        orders, worker = self._orders, self.worker
        for name in (
            "load", "become", "name_edit", "settle", "undo", "redo", "tweak", "change_problem", "stop_at", "add_run",
            "remove_run", "reset", "rewind", "remedy", "play", "pause", "step", "set_speed", "scrub", "survey", "want",
            "end",
        ):  # fmt: skip
            getattr(orders, name).connect(getattr(worker, name), Qt.ConnectionType.QueuedConnection)
        orders.catch_up.connect(worker.publish, Qt.ConnectionType.BlockingQueuedConnection)
        self._thread.started.connect(worker.begin)
        self._thread.finished.connect(worker.deleteLater)
        worker.refused.connect(self.toast.warn)
        worker.failed.connect(self.toast.fail)
        worker.not_loaded.connect(self._stay)
        self._frames.timeout.connect(self._frame)

        self.problem_panel.changed.connect(self.change_problem)
        self.problem_panel.settled.connect(self._orders.settle)
        self.problem_panel.kind_chosen.connect(self.choose_kind)
        self.problem_panel.import_wanted.connect(self.import_wanted)
        self.problem_panel.paste_wanted.connect(self.paste_wanted)
        self.runs_panel.selected.connect(self.select)
        self.runs_panel.changed.connect(self.tweak)
        self.runs_panel.added.connect(self.add_run)
        self.runs_panel.duplicated.connect(self.duplicate_run)
        self.runs_panel.removed.connect(self.remove_run)
        self.runs_panel.remedied.connect(self._remedy)
        self.run_panel.tweaked.connect(self.tweak)
        self.run_panel.settled.connect(self._orders.settle)
        self.stop_panel.changed.connect(self.change_stop)
        self.stop_panel.settled.connect(self._orders.settle)

        self.transport.play_toggled.connect(self.toggle_play)
        self.transport.stepped.connect(self.step)
        self.transport.epoch_stepped.connect(self.step_epoch)
        self.transport.reset.connect(self.reset)
        self.transport.seeds_renewed.connect(self.renew_seeds)
        self.transport.speed_changed.connect(self.set_speed)
        self.transport.scrubbed.connect(self.scrub)
        self.transport.rewound.connect(self.rewind)
        self.transport.explained.connect(self.toggle_explain)

        self.stage.region_wanted.connect(self._survey_region)
        self.stage.start_dragged.connect(self._drag_start)
        self.stage.start_placed.connect(self._place_start)
        self.stage.cursor_moved.connect(self._point_at)
        self.stage.export_wanted.connect(lambda: self.export_wanted.emit("stage"))
        self.network_stage.wanted_changed.connect(self._want)
        self.network_stage.edited.connect(self.change_problem)
        self.network_stage.settled.connect(self._orders.settle)
        self.network_stage.cursor_moved.connect(self._point_at)
        self.network_stage.parameter_edited.connect(self._edit_parameter)
        self.network_stage.export_wanted.connect(lambda: self.export_wanted.emit("stage"))
        self.curves.cursor_moved.connect(self._point_at)
        self.curves.picked.connect(self.scrub)
        self.explain.coordinate_chosen.connect(self._show_again)
        self.curves.export_wanted.connect(self.export_wanted)

    # What a person does

    def open(self, experiment: Experiment, path: Path | None = None) -> None:
        """Show another experiment from its beginning."""
        self._replaced = self.path, self.saved
        self.path, self.saved = path, experiment
        self._remembered = {}
        self._seen = None
        view = experiment.view
        selected = view.get("selected")
        ids = [record.settings.id for record in experiment.runs]
        self._selected = selected if selected in ids else ids[0]
        self.curves.apply_view(view, "network" if isinstance(experiment.problem, NetworkTask) else "surface")
        self.stage.apply_view(view)
        self.network_stage.apply_view(view)
        self._order("load", experiment)
        self._opened = self._serial
        speed = view.get("speed", DEFAULT_SPEED)
        self.set_speed(float(speed) if isinstance(speed, int | float) else DEFAULT_SPEED)
        self.title_changed.emit(experiment.title)
        self.edits_changed.emit()

    def _stay(self, serial: int) -> None:
        """What was to be opened cannot be: what is on screen is still what was there before."""
        if serial == self._opened:
            self.path, self.saved = self._replaced
            self.title_changed.emit(self.saved.title if self.saved is not None else "")

    def open_file(self, path: Path) -> bool:
        """Open a file; a refusal is shown and changes nothing."""
        try:
            experiment = load(path)
        except (SettingError, FileError) as error:
            self.toast.warn(str(error))
            return False
        self.open(experiment, path)
        return True

    def save_file(self, path: Path) -> bool:
        """Write the experiment as it stands; True once it is safe on the disk."""
        experiment = self.document()
        if experiment is None:
            return False
        if experiment.title == "Untitled":
            experiment = replace(experiment, title=path.stem)
        try:
            save(experiment, path)
        except (SettingError, FileError) as error:
            self.toast.warn(str(error))
            return False
        self.path, self.saved = path, experiment
        self.title_changed.emit(experiment.title)
        self.toast.tell(f"saved {path.name}")
        return True

    def document(self) -> Experiment | None:
        """The experiment as it stands, with every tweak up to this moment, and how it is shown."""
        if self._thread.isRunning():
            self._orders.catch_up.emit()
        published = self.worker.published
        if published is None:
            return None
        view = {"speed": self._speed, "selected": self._selected, **self.curves.view(), **self.shown_stage.view()}
        return replace(published.picture.experiment, view=view)

    def is_saved(self) -> bool:
        """Whether nothing that gives other numbers has changed since the file was opened or saved."""
        document = self.document()
        if document is None or self.saved is None:
            return True
        return all(getattr(document, part) == getattr(self.saved, part) for part in ("problem", "runs", "stop"))

    def tweak(self, id: str, setting: str, value: object) -> None:
        self._edit(setting.replace(".", " ").replace("_", " "), f"{id}.{setting}", "tweak", id, setting, value)

    def change_problem(self, changes: Mapping[str, Any]) -> None:
        self._problem = None
        self._edit("problem", "problem." + ".".join(changes), "change_problem", changes)

    def choose_kind(self, kind: str) -> None:
        """Take the runs to a problem of another kind: the last one of that kind, or a fresh one."""
        if self._seen is None:
            return
        picture = self._seen.picture
        runs = [run.settings for run in picture.runs]
        left, experiment = remembered(picture.task, runs, picture.experiment)
        self._remembered[left] = experiment
        self._edit("kind of problem", "", "become", of_kind(kind, runs, self._remembered.get(kind)))

    def learn_from(self, table: Table) -> None:
        """Let networks learn from this table; from a surface the runs are taken to a network."""
        if self._seen is None:
            return
        picture = self._seen.picture
        if isinstance(picture.task, NetworkTask):
            unscaled = picture.task.scaling == "none"
            self.change_problem({"data": table, **({"scaling": "standardise"} if unscaled else {})})
            self._orders.settle.emit()
            return
        runs = [run.settings for run in picture.runs]
        experiment = of_kind("network", runs, self._remembered.get("network"))
        task = experiment.problem.having("data", table)
        assert isinstance(task, NetworkTask)
        task = task.having("scaling", "standardise").having("output", "identity")
        self._edit("imported data", "", "become", replace(experiment, problem=task))

    def change_stop(self, stop: Mapping[str, Any]) -> None:
        self._edit("stop rules", "stop", "stop_at", stop)

    def add_run(self, optimizer: str) -> None:
        """Let a run with this optimizer join, otherwise like the selected one."""
        chosen = self._picture_of(self._selected)
        if chosen is not None:
            run = new_run(optimizer)
            like = replace(run, learning_rate=chosen.settings.learning_rate, batch=chosen.settings.batch)
            self._join(like)

    def duplicate_run(self, id: str) -> None:
        chosen = self._picture_of(id)
        if chosen is not None:
            self._join(replace(chosen.settings, name=f"{chosen.name} copy", pinned=False))

    def remove_run(self, id: str) -> None:
        self._edit("removal of a run", "", "remove_run", id)

    def duplicate_selected(self) -> None:
        self.duplicate_run(self._selected)

    def remove_selected(self) -> None:
        self.remove_run(self._selected)

    def select_next(self, step: int) -> None:
        ids = [run.id for run in self._seen.picture.runs] if self._seen is not None else []
        if self._selected in ids:  # else it is a run that has not joined yet
            self.select(ids[(ids.index(self._selected) + step) % len(ids)])

    def select(self, id: str) -> None:
        self._selected = id
        self._want()
        self._show_again()

    def toggle_play(self) -> None:
        published = self.worker.published
        if published is not None and published.playing:
            self._orders.pause.emit()
            return
        if published is not None and all(run.status in (FINISHED, DIVERGED) for run in published.picture.runs):
            self.toast.tell("all runs have ended: reset, rewind, or raise the number of updates")
        self._orders.play.emit()

    def step(self) -> None:
        self._orders.step.emit(1)

    def step_epoch(self) -> None:
        """As many updates as the selected run needs to see every example once."""
        chosen = self._picture_of(self._selected)
        if chosen is None or self._seen is None:
            return
        batch, examples = chosen.settings.batch, self._seen.picture.examples
        self._orders.step.emit(math.ceil(examples / BATCHES[batch.kind].size(batch.values, examples)))

    def reset(self) -> None:
        self.curves.follow_again()
        self._edit("reset", "", "reset", False)

    def replay(self) -> None:
        """From the start again, with the tweaks where they were made."""
        self._edit("replay", "", "reset", True)

    def renew_seeds(self) -> None:
        if self._seen is None:
            return
        random = np.random.default_rng()
        self.change_problem({name: int(random.integers(1, 1_000_000)) for name in self._seen.picture.task.SEEDS})
        self._orders.settle.emit()

    def rewind(self, update: int) -> None:
        self._edit("rewind", "", "rewind", update)

    def play(self) -> None:
        self._orders.play.emit()

    def look(self, updates: int) -> None:
        """Move the point on screen by so many updates, back into the past or forward again."""
        if self._seen is not None:
            picture = self._seen.picture
            place = (picture.update if picture.cursor is None else picture.cursor) + updates
            self.scrub(None if place >= picture.update else max(place, 0))

    def toggle_explain(self) -> None:
        self.explain_card.setVisible(not self.explain_card.isVisible())
        self._want()
        self._show_again()

    def scrub(self, update: int | None) -> None:
        self._orders.scrub.emit(update)

    def set_speed(self, speed: float) -> None:
        self._speed = speed
        self.transport.show_speed(speed)
        self._orders.set_speed.emit(speed)

    def change_speed(self, places: int) -> None:
        place = SPEEDS.index(self._speed) if self._speed in SPEEDS else SPEEDS.index(DEFAULT_SPEED)
        self.set_speed(SPEEDS[min(max(place + places, 0), len(SPEEDS) - 1)])

    @property
    def undo_label(self) -> str:
        """What undo would take back; empty if nothing."""
        return self._seen.undo_label if self._seen is not None else ""

    @property
    def redo_label(self) -> str:
        return self._seen.redo_label if self._seen is not None else ""

    def undo(self) -> None:
        self._order("undo")

    def redo(self) -> None:
        self._order("redo")

    def set_theme(self, theme: Theme) -> None:
        self.theme = theme
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        apply(application, theme, self.window())
        for part in (
            self.problem_panel,
            self.runs_panel,
            self.run_panel,
            self.transport,
            self.stage,
            self.network_stage,
            self.curves,
        ):
            part.set_theme(theme)
        self._show_again()

    def shut_down(self) -> None:
        """Stop the training thread between two chunks; the window may then be closed."""
        self._frames.stop()
        self._garbage.stop()
        if self._thread.isRunning():
            self._orders.end.emit()
            self._thread.quit()
            self._thread.wait(CLOSE_MILLISECONDS)
        self.worker.release()

    # How it is carried out

    def _order(self, name: str, *arguments: Any) -> None:
        self._serial += 1
        getattr(self._orders, name).emit(*arguments, self._serial)

    def _edit(self, label: str, key: str, order: str, *arguments: Any) -> None:
        self._orders.name_edit.emit(label, key)
        self._order(order, *arguments)

    def _join(self, settings: Any) -> None:
        if self._seen is None:
            return
        picture = self._seen.picture
        used = {run.colour for run in picture.runs}
        colour = next((colour for colour in range(MOST_RUNS) if colour not in used), 0)
        id = distinct(settings.id.partition("-")[0], picture.experiment.runs)
        self._edit("new run", "", "add_run", RunRecord(replace(settings, id=id, colour=colour)))
        self._selected = id
        self._want()

    def _edit_parameter(self, place: int, value: float) -> None:
        self.tweak(self._selected, f"{PARAMETER}.{place}", value)

    def _want(self) -> None:
        """Tell the worker what the views on screen need of the selected run."""
        stage = self.network_stage
        self._orders.want.emit(self._selected, stage.wanted(), stage.plane_wanted(), not self.explain_card.isHidden())

    def _remedy(self, id: str, what: str) -> None:
        """One of the remedies that a diverged run offers."""
        run = self._picture_of(id)
        if run is None:
            return
        if what == "rate" and run.better_rate is not None:
            self._edit("remedy", "", "remedy", id, run.rewind_to or 0, float(f"{run.better_rate:.3g}"))
        elif what == "rewind" and run.rewind_to is not None:
            self.rewind(run.rewind_to)
        elif what == "best" and run.best is not None:
            self.rewind(run.best.update)

    def _drag_start(self, x: float, y: float) -> None:
        """A hand means no more than six digits, and a file shall be read by people."""
        self.change_problem({"start": (float(f"{x:.6g}"), float(f"{y:.6g}"))})

    def _place_start(self, x: float, y: float) -> None:
        playing = self._seen is not None and self._seen.playing
        self._drag_start(x, y)
        self._orders.settle.emit()
        if not playing and self._seen is not None and self._seen.picture.update == 0:
            self._orders.play.emit()

    def _point_at(self, update: int | None) -> None:
        self.stage.set_cursor(update)
        self.network_stage.set_cursor(update)
        self.curves.set_cursor(update)

    def _survey_region(self, x0: float, x1: float, y0: float, y1: float, nx: int, ny: int) -> None:
        self._survey += 1
        self._orders.survey.emit(np.linspace(x0, x1, max(nx, 2)), np.linspace(y0, y1, max(ny, 2)), self._survey)

    def _frame(self) -> None:
        """Once a frame: show what is new."""
        published = self.worker.published
        if published is not None and published is not self._seen and published.serial >= self._opened:
            self._show(published)
        portrait = self.worker.portraits.newest
        if portrait is not None and portrait is not self._portrait and portrait.run == self._selected:
            self._portrait = portrait
            self.network_stage.show_portrait(portrait)
        plane = self.worker.planes.newest
        if plane is not None and plane is not self._plane and plane.run == self._selected:
            self._plane = plane
            self.network_stage.show_plane(plane)
        patch = self.worker.patch
        ground = self._seen.picture.ground if self._seen is not None else None
        if patch is not None and patch is not self._patch and ground is not None:
            self._patch = patch
            self.stage.set_ground(Terrain(ground, patch.xs, patch.ys, patch.values, patch.serial))

    def _show_again(self) -> None:
        if self._seen is not None:
            self._show(self._seen)

    def _show(self, published: Published) -> None:
        before, self._seen = self._seen, published
        labels = published.undo_label, published.redo_label
        if before is None or labels != (before.undo_label, before.redo_label):
            self.edits_changed.emit()
        picture = published.picture
        run = self._picture_of(self._selected)
        left = run is None and published.serial == self._serial  # else a run that is on its way is selected
        if run is None:
            run = picture.runs[0]
        if left:
            self._selected = run.id
        if left or before is None or before.picture.kind != picture.kind:
            self._stages.setCurrentWidget(self.shown_stage)
            self._want()
        if picture.ground is not None and (before is None or before.picture.ground != picture.ground):
            self._new_ground(picture)
        self.transport.refresh(published)
        if picture.ground is not None:
            self.stage.set_selected(run.id)
            self.stage.refresh(picture)
        else:
            self.network_stage.refresh(picture)
        self.curves.set_selected(run.id)
        self.curves.refresh(picture, published.clock)
        self.runs_panel.refresh(picture, run.id)
        self.explain.refresh(picture, run)
        if published.serial == self._serial:  # else an edit is on its way, and these would show the old value
            self.problem_panel.refresh(picture)
            network = picture.kind == "network"
            self.run_panel.refresh(run, self._horizon(run), picture.examples if network else 0)
            self.stop_panel.refresh(picture.experiment.stop, network)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.dropped.emit(paths[0])

    @property
    def shown_stage(self) -> Stage | NetworkStage:
        """The stage for the kind of problem that is open."""
        network = self._seen is not None and self._seen.picture.kind == "network"
        return self.network_stage if network else self.stage

    def _new_ground(self, picture: SessionPicture) -> None:
        problem, ground = problem_of(picture.task), picture.ground
        assert ground is not None
        self._problem = problem
        self.stage.value_at = lambda x, y: float(problem.values(np.array([x, x]), np.array([y]))[0, 0])
        x0, x1, y0, y1 = ground.view
        self._survey_region(x0, x1, y0, y1, 240, 240)

    def _horizon(self, run: RunPicture) -> int:
        """How many updates a schedule's preview spans."""
        limit = int(self._seen.picture.experiment.stop["updates"]) if self._seen is not None else 0  # type: ignore[arg-type]
        return limit or max(2000, round(nice_step(max(2 * run.update, 1))))  # steps, so that it is seldom drawn anew

    def _picture_of(self, id: str) -> RunPicture | None:
        runs = self._seen.picture.runs if self._seen is not None else ()
        return next((run for run in runs if run.id == id), None)

    def _lay_out(self) -> None:
        left = QWidget()
        left.setObjectName("left-inside")
        stack = QVBoxLayout(left)
        stack.setContentsMargins(0, 0, 0, 0)
        stack.setSpacing(12)
        for panel in (self.problem_panel, self.runs_panel, self.run_panel, self.stop_panel):
            stack.addWidget(panel)
        stack.addStretch(1)
        scroll = QScrollArea()
        scroll.setObjectName("left")
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(left)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFrameShape(QScrollArea.Shape.NoFrame)
        scroll.setFixedWidth(LEFT + 14)
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(12)
        column.addWidget(Card.around(self.transport))
        self._stages = QStackedWidget()
        self._stages.addWidget(self.stage)
        self._stages.addWidget(self.network_stage)
        column.addWidget(Card.around(self._stages), 1)
        self.explain_card = Card.around(self.explain, "Explain")
        self.explain_card.hide()
        column.addWidget(self.explain_card)
        self._split = QSplitter(Qt.Orientation.Horizontal)
        self._split.setHandleWidth(12)
        self._split.addWidget(middle)
        self._split.addWidget(self.curves)
        self._split.setStretchFactor(0, 1)
        self._split.setCollapsible(0, False)
        self._split.setSizes([600, RIGHT])
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 12, 12, 12)
        row.setSpacing(12)
        row.addWidget(scroll)
        row.addWidget(self._split, 1)
