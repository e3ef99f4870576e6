"""The editor of a user-defined formula: its text, its parameters as knobs, and the region shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from app.controls.surface.formula_field import FormulaField
from app.documents.fresh import fresh
from app.look.theme import Theme
from app.widgets.keyboard_home import give_back
from app.widgets.knob_list import KnobList
from app.widgets.more import More
from app.widgets.restyle import restyle
from engine import (
    COORDINATE,
    MAX_PARAMETERS,
    ExpressionError,
    Formula,
    SettingError,
    SurfaceTask,
    read_formula,
    typeset_surface,
)

_SIDES = ("x0", "x1", "y0", "y1")
_LONGEST = 200  # characters of the printed formula
_PAUSE = 600  # milliseconds without a key press before an error is reported


class FormulaEditor(QWidget):
    """Text in x and y; errors are marked at their characters.

    While it is typed, its reading is shown in print and nothing else happens. Return or leaving the field applies it:
    a new name becomes a parameter, which is said; one that looks like an accident (xy, X) becomes one only by `grant`.
    An invalid formula changes nothing, and is reported only after a pause, on Return, or when the field loses focus.
    Return and Escape give the keyboard back; Escape restores the formula.
    """

    changed = Signal(object)
    settled = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("formula-editor")
        self.value = Formula("x^2 + 3*y^2")
        self._told: tuple[str, tuple[tuple[int, int], ...]] = ("", ())
        self._note = ""  # about the parameters that were made last
        self._granted: set[str] = set()
        self._offered: Sequence[str] = ()
        self.text = FormulaField()
        self.text.setAccessibleName("formula in x and y")
        self.text.setToolTip(
            "<p>A formula in x and y; every other name becomes a parameter, such as a in  sin(x) + a y².</p>"
            "<p>Return applies it, Escape restores it.</p>"
        )
        self.text.setPlaceholderText("for example  sin(x)*cos(y) + a*x^2")
        self.text.setMaxLength(2000)
        self.text.setText(self.value.text)
        self.text.textEdited.connect(self._preview)
        self.text.editingFinished.connect(self._finish)
        self.text.left.connect(self._restore)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE)
        self._pause.timeout.connect(self._accuse)
        self.fault = QLabel()
        self.fault.setObjectName("fault")
        self.fault.setProperty("waiting", True)
        self.fault.setWordWrap(True)
        self.fault.setTextFormat(Qt.TextFormat.PlainText)
        self.grant = QPushButton()
        self.grant.setObjectName("grant-parameter")
        self.grant.clicked.connect(self._grant)
        self.grant.hide()
        self.more = More("formula")
        self.parameters = KnobList(1, self.more)
        self.parameters.changed.connect(self._set_parameter)
        self.parameters.finished.connect(self.settled)
        self.domain = KnobList(2, self.more)
        self.domain.changed.connect(self._set_side)
        self.domain.finished.connect(self.settled)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for widget in (self.text, self.fault, self.grant, self.parameters, self.domain, self.more):
            column.addWidget(widget)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        self.text.set_colour(theme.danger)

    def show_formula(self, formula: Formula) -> None:
        """Show a formula; text being typed or to be corrected stays if the formula is the same."""
        other = formula.text != self.value.text
        self.value = formula
        fine = not self._told[0]
        if other:
            self._note, self._granted = "", set()
        if other or (fine and not self.text.hasFocus() and self.text.text() != formula.text):
            self.text.setText(formula.text)
            fine = True
        if fine and not self._typing:
            self._tell("")
        self._show_parameters()

    def _show_parameters(self) -> None:
        values = self.value.parameters
        knob = replace(COORDINATE, slider=(-5.0, 5.0), default=1.0, help="parameter of the formula")
        self.parameters.show_knobs(tuple(replace(knob, name=name) for name in values))
        self.parameters.set_values(values)
        edge = replace(COORDINATE, slider=(-10.0, 10.0), help="bound of the region shown", tier="more")
        usual = zip(_SIDES, _usual_domain(), strict=True)
        self.domain.show_knobs(tuple(replace(edge, name=side, default=bound) for side, bound in usual))
        self.domain.set_values(dict(zip(_SIDES, self.value.domain, strict=True)))

    @property
    def _typing(self) -> bool:
        return self.text.hasFocus() and self.text.text() != self.value.text

    def _read(self, text: str) -> Formula:
        parameters = read_formula(text, self.value.parameters, MAX_PARAMETERS, self._granted)
        return replace(self.value, text=text, parameters=parameters)

    def _preview(self, text: str) -> None:
        """Show how the text is read so far; nothing is applied."""
        self._note = ""
        try:
            formula = self._read(text)
        except SettingError as error:
            self._tell(error.sentence, _places(error), waiting=True)
            self._pause.start()
            return
        self._tell("")
        fresh = [name for name in formula.parameters if name not in self.value.parameters]
        becomes = f"\n{_listed(fresh)} will be {_parameters(fresh)}." if fresh else ""
        self.fault.setText(f"{_printed(formula)}{becomes}")

    def _finish(self) -> None:
        """Return was pressed, or the field left; while it is hidden, the text is not for the problem that is shown."""
        edited = self.text.isModified() and self.isVisibleTo(self.window())
        if edited and not self._apply():
            return
        if self.text.hasFocus():  # it was not left, but Return pressed
            give_back(self.text)

    def _apply(self) -> bool:
        """Take over what is typed; returns whether it is a formula."""
        text = self.text.text()
        try:
            formula = self._read(text)
        except SettingError as error:
            self._tell(error.sentence, _places(error), offer=_possible(error))
            self.settled.emit()
            return False
        self.text.setModified(False)
        if text != self.value.text:
            fresh = [name for name in formula.parameters if name not in self.value.parameters]
            are = "is" if len(fresh) == 1 else "are"
            self._note = f"{_listed(fresh)} {are} {_parameters(fresh)}, 1 for now." if fresh else ""
            self._change(formula)
        self._tell("")
        self.settled.emit()
        return True

    def _restore(self) -> None:
        """Show again the formula that holds, and leave the field."""
        self.text.setText(self.value.text)
        self._tell("")
        give_back(self.text)

    def _grant(self) -> None:
        """Make parameters of names that look like accidents."""
        self._granted.update(self._offered)
        self._finish()

    def _accuse(self) -> None:
        sentence, places = self._told
        if sentence:
            self._tell(sentence, places, offer=self._offered)

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

    def _tell(
        self,
        sentence: str,
        places: tuple[tuple[int, int], ...] = (),
        waiting: bool = False,
        offer: Sequence[str] = (),
    ) -> None:
        """Show an error, or the printed formula. A pending error is muted: the text may be incomplete.

        offer: names that a button makes parameters.
        """
        self._pause.stop()
        self._offered = offer
        self.grant.setText(f"Make {_listed(offer)} {_parameters(offer, new=False)}" if offer else "")
        self.grant.setVisible(bool(offer))
        self._told = (sentence, places)
        note = f"\n{self._note}" if self._note else ""
        self.fault.setText(_sentence(sentence, self.text.text()) if sentence else f"{_printed(self.value)}{note}")
        self.text.mark(() if waiting else places)
        restyle(self.fault, waiting=waiting or not sentence)
        restyle(self.text, bad=bool(sentence) and not waiting)


def _usual_domain() -> tuple[float, ...]:
    problem = fresh("formula").problem
    assert isinstance(problem, SurfaceTask) and isinstance(problem.surface, Formula)
    return problem.surface.domain


def _printed(formula: Formula) -> str:
    text = f"f = {typeset_surface(formula)}"
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]} …"


def _places(error: SettingError) -> tuple[tuple[int, int], ...]:
    return error.places if isinstance(error, ExpressionError) else ()


def _possible(error: SettingError) -> Sequence[str]:
    """The names in an error that could be parameters, if nothing else is wrong."""
    unknown = error.unknown if isinstance(error, ExpressionError) else ()
    names = tuple(dict.fromkeys(item.name for item in unknown))
    return names if all(item.may_be_new for item in unknown) else ()


def _sentence(words: str, typed: str) -> str:
    """With a capital, unless it begins with what was typed, which keeps its spelling."""
    first = words.split(" ", 1)[0]
    return f"{words if first in typed else words[:1].upper() + words[1:]}."


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _parameters(names: Sequence[str], new: bool = True) -> str:
    word = "new parameter" if new else "parameter"
    return f"a {word}" if len(names) == 1 else f"{word}s"
