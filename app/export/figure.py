"""Figures for print, drawn by Matplotlib from the data; reproducible to the byte, with the experiment embedded."""

from __future__ import annotations

import io
import os
import threading
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from app.curves.x_axes import Clock
from app.documents.experiment_file import to_text
from app.documents.figure_metadata import LEFT_OUT, metadata
from app.documents.files import FileError, shown, write
from app.documents.toml_text import toml_text
from app.documents.version import version
from app.export.axis_scales import write_numbers_plainly
from app.export.checkpoints import Check, add_checkpoints, import_matplotlib
from app.export.curve_figure import draw_curves
from app.export.figure_content import CurveContent, FigureContent, StageContent, ViewContent
from app.export.figures import FIGURES, figures_for
from app.export.legend import Entry, add_legend, clean
from app.export.records import Progress, no_progress, selected_run
from app.export.stage_figure import Drawing, StageFigure
from app.export.style import MM, POINTS, FigureSettings, parameters
from engine import SettingError, Table, kind_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from engine import Experiment, Interruption, SessionPicture

FORMATS = ("png", "svg", "pdf")
STAGE = "stage"  # the key of a figure that is what the stage shows and nothing else
_MAX_CARRIED = 1_000_000  # numbers of tables
_DRAWN = 0.5  # the share that is shown while Matplotlib draws: how far it is cannot be known
_TWEAK = 10  # numbers that take as much room as a tweak
PACKAGES = ("matplotlib", "pyparsing", "fontTools")  # those that draw figures
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
    tables = [table for table in tweaked if isinstance(table, Table)]
    experiment.problem.to_dict(tables.append)
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

    figure_of_stage = None if isinstance(plot, CurveContent) else _figure_of(plot, picture)
    if figure_of_stage is not None and figure_of_stage.key != STAGE:
        plot = ViewContent(figure_of_stage.key)
    labels = {run.id: run.name for run in picture.runs}

    def draw(figure: Figure) -> list[Entry]:
        axes = figure.add_subplot()
        if isinstance(plot, CurveContent):
            return draw_curves(axes, picture, plot, settings, labels, clocks or {}, progress, interruption)
        assert figure_of_stage is not None
        region = plot.region if isinstance(plot, StageContent) else None
        return figure_of_stage.draw(axes, Drawing(picture, settings, labels, region, progress, check, interruption))

    title = "" if figure_of_stage is not None and figure_of_stage.titled else picture.experiment.title
    about = metadata(format, clean(picture.experiment.title), _text(picture, plot, settings), program())
    return composed(format, settings, draw, title, about, check, inside=isinstance(plot, CurveContent))


def composed(
    format: str,
    settings: FigureSettings,
    draw: Callable[[Figure], list[Entry]],
    title: str,
    about: Mapping[str, str],
    check: Check,
    inside: bool = True,
) -> bytes:
    """A file of a figure that `draw` draws, which returns the legend's entries. title: above it, if that is wanted.

    about: its metadata. check: called between its parts. inside: whether the legend may be inside its first plot.
    """
    import_matplotlib(format, check)
    import matplotlib
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

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
        entries = draw(figure)
        axes = figure.axes[0]
        if settings.title and title:
            axes.set_title(clean(title)[:120], parse_math=False)
        for part in figure.axes:
            write_numbers_plainly(part)
            add_checkpoints(part, check)
        is_laid_out = add_legend(figure, axes, entries, settings, inside=inside)
        if is_laid_out and format == "png":  # the other formats measure texts in their own way
            figure.set_layout_engine("none")
        check()
        content = io.BytesIO()
        figure.savefig(
            content, format=format, metadata=about, transparent=settings.transparent,
            facecolor="none" if settings.transparent else "white",
        )  # fmt: skip
        check()
    return content.getvalue()


def _figure_of(plot: StageContent | ViewContent, picture: SessionPicture) -> StageFigure:
    """What is drawn of the problem. Raises SettingError if it has no such figure."""
    fitting = figures_for(selected_run(picture).shown.problem.task)
    if isinstance(plot, StageContent):
        if not fitting:
            raise SettingError(f"a {kind_of(picture.task).title.lower()} has no figure of its stage: export a curve")
        return fitting[0]
    found = FIGURES[plot.figure]
    if found not in fitting:
        raise SettingError(f"this problem has no figure “{found.title}”")
    return found


def _text(picture: SessionPicture, plot: FigureContent, settings: FigureSettings) -> str:
    """The experiment as a file, with a header comment on how the figure was drawn."""
    updates = {run.id: run.update for run in picture.runs}
    drawn = toml_text({"figure": settings.to_dict(), "plot": plot.to_dict(), "updates": updates})
    head = f"The experiment of this figure; {program()} can open it, and drew it with\n{drawn}"
    comment = "".join(f"# {line}".rstrip() + "\n" for line in head.splitlines()) + "\n"
    return to_text(picture.experiment, comment) if is_carried(picture.experiment) else comment + LEFT_OUT


def program() -> str:
    """The program and its version, as files name it."""
    return f"Fall Line {version()}"
