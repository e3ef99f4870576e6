"""The problem panel of a surface: from the catalogue or a formula, its start point and gradient noise."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout

from app.controls.surface.formula_editor import FormulaEditor
from app.controls.task_panel import TaskPanel
from app.look.theme import Theme
from app.widgets.catalogue_text import about
from app.widgets.chooser import Chooser
from app.widgets.knob_list import KnobList
from app.widgets.more import More
from engine import (
    COORDINATE,
    NOISE,
    SEED,
    SURFACES,
    Choice,
    Formula,
    SessionPicture,
    SurfaceInfo,
    SurfaceTask,
    choose,
    typeset_surface,
)

_LONGEST = 150  # characters of a formula, about four lines


class SurfacePanel(TaskPanel):
    """`changed` carries the changed settings of the SurfaceTask."""

    KIND = SurfaceTask.KIND

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._task: SurfaceTask | None = None
        self.chooser = Chooser(SURFACES)
        self.chooser.setObjectName("choose-surface")
        self.chooser.setAccessibleName("surface")
        self.more = More("surface")
        self.knobs = KnobList(1, self.more)
        self.editor = FormulaEditor(theme)
        self.formula = QLabel()
        self.formula.setObjectName("formula")
        self.formula.setWordWrap(True)
        self.formula.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.start = KnobList(2, self.more)
        self.noise = KnobList(2, self.more)
        self.noise.show_knobs((NOISE, SEED))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for widget in (self.chooser, self.editor, self.formula, self.knobs, self.start, self.noise, self.more):
            column.addWidget(widget)
        self.editor.hide()
        self._wire()

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.editor.set_theme(theme)

    def _wire(self) -> None:
        self.chooser.chosen.connect(self._choose_surface)
        self.knobs.changed.connect(self._set_knob)
        self.editor.changed.connect(lambda formula: self.changed.emit({"surface": formula}))
        self.start.changed.connect(self._set_start)
        self.noise.changed.connect(lambda name, value: self.changed.emit({name: value}))
        self.editor.settled.connect(self.settled)
        for knobs in (self.knobs, self.start, self.noise):
            knobs.finished.connect(self.settled)

    def show_picture(self, picture: SessionPicture) -> None:
        task, info = picture.task, picture.subject
        if isinstance(task, SurfaceTask) and isinstance(info, SurfaceInfo):
            self.refresh(task, info.view)

    def choose_offer(self, key: str) -> None:
        self.choose_kind(own=key == "formula")

    def refresh(self, task: SurfaceTask, view: tuple[float, float, float, float]) -> None:
        """Show a task; view: the part of the plane to show."""
        self._task = task
        own = isinstance(task.surface, Formula)
        for widget in (self.chooser, self.formula):
            widget.setVisible(not own)
        self.editor.setVisible(own)
        if isinstance(task.surface, Choice):
            entry = SURFACES[task.surface.kind]
            self.chooser.set_key(task.surface.kind)
            self.knobs.show_knobs(entry.knobs)
            self.knobs.set_values(task.surface.values)
            self.formula.setToolTip(about(entry))
            text = f"f = {typeset_surface(task.surface)}"
            self.formula.setText(text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …")
        else:
            self.knobs.show_knobs(())
            self.knobs.set_values({})
            self.editor.show_formula(task.surface)
        x0, x1, y0, y1 = view
        self.start.show_knobs(
            (
                replace(COORDINATE, name="start_x", slider=(x0, x1), help="x of the start point of all runs"),
                replace(COORDINATE, name="start_y", slider=(y0, y1), help="y of the start point of all runs"),
            )
        )
        self.start.set_values({"start_x": task.start[0], "start_y": task.start[1]})
        self.noise.set_values({"noise": task.noise, "seed": task.seed})

    def choose_kind(self, own: bool) -> None:
        """Switch to a user-defined formula, initially that of the surface if it is exact; or back to a surface."""
        if own:
            surface = self._task.surface if self._task is not None else None
            formula = self.editor.value
            if isinstance(surface, Choice) and SURFACES[surface.kind].formula_is_exact:
                entry = SURFACES[surface.kind]
                numbers = {name: float(value) for name, value in surface.values.items()}  # type: ignore[arg-type]
                formula = Formula(entry.formula, numbers, entry.view)
            self.changed.emit({"surface": formula})
            self.settled.emit()
        else:
            self._choose_surface(self.chooser.key)

    def _choose_surface(self, key: str) -> None:
        self.changed.emit({"surface": choose(SURFACES, key), "start": SURFACES[key].start})
        self.settled.emit()

    def _set_knob(self, name: str, value: object) -> None:
        if self._task is not None and isinstance(self._task.surface, Choice):
            old = self._task.surface
            self.changed.emit({"surface": choose(SURFACES, old.kind, {**old.values, name: value})})

    def _set_start(self, name: str, value: float) -> None:
        if self._task is not None:
            x, y = self._task.start
            start = (value, y) if name == "start_x" else (x, value)
            self._task = replace(self._task, start=start)
            self.changed.emit({"start": start})
