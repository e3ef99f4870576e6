"""The switch that tells from when on a changed setting holds."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from app.controls.effect_switch import EffectSwitch


@pytest.fixture
def switch(show_in_column):
    return show_in_column(EffectSwitch())


def test_it_fits_the_column_with_and_without_its_note(switch, fits):
    fits(switch)
    switch.refresh(False, "From the start takes about 40 min; Space stops it.")
    fits(switch)
    assert switch.note.isVisible()
    switch.refresh(False)
    assert not switch.note.isVisible()


def test_what_is_shown_is_not_a_choice_and_a_click_is(switch, qtbot):
    chosen = []
    switch.chosen.connect(chosen.append)
    switch.refresh(True)
    assert switch.choice.button(1).isChecked() and not chosen
    qtbot.mouseClick(switch.choice.button(0), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(switch.choice.button(1), Qt.MouseButton.LeftButton)
    assert chosen == [False, True]


def test_each_half_says_what_it_does(switch):
    tips = [switch.choice.button(place).toolTip() for place in (0, 1)]
    assert "marked in the curves" in tips[0] and "computed again" in tips[1]
    assert switch.choice.button(1).accessibleName() == "changes apply: from the start"
