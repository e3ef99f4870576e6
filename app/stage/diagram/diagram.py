"""The interactive diagram of a network: units with their activations, weights, and editing of both."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import (
    QFocusEvent,
    QFontMetricsF,
    QHideEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)  # fmt: skip
from PySide6.QtWidgets import QWidget

from app.look.networks.data_ranges import default_region
from app.look.number_format import counted, nice_step
from app.stage.canvas import blank
from app.stage.diagram import navigation
from app.stage.diagram.diagram_background import draw_background, draw_legend
from app.stage.diagram.diagram_item import BIAS, UNIT, WEIGHT, DiagramItem
from app.stage.diagram.diagram_layout import HEADER, DiagramLayout, diagram_layout
from app.stage.diagram.edges import Edges
from app.stage.diagram.item_card import CardText, card_box, card_size, card_text, draw_card, location
from app.stage.diagram.layer_headers import LayerHeaders
from app.stage.diagram.network_shape import (
    LayersChange,
    NetworkShape,
    PendingLayers,
    network_shape,
    with_activation,
    with_units,
)
from app.stage.diagram.number_editor import NumberEditor
from app.stage.diagram.unit_tiles import NODES, Region, UnitTiles
from app.stage.diagram.units import draw_units
from app.stage.networks.network_view import NetworkView
from app.stage.small_font import small_font
from app.widgets.restart_effects import RESTARTS, SENTENCES
from app.widgets.shortcut_override import accepts_shortcut
from engine import COORDINATE, UNITS, Activations, Gradients, Learner, NetworkTask, Query, UnitMaps

if TYPE_CHECKING:
    from app.look.theme import Theme
    from engine import NetworkSnapshot, SessionPicture

ARROWS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right)
ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)
MIN_REACH = 2.0  # minimum slider range of a weight, to either side of 0
HEAVY = 3e8  # weights times examples from which mean activations are computed only on demand
ROOMY = 440  # pixels of width from which cards have an enlarged map
CLICK = 5.0  # pixels of movement up to which a press is a click


_INSIDE: tuple[Query[Any], ...] = (Gradients(), Activations())  # of an item that is looked at


class Diagram(NetworkView):
    """Inputs, hidden layers and outputs from left to right, with their weights as lines.

    The pointer or the keyboard focuses an item (a unit, a bias, a weight), which a card describes; a click or Enter
    opens its number in a small panel.
    """

    KEY = "diagram"
    TITLE = "Diagram"
    ASKS = (UnitMaps, Gradients, Activations)
    TIP = "Units with their activations, and weights; click a weight to edit it, a layer's name to change the layer"

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setMinimumSize(220, 170)
        self.hovered: DiagramItem | None = None
        self.selected: DiagramItem | None = None
        self.shape: NetworkShape | None = None
        self.snapshot: NetworkSnapshot | None = None
        self.diagram_layout: DiagramLayout | None = None
        self.headers = LayerHeaders()
        self.headers.setParent(self)
        self.editor = NumberEditor()
        self.editor.setParent(self)
        self.editor.hide()
        self._pending = PendingLayers()
        self._learner: Learner | None = None
        self._region: Region = (-1.0, 1.0, -1.0, 1.0)
        self._made: tuple[Edges, UnitTiles] | None = None  # for the layout
        self._base: QImage | None = None
        self._edited: DiagramItem | None = None
        self._has_focus_item = False
        self._pressed: QPointF | None = None
        self.headers.reshaped.connect(self._reshape)
        self.headers.activated.connect(self._activate)
        self.headers.settled.connect(self.settled)
        self.headers.units_wanted.connect(self._edit_units)
        self.headers.entered.connect(lambda: self._hover(None))
        self.editor.finished.connect(self.settled)
        self.editor.changed.connect(self._set)
        self.editor.closed.connect(self._editor_closed)

    # Called by the stage

    def queries(self) -> frozenset[Query[Any]]:
        shape = self.shape
        if shape is None:
            return frozenset()
        if shape.mapped:
            return frozenset({UnitMaps(self._region, NODES), *(_INSIDE if self._has_focus_item else ())})
        assert self._learner is not None
        light = shape.network.parameters * len(self._learner.data.targets) < HEAVY
        return frozenset(_INSIDE if self._has_focus_item or light else ())

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self._lay_out()

    def refresh(self, picture: SessionPicture) -> None:
        learner, task = Learner.of(picture.subject), picture.problem.task
        if not isinstance(task, NetworkTask):
            return
        assert isinstance(picture.run_task, NetworkTask)
        self._pending.confirm(picture.run_task.hidden)
        if learner is self._learner:
            return
        before = self.queries()
        self._learner = learner
        raw, last = learner.data.raw, learner.data.raw.shape[1] - 1
        # Views of the first input and the last: of very many examples a copy takes longer than a frame.
        self._region = default_region(task, raw[:, ::last] if last else np.broadcast_to(raw, (len(raw), 2)))
        self._show_shape(network_shape(task, learner))
        if self.queries() != before:
            self.wanted_changed.emit()

    def show_snapshot(self, snapshot: NetworkSnapshot) -> None:
        if self.shape is None or snapshot.learner is not self._learner:
            return
        if self.snapshot is not None and self.snapshot.run != snapshot.run:
            self.editor.close_panel()  # it edits another run's number
        self.snapshot = snapshot
        self._take()
        self.update(self._below_headers)

    def describe(self) -> str:
        shape = self.shape
        if shape is None:
            return ""
        parts = [f"Inputs {', '.join(shape.inputs[:12])}" if shape.image is None else f"{len(shape.inputs)} pixels"]
        for column in range(1, shape.columns):
            units = shape.network.sizes[column]
            parts.append(f"{shape.title(column)}: {counted(units, 'unit')}, {shape.activation(column)}")
        text = self._card_text(self.selected)
        chosen = f" Selected: {text.words()}." if text is not None else ""
        return f"Diagram. {'; '.join(parts)}.{chosen}"

    # User actions

    def look_at(self, item: DiagramItem | None) -> None:
        """Select an item, or nothing."""
        self.selected = item
        self._look()
        self.setAccessibleDescription(self.describe())

    def edit(self, item: DiagramItem) -> None:
        """Edit the number of a weight, or of a unit's bias."""
        shape, snapshot, layout = self.shape, self.snapshot, self.diagram_layout
        place = item.place(shape.network) if shape is not None else None
        if place is None or shape is None or snapshot is None or layout is None:
            return
        self._edited = item if item.kind == WEIGHT else replace(item, kind=BIAS)
        self.hovered = None
        value = float(snapshot.theta[place])
        span = self._contents[0].scale if self._contents is not None else MIN_REACH
        reach = nice_step(max(MIN_REACH, 2.0 * abs(value) if np.isfinite(value) else 0.0, 1.5 * span))
        hyper = replace(COORDINATE, name="bias" if self._edited.kind == BIAS else "weight", slider=(-reach, reach))
        tip = (
            "Enter applies the value, dragging the slider applies it live, Escape closes. The run continues from there."
        )
        self.editor.open(
            location(shape, self._edited), tip, hyper, value, layout.box(self._edited).toRect(), self._inside
        )
        self._look()

    @property
    def _inside(self) -> QRect:
        return self.rect().adjusted(4, 4, -4, -4)

    def _edit_units(self, column: int) -> None:
        shape = self.shape
        if shape is None or column > len(self._pending.hidden):  # it is being removed
            return
        self._edited = DiagramItem(UNIT, column, 0)
        box = self.headers.headers[column - 1].geometry()
        tip = f"Enter applies the value, Escape closes. {SENTENCES[RESTARTS]}"
        units = self._pending.hidden[column - 1].units
        self.editor.open(f"of {shape.title(column)}", tip, UNITS, units, box, self._inside)

    def _set(self, value: float) -> None:
        """Apply a number from the editor."""
        shape, item, snapshot = self.shape, self._edited, self.snapshot
        if shape is None or item is None:
            return
        if item.kind == UNIT:
            self._reshape(partial(with_units, place=item.column - 1, units=round(value)))
            return
        place = item.place(shape.network)
        assert place is not None and snapshot is not None
        self.parameter_edited.emit(snapshot.run, place, value)

    def _reshape(self, change: LayersChange) -> None:
        before = self._pending.hidden
        after = change(before)
        if after != before:
            self._pending.request(after)
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

    # Display

    def _show_shape(self, shape: NetworkShape) -> None:
        before, self.shape = self.shape, shape
        if before is not None and before.network.sizes != shape.network.sizes:
            self.snapshot = None
            self._edited = None  # a number of the former shape
            self.editor.close_panel()
        self._lay_out()

    def _lay_out(self) -> None:
        self._base = self._made = None
        shape, learner = self.shape, self._learner
        if shape is None or learner is None:
            return
        font = small_font(self.font())
        layout = self.diagram_layout = diagram_layout(shape, QSizeF(self.size()), QFontMetricsF(font))
        self.headers.setGeometry(0, 0, self.width(), round(HEADER))
        self.headers.show_layout(layout, font)
        for item in (self.selected, self.hovered):
            if item is not None and not layout.holds(item):
                self.selected = self.hovered = None
        self._take()
        self.update()

    def _take(self) -> None:
        snapshot, shape = self.snapshot, self.shape
        if snapshot is None or shape is None:
            return
        if self._made is not None:
            self._show_in(*self._made, snapshot)
        if self._edited is not None and self._edited.kind != UNIT:
            place = self._edited.place(shape.network)
            assert place is not None
            self.editor.show_now(float(snapshot.theta[place]))

    @property
    def _contents(self) -> tuple[Edges, UnitTiles] | None:
        """Edges and units, made when they are wanted: a widget is laid out several times before it is painted."""
        layout, learner = self.diagram_layout, self._learner
        if self._made is None and layout is not None and learner is not None:
            self._made = Edges(layout), UnitTiles(layout, learner, self.theme, self._region)
            if self.snapshot is not None:
                self._show_in(*self._made, self.snapshot)
        return self._made

    @staticmethod
    def _show_in(edges: Edges, tiles: UnitTiles, snapshot: NetworkSnapshot) -> None:
        edges.take(snapshot.theta)
        tiles.take(snapshot)

    @property
    def _focus(self) -> DiagramItem | None:
        """The focused item: the one being edited, under the pointer, or selected."""
        if self._edited is not None and self._edited.kind != UNIT:
            return self._edited
        return self.hovered or self.selected

    def _look(self) -> None:
        """The focus has changed: gradients are requested while there is any."""
        self.update()
        looking = self._focus is not None
        if looking != self._has_focus_item:
            self._has_focus_item = looking
            self.wanted_changed.emit()

    def _card_text(self, item: DiagramItem | None) -> CardText | None:
        if item is None or self.shape is None or self.snapshot is None:
            return None
        text = card_text(self.shape, item, self.snapshot)
        return text if self.width() >= ROOMY else replace(text, picture=False)

    # Painting

    @property
    def _below_headers(self) -> QRect:
        """All but the headers, which would be repainted with what is below them."""
        return self.rect().adjusted(0, round(HEADER), 0, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        layout, contents = self.diagram_layout, self._contents
        if layout is None or contents is None:
            with QPainter(self) as painter:
                painter.fillRect(event.rect(), self.theme.panel)
            return
        if self._base is None:
            self._base = blank(self, self.theme.panel)
            with QPainter(self._base) as painter:
                painter.setFont(small_font(self.font()))
                draw_background(painter, layout, self.theme)
        edges, tiles = contents
        with QPainter(self) as painter:
            painter.setFont(small_font(self.font()))
            painter.drawImage(0, 0, self._base)
            edges.draw(painter, self.theme, self._focus)
            draw_units(painter, tiles, self.theme, self.snapshot, self._focus)
            draw_legend(painter, layout, edges, self.theme, self.height() - 1)
            if not self.editor.isVisible():
                self._draw_card(painter, layout, tiles)

    def _draw_card(self, painter: QPainter, layout: DiagramLayout, tiles: UnitTiles) -> None:
        item = self._focus
        text = self._card_text(item)
        if item is None or text is None:
            return
        bounds = QRectF(self._inside.adjusted(0, round(HEADER) - 4, 0, 0))
        box = card_box(layout.box(item), card_size(text, painter.font(), 0.4 * bounds.height()), bounds)
        picture = draw_card(painter, self.theme, text, box)
        if picture is not None:
            tiles.draw(painter, item.column, item.unit, picture)

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

    def hideEvent(self, event: QHideEvent) -> None:
        if not event.spontaneous():
            self.editor.close_panel()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(None)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        by_tab = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        if by_tab and self.selected is None and self.diagram_layout is not None:
            self.look_at(navigation.first(self.diagram_layout))

    def event(self, event: QEvent) -> bool:
        return accepts_shortcut(event, self._knows) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        layout, selected = self.diagram_layout, self.selected
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
        """While a unit is selected, Tab moves through the units; Escape lets it leave the diagram."""
        if self.hasFocus() and self.selected is not None and self.diagram_layout is not None:
            item = navigation.beside(self.diagram_layout, self.selected, 1 if next else -1)
            if item is not None:
                self.look_at(item)
                return True
            self.look_at(None)
        return bool(QWidget.focusNextPrevChild(self, next))

    def _knows(self, event: QKeyEvent) -> bool:
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        return plain and self.selected is not None and event.key() in (*ARROWS, *ENTER, Qt.Key.Key_Escape)

    def _item_at(self, at: QPointF) -> DiagramItem | None:
        if self.diagram_layout is None or (contents := self._contents) is None:
            return None
        return self.diagram_layout.unit_at(at) or contents[0].nearest(at)

    def _hover(self, item: DiagramItem | None) -> None:
        if item == self.hovered:
            return
        self.hovered = item
        editable = item is not None and item.kind != UNIT
        self.setCursor(Qt.CursorShape.PointingHandCursor if editable else Qt.CursorShape.ArrowCursor)
        self._look()
