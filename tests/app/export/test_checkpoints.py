"""Figures are drawn in pieces: between any two of them they can be cancelled, and nothing of it stays."""

from __future__ import annotations

import importlib
import sys
import threading

import numpy as np
import pytest
from matplotlib.figure import Figure

from app.export.checkpoints import add_checkpoints, between_imports
from app.export.csv_table import write_table
from app.export.figure import figure_bytes
from app.export.figure_content import CurveContent, StageContent, ViewContent
from app.export.networks.dots import distinct
from app.export.records import exact_rows
from app.export.style import FigureSettings
from engine import Interruption
from tests.app.export import states

PLOTS = {
    "curve": (states.race, CurveContent("loss")),
    "stage": (states.race, StageContent()),
    "boundary": (states.networks, ViewContent("boundary")),
}


class Cancelled(Exception):
    pass


class Patience:
    """A progress that ends after so many calls."""

    def __init__(self, calls: float) -> None:
        self.calls = calls
        self.heard: list[tuple[str, float]] = []

    def __call__(self, what: str, share: float) -> None:
        self.heard.append((what, share))
        if len(self.heard) > self.calls:
            raise Cancelled


@pytest.mark.parametrize(
    ("name", "format", "legend"), [("curve", "png", "auto"), ("stage", "svg", "none"), ("boundary", "pdf", "none")]
)
def test_a_figure_can_be_cancelled_at_every_checkpoint_and_is_drawn_afterwards(
    name: str, format: str, legend: str
) -> None:
    state, plot = PLOTS[name]
    picture, settings = state(), FigureSettings(legend=legend)
    figure_bytes(format, picture, plot, settings, {})  # imports what it needs, with checks of its own
    whole = Patience(np.inf)
    content = figure_bytes(format, picture, plot, settings, {}, whole)
    assert len(whole.heard) > 25, "between artists, too"
    for calls in (3, len(whole.heard) // 2, len(whole.heard) - 1):
        patience = Patience(calls)
        with pytest.raises(Cancelled):
            figure_bytes(format, picture, plot, settings, {}, patience)
        assert len(patience.heard) == calls + 1, "what is raised ends it at once"
    assert figure_bytes(format, picture, plot, settings, {}) == content


def test_checkpoints_stand_before_and_after_each_artist() -> None:
    told: list[str] = []
    figure = Figure()
    axes = figure.add_subplot()
    for name, order in (("above", 3.0), ("below", 2.5)):
        (line,) = axes.plot([0, 1], [0, 1], zorder=order)
        line.draw = lambda renderer, name=name: told.append(name)  # type: ignore[method-assign]
    add_checkpoints(axes, lambda: told.append(""))
    figure.draw_without_rendering()
    assert told.index("below") < told.index("above")
    assert "" in told[: told.index("below")] and "" in told[told.index("below") : told.index("above")]
    assert told[-1] == ""


def test_very_many_dots_are_thinned_piece_by_piece() -> None:
    axes = Figure().add_subplot()
    spots = np.random.default_rng(1).uniform(size=(1_000_000, 2))
    spots = spots[np.argsort(spots[:, 0])]
    looks: list[None] = []
    kept = distinct(spots, np.zeros(len(spots), int), axes, FigureSettings(), lambda: looks.append(None))
    assert len(looks) == 5 and 1000 < len(kept) <= 5000
    assert (np.diff(kept) > 0).all() and kept[-1] > 800_000, "indices into all of them"


class Interrupting(Patience):
    """A progress beside an engine that is asked to return at once, as when an export is cancelled."""

    def __init__(self, calls: float) -> None:
        super().__init__(calls)
        self.interruption = Interruption()
        self.interruption.set()


def test_what_the_engine_computes_for_a_figure_can_be_cancelled_anywhere_and_is_the_same(tmp_path) -> None:
    picture, plot = states.networks(), ViewContent("boundary")
    plain = Patience(np.inf)
    content = figure_bytes("png", picture, plot, FigureSettings(dpi=60), {}, plain)
    often = Interrupting(np.inf)
    again = figure_bytes("png", picture, plot, FigureSettings(dpi=60), {}, often, often.interruption)
    assert again == content and len(often.heard) > len(plain.heard) + 20, "between pieces of the network, too"
    few = Interrupting(12)
    with pytest.raises(Cancelled):
        figure_bytes("png", picture, plot, FigureSettings(), {}, few, few.interruption)


def test_rows_that_are_computed_again_can_be_cancelled_anywhere_and_are_the_same(tmp_path) -> None:
    picture = states.tweaked()  # of 140,000 updates, more than are in memory
    run, few, flag = picture.runs[0], Interrupting(3), Interrupting(0).interruption
    plain, often = (list(exact_rows(picture, run, interruption=each)) for each in (None, flag))
    assert len(often) > len(plain)
    whole, again = (np.hstack([part for _, part in parts]) for parts in (plain, often))
    assert np.array_equal(whole, again, equal_nan=True) and whole.shape[1] == run.history.updates
    with pytest.raises(Cancelled):
        write_table(tmp_path / "few.csv", picture, few, few.interruption)
    assert len(few.heard) == 4 and not (tmp_path / "few.csv").exists()


def test_a_check_comes_before_every_module_that_this_thread_imports(tmp_path, monkeypatch):
    """Also before those that a module imports; what the check raises leaves them whole, and is raised by the next."""
    package = tmp_path / "checked_package"
    package.mkdir()
    (package / "__init__.py").write_text("from checked_package import first")
    (package / "first.py").write_text("from checked_package.second import two")
    (package / "second.py").write_text("two = 2")
    (tmp_path / "other_module.py").write_text("")
    monkeypatch.syspath_prepend(str(tmp_path))
    checks, before = [], list(sys.meta_path)

    def check() -> None:
        checks.append(threading.current_thread())
        raise Cancelled

    with between_imports(check):
        importlib.import_module("checked_package")
        assert len(checks) == 3
        other = threading.Thread(target=importlib.import_module, args=("other_module",))
        other.start()
        other.join()
    assert len(checks) == 3 and sys.modules["checked_package.first"].two == 2
    assert "other_module" in sys.modules and sys.meta_path == before
