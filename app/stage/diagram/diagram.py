"""The diagram of a network: units, weights, and what each unit answers; shaped, and set by number, with the hand."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetricsF,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)  # fmt: skip
from PySide6.QtWidgets import QWidget

from app.look.data_ranges import home_of
from app.look.number_format import nice_step
from app.stage.canvas import blank
from app.stage.diagram import navigation
from app.stage.diagram.diagram_background import draw_legend, draw_scenery
from app.stage.diagram.edges import Edges
from app.stage.diagram.editor import Editor
from app.stage.diagram.item import BIAS, UNIT, WEIGHT, Item
from app.stage.diagram.layer_headers import Heads
from app.stage.diagram.layout import HEADER, Layout, layout_of
from app.stage.diagram.shape import Asked, Change, Shape, shape_of, with_activation, with_units
from app.stage.diagram.unit_tiles import NODES, Region, Tiles
from app.stage.diagram.units import draw_units
from app.stage.diagram.validation import Reading, card_box, card_size, draw_card, reading_of, where
from app.stage.network_view import NetworkView
from app.stage.small_font import small_font
from app.widgets.shortcut_override import keeps
from engine import COORDINATE, UNITS, Learner, NetworkTask, Wanted

if TYPE_CHECKING:
    from app.look.theme import Theme
    from engine import Portrait, SessionPicture

ARROWS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right)
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
LEAST_REACH = 2.0  # of the slider of a weight, to either side of 0
HEAVY = 3e8  # weights times examples from which means of activations are not computed without being asked for
ROOMY = 440  # pixels of width from which a card has an enlarged map
CLICK = 5.0  # pixels of movement up to which a press is a click


class Diagram(NetworkView):
    """Inputs, hidden layers and outputs from left to right, with their weights as lines.

    The pointer or the keyboard looks at an item (a unit, a bias, a weight), which is told on a card; a click or Enter
    opens its number in a small panel.
    """

    KEY = "diagram"
    TITLE = "Diagram"
    TIP = "Units, weights and what each unit answers; click a weight to set it, a layer's name to change it"

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(220, 170)
        self.hovered: Item | None = None
        self.selected: Item | None = None
        self.shape: Shape | None = None
        self.portrait: Portrait | None = None
        self.plan: Layout | None = None
        self.heads = Heads()
        self.heads.setParent(self)
        self.editor = Editor()
        self.editor.setParent(self)
        self.editor.hide()
        self._asked = Asked()
        self._learner: Learner | None = None
        self._region: Region = (-1.0, 1.0, -1.0, 1.0)
        self._edges: Edges | None = None
        self._tiles: Tiles | None = None
        self._base: QImage | None = None
        self._edited: Item | None = None
        self._looking = False
        self._pressed: QPointF | None = None
        self.heads.reshaped.connect(self._reshape)
        self.heads.activated.connect(self._activate)
        self.heads.settled.connect(self.settled)
        self.heads.units_wanted.connect(self._edit_units)
        self.heads.entered.connect(lambda: self._hover(None))
        self.editor.finished.connect(self.settled)
        self.editor.changed.connect(self._set)
        self.editor.closed.connect(self._editor_closed)

    # What the stage calls

    def wanted(self) -> Wanted:
        shape = self.shape
        if shape is None:
            return Wanted()
        if shape.mapped:
            return Wanted(region=self._region, units=NODES, look=self._looking)
        assert self._learner is not None
        light = shape.network.parameters * len(self._learner.data.targets) < HEAVY
        return Wanted(look=self._looking or light)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._lay_out()

    def refresh(self, picture: SessionPicture) -> None:
        learner, task = picture.learner, picture.shown_task
        if learner is None or not isinstance(task, NetworkTask):
            return
        assert isinstance(picture.task, NetworkTask)
        self._asked.confirm(picture.task.hidden)
        if learner is self._learner:
            return
        before = self.wanted()
        self._learner = learner
        self._region = home_of(task, learner.data.raw[:, [0, -1]])
        self._show_shape(shape_of(task, learner))
        if self.wanted() != before:
            self.wanted_changed.emit()

    def show_portrait(self, portrait: Portrait) -> None:
        if self.shape is None or portrait.learner is not self._learner:
            return
        if self.portrait is not None and self.portrait.run != portrait.run:
            self.editor.close_panel()  # it was about another run's number
        self.portrait = portrait
        self._take()
        self.update(self._moving)

    def describe(self) -> str:
        shape = self.shape
        if shape is None:
            return ""
        parts = [f"Inputs {', '.join(shape.inputs[:12])}" if shape.image is None else f"{len(shape.inputs)} pixels"]
        for column in range(1, shape.columns):
            units = shape.network.sizes[column]
            parts.append(f"{shape.title(column)}: {units} units, {shape.activation(column)}")
        reading = self._reading(self.selected)
        chosen = f" Selected: {reading.words()}." if reading is not None else ""
        return f"Diagram. {'; '.join(parts)}.{chosen}"

    # What a person does

    def look_at(self, item: Item | None) -> None:
        """Select an item, or nothing."""
        self.selected = item
        self._look()
        self.setAccessibleDescription(self.describe())

    def edit(self, item: Item) -> None:
        """Open the number of a weight, or of the bias of a unit."""
        shape, portrait, layout = self.shape, self.portrait, self.plan
        place = item.place(shape.network) if shape is not None else None
        if place is None or shape is None or portrait is None or layout is None:
            return
        self._edited = item if item.kind == WEIGHT else replace(item, kind=BIAS)
        self.hovered = None
        value = float(portrait.theta[place])
        span = self._edges.scale if self._edges is not None else LEAST_REACH
        reach = nice_step(max(LEAST_REACH, 2.0 * abs(value) if np.isfinite(value) else 0.0, 1.5 * span))
        hyper = replace(COORDINATE, name="bias" if self._edited.kind == BIAS else "weight", slider=(-reach, reach))
        tip = "Return sets it, the slider while it is moved, Escape closes. The run goes on from there."
        self.editor.open(where(shape, self._edited), tip, hyper, value, layout.box(self._edited).toRect(), self._inside)
        self._look()

    @property
    def _inside(self) -> QRect:
        return self.rect().adjusted(4, 4, -4, -4)

    def _edit_units(self, column: int) -> None:
        shape = self.shape
        if shape is None or column > len(self._asked.hidden):  # it is to go
            return
        self._edited = Item(UNIT, column, 0)
        box = self.heads.heads[column - 1].geometry()
        tip = "Return sets it, Escape closes. This changes the shape: the runs begin again."
        units = self._asked.hidden[column - 1].units
        self.editor.open(f"of {shape.title(column)}", tip, UNITS, units, box, self._inside)

    def _set(self, value: float) -> None:
        """The editor has a new number."""
        shape, item = self.shape, self._edited
        if shape is None or item is None:
            return
        if item.kind == UNIT:
            self._reshape(partial(with_units, place=item.column - 1, units=round(value)))
            return
        place = item.place(shape.network)
        assert place is not None
        self.parameter_edited.emit(place, value)

    def _reshape(self, change: Change) -> None:
        before = self._asked.hidden
        after = change(before)
        if after != before:
            self._asked.ask(after)
            self.edited.emit({"hidden": after})

    def _activate(self, column: int, key: str) -> None:
        shape = self.shape
        assert shape is not None
        if column == shape.columns - 1:
            self.edited.emit({"output": key})
        else:
            self._reshape(partial(with_activation, place=column - 1, key=key))

    def _editor_closed(self) -> None:
        self._edited = None
        self.setFocus()
        self._look()

    # What is shown

    def _show_shape(self, shape: Shape) -> None:
        before, self.shape = self.shape, shape
        if before is not None and before.network.sizes != shape.network.sizes:
            self.portrait = None
            self.editor.close_panel()
        self._lay_out()

    def _lay_out(self) -> None:
        self._base = None
        shape, learner = self.shape, self._learner
        if shape is None or learner is None:
            return
        font = small_font(self.font())
        layout = self.plan = layout_of(shape, QSizeF(self.size()), QFontMetricsF(font))
        self.heads.setGeometry(0, 0, self.width(), round(HEADER))
        self.heads.show_layout(layout, font)
        self._edges, self._tiles = Edges(layout), Tiles(layout, learner, self.theme, self._region)
        for item in (self.selected, self.hovered):
            if item is not None and not layout.holds(item):
                self.selected = self.hovered = None
        self._take()
        self.update()

    def _take(self) -> None:
        portrait, shape = self.portrait, self.shape
        if portrait is None or shape is None or len(portrait.theta) != shape.network.parameters:
            return
        assert self._edges is not None and self._tiles is not None
        self._edges.take(portrait.theta)
        self._tiles.take(portrait)
        if self._edited is not None and self._edited.kind != UNIT:
            place = self._edited.place(shape.network)
            assert place is not None
            self.editor.show_now(float(portrait.theta[place]))

    @property
    def _focus(self) -> Item | None:
        """What is looked at: by the hand that edits it, the pointer, or the keyboard."""
        if self._edited is not None and self._edited.kind != UNIT:
            return self._edited
        return self.hovered or self.selected

    def _look(self) -> None:
        """Something else is looked at: gradients are wanted as long as anything is."""
        self.update()
        looking = self._focus is not None
        if looking != self._looking:
            self._looking = looking
            self.wanted_changed.emit()

    def _reading(self, item: Item | None) -> Reading | None:
        if item is None or self.shape is None or self.portrait is None:
            return None
        reading = reading_of(self.shape, item, self.portrait)
        return reading if self.width() >= ROOMY else replace(reading, picture=False)

    # Painting

    @property
    def _moving(self) -> QRect:
        """All but the heads, which would be painted again with what is below them."""
        return self.rect().adjusted(0, round(HEADER), 0, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        layout, edges, tiles = self.plan, self._edges, self._tiles
        if layout is None or edges is None or tiles is None:
            with QPainter(self) as painter:
                painter.fillRect(event.rect(), self.theme.panel)
            return
        if self._base is None:
            self._base = blank(self, self.theme.panel)
            with QPainter(self._base) as painter:
                painter.setFont(small_font(self.font()))
                draw_scenery(painter, layout, self.theme)
        with QPainter(self) as painter:
            painter.setFont(small_font(self.font()))
            painter.drawImage(0, 0, self._base)
            edges.draw(painter, self.theme, self._focus)
            draw_units(painter, tiles, self.theme, self.portrait, self._focus)
            draw_legend(painter, layout, edges, self.theme, self.height() - 1)
            if not self.editor.isVisible():
                self._draw_card(painter, layout)

    def _draw_card(self, painter: QPainter, layout: Layout) -> None:
        item = self._focus
        reading = self._reading(item)
        if item is None or reading is None or self._tiles is None:
            return
        bounds = QRectF(self._inside.adjusted(0, round(HEADER) - 4, 0, 0))
        box = card_box(layout.box(item), card_size(reading, painter.font(), 0.4 * bounds.height()), bounds)
        picture = draw_card(painter, self.theme, reading, box)
        if picture is not None:
            self._tiles.draw(painter, item.column, item.unit, picture)

    # Events

    def sizeHint(self) -> QSize:
        return QSize(560, 320)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.editor.close_panel()
        self._lay_out()

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in (QEvent.Type.FontChange, QEvent.Type.StyleChange):
            self._lay_out()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if not self.editor.isVisible():
            self._hover(self._item_at(event.position()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.editor.close_panel()
            self._pressed = event.position()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        pressed, self._pressed = self._pressed, None
        at = event.position()
        if event.button() != Qt.MouseButton.LeftButton or pressed is None:
            return
        if (at - pressed).manhattanLength() > CLICK:
            return
        item = self._item_at(at)
        self.look_at(item)
        if item is not None and item.kind != UNIT:
            self.edit(item)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        item = self._item_at(event.position())
        if item is not None and event.button() == Qt.MouseButton.LeftButton:
            self.edit(item)

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        by_tab = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        if by_tab and self.selected is None and self.plan is not None:
            self.look_at(navigation.first(self.plan))

    def event(self, event: QEvent) -> bool:
        return keeps(event, self._knows) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        layout, selected = self.plan, self.selected
        if layout is None or selected is None or not self._knows(event):
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_Escape:
            self.look_at(None)
        elif event.key() in ENTER:
            self.edit(selected)
        else:
            self.hovered = None
            self.look_at(navigation.moved(layout, selected, Qt.Key(event.key())))

    def focusNextPrevChild(self, next: bool) -> bool:
        """Tab goes through the units while one is selected; Escape lets it leave the diagram."""
        if self.hasFocus() and self.selected is not None and self.plan is not None:
            item = navigation.beside(self.plan, self.selected, 1 if next else -1)
            if item is not None:
                self.look_at(item)
                return True
            self.look_at(None)
        return bool(QWidget.focusNextPrevChild(self, next))

    def _knows(self, event: QKeyEvent) -> bool:
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        return plain and self.selected is not None and event.key() in (*ARROWS, *ENTER, Qt.Key.Key_Escape)

    def _item_at(self, at: QPointF) -> Item | None:
        if self.plan is None or self._edges is None:
            return None
        return self.plan.unit_at(at) or self._edges.nearest(at)

    def _hover(self, item: Item | None) -> None:
        if item == self.hovered:
            return
        self.hovered = item
        editable = item is not None and item.kind != UNIT
        self.setCursor(Qt.CursorShape.PointingHandCursor if editable else Qt.CursorShape.ArrowCursor)
        self._look()
