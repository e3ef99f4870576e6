"""The card of the focused item: a unit, a bias or a weight described beside it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPen

from app.look.number_format import counted, number
from app.stage.diagram.diagram_item import UNIT, WEIGHT, DiagramItem
from app.stage.diagram.network_shape import NetworkShape

if TYPE_CHECKING:
    from app.look.theme import Theme
    from engine import NetworkSnapshot

PAD = 9.0
AWAY = 12.0  # pixels between a card and its item
PICTURE = 92.0  # side of the enlarged map
MIN_WIDE = 150.0  # minimum width of the lines, so that it does not jitter with the numbers
RADIUS = 7.0


@dataclass(frozen=True, slots=True)
class CardText:
    """A title and lines; picture: whether the unit's enlarged map is beside them."""

    title: str
    lines: tuple[str, ...]
    picture: bool

    def words(self) -> str:
        """For a screen reader."""
        return f"{self.title}: {', '.join(self.lines)}"


def location(shape: NetworkShape, item: DiagramItem) -> str:
    """Which weight or bias it is: 'from x² to hidden 1, unit 3'."""
    if item.kind == WEIGHT:
        return f"from {shape.unit(item.column - 1, item.source)} to {shape.unit(item.column, item.unit)}"
    return f"of {shape.unit(item.column, item.unit)}"


def card_text(shape: NetworkShape, item: DiagramItem, snapshot: NetworkSnapshot) -> CardText:
    """The text about an item; gradients not yet known are shown as a dash."""
    place = item.place(shape.network)
    if place is None:
        return _of_input(shape, item, snapshot)
    look, theta = snapshot.inspection, snapshot.theta
    gradient = "–" if look is None else number(float(look.gradient[place]), 3)
    value = number(float(theta[place]), 4)
    if item.kind != UNIT:
        letter = "w" if item.kind == WEIGHT else "b"
        return CardText(f"{letter} = {value}", (location(shape, item), f"gradient {gradient}", "click to edit"), False)
    return CardText(
        shape.unit(item.column, item.unit),
        (
            f"bias {value}",
            f"mean activation {_mean(shape, item, snapshot)}",
            f"gradient norm {_norm(shape, item, snapshot)}",
            "double-click to edit",
        ),
        True,
    )


def _of_input(shape: NetworkShape, item: DiagramItem, snapshot: NetworkSnapshot) -> CardText:
    data = snapshot.learner.data
    if shape.image:
        weights = snapshot.theta[shape.network.weights(0)]
        to = f"{counted(weights.size, 'weight')} to {shape.title(1)}"
        return CardText(_block_name(shape), ("mean of the training images", to), True)
    column = data.inputs[: data.train, item.unit]
    spread = f"{number(float(column.min()), 3)} to {number(float(column.max()), 3)}"
    lines = ("input", f"training range {spread}", f"mean {number(float(column.mean()), 3)}")
    return CardText(shape.inputs[item.unit], lines, shape.mapped)


def _block_name(shape: NetworkShape) -> str:
    assert shape.image is not None
    return f"image of {shape.image[0]} × {shape.image[1]} pixels"


def _mean(shape: NetworkShape, item: DiagramItem, snapshot: NetworkSnapshot) -> str:
    if not snapshot.activations:
        return "–"
    return number(float(snapshot.activations[item.column - 1][:, item.unit].mean()), 3)


def _norm(shape: NetworkShape, item: DiagramItem, snapshot: NetworkSnapshot) -> str:
    """The norm of the gradient with respect to a unit's weights and bias."""
    if snapshot.inspection is None:
        return "–"
    weights, biases = shape.network.unpacked(snapshot.inspection.gradient)[item.column - 1]
    return number(float(np.hypot(np.linalg.norm(weights[item.unit]), biases[item.unit])), 3)


def card_size(text: CardText, font: QFont, most: float) -> QSizeF:
    """The size of a card, with an enlarged map of at most so many pixels."""
    metrics, bold = QFontMetricsF(font), QFontMetricsF(_bold(font))
    widths = [bold.horizontalAdvance(text.title), *(metrics.horizontalAdvance(line) for line in text.lines)]
    wide, picture = max(*widths, MIN_WIDE), min(PICTURE, most)
    high = bold.height() + 3 + len(text.lines) * metrics.height()
    if text.picture:
        return QSizeF(wide + picture + 3 * PAD, max(high, picture) + 2 * PAD)
    return QSizeF(wide + 2 * PAD, high + 2 * PAD)


def card_box(about: QRectF, size: QSizeF, bounds: QRectF) -> QRectF:
    """The position of a card: the first side of its item with room, else as near as possible."""
    across, down = about.center().y() - size.height() / 2, about.center().x() - size.width() / 2
    sides = (
        (about.right() + AWAY, across),
        (about.left() - AWAY - size.width(), across),
        (down, about.bottom() + AWAY),
        (down, about.top() - AWAY - size.height()),
    )
    boxes = [_inside(QRectF(QPointF(*corner), size), bounds) for corner in sides]
    free = about.adjusted(-AWAY / 2, -AWAY / 2, AWAY / 2, AWAY / 2)
    return next((box for box in boxes if not box.intersects(free)), boxes[0])


def draw_card(painter: QPainter, theme: Theme, text: CardText, box: QRectF) -> QRectF | None:
    """Paint a card; returns the rectangle for the enlarged map, if there is one."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.axis, 1.0))
    painter.setBrush(theme.field)
    painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
    plain = painter.font()
    x, y = box.left() + PAD, box.top() + PAD
    picture = None
    if text.picture:
        side = box.height() - 2 * PAD
        picture = QRectF(x, y, side, side)
        x += side + PAD
    bold = _bold(plain)
    painter.setFont(bold)
    painter.setPen(theme.text)
    high = QFontMetricsF(bold).height()
    painter.drawText(QRectF(x, y, box.right() - PAD - x + 2, high), Qt.AlignmentFlag.AlignVCenter, text.title)
    y += high + 3
    painter.setFont(plain)
    painter.setPen(theme.muted)
    line_height = QFontMetricsF(plain).height()
    for line in text.lines:
        painter.drawText(QRectF(x, y, box.right() - PAD - x + 2, line_height), Qt.AlignmentFlag.AlignVCenter, line)
        y += line_height
    return picture


def _inside(box: QRectF, bounds: QRectF) -> QRectF:
    x = max(min(box.x(), bounds.right() - box.width()), bounds.left())
    y = max(min(box.y(), bounds.bottom() - box.height()), bounds.top())
    return QRectF(x, y, box.width(), box.height())


def _bold(font: QFont) -> QFont:
    bold = QFont(font)
    bold.setWeight(QFont.Weight.DemiBold)
    return bold
