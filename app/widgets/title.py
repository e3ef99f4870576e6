"""A title with shorter versions for narrow windows."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent

from app.widgets.elided import ElidedLabel


class Title(ElidedLabel):
    """Shows the longest of its texts that fits; the first one is in the tooltip."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("cardTitle")
        self._texts: tuple[str, ...] = ("",)

    def show_texts(self, *texts: str) -> None:
        """Versions of one text, the longest first."""
        if texts != self._texts:
            self._texts = texts
            self._choose()

    @property
    def wanted_width(self) -> int:
        """With which the longest version fits."""
        return self.fontMetrics().horizontalAdvance(self._texts[0])

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._choose()
        super().resizeEvent(event)

    def _choose(self) -> None:
        room, metrics = self.width(), self.fontMetrics()
        fitting = (text for text in self._texts if metrics.horizontalAdvance(text) <= room)
        text = next(fitting, self._texts[-1])
        self.show_text(text, "" if text == self._texts[0] else self._texts[0])
