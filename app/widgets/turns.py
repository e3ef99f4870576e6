"""Do something in pieces, one a turn of the event loop: frames, keys and the mouse have theirs in between."""

from __future__ import annotations

from collections.abc import Generator

from PySide6.QtCore import QObject, QTimer, Slot


class Turns(QObject):
    """Runs a generator from yield to yield. One that is begun anew, or stopped, is closed where it stands."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._pieces: Generator[None, None, None] | None = None
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._take)

    @property
    def done(self) -> bool:
        return self._pieces is None

    def begin(self, pieces: Generator[None, None, None]) -> None:
        """Do the first piece now, instead of what is left of another generator."""
        self.stop()
        self._pieces = pieces
        self._timer.start(0)
        self._take()

    def stop(self) -> None:
        """Do no more of it."""
        self._timer.stop()
        if self._pieces is not None:
            self._pieces.close()
        self._pieces = None

    @Slot()
    def _take(self) -> None:
        if self._pieces is not None and next(self._pieces, self) is self:
            self.stop()
