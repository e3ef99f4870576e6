"""Export beside the window: figures and tables are drawn and written without it waiting for Matplotlib."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QImage

from app.curves.x_axes import Clock
from app.documents.files import FileError
from app.export.csv_table import write_table
from app.export.figure import PACKAGES, figure_bytes, write_figure
from app.export.figure_content import FigureContent
from app.export.style import FigureSettings
from app.workers.file_writer import FileWriter
from app.workers.latest_job import Ticket
from app.workers.priority import FRAMES
from engine import SessionPicture, SettingError


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What to draw. path: where to write it; None asks for a preview. plot: None is the table of all rows."""

    picture: SessionPicture
    plot: FigureContent | None
    settings: FigureSettings
    clocks: Mapping[str, Clock]
    path: Path | None = None


class ExportJob(FileWriter):
    """Writes every file that is requested; of the previews only the latest is drawn.

    preview_drawn: a QImage. progressed: what is being done for a file, and the share of it that is done.
    """

    preview_drawn = Signal(object)
    progressed = Signal(str, float)

    def __init__(self) -> None:
        super().__init__("export")

    def request(self, request: ExportRequest) -> None:
        if request.path is None:
            self._jobs.offer(partial(self._preview, request))
        else:
            self._jobs.offer(partial(self._export, request, request.path), keep=True)

    @property
    def idle(self) -> bool:
        return self._jobs.idle

    def cancel(self) -> None:
        self._jobs.cancel()

    def _preview(self, request: ExportRequest, ticket: Ticket) -> None:
        assert request.plot is not None
        try:
            with FRAMES.between_calls(PACKAGES):
                content = figure_bytes(
                    "png",
                    request.picture,
                    request.plot,
                    request.settings,
                    request.clocks,
                    lambda *_: ticket.check(),
                    ticket.interruption,
                )
        except (FileError, SettingError, OSError) as error:
            self.refused.emit(str(error))
        else:
            ticket.check()
            self.preview_drawn.emit(QImage.fromData(content))

    def _export(self, request: ExportRequest, path: Path, ticket: Ticket) -> None:
        def progress(what: str, share: float) -> None:
            ticket.check()
            self.progressed.emit(what, share)

        def write() -> None:
            ticket.check()
            if request.plot is None:
                write_table(path, request.picture, progress, ticket.interruption)
            else:
                plot, settings, clocks = request.plot, request.settings, request.clocks
                with FRAMES.between_calls(PACKAGES):
                    write_figure(path, request.picture, plot, settings, clocks, progress, ticket.interruption)

        self._write(path, write)
