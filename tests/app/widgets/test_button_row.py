from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from app.stage.part_picker import PartPicker
from app.widgets.button_row import ButtonRow


@pytest.fixture
def options(qtbot):
    made = ButtonRow("fruit", "fruit", {"a": ("Apple", "green"), "b": ("Pear", "long"), "c": ("Plum", "blue")})
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    return made


def test_a_click_and_the_arrow_keys_choose(options, qtbot):
    told: list[str] = []
    options.chosen.connect(told.append)
    qtbot.mouseClick(options.button("b"), Qt.MouseButton.LeftButton)
    options.button("b").setFocus()
    qtbot.keyClick(options.button("b"), Qt.Key.Key_Right)
    qtbot.keyClick(options.button("c"), Qt.Key.Key_Left)
    qtbot.keyClick(options.button("b"), Qt.Key.Key_Left)
    assert told == ["b", "c", "b", "a"]
    assert options.key == "a"


def test_choosing_from_outside_is_silent_and_passes_over_nonsense(options, qtbot):
    with qtbot.assertNotEmitted(options.chosen):
        options.choose("c")
        for nonsense in ("d", None, 3, ["a"]):
            options.choose(nonsense)
    assert options.key == "c"


def test_arrows_are_not_left_to_the_windows_shortcuts(options):
    event = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier)
    event.ignore()
    QApplication.sendEvent(options.button("a"), event)
    assert event.isAccepted()


def test_every_button_has_a_name_and_a_tip(options):
    for key, title, tip in (("a", "Apple", "green"), ("b", "Pear", "long")):
        assert options.button(key).accessibleName() == f"fruit: {title}"
        assert options.button(key).toolTip() == tip


def test_without_validation_the_training_set_is_shown_and_the_wish_is_kept(qtbot):
    parts = PartPicker("parts")
    qtbot.addWidget(parts)
    assert parts.validation
    assert parts.offer(False)
    assert not parts.validation and parts.wish == "validation"
    assert not parts.button("validation").isEnabled()
    parts.choose("validation")
    assert not parts.validation
    assert parts.offer(True)
    assert parts.validation
    parts.choose("training")
    assert not parts.offer(False) and not parts.offer(True)
    assert not parts.validation
