"""Figures for print, drawn by Matplotlib from the data; reproducible to the byte, with the experiment embedded."""

from __future__ import annotations

import io
import os
import threading
import warnings
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from app.curves.x_axes import Clock
from app.documents.experiment_file import to_text
from app.documents.figure_metadata import LEFT_OUT, metadata
from app.documents.files import FileError, shown, write
from app.documents.run_labels import differences
from app.documents.toml_text import toml_text
from app.documents.version import version
from app.export.axis_scales import write_numbers_plainly
from app.export.checkpoints import add_checkpoints, import_matplotlib
from app.export.curve_figure import draw_curves
from app.export.figure_content import CurveContent, FigureContent, NetworkContent, StageContent
from app.export.legend import add_legend, clean
from app.export.networks.context import figure_context
from app.export.networks.figures import FIGURES, figures_for
from app.export.records import Progress, no_progress
from app.export.style import MM, POINTS, FigureSettings, parameters
from app.export.surface_figure import draw_stage
from engine import NetworkTask, SettingError, Table

if TYPE_CHECKING:
    from engine import Experiment, Interruption, SessionPicture

FORMATS = ("png", "svg", "pdf")
_MAX_CARRIED = 1_000_000  # numbers of tables
_DRAWN = 0.5  # the share that is shown while Matplotlib draws: how far it is cannot be known
_TWEAK = 10  # numbers that take as much room as a tweak
_DRAWING = threading.Lock()  # Matplotlib's settings are global


def write_figure(
    path: str | os.PathLike[str],
    picture: SessionPicture,
    plot: FigureContent,
    settings: FigureSettings,
    clocks: Mapping[str, Clock] | None = None,
    progress: Progress = no_progress,
    interruption: Interruption | None = None,
) -> None:
    """Write a PNG, SVG or PDF, by the file's suffix. clocks: training time by run id, for that x axis.

    May run in any thread but the GUI thread. Raises FileError, SettingError, and whatever `progress` raises; an
    existing file is then unchanged.
    """
    format = Path(path).suffix.lower().removeprefix(".")
    if format not in FORMATS:
        raise FileError(f"cannot write {shown(path)}: the name of a figure must end in .{', .'.join(FORMATS)}")
    write(path, figure_bytes(format, picture, plot, settings, clocks, progress, interruption))


def is_carried(experiment: Experiment) -> bool:
    """Whether the experiment is embedded in figures: not if tables and tweaks would make them too large."""
    count = sum(len(run.tweaks) for run in experiment.runs)
    tweaked = [tweak.value for run in experiment.runs for tweak in run.tweaks]
    data = experiment.problem.data if isinstance(experiment.problem, NetworkTask) else None
    tables = [table for table in (data, *tweaked) if isinstance(table, Table)]
    return sum(table.inputs.size + len(table.targets) for table in tables) + _TWEAK * count <= _MAX_CARRIED


def figure_bytes(
    format: str,
    picture: SessionPicture,
    plot: FigureContent,
    settings: FigureSettings,
    clocks: Mapping[str, Clock] | None = None,
    progress: Progress = no_progress,
    interruption: Interruption | None = None,
) -> bytes:
    """The content of a PNG, SVG or PDF file. Raises what `progress` raises, which is called between its parts.

    interruption: has the engine's evaluations come to their next part at once.
    """

    def check() -> None:
        progress("the figure", _DRAWN)

    import_matplotlib(format, check)
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    if isinstance(plot, StageContent) and isinstance(picture.task, NetworkTask):
        plot = NetworkContent(figures_for(picture.task)[0].key)
    if isinstance(plot, NetworkContent):
        _check(plot, picture)
    width, height = settings.width / MM, settings.height / MM
    if format == "png":
        # Matplotlib rounds down to whole pixels.
        width, height = ((pixels + 1e-3) / settings.dpi for pixels in settings.pixels)
    with _DRAWING, matplotlib.rc_context(), warnings.catch_warnings():
        matplotlib.rcdefaults()
        # A name may have characters missing from the font, and a tiny figure no room: draw both as well as possible.
        warnings.filterwarnings("ignore", message="Glyph|constrained_layout not applied|Tight layout not applied")
        matplotlib.rcParams.update(parameters(settings))  # type: ignore[arg-type]
        figure = Figure(figsize=(width, height), dpi=settings.dpi if format == "png" else 72, layout="constrained")
        FigureCanvasAgg(figure)  # keeps what it has measured; without a canvas each text is measured on a new one
        pad = 0.3 * settings.font_size / POINTS
        figure.get_layout_engine().set(w_pad=pad, h_pad=pad)  # type: ignore[union-attr, call-arg]
        check()
        axes = figure.add_subplot()
        labels = _labels(picture)
        if isinstance(plot, CurveContent):
            entries = draw_curves(axes, picture, plot, settings, labels, clocks or {}, progress, interruption)
        elif isinstance(plot, NetworkContent):
            entries = FIGURES[plot.figure].draw(axes, figure_context(picture, settings, labels, check, interruption))
        else:
            entries = draw_stage(axes, picture, plot, settings, labels, progress, interruption)
        if settings.title and not isinstance(plot, NetworkContent):
            axes.set_title(clean(picture.experiment.title)[:120], parse_math=False)
        for part in figure.axes:
            write_numbers_plainly(part)
            add_checkpoints(part, check)
        is_laid_out = add_legend(figure, axes, entries, settings, inside=isinstance(plot, CurveContent))
        if is_laid_out and format == "png":  # the other formats measure texts in their own way
            figure.set_layout_engine("none")
        check()
        content = io.BytesIO()
        about = metadata(format, clean(picture.experiment.title), _text(picture, plot, settings), _program())
        figure.savefig(
            content, format=format, metadata=about, transparent=settings.transparent,
            facecolor="none" if settings.transparent else "white",
        )  # fmt: skip
        check()
    return content.getvalue()


def _check(plot: NetworkContent, picture: SessionPicture) -> None:
    """Raises SettingError if a figure of a network has nothing to show."""
    if not isinstance(picture.task, NetworkTask) or not FIGURES[plot.figure].fits(picture.task):
        raise SettingError(f"this problem has no figure “{FIGURES[plot.figure].title}”")


def _labels(picture: SessionPicture) -> dict[str, str]:
    """The legend's text by run id: the settings in which the visible runs differ."""
    shown_runs = {run.id for run in picture.runs if run.visible}
    records = tuple(record for record in picture.experiment.runs if record.settings.id in shown_runs)
    texts = differences(replace(picture.experiment, runs=records))
    return {record.settings.id: text for record, text in zip(records, texts, strict=True)}


def _text(picture: SessionPicture, plot: FigureContent, settings: FigureSettings) -> str:
    """The experiment as a file, with a header comment on how the figure was drawn."""
    updates = {run.id: run.update for run in picture.runs}
    drawn = toml_text({"figure": settings.to_dict(), "plot": plot.to_dict(), "updates": updates})
    head = f"The experiment of this figure; {_program()} can open it, and drew it with\n{drawn}"
    comment = "".join(f"# {line}".rstrip() + "\n" for line in head.splitlines()) + "\n"
    return to_text(picture.experiment, comment) if is_carried(picture.experiment) else comment + LEFT_OUT


def _program() -> str:
    return f"Fall Line {version()}"
