"""Run cyclic garbage collection on the GUI thread only; destroying a widget elsewhere crashes Qt.

A full collection looks through every container there is, a microsecond each: with the modules, the widgets and the
plans of a long session that takes longer than several frames. What has outlived the collections is therefore frozen: a
later one looks through what has come since. Only when nobody works in the window is everything looked through again.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtGui import QGuiApplication

INTERVAL = 500  # milliseconds between collections of what is new
MIDDLE_EVERY, OLD_EVERY = 4, 16  # of these collections, one of what has outlived one, and one of all that is not frozen
AWAY = 3000  # milliseconds after which nobody works in a window that is not the active one
FEWEST_FROZEN = 20_000  # objects that are worth looking through once more


class GuiThreadGC(QObject):
    """Collects on a timer, until `stop` gives the collections back to Python."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._was_enabled = gc.isenabled()
        gc.disable()
        self._turn = 0
        self._thorough = 0  # objects that were frozen when everything had been looked through
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL)
        self._timer.timeout.connect(self.collect)
        self._timer.start()
        self._away = QTimer(self)
        self._away.setSingleShot(True)
        self._away.setInterval(AWAY)
        self._away.timeout.connect(self.collect_everything)
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.applicationStateChanged.connect(self._watch)

    def freeze(self) -> None:
        """Never look again through what has been imported and built so far."""
        gc.freeze()
        self._thorough = gc.get_freeze_count()

    @Slot()
    def collect(self) -> None:
        """Collect the youngest objects; now and then older ones, too. What then is left is frozen."""
        self._turn += 1
        if self._turn % OLD_EVERY == 0:
            gc.collect()
            gc.freeze()
        else:
            gc.collect(0 if self._turn % MIDDLE_EVERY else 1)

    @Slot()
    def collect_everything(self) -> None:
        """Look through what is frozen, too, unless little has been since the last time."""
        if gc.get_freeze_count() - self._thorough < FEWEST_FROZEN:
            return
        gc.unfreeze()
        gc.collect()
        self.freeze()

    @Slot(Qt.ApplicationState)
    def _watch(self, state: Qt.ApplicationState) -> None:
        if state == Qt.ApplicationState.ApplicationActive:
            self._away.stop()
        else:
            self._away.start()

    def stop(self) -> None:
        self._timer.stop()
        self._away.stop()
        if self._was_enabled:
            gc.enable()
