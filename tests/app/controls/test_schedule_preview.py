from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication

from app.controls.schedule_preview import SchedulePreview
from app.look.theme import DARK, LIGHT
from engine import new_run
from tests.app.plots.mouse import double_click, drag

RUN = new_run("sgd", learning_rate=0.5, schedule="cosine", schedule_knobs={"length": 100})


@pytest.fixture
def preview(qtbot):
    made = SchedulePreview(DARK)
    qtbot.addWidget(made)
    made.resize(280, made.height())
    with qtbot.waitExposed(made):
        made.show()
    made.show_schedule(RUN, 200, 50, "#ff0000")
    return made


def test_it_shows_the_rates_that_will_be_taken(preview):
    (curve,) = preview.getPlotItem().listDataItems()
    updates, rates = curve.getData()
    assert rates[0] == 0.5 and rates[-1] == pytest.approx(0.0, abs=1e-3)
    assert np.interp(50.0, updates, rates) == pytest.approx(0.25, abs=0.01)
    x, y = preview.scales
    assert x.low < 0.0 < 200.0 < x.high < 210.0 and y.low < 0.0 < 0.5 < y.high < 0.6
    preview.set_theme(LIGHT)
    assert preview.grab().toImage().pixelColor(preview.width() - 3, 2) == LIGHT.panel


def test_the_wheel_is_left_to_the_column_it_stands_in(preview):
    before, at = preview.scales, QPointF(120.0, 50.0)
    event = QWheelEvent(
        at, preview.mapToGlobal(at), QPoint(), QPoint(0, -240), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(preview.viewport(), event)
    assert preview.scales == before and not event.isAccepted()


def test_nothing_in_it_can_be_changed(preview):
    before = preview.scales
    drag(preview, (0.2, 0.2), (0.6, 0.6))
    double_click(preview)
    assert preview.scales == before and not preview.is_zoomed
