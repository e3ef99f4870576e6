"""The settings that a sweep varies."""

from __future__ import annotations

from app.compare.axes_editor import AxesEditor
from engine import new_network


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
