"""Run cyclic garbage collection on the GUI thread only; destroying a widget elsewhere crashes Qt."""

from __future__ import annotations

import gc

from pyqtgraph.util.garbage_collector import GarbageCollector

INTERVAL = 0.5  # seconds


class GuiThreadGC:
    """pyqtgraph's collector on a timer, until `stop` gives the collections back to Python."""

    def __init__(self) -> None:
        self._was_enabled = gc.isenabled()
        self._collector = GarbageCollector(INTERVAL)

    def stop(self) -> None:
        self._collector.timer.stop()
        if self._was_enabled:
            gc.enable()
