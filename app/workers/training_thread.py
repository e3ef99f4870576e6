"""The training thread as the window sees it: commands go in, immutable values come out."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from PySide6.QtCore import QObject, Qt, QThread, Signal

from app.workers.commands import Command, Edit, End, Settle
from app.workers.ending import ended
from app.workers.loss_grids import LossGrids
from app.workers.loss_slices import LossSlices
from app.workers.priority import give_way
from app.workers.published import Published
from app.workers.publisher import Publisher
from app.workers.snapshots import Snapshots
from app.workers.worker import Worker

CLOSE_SECONDS = 5.0
PATIENCE = 0.2  # seconds, while a kernel is compiled, for edits that wait to be carried out


class TrainingThread(QObject):
    """Starts the thread of the training, sends it commands, and holds what it has published.

    serial: of the last edit that was sent. refused: a sentence, and the serial of the edit that is refused (0 if
    it is no edit). told: a sentence. failed: the traceback of a fault.
    """

    refused = Signal(str, int)
    told = Signal(str)
    failed = Signal(str)
    _sent = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.serial = 0
        self._gesture = ""
        self.snapshots = Snapshots(self._fail)
        self.slices = LossSlices(self._fail)
        self.grids = LossGrids(self._fail)
        self._publisher = Publisher(self.snapshots, self.slices)
        self.worker = Worker(self._publisher)
        self._thread = QThread()
        self._thread.setObjectName("training")
        self.worker.moveToThread(self._thread)
        self._sent.connect(self.worker.take, Qt.ConnectionType.QueuedConnection)
        self.worker.refused.connect(self.refused)
        self.worker.told.connect(self.told)
        self.worker.failed.connect(self.failed)
        self._thread.started.connect(give_way, Qt.ConnectionType.DirectConnection)
        self._thread.started.connect(self.worker.begin)
        self._thread.finished.connect(self.worker.deleteLater)
        self._thread.start()

    @property
    def published(self) -> Published | None:
        """The newest that was published."""
        return self._publisher.newest

    @property
    def is_running(self) -> bool:
        return self._thread.isRunning()

    def send(self, command: Command) -> int:
        """Queue a command, an edit with the next serial; returns the serial of the last edit.

        Whatever is being computed is interrupted for it.
        """
        if isinstance(command, Edit):
            self.serial += 1
            command = replace(command, serial=self.serial, gesture=self._gesture)
        self.worker.waiting.add(command.replaces, command.is_urgent)
        self._sent.emit(command)
        return self.serial

    @contextmanager
    def together(self, gesture: str) -> Iterator[None]:
        """Edits that are sent meanwhile are undone together, and the undo menu calls them so."""
        self.send(Settle())
        self._gesture = gesture
        try:
            yield
        finally:
            self._gesture = ""
            self.send(Settle())

    def stop(self) -> None:
        """End the training thread and those beside it, each after the piece under way: unless it compiles, and then it
        goes on running.
        """
        if self.is_running:
            self.send(End())
            self.worker.waiting.interruption.stop()
            for job in (self.snapshots, self.slices, self.grids):
                job.cancel()
            self._thread.quit()
            ended(lambda seconds: self._thread.wait(round(1000 * seconds)), PATIENCE, CLOSE_SECONDS)
        self.worker.release(wait=not self.is_running)
        for part in (self.snapshots, self.slices, self.grids):
            part.release()

    def _fail(self, job: int, error: BaseException) -> None:
        self.failed.emit("".join(traceback.format_exception(error)))
