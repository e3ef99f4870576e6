"""Export of comparisons beside the window: figures and tables of trials."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject

from app.export.comparison.figure import SUFFIXES, write_comparison
from app.export.figure import PACKAGES
from app.export.style import FigureSettings
from app.workers.file_writer import FileWriter
from app.workers.latest_job import Ticket
from app.workers.priority import FRAMES
from app.workers.trials import Outcome

EXPORTED = SUFFIXES  # how the name of a file may end


class ComparisonExport(FileWriter):
    """Writes every file that is requested."""

    def __init__(self, parent: QObject) -> None:
        super().__init__("export of a comparison", gives_way=True, parent=parent)

    def request(self, outcome: Outcome, path: Path) -> None:
        """Write the figure of an outcome, or the table of its trials, as the suffix says."""
        self._jobs.offer(partial(self._export, outcome, path), keep=True)

    def _export(self, outcome: Outcome, path: Path, ticket: Ticket) -> None:
        settings = FigureSettings.of_size("double column")
        content = outcome.plan, outcome.record, outcome.known

        def write() -> None:
            with FRAMES.between_calls(PACKAGES):
                write_comparison(path, *content, settings, ticket.check)

        self._write(path, write)
