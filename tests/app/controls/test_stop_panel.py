"""The stop rules: all of them for a network, without early stopping for a surface."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from app.controls.stop_panel import StopPanel
from engine import NEVER, STOP


@pytest.fixture
def panel(show_in_column):
    made = show_in_column(StopPanel())
    made.told = []
    made.changed.connect(made.told.append)
    return made


def test_early_stopping_is_for_what_has_a_measure_that_is_watched(panel, fits):
    everything = [hyper.name for hyper in STOP]
    for watched in ("", "validation loss", ""):
        panel.refresh(NEVER, watched)
        assert list(panel.knobs.knobs) == [name for name in everything if watched or name != "patience"]
        if watched:
            assert "without a lower validation loss" in panel.knobs.knobs["patience"].hyper.help
        panel.more.open()
        fits(panel)
    assert panel.told == []


def test_a_rule_is_told_alone(panel, qtbot):
    panel.refresh({**NEVER, "patience": 300}, "validation loss")
    assert panel.knobs.knobs["patience"].isVisible(), "it is not at its default"
    assert panel.knobs.knobs["patience"].field.text() == "300"
    field = panel.knobs.knobs["patience"].field
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, "50")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert panel.told == [{"patience": 50}]
