"""`python main.py run FILE`: an experiment from beginning to end, without a window."""

from __future__ import annotations

import argparse
import difflib
import os
import sys
import textwrap
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

from app.commands.command_line import Parser, Refusal, in_columns, number_cell, text_cell
from app.commands.progress_bar import Bar
from app.curves.curve_catalogue import CURVES
from app.curves.x_axes import X_AXES
from app.documents.experiment_file import load
from app.documents.files import FileError, shown
from app.documents.run_names import run_names
from app.documents.run_results import results
from app.export.csv_table import write_table
from app.export.figure import FORMATS, STAGE, is_carried, write_figure
from app.export.figure_content import CurveContent, FigureContent, StageContent, ViewContent
from app.export.figures import FIGURES, figures_for
from app.export.style import KNOBS, LEGENDS, SIZES, FigureSettings, parameters
from app.launch.exit_status import DONE, SOME_DIVERGED, refuse
from app.plots.axis_type import AUTOMATIC, LINEAR
from app.workers.executors import cores
from engine import (
    DIVERGED,
    PROBLEMS,
    STOP,
    Experiment,
    Run,
    Session,
    SessionPicture,
    SettingError,
    finish,
    kind_of,
    read_number,
    run_task,
)

MAX_UPDATES = int(STOP[0].high)
TABLE = "csv"
_CHUNK_SECONDS = 0.05

EXAMPLES = f"""\
--plot may be given once for all pictures, or once for each of them, in order. It is {STAGE}, of a network
{", ".join(key for key in FIGURES if key != STAGE)}, or a curve:
{textwrap.fill(", ".join(CURVES), 100)}.

examples:
  python main.py run race.toml
  python main.py run race.toml --updates 10000 --export loss.pdf
  python main.py run race.toml --export loss.svg --export stage.png --plot loss --plot stage
  python main.py run race.toml --export race.csv --quiet
  python main.py run race.toml --export norm.pdf --plot gradient_norm --smooth 50 --size 120x70 --font serif
  python main.py run digits.toml --export matrix.pdf --plot confusion --export net.svg --plot diagram --run adam

Figures of networks, and curves of layers, show the run that --run names, or the one selected in the file.

On a terminal, stdout gets a table with one line per run; elsewhere the same separated by tabs, numbers in full.
Exit status: 0 done, 2 refused, 4 done but a run diverged, 130 interrupted, 143 terminated, 1 a defect.
"""


def parser() -> argparse.ArgumentParser:
    """The options of `run`."""
    made = Parser("run", "Run an experiment without a window or a display, with the same numbers to the bit.", EXAMPLES)
    made.add_argument("file", metavar="FILE", help="an experiment (TOML), or a figure that was exported")
    made.add_argument(
        "--updates", metavar="N", type=_updates, help="stop after N updates instead of the file's own number"
    )
    made.add_argument(
        "--export",
        metavar="OUT",
        action="append",
        default=[],
        help="write OUT.png, .svg, .pdf or .csv; may be repeated",
    )
    made.add_argument(
        "--plot", metavar="WHAT", action="append", default=[], help=f"what pictures show: {STAGE}, or a curve (loss)"
    )
    made.add_argument("--run", metavar="ID", help="the run whose network, or layers, are shown")
    made.add_argument("--quiet", action="store_true", help="no progress and no table")
    curve = made.add_argument_group("curves")
    curve.add_argument(
        "--along", choices=[name for name in X_AXES if name != "seconds"], default="updates", help="x axis"
    )
    for option, help in (
        ("--log-x", "logarithmic x axis"),
        ("--symlog-x", "symmetric-log x axis, which has a zero"),
        ("--log-y", "logarithmic y axis (what suits the curve and its values else)"),
        ("--linear-y", "linear y axis"),
        ("--symlog-y", "symmetric-log y axis: logarithmic above and below zero"),
    ):
        type, _, axis = option.removeprefix("--").partition("-")
        usual = LINEAR.name if axis == "x" else AUTOMATIC
        curve.add_argument(option, dest=f"{axis}_type", action="store_const", const=type, default=usual, help=help)
    curve.add_argument("--smooth", metavar="N", type=_count, default=0, help="average over about N updates")
    figure = made.add_argument_group("figures")
    figure.add_argument(
        "--size", metavar="SIZE", default="single column", help=f"{', '.join(SIZES)}, or WIDTHxHEIGHT in mm"
    )
    for name, text in (("font_size", "pt"), ("line_width", "pt"), ("dpi", "dots per inch of a PNG")):
        knob = KNOBS[name]
        option = f"--{name.replace('_', '-')}"
        kind = _count if knob.kind == "integer" else _number
        figure.add_argument(option, metavar="N", type=kind, help=f"{knob.range} {text}")
    figure.add_argument("--font", metavar="NAME", help="sans, serif, or a family that is installed")
    figure.add_argument("--legend", choices=LEGENDS, help="where the legend stands")
    figure.add_argument("--title", action="store_true", default=None, help="put the experiment's title on top")
    figure.add_argument("--transparent", action="store_true", default=None, help="no white paper")
    for name in ("grid", "dashes", "markers"):
        figure.add_argument(f"--no-{name}", dest=name, action="store_false", default=None, help=f"no {name}")
    return made


def main(arguments: list[str]) -> int:
    """Run; the exit status."""
    try:
        chosen = parser().parse_args(arguments)
        outputs = _outputs(chosen.export, chosen.file)
        plots = _plots(chosen, [format for _, format in outputs])
        settings = _figure_settings(chosen)
        _check(settings, {format for _, format in outputs})
        experiment = _selecting(_experiment(chosen.file, chosen.updates), chosen.run)
        _fit(plots, experiment)
    except SystemExit as shown_help:
        return int(shown_help.code or 0)
    except (Refusal, FileError, SettingError) as error:
        return refuse(str(error))
    bar = Bar(not chosen.quiet)
    try:
        session = _finished(experiment, bar)
        picture = session.picture(focus=experiment.view.get("selected"), step=False, naming=run_names)
        for (path, _), plot in zip(outputs, plots, strict=True):
            bar.show(f"writing {path}", 0.0)
            if plot is None:
                write_table(path, picture, bar.show)
            else:
                write_figure(path, picture, plot, settings, progress=bar.show)
        carried = not any(plots) or is_carried(picture.experiment)
    except (FileError, SettingError) as error:
        bar.clear()
        return refuse(str(error))
    finally:
        bar.clear()
    if not carried:
        print("Fall Line: figures are written without the experiment: its data are too large", file=sys.stderr)
    if not chosen.quiet:
        print(summary(picture, sys.stdout.isatty()), flush=True)
    return SOME_DIVERGED if any(run.status == DIVERGED for run in picture.runs) else DONE


def _finished(experiment: Experiment, bar: Bar) -> Session:
    """A session whose runs have all come to their end, in chunks that leave room to be interrupted."""
    bar.show("making the kernels ready", 0.0)
    session = Session(experiment)
    total = len(session.runs) * float(experiment.stop["updates"])  # type: ignore[arg-type]
    chunk = 16
    with ThreadPoolExecutor(min(len(session.runs), cores())) as pool:  # kernels let Python go: the same bits in each
        while session.moving:
            began = time.perf_counter()
            for _ in pool.map(partial(Run.advance, updates=chunk), session.runs):
                pass
            spent = time.perf_counter() - began
            chunk = max(1, min(int(chunk * _CHUNK_SECONDS / max(spent, 1e-6)), 4 * chunk))
            done = sum(run.update for run in session.runs)
            bar.show(f"{done:,} updates", done / total if total else 0.0)
    return session


def summary(picture: SessionPicture, aligned: bool) -> str:
    """A line per run: its id, name, updates, loss, status, and what there is to say of it.

    Between loss and status are the measures of the problem, at the parameters after the last update, and the lowest
    value of the one that is watched. Those that are not known, as where no example validates, are empty.
    """
    found = [{"updates": run.update, **finish(results(picture, run))} for run in picture.runs]
    names = tuple(found[0])
    rows = [("run", "name", *names, "status", "message")]
    for run, numbers in zip(picture.runs, found, strict=True):
        told = (number_cell(number, aligned) for number in numbers.values())
        rows.append((text_cell(run.id), text_cell(run.name), *told, run.status, text_cell(run.message)))
    return in_columns(rows, [2 <= place < 2 + len(names) for place in range(len(rows[0]))], aligned)


def _experiment(file: str, updates: int | None) -> Experiment:
    """The file's experiment, with its end. Raises FileError, SettingError or Refusal."""
    try:
        experiment = load(file)
    except SettingError as error:
        raise Refusal(f"{shown(file)}: {error}") from None
    stop = experiment.stop
    if updates is not None:
        return replace(experiment, stop={**stop, "updates": updates})
    other_ends = stop["plateau_updates"] or stop["gradient_below"] or float(stop["loss_below"]) > float("-inf")  # type: ignore[arg-type]
    validates = kind_of(experiment.problem).validates(experiment.problem)
    if not stop["updates"] and not other_ends and not (stop["patience"] and validates):
        raise Refusal(f"{shown(file)} has no end (stop.updates is 0); give it one with --updates N")
    return experiment


def _selecting(experiment: Experiment, run: str | None) -> Experiment:
    """The experiment with this run as the one that figures show. Raises Refusal if there is none."""
    if run is None:
        return experiment
    ids = [record.settings.id for record in experiment.runs]
    if run not in ids:
        raise Refusal(f"--run must be one of {shown(', '.join(ids))[:300]}, got {run[:60]!r}")
    return replace(experiment, view={**experiment.view, "selected": run})


def _fit(plots: Sequence[FigureContent | None], experiment: Experiment) -> None:
    """Raises Refusal if a plot is none for this problem, as the run that figures show has it."""
    ids = [record.settings.id for record in experiment.runs]
    chosen = experiment.view.get("selected")
    task = run_task(experiment.problem, experiment.runs[ids.index(chosen) if chosen in ids else 0].settings)
    for plot in plots:
        if isinstance(plot, ViewContent):
            known = [figure.key for figure in figures_for(task)]
            if plot.figure not in known:
                kind = PROBLEMS[FIGURES[plot.figure].kind]
                what = (
                    f"of this {kind.title.lower()} there are {', '.join(known)}"
                    if kind is kind_of(experiment.problem)
                    else f"only {kind.plural.lower()} have it"
                )
                raise Refusal(f"--plot {plot.figure} cannot be drawn: {what}")


def _outputs(names: Sequence[str], source: str) -> list[tuple[Path, str]]:
    """Where to write what, checked before anything is computed. Raises Refusal."""
    outputs: list[tuple[Path, str]] = []
    for name in names:
        path = Path(name)
        format = path.suffix.lower().removeprefix(".")
        if format not in (*FORMATS, TABLE):
            raise Refusal(f"--export must end in .png, .svg, .pdf or .csv, got {shown(name)[:120]!r}")
        if not path.parent.is_dir():
            raise Refusal(f"cannot write {shown(name)}: there is no folder {shown(path.parent)}")
        if any(_same(path, other) for other, _ in outputs) or _same(path, Path(source)):
            raise Refusal(f"--export {shown(name)} would be written over another file of this command")
        outputs.append((path, format))
    return outputs


def _same(one: Path, other: Path) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)


def _plots(chosen: argparse.Namespace, formats: list[str]) -> list[FigureContent | None]:
    """What each output shows; None for a table. Raises Refusal or SettingError."""
    pictures = sum(format != TABLE for format in formats)
    names = chosen.plot or ["loss"]
    if len(names) not in (1, pictures) or (chosen.plot and not pictures):
        raise Refusal(f"--plot goes once for all pictures or once for each, got {len(names)} for {pictures} pictures")
    for name in names:
        if name not in FIGURES and name not in CURVES:
            known = dict.fromkeys((STAGE, *FIGURES, *CURVES))
            near = difflib.get_close_matches(name[:60], known, 3, 0.5)
            hint = f"did you mean {' or '.join(near)}?" if near else f"one of {', '.join(known)}"
            raise Refusal(f"--plot: there is no {name[:60]!r}; {hint}")
    left = iter(names * pictures if len(names) == 1 else names)
    return [None if format == TABLE else _plot(next(left), chosen) for format in formats]


def _plot(name: str, chosen: argparse.Namespace) -> FigureContent:
    if name == STAGE:
        return StageContent()
    if name in FIGURES:
        return ViewContent(name)
    return CurveContent(name, chosen.along, chosen.x_type, chosen.y_type, chosen.smooth)


def _figure_settings(chosen: argparse.Namespace) -> FigureSettings:
    names = ("font_size", "line_width", "dpi", "font", "legend", "title", "transparent", "grid", "dashes", "markers")
    changes = {name: value for name in names if (value := getattr(chosen, name)) is not None}
    if chosen.size in SIZES:
        return FigureSettings.of_size(chosen.size, **changes)
    width, _, height = chosen.size.lower().partition("x")
    try:
        changes |= {"width": float(read_number(width)), "height": float(read_number(height))}
    except SettingError:
        raise Refusal(f"--size must be {', '.join(SIZES)}, or like 89x62, got {chosen.size[:60]!r}") from None
    return FigureSettings(**changes)


def _check(settings: FigureSettings, formats: set[str]) -> None:
    """Find out before the run whether the figures can be drawn. Raises SettingError."""
    if "png" in formats:
        _ = settings.pixels
    if formats - {TABLE}:
        parameters(settings)


def _updates(text: str) -> int:
    value = _whole(text)
    if value is None or not 1 <= value <= MAX_UPDATES:
        raise argparse.ArgumentTypeError(f"must be a whole number in [1, {MAX_UPDATES:.0e}], got {text[:40]!r}")
    return value


def _count(text: str) -> int:
    value = _whole(text)
    if value is None or value < 0:
        raise argparse.ArgumentTypeError(f"must be a whole number from 0, got {text[:40]!r}")
    return value


def _whole(text: str) -> int | None:
    try:
        value = read_number(text, whole=True)
    except SettingError:
        return None
    return int(value) if value == int(value) else None


def _number(text: str) -> float:
    try:
        return float(read_number(text))
    except SettingError:
        raise argparse.ArgumentTypeError(f"must be a number, got {text[:40]!r}") from None
