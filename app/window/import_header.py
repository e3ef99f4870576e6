"""The header of an import preview: each column's name, type, and whether it is a feature or the target."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetrics, QMouseEvent, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QHeaderView, QTableView

from app.documents.tables.columns import Column
from app.documents.tables.dates import measured_in
from app.documents.tables.selection import Selection, feature_problem
from app.look.theme import Theme

_HEIGHT = 58
_BOX, _MARGIN = 14, 10
_SMALL = 11  # pixels
_CHOICE = " ▾"  # behind a badge that can be clicked
_TINT = 30  # of 255, the accent behind the target


@dataclass(frozen=True, slots=True)
class Heading:
    """What the header shows of a column. box: None if it cannot be ticked; fault: shown in the warning colour."""

    name: str
    badge: str
    fault: str
    box: bool | None
    target: bool
    tip: str

    @classmethod
    def of(cls, column: Column, place: int, selection: Selection, index: bool) -> Heading:
        """The heading of a column that has been surveyed. index: whether it numbers the rows."""
        target = place == selection.target
        problem = feature_problem(column)
        fault = f"{column.unusable:,} unusable" if column.unusable and column.kind != "empty" else ""
        box = None if target or problem else place in selection.features
        return cls(column.name, _badge(column, index), fault, box, target, _tip(column, target, problem, box is True))


class Header(QHeaderView):
    """Paints a check box and the name over a badge with the column's kind.

    kind_wanted: the column whose badge was clicked.
    """

    kind_wanted = Signal(int)

    def __init__(self, theme: Theme, heading: Callable[[int], Heading], parent: QTableView) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._heading = heading
        self._badges: dict[int, QRectF] = {}  # as they were painted
        self.theme = theme
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setMouseTracking(True)
        self.setFixedHeight(_HEIGHT)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.setMinimumSectionSize(60)
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor)

    def wanted_width(self, heading: Heading) -> int:
        bold, small = self._fonts()
        name = QFontMetrics(bold).horizontalAdvance(heading.name) + _BOX + 8
        line = (
            QFontMetrics(small).horizontalAdvance(heading.badge + _CHOICE + heading.fault)
            + 16
            + (20 if heading.fault else 0)
        )
        line += QFontMetrics(small).horizontalAdvance("target") + 20 if heading.target else 0
        return max(name, line) + 2 * _MARGIN + 4

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), _HEIGHT)

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        heading = self._heading(logicalIndex)
        view = self.parentWidget()
        assert isinstance(view, QTableView)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(rect, self.theme.panel)
        if heading.target:
            painter.fillRect(rect, tint(self.theme))
        self._lines(painter, rect, view.hasFocus() and view.currentIndex().column() == logicalIndex)
        inner = QRectF(rect).adjusted(_MARGIN, 8, -_MARGIN, -8)
        bold, small = self._fonts()
        x = inner.left()
        if not heading.target and heading.badge:
            self._box(painter, QRectF(x, inner.top() + 2, _BOX, _BOX), heading.box)
            x += _BOX + 8
        used = heading.target or heading.box is True or not heading.badge
        painter.setFont(bold)
        painter.setPen(self.theme.text if used else self.theme.muted)
        room = inner.right() - x
        name = QFontMetrics(bold).elidedText(heading.name, Qt.TextElideMode.ElideRight, int(room))
        painter.drawText(QRectF(x, inner.top(), room, 18), Qt.AlignmentFlag.AlignVCenter, name)
        painter.setFont(small)
        x = inner.left()
        if heading.target:
            x = self._pill(painter, x, inner, "target", self.theme.on_accent, self.theme.accent)
        if heading.badge:
            left = x
            x = self._pill(painter, x, inner, heading.badge + _CHOICE, self.theme.muted, self.theme.hover)
            self._badges[logicalIndex] = QRectF(left, inner.bottom() - 18, x - 6 - left, 18)
        if heading.fault:
            painter.setPen(self.theme.warning)
            room = inner.right() - x
            fault = QFontMetrics(small).elidedText(heading.fault, Qt.TextElideMode.ElideRight, int(room))
            painter.drawText(QRectF(x, inner.bottom() - 18, room, 18), Qt.AlignmentFlag.AlignVCenter, fault)
        painter.restore()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self.logicalIndexAt(event.position().toPoint())
        badge = self._badges.get(place)
        if event.button() == Qt.MouseButton.LeftButton and badge is not None and badge.contains(event.position()):
            self.kind_wanted.emit(place)
        else:
            super().mousePressEvent(event)

    def _lines(self, painter: QPainter, rect: QRect, current: bool) -> None:
        painter.setPen(QPen(self.theme.border, 1))
        painter.drawLine(rect.topRight(), rect.bottomRight())
        painter.setPen(QPen(self.theme.accent if current else self.theme.border, 2 if current else 1))
        painter.drawLine(rect.bottomLeft(), rect.bottomRight())

    def _box(self, painter: QPainter, box: QRectF, ticked: bool | None) -> None:
        shape = QPainterPath()
        shape.addRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        theme = self.theme
        ground, edge = (theme.accent, theme.accent) if ticked else (theme.field, theme.axis)
        if ticked is None:
            ground, edge = theme.panel, theme.border
        painter.fillPath(shape, ground)
        painter.setPen(edge)
        painter.drawPath(shape)
        if ticked:
            pen = QPen(self.theme.on_accent, 1.8)
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            corner = [QPointF(box.left() + x, box.top() + y) for x, y in ((3.6, 7.2), (6.1, 9.8), (10.5, 4.6))]
            painter.drawPolyline(corner)

    def _pill(self, painter: QPainter, x: float, inner: QRectF, text: str, ink: QColor, ground: QColor) -> float:
        room = inner.right() - x
        metrics = painter.fontMetrics()
        text = metrics.elidedText(text, Qt.TextElideMode.ElideRight, max(int(room) - 12, 0))
        box = QRectF(x, inner.bottom() - 18, metrics.horizontalAdvance(text) + 12, 18)
        shape = QPainterPath()
        shape.addRoundedRect(box, 5, 5)
        painter.fillPath(shape, ground)
        painter.setPen(ink)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, text)
        return box.right() + 6

    def _fonts(self) -> tuple[QFont, QFont]:
        bold, small = QFont(self.font()), QFont(self.font())
        bold.setWeight(QFont.Weight.DemiBold)
        small.setPixelSize(_SMALL)
        return bold, small


def tint(theme: Theme) -> QColor:
    """The accent colour, transparent enough to be a background."""
    colour = QColor(theme.accent)
    colour.setAlpha(_TINT)
    return colour


def _badge(column: Column, index: bool) -> str:
    """A column's kind in a word or two, with what was taken off its numbers."""
    if column.kind == "empty" or column.constant:
        return "empty" if column.kind == "empty" else "constant"
    if column.kind == "number":
        return "index" if index else f"number · {column.form.unit}" if column.form.unit else "number"
    if column.kind == "date":
        return "date"
    return f"text · {len(column.categories)} values" if column.categories is not None else "text · many values"


def _tip(column: Column, target: bool, problem: str, ticked: bool) -> str:
    if column.unread_kind:
        what = f"taken for a {column.unread_kind}"
    elif column.numeric:
        what = f"{column.kind}, {column.value(column.low)} to {column.value(column.high)}"
    else:
        what = ", ".join((column.categories or ())[:8]) or column.kind
        what = f"text: {what}" if column.kind == "text" else "empty"
    parts = [f"{column.name}: {what}"]
    if column.form.unit and column.kind == "number":
        parts.append(f"“{column.form.unit}” was taken off each number")
    if column.form.accounting and column.kind == "number":
        parts.append("parentheses are minus signs")
    if column.kind == "date" and column.numbers:
        parts.append(f"it is read as {measured_in(column.form.date, column.origin)}")
    if column.missing:
        marks = ", ".join(f"“{mark}”" for mark in list(column.marks)[:4])
        parts.append(f"{column.missing:,} cells are missing ({marks or 'empty'})")
    if column.numeric and column.texts:
        parts.append(f"{column.texts:,} hold no number")
    if column.constant:
        parts.append("the same in every row, so it tells nothing")
    role = "the target" if target else f"no feature: it {problem}" if problem else "a feature" if ticked else "not used"
    return f"{'; '.join(parts)} – {role}"
