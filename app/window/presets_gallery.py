"""The presets gallery: a panel over the window with a card for each preset and a search box."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from PySide6.QtCore import (
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QFont,
    QFontMetrics,
    QKeyEvent,
    QPainter,
    QPainterPath,
    QPen,
    QPixmap,
    QResizeEvent,
    QStandardItem,
    QStandardItemModel,
)
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from app.documents.presets import Preset, presets
from app.look.theme import Theme, icon
from app.widgets.popup import Popup
from app.widgets.segmented import Segmented
from app.widgets.shortcut_override import accepts_shortcut
from engine import PROBLEMS, kind_of_entries

LARGEST = 1120, 740
NARROWEST = 232  # a card
GAP, INSIDE, CORNER = 5, 10, 9
IMAGE_RATIO = 0.625  # height of a thumbnail over its width
TITLE_LINE, NOTE_LINE, NOTE_LINES = 24, 17, 3
NOTE_PIXELS = 12
ALL = "All"
_PRESET = Qt.ItemDataRole.UserRole
_PLACE, _RANK = (Qt.ItemDataRole.UserRole + place for place in (1, 2))  # of a card among all, and as it is shown
_PLAIN = (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier)

Index = QModelIndex | QPersistentModelIndex


@lru_cache(maxsize=256)
def _thumbnail(path: str) -> QPixmap:
    """A picture, read when it is first painted."""
    return QPixmap(path)


class _Card(QStyledItemDelegate):
    """Paints a card: a thumbnail over a title and a line of text."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self.theme = theme
        self.size = QSize(NARROWEST, NARROWEST)

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return self.size

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        state: QStyle.StateFlag = option.state
        rect: QRect = option.rect
        font: QFont = option.font
        preset: Preset = index.data(_PRESET)
        pixmap = _thumbnail(str(preset.thumbnail or ""))
        hovered = bool(state & QStyle.StateFlag.State_MouseOver)
        focused = bool(state & QStyle.StateFlag.State_HasFocus)
        current = bool(state & QStyle.StateFlag.State_Selected)  # what Return opens from the search box
        card = QRectF(rect).adjusted(GAP, GAP, -GAP, -GAP)
        image = QRectF(card.left(), card.top(), card.width(), card.width() * IMAGE_RATIO)
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        shape = QPainterPath()
        shape.addRoundedRect(card, CORNER, CORNER)
        painter.fillPath(shape, self.theme.hover if hovered or focused else self.theme.field)
        painter.setClipPath(shape)
        painter.drawPixmap(image, pixmap, QRectF(pixmap.rect()))
        painter.setClipping(False)
        edge = self.theme.accent if current else self.theme.axis if hovered else self.theme.border
        width = 2.0 if focused else 1.0
        painter.setPen(QPen(edge, width))
        painter.drawRoundedRect(card.adjusted(width / 2, width / 2, -width / 2, -width / 2), CORNER, CORNER)
        self._write(painter, font, preset, card.adjusted(INSIDE, image.height() + 7, -INSIDE, -INSIDE))
        painter.restore()

    def _write(self, painter: QPainter, font: QFont, preset: Preset, box: QRectF) -> None:
        bold, small = QFont(font), QFont(font)
        bold.setWeight(QFont.Weight.DemiBold)
        small.setPixelSize(NOTE_PIXELS)
        title = QFontMetrics(bold).elidedText(preset.title, Qt.TextElideMode.ElideRight, int(box.width()))
        painter.setFont(bold)
        painter.setPen(self.theme.text)
        painter.drawText(QRectF(box.left(), box.top(), box.width(), TITLE_LINE), title)
        painter.setFont(small)
        painter.setPen(self.theme.muted)
        flags = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignTop)
        painter.drawText(box.adjusted(0, TITLE_LINE, 0, 0), flags, preset.line)


class _Cards(QListView):
    """The grid of cards. Its columns fill the width; what is typed goes to the search box."""

    typed = Signal(str)
    left_upwards = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("presets")
        self.setAccessibleName("Presets")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setMovement(QListView.Movement.Static)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setMouseTracking(True)
        self.viewport().setCursor(Qt.CursorShape.PointingHandCursor)
        self.card = _Card(theme, self)
        self.setItemDelegate(self.card)
        self.setStyleSheet("QListView { background: transparent; border: none; padding: 0; }")

    def choose_first(self) -> None:
        """Make the first visible card the current one."""
        for row in range(self.model().rowCount()):
            if not self.isRowHidden(row):
                self.setCurrentIndex(self.model().index(row, 0))
                return

    def resizeEvent(self, event: QResizeEvent) -> None:
        width = self.viewport().width()
        columns = max(1, width // NARROWEST)
        across = (width - 1) // columns
        text = 7 + TITLE_LINE + NOTE_LINES * NOTE_LINE + INSIDE
        down = round((across - 2 * GAP) * IMAGE_RATIO) + text + 2 * GAP
        self.card.size = QSize(across, down)
        self.setGridSize(self.card.size)
        super().resizeEvent(event)

    def event(self, event: QEvent) -> bool:
        # Keys that move among the cards or type in the search box must not trigger the window's shortcuts.
        return accepts_shortcut(event, lambda key: key.modifiers() in _PLAIN) or super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        row_above = self.moveCursor(QListView.CursorAction.MoveUp, Qt.KeyboardModifier.NoModifier)
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.activated.emit(self.currentIndex())
        elif event.key() == Qt.Key.Key_Up and row_above == self.currentIndex():
            self.left_upwards.emit()
        elif event.text().isprintable() and event.text() and event.modifiers() in _PLAIN:
            self.typed.emit(event.text())
        else:
            super().keyPressEvent(event)


def _rank(words: Sequence[str], title: str) -> int:
    """How badly a title matches: 0 if a word of it begins with each of `words`; those it lacks weigh the most."""
    title = title.casefold()
    lacking = sum(word not in title for word in words)
    inside = sum(not any(begun.startswith(word) for begun in title.split()) for word in words)
    return lacking * (len(words) + 1) + inside


class PresetGallery(Popup):
    """chosen: the path of the preset that was picked."""

    chosen = Signal(object)

    def __init__(self, theme: Theme, owner: QWidget, entries: Sequence[Preset] | None = None) -> None:
        super().__init__(owner, "Presets", *LARGEST)
        self.setAccessibleName("Presets")
        self._entries = entries
        self.search = QLineEdit()
        self.search.setObjectName("preset-search")
        self.search.setAccessibleName("search presets")
        self.search.setPlaceholderText("Search, or just type")
        self.search.setClearButtonEnabled(True)
        self._glass = self.search.addAction(icon("search", theme), QLineEdit.ActionPosition.LeadingPosition)
        self.cards = _Cards(theme)
        self.cards.setModel(QStandardItemModel(self))
        self.nothing = QLabel()
        self.nothing.setObjectName("muted")
        titles = (ALL, *(kind.plural for kind in PROBLEMS.values()))
        self.kind = Segmented(titles, "Kind of presets", ("Every preset", *(kind.many for kind in PROBLEMS.values())))
        self.kind.setObjectName("preset-kind")
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.search, 1)
        row.addWidget(self.kind)
        self.body.addLayout(row)
        self.body.addWidget(self.nothing)
        self.body.addWidget(self.cards, 1)
        self.set_theme(theme)
        self.search.textChanged.connect(self._filter)
        self.kind.chosen.connect(self._filter)
        self.search.installEventFilter(self)
        self.cards.activated.connect(self._choose)
        self.cards.clicked.connect(self._choose)
        self.cards.typed.connect(self._type)
        self.cards.left_upwards.connect(self.search.setFocus)

    def popup(self) -> None:
        """Show all presets, ready to type or to move among them."""
        self._fill()
        self.search.clear()
        super().popup()
        self.cards.choose_first()
        self.cards.scrollToTop()
        self.cards.setFocus(Qt.FocusReason.PopupFocusReason)

    def set_theme(self, theme: Theme) -> None:
        self.cards.card.theme = theme
        self._glass.setIcon(icon("search", theme, theme.muted.name()))
        self.cards.viewport().update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is not self.search:
            return super().eventFilter(watched, event)
        return event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent) and self._takes(event.key())

    def _fill(self) -> None:
        """Read the presets, on the first call."""
        model = self.cards.model()
        assert isinstance(model, QStandardItemModel)
        if model.rowCount():
            return
        model.setSortRole(_RANK)
        for place, preset in enumerate(presets() if self._entries is None else self._entries):
            item = QStandardItem(preset.title)
            item.setData(place, _PLACE)
            item.setData(preset, _PRESET)
            item.setData(f"{preset.title}. {preset.line}", Qt.ItemDataRole.AccessibleTextRole)
            model.appendRow(item)
        self._filter()

    def _filter(self) -> None:
        """Show the cards of the chosen kind whose title or line contains every word, best titles first."""
        text = self.search.text()
        words, place = text.casefold().split(), self.kind.place
        kind = list(PROBLEMS.values())[place - 1] if place else None
        model, found = self.cards.model(), False
        for row in range(model.rowCount()):
            index = model.index(row, 0)
            rank = _rank(words, index.data(_PRESET).title) * model.rowCount() + index.data(_PLACE)
            model.setData(index, rank, _RANK)
        model.sort(0)
        for row in range(model.rowCount()):
            preset: Preset = model.index(row, 0).data(_PRESET)
            told = f"{preset.title} {preset.line}".casefold()
            of_kind = kind is None or kind_of_entries(preset.problem) is kind
            fits = of_kind and all(word in told for word in words)
            self.cards.setRowHidden(row, not fits)
            found |= fits
        self.nothing.setText(f"no preset says “{text.strip()}”")
        self.nothing.setVisible(not found)
        self.cards.choose_first()

    def _takes(self, key: int) -> bool:
        """Handle a key pressed in the search box; False leaves it to the box."""
        if key == Qt.Key.Key_Escape and self.search.text():
            self.search.clear()
        elif key == Qt.Key.Key_Down:
            self.cards.setFocus()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.cards.currentIndex())
        else:
            return False
        return True

    def _type(self, text: str) -> None:
        self.search.setFocus()
        self.search.insert(text)

    def _choose(self, index: Index) -> None:
        # A double click, or a single one on a desktop that opens with it, comes here twice.
        if self.isVisible() and index.isValid() and not self.cards.isRowHidden(index.row()):
            self.hide()
            self.chosen.emit(index.data(_PRESET).path)
