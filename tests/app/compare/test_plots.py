"""The plots of comparisons: their ranges, their colours, what a brush keeps and which settings a sweep may vary."""

from __future__ import annotations

import math
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from app.compare.line_plot import LinePlot, some_of
from app.compare.parallel_axes import ParallelAxes, ParallelAxis
from app.compare.plot_lines import PlotLine, suited, y_values
from app.compare.result_table import ResultModel, ResultTable, TableRow
from app.compare.seeds_picture import LINES, SeedsPlot
from app.compare.sweep_map import MapPoint, MapSide, SweepMap, cells_image, shades
from app.compare.sweepable import names_of, possible_names, suggested, sweepables
from app.documents.experiment_file import load
from app.documents.presets import FOLDER
from app.look.theme import DARK
from app.plots.axis_type import LINEAR, LOG
from engine import axis, plan_of, spaced, value_now

NAN, INF = math.nan, math.inf


def line(y, **more) -> PlotLine:
    return PlotLine("run", "Run", 0, np.arange(1.0, 1.0 + len(y)), np.array(y), **more)


def test_an_axis_holds_the_lines_and_the_part_of_the_bands_near_them(qtbot, themed) -> None:
    banded = line([1.0, 2.0, INF], low=np.array([0.5, 1.0, 2.0]), high=np.array([2.0, 1e9, INF]))
    assert sorted(y_values([banded])) == [0.5, 1.0, 1.0, 2.0, 2.0, 2.0], "a band that explodes is cut"
    away = line([2.0, 3e3, 1e120, INF])
    assert sorted(y_values([line([1.0, 0.1]), away])) == [0.1, 1.0, 2.0, 3e3], "a line that runs away leaves the axis"
    assert 1e120 in y_values([line([1e-9, 1e120], pointed=True)]), "where it begins means nothing for points"
    assert suited(np.array([1.0, 30.0])) is LOG and suited(np.array([1.0, 2.0])) is LINEAR
    assert suited(np.array([0.0, 30.0])) is LINEAR and suited(np.empty(0)) is LINEAR
    plot = LinePlot(DARK, "plot", "update")
    qtbot.addWidget(plot)
    plot.resize(400, 300)
    plot.show()
    plot.show_lines([banded, line([NAN, NAN, NAN])])
    head, rows = plot.values_at(2.1)
    assert head == "update 2.1" and rows[0].values == ("2  (1 … 1·10⁹)",) and rows[1].values == ("–",)
    assert plot.values_at(3.0)[1][0].values == ("diverged",)
    assert [item.name() for item in plot.listDataItems()] == ["Run", "Run"]
    assert not plot.y_is_log
    plot.set_y_log(True)
    assert plot.y_is_log
    plot.grab()
    plot.show_lines([])
    plot.grab()


def test_the_best_is_the_brightest_and_what_diverged_has_no_shade() -> None:
    assert shades([1.0, 3.0, 2.0, INF]).tolist()[:3] == [1.0, 0.0, 0.5] and math.isnan(shades([1.0, INF])[1])
    assert np.allclose(shades([1.0, 100.0, 10.0]), [1.0, 0.0, 0.5]), "by factors"
    assert np.isnan(shades([INF, NAN])).all() and shades([2.0]).tolist() == [0.0]


def test_a_brush_keeps_what_passes_and_a_click_takes_it_back(qtbot, themed) -> None:
    view = ParallelAxes(DARK)
    qtbot.addWidget(view)
    view.resize(400, 300)
    view.show_axes([ParallelAxis("rate", (1.0, 10.0, 100.0), True), ParallelAxis("loss", (3.0, 2.0, INF))])
    assert view.axes[0].places.tolist() == [0.0, 0.5, 1.0] and math.isnan(view.axes[1].places[2])
    view.show()
    heard = []
    view.kept.connect(heard.append)
    at = round(view.axis_x(0))
    qtbot.mousePress(view, Qt.MouseButton.LeftButton, pos=QPoint(at, 140))
    qtbot.mouseMove(view, QPoint(at, 290))
    qtbot.mouseRelease(view, Qt.MouseButton.LeftButton, pos=QPoint(at, 290))
    assert heard[-1] == [0, 1]
    view.grab()
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(at, 100))
    assert heard[-1] is None
    named = ParallelAxis("way", (0.0, 1.0, 0.0), labels=("tanh", "relu"))
    assert named.places.tolist() == [0.25, 0.75, 0.25] and named.ticks == ((0.25, "tanh"), (0.75, "relu"))
    assert named.ends == ("", "")
    view.show_axes([named, view.axes[1]])
    view.grab()


def test_a_table_is_sorted_by_its_numbers_with_what_is_unknown_last(qtbot, themed) -> None:
    table = ResultTable(DARK, "table")
    qtbot.addWidget(table)
    table.show_rows(("run", "loss"), [TableRow(("a", INF), 0), TableRow(("b", 2.0)), TableRow(("c", 10.0))], 1)
    model = table.model()
    assert [model.index(row, 0).data() for row in range(3)] == ["b", "c", "a"]
    assert [model.index(row, 1).data() for row in range(3)] == ["2", "10", "diverged"]
    chosen = []
    table.chosen.connect(chosen.append)
    table.selectRow(1)
    assert chosen == [2], "the place among the rows that were handed over"
    table.keep([0])
    assert [table.isRowHidden(row) for row in range(3)] == [True, True, False]


def test_thousands_of_rows_are_sorted_without_asking_for_their_cells(qtbot, themed, monkeypatch) -> None:
    """Qt asks for two of them a comparison: 10,000 rows took 640 ms whenever there were new ones."""
    table = ResultTable(DARK, "table")
    qtbot.addWidget(table)
    table.resize(400, 300)
    table.show()
    asked: list[int] = []
    own = ResultModel.data
    monkeypatch.setattr(ResultModel, "data", lambda self, index, role: (asked.append(role), own(self, index, role))[1])
    values = np.random.default_rng(0).permutation(3000).tolist()
    table.show_rows(("loss",), [TableRow((value,)) for value in values], 0)
    table.selectRow(2)
    asked.clear()
    for order in (Qt.SortOrder.DescendingOrder, Qt.SortOrder.AscendingOrder):
        table.sortByColumn(0, order)
        chosen = 2 if order == Qt.SortOrder.AscendingOrder else 2997
        assert [index.row() for index in table.selectionModel().selectedRows()] == [chosen], "it goes with its row"
    table.show_rows(("loss",), [TableRow((value,)) for value in values], 0)
    assert len(asked) < 3000
    model = table.model()
    assert [model.index(row, 0).data(Qt.ItemDataRole.DisplayRole) for row in range(3)] == ["0", "1", "2"]


def test_what_is_unknown_comes_last_and_words_after_numbers(qtbot, themed) -> None:
    table = ResultTable(DARK, "table")
    qtbot.addWidget(table)
    cells = (None, "b", INF, NAN, "a", 3, 2.5)
    table.show_rows(("loss",), [TableRow((cell,)) for cell in cells], 0)
    assert table.results.places == [6, 5, 2, 4, 1, 0, 3]


@pytest.mark.parametrize("preset", ["01_four_optimizers", "26_digits"])
def test_every_setting_that_is_offered_can_be_varied_over_its_values(preset) -> None:
    experiment = load(FOLDER / f"{preset}.toml")
    offered = sweepables(experiment)
    assert offered[0].path == "learning_rate" and len({each.path for each in offered}) == len(offered)
    assert {each.group for each in offered} == {"run", "problem"} or preset.startswith("01")
    first = next(record.settings for record in experiment.runs if record.settings.visible)
    for each in offered:
        if each.is_named:
            made, possible = suggested(experiment, each.path), possible_names(experiment, each.path)
            assert value_now(experiment.problem, first, each.path) in made.values, each.path
            assert set(made.values) <= set(possible) <= set(names_of(experiment, each.path)), each.path
            made = axis(each.path, possible)
        else:
            made = spaced(each.path, each.low, each.high, 3, each.log, each.whole)
        assert plan_of(experiment, "sweep", {"updates": 1}, [first.id], axes=[made]).expected({}) > 0, each.path
    paths = {each.path for each in offered if each.is_named}
    assert {"optimizer", "schedule"} < paths and ("batch" in paths) == (preset == "26_digits")
    assert ("surface" in paths) is False, "the ends of two surfaces are not to be compared"


def test_a_map_has_names_along_its_sides_and_a_cell_for_each(qtbot, themed) -> None:
    view = SweepMap(DARK)
    qtbot.addWidget(view)
    view.resize(500, 300)
    view.show()
    sides = MapSide("rate", log=True), MapSide("optimizer", ("Adam", "RMSprop", "Momentum"))
    view.show_points([MapPoint(0.1, 0.0, 1.0, 0), MapPoint(0.01, 2.0, 2.0, 1)], sides, True)
    y = view.scales[1]
    boxes = view._boxes(*view.scales)
    heights = (boxes[:, 3] - boxes[:, 1]).tolist()
    assert heights == pytest.approx([y.pixel(0.0) - y.pixel(1.0)] * 2), "also where a value between is not known yet"
    left, below = view.y_axis, view.x_axis

    def told() -> list[str]:
        return [text for *_, text in left._upright_texts(left._marks(left.scale_shown))]

    qtbot.waitUntil(lambda: told()[:3] == ["Adam", "RMSprop", "Momentum"])
    assert "Adam" not in [text for *_, text in below._level_texts(below._marks(below.scale_shown))]
    view.grab()
    view.show_points([MapPoint(0.1, 3.0, 1.0, 0)], (sides[0], MapSide("noise")), True)
    assert view.y_axis.labels == ()


def test_a_map_of_thousands_is_drawn_in_few_strokes_and_only_once(qtbot, themed, monkeypatch) -> None:
    """A rectangle, or a disc, for each of 10,000 combinations took 90 ms, and as long again at every new one that was
    pointed at.
    """
    view = SweepMap(DARK)
    qtbot.addWidget(view)
    view.resize(500, 300)
    view.show()
    drawn: list[int] = []
    draw = view._draw
    monkeypatch.setattr(view, "_draw", lambda *given: (drawn.append(1), draw(*given)))
    strokes: list[str] = []
    for name in ("drawRect", "drawEllipse", "drawLine"):
        own = getattr(QPainter, name)
        monkeypatch.setattr(QPainter, name, lambda *given, name=name, own=own: (strokes.append(name), own(*given)))
    values = [INF if place % 7 == 3 else float(place) for place in range(1000)]
    points = [MapPoint(1.0 + place % 40, 1.0 + place // 40, value, place) for place, value in enumerate(values)]
    for grid in (True, False):
        drawn.clear(), strokes.clear()
        view.show_points(points, (MapSide("rate"), MapSide("noise")), grid)
        view.grab()
        for place in (0, 57, 999):
            left, top, right, bottom = view._boxes(*view.scales)[place]
            assert view._under(QPointF((left + right) / 2, (top + bottom) / 2)) == place
            view._point(QPointF((left + right) / 2, (top + bottom) / 2))
            view.grab()
        assert len(drawn) == 1 and len(strokes) < 300
        assert view._under(QPointF(-100.0, -100.0)) is None


def test_each_pixel_has_the_colour_of_its_cell() -> None:
    boxes = np.array([[0.0, 1.0, 2.5, 3.0], [2.5, 1.0, 6.0, 3.0], [2.5, 3.0, 6.0, 7.0]])
    image = cells_image(boxes, np.array([0xFF000001, 0xFF000002, 0xFF000003], np.uint32), QRectF(0, 0, 8, 8), 1.0)
    told = [[image.pixel(x, y) & 0xFF for x in range(8)] for y in range(8)]
    assert told[0] == [0] * 8 and told[1] == told[2] == [1, 1, 2, 2, 2, 2, 0, 0]
    assert told[3] == told[6] == [0, 0, 3, 3, 3, 3, 0, 0] and told[7] == [0] * 8


def test_values_that_have_no_place_on_a_logarithmic_axis_are_not_painted(qtbot, qtlog, themed) -> None:
    """Qt would warn of circles at NaN, once each."""
    view = SweepMap(DARK)
    qtbot.addWidget(view)
    view.resize(500, 300)
    view.show()
    sides = MapSide("rate", log=True), MapSide("noise")
    view.show_points([MapPoint(0.0, 0.5, 1.0, 0), MapPoint(0.1, 1.0, 2.0, 1), MapPoint(1.0, 1.5, 3.0, 2)], sides, False)
    view.grab()
    plot = LinePlot(DARK, "plot", "rate")
    qtbot.addWidget(plot)
    plot.resize(400, 300)
    plot.show()
    xs = np.array([0.0, 0.1, 1.0])
    plot.show_lines([PlotLine("run", "Run", 0, xs, np.array([1.0, 2.0, 3.0]), pointed=True, chosen=0)], LOG)
    plot.grab()
    assert not [record.message for record in qtlog.records if "NaN" in record.message]


def test_thousands_of_combinations_are_drawn_some_in_a_turn_and_only_once(qtbot, themed, monkeypatch) -> None:
    view = ParallelAxes(DARK)
    qtbot.addWidget(view)
    view.resize(500, 300)
    drawn: list[int] = []
    draw = view._draw_some
    monkeypatch.setattr(
        view, "_draw_some", lambda image, places, *rest: (drawn.append(len(places)), draw(image, places, *rest))
    )
    values = tuple(np.linspace(1.0, 2.0, 400).tolist())
    view.show_axes([ParallelAxis("rate", values), ParallelAxis("loss", values[::-1])])
    view.show()
    qtbot.waitUntil(lambda: sum(drawn) == len(values))
    assert max(drawn) < 0.2 * len(values)
    view.grab()
    view.update()
    qtbot.wait(30)
    assert sum(drawn) == len(values), "nothing is drawn again for a repaint"


def test_of_many_long_lines_some_are_drawn():
    """Four hundred that go up and down took over a second; a few, or short ones, are all drawn."""
    xs = np.linspace(0.0, 900.0, 250)
    wild = np.random.default_rng(0).uniform(0.0, 700.0, (400, 250))
    assert len(some_of(xs, wild[:4], 1e5)) == 4 and len(some_of(xs, np.full((100, 250), 3.0), 1e5)) == 100
    found = some_of(xs, wild, 3e6)
    assert np.hypot(np.diff(xs), np.diff(found, axis=1)).sum() < 3e6 and len(found) > 30
    assert 4 <= len(some_of(xs, wild, 1e3)) < 8
    gaps = wild.copy()
    gaps[:, 100:] = np.nan
    assert len(some_of(xs, gaps, 3e6)) > len(found)


def test_of_thousands_of_seeds_a_plot_looks_through_some(qtbot, themed):
    """16 runs of 1000 seeds each took 170 ms with every answer that came, before anything was drawn."""
    seeds = SeedsPlot(DARK, "seeds-plot")
    qtbot.addWidget(seeds)
    seeds.ways.choose(LINES)
    arms = [
        SimpleNamespace(
            arm=SimpleNamespace(key=f"{place}", name=f"Run {place}", colour=place), seeds=range(1000),
            updates=np.arange(5), band=np.ones((3, 5)), lines=np.arange(5000.0).reshape(1000, 5),
        )
        for place in range(16)
    ]  # fmt: skip
    seeds.show_arms(tuple(arms), "loss")
    assert [len(line.faint) for line in seeds.plot.lines] == [59] * 16
    seeds.show_arms(tuple(arms[:1]), "loss")
    assert [len(line.faint) for line in seeds.plot.lines] == [1000]


def test_thousands_of_points_are_drawn_in_one_call(qtbot, themed, monkeypatch):
    """A disc for each of 4000 took 20 ms."""
    plot = LinePlot(DARK, "plot", "rate")
    qtbot.addWidget(plot)
    plot.resize(400, 300)
    plot.show()
    discs = []
    own = QPainter.drawEllipse
    monkeypatch.setattr(QPainter, "drawEllipse", lambda *given: (discs.append(given), own(*given)))
    plot.show_lines([line(np.linspace(1.0, 2.0, 200), pointed=True, chosen=3)])
    shown = plot.grab().toImage()
    assert len(discs) < 5
    x, y = plot.scales
    at = plot.mapFromScene(plot.box.mapToScene(QPointF(x.pixel(101.0), y.pixel(1.0 + 100 / 199))))
    assert shown.pixelColor(at) == DARK.run_colours[0]


def test_a_band_that_goes_up_and_down_is_not_smoothed(qtbot, themed, monkeypatch):
    """Its 250 points took 70 ms."""
    plot = LinePlot(DARK, "plot", "update")
    qtbot.addWidget(plot)
    plot.resize(400, 300)
    plot.show()
    hints = []

    def note(painter: QPainter, shape: object) -> None:
        hints.append(bool(painter.renderHints() & QPainter.RenderHint.Antialiasing))

    monkeypatch.setattr(QPainter, "drawPolygon", note)
    for low in (np.linspace(1.0, 2.0, 250), np.random.default_rng(0).uniform(1.0, 2.0, 250)):
        plot.show_lines([line(low + 1.0, low=low, high=low + 2.0)])
        plot.grab()
    assert hints[0] and not hints[-1]
