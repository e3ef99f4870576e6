"""Closing while files are written: the window says what it waits for, and can be closed without it."""

from __future__ import annotations

import time

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QMainWindow

from app.widgets.offers import Offer, Offers
from app.window.document import Document
from app.window.recovery import Recovery

_LOOK = 20  # milliseconds between two looks at whether all is written
_PATIENCE = 0.3  # seconds after which it is said what is waited for
_HURRY = 10.0  # seconds for which it is waited for if the system wants the window to end


class Closing(QObject):
    """Closes a window once all is written. is_given_up: whether it is to be closed without that. stayed: it is not to
    be closed.
    """

    stayed = Signal()

    def __init__(self, document: Document, recovery: Recovery, offers: Offers, window: QMainWindow) -> None:
        super().__init__(window)
        self.is_given_up = False
        self._document, self._recovery, self._offers, self._window = document, recovery, offers, window
        self._offer: Offer | None = None
        self._begun = self._until = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK)
        self._timer.timeout.connect(self._look)

    @property
    def is_waiting(self) -> bool:
        return self._timer.isActive()

    def begin(self) -> None:
        """Close the window once all is written; it is asked then whether it may."""
        if not (self.is_given_up or self.is_waiting):
            self._begun = time.monotonic()
            self._timer.start()

    def hurry(self) -> None:
        """Wait no longer than some seconds from now on."""
        self._until = self._until or time.monotonic() + _HURRY

    def _look(self) -> None:
        now = time.monotonic()
        is_saving = self._document.is_saving
        if not is_saving and self._recovery.is_at_rest:
            self._end(closes=True)
        elif self._until and now > self._until:
            self._give_up()
        elif self._offer is None and now > self._begun + _PATIENCE:
            what = f"{self._document.name} is being saved" if is_saving else "The work is being kept for recovery"
            self._offer = self._offers.ask(
                f"{what}. The window closes once it is safe on disk.",
                {"Close without it": self._give_up, "Stay": self._stay},
            )

    def _give_up(self) -> None:
        self.is_given_up = True
        self._end(closes=True)

    def _stay(self) -> None:
        self._end(closes=False)
        self.stayed.emit()

    def _end(self, closes: bool) -> None:
        self._timer.stop()
        if self._offer is not None and self._offer in self._offers.waiting:
            self._offers.withdraw(self._offer)
        self._offer = None
        if closes:
            self._window.close()
