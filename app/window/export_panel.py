"""The export panel: what to export, its size and looks, and a preview of the figure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QSignalBlocker, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.curves.curve_catalogue import CURVES
from app.curves.curve_style import CurveStyle
from app.curves.view_settings import along_in, curves_in, styles_in
from app.export.figure import STAGE, is_carried
from app.export.figure_content import CurveContent, FigureContent, StageContent, ViewContent
from app.export.figures import FIGURES, figure_on_screen, figures_for
from app.export.style import KNOBS, LEGENDS, MM, SIZES, FigureSettings
from app.plots.axis_type import NAMES
from app.widgets.knob_list import KnobList
from app.widgets.popup import Popup
from app.window.export_source import ExportSource
from app.workers.export_job import ExportJob, ExportRequest
from engine import SessionPicture

TABLE = "table"
_DELAY = 250  # milliseconds until a change is drawn
_FOLLOW = 1500  # milliseconds between two looks at what is on screen
_OPENING = "the experiment is still being opened: try again in a moment"
_NO_PLOT = "another experiment is open, which has no such plot: nothing was written"
_PREVIEW = QSize(470, 400)
_PREVIEW_DPI = 150
_PREVIEW_PIXELS = 1000.0  # wide at most, so that large paper takes no longer
_SWITCHES = {
    "grid": "Grid",
    "title": "Title",
    "dashes": "Dash patterns (for grey print)",
    "markers": "Markers",
    "transparent": "Transparent",
}
_AS_ON_SCREEN = "as on screen"
_FORMATS = {"PDF": "pdf", "SVG": "svg", "PNG": "png"}


class ExportPanel(Popup):
    """Opens with `show_plot`, and follows what is on screen while it is open. told, warned, failed: for the toast.

    What is saved is what is on screen at that moment.
    """

    told = Signal(str)
    warned = Signal(str)
    failed = Signal(str)

    def __init__(self, owner: QWidget, on_screen: Callable[[], ExportSource | None]) -> None:
        """on_screen: what would be exported now, None while an experiment is being opened."""
        super().__init__(owner, "Export", 880, 620)
        self._on_screen = on_screen
        self._source: ExportSource | None = None
        self.settings = FigureSettings()
        self.export_job = ExportJob()
        self.what = QComboBox()
        self.what.setAccessibleName("what to export")
        self.sizes = self._list("size of the figure", SIZES)
        self.fonts = self._list("font", ("sans", "serif"))
        self.legends = self._list("legend", LEGENDS)
        self.y_types = self._list("y axis", (_AS_ON_SCREEN, *NAMES))
        self.knobs = KnobList()
        self.knobs.show_knobs(tuple(KNOBS.values()))
        self.switches = {name: QCheckBox(text) for name, text in _SWITCHES.items()}
        self.preview = QLabel()
        self.preview.setFixedSize(_PREVIEW)
        self.preview.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.preview.setObjectName("preview")
        self.preview.setAccessibleName("preview of the figure")
        self.note = QLabel()
        self.note.setObjectName("muted")
        self.note.setWordWrap(True)
        self.buttons = {text: QPushButton(f"Save as {text} …") for text in (*_FORMATS, "CSV")}
        self.cancel = QPushButton("Cancel")
        self.cancel.hide()
        self._waiting = QTimer(self)
        self._waiting.setSingleShot(True)
        self._waiting.setInterval(_DELAY)
        self._following = QTimer(self)
        self._following.setInterval(_FOLLOW)
        self._lay_out()
        self._wire()
        self._show_settings()

    def _wire(self) -> None:
        self.what.currentIndexChanged.connect(self._changed)
        self.sizes.currentTextChanged.connect(self._resize)
        self.fonts.currentTextChanged.connect(lambda font: self._set("font", font))
        self.legends.currentTextChanged.connect(lambda legend: self._set("legend", legend))
        self.y_types.currentTextChanged.connect(self._changed)
        self.knobs.changed.connect(self._set)
        for name, switch in self.switches.items():
            switch.toggled.connect(lambda on, chosen=name: self._set(chosen, on))
        for text, button in self.buttons.items():
            button.clicked.connect(lambda _=False, chosen=text: self._ask_path(chosen))
        self.cancel.clicked.connect(self.export_job.cancel)
        self._waiting.timeout.connect(self._draw)
        self._following.timeout.connect(self._follow)
        self.export_job.preview_drawn.connect(self._show_preview)
        self.export_job.written.connect(self._written)
        self.export_job.refused.connect(self._refused)
        self.export_job.failed.connect(self._failed)
        self.export_job.progressed.connect(self._show_progress)

    def show_plot(self, what: str = "") -> None:
        """Open with a plot: the key of a curve or figure, STAGE for what the stage shows, TABLE, or the first."""
        source = self._on_screen()
        if source is None:
            self.warned.emit(_OPENING)
            return
        self._take(source)
        picture = source.picture
        shown = figure_on_screen(picture.run_task, picture.experiment.view) if what == STAGE else None
        what = what if shown is None else shown.key
        self.what.setCurrentIndex(max(self.what.findData(what), 0))
        self.popup()
        self._following.start()
        self._changed()

    def _take(self, source: ExportSource) -> None:
        """Offer what can be exported of this; a plot that no longer exists gives way to the first."""
        self._source = source
        plots = _plots(source.picture)
        if plots == [(self.what.itemText(place), self.what.itemData(place)) for place in range(self.what.count())]:
            return
        chosen = self.what.currentData()
        with QSignalBlocker(self.what):
            self.what.clear()
            for title, key in plots:
                self.what.addItem(title, key)
            self.what.setCurrentIndex(max(self.what.findData(chosen), 0))

    def _follow(self) -> None:
        """Draw again what has changed on screen, once the last drawing and what is being written are done."""
        if not self.isVisible():
            self._following.stop()
            return
        source = self._on_screen()
        if source is not None and self.export_job.idle and not source.looks_like(self._source):
            self._take(source)
            self._changed()

    def give_up(self) -> None:
        """Cancel what is being drawn or written, for good."""
        self.export_job.give_up()

    def shut_down(self) -> None:
        """Cancel what is being drawn or written, and end the thread."""
        self.export_job.stop()

    def plot(self) -> FigureContent | None:
        """The chosen plot, with the axes as they are on screen; None for the table."""
        key = str(self.what.currentData())
        if key == TABLE:
            return None
        if key == STAGE:
            return StageContent()
        if key in FIGURES:
            return ViewContent(key)
        view = self._source.view if self._source is not None else {}
        shown = curves_in(view)
        style = styles_in(view, shown)[key] if key in shown else CurveStyle()
        y_type = self.y_types.currentText() if self.y_types.currentText() in NAMES else style.y_type
        return CurveContent(key, along_in(view) or style.along, style.x_type, y_type, style.span)

    def export_to(self, path: Path) -> None:
        """Write what is chosen, as it is on screen now; the suffix decides the format."""
        source, chosen = self._on_screen(), self.what.currentData()
        if source is None:
            self.warned.emit(_OPENING)
            return
        self._take(source)
        if self.what.currentData() != chosen:
            self._changed()
            self.warned.emit(_NO_PLOT)
            return
        self._working(True)
        plot = None if path.suffix.lower() == ".csv" else self.plot()
        self.export_job.request(ExportRequest(source.picture, plot, self.settings, source.clocks, path))

    def _ask_path(self, text: str) -> None:
        suffix = _FORMATS.get(text, "csv")
        name = "rows" if suffix == "csv" else str(self.what.currentData())
        asked = self.what.currentData()
        chosen, _ = QFileDialog.getSaveFileName(self, f"Export as {text}", f"{name}.{suffix}", f"{text} (*.{suffix})")
        if chosen and self.what.currentData() != asked:
            self.warned.emit(_NO_PLOT)
        elif chosen:
            path = Path(chosen)
            self.export_to(path if path.suffix.lower() == f".{suffix}" else path.with_name(f"{path.name}.{suffix}"))

    def _set(self, name: str, value: Any) -> None:
        self.settings = replace(self.settings, **{name: value})
        self._changed()

    def _resize(self, name: str) -> None:
        width, height, font_size, line_width = SIZES[name]
        self.settings = replace(self.settings, width=width, height=height, font_size=font_size, line_width=line_width)
        self._show_settings()
        self._changed()

    def _show_settings(self) -> None:
        self.knobs.set_values({name: getattr(self.settings, name) for name in KNOBS})
        for name, switch in self.switches.items():
            with QSignalBlocker(switch):
                switch.setChecked(getattr(self.settings, name))

    def _changed(self) -> None:
        table = self.what.currentData() == TABLE
        self.y_types.setEnabled(self.what.currentData() in CURVES)
        for text, button in self.buttons.items():
            button.setVisible((text == "CSV") == table)
        self.note.setText(
            "One row per run and update, every number so that reading it back gives the same bits. What is measured "
            "now and then stands in further columns, empty in between."
            if table
            else f"{self.settings.width:g} × {self.settings.height:g} mm, drawn from the data. {self._carried()}"
        )
        if self.isVisible():
            self._waiting.start()

    def _carried(self) -> str:
        if self._source is None or is_carried(self._source.picture.experiment):
            return "The figure carries its experiment: open the file again to continue from it."
        return "The experiment's data are too large for a figure to carry: save it as a file, too."

    def _draw(self) -> None:
        plot = self.plot()
        source = self._source
        if source is None:
            return
        if plot is None:
            self.preview.setText("a table")
            return
        dpi = _PREVIEW_DPI * min(1.0, _PREVIEW_PIXELS / (self.settings.width / MM * _PREVIEW_DPI))
        small = replace(self.settings, dpi=max(50, round(dpi)))
        self.export_job.request(ExportRequest(source.picture, plot, small, source.clocks))

    @Slot(object)
    def _show_preview(self, image: QImage) -> None:
        ratio = self.devicePixelRatioF()
        sheet = QPixmap.fromImage(image).scaled(
            _PREVIEW * ratio, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        sheet.setDevicePixelRatio(ratio)
        self.preview.setPixmap(sheet)

    @Slot(str, float)
    def _show_progress(self, what: str, share: float) -> None:
        self.note.setText(f"writing {what} … {share:.0%}")

    @Slot(str)
    def _written(self, path: str) -> None:
        self._working(False)
        self.told.emit(f"exported {path}")

    @Slot(str)
    def _refused(self, sentence: str) -> None:
        self._working(False)
        self.warned.emit(sentence)

    @Slot(str)
    def _failed(self, details: str) -> None:
        self._working(False)
        self.failed.emit(details)

    def _working(self, on: bool) -> None:
        self.cancel.setVisible(on)
        for button in self.buttons.values():
            button.setEnabled(not on)
        if not on:
            self._changed()

    def _list(self, name: str, items: Any) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(name)
        box.addItems(list(items))
        return box

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        rows = {
            "Plot": self.what,
            "Y axis": self.y_types,
            "Size": self.sizes,
            "Font": self.fonts,
            "Legend": self.legends,
        }
        for text, box in rows.items():
            form.addRow(text, box)
        left = QVBoxLayout()
        left.setSpacing(9)
        left.addLayout(form)
        left.addWidget(self.knobs)
        for switch in self.switches.values():
            left.addWidget(switch)
        left.addStretch(1)
        foot = QHBoxLayout()
        foot.addStretch(1)
        for button in (self.cancel, *self.buttons.values()):
            foot.addWidget(button)
        right = QVBoxLayout()
        right.addWidget(self.preview, 1, Qt.AlignmentFlag.AlignCenter)
        right.addWidget(self.note)
        right.addLayout(foot)
        row = QHBoxLayout()
        row.setSpacing(18)
        row.addLayout(left, 1)
        row.addLayout(right, 2)
        self.body.addLayout(row, 1)


def _plots(picture: SessionPicture) -> list[tuple[str, str]]:
    """(title, key) of all that can be exported of a problem."""
    found = [(curve.title_for(picture), key) for key, curve in CURVES.items() if curve.needs(picture)]
    found += [(figure.menu, figure.key) for figure in figures_for(picture.run_task)]
    return [*found, ("Every row as a table (CSV)", TABLE)]
