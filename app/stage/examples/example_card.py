"""The card of an enlarged tile: its image, text, and a bar per class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

if TYPE_CHECKING:
    from app.look.theme import Theme

MARGIN, GAP = 12, 12
LINE, BAR = 16, 14  # line heights of text and of bars, in pixels
PICTURE = 96.0
WORDS = 158  # pixels of width for text and bars
NAME, SHARE = 0.3, 46.0  # share of that width for a name; pixels for a percentage
FONT = 12


class Bar(NamedTuple):
    """A class with its probability; bold: the true class."""

    name: str
    share: float
    colour: QColor
    bold: bool


class ExampleCard(QWidget):
    """Floats over its parent beside the enlarged tile, transparent to the mouse."""

    def __init__(self, parent: QWidget, theme: Theme) -> None:
        super().__init__(parent)
        self._over = parent
        self.setObjectName("network-card")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.theme = theme
        self._image = QImage()
        self._lines: Sequence[tuple[str, QColor]] = ()
        self._bars: Sequence[Bar] = ()
        self._note = ""
        self.hide()

    def show_beside(
        self, place: QRect, image: QImage, lines: Sequence[tuple[str, QColor]], bars: Sequence[Bar] = (), note: str = ""
    ) -> None:
        """Enlarge an image, with lines of text, bars, and a note below, beside a rectangle in the parent."""
        self._image, self._lines, self._bars, self._note = image, lines, bars, note
        self.resize(self._size)
        room = self._over.rect()
        right = place.right() + GAP
        left = place.left() - GAP - self.width()
        if right + self.width() <= room.width() or (left < 0 and place.center().x() < room.width() / 2):
            left = right
        top = place.center().y() - self.height() // 2
        self.move(
            QPoint(
                min(max(left, 0), max(room.width() - self.width(), 0)),
                min(max(top, 0), max(room.height() - self.height(), 0)),
            )
        )
        self.show()
        self.raise_()
        self.update()

    @property
    def text(self) -> str:
        """The text of the card."""
        bars = (f"{bar.name} {percent(bar.share)}" for bar in self._bars)
        return "; ".join((*(text for text, _ in self._lines), *bars, *([self._note] if self._note else [])))

    @property
    def _picture(self) -> QSize:
        ratio = self.devicePixelRatioF()
        magnified = max(1, int(PICTURE * ratio / max(self._image.width(), self._image.height(), 1)))
        return (self._image.size().toSizeF() * (magnified / ratio)).toSize()

    @property
    def _size(self) -> QSize:
        tall = LINE * len(self._lines) + BAR * len(self._bars) + (LINE if self._note else 0) + (4 if self._bars else 0)
        picture = self._picture
        return QSize(picture.width() + WORDS + 2 * MARGIN + GAP, max(picture.height(), tall) + 2 * MARGIN)

    def paintEvent(self, event: QPaintEvent) -> None:
        picture = QRect(QPoint(MARGIN, MARGIN), self._picture)
        with QPainter(self) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self.theme.axis, 1.0))
            painter.setBrush(self.theme.panel)
            painter.drawRoundedRect(self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.drawImage(picture, self._image)
            self._draw_words(painter, QRectF(picture.right() + 1 + GAP, MARGIN, WORDS, self.height() - 2 * MARGIN))

    def _draw_words(self, painter: QPainter, box: QRectF) -> None:
        font = QFont(self.font())
        font.setPixelSize(FONT)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        top = box.top()
        for text, colour in self._lines:
            painter.setPen(colour)
            fitting = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width())
            painter.drawText(QRectF(box.left(), top, box.width(), LINE), Qt.AlignmentFlag.AlignVCenter, fitting)
            top += LINE
        top += 4
        font.setPixelSize(FONT - 1)
        widest = max((metrics.horizontalAdvance(bar.name) + 6 for bar in self._bars), default=0.0)
        name = min(widest, NAME * box.width())
        for bar in self._bars:
            font.setBold(bar.bold)
            painter.setFont(font)
            self._draw_bar(painter, QRectF(box.left(), top, box.width(), BAR), name, bar)
            top += BAR
        font.setBold(False)
        painter.setFont(font)
        painter.setPen(self.theme.muted)
        painter.drawText(QRectF(box.left(), top, box.width(), LINE), Qt.AlignmentFlag.AlignVCenter, self._note)

    def _draw_bar(self, painter: QPainter, box: QRectF, name: float, bar: Bar) -> None:
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(self.theme.text if bar.bold else self.theme.muted)
        fitting = QFontMetricsF(painter.font()).elidedText(bar.name, Qt.TextElideMode.ElideRight, name)
        painter.drawText(QRectF(box.left(), box.top(), name, box.height()), middle, fitting)
        track = QRectF(box.left() + name + 4, box.center().y() - 3, box.width() - name - 4 - SHARE, 6)
        painter.fillRect(track, self.theme.track)
        painter.fillRect(QRectF(track.topLeft(), QSizeF(track.width() * bar.share, track.height())), bar.colour)
        rest = QRectF(box.right() - SHARE, box.top(), SHARE, box.height())
        painter.drawText(rest, middle | Qt.AlignmentFlag.AlignRight, percent(bar.share))


def percent(share: float) -> str:
    """A share as a percentage: 98.6 %, 100 %, < 0.1 %; never rounded to 0 or 100 %."""
    if not 0.0 <= share <= 1.0:
        return "?"
    if share in (0.0, 1.0):
        return f"{100 * share:.0f} %"
    if share < 0.001:
        return "< 0.1 %"
    return "> 99.9 %" if share > 0.999 else f"{100 * share:.1f} %"
