"""Layer headers of the diagram: name and activation with a menu, the number of units with buttons; and buttons
between them that add and remove layers.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from itertools import pairwise

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QActionGroup, QEnterEvent, QFont, QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QToolButton, QWidget

from app.look.number_format import counted
from app.stage.diagram.diagram_layout import HEADER, DiagramLayout
from app.stage.diagram.network_shape import HiddenLayers, LayersChange, NetworkShape, stepped, with_layer, without_layer
from app.widgets.context_menu import ContextMenu, close_popups
from app.widgets.restart_effects import LIVE, RESTARTS, SENTENCES
from engine import ACTIVATIONS, MAX_LAYERS, UNITS

ROW = 20  # pixels
STEP = 18  # width of a − or +
COUNT = 30  # width of the number between them
WITH_COUNT = 2 * STEP + COUNT
SMALL_MOVE = 4
REPEAT_DELAY, REPEAT = 450, 140  # milliseconds


class LayerHeader(QWidget):
    """The buttons of one layer; column counts from 1, the last is the output, whose size is fixed.

    reshaped: a function from the hidden layers to new ones (LayersChange); activated: column and key of an activation;
    settled: the gesture is over; units_wanted: the number of units is to be typed.
    """

    reshaped = Signal(object)
    activated = Signal(int, str)
    settled = Signal()
    units_wanted = Signal(int)

    def __init__(self, column: int) -> None:
        super().__init__()
        self.column = column
        self.setObjectName(f"diagram-header-{column}")
        self._shape: NetworkShape | None = None
        self.name = self._button("layer-name", "")
        self.fewer = self._button("layer-step", "−")
        self.count = self._button("layer-count", "")
        self.more = self._button("layer-step", "+")
        self.name.clicked.connect(self._open_menu)
        self.count.clicked.connect(lambda: self.units_wanted.emit(self.column))
        for button, step in ((self.fewer, -1), (self.more, 1)):
            button.setAutoRepeat(True)
            button.setAutoRepeatDelay(REPEAT_DELAY)
            button.setAutoRepeatInterval(REPEAT)
            button.clicked.connect(partial(self._step, button, step))

    def show_layer(self, shape: NetworkShape) -> None:
        """Show the current state of a layer."""
        if self._shape is not None and shape.network != self._shape.network:
            close_popups(self)  # it was of a layer of the network before
        self._shape = shape
        column, title = self.column, shape.title(self.column)
        hidden = column < shape.columns - 1
        units = shape.network.sizes[column]
        activation = shape.activation(column)
        self.setAccessibleName(f"{title} layer" if hidden else "output layer")
        self.name.setAccessibleName(f"{title}, activation {activation}")
        formula = ACTIVATIONS[shape.network.activations[column - 1]].formula
        more = " Layers can be added and removed here, too." if hidden else ""
        self.name.setToolTip(
            f"<p>{title.capitalize()}: {activation}, {formula}.</p><p>Click to change it. {SENTENCES[LIVE]}{more}</p>"
        )
        self.count.setText(str(units))
        for button, words, at_end in (
            (self.fewer, "one unit less", units <= UNITS.low),
            (self.more, "one unit more", units >= UNITS.high),
        ):
            button.setAccessibleName(f"{title}: {words}")
            button.setToolTip(f"{words.capitalize()}. {SENTENCES[RESTARTS]}")
            button.setEnabled(hidden and not at_end)
        self.count.setAccessibleName(f"{title}: {counted(units, 'unit')}")
        self.count.setToolTip(f"{counted(units, 'unit')}: click to enter a number. {SENTENCES[RESTARTS]}")
        self._lay_out()

    def menu(self) -> ContextMenu:
        """Activations, and changes of the layer; deletes itself on closing."""
        shape = self._shape
        assert shape is not None
        menu = ContextMenu(self)
        menu.setObjectName("layer-menu")
        menu.setToolTipsVisible(True)
        group = QActionGroup(menu)
        chosen = shape.network.activations[self.column - 1]
        for key, entry in ACTIVATIONS.items():
            action = menu.addAction(entry.title, lambda key=key: self._activate(key))
            action.setCheckable(True)
            action.setChecked(key == chosen)
            action.setToolTip(f"{entry.formula}. {SENTENCES[LIVE]}")
            group.addAction(action)
        if self.column < shape.columns - 1:
            menu.addSeparator()
            place, layers = self.column - 1, len(shape.hidden)
            for text, change, possible in (
                ("Add a unit", partial(stepped, place=place, step=1), self.more.isEnabled()),
                ("Remove a unit", partial(stepped, place=place, step=-1), self.fewer.isEnabled()),
                ("Add a layer before", partial(with_layer, place=place), layers < MAX_LAYERS),
                ("Add a layer after", partial(with_layer, place=place + 1), layers < MAX_LAYERS),
                ("Remove this layer", partial(without_layer, place=place), True),
            ):
                self._add_change(menu, text, change, possible)
        return menu

    def _add_change(self, menu: ContextMenu, text: str, change: LayersChange, possible: bool) -> None:
        action = menu.addAction(text, lambda: self._change(change))
        action.setToolTip(SENTENCES[RESTARTS])
        action.setEnabled(possible)

    def _open_menu(self) -> None:
        self.menu().popup(self.name.mapToGlobal(self.name.rect().bottomLeft()))

    def _step(self, button: QToolButton, step: int) -> None:
        """One press, or one of many while the button is held, which together are one gesture."""
        self.reshaped.emit(partial(stepped, place=self.column - 1, step=step))
        if not button.isDown():
            self.settled.emit()

    def _activate(self, key: str) -> None:
        self.activated.emit(self.column, key)
        self.settled.emit()

    def _change(self, change: LayersChange) -> None:
        self.reshaped.emit(change)
        self.settled.emit()

    def _button(self, name: str, text: str) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName(name)
        button.setText(text)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._lay_out()

    def _lay_out(self) -> None:
        shape, width = self._shape, self.width()
        if shape is None:
            return
        title, activation = shape.title(self.column), shape.activation(self.column)
        metrics = QFontMetrics(self.name.font())
        units, hidden = shape.network.sizes[self.column], self.column < shape.columns - 1
        middle = min(COUNT, width - 2 * STEP)
        with_count = hidden and metrics.horizontalAdvance(str(units)) + 2 <= middle
        short = activation if with_count or not hidden else f"{units} · {activation}"
        room = width - 5
        texts = (f"{title} · {activation}", short) if with_count or not hidden else (short, str(units))
        text = next((text for text in texts if metrics.horizontalAdvance(text) <= room), texts[-1])
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(room, 0))
        self.name.setText(text)
        wide = min(metrics.horizontalAdvance(text) + 12, width + 2)
        self.name.setGeometry((width - wide) // 2, 0, wide, ROW)
        row = 2 * STEP + (middle if with_count else 0)
        left, top = (width - row) // 2, ROW + SMALL_MOVE
        for button in (self.fewer, self.more):
            button.setVisible(hidden and width >= 2 * STEP)
        self.count.setVisible(with_count)
        self.fewer.setGeometry(left, top, STEP, ROW)
        self.count.setGeometry(left + STEP, top, middle, ROW)
        self.more.setGeometry(left + row - STEP, top, STEP, ROW)


class LayerHeaders(QWidget):
    """All headers of a layout, and the buttons between them that add and remove layers. Only these take mouse
    events.
    """

    reshaped = Signal(object)
    activated = Signal(int, str)
    settled = Signal()
    units_wanted = Signal(int)
    entered = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.headers: list[LayerHeader] = []
        self.adds: list[QToolButton] = []
        self.removes: list[QToolButton] = []
        self._shape: NetworkShape | None = None

    def show_layout(self, layout: DiagramLayout, font: QFont) -> None:
        """Show the buttons for this layout."""
        shape = self._shape = layout.shape
        self.setFont(font)
        self._match(shape)
        gap = self._gap(layout)
        for header in self.headers:
            cell = layout.columns[header.column].cell
            header.setGeometry(QRectF(cell.left() + 2, 0, cell.width() - 4, HEADER).toRect())
            if header.column == shape.columns - 1:  # its tiles are not centred in its cell
                middle = layout.columns[-1].x
                wide = min(2 * (self.width() - middle), cell.width())
                header.setGeometry(QRectF(middle - wide / 2, 0, wide, HEADER).toRect())
            header.show_layer(shape)
        top = ROW + SMALL_MOVE
        for place, button in enumerate(self.adds):
            middle = (layout.columns[place].x + layout.columns[place + 1].x) / 2
            button.setGeometry(round(middle - STEP / 2), top, STEP, ROW)
            button.setVisible(gap >= STEP + 4)
            button.setEnabled(len(shape.hidden) < MAX_LAYERS)
            where = f"between {shape.title(place)} and {shape.title(place + 1)}"
            button.setAccessibleName(f"add a layer {where}")
            full = f" The maximum of {MAX_LAYERS} layers is reached." if len(shape.hidden) >= MAX_LAYERS else ""
            button.setToolTip(f"Add a layer {where}. {SENTENCES[RESTARTS]}{full}")
        for place, button in enumerate(self.removes):
            x = layout.columns[place + 1].x
            button.setGeometry(round(x + WITH_COUNT / 2 + 2), top, STEP, ROW)
            button.setVisible(gap >= 3 * STEP + 12)
            button.setAccessibleName(f"remove {shape.title(place + 1)}")
            button.setToolTip(f"Remove {shape.title(place + 1)}. {SENTENCES[RESTARTS]}")

    @staticmethod
    def _gap(layout: DiagramLayout) -> float:
        """The space between the buttons of two layers."""
        xs = [column.x for column in layout.columns]
        return min(second - first for first, second in pairwise(xs)) - WITH_COUNT

    def _match(self, shape: NetworkShape) -> None:
        """Create or delete buttons to match the shape."""
        while len(self.headers) > shape.columns - 1:
            self.headers.pop().deleteLater()
        while len(self.headers) < shape.columns - 1:
            header = LayerHeader(len(self.headers) + 1)
            header.setParent(self)
            header.reshaped.connect(self.reshaped)
            header.activated.connect(self.activated)
            header.settled.connect(self.settled)
            header.units_wanted.connect(self.units_wanted)
            self.headers.append(header)
        for buttons, count, text, change in (
            (self.adds, shape.columns - 1, "+", with_layer),
            (self.removes, shape.columns - 2, "×", without_layer),
        ):
            while len(buttons) > count:
                buttons.pop().deleteLater()
            while len(buttons) < count:
                buttons.append(self._button(len(buttons), text, change))
        for part in (*self.headers, *self.adds, *self.removes):
            part.show()

    def _button(self, place: int, text: str, change: Callable[[HiddenLayers, int], HiddenLayers]) -> QToolButton:
        button = QToolButton(self)
        button.setObjectName("layer-add" if text == "+" else "layer-remove")
        button.setText(text)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)

        button.clicked.connect(lambda: self.reshaped.emit(lambda hidden: change(hidden, place)))
        button.clicked.connect(self.settled)
        return button

    def enterEvent(self, event: QEnterEvent) -> None:
        self.entered.emit()
