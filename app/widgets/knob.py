"""The control of one hyper-parameter, made from its declaration: symbol, name, slider and number field."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from functools import cached_property, partial

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QActionGroup, QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from app.look.number_format import number
from app.widgets.context_menu import ContextMenu
from app.widgets.keyboard_home import give_back
from app.widgets.option_picker import OptionPicker
from app.widgets.restart_effects import RESTARTS, SENTENCES
from app.widgets.restyle import restyle
from app.widgets.slider import Slider
from app.widgets.switch import Switch
from engine import UNDRIVEN, ExpressionError, Hyper, SettingError, Value, is_drivable, read_number

_TICKS = 1000
_LONGEST = 400  # characters of input
_HEAD = 19  # pixels
_ARROWS = {Qt.Key.Key_Up: 1, Qt.Key.Key_Right: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_Left: -1}


def shown(value: Value, kind: str) -> str:
    """A value as shown in the number field; typing it back gives the same value."""
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return ", ".join(shown(item, "real") for item in value)
    if isinstance(value, float) and math.isinf(value):
        return "off" if value < 0 else "inf"
    if kind == "switch":
        return "on" if value else "off"
    if kind == "integer":
        return str(int(value))
    short = f"{value:.6g}"
    exact = short if float(short) == value else repr(float(value))
    return exact.replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")


def read(text: str, hyper: Hyper) -> Value:
    """Parse what was typed, a number as people write it. Raises SettingError with the knob's own message.

    A list is separated by semicolons or, without any, by commas.
    """
    text = text.strip()[:_LONGEST]
    if hyper.kind == "choice":
        return hyper.check(text)
    if hyper.kind == "list":
        pieces = [piece for piece in text.split(";" if ";" in text else ",") if piece.strip()]
        return hyper.check([_number(piece, hyper) for piece in pieces])
    if text.lower() == "off" and hyper.low == float("-inf"):
        return hyper.low
    return hyper.check(_number(text, hyper))


def _number(text: str, hyper: Hyper) -> float:
    if re.fullmatch(r"\s*0[0-9]+\s*", text) and hyper.kind == "list":  # the end of 1,000
        raise SettingError(f"{hyper.title}: write thousands without a mark between them, got {text.strip()[:30]!r}")
    try:
        return read_number(text, hyper.kind in ("integer", "list"), hyper.unit == "%")
    except ExpressionError:
        short = text.strip() if len(text) <= 30 else f"{text.strip()[:30]}…"
        raise SettingError(f"{hyper.title} must be a number in {hyper.range}, got {short!r}") from None
    except SettingError as error:
        raise SettingError(f"{hyper.title} must be a number in {hyper.range}: {error.sentence}") from None


def _shifted(event: QKeyEvent) -> bool:
    return bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)


class Knob(QWidget):
    """`changed` carries what a user set, at every step of a drag; `finished` marks the end of the gesture.

    driven carries its name and the key of the schedule that shall drive it, chosen from the menu of one to which
    `offer_drivers` has given any. `set_value` shows a value without emitting. An invalid value changes nothing: the
    error is shown until it is corrected or Escape is pressed. Return and Escape give the keyboard back.
    """

    changed = Signal(str, object)
    finished = Signal()
    driven = Signal(str, str)

    def __init__(self, hyper: Hyper) -> None:
        super().__init__()
        self.hyper = hyper
        self._drivers: Mapping[str, str] = {}
        self._driver = ""
        self._blocked = ""
        self._value: Value = hyper.default
        self.setObjectName(f"knob-{hyper.name}")
        self.setAccessibleName(hyper.title)
        low, high = hyper.slider or (hyper.low, hyper.high)
        self._low, self._high = low, high
        self._log = hyper.log and high > 0.0
        sign = hyper.symbol if hyper.kind != "switch" else ""
        self.symbol = QLabel(sign)
        self.symbol.setObjectName("knob-symbol")
        if not sign:
            self.symbol.hide()
        self.label = QLabel(hyper.title)
        self.label.setObjectName("knob-name" if sign else "knob-title")
        self.field = QLineEdit(self)
        self.slider: Slider | None = None
        self.switch: Switch | None = None
        self.options: OptionPicker | None = None
        self._effect = ""
        self._refused = ""
        self._head, self._column = QHBoxLayout(), QVBoxLayout(self)
        for label in (self.symbol, self.label):
            label.installEventFilter(self)
        self._make_parts()
        self._describe()
        self.set_value(hyper.default)

    def set_value(self, value: Value) -> None:
        """Show a value without emitting; text being typed stays."""
        self._value = value
        if self.switch is not None:
            with QSignalBlocker(self.switch):
                self.switch.setChecked(bool(value))
            return
        if self.options is not None:
            self.options.set_option(str(value))
            return
        if not self.field.hasFocus() or not self.field.isModified():
            self._write(value)
        if self.slider is not None and not self.slider.isSliderDown() and not isinstance(value, tuple | str):
            with QSignalBlocker(self.slider):
                self.slider.setValue(self._tick(float(value)))

    # What few knobs ever show is made when it is first needed: a window has many, and styles all their labels.

    @cached_property
    def mark(self) -> QLabel:
        """Tells that changing it restarts the runs."""
        return self._beside_name("↺", "knob-name", 1)

    @cached_property
    def drive(self) -> QLabel:
        """Tells where the schedule that drives it has come to."""
        return self._beside_name("", "knob-drive", 2 if self._has("mark") else 1)

    @cached_property
    def fault(self) -> QLabel:
        """Tells why a value is invalid."""
        label = QLabel()
        label.setObjectName("fault")
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.hide()
        self._column.addWidget(label)
        return label

    def _beside_name(self, text: str, name: str, places: int) -> QLabel:
        label = QLabel(text)
        label.setObjectName(name)
        label.hide()
        self._head.insertWidget(self._head.indexOf(self.label) + places, label)
        return label

    def _has(self, name: str) -> bool:
        """Whether a label has been made."""
        return name in vars(self)

    @property
    def value(self) -> Value:
        return self._value

    @property
    def is_driven(self) -> bool:
        """Whether a schedule drives it."""
        return bool(self._driver)

    @property
    def is_held(self) -> bool:
        """Whether a hand is at it: it has the keyboard, or its slider is being dragged."""
        dragged = self.slider is not None and self.slider.isSliderDown()
        focus = self.window().focusWidget()  # also of a window that is not in front
        return dragged or (focus is not None and self.isAncestorOf(focus))

    def show_effect(self, effect: str, marked: bool) -> None:
        """Tell in advance what changing it does to the runs (LIVE, RESTARTS or ""); marked: with an icon, too."""
        is_marked = marked and effect == RESTARTS
        if is_marked or self._has("mark"):
            self.mark.setVisible(is_marked)
        if effect != self._effect:
            self._effect = effect
            self._describe()

    def block(self, reason: str) -> None:
        """Let nobody change it, and say why; "" lets everybody again."""
        if reason != self._blocked:
            self._blocked = reason
            self.setEnabled(not reason)
            self._describe()

    def offer_drivers(self, drivers: Mapping[str, str]) -> None:
        """Offer schedules that may drive it, key -> title, in its context menu."""
        self._drivers = drivers if is_drivable(self.hyper) else {}
        self._describe()

    def show_driver(self, title: str, value: float) -> None:
        """Show beside its own value which schedule drives it, and where that has come to; "" without any."""
        if title:
            self.drive.setText(f"∿ {number(value)}")
            self.drive.setToolTip(f"<p>Driven by {title}: {number(value)} now. Right-click to change that.</p>")
        if title or self._has("drive"):
            self.drive.setVisible(bool(title))
        if title != self._driver:
            self._driver = title
            self._describe()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if not self._drivers or self._blocked:
            event.ignore()
            return
        self.driver_menu().popup(event.globalPos())

    def driver_menu(self) -> ContextMenu:
        """The menu of the schedules that may drive it."""
        menu = ContextMenu(self)
        menu.addSection("Drive by schedule")
        group = QActionGroup(menu)
        for key, title in self._drivers.items():
            is_none = key == UNDRIVEN
            action = group.addAction(f"None: {self.hyper.title} stays as set" if is_none else title)
            action.setCheckable(True)
            action.setChecked(title == self._driver or (is_none and not self._driver))
            action.triggered.connect(partial(self.driven.emit, self.hyper.name, key))
            menu.addAction(action)
        return menu

    def _make_parts(self) -> None:
        hyper = self.hyper
        head, column = self._head, self._column
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(6)
        head.addWidget(self.symbol)
        head.addWidget(self.label)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(head)
        if hyper.kind == "switch":
            self.field.hide()
            self.switch = Switch()
            self.switch.toggled.connect(self._toggle)
            head.addStretch(1)
            head.addWidget(self.switch)
            return
        if hyper.kind == "choice":
            self.field.hide()
            self.options = OptionPicker(hyper.options, hyper.title, hyper.titles)
            self.options.chosen.connect(self._pick)
            head.addWidget(self.options, 1)
            return
        self.field.setObjectName("knob-field")
        self.field.setFixedHeight(_HEAD)
        self.field.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.field.setMaxLength(_LONGEST)
        self.field.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.field.editingFinished.connect(self._finish)
        self.field.installEventFilter(self)
        head.addWidget(self.field, 1)
        if hyper.unit:
            unit = QLabel(hyper.unit)
            unit.setObjectName("knob-unit")
            head.addWidget(unit)
        if hyper.kind != "list" and math.isfinite(self._low) and math.isfinite(self._high):
            self.slider = Slider()
            self.slider.installEventFilter(self)
            self.slider.setRange(0, _TICKS)
            self.slider.setSingleStep(_TICKS // 100)
            self.slider.setPageStep(_TICKS // 10)
            self.slider.valueChanged.connect(self._slid)
            self.slider.sliderReleased.connect(self.finished)
            self.slider.reset.connect(self._to_default)
            column.addWidget(self.slider)

    def _describe(self) -> None:
        hyper = self.hyper
        lines = [f"{hyper.help[:1].upper()}{hyper.help[1:].rstrip('.')}."] if hyper.help else []
        default = shown(hyper.default, hyper.kind)
        choice = hyper.kind == "choice"
        lines.append(f"Default {default}, {hyper.range}." if choice else f"Range {hyper.range}, default {default}.")
        if self._blocked:
            lines.append(f"Not here: {self._blocked}.")
        elif self._effect:
            lines.append(SENTENCES[self._effect])
        if self._driver:
            lines.append(f"Driven by the schedule {self._driver}, which multiplies this value.")
        self.setAccessibleDescription(" ".join(lines))
        if hyper.kind != "list":
            further = " Right-click it to let a schedule drive the value." if self._drivers else ""
            lines.append(f"Double-click the name to reset it.{further}")
        self.setToolTip("<p>" + "</p><p>".join(lines) + "</p>")
        if self.options is not None:
            self.options.setToolTip(self.toolTip())
        parts = ((self.field, "value"), (self.slider, "slider"), (self.switch, "switch"), (self.options, "options"))
        for part, name in parts:
            if part is not None:
                part.setAccessibleName(f"{hyper.title} {name}")
                part.setAccessibleDescription(self.accessibleDescription())

    @property
    def _least(self) -> float:
        """The lower end of a logarithmic slider, which cannot show 0."""
        return self._low if self._low > 0.0 else self._high * 1e-6

    def _tick(self, value: float) -> int:
        low, high = self._low, self._high
        if self._log:
            low = self._least
            if value <= low:
                return 0
            share = math.log(min(value, high) / low) / math.log(high / low)
        else:
            share = (value - low) / (high - low) if high > low else 0.0
        return round(_TICKS * min(max(share, 0.0), 1.0))

    def _at(self, tick: int) -> float:
        """The value at a slider position, rounded to the precision of a drag."""
        low, high, share = self._low, self._high, tick / _TICKS
        if self._log:
            if tick == 0 and self.hyper.low == 0.0:
                return 0.0  # the lower end of a logarithmic slider is off
            value = self._least * (high / self._least) ** share
            return float(f"{value:.3g}")
        value = low + (high - low) * share
        if self.hyper.kind == "integer":
            return round(value)
        digits = max(0, 3 - math.floor(math.log10(high - low))) if high > low else 3
        return round(value, digits)

    def _slid(self, tick: int) -> None:
        self._offer(min(max(self._at(tick), self.hyper.low), self.hyper.high))
        if self.slider is not None and not self.slider.isSliderDown():
            self.finished.emit()

    def _offer(self, value: float) -> None:
        kept = self.hyper.check(round(value) if self.hyper.kind == "integer" else value)
        self._write(kept)
        if kept != self._value:
            self._value = kept
            self.changed.emit(self.hyper.name, kept)

    def _write(self, value: Value) -> None:
        """Put a value into the field, replacing whatever is there; this also clears an error."""
        text = shown(value, self.hyper.kind)
        if self.field.text() != text:
            self.field.setText(text)
            self.field.setCursorPosition(0)
        self.field.setModified(False)
        self.refuse("")

    def _typed(self) -> None:
        if not self.field.isModified():
            return
        try:
            value = read(self.field.text(), self.hyper)
        except SettingError as error:
            self.refuse(error.sentence)
            return
        changed = value != self._value
        self.field.setModified(False)
        self.set_value(value)
        if changed:
            self.changed.emit(self.hyper.name, value)
            self.finished.emit()

    def abandon(self) -> None:
        """Forget what is being typed: it was meant for what the knob showed before."""
        if self.field.isModified():
            self._write(self._value)

    def _finish(self) -> None:
        if not self.isVisibleTo(self.window()):  # not left by a hand, but hidden with what it belongs to
            self.abandon()
            return
        self._typed()
        if self.field.hasFocus() and not self._refused:  # it was not left, but Return pressed
            give_back(self.field)

    def _toggle(self, on: bool) -> None:
        self._value = on
        self.changed.emit(self.hyper.name, on)
        self.finished.emit()

    def _pick(self, option: str) -> None:
        self._value = option
        self.changed.emit(self.hyper.name, option)
        self.finished.emit()

    def _to_default(self) -> None:
        self.field.setModified(False)
        changed = self._value != self.hyper.default
        self.set_value(self.hyper.default)
        if changed:
            self.changed.emit(self.hyper.name, self.hyper.default)
            self.finished.emit()

    def refuse(self, sentence: str) -> None:
        """Show below the knob why a value is invalid; "" clears the error."""
        if sentence != self._refused:
            self._refused = sentence
            self.fault.setText(sentence)
            self.fault.setVisible(bool(sentence))
        restyle(self.field, bad=bool(sentence))

    def _nudge(self, direction: int, coarse: bool) -> None:
        """Arrow keys: by a tenth (coarse: tenfold) on a logarithmic knob, else a hundredth (a tenth) of the slider."""
        if isinstance(self._value, tuple | bool | str):
            return
        value = float(self._value) if math.isfinite(self._value) else self._low
        if self._log:
            value = (value or self._least) * (10.0 if coarse else 1.1) ** direction
        elif self.hyper.kind == "integer":
            value += direction * (10 if coarse else 1)
        else:
            value += direction * (self._high - self._low) * (0.1 if coarse else 0.01)
        if self.hyper.kind != "integer":
            value = float(f"{value:.6g}")
        elif round(value) == self._value:
            value += direction  # a tenth of a small integer rounds to zero
        self._offer(min(max(value, self.hyper.low), self.hyper.high))
        self.set_value(self._value)
        self.finished.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched in (self.label, self.symbol) and event.type() == QEvent.Type.MouseButtonDblClick:
            self._to_default()
            return True
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape:
                typed = self.field.isModified()
                self._write(self._value)
                give_back(self.field)
                return typed  # else it may close what the knob lies in
            if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down) and self.slider is not None:
                self._nudge(_ARROWS[Qt.Key(event.key())], coarse=_shifted(event))
                return True
        if watched is self.slider and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            direction = _ARROWS.get(Qt.Key(event.key()), 0)
            if direction:  # a step of the slider itself may be less than one unit of a small integer
                self._nudge(direction, coarse=_shifted(event))
                return True
        return False
