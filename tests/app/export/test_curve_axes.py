"""Figures of curves have axes on which every run can be seen."""

from __future__ import annotations

import tomllib
from pathlib import Path

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from app.commands.cli import DONE
from app.commands.run import main
from app.documents.experiment_file import save
from app.export.curve_figure import draw_curves
from app.export.figure import figure_bytes
from app.export.figure_content import CurveContent
from app.export.records import no_progress
from app.export.style import FigureSettings
from app.look.palettes import ON_LIGHT
from engine import SURFACES, Experiment, Formula, Session, new_experiment, new_run
from tests.each import each

PRESETS = sorted((Path(__file__).resolve().parents[3] / "assets" / "presets").glob("*.toml"))
SETTINGS = FigureSettings(markers=False)
BELOW_ZERO = Formula("x^2 + y^2 - 3")


def axes_of(picture, plot=None):
    """The axes of a figure, drawn in memory."""
    axes = Figure(figsize=(3.5, 2.4)).add_subplot()
    names = {run.id: run.name for run in picture.runs}
    draw_curves(axes, picture, plot or CurveContent(), SETTINGS, names, {}, no_progress)
    return axes


def race(problem, updates=200, *, runs=("sgd", "adam"), **changes):
    session = Session(
        new_experiment(
            problem, [new_run(run) if isinstance(run, str) else run for run in runs], updates=updates, **changes
        )
    )
    session.advance(updates)
    return session.picture()


def assert_every_run_is_seen(axes, picture):
    """Some of each run's line is within the axes, and so are some of its numbers."""
    bottom, top = axes.get_ylim()
    for run in picture.runs:
        if not run.visible:
            continue
        lines = [line for line in axes.lines if to_hex(line.get_color()) == ON_LIGHT[run.colour]]
        inside = [
            (x >= 0.0) & (x <= 1.0) & (y >= 0.0) & (y <= 1.0)
            for x, y in (np.array(line.get_data()) for line in lines if len(line.get_xdata()))
        ]
        assert any(part.any() for part in inside), run.id
        loss = run.history.column("loss")[0]
        assert ((loss >= bottom) & (loss <= top)).any(), (run.id, loss[:5], bottom, top)


@each("surface", list(SURFACES))
def test_the_loss_of_every_surface_is_seen(surface):
    entry = SURFACES[surface]
    runs = [new_run("sgd", learning_rate=entry.rate), new_run("adam")]
    session = Session(new_experiment(surface, runs, start=entry.start))
    session.advance(100)
    picture = session.picture()
    assert_every_run_is_seen(axes_of(picture), picture)


@each("path", PRESETS)
def test_the_loss_of_every_preset_is_seen(path):
    session = Session(Experiment.from_dict(tomllib.loads(path.read_text(encoding="utf-8"))))
    session.advance(20)
    picture = session.picture()
    assert_every_run_is_seen(axes_of(picture), picture)


@pytest.mark.parametrize("y_type", ["linear", "symlog"])
def test_a_chosen_type_is_drawn(y_type):
    picture = race(BELOW_ZERO)
    axes = axes_of(picture, CurveContent(y_type=y_type))
    assert axes.get_yscale() == {"linear": "linear", "symlog": "function"}[y_type]
    assert_every_run_is_seen(axes, picture)


def test_a_loss_above_zero_keeps_its_log_axis():
    assert axes_of(race("rosenbrock")).get_yscale() == "log"


def test_a_loss_that_reaches_zero_gets_an_axis_that_has_a_zero():
    little = race(BELOW_ZERO, start=(1.0, 1.0), runs=("sgd",))
    fast = new_run("sgd", learning_rate=2e-4)
    much = race(Formula("1000*(x^2 + y^2) - 3"), start=(30.0, 1.0), runs=(fast,))
    for picture in (little, much):
        assert (picture.runs[0].history.column("loss")[0] <= 0.0).any()
    assert axes_of(little).get_yscale() == "linear"
    axes = axes_of(much)
    assert axes.get_yscale() == "function"
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert "0" in labels and len(labels) > 2
    assert any(text.startswith("$") for text in labels)


def test_a_symlog_axis_lies_where_matplotlib_places_its_numbers():
    """The line is drawn in shares of the axes; the ticks by Matplotlib, with the transform that it is given."""
    picture = race("rosenbrock", runs=("sgd",))
    axes = axes_of(picture, CurveContent(y_type="symlog", x_type="symlog"))
    run, (line,) = picture.runs[0], [line for line in axes.lines if len(line.get_xdata()) > 20]
    shares = axes.transData + axes.transAxes.inverted()
    loss = run.history.column("loss")[0]
    placed = shares.transform(np.column_stack((np.arange(len(loss)), loss)))
    np.testing.assert_allclose(np.interp(placed[:, 0], *line.get_data()), placed[:, 1], atol=0.01)


def test_a_range_that_reaches_zero_is_not_put_on_a_log_axis():
    axes = axes_of(race("rosenbrock"), CurveContent(y_range=(-1.0, 5.0)))
    assert axes.get_yscale() == "linear" and axes.get_ylim() == (-1.0, 5.0)


def test_a_symlog_figure_can_be_written():
    svg = figure_bytes("svg", race(BELOW_ZERO), CurveContent(x_type="symlog", y_type="symlog"), FigureSettings())
    assert b"nan" not in svg.partition(b"</metadata>")[2]


@pytest.mark.parametrize(
    ("options", "x_type", "y_type"),
    [
        ([], "linear", "auto"),
        (["--log-y"], "linear", "log"),
        (["--linear-y", "--log-x"], "log", "linear"),
        (["--symlog-y", "--symlog-x"], "symlog", "symlog"),
    ],
)
def test_the_command_line_chooses_the_axes(tmp_path, options, x_type, y_type):
    source, figure = tmp_path / "race.toml", tmp_path / "loss.svg"
    save(new_experiment(BELOW_ZERO, ["sgd"], updates=20), source)
    assert main([str(source), "--quiet", "--export", str(figure), *options]) == DONE
    text = figure.read_text(encoding="utf-8")
    assert f'# x_type = "{x_type}"' in text and f'# y_type = "{y_type}"' in text
