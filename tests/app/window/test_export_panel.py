"""The export panel offers what there is for the problem on screen, and writes what is chosen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from PySide6.QtWidgets import QWidget

from app.curves.curve_catalogue import CURVES
from app.documents.experiment_file import load
from app.export.figure_content import CurveContent, StageContent, ViewContent
from app.window.export_panel import ExportPanel
from app.window.export_source import ExportSource
from engine import Session, SessionPicture
from tests.app.export import states

NETWORK = ["boundary", "confusion", "confusion_training", "diagram"]


class Screen:
    """What is on screen: `picture` with its view, or None while an experiment is being opened."""

    def __init__(self) -> None:
        self.picture: SessionPicture | None = None
        self.view: dict[str, Any] = {}

    def __call__(self) -> ExportSource | None:
        return ExportSource(self.picture, {}, self.view) if self.picture is not None else None


@pytest.fixture
def screen():
    return Screen()


@pytest.fixture
def panel(qtbot, themed, screen):
    owner = QWidget()
    qtbot.addWidget(owner)
    owner.resize(1200, 800)
    made = ExportPanel(owner, screen)
    made.warnings = []
    made.warned.connect(made.warnings.append)
    with qtbot.waitExposed(owner):
        owner.show()
    yield made
    made.shut_down()


@pytest.fixture
def show(panel, screen):
    """Open the panel while this is on screen."""

    def show(picture: SessionPicture, view: dict[str, Any], what: str) -> None:
        screen.picture, screen.view = picture, view
        panel.show_plot(what)

    return show


def offered(panel: ExportPanel) -> list[str]:
    return [str(panel.what.itemData(place)) for place in range(panel.what.count())]


def test_a_surface_has_curves_and_its_stage(panel, show):
    show(states.race(), {}, "stage")
    keys = [key for key, curve in CURVES.items() if curve.needs(states.race())]
    assert offered(panel) == [*keys, "stage", "table"]
    assert panel.plot() == StageContent()


def test_a_network_has_its_own_curves_and_figures(panel, show):
    picture = states.networks()
    show(picture, {}, "losses")
    keys = [key for key, curve in CURVES.items() if curve.needs(picture)]
    assert offered(panel) == [*keys, *NETWORK, "table"] and "layer_delta_norm" in keys and "x" not in keys
    assert panel.plot() == CurveContent("losses")
    for key in NETWORK:
        panel.what.setCurrentIndex(panel.what.findData(key))
        assert panel.plot() == ViewContent(key)
    titles = [panel.what.itemText(place) for place in range(panel.what.count())]
    assert len(set(titles)) == len(titles) and "Network: confusion matrix" in titles


def test_the_stage_of_a_network_is_what_is_on_screen(panel, show):
    picture = states.networks()
    show(picture, {}, "stage")
    assert panel.plot() == ViewContent("boundary")
    shown = replace(picture.experiment, view={"network_view": "confusion"})
    show(replace(picture, experiment=shown), {}, "stage")
    assert panel.plot() == ViewContent("confusion")


def test_a_curve_has_the_axes_that_are_on_screen_unless_another_is_chosen(panel, show):
    view = {
        "curves": ["loss", "x"], "curves_along": "epochs", "curves_x_types": ["log", "linear"],
        "curves_y_types": ["symlog", "auto"], "curves_smoothing": [50, 0],
    }  # fmt: skip
    show(states.race(), view, "loss")
    assert panel.plot() == CurveContent("loss", "epochs", "log", "symlog", 50)
    panel.y_types.setCurrentText("linear")
    assert panel.plot() == CurveContent("loss", "epochs", "log", "linear", 50)
    panel.y_types.setCurrentText("as on screen")
    panel.what.setCurrentIndex(panel.what.findData("gradient_norm"))  # which is not on screen
    assert panel.plot() == CurveContent("gradient_norm", "epochs")
    assert panel.y_types.isEnabled()
    panel.what.setCurrentIndex(panel.what.findData("stage"))
    assert not panel.y_types.isEnabled()


@pytest.mark.parametrize("key", ["boundary", "diagram", "losses"])
def test_what_is_chosen_is_written_and_opens_again(panel, show, qtbot, tmp_path, key):
    picture = states.networks()
    show(picture, {}, key)
    with qtbot.waitSignal(panel.told, timeout=20_000):
        panel.export_to(tmp_path / "figure.svg")
    assert load(tmp_path / "figure.svg") == picture.experiment


def test_it_says_if_a_figure_cannot_carry_the_data(panel, show, monkeypatch):
    picture = states.networks()
    show(picture, {}, "losses")
    assert "carries its experiment" in panel.note.text()
    monkeypatch.setattr("app.window.export_panel.is_carried", lambda experiment: False)
    show(picture, {}, "losses")
    assert "too large for a figure to carry" in panel.note.text()


def test_an_open_panel_follows_what_is_on_screen_and_saves_that(panel, show, screen, qtbot, tmp_path):
    session = Session(states.race().experiment)
    session.advance(50)
    show(session.picture(), {}, "loss")
    session.advance(150)
    session.tweak("adam", "learning_rate", 0.5)
    screen.picture = session.picture()
    with qtbot.waitSignal(panel.told, timeout=20_000):
        panel.export_to(tmp_path / "figure.svg")
    saved = load(tmp_path / "figure.svg")
    assert saved == screen.picture.experiment and any(run.tweaks for run in saved.runs)
    assert "adam = 200" in (tmp_path / "figure.svg").read_text("utf-8")


def test_another_experiment_takes_the_place_of_the_former_one(panel, show, screen, qtbot, tmp_path):
    show(states.race(), {}, "x")
    screen.picture = states.networks()
    qtbot.waitUntil(lambda: "diagram" in offered(panel), timeout=20_000)
    assert panel.plot() == CurveContent(offered(panel)[0]), "it has no curve of x"
    panel.what.setCurrentIndex(panel.what.findData("losses"))
    screen.picture = states.unmeasured()
    qtbot.waitUntil(lambda: "fit" in offered(panel), timeout=20_000)
    assert panel.plot() == CurveContent("losses"), "what both of them have stays chosen"
    with qtbot.waitSignal(panel.told, timeout=20_000):
        panel.export_to(tmp_path / "figure.svg")
    assert load(tmp_path / "figure.svg") == states.unmeasured().experiment


def test_nothing_is_written_of_a_plot_that_no_longer_exists(panel, show, screen, tmp_path):
    show(states.race(), {}, "x")
    screen.picture = states.networks()
    panel.export_to(tmp_path / "figure.svg")
    assert panel.warnings == ["another experiment is open, which has no such plot: nothing was written"]
    assert not list(tmp_path.iterdir()) and panel.export_job.idle


def test_while_an_experiment_is_opened_there_is_nothing_to_export(panel, show, screen, tmp_path):
    panel.show_plot("loss")
    assert panel.isHidden() and "still being opened" in panel.warnings[-1]
    show(states.race(), {}, "loss")
    screen.picture = None
    panel.export_to(tmp_path / "figure.svg")
    assert len(panel.warnings) == 2 and not list(tmp_path.iterdir())


def test_what_has_not_changed_is_not_drawn_again(panel, show, screen, qtbot):
    show(states.race(), {}, "loss")
    drawn = []
    panel.export_job.preview_drawn.connect(drawn.append)
    qtbot.waitUntil(lambda: len(drawn) == 1 and panel.export_job.idle, timeout=20_000)
    screen.picture = replace(states.race())  # published once more
    panel._follow()
    assert not panel._waiting.isActive()
    screen.view = {"curves": ["loss"], "curves_smoothing": [50]}
    screen.picture = replace(states.race(), experiment=replace(states.race().experiment, view=screen.view))
    panel._follow()
    assert panel._waiting.isActive()
