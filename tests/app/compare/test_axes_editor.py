"""The settings that a sweep varies."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app.compare.axes_editor import AxesEditor
from engine import SettingError, axis, new_network
from tests.each import each


def test_a_line_between_two_groups_is_no_setting(qtbot) -> None:
    editor = AxesEditor()
    qtbot.addWidget(editor)
    editor.show_experiment(new_network("circle", ["adam"]))
    row = editor.rows[0]
    chosen, told = row.path, []
    editor.changed.connect(lambda: told.append(editor.axes))
    line = next(place for place in range(row.setting.count()) if row.setting.itemData(place) is None)
    row.setting.setCurrentIndex(line)
    row.setting.activated.emit(line)
    assert (row.path, row.setting.currentData(), told) == (chosen, chosen, [])
    row.setting.setCurrentIndex(line + 1)
    row.setting.activated.emit(line + 1)
    assert row.path != chosen and told[0][0].path == row.path == row.setting.currentData()


def test_values_with_names_are_chosen_from_a_list_that_stays_open(qtbot, themed) -> None:
    editor = AxesEditor()
    qtbot.addWidget(editor)
    editor.show_experiment(new_network("circle", ["adam"]))
    editor.show()
    row = editor.rows[0]
    assert row.low.isVisible() and not row.names.isVisible()
    place = row.setting.findData("optimizer")
    row.setting.setCurrentIndex(place)
    row.setting.activated.emit(place)
    assert row.names.isVisible() and not row.low.isVisible() and "adam" in row.names.values
    told = []
    editor.changed.connect(lambda: told.append(editor.axes[0].values))
    row.names.click()  # which returns at once
    menu = QApplication.activePopupWidget()
    actions = {action.text(): action for action in menu.actions()}
    qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(actions["RMSprop"]).center())
    assert menu.isVisible() and "rmsprop" in told[-1]
    menu.setActiveAction(actions["Adam"])
    qtbot.keyClick(menu, Qt.Key.Key_Space)
    assert menu.isVisible() and "adam" not in told[-1]
    qtbot.keyClick(menu, Qt.Key.Key_Escape)
    assert not menu.isVisible()
    row.names.click()
    editor.hide()
    assert not menu.isVisible()
    editor.show()
    row.names.show_values((), {})
    with pytest.raises(SettingError, match="optimizer: choose at least one value"):
        _ = editor.axes
    editor.take([axis("optimizer", ["sgd", "adam"]), axis("learning_rate", [0.1, 0.2])])
    assert [each.values for each in editor.axes] == [("sgd", "adam"), (0.1, 0.2)]
    assert [row.names.isVisibleTo(row) for row in editor.rows] == [True, False]


@each(
    "field, typed, told",
    [
        ("low", "0", "from: learning rate must be above 0 for log, got 0"),
        ("low", "-1", "from: learning rate must be above 0 for log, got -1"),
        ("low", "nan", "from: learning rate needs a number: "),
        ("low", "", "from: learning rate needs a number, and nothing is typed"),
        ("low", "2", "to: learning rate must be at least 2, got 1"),
        ("high", "1e13", "to: learning rate must lie in [0, 1e+12], got 1"),
        ("high", "0.001", "to: learning rate must be at least 0.01, got 0.001"),
        ("steps", "0", "steps: learning rate takes 1 to 10,000, got 0"),
        ("steps", "2.5", "steps: learning rate takes 1 to 10,000, got 2.5"),
    ],
)
def test_a_bad_field_is_marked_and_told_with_its_value_and_its_range(qtbot, themed, field, typed, told) -> None:
    editor = AxesEditor()
    qtbot.addWidget(editor)
    editor.show_experiment(new_network("circle", ["adam"]))
    editor.take([axis("learning_rate", [0.01, 0.1, 1.0], log=True)])
    (row,) = editor.rows
    getattr(row, field).setText(typed)
    getattr(row, field).editingFinished.emit()
    with pytest.raises(SettingError) as refused:
        _ = editor.axes
    assert str(refused.value).startswith(told)
    bad = [part.accessibleName() for part in (row.low, row.high, row.steps) if part.property("bad")]
    assert bad == [told.partition(":")[0]]
    editor.take([axis("learning_rate", [0.01, 0.1])])
    assert not any(part.property("bad") for part in (editor.rows[0].low, editor.rows[0].steps))
