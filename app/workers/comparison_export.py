"""Export of comparisons beside the window: figures and tables of trials."""

from __future__ import annotations

import traceback
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from app.documents.files import FileError
from app.export.comparison.figure import SUFFIXES, write_comparison
from app.export.style import FigureSettings
from app.workers.latest_job import Cancelled, LatestJob, Ticket
from app.workers.trials import Outcome
from engine import SettingError

EXPORTED = SUFFIXES  # how the name of a file may end


class ComparisonExport(QObject):
    """Writes every file that is requested.

    written: the path of a file; refused: why there is none, as a sentence; failed: the traceback of a fault.
    """

    written = Signal(str)
    refused = Signal(str)
    failed = Signal(str)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._jobs = LatestJob("export of a comparison", self._fail, gives_way=True)

    def request(self, outcome: Outcome, path: Path) -> None:
        """Write the figure of an outcome, or the table of its trials, as the suffix says."""
        self._jobs.offer(partial(self._write, outcome, path), keep=True)

    def stop(self) -> None:
        """Cancel everything, and wait for the piece that is under way."""
        self._jobs.release()

    def _write(self, outcome: Outcome, path: Path, ticket: Ticket) -> None:
        settings = FigureSettings.of_size("double column")
        try:
            write_comparison(path, outcome.plan, outcome.record, outcome.known, settings, ticket.check)
        except Cancelled:
            self.refused.emit("the export was cancelled; nothing was written")
        except (FileError, SettingError, OSError) as error:
            self.refused.emit(str(error))
        else:
            self.written.emit(str(path))

    def _fail(self, job: int, error: BaseException) -> None:
        self.failed.emit("".join(traceback.format_exception(error)))
