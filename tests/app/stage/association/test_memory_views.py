"""The stage of an associative memory: every run's pairs as bars, the matrix, divergence, and the figures."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPointF

from app.export.figure import figure_bytes
from app.export.figure_content import ViewContent
from app.export.figures import figures_for
from app.export.style import FigureSettings
from app.look.theme import DARK, LIGHT
from app.stage.association.matrix import MatrixView
from app.stage.association.pairs import LOSS, PairsView
from engine import DIVERGED, Session, new_memory, new_run, snapshot_of
from tests.app.conftest import Window, close_and_check


def after(updates: int, **settings):
    runs = [new_run("sgd", learning_rate=1.0), new_run("signsgd", learning_rate=0.01)]
    session = Session(new_memory(runs, **settings))
    session.advance(updates)
    return session.picture()


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_the_pairs_of_every_visible_run_are_told(qtbot, theme):
    view, picture = PairsView(theme), after(100)
    qtbot.addWidget(view)
    view.resize(260, 200)
    view.grab()  # before the first picture
    view.refresh(picture)
    assert view.caption.text() == "known of 8 pairs (probability above 0.9): 3 by Gradient descent; 0 by SignSGD"
    chart = view.chart
    first, last = chart.read(0), chart.read(7)
    assert first[0][0] == "1" and first[1][0].startswith("Gradient descent  0.97") and first[2][0] == last[2][0]
    assert chart.group_at(chart._plot.left() + 1) == 0 and chart.group_at(chart._plot.right() - 1) == 7
    image = view.grab().toImage()
    colours = {image.pixelColor(x, y).rgb() for x in range(260) for y in range(60, 180, 7)}
    assert {theme.run_colours[0].rgb(), theme.run_colours[1].rgb()} <= colours
    assert chart.high == 1.0
    view.apply_view({"association_pairs_number": LOSS})
    seen = view.memories[0].seen
    assert chart.high >= seen.losses.max() and chart.title.startswith("Loss")
    np.testing.assert_array_equal(chart.series[0].values, seen.losses)


def test_the_matrix_is_seen_as_keys_and_values_see_it(qtbot):
    view, picture = MatrixView(DARK), after(60, basis="rotated", pairs=5)
    qtbot.addWidget(view)
    view.resize(520, 260)
    view.refresh(picture)
    run = picture.runs[1]
    view.show_snapshot(snapshot_of(picture.problem, run.shown.theta, view.queries(), run.id, 60))
    board = view.picture.board
    corner = QPointF(board.right() - 2, board.bottom() - 2)
    found = picture.subject.remembered(run.shown.theta).logits
    assert view.picture.read(corner) == f"key 5 → value 5: {found[4, 4]:.3g}"
    assert view.caption.text().startswith("SignSGD: logits from") and len(view.singular.series) == 2
    view.grab()


def test_a_run_that_has_diverged_is_told(qtbot):
    run = new_run("sgd", learning_rate=1e9, weight_decay=1.0)
    session = Session(new_memory([run]))
    session.advance(2000)
    picture = session.picture()
    assert picture.runs[0].status == DIVERGED
    for kind in (PairsView, MatrixView):
        view = kind(DARK)
        qtbot.addWidget(view)
        view.refresh(picture)
        view.grab()
        assert "Gradient descent diverged: last finite state" in view.caption.text()


def test_its_figures_are_drawn():
    picture = after(40, pairs=6)
    figures = figures_for(picture.task)
    assert [figure.key for figure in figures] == ["pairs", "matrix"]
    for figure in figures:
        settings = FigureSettings(dpi=60)
        assert figure_bytes("png", picture, ViewContent(figure.key), settings).startswith(b"\x89PNG")


def test_the_window_shows_it(qtbot):
    window = Window(qtbot, new_memory([new_run("sgd", learning_rate=1.0)], pairs=4))
    window.settle()
    stage = window.bench.shown_stage
    shown = [stage.tabs.tabText(place) for place in range(stage.tabs.count()) if stage.tabs.isTabVisible(place)]
    assert shown == ["Pairs", "Matrix", "Parameter path"]
    window.advance(50)
    window.until(lambda: stage.views["pairs"].memories[0].run.update == 50)
    assert "layer_pair_loss" in window.bench.curves.cards
    close_and_check(window)
