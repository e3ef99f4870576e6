"""A combo box for the entries of a catalogue, searched by typing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QFont, QGuiApplication, QPainter, QPalette, QStandardItem, QStandardItemModel, QWheelEvent
from PySide6.QtWidgets import QComboBox, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.widgets.catalogue_text import about, grouped, summary_of
from app.widgets.elided import ElidedComboBox
from app.widgets.restart_effects import RESTARTS
from engine import Catalogue

_KEY, _SUMMARY, _EFFECT = (Qt.ItemDataRole.UserRole + place for place in range(3))
_WIDTH, _MAX_ROWS = 540, 14
_MARGIN = 9


class _Entry(QStyledItemDelegate):
    """Title above summary, at the right the effect of choosing it; a group's name as a small heading."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        self.initStyleOption(option, index)
        chosen = option.palette.color(QPalette.ColorRole.Highlight)
        palette = QGuiApplication.palette()  # the view's palette has another muted colour, from the stylesheet
        rect = option.rect.adjusted(_MARGIN, 4, -_MARGIN, -4)
        painter.save()
        heading = index.data(_KEY) is None
        if not heading and option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, chosen)
        font = QFont(option.font)
        muted = palette.color(QPalette.ColorRole.PlaceholderText)
        if heading:
            font.setPixelSize(font.pixelSize() - 2)
            font.setWeight(QFont.Weight.DemiBold)
            painter.setFont(font)
            painter.setPen(muted)
            painter.drawText(rect, Qt.AlignmentFlag.AlignBottom, str(index.data()).upper())
        else:
            painter.setFont(font)
            painter.setPen(palette.color(QPalette.ColorRole.Text))
            painter.drawText(rect, Qt.AlignmentFlag.AlignTop, str(index.data()))
            font.setPixelSize(font.pixelSize() - 1)
            painter.setFont(font)
            painter.setPen(muted)
            summary = painter.fontMetrics().elidedText(
                str(index.data(_SUMMARY)), Qt.TextElideMode.ElideRight, rect.width()
            )
            painter.drawText(rect, Qt.AlignmentFlag.AlignBottom, summary)
            right = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignRight
            painter.drawText(rect, right, str(index.data(_EFFECT) or ""))
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(_WIDTH, 30 if index.data(_KEY) is None else 44)


class Chooser(ElidedComboBox):
    """`chosen` carries the key a user picked; `set_key` shows one without emitting.

    effect: what choosing a key does to the runs (see restart_effects); called when the list opens.
    """

    chosen = Signal(str)

    def __init__(self, catalogue: Catalogue[Any]) -> None:
        super().__init__()
        self._catalogue = catalogue
        self.key = next(iter(catalogue))
        self.effect: Callable[[str], str] = lambda key: ""
        self._offered: tuple[str, ...] = ()
        self.offer(catalogue)
        self.set_key(self.key)
        self.setItemDelegate(_Entry(self))
        self.setMaxVisibleItems(_MAX_ROWS)
        self.view().setMinimumWidth(_WIDTH)
        self.view().setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(12)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.activated.connect(self._choose)

    def offer(self, keys: Iterable[str]) -> None:
        """Offer these entries; must be followed by `set_key`."""
        keys = tuple(keys)
        if keys == self._offered:
            return
        self._offered = keys
        model = QStandardItemModel(self)
        heading = ""
        for key, group in grouped(self._catalogue, keys):
            entry = self._catalogue[key]
            if group != heading:
                heading = group
                item = QStandardItem(heading)
                item.setFlags(Qt.ItemFlag.NoItemFlags)
                model.appendRow(item)
            item = QStandardItem(entry.title)
            item.setData(key, _KEY)
            item.setData(summary_of(entry), _SUMMARY)
            item.setToolTip(about(entry))
            model.appendRow(item)
        with QSignalBlocker(self):
            self.setModel(model)  # deletes the previous model

    def set_key(self, key: str, *more: str) -> None:
        """Show an entry; more: further lines of its tooltip."""
        entry = self._catalogue[key]
        self.key = key
        place = self.findData(key, _KEY)
        if place != self.currentIndex():
            with QSignalBlocker(self):
                self.setCurrentIndex(place)
        self.setToolTip(about(entry, *more))

    def show_other(self, title: str, tip: str) -> None:
        """Show something that is not in the catalogue."""
        with QSignalBlocker(self):
            self.setCurrentIndex(-1)
        self.setPlaceholderText(title)
        self.setToolTip(tip)

    def entries(self) -> list[tuple[str, Any]]:
        """What is offered, in the order of the list: keys and entries."""
        keys = [self.itemData(place, _KEY) for place in range(self.count())]
        return [(key, self._catalogue[key]) for key in keys if key]

    def open_at(self, key: str) -> None:
        """Open the list at an entry, which Return then takes."""
        self.showPopup()
        self.view().setCurrentIndex(self.model().index(self.findData(key, _KEY), 0))

    def showPopup(self) -> None:
        for place in range(self.count()):
            if key := self.itemData(place, _KEY):
                effect = self.effect(key) if key != self.key or self.currentIndex() < 0 else ""
                self.setItemData(place, effect if effect == RESTARTS else "", _EFFECT)
        super().showPopup()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # scrolling the panel must not change the choice

    def _choose(self, place: int) -> None:
        key = self.itemData(place, _KEY)
        if key:
            self.set_key(key)
            self.chosen.emit(key)
