"""What is minimised: a surface from the catalogue or the user's own formula, its start and its noise."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QLineEdit, QVBoxLayout, QWidget

from app.controls.card import Card
from app.controls.chooser import Chooser
from app.controls.knob_list import KnobList
from app.controls.segmented import Segmented
from app.theme import Theme
from engine import (
    COORDINATE,
    MOST_PARAMETERS,
    NOISE,
    SEED,
    SURFACES,
    Choice,
    ExpressionError,
    Formula,
    SessionPicture,
    SettingError,
    SurfaceTask,
    choose,
    read_formula,
)

_SIDES = ("x0", "x1", "y0", "y1")


class FormulaEditor(QWidget):
    """Text in x and y. Every other name becomes a parameter; a fault is marked at its character."""

    changed = Signal(object)
    settled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.value = Formula("x^2 + 3*y^2")
        self.text = QLineEdit()
        self.text.setObjectName("formula-text")
        self.text.setAccessibleName("formula in x and y")
        self.text.setPlaceholderText("for example  sin(x)*cos(y) + a*x^2")
        self.text.setMaxLength(2000)
        self.text.textEdited.connect(self._read)
        self.text.editingFinished.connect(self.settled)
        self.fault = QLabel()
        self.fault.setObjectName("fault")
        self.fault.setWordWrap(True)
        self.fault.hide()
        self.parameters = KnobList()
        self.parameters.changed.connect(self._set_parameter)
        self.parameters.finished.connect(self.settled)
        self.domain = KnobList()
        self.domain.changed.connect(self._set_side)
        self.domain.finished.connect(self.settled)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for widget in (self.text, self.fault, self.parameters, self.domain):
            column.addWidget(widget)

    def show_formula(self, formula: Formula) -> None:
        self.value = formula
        if not self.text.hasFocus() and self.text.text() != formula.text:
            self.text.setText(formula.text)
            self._tell("")
        self._show_parameters()

    def _show_parameters(self) -> None:
        values = self.value.parameters
        self.parameters.show_knobs(tuple(replace(COORDINATE, name=name, slider=(-5.0, 5.0), default=1.0, help="parameter of the formula") for name in values))
        self.parameters.set_values(values)
        self.domain.show_knobs(tuple(replace(COORDINATE, name=side, slider=(-10.0, 10.0), help="edge of the region shown") for side in _SIDES), _SIDES, "Region")
        self.domain.set_values(dict(zip(_SIDES, self.value.domain, strict=True)))

    def _read(self, text: str) -> None:
        try:
            parameters = read_formula(text, self.value.parameters, MOST_PARAMETERS)
        except ExpressionError as error:
            caret = " " * error.position + "^" * max(1, min(error.length, len(text) - error.position))
            self._tell(error.sentence)
            self.text.setProperty("caret", caret)
            return
        except SettingError as error:
            self._tell(error.sentence)
            return
        self._tell("")
        self._change(replace(self.value, text=text, parameters=parameters))

    def _set_parameter(self, name: str, value: object) -> None:
        self._change(replace(self.value, parameters={**self.value.parameters, name: value}))

    def _set_side(self, name: str, value: object) -> None:
        sides = dict(zip(_SIDES, self.value.domain, strict=True)) | {name: value}
        x0, x1, y0, y1 = (float(side) for side in sides.values())  # type: ignore[arg-type]
        if not (x0 < x1 and y0 < y1):
            self._tell(f"the region must have x0 < x1 and y0 < y1, got {x0:g}, {x1:g}, {y0:g}, {y1:g}")
            self.domain.set_values(dict(zip(_SIDES, self.value.domain, strict=True)))
            return
        self._tell("")
        self._change(replace(self.value, domain=(x0, x1, y0, y1)))

    def _change(self, formula: Formula) -> None:
        self.value = formula
        self._show_parameters()
        self.changed.emit(formula)

    def _tell(self, sentence: str) -> None:
        self.fault.setText(sentence)
        self.fault.setVisible(bool(sentence))
        self.text.setProperty("bad", bool(sentence))
        self.text.style().unpolish(self.text)
        self.text.style().polish(self.text)


class ProblemPanel(Card):
    """Chooses the problem. `changed` carries the parts of the SurfaceTask that are new."""

    changed = Signal(object)
    noise_changed = Signal(float)
    settled = Signal()
    refused = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__("Problem")
        self.setObjectName("problem")
        self._shown: tuple[object, ...] = ()
        self._task: SurfaceTask | None = None
        self.kind = Segmented(("Surface", "Own formula"), "kind of problem")
        self.chooser = Chooser(SURFACES)
        self.chooser.setObjectName("choose-surface")
        self.chooser.setAccessibleName("surface")
        self.knobs = KnobList()
        self.editor = FormulaEditor()
        self.about = QLabel()
        self.about.setObjectName("muted")
        self.about.setWordWrap(True)
        self.start = KnobList()
        self.noise = KnobList()
        self.noise.show_knobs((NOISE, SEED))
        for widget in (self.kind, self.chooser, self.knobs, self.editor, self.about, self.start, self.noise):
            self.body.addWidget(widget)
        self.editor.hide()
        self._wire()

    def _wire(self) -> None:
        self.kind.chosen.connect(self._choose_kind)
        self.chooser.chosen.connect(self._choose_surface)
        self.knobs.changed.connect(self._set_knob)
        self.editor.changed.connect(lambda formula: self.changed.emit({"surface": formula}))
        self.start.changed.connect(self._set_start)
        self.noise.changed.connect(self._set_noise)
        for part in (self.knobs, self.editor, self.start, self.noise):
            getattr(part, "settled" if part is self.editor else "finished").connect(self.settled)

    def refresh(self, picture: SessionPicture) -> None:
        task = picture.experiment.problem
        shown = (task, picture.noise)
        if shown == self._shown:
            return
        self._shown, self._task = shown, task
        own = isinstance(task.surface, Formula)
        self.kind.set_place(int(own))
        for widget in (self.chooser, self.knobs):
            widget.setVisible(not own)
        self.editor.setVisible(own)
        if isinstance(task.surface, Choice):
            entry = SURFACES[task.surface.kind]
            self.chooser.set_key(task.surface.kind)
            self.knobs.show_knobs(entry.knobs)
            self.knobs.set_values(task.surface.values)
            self.about.setText(entry.summary)
            self.about.setToolTip(f"f = {entry.formula}\nSource: {entry.source}")
        else:
            self.editor.show_formula(task.surface)
            self.about.setText("names other than x and y become parameters")
        x0, x1, y0, y1 = picture.ground.view
        self.start.show_knobs(
            (
                replace(COORDINATE, name="start_x", slider=(x0, x1), help="where every run begins, x"),
                replace(COORDINATE, name="start_y", slider=(y0, y1), help="where every run begins, y"),
            )
        )
        self.start.set_values({"start_x": task.start[0], "start_y": task.start[1]})
        self.noise.set_values({"noise": picture.noise, "seed": task.seed})

    def _choose_kind(self, place: int) -> None:
        if place:
            surface = self._task.surface if self._task is not None else None
            formula = self.editor.value
            if isinstance(surface, Choice) and SURFACES[surface.kind].formula_is_exact:
                entry = SURFACES[surface.kind]
                numbers = {name: float(value) for name, value in surface.values.items()}  # type: ignore[arg-type]
                formula = Formula(entry.formula, numbers, entry.view)
            self.changed.emit({"surface": formula})
        else:
            self._choose_surface(self.chooser.key)
        self.settled.emit()

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

    def _set_noise(self, name: str, value: float) -> None:
        if name == NOISE.name:
            self.noise_changed.emit(value)
        else:
            self.changed.emit({"seed": value})

