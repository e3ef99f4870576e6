"""The export panel offers what there is for the problem on screen, and writes what is chosen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtWidgets import QWidget

from app.curves.curve_catalogue import CURVES
from app.documents.experiment_file import load
from app.export.figure_content import CurveContent, NetworkContent, StageContent
from app.window.export_panel import ExportPanel
from tests.app.export import states

NETWORK = ["boundary", "confusion", "confusion_training", "diagram"]


@pytest.fixture
def panel(qtbot, themed):
    owner = QWidget()
    qtbot.addWidget(owner)
    owner.resize(1200, 800)
    made = ExportPanel(owner)
    with qtbot.waitExposed(owner):
        owner.show()
    yield made
    made.shut_down()


def offered(panel: ExportPanel) -> list[str]:
    return [str(panel.what.itemData(place)) for place in range(panel.what.count())]


def test_a_surface_has_curves_and_its_stage(panel):
    panel.show_for(states.race(), {}, {}, "stage")
    keys = [key for key, curve in CURVES.items() if curve.needs(states.race())]
    assert offered(panel) == [*keys, "stage", "table"]
    assert panel.plot() == StageContent()


def test_a_network_has_its_own_curves_and_figures(panel):
    picture = states.networks()
    panel.show_for(picture, {}, {}, "losses")
    keys = [key for key, curve in CURVES.items() if curve.needs(picture)]
    assert offered(panel) == [*keys, *NETWORK, "table"] and "layer_delta_norm" in keys and "x" not in keys
    assert panel.plot() == CurveContent("losses")
    for key in NETWORK:
        panel.what.setCurrentIndex(panel.what.findData(key))
        assert panel.plot() == NetworkContent(key)
    titles = [panel.what.itemText(place) for place in range(panel.what.count())]
    assert len(set(titles)) == len(titles) and "Network: confusion matrix" in titles


def test_the_stage_of_a_network_is_what_is_on_screen(panel):
    picture = states.networks()
    panel.show_for(picture, {}, {}, "stage")
    assert panel.plot() == NetworkContent("boundary")
    shown = replace(picture.experiment, view={"network_view": "confusion"})
    panel.show_for(replace(picture, experiment=shown), {}, {}, "stage")
    assert panel.plot() == NetworkContent("confusion")


def test_a_curve_has_the_axes_that_are_on_screen_unless_another_is_chosen(panel):
    view = {
        "curves": ["loss", "x"], "curves_along": "epochs", "curves_x_types": ["log", "linear"],
        "curves_y_types": ["symlog", "auto"], "curves_smoothing": [50, 0],
    }  # fmt: skip
    panel.show_for(states.race(), {}, view, "loss")
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
def test_what_is_chosen_is_written_and_opens_again(panel, qtbot, tmp_path, key):
    picture = states.networks()
    panel.show_for(picture, {}, {}, key)
    with qtbot.waitSignal(panel.told, timeout=20_000):
        panel.export_to(tmp_path / "figure.svg")
    assert load(tmp_path / "figure.svg") == picture.experiment


def test_it_says_if_a_figure_cannot_carry_the_data(panel, monkeypatch):
    picture = states.networks()
    panel.show_for(picture, {}, {}, "losses")
    assert "carries its experiment" in panel.note.text()
    monkeypatch.setattr("app.window.export_panel.is_carried", lambda experiment: False)
    panel.show_for(picture, {}, {}, "losses")
    assert "too large for a figure to carry" in panel.note.text()
