"""Diagram layout: nothing outside, nothing on top of another, every line at its weight."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QSizeF
from PySide6.QtGui import QFont, QFontMetricsF

from app.stage.diagram.diagram_item import BIAS, UNIT, WEIGHT, DiagramItem
from app.stage.diagram.diagram_layout import diagram_layout
from app.stage.diagram.edges import MAX_LINES, Edges
from app.stage.diagram.network_shape import network_shape
from engine import new_network, problem_of

NETWORKS = {
    "playground": {"data": "circle", "hidden": (4, 2)},
    "linear": {"data": "xor", "hidden": ()},
    "deep": {"data": "spiral", "hidden": (8,) * 8, "residual": True},
    "digits": {"data": "digits", "hidden": (512, 16), "scaling": "min_max"},
    "cancer": {"data": "breast_cancer", "hidden": (6, 300)},
    "sine": {"data": "sine", "hidden": (8, 8)},
}
SIZES = ((400, 200), (560, 300), (900, 700), (600, 850))


def shaped(name):
    problem = problem_of(new_network(runs=["sgd"], **NETWORKS[name]).problem)
    return network_shape(problem.task, problem.subject), problem


def laid_out(name, size=(560, 300)):
    shape, problem = shaped(name)
    return diagram_layout(shape, QSizeF(*size), QFontMetricsF(QFont())), problem


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("name", NETWORKS)
def test_everything_is_inside_and_nothing_overlaps(qapp, name, size):
    layout, _ = laid_out(name, size)
    body = layout.body.adjusted(-1, -1, 1, 1)
    before = 0.0
    for column in layout.columns:
        tiles = [column.tile(unit) for unit in range(column.shown)]
        assert all(body.contains(tile) for tile in tiles)
        assert all(upper.bottom() < lower.top() for upper, lower in pairwise(tiles))
        assert before < tiles[0].left()
        before = tiles[0].right()
        if column.rest is not None:
            assert tiles[-1].bottom() <= column.rest.top() + 1
            assert column.rest.bottom() <= body.bottom() + 1


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("name", NETWORKS)
def test_units_are_left_out_only_for_want_of_room(qapp, name, size):
    layout, _ = laid_out(name, size)
    for column, units in zip(layout.columns, layout.shape.network.sizes, strict=True):
        assert column.units == units
        if column.block:
            assert column.place == 0 and layout.shape.image
        elif column.rest is None:
            assert column.shown == units
        else:
            assert 0 < column.shown < units
            assert column.side < 24  # they are as small as they get


@pytest.mark.parametrize("name", NETWORKS)
def test_a_line_is_at_the_place_of_its_weight(qapp, name):
    layout, problem = laid_out(name)
    theta = np.arange(len(problem.start), dtype=float)
    matrices = layout.shape.network.unpacked(theta)
    links = layout.links
    for column, unit, source, place in zip(links.column, links.unit, links.source, links.place, strict=True):
        weights, biases = matrices[column - 1]
        assert weights[unit, source] == place == DiagramItem(WEIGHT, column, unit, source).place(layout.shape.network)
        assert biases[unit] == DiagramItem(BIAS, column, unit).place(layout.shape.network)


@pytest.mark.parametrize("name", NETWORKS)
def test_what_is_seen_at_a_place_is_found_there(qapp, name):
    layout, _ = laid_out(name, (900, 700))
    for column in layout.columns:
        for unit in range(column.shown):
            assert layout.unit_at(column.tile(unit).center()) == DiagramItem(UNIT, column.place, unit)
            if column.place:
                assert layout.unit_at(column.bias(unit).center()) == DiagramItem(BIAS, column.place, unit)
    between = QPointF((layout.columns[0].x + layout.columns[1].x) / 2, layout.body.center().y())
    assert layout.unit_at(between) is None


def test_the_strongest_weights_are_drawn(qapp):
    layout, problem = laid_out("deep", (900, 700))
    theta = np.random.default_rng(1).normal(size=len(problem.start))
    edges = Edges(layout)
    edges.take(theta)
    sizes = np.abs(theta[layout.links.place])
    assert len(edges.shown) == MAX_LINES < len(sizes)
    assert np.diff(sizes[edges.shown]).min() >= 0.0  # the strongest last, on top of the others
    assert sizes[edges.shown[0]] >= np.delete(sizes, edges.shown).max()
    assert sizes.max() <= edges.scale


@pytest.mark.parametrize("name", ["playground", "deep"])
def test_a_line_is_found_along_its_way(qapp, name):
    layout, problem = laid_out(name, (900, 700))
    edges = Edges(layout)
    edges.take(np.random.default_rng(1).normal(size=len(problem.start)))
    curved = name == "playground"
    for link in edges.shown[-20:]:
        x0, y0, x1, y1 = layout.links.ends[link]
        found = set()
        for along in (0.05, 0.95):  # near its ends, where few others are
            across = along * along * (3 - 2 * along) if curved else along
            item = edges.nearest(QPointF(x0 + along * (x1 - x0), y0 + across * (y1 - y0)))
            found.add((item.column, item.unit if along > 0.5 else item.source))
        links = layout.links
        assert found == {(links.column[link], links.unit[link]), (links.column[link], links.source[link])}


def test_no_line_is_where_none_is(qapp):
    layout, problem = laid_out("playground")
    edges = Edges(layout)
    assert edges.nearest(layout.body.center()) is None  # before there are weights
    edges.take(problem.start)
    assert edges.nearest(QPointF(layout.body.center().x(), layout.body.bottom() - 1)) is None


def test_weights_that_are_not_finite_are_not_in_the_way(qapp):
    layout, problem = laid_out("playground")
    theta = problem.start.copy()
    theta[0], theta[1] = np.nan, np.inf
    edges = Edges(layout)
    edges.take(theta)
    assert np.isfinite(edges.scale)
