"""Draws and writes exports in a thread of its own, so that the window never waits for Matplotlib."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QThread, Signal, Slot
from PySide6.QtGui import QImage

from app.curves.table import Clock
from app.documents.safe_write import FileError
from app.export.figure import figure_bytes, write_figure
from app.export.plots import Plot
from app.export.style import FigureSettings
from app.export.table import write_table
from engine import SessionPicture, SettingError

_PATIENCE = 5000  # milliseconds


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


class _Hand(QObject):
    """Lives in the thread; takes one order after another."""

    drawn = Signal(object)
    written = Signal(str)
    refused = Signal(str)
    failed = Signal(str)
    moved = Signal(str, float)

    def __init__(self) -> None:
        super().__init__()
        self.newest: Order | None = None
        self.cancelled = False

    @Slot(object)
    def take(self, order: Order) -> None:
        if order.path is None and order is not self.newest:
            return  # a newer preview is already waiting
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
            self.drawn.emit(QImage.fromData(content))
        elif order.plot is None:
            write_table(order.path, order.picture, self._progress)
            self.written.emit(str(order.path))
        else:
            write_figure(order.path, order.picture, order.plot, order.settings, order.clocks, self._progress)
            self.written.emit(str(order.path))

    def _progress(self, what: str, share: float) -> None:
        if self.cancelled:
            raise Cancelled
        self.moved.emit(what, share)


class Draughtsman(QObject):
    """Starts its thread with the first order; `stop` ends it."""

    _ordered = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.hand = _Hand()
        self._thread = QThread()
        self._thread.setObjectName("drawing")
        self.hand.moveToThread(self._thread)
        self._ordered.connect(self.hand.take)
        self._thread.finished.connect(self.hand.deleteLater)

    def order(self, order: Order) -> None:
        if not self._thread.isRunning():
            self._thread.start()
        self.hand.cancelled = False
        if order.path is None:
            self.hand.newest = order
        self._ordered.emit(order)

    def cancel(self) -> None:
        self.hand.cancelled = True

    def stop(self) -> None:
        self.cancel()
        if self._thread.isRunning():
            self._thread.quit()
            self._thread.wait(_PATIENCE)
