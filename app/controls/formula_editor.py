"""The editor of a user-defined formula: its text, its parameters as knobs, and the region shown."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from app.controls.formula_field import FormulaField
from app.look.theme import Theme
from app.widgets.knob_list import KnobList
from app.widgets.restyle import restyle
from engine import COORDINATE, MAX_PARAMETERS, ExpressionError, Formula, SettingError, read_formula, typeset_surface

_SIDES = ("x0", "x1", "y0", "y1")
_LONGEST = 200  # characters of the printed formula
_PAUSE = 600  # milliseconds without a key press before an error is reported


class FormulaEditor(QWidget):
    """Text in x and y. Every other name becomes a parameter; an error is marked at its characters.

    A valid formula takes effect at once. An invalid one changes nothing, and is reported only after a pause, on Enter,
    or when the field loses focus.
    """

    changed = Signal(object)
    settled = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("formula-editor")
        self.value = Formula("x^2 + 3*y^2")
        self._told: tuple[str, tuple[int, int] | None] = ("", None)
        self.text = FormulaField()
        self.text.setAccessibleName("formula in x and y")
        self.text.setToolTip("A formula in x and y; every other name becomes a parameter, such as a in  sin(x) + a*y^2")
        self.text.setPlaceholderText("for example  sin(x)*cos(y) + a*x^2")
        self.text.setMaxLength(2000)
        self.text.setText(self.value.text)
        self.text.textEdited.connect(self._read)
        self.text.editingFinished.connect(self._finish)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE)
        self._pause.timeout.connect(self._accuse)
        self.fault = QLabel()
        self.fault.setObjectName("fault")
        self.fault.setProperty("waiting", True)
        self.fault.setWordWrap(True)
        self.parameters = KnobList()
        self.parameters.changed.connect(self._set_parameter)
        self.parameters.finished.connect(self.settled)
        self.domain = KnobList(columns=2)
        self.domain.changed.connect(self._set_side)
        self.domain.finished.connect(self.settled)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for widget in (self.text, self.fault, self.parameters, self.domain):
            column.addWidget(widget)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self.text.set_colour(theme.danger)

    def show_formula(self, formula: Formula) -> None:
        """Show a formula; text being typed or to be corrected stays if the formula is the same."""
        other = formula.text != self.value.text
        self.value = formula
        fine = self._told == ("", None)
        if other or (fine and not self.text.hasFocus() and self.text.text() != formula.text):
            self.text.setText(formula.text)
            fine = True
        if fine:
            self._tell("")
        self._show_parameters()

    def _show_parameters(self) -> None:
        values = self.value.parameters
        knob = replace(COORDINATE, slider=(-5.0, 5.0), default=1.0, help="parameter of the formula")
        self.parameters.show_knobs(tuple(replace(knob, name=name) for name in values))
        self.parameters.set_values(values)
        edge = replace(COORDINATE, slider=(-10.0, 10.0), help="bound of the region shown")
        self.domain.show_knobs(tuple(replace(edge, name=side) for side in _SIDES), _SIDES, "Region")
        self.domain.set_values(dict(zip(_SIDES, self.value.domain, strict=True)))

    def _read(self, text: str) -> None:
        try:
            parameters = read_formula(text, self.value.parameters, MAX_PARAMETERS)
        except SettingError as error:
            place = (error.position, error.length) if isinstance(error, ExpressionError) else None
            self._tell(error.sentence, place, waiting=True)
            self._pause.start()
            return
        self._change(replace(self.value, text=text, parameters=parameters))
        self._tell("")

    def _finish(self) -> None:
        self._accuse()
        self.settled.emit()

    def _accuse(self) -> None:
        sentence, place = self._told
        if sentence:
            self._tell(sentence, place)

    def _set_parameter(self, name: str, value: float) -> None:
        self._change(replace(self.value, parameters={**self.value.parameters, name: value}))

    def _set_side(self, name: str, value: object) -> None:
        sides = dict(zip(_SIDES, self.value.domain, strict=True)) | {name: value}
        x0, x1, y0, y1 = (float(side) for side in sides.values())  # type: ignore[arg-type]
        if not (x0 < x1 and y0 < y1):
            self.domain.set_values(dict(zip(_SIDES, self.value.domain, strict=True)))
            low, high = (f"{x0:g}", f"{x1:g}") if name[0] == "x" else (f"{y0:g}", f"{y1:g}")
            self.domain.knobs[name].refuse(f"{name[0]}0 must be less than {name[0]}1, got {low} and {high}")
            return
        self._change(replace(self.value, domain=(x0, x1, y0, y1)))

    def _change(self, formula: Formula) -> None:
        self.value = formula
        self._show_parameters()
        self.changed.emit(formula)

    def _tell(self, sentence: str, place: tuple[int, int] | None = None, waiting: bool = False) -> None:
        """Show an error, or the printed formula. A pending error is muted: the text may be incomplete."""
        self._pause.stop()
        self._told = (sentence, place)
        self.fault.setText(f"{sentence[:1].upper()}{sentence[1:]}." if sentence else _printed(self.value))
        self.text.mark(None if waiting else place)
        restyle(self.fault, waiting=waiting or not sentence)
        restyle(self.text, bad=bool(sentence) and not waiting)


def _printed(formula: Formula) -> str:
    text = f"f = {typeset_surface(formula)}"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"
