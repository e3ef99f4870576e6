"""The gestures of the floor itself, with the real mouse, on every type of axis."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
import pytest
from pyqtgraph.exporters import CSVExporter, ImageExporter, SVGExporter
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QPen
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu

from app.look.theme import DARK, LIGHT
from app.plots.axis_type import AUTOMATIC, LINEAR, LOG, AxisType
from app.plots.line_item import LineItem
from app.plots.plot_box import BOX, PAN, ZOOM_WHEEL
from app.plots.plot_menu import add_plot_actions
from app.plots.plot_view import PlotView
from app.plots.raster_item import RasterItem
from tests.app.plots.mouse import MIDDLE, RIGHT, click, double_click, drag, place, point, turn

SYMLOG = AxisType("symlog", 0.1)
HOMES = {LINEAR: (-2.0, 6.0), LOG: (0.01, 100.0), SYMLOG: (-100.0, 1000.0)}


@pytest.fixture(params=[LINEAR, LOG, SYMLOG], ids=lambda type: type.name)
def type(request):
    return request.param


@pytest.fixture
def view(qtbot, type):
    """A plot with both axes of one type, which follows HOMES."""
    view = PlotView(DARK, counts=True, grid=True)
    qtbot.addWidget(view)
    view.resize(420, 300)
    with qtbot.waitExposed(view):
        view.show()
    view.set_types(type, type)
    view.follow(HOMES[type], HOMES[type])
    return view


def spans(view):
    return [(scale.low, scale.high) for scale in view.scales]


def places(view):
    """The ranges as pyqtgraph has them."""
    return np.array([(scale.type.place(scale.low), scale.type.place(scale.high)) for scale in view.scales])


def is_home(view, type):
    return np.allclose(spans(view), [HOMES[type]] * 2)


def test_it_follows_what_it_is_told_until_a_hand_chooses(view, type):
    assert is_home(view, type) and not view.is_zoomed
    turn(view)
    zoomed = spans(view)
    view.follow((1.0, 2.0), (1.0, 2.0))
    assert spans(view) == zoomed and view.is_zoomed
    view.forget_choice()
    assert np.allclose(spans(view), [(1.0, 2.0)] * 2) and not view.is_zoomed


def test_the_wheel_zooms_about_the_pointer(qtbot, view):
    before, at = places(view), view.box.mapFromScene(view.mapToScene(place(view, 0.25, 0.75)))
    under = [scale.value(pixel) for scale, pixel in zip(view.scales, (at.x(), at.y()), strict=True)]
    with qtbot.waitSignal(view.range_chosen) as chosen:
        turn(view, 0.25, 0.75)
    assert chosen.args == [True, True]
    assert np.ptp(places(view), axis=1) == pytest.approx(np.ptp(before, axis=1) / ZOOM_WHEEL)
    still = [scale.value(pixel) for scale, pixel in zip(view.scales, (at.x(), at.y()), strict=True)]
    assert still == pytest.approx(under)
    turn(view, 0.25, 0.75, notches=-1.0)
    assert places(view) == pytest.approx(before)


@pytest.mark.parametrize(("across", "down", "axis"), [(0.5, 1.06, 0), (-0.05, 0.5, 1)], ids=["x", "y"])
def test_the_wheel_over_an_axis_zooms_that_axis(qtbot, view, type, across, down, axis):
    with qtbot.waitSignal(view.range_chosen) as chosen:
        turn(view, across, down, notches=2.0)
    assert chosen.args == [axis == 0, axis == 1]
    assert spans(view)[1 - axis] == pytest.approx(HOMES[type])
    home = np.ptp([type.place(end) for end in HOMES[type]])
    assert np.ptp(places(view)[axis]) == pytest.approx(home / ZOOM_WHEEL**2)


def test_with_shift_the_wheel_zooms_y_and_a_plot_may_keep_it_to_x(view, type):
    turn(view, keys=Qt.KeyboardModifier.ShiftModifier)
    assert spans(view)[0] == pytest.approx(HOMES[type]) and view.x_chosen is None and view.y_chosen is not None
    view.show_all()
    view.box.wheel_axis = 0
    turn(view)
    assert view.x_chosen is not None and view.y_chosen is None


@pytest.mark.parametrize(("mode", "button"), [(PAN, Qt.MouseButton.LeftButton), (BOX, MIDDLE), (PAN, MIDDLE)])
def test_dragging_moves_the_plot(qtbot, view, type, mode, button):
    view.box.set_mouse(mode)
    before, width = places(view), np.ptp(places(view), axis=1)
    with qtbot.waitSignal(view.range_chosen):
        drag(view, (0.2, 0.2), (0.5, 0.6), button)
    assert places(view)[0] == pytest.approx(before[0] - 0.3 * width[0], abs=0.02 * width[0])
    assert places(view)[1] == pytest.approx(before[1] + 0.4 * width[1], abs=0.02 * width[1])
    assert view.box.mouse == mode and view.is_zoomed


@pytest.mark.parametrize(("begin", "end", "axis"), [((0.2, 1.06), (0.5, 1.06), 0), ((-0.05, 0.2), (-0.05, 0.5), 1)])
def test_dragging_an_axis_moves_that_axis(view, type, begin, end, axis):
    view.box.set_mouse(BOX)
    before = places(view)
    drag(view, begin, end)
    assert places(view)[1 - axis] == pytest.approx(before[1 - axis])
    moved = (places(view) - before)[axis] / np.ptp(before[axis])
    assert moved == pytest.approx([-0.3, -0.3] if axis == 0 else [0.3, 0.3], abs=0.02)


def test_a_box_is_zoomed_into(view):
    view.box.set_mouse(BOX)
    before, width = places(view)[:, 0], np.ptp(places(view), axis=1)
    drag(view, (0.25, 0.2), (0.5, 0.6))
    found = (places(view) - before[:, None]) / width[:, None]
    assert found == pytest.approx(np.array([[0.25, 0.5], [0.4, 0.8]]), abs=0.015)


@pytest.mark.parametrize(("begin", "end", "axis"), [((0.2, 0.5), (0.6, 0.51), 0), ((0.5, 0.2), (0.505, 0.6), 1)])
def test_a_box_as_flat_as_a_line_takes_the_other_axis_whole(view, type, begin, end, axis):
    view.box.set_mouse(BOX)
    drag(view, begin, end)
    assert spans(view)[1 - axis] == pytest.approx(HOMES[type])
    assert (view.x_chosen is None, view.y_chosen is None) == (axis == 1, axis == 0)


def test_a_box_does_not_reach_beyond_the_plot(view, type):
    view.box.set_mouse(BOX)
    drag(view, (0.5, 0.5), (1.3, 1.5))
    assert spans(view)[0][1] == pytest.approx(HOMES[type][1])
    assert spans(view)[1][0] == pytest.approx(HOMES[type][0])


def test_a_double_click_shows_everything(qtbot, view, type):
    turn(view, notches=3.0)
    with qtbot.waitSignal(view.shown_all):
        double_click(view)
    assert is_home(view, type)


def test_a_small_button_takes_the_zoom_back(qtbot, view, type):
    button = view.getPlotItem().autoBtn
    assert not button.isVisible()
    turn(view)
    assert button.isVisible()
    at = view.mapFromScene(button.mapToScene(button.boundingRect().center()))
    assert view.rect().contains(at)
    with qtbot.waitSignal(view.shown_all):
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert is_home(view, type) and not button.isVisible()


def test_a_right_click_asks_for_a_menu_and_a_drag_with_that_button_does_not(qtbot, view, type):
    with qtbot.waitSignal(view.menu_wanted) as wanted:
        click(view, 0.3, 0.4, RIGHT)
    asked = wanted.args[0]
    assert (QPointF(view.viewport().mapToGlobal(place(view, 0.3, 0.4))) - QPointF(asked)).manhattanLength() < 2.0
    with qtbot.assertNotEmitted(view.menu_wanted):
        drag(view, (0.2, 0.2), (0.6, 0.6), RIGHT)


def test_the_menu_key_asks_for_the_menu(qtbot, view):
    from PySide6.QtGui import QContextMenuEvent
    from PySide6.QtWidgets import QApplication

    event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(5, 5), view.mapToGlobal(QPoint(5, 5)))
    with qtbot.waitSignal(view.menu_wanted):
        QApplication.sendEvent(view, event)


def test_pointing_and_clicking_tell_the_place(qtbot, view):
    at = view.box.mapFromScene(view.mapToScene(place(view, 0.3, 0.4)))
    with qtbot.waitSignal(view.hovered) as hovered:
        point(view, 0.3, 0.4)
    assert hovered.args == [at]
    with qtbot.waitSignal(view.clicked) as clicked:
        click(view, 0.3, 0.4)
    assert clicked.args[0] == at
    with qtbot.waitSignal(view.hovered) as hovered:
        point(view, -0.05, 0.4)
    assert hovered.args == [None]


def test_another_type_of_axis_forgets_the_range_chosen_on_it(view, type):
    turn(view)
    x_chosen = view.x_chosen
    other = LOG if type is LINEAR else LINEAR
    view.set_types(type, other)
    assert view.x_chosen == x_chosen and view.y_chosen is None


def test_zooming_has_an_end(view):
    for _ in range(200):
        turn(view, 0.3, 0.3, notches=8.0)
    view.grab()
    assert np.isfinite(places(view)).all() and (np.ptp(places(view), axis=1) > 0.0).all()
    for _ in range(600):
        turn(view, 0.3, 0.3, notches=-8.0)
    view.grab()
    assert np.isfinite(places(view)).all() and (np.ptp(places(view), axis=1) > 0.0).all()


def test_the_menu_has_what_every_plot_can_do(qtbot, view, type):
    menu, told = QMenu(), []
    qtbot.addWidget(menu)
    turn(view)
    add_plot_actions(menu, view, lambda letter, name: told.append((letter, name)), {"y": AUTOMATIC})
    actions = {action.text(): action for action in menu.actions()}
    x_types, y_types = actions["X axis type"].menu().actions(), actions["Y axis type"].menu().actions()
    assert [action.text() for action in x_types] == ["Linear", "Logarithmic", "Symmetric logarithmic"]
    assert [action.isChecked() for action in x_types] == [name == type.name for name in ("linear", "log", "symlog")]
    assert [action.text() for action in y_types if action.isChecked()] == ["Automatic"]
    x_types[2].trigger()
    y_types[0].trigger()
    assert told == [("x", "symlog"), ("y", "auto")]
    actions["Mouse"].menu().actions()[0].trigger()
    assert view.box.mouse == BOX
    actions["View all"].trigger()
    assert is_home(view, type)


def test_plots_below_each_other_have_their_axes_in_line(qtbot, view):
    needed = view.left_room()
    view.set_left_room(needed + 30.0)
    qtbot.waitUntil(lambda: view.y_axis.width() == round(needed + 30.0))
    assert view.left_room() == needed
    view.set_left_room(0.0)
    qtbot.waitUntil(lambda: view.y_axis.width() == round(needed))


X = np.array([-1.0, 0.5, 2.0, 40.0])
Y = np.array([3.0, 0.25, np.nan, 7.0])


@pytest.fixture
def line(view, type):
    """A line of the plot whose pixels a raster paints, as curves do."""
    item = LineItem("Adam", lambda: (X, Y))
    item.set_pen(QPen(QColor("#ff0000"), 2.0))
    view.addItem(item, ignoreBounds=True)
    view.set_types(type, type)

    def paint(painter, area):
        painter.setPen(item.opts["pen"])
        painter.drawLine(area.topLeft(), area.bottomRight())

    raster = RasterItem(view.box, paint, 0.0)
    yield item
    raster.scene().removeItem(raster)


def test_a_line_is_a_data_item_in_the_units_of_the_axes_and_in_their_places(view, line, type):
    assert view.getPlotItem().listDataItems() == [line]
    assert line.implements("plotData") and line.name() == "Adam"
    x, y = line.getOriginalDataset()
    assert x is X and y is Y
    np.testing.assert_array_equal(line.getData(), (type.places(X), type.places(Y)))
    low, high = line.dataBounds(1)
    assert low == pytest.approx(type.place(0.25)) and high == pytest.approx(type.place(7.0))


@pytest.mark.parametrize("before", [True, False], ids=["legend first", "line first"])
def test_pyqtgraphs_legend_shows_lines(qtbot, before):
    view = PlotView(DARK)
    qtbot.addWidget(view)
    legend = view.addLegend() if before else None
    item = LineItem("Adam", lambda: (X, Y))
    view.addItem(item)
    legend = legend or view.addLegend()
    assert [label.text for _, label in legend.items] == ["Adam"]
    assert view.addLegend() is legend and len(legend.items) == 1
    view.grab()
    view.removeItem(item)
    assert view.getPlotItem().listDataItems() == [] and legend.items == []


def test_pyqtgraphs_csv_has_the_numbers(view, line, tmp_path):
    path = tmp_path / "plot.csv"
    CSVExporter(view.getPlotItem()).export(str(path))
    rows = [row.split(",") for row in path.read_text().splitlines()]
    assert rows[0] == ["Adam_x", "Adam_y"]
    np.testing.assert_array_equal(np.array(rows[1:], float), np.column_stack((X, Y)))


def test_pyqtgraphs_image_has_the_line(view, line, tmp_path):
    exporter = ImageExporter(view.getPlotItem())
    exporter.parameters()["width"] = 840
    image = exporter.export(toBytes=True)
    assert image.width() == 840
    area = view.box.mapRectToScene(view.area)
    scale = 840 / view.getPlotItem().sceneBoundingRect().width()
    seen = image.pixelColor(round(area.center().x() * scale), round(area.center().y() * scale))
    assert seen.red() > 200 and seen.green() < 60


def test_pyqtgraphs_svg_can_be_written(view, line, tmp_path):
    text = SVGExporter(view.getPlotItem()).export(toBytes=True).decode()
    assert text.lstrip().startswith("<?xml") and "</svg>" in text


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_the_theme_reaches_the_paper(view, theme):
    view.set_theme(theme)
    image = view.grab().toImage()
    assert image.pixelColor(place(view, 0.97, 0.03)) == theme.panel


def test_nothing_of_a_closed_plot_is_left(qapp, qtbot):
    before = {id(widget) for widget in qapp.topLevelWidgets()}
    view = PlotView(DARK)
    view.grab()
    view.deleteLater()
    del view
    pg.QtCore.QCoreApplication.sendPostedEvents(None, pg.QtCore.QEvent.Type.DeferredDelete)
    import gc

    gc.collect()
    pg.QtCore.QCoreApplication.sendPostedEvents(None, pg.QtCore.QEvent.Type.DeferredDelete)
    assert not [widget for widget in qapp.topLevelWidgets() if id(widget) not in before]


def test_what_goes_wrong_in_painting_is_told_and_does_not_end_the_process(qtbot):
    from pytestqt.exceptions import capture_exceptions

    view = PlotView(DARK)
    qtbot.addWidget(view)
    raster = RasterItem(view.box, lambda painter, area: 1 / 0, 0.0)
    with capture_exceptions() as told:
        view.grab()
    assert {kind for kind, _, _ in told} == {ZeroDivisionError}
    raster.scene().removeItem(raster)


def test_no_label_of_the_lower_axis_touches_what_is_beside_the_plot(qtbot) -> None:
    view = PlotView(DARK)
    qtbot.addWidget(view)
    view.resize(320, 200)
    view.follow((0.0, 1000.0), (0.0, 1.0))
    with qtbot.waitExposed(view):
        view.show()
    image = view.grab().toImage()
    below = range(image.height() - 24, image.height())
    edge = {image.pixelColor(image.width() - 1 - x, y).rgb() for x in range(4) for y in below}
    assert len(edge) == 1, "nothing is painted there"
