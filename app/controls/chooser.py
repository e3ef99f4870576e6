"""A list of a catalogue's entries to choose from, searched by typing."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QFont, QGuiApplication, QPainter, QPalette, QStandardItem, QStandardItemModel, QWheelEvent
from PySide6.QtWidgets import QComboBox, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from engine import Catalogue

_KEY, _SUMMARY = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1
_WIDTH, _MOST_ROWS = 540, 14
_MARGIN = 9


class _Entry(QStyledItemDelegate):
    """Title over summary; a family's name as a small heading."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        self.initStyleOption(option, index)
        chosen = option.palette.color(QPalette.ColorRole.Highlight)
        palette = QGuiApplication.palette()  # the view's own has other muted text, which the stylesheet derived
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
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(_WIDTH, 30 if index.data(_KEY) is None else 44)


class Chooser(QComboBox):
    """`chosen` tells the key a person picked; `set_key` shows one in silence."""

    chosen = Signal(str)

    def __init__(self, catalogue: Catalogue[Any]) -> None:
        super().__init__()
        self._catalogue = catalogue
        self.key = next(iter(catalogue))
        model = QStandardItemModel(self)
        family = ""
        for key, entry in catalogue.items():
            if getattr(entry, "family", family) != family:
                family = entry.family
                heading = QStandardItem(family)
                heading.setFlags(Qt.ItemFlag.NoItemFlags)
                model.appendRow(heading)
            item = QStandardItem(entry.title)
            item.setData(key, _KEY)
            item.setData(entry.summary, _SUMMARY)
            item.setToolTip(f"{entry.summary}\n{getattr(entry, 'source', '')}".strip())
            model.appendRow(item)
        self.setModel(model)
        self.setItemDelegate(_Entry(self))
        self.setMaxVisibleItems(_MOST_ROWS)
        self.view().setMinimumWidth(_WIDTH)
        self.view().setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(12)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.activated.connect(self._choose)

    def set_key(self, key: str) -> None:
        entry = self._catalogue[key]
        self.key = key
        place = self.findData(key, _KEY)
        if place != self.currentIndex():
            with QSignalBlocker(self):
                self.setCurrentIndex(place)
        self.setToolTip(f"<p>{entry.summary}</p><p>{getattr(entry, 'source', '')}</p>")

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()  # scrolling past must not choose

    def _choose(self, place: int) -> None:
        key = self.itemData(place, _KEY)
        if key:
            self.set_key(key)
            self.chosen.emit(key)
