"""Draws and writes exports in a thread of its own, so that the window never waits for Matplotlib."""

from __future__ import annotations

import queue
import threading
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from app.curves.x_axes import Clock
from app.documents.files import FileError
from app.export.csv_table import write_table
from app.export.figure import figure_bytes, write_figure
from app.export.plots import Plot
from app.export.style import FigureSettings
from engine import SessionPicture, SettingError

_PATIENCE = 0.5  # seconds; Matplotlib's import takes longer, and the process may end in the middle of it


class Cancelled(Exception):
    """The person no longer wants it."""


@dataclass(frozen=True, slots=True)
class Order:
    """What to draw. path: where to write it; None asks for a preview. plot: None is the table of all rows."""

    picture: SessionPicture
    plot: Plot | None
    settings: FigureSettings
    clocks: Mapping[str, Clock]
    path: Path | None = None


class Draughtsman(QObject):
    """Takes one order after another, in a thread that starts with the first; `stop` ends it.

    A thread of Python's, not of Qt's: Matplotlib asks for the current one and Python would make up a
    second for a thread that it does not know.
    """

    drawn = Signal(object)
    written = Signal(str)
    refused = Signal(str)
    failed = Signal(str)
    moved = Signal(str, float)

    def __init__(self) -> None:
        super().__init__()
        self._orders: queue.SimpleQueue[Order | None] = queue.SimpleQueue()
        self._newest: Order | None = None
        self._cancelled = threading.Event()
        self._thread: threading.Thread | None = None

    def order(self, order: Order) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="drawing", daemon=True)
            self._thread.start()
        self._cancelled.clear()
        if order.path is None:
            self._newest = order
        self._orders.put(order)

    def cancel(self) -> None:
        self._cancelled.set()

    def stop(self) -> None:
        """End the thread with the order that it is at, if that is soon."""
        self.cancel()
        self._orders.put(None)
        if self._thread is not None:
            self._thread.join(_PATIENCE)
            self._thread = None

    def _work(self) -> None:
        while (order := self._orders.get()) is not None:
            if order.path is None and order is not self._newest:
                continue  # a newer preview is already waiting
            try:
                self._carry_out(order)
            except Cancelled:
                self.refused.emit("the export was cancelled; nothing was written")
            except (FileError, SettingError, OSError) as error:
                self.refused.emit(str(error))
            except Exception:
                self.failed.emit(traceback.format_exc())

    def _carry_out(self, order: Order) -> None:
        if order.path is None:
            assert order.plot is not None
            content = figure_bytes("png", order.picture, order.plot, order.settings, order.clocks)
            if not self._cancelled.is_set():
                self.drawn.emit(QImage.fromData(content))
        elif order.plot is None:
            write_table(order.path, order.picture, self._progress)
            self.written.emit(str(order.path))
        else:
            write_figure(order.path, order.picture, order.plot, order.settings, order.clocks, self._progress)
            self.written.emit(str(order.path))

    def _progress(self, what: str, share: float) -> None:
        if self._cancelled.is_set():
            raise Cancelled
        self.moved.emit(what, share)
