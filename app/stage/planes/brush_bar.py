"""Buttons of the brush: move, draw a class or a value, erase. Those of classes are their colour key as well."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QSignalBlocker, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QComboBox, QHBoxLayout, QToolButton, QWidget

from app.look.number_format import nice_step
from app.stage.brush import ADD, ERASE, Brush
from app.stage.surface.toolbar import drawn_icon
from app.widgets.elided import ElidedComboBox
from app.widgets.number_box import NumberBox

if TYPE_CHECKING:
    from app.look.theme import Theme

ICON = QSize(14, 14)
MAX_BUTTONS = 4  # classes; more of them share a list
SHORTEST, LONGEST = 3, 7  # letters of a class that the list has room for
LONGEST = 12  # characters of a class on a button
FAR = 1e9  # the largest value that can be drawn
STEPS = 40  # of the value, from the lowest to the highest target
DECIMALS = 9

MEANS = "Ctrl or the right button erases. Keys: arrows, Enter, Delete, Escape."


class BrushBar(QWidget):
    """Buttons for nothing, for each class (or for a value, which is set beside it), and for the eraser.

    Where there is no room for the names of the classes their buttons have the dots alone.
    """

    def __init__(self, theme: Theme, brush: Brush) -> None:
        super().__init__()
        self._theme, self._brush = theme, brush
        self._names: tuple[str, ...] | None = None
        self._group = QButtonGroup(self)
        self.hand = self._button("hand", "Move the view, draw nothing")
        self.hand.clicked.connect(lambda: brush.choose(""))
        self.eraser = self._button("erase", "Erase examples: press and drag; Ctrl + wheel changes the reach")
        self.eraser.clicked.connect(lambda: brush.choose(ERASE))
        self.pens: list[QToolButton] = []
        self.classes = self._class_list()
        self.value = self._value_box()
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(3)
        for part in (self.hand, self.classes, self.value, self.eraser):
            self._row.addWidget(part)
        self.hand.setChecked(True)
        brush.chosen.connect(self._show_chosen)
        self._draw_icons()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._draw_icons()

    def offer_classes(self, names: tuple[str, ...]) -> None:
        """Let these classes be drawn."""
        if names != self._names:
            self._offer(names, names if len(names) <= MAX_BUTTONS else names[:1])
            self._brush.places = len(names)
            self.value.hide()

    def offer_height(self) -> None:
        """Let values be drawn, each at its height."""
        if self._names != ():
            self._offer((), ("",))
            self._brush.places = 1
            self.value.hide()

    def offer_value(self, low: float, high: float) -> None:
        """Let the value that is set be drawn; the targets lie between low and high."""
        anew = self._names != ()
        if anew:
            self._offer((), ("",))
            self._brush.places = 2  # the value and its negative
            self.value.show()
        step = nice_step(max(high - low, 1e-6) / STEPS)
        self.value.setSingleStep(step)
        if anew:
            self.value.setValue(round(high, min(max(0, -math.floor(math.log10(step) + 1e-9)), DECIMALS)))

    def minimumSizeHint(self) -> QSize:
        whole = self._row.minimumSize()
        names = sum(self._name_width(pen) for pen in self.pens if self._is_named(pen))
        return QSize(whole.width() - names, whole.height())

    def sizeHint(self) -> QSize:
        whole = self._row.sizeHint()
        names = sum(self._name_width(pen) for pen in self.pens if pen.text() and not self._is_named(pen))
        return QSize(whole.width() + names, whole.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        named = self.width() >= self.sizeHint().width()
        style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon if named else Qt.ToolButtonStyle.ToolButtonIconOnly
        for pen in self.pens:
            if pen.text() and pen.toolButtonStyle() != style:
                pen.setToolButtonStyle(style)

    def _is_named(self, pen: QToolButton) -> bool:
        return pen.toolButtonStyle() == Qt.ToolButtonStyle.ToolButtonTextBesideIcon

    def _name_width(self, pen: QToolButton) -> int:
        """How much wider the button is with its text, as Qt reckons it."""
        metrics = pen.fontMetrics()
        return 4 + metrics.size(Qt.TextFlag.TextShowMnemonic, pen.text()).width() + 2 * metrics.horizontalAdvance(" ")

    def _offer(self, names: tuple[str, ...], drawn: tuple[str, ...]) -> None:
        """Other classes, for some of which there are buttons of their own."""
        for pen in self.pens:
            self._group.removeButton(pen)
            self._row.removeWidget(pen)
            pen.deleteLater()
        self._names = names
        self.pens = [self._pen(place, name) for place, name in enumerate(drawn)]
        with QSignalBlocker(self.classes):
            self.classes.clear()
            self.classes.addItems(names if self._listed else ())
            self.classes.setMinimumContentsLength(min(max([SHORTEST, *map(len, names)]), LONGEST))
        self.classes.setVisible(self._listed)
        self._brush.choose("")
        self._draw_icons()

    @property
    def _listed(self) -> bool:
        return self._names is not None and len(self._names) > MAX_BUTTONS

    def _pen(self, place: int, name: str) -> QToolButton:
        if self._listed:
            pen = self._button("draw", f"Draw examples of the class beside. Shift draws the next one. {MEANS}")
            pen.clicked.connect(lambda: self._brush.choose(ADD, max(self.classes.currentIndex(), 0)))
        else:
            what = f"Draw {name}. Shift draws the next class." if name else "Draw examples."
            pen = self._button(f"draw_{place}", f"{what} {MEANS}")
            pen.clicked.connect(lambda: self._brush.choose(ADD, place))
            pen.setText(name if len(name) <= LONGEST else f"{name[: LONGEST - 1]}…")
            if name:
                pen.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._row.insertWidget(1 + place, pen)
        return pen

    def _button(self, name: str, tip: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName(f"brush_{name}")
        button.setAccessibleName(tip.partition(".")[0].partition(":")[0])
        button.setToolTip(tip)
        button.setCheckable(True)
        button.setAutoRaise(True)
        button.setIconSize(ICON)
        self._group.addButton(button)
        return button

    def _class_list(self) -> QComboBox:
        classes = ElidedComboBox()
        classes.setObjectName("brush_class")
        classes.setAccessibleName("Class to draw")
        classes.setToolTip("Which class is drawn")
        classes.setIconSize(ICON)
        classes.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        classes.setMinimumContentsLength(SHORTEST)
        classes.currentIndexChanged.connect(lambda place: self._brush.choose(ADD, max(place, 0)))
        classes.hide()
        return classes

    def _value_box(self) -> NumberBox:
        value = NumberBox()
        value.setObjectName("brush_value")
        value.setAccessibleName("Value to draw")
        value.setToolTip("The target of the examples that are drawn; Shift draws its negative")
        value.setRange(-FAR, FAR)
        value.setFixedWidth(92)
        value.valueChanged.connect(lambda: self._draw_icons())
        value.hide()
        return value

    def _show_chosen(self) -> None:
        """Press the button of what the brush holds."""
        tool, place = self._brush.tool, self._brush.place
        if tool == ADD and self._listed:
            self.classes.setCurrentIndex(place)
        pen = self.pens[place if place < len(self.pens) else 0] if self.pens else self.hand
        {"": self.hand, ERASE: self.eraser}.get(tool, pen).setChecked(True)
        self._draw_icons()

    def _draw_icons(self) -> None:
        """Icons in the colours of the theme."""
        theme, colour = self._theme, self._brush.colour
        self.hand.setIcon(drawn_icon(lambda painter: _draw_hand(painter, theme.text), ICON))
        self.eraser.setIcon(drawn_icon(lambda painter: _draw_eraser(painter, theme.text), ICON))
        for place in range(self.classes.count()):
            self.classes.setItemIcon(place, _dot(colour(place, theme)))
        for place, pen in enumerate(self.pens):
            pen.setIcon(_dot(colour(max(self.classes.currentIndex(), 0) if self._listed else place, theme)))


def _dot(colour: QColor) -> QIcon:
    def draw(painter: QPainter) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colour)
        painter.drawEllipse(QPointF(7, 7), 5.5, 5.5)

    return drawn_icon(draw, ICON)


def _draw_hand(painter: QPainter, colour: QColor) -> None:
    """Four arrows: the view is moved."""
    painter.setPen(QPen(colour, 1.3))
    for across, down in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        tip, side = QPointF(7 + 6 * across, 7 + 6 * down), QPointF(-down, across) * 2.0
        back = tip - QPointF(across, down) * 2.0
        painter.drawLine(QPointF(7, 7), tip)
        painter.drawPolyline([back + side, tip, back - side])


def _draw_eraser(painter: QPainter, colour: QColor) -> None:
    """A crossed ring."""
    painter.setPen(QPen(colour, 1.3))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawEllipse(QPointF(7, 7), 6.0, 6.0)
    for side in (-1, 1):
        painter.drawLine(QPointF(4.5, 7 - 2.5 * side), QPointF(9.5, 7 + 2.5 * side))
