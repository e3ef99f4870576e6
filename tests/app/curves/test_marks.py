"""Ticks of tweaks: at most one for each other pixel, and only what has come is looked through."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter

from app.curves.curve_catalogue import CURVES
from app.curves.curve_line import CurveLine
from app.curves.marks import draw_tweaks
from engine import Setting, Tweak
from tests.app.curves.histories import history_of, run_of


class Counted(QPainter):
    """Counts the lines that it draws."""

    lines: list = []

    def drawLines(self, lines) -> None:
        self.lines += lines


@pytest.mark.parametrize("left", [0.0, 7.0])
def test_a_tick_for_each_other_pixel_at_most(qapp, left):
    places = np.random.default_rng(1).uniform(-50.0, 450.0, 5000)
    places[::7] = np.nan
    image = QImage(400, 40, QImage.Format.Format_RGB32)
    painter, taken = Counted(image), {}
    painter.lines = []
    plot = QRectF(left, 0.0, 300.0, 40.0)
    draw_tweaks(painter, plot, places, QColor("red"), taken)
    painter.end()
    inside = places[(places >= left) & (places <= left + 300.0)]
    assert sorted(line.x1() for line in painter.lines) == np.unique(np.round(inside / 2.0) * 2.0).tolist()
    assert set(taken.values()) == {0}


def test_updates_of_tweaks_are_those_of_the_run_whatever_became_of_them():
    def tweaks(*updates: int) -> tuple[Tweak, ...]:
        return tuple(Tweak(update, Setting.of("learning_rate"), 0.1 + update) for update in updates)

    line = CurveLine(CURVES["loss"], CURVES["loss"].parts(run_of(history_of([1.0])))[0])
    for updates in ((), (3, 5), (3, 5), (3, 5, 9), (3, 6, 9), (3,), (4, 8, 12, 16)):
        line.run = run_of(history_of([1.0]), tweaks=tweaks(*updates))
        assert line.tweak_updates.tolist() == list(updates)
    again = line.tweak_updates
    assert line.tweak_updates is again
