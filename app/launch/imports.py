"""The window's parts are imported: what knows no Qt in a thread, the rest between two turns of the event loop."""

from __future__ import annotations

import importlib
import threading
import traceback

from PySide6.QtCore import QObject, QTimer, Signal, Slot

# The large parts of what is needed, one by one, so that the window can be closed in between.
IN_THREAD = ("numpy", "llvmlite.binding", "numba", "engine", "contourpy")
# PySide makes its types when they are first asked for; done by two threads at once, that has ended the process.
IN_WINDOW = (
    "pyqtgraph",
    "app.workers.training_thread",
    "app.curves.curve_panel",
    "app.stage.surface.surface_stage",
    "app.stage.networks.network_stage",
    "app.window.workbench",
    "app.window.actions",
)
# Wanted soon, but not at once.
LATER = (
    "engine.architectures.convolutional.packing",
    "engine.architectures.recurrent.inside",
    "engine.architectures.attention.packing",
    "app.export.figure",
    "app.window.export_panel",
    "app.window.import_panel",
    "app.compare.pictures",
    "app.compare.workspace",
)
PAUSE = 300  # milliseconds before each of those


class Imports(QObject):
    """Imports behind the shell; nothing is told once it was stopped.

    done: the traceback of a failure, or an empty text. later_done: what is not wanted at once has been imported, too.
    """

    done = Signal(str)
    later_done = Signal()
    _reached = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._stopped = threading.Event()
        self._waiting, self._later = list(IN_WINDOW), list(LATER)
        self._thread = threading.Thread(target=self._run, name="imports")
        self._reached.connect(self._go_on)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Leave out all modules but the one that is being imported, and wait for that."""
        self._stopped.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        problem = ""
        for module in IN_THREAD:
            if self._stopped.is_set() or problem:
                break
            problem = _problem_with(module)
        self._reached.emit(problem)

    @Slot(str)
    def _go_on(self, problem: str = "") -> None:
        if self._stopped.is_set():
            return
        if not problem and self._waiting:
            problem = _problem_with(self._waiting.pop(0))
            if not problem:
                QTimer.singleShot(0, self._go_on)
                return
        self.done.emit(problem)
        QTimer.singleShot(PAUSE, self._import_later)

    @Slot()
    def _import_later(self) -> None:
        """Import what is wanted soon, while nobody waits for it; a failure is told by whoever wants it."""
        if self._stopped.is_set():
            return
        if self._later:
            _problem_with(self._later.pop(0))
            QTimer.singleShot(PAUSE, self._import_later)
        else:
            self.later_done.emit()


def _problem_with(module: str) -> str:
    """Import it; the traceback of what went wrong, or an empty text."""
    try:
        importlib.import_module(module)
    except Exception:
        return traceback.format_exc()
    return ""
