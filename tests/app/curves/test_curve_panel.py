from __future__ import annotations

import gc
import weakref
from itertools import groupby, pairwise

import numpy as np
import pytest
from pyqtgraph.exporters import CSVExporter, ImageExporter
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFrame, QLabel, QMenu, QSlider, QSplitter, QToolButton, QToolTip

from app.curves.curve_card import CurveCard
from app.curves.curve_catalogue import CURVES
from app.curves.curve_catalogue import offered as offered_keys
from app.curves.curve_panel import MOST_SPARE, CurvePanel
from app.curves.curve_style import X_TYPES
from app.curves.curve_view import CurveView
from app.curves.legend import Legend
from app.curves.painting import note, rows_at
from app.look.theme import DARK, LIGHT
from app.plots.plot_box import ZOOM_WHEEL
from app.widgets.elided import ElidedLabel
from app.widgets.settled_layout import settle_layouts
from engine import Session, Setting, Tweak, new_experiment, new_run, smooth
from tests.app.conftest import idle_deletions
from tests.app.curves.histories import HARD, grown, history_of, network_of, picture_of, run_of
from tests.app.plots.mouse import LEFT, MIDDLE, RIGHT, click, double_click, drag, place, point, turn
from tests.each import each

MANY_CURVES = 20_000  # milliseconds in which all curves are made, one in a frame; a busy machine needs most of them
OF_NETWORKS = [key for key, curve in CURVES.items() if not curve.columns]


@pytest.fixture
def picture():
    tweak = Tweak(512, Setting.of("optimizer.beta1"), 0.97)
    return picture_of(
        run_of(history_of(HARD["smooth"]), 0, tweaks=(tweak,)),
        run_of(history_of(HARD["noisy"]), 1),
        run_of(history_of(HARD["diverging"]), 2, status="diverged"),
    )


@pytest.fixture(scope="module")
def panels_in_use(qapp):
    """The panel that the tests share, once one of them has made it."""
    made = []
    yield made
    for panel in made:
        panel.deleteLater()


@pytest.fixture
def panel(panels_in_use, qtbot, picture, request):
    """The first curves in a panel that earlier tests have used, unless one of them has failed."""
    if not panels_in_use:
        panels_in_use.append(CurvePanel(DARK))
        panels_in_use[0].at_first = panels_in_use[0].view()
    (panel,) = panels_in_use
    panel.set_theme(DARK)
    panel.set_cursor(None)
    panel.set_selected("")
    panel.apply_view(panel.at_first)
    show_first(panel, qtbot, picture)
    failures = request.session.testsfailed
    yield panel
    panel.hide()
    if request.session.testsfailed > failures:
        panels_in_use.clear()
        panel.deleteLater()


@pytest.fixture
def new_panel(qtbot, picture):
    """One in which nothing has been chosen yet."""
    panel = CurvePanel(DARK)
    qtbot.addWidget(panel)
    show_first(panel, qtbot, picture)
    return panel


def show_first(panel, qtbot, picture) -> None:
    panel.resize(430, 800)
    with qtbot.waitExposed(panel):
        panel.show()
    panel.refresh(picture)
    # Curves that outgrow their axes are drawn one in a frame.
    qtbot.waitUntil(lambda: len({card.view.scales[0].high for card in panel.cards.values()}) == 1)
    panel.grab()


@pytest.fixture(scope="module")
def made_whole(qapp):
    """For each kind of problem a panel of every curve: it takes long to make, and serves one race after the other."""
    made = {}
    smooth_run = run_of(history_of(HARD["smooth"]))
    for kind, picture, keys in (
        ("surface", picture_of(smooth_run), list(CURVES)),
        ("network", network_of(smooth_run), OF_NETWORKS),
    ):
        made[kind] = CurvePanel(DARK)
        made[kind].resize(430, 800)
        made[kind].refresh(picture)
        made[kind].show_curves(keys)
    yield made
    for panel in made.values():
        panel.deleteLater()


@pytest.fixture
def whole(made_whole, request):
    panel = made_whole[request.param]
    view = panel.view()
    panel.show()
    yield panel
    panel.hide()
    panel.apply_view(view)


def view_of(panel, key="loss"):
    return panel.cards[key].view


def coloured(image, theme):
    """Whether something in about the colour of one of the first two runs is seen."""
    shape = image.height(), image.bytesPerLine() // 4, 4
    seen = np.frombuffer(image.constBits(), np.uint8).reshape(shape)[:, : image.width(), 2::-1].astype(int)
    colours = [colour.getRgb()[:3] for colour in theme.run_colours[:2]]
    return any((np.abs(seen - colour).max(axis=2) < 60).any() for colour in colours)


def x_of(panel, key="loss"):
    """The range of the x axis on screen."""
    x, _ = view_of(panel, key).scales
    return x.low, x.high


def y_of(panel, key="loss"):
    _, y = view_of(panel, key).scales
    return y.low, y.high


def entries(menu):
    return {action.text(): action for action in menu.actions()}


def opened(panel, key="loss"):
    """The menu of a curve by its entries, as it is when it opens."""
    menu = panel.cards[key].menu
    menu.aboutToShow.emit()
    return entries(menu)


def submenu(panel, title, key="loss"):
    """A part of that menu by its entries."""
    opened(panel, key)
    parts = panel.cards[key].menu.findChildren(QMenu, options=Qt.FindChildOption.FindDirectChildrenOnly)
    return entries([part for part in parts if part.title() == title][-1])


def control(panel, key, name, kind=QToolButton):
    return panel.cards[key].findChild(kind, f"{key}_{name}")


def test_begins_with_loss_gradient_norm_and_learning_rate(panel):
    assert list(panel.cards) == ["loss", "gradient_norm", "learning_rate"]
    assert [card.view.y_axis.type.name for card in panel.cards.values()] == ["log", "log", "linear"]
    assert [card.style_shown.names_axis for card in panel.cards.values()] == [False, False, True]


def test_refresh_and_set_never_emit(qtbot, panel):
    heard = []
    for signal in (panel.cursor_moved, panel.view_changed, panel.export_wanted, panel.picked):
        signal.connect(lambda *values: heard.append(values))
    wanted = {
        "curves": ["loss", "step_norm"],
        "curves_along": "examples",
        "curves_x_types": ["log", "linear"],
        "curves_y_types": ["symlog", "linear"],
        "curves_smoothing": [20, 0],
    }
    assert panel.view() != wanted
    panel.refresh(picture_of(run_of(history_of(HARD["negative"])), run_of(history_of(HARD["two"]), 1)))
    panel.set_cursor(10)
    panel.set_selected("run1")
    panel.set_theme(LIGHT)
    panel.apply_view(wanted)
    panel.grab()
    assert panel.view() == wanted
    assert [len(card.view.model.lines) for card in panel.cards.values()] == [2, 2]
    assert {card.view.cursor_update for card in panel.cards.values()} == {10}
    assert heard == []


def test_the_pointer_moves_one_cursor_through_all_curves(qtbot, panel):
    view = view_of(panel)
    with qtbot.waitSignal(panel.cursor_moved) as moved:
        point(view)
    update = moved.args[0]
    assert abs(update - 1000) < 30
    assert {card.view.cursor_update for card in panel.cards.values()} == {update}
    for card in panel.cards.values():
        assert card.view.cursor_line.isVisible() and card.view.cursor_line.value() == update
    values = {line.run.id: value for line, _, value in view.model.values(update)}
    assert values["run0"] == HARD["smooth"][update]
    assert np.isnan(values["run2"])
    panel.grab()
    with qtbot.waitSignal(panel.cursor_moved) as moved:
        QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    assert moved.args == [None] and not view.cursor_line.isVisible()


def test_the_cursor_stands_at_its_update_on_every_type_of_axis(panel):
    panel.set_cursor(300)
    for x_type in X_TYPES:
        panel.apply_view({"curves_x_types": [x_type]})
        view = view_of(panel)
        x, _ = view.scales
        seen = view.box.mapFromView(view.cursor_line.pos()).x()
        assert seen == pytest.approx(x.pixel(300.0), abs=0.5)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_the_cursor_is_drawn(panel, theme):
    panel.set_theme(theme)
    panel.set_cursor(1900)
    view = view_of(panel)
    x, _ = view.scales
    at = place(view, x.pixel(1900.0) / view.area.width(), 0.0)
    image = view.grab().toImage()
    seen = [
        sum(image.pixelColor(at.x() + shift, at.y() + down) == theme.muted for down in range(5, 60))
        for shift in (-1, 0, 1)
    ]
    assert max(seen) > 40


def test_clicking_picks_the_update(qtbot, panel):
    with qtbot.waitSignal(panel.picked) as picked:
        click(view_of(panel), 0.25)
    assert abs(picked.args[0] - 500) < 30


def test_a_tweak_is_explained_where_its_mark_is(qtbot, panel):
    view = view_of(panel)
    x, _ = view.scales
    point(view, x.pixel(512.0) / view.area.width(), 0.97)
    qtbot.waitUntil(lambda: "β₁ 0.9 → 0.97 at update 512" in QToolTip.text())


def test_a_box_zooms_and_a_double_click_goes_back(panel):
    view = view_of(panel)
    whole = x_of(panel), y_of(panel)
    drag(view, (0.2, 0.2), (0.4, 0.6))
    assert x_of(panel) == pytest.approx((400, 800), abs=30)
    assert whole[1][0] < y_of(panel)[0] < y_of(panel)[1] < whole[1][1]
    assert x_of(panel, "learning_rate") == pytest.approx(x_of(panel))
    assert y_of(panel, "learning_rate") == pytest.approx((0.0, 0.01), abs=0.003)
    double_click(view)
    assert (x_of(panel), y_of(panel)) == whole == (x_of(panel, "gradient_norm"), whole[1])


def test_the_wheel_zooms_x_about_the_pointer_and_y_over_its_axis(panel):
    view = view_of(panel)
    at = view.box.mapFromScene(view.mapToScene(place(view, 0.25, 0.5))).x()
    before, y_before = view.scales
    turn(view, 0.25, notches=2.0)
    after, _ = view.scales
    assert after.high - after.low == pytest.approx((before.high - before.low) / ZOOM_WHEEL**2)
    assert after.value(at) == pytest.approx(before.value(at))
    assert {x_of(panel, key) for key in panel.cards} == {x_of(panel)}
    assert view.y_chosen is None
    turn(view, -0.05, notches=2.0)
    assert x_of(panel) == (after.low, after.high)
    assert np.log10(y_of(panel)[1] / y_of(panel)[0]) < 0.7 * np.log10(y_before.high / y_before.low)
    assert view_of(panel, "gradient_norm").y_chosen is None


@pytest.mark.parametrize("button", [LEFT, MIDDLE])
def test_the_plot_can_be_moved(new_panel, button):
    view = view_of(new_panel)
    turn(view, notches=4.0)
    low, high = x_of(new_panel)
    mouse = submenu(new_panel, "Mouse")
    assert mouse["Left button draws a zoom box"].isChecked()
    mouse["Left button moves the plot"].trigger()
    drag(view, (0.2, 0.5), (0.5, 0.5), button)
    moved = 0.3 * (high - low)
    assert x_of(new_panel) == pytest.approx((low - moved, high - moved), abs=0.02 * (high - low))
    assert x_of(new_panel, "learning_rate") == pytest.approx(x_of(new_panel))


def test_the_small_button_appears_with_a_zoom_and_takes_it_back(panel):
    whole = x_of(panel)
    drag(view_of(panel), (0.2, 0.5), (0.4, 0.5))
    view = view_of(panel, "gradient_norm")  # zoomed by its neighbour
    button = view.getPlotItem().autoBtn
    assert button.isVisible()
    at = view.mapFromScene(button.mapToScene(button.boundingRect().center()))
    QTest.mouseClick(view.viewport(), LEFT, pos=at)
    assert {x_of(panel, key) for key in panel.cards} == {whole}
    assert not view_of(panel).getPlotItem().autoBtn.isVisible()


def test_a_right_click_opens_the_menu_of_the_curve(qtbot, panel):
    view, menu = view_of(panel), panel.cards["loss"].menu
    click(view, 0.4, 0.4, RIGHT)
    qtbot.waitUntil(menu.isVisible)
    assert (menu.pos() - view.viewport().mapToGlobal(place(view, 0.4, 0.4))).manhattanLength() < 4
    texts = [text for text in entries(menu) if text]
    menu.close()
    control(panel, "loss", "menu").click()
    qtbot.waitUntil(menu.isVisible)
    assert [text for text in entries(menu) if text] == texts
    menu.close()
    assert texts == [
        "Curves", "X axis", "Smoothing", "View all", "X axis type", "Y axis type", "Mouse", "Copy image", "Export…",
        "Hide this curve",
    ]  # fmt: skip


def test_keys(qtbot, panel):
    view = view_of(panel)
    QTest.keyClick(view, Qt.Key.Key_Left)
    assert view.cursor_update == 1999
    QTest.keyClick(view, Qt.Key.Key_Left)
    assert view.cursor_update < 1999
    QTest.keyClick(view, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert view.cursor_update == 1999
    with qtbot.waitSignal(panel.view_changed) as changed:
        QTest.keyClick(view, Qt.Key.Key_L)
    assert changed.args[0]["curves_y_types"] == ["linear", "auto", "auto"]
    drag(view, (0.2, 0.5), (0.4, 0.5))
    assert view.is_zoomed
    QTest.keyClick(view, Qt.Key.Key_0)
    assert not any(card.view.is_zoomed for card in panel.cards.values())


def test_the_cursor_moves_by_single_updates_when_zoomed_in(panel):
    view = view_of(panel)
    view.set_x_range((100.0, 104.0))
    panel.set_cursor(102)
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert view.cursor_update == 103


def test_other_data_and_a_reset_follow_again(panel, picture):
    def zoomed():
        drag(view_of(panel), (0.2, 0.2), (0.4, 0.6))
        assert view_of(panel).is_zoomed and view_of(panel, "learning_rate").is_zoomed

    def follows():
        return not any(card.view.is_zoomed for card in panel.cards.values())

    zoomed()
    panel.refresh(picture_of(*picture.runs))
    assert not follows()  # the race has gone on
    other = picture_of(*picture.runs)
    other.task = "other data"
    panel.refresh(other)
    assert follows()
    zoomed()
    began = picture_of(run_of(history_of([])))
    began.task = other.task
    panel.refresh(began)
    assert follows()
    panel.refresh(other)
    zoomed()
    panel.follow_again()
    assert follows()


def test_each_line_is_a_data_item_with_its_numbers(panel):
    items = view_of(panel).getPlotItem().listDataItems()
    assert [item.name() for item in items] == ["Run 0", "Run 1", "Run 2"]
    assert [item.opts["pen"].color() for item in items] == list(DARK.run_colours[:3])
    for item, name in zip(items, ("smooth", "noisy", "diverging"), strict=True):
        x, y = item.getOriginalDataset()
        np.testing.assert_array_equal(x, np.arange(len(HARD[name])))
        np.testing.assert_array_equal(y, HARD[name])
        np.testing.assert_array_equal(item.getData()[1], np.log10(HARD[name]))
    panel.apply_view({"curves": ["loss"], "curves_smoothing": [100], "curves_y_types": ["linear"]})
    item = view_of(panel).getPlotItem().listDataItems()[0]
    np.testing.assert_allclose(item.getData()[1], smooth(HARD["smooth"], 0.99))


def test_lines_that_are_gone_are_gone_for_pyqtgraph_too(panel, picture):
    item = view_of(panel).getPlotItem()
    legend = item.addLegend()
    assert [label.text for _, label in legend.items] == ["Run 0", "Run 1", "Run 2"]
    hidden = [*picture.runs[:2], run_of(picture.runs[2].history, 2, visible=False)]
    hidden[0].name = "Adam"
    panel.refresh(picture_of(*hidden))
    assert [line.name() for line in item.listDataItems()] == ["Adam", "Run 1"]
    assert len(legend.items) == 2


def test_pyqtgraph_exports_a_curve(panel, tmp_path):
    item = view_of(panel).getPlotItem()
    CSVExporter(item).export(str(tmp_path / "loss.csv"))
    head, first = (tmp_path / "loss.csv").read_text().splitlines()[:2]
    assert head.split(",")[:2] == ["Run 0_x", "Run 0_y"] and first.split(",")[:2] == ["0.", "5."]
    image = ImageExporter(item).export(toBytes=True)
    colours = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    assert {colour.name() for colour in DARK.run_colours[:2]} <= colours


@pytest.mark.parametrize(
    ("loss", "type"),
    [
        (HARD["smooth"], "log"),
        (HARD["smooth"] - 1.0, "linear"),
        (1000.0 * HARD["smooth"] - 1.0, "symlog"),
        (np.maximum(10.0 ** -np.linspace(0, 20, 2000) - 1e-19, 0.0), "symlog"),
        (np.zeros(100), "linear"),
        (-HARD["smooth"], "symlog"),
    ],
    ids=["positive", "a little below zero", "far above and below zero", "converging to zero", "zero", "negative"],
)
def test_a_loss_that_cannot_be_logarithmic_gets_another_axis_by_itself(panel, loss, type):
    panel.refresh(picture_of(run_of(history_of(loss))))
    view = view_of(panel)
    assert view.y_axis.type.name == type
    assert control(panel, "loss", "log_y").isChecked() == (type == "log")
    low, high = y_of(panel)
    assert low <= loss.min() and loss.max() <= high


@pytest.mark.parametrize("step", [31, pytest.param(7, marks=pytest.mark.slow)])
def test_an_automatic_axis_does_not_flicker(panel, step):
    loss = 100.0 * np.exp(-np.arange(3000) / 300.0) - 1.0 + 2.0 * np.sin(np.arange(3000) / 30.0)
    whole, seen = history_of(loss), []
    for updates in range(1, 3000, step):
        panel.refresh(picture_of(run_of(grown(whole, updates))))
        seen.append(view_of(panel).y_axis.type.name)
    assert [name for name, _ in groupby(seen)] in (["log", "linear"], ["log", "linear", "symlog"], ["log", "symlog"])
    panel.refresh(picture_of(run_of(history_of(HARD["smooth"]))))  # another race
    assert view_of(panel).y_axis.type.name == "log"


def test_a_chosen_type_of_axis_stays_and_its_file_entry_comes_back(qtbot, panel, picture):
    types = submenu(panel, "Y axis type")
    assert list(types) == ["Automatic", "Linear", "Logarithmic", "Symmetric logarithmic"]
    assert types["Automatic"].isChecked()
    with qtbot.waitSignal(panel.view_changed) as changed:
        types["Symmetric logarithmic"].trigger()
    assert changed.args[0]["curves_y_types"] == ["symlog", "auto", "auto"]
    assert view_of(panel).y_axis.type.name == "symlog"
    with qtbot.waitSignal(panel.view_changed):
        submenu(panel, "X axis type")["Symmetric logarithmic"].trigger()
    view = panel.view()
    assert view["curves_x_types"] == ["symlog", "linear", "linear"]
    control(panel, "loss", "log_y").click()
    assert view_of(panel).y_axis.type.name == "log"
    panel.apply_view(view)
    panel.refresh(picture)
    assert [scale.type.name for scale in view_of(panel).scales] == ["symlog", "symlog"]


def test_words_tell_what_a_log_axis_cannot_show(panel):
    panel.refresh(picture_of(run_of(history_of(HARD["negative"]))))
    view = view_of(panel)
    assert note(view.model, view.scales[1]) == ""
    control(panel, "loss", "log_y").click()
    assert "zero or negative values" in note(view.model, view.scales[1])


def test_all_x_axes_are_in_line(qtbot, panel):
    panel.show_curves(["loss", "learning_rate", "x"])
    panel.apply_view({"curves": ["loss", "learning_rate", "x"], "curves_y_types": ["linear", "linear", "linear"]})
    deep = picture_of(run_of(history_of(np.array([123456.7, 123456.8, 123456.9]))))
    panel.refresh(deep)
    views = [card.view for card in panel.cards.values()]
    qtbot.waitUntil(lambda: len({view.y_axis.width() for view in views}) == 1)
    assert views[0].y_axis.width() == max(view.left_room() for view in views) > min(view.left_room() for view in views)
    edges = {view.mapTo(panel, place(view, 0.0, 0.0)).x() for view in views}
    assert len(edges) == 1


@pytest.mark.parametrize(
    "spares", [(0, 80, 160), pytest.param((1, 40, 240), marks=pytest.mark.slow)], ids=["few", "others"]
)
def test_no_control_is_lost_at_any_width(qtbot, panel, spares):
    panel.apply_view({"curves": list(CURVES), "curves_smoothing": [100_000] * len(CURVES)})
    least = panel.minimumSizeHint().width()
    assert least <= 260
    for spare in spares:
        panel.resize(least + spare, 700)
        inside = panel.viewport()
        for key, card in panel.cards.items():
            qtbot.waitUntil(lambda card=card, inside=inside: card.width() == inside.width())
            parts = [control(panel, key, name) for name in ("log_x", "log_y", "menu")]
            smoothing = control(panel, key, "smoothing", QSlider)
            if smoothing.isVisible():
                parts.append(smoothing)
            else:
                assert not CURVES[key].columns or submenu(panel, "Smoothing", key)["over 100,000 updates"].isChecked()
            for part in parts:
                assert part.isVisible() and part.width() >= min(part.sizeHint().width(), part.maximumWidth())
                edges = (part.mapTo(inside, corner) for corner in (part.rect().topLeft(), part.rect().topRight()))
                assert all(0 <= edge.x() < inside.width() for edge in edges)
            assert card.findChild(ElidedLabel, "cardTitle").width() >= 56
            assert card.view.area.width() > 100.0
        assert control(panel, "loss", "smoothing", QSlider).isVisible() == (spare >= 160)
        panel.grab()


def test_an_elided_title_is_told(qtbot, panel):
    panel.show_curves(["loss", "excess_loss"])
    panel.resize(350, 800)
    title = panel.cards["excess_loss"].findChild(ElidedLabel, "cardTitle")
    qtbot.waitUntil(lambda: title.toolTip() == "Loss above the minimum")


def test_a_splitter_cannot_make_the_panel_narrower_than_its_parts(qtbot):
    splitter, panel = QSplitter(), CurvePanel(DARK)
    qtbot.addWidget(splitter)
    splitter.addWidget(QFrame())
    splitter.addWidget(panel)
    splitter.setChildrenCollapsible(False)
    splitter.resize(900, 700)
    with qtbot.waitExposed(splitter):
        splitter.show()
    splitter.setSizes([880, 20])
    qtbot.waitUntil(lambda: panel.width() == panel.minimumSizeHint().width())


def test_cards_that_outgrow_their_axis_are_drawn_anew_one_after_the_other(qtbot, panel):
    def ends():
        return [x_of(panel, key)[1] for key in panel.cards]

    qtbot.waitUntil(lambda: np.ptp(ends()) < 1e-6)
    before = ends()[0]
    panel.refresh(picture_of(run_of(history_of(np.ones(5000)), 0)))
    assert sorted(end > before for end in ends()) == [False, False, True]
    qtbot.waitUntil(lambda: np.ptp(ends()) < 1e-6)
    panel.refresh(picture_of(run_of(history_of(np.ones(10)), 0)))
    assert np.ptp(ends()) < 1e-6 and ends()[0] < 20  # another past is shown at once


def test_header_controls(qtbot, panel):
    card = panel.cards["loss"]
    with qtbot.waitSignal(panel.view_changed):
        card.findChild(QToolButton, "loss_log_x").click()
    assert card.view.x_axis.type.log
    slider = card.findChild(QSlider, "loss_smoothing")
    with qtbot.waitSignal(panel.view_changed) as changed:
        slider.setValue(8)
    assert changed.args[0]["curves_smoothing"] == [100, 0, 0]
    assert card.view.model.lines[1].strong is not card.view.model.lines[1].bins
    for control in (*card.findChildren(QToolButton), slider, card.view):
        assert control.accessibleName() and control.objectName()
    panel.grab()


def test_a_zoom_on_a_linear_axis_reaches_a_logarithmic_one_and_comes_back(panel):
    log_x = control(panel, "gradient_norm", "log_x")
    log_x.click()
    low, high = x_of(panel)
    drag(view_of(panel), (0.0, 0.5), (0.25, 0.5))
    zoomed, log = x_of(panel), x_of(panel, "gradient_norm")
    assert zoomed == pytest.approx((low, low + (high - low) / 4), rel=0.03)
    assert zoomed[0] < 0.0 < log[0] < log[1] == pytest.approx(zoomed[1])
    log_x.click()
    assert x_of(panel, "gradient_norm") == pytest.approx(zoomed)
    log_x.click()
    turn(view_of(panel, "gradient_norm"))
    assert x_of(panel) == pytest.approx(x_of(panel, "gradient_norm"))


def test_a_menu_opened_again_leaves_nothing_of_the_last(panel):
    menu, kept = panel.cards["loss"].menu, []
    for _ in range(5):
        menu.aboutToShow.emit()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        gc.collect()
        kept.append(sum(type(each) in (QMenu, QAction) for each in gc.get_objects()))
    assert kept[1:] == kept[:-1]
    titles = [part.title() for part in menu.findChildren(QMenu)]
    assert titles == ["Curves", "X axis", "Smoothing", "X axis type", "Y axis type", "Mouse"]


def test_the_menu_chooses_curves_and_the_x_axis(qtbot, panel):
    offered = submenu(panel, "Curves")
    titles = [CURVES[key].title for key in offered_keys() if CURVES[key].columns and key != "gain"]
    assert list(offered) == titles and titles[0] == "Loss" and titles[-1] == "Step / parameters"
    axes = submenu(panel, "X axis")
    assert not axes["seconds of own computation"].isEnabled()
    with qtbot.waitSignal(panel.view_changed):
        axes["epochs"].trigger()
    assert panel.view()["curves_along"] == "epochs"
    assert x_of(panel)[1] == pytest.approx(200, rel=0.1)
    with qtbot.waitSignal(panel.view_changed):
        submenu(panel, "Curves")["Step length"].trigger()
    assert list(panel.cards) == ["loss", "gradient_norm", "learning_rate", "step_norm"]
    with qtbot.waitSignal(panel.view_changed):
        opened(panel, "step_norm")["Hide this curve"].trigger()
    assert list(panel.cards) == ["loss", "gradient_norm", "learning_rate"]


def test_the_menu_chooses_smoothing_and_shows_everything(qtbot, panel):
    smoothing = submenu(panel, "Smoothing")
    assert smoothing["Off"].isChecked()
    with qtbot.waitSignal(panel.view_changed) as changed:
        smoothing["over 1,000 updates"].trigger()
    assert changed.args[0]["curves_smoothing"] == [1000, 0, 0]
    drag(view_of(panel), (0.2, 0.5), (0.4, 0.5))
    opened(panel)["View all"].trigger()
    assert not any(card.view.is_zoomed for card in panel.cards.values())
    assert not opened(panel)["View all"].isEnabled()


def test_a_new_curve_is_zoomed_like_the_others(panel):
    drag(view_of(panel), (0.2, 0.5), (0.4, 0.5))
    panel.show_curves([*panel.cards, "step_norm"])
    assert x_of(panel, "step_norm") == pytest.approx(x_of(panel))


def test_the_last_curve_stays(panel):
    panel.show_curves([])
    panel.show_curves(["x"])
    panel.show_curves([])
    assert list(panel.cards) == ["x"]


def test_view_settings_come_back(qtbot, panel, picture):
    panel.apply_view(
        {
            "curves": ["x", "loss"],
            "curves_along": "examples",
            "curves_x_types": ["linear", "log"],
            "curves_y_types": ["symlog", "linear"],
            "curves_smoothing": [0, 1000],
        }
    )
    panel.refresh(picture)
    other = CurvePanel(LIGHT)
    qtbot.addWidget(other)
    other.apply_view(panel.view())
    assert other.view() == panel.view()
    assert list(other.cards) == ["x", "loss"]
    assert [card.style_shown.y_type for card in other.cards.values()] == ["symlog", "linear"]


@pytest.mark.parametrize(
    "junk",
    [
        {},
        {"curves": ["no such curve"], "curves_along": "fortnights", "curves_smoothing": ["much"]},
        {
            "curves": 3,
            "curves_log_x": 1.5,
            "curves_log_y": "loss",
            "curves_smoothing": "x",
            "curves_along": 7,
            "curves_x_types": "log",
            "curves_y_types": ["cube", 3, None],
        },
    ],
)
def test_view_settings_that_make_no_sense_are_passed_over(panel, junk):
    before = panel.view()
    panel.apply_view(junk)
    assert panel.view() == before


def test_export_and_copy(qtbot, panel):
    actions = opened(panel)
    with qtbot.waitSignal(panel.export_wanted) as wanted:
        actions["Export…"].trigger()
    assert wanted.args == ["loss"]
    panel.set_cursor(700)
    before, view = view_of(panel).grab().toImage(), view_of(panel)
    actions["Copy image"].trigger()
    image = QGuiApplication.clipboard().image()
    assert image.width() == 2 * view.width() and image.height() > 2 * view.height()
    colours = {image.pixelColor(x, y).name() for x in range(0, image.width(), 2) for y in range(image.height() - 60)}
    assert {colour.name() for colour in DARK.run_colours[:2]} <= colours and DARK.text.name() in colours
    assert view.grab().toImage() == before and view.cursor_update == 700


@pytest.mark.parametrize("whole", ["surface"], indirect=True)
@pytest.mark.parametrize("name", list(HARD))
def test_every_history_can_be_painted(qtbot, whole, name):
    panel, loss, theme = whole, HARD[name], _theme_of(name)
    panel.set_theme(theme)
    panel.refresh(picture_of(run_of(history_of(loss), status="diverged"), run_of(history_of(loss), 1), cursor=3))
    assert list(panel.cards) == list(CURVES)
    qtbot.waitUntil(lambda: all(card.isVisible() for card in panel.cards.values()), timeout=MANY_CURVES)
    for number, cursor in enumerate((None, 0, len(loss) // 2, 10**9)):
        panel.set_cursor(cursor)
        for key in list(panel.cards)[number % 2 :: 2]:
            view_of(panel, key).grab()
    panel.set_cursor(None)  # and with it the read-out, which has the runs' colours
    control(panel, "loss", "log_y").setChecked(False)
    assert coloured(view_of(panel).grab().toImage(), theme) == bool(len(loss))


def _theme_of(name):
    """One of the themes, so that half of all histories are painted in each."""
    return (DARK, LIGHT)[list(HARD).index(name) % 2]


def test_a_hidden_panel_catches_up_when_it_is_shown(qtbot, panel, picture):
    panel.hide()
    short = picture_of(run_of(history_of(HARD["two"])))
    panel.refresh(short)
    panel.show()
    assert view_of(panel).model.newest == 1


def test_shows_a_real_session(qtbot, panel):
    session = Session(
        new_experiment("rosenbrock", [new_run("adam", learning_rate=0.03), new_run("sgd", learning_rate=1.0)])
    )
    for _ in range(3):
        session.advance(50)
        panel.refresh(session.picture())
    model = view_of(panel).model
    assert model.newest == 149
    recorded = session.picture().runs[0].history.column("loss")[0]
    assert model.values(100)[0][2] == recorded[100]
    assert model.lines[1].diverged
    panel.grab()


@pytest.fixture
def networks():
    return network_of(run_of(history_of(HARD["smooth"])), run_of(history_of(HARD["noisy"]), 1))


FIRST_OF_NETWORKS = ["losses", "score", "gradient_norm"]


def show(panel, picture, *clocks, **how):
    """Show a picture; the curves of another kind of problem take some frames."""
    panel.refresh(picture, *clocks, **how)
    while not panel.settled:
        panel.refresh(picture, *clocks, **how)


def select(panel, id):
    """Select a run, which the next picture shows."""
    panel.set_selected(id)
    panel.refresh(panel.cards["loss" if "loss" in panel.cards else "losses"].view.model.picture)


def titles_of(panel):
    return [card.findChild(ElidedLabel, "cardTitle").text() for card in panel.cards.values()]


def test_each_kind_of_problem_brings_its_curves(panel, picture, networks):
    surface = panel.view()
    show(panel, networks)
    assert list(panel.cards) == FIRST_OF_NETWORKS
    assert [card.view.y_axis.type.name for card in panel.cards.values()] == ["log", "linear", "log"]
    assert [card.style_shown.names_axis for card in panel.cards.values()] == [False, False, True]
    show(panel, picture)
    assert panel.view() == surface
    panel.grab()


def test_a_frame_makes_one_curve_of_another_kind_and_all_appear_together(new_panel, picture, networks):
    panel = new_panel
    before, made = list(panel.cards), [len(panel.findChildren(CurveView))]
    while not panel.settled or len(made) == 1:
        panel.refresh(networks)
        made.append(len(panel.findChildren(CurveView)))
        assert list(panel.cards) == (FIRST_OF_NETWORKS if panel.settled else before)
        visible = {card.curve.key for card in panel.findChildren(CurveCard) if card.isVisible()}
        assert panel.settled or visible == set(before)
    assert max(after - count for count, after in pairwise(made)) == 1


def test_what_was_chosen_for_a_kind_comes_back_with_it(new_panel, picture, networks):
    new_panel.show_curves(["x", "y"])
    show(new_panel, networks)
    assert list(new_panel.cards) == FIRST_OF_NETWORKS
    new_panel.show_curves(["penalty", "layer_dead"])
    submenu(new_panel, "Y axis type", "penalty")["Logarithmic"].trigger()
    chosen = new_panel.view()
    show(new_panel, picture)
    assert list(new_panel.cards) == ["x", "y"]
    show(new_panel, networks)
    assert new_panel.view() == chosen


def test_the_curves_of_a_file_come_with_its_problem(panel, picture, networks):
    view = {"curves": ["layer_dead", "losses"], "curves_y_types": ["log", "linear"], "curves_along": "epochs"}
    panel.apply_view(view, "network")
    show(panel, picture)  # of the old problem, on its way while the file was opened
    assert list(panel.cards) == ["loss", "gradient_norm", "learning_rate"]
    show(panel, networks)
    assert list(panel.cards) == ["layer_dead", "losses"]
    assert {name: panel.view()[name] for name in view} == view
    panel.apply_view({}, "surface")
    show(panel, picture)
    assert list(panel.cards) == ["loss", "gradient_norm", "learning_rate"]


def test_a_curve_that_comes_back_is_not_made_again_and_is_as_if_it_were_new(new_panel, picture, networks):
    """To make a plot takes longer than a frame, and pyqtgraph leaves cycles of garbage behind it."""
    panel = new_panel
    panel.grab()
    fresh = {key: panel.cards[key].grab().toImage() for key in ("loss", "learning_rate")}
    first = panel.cards["learning_rate"]
    submenu(panel, "Y axis type", "learning_rate")["Logarithmic"].trigger()
    first.view.choose_x((10.0, 100.0))
    panel.set_cursor(10)
    held = weakref.ref(first.view.model.lines[0])
    show(panel, networks)
    assert first.isHidden() and held() is None
    assert first.view.model.picture is None and first.view.model.raster.image.isNull()
    made = {id(view) for view in panel.findChildren(CurveView)}
    panel.set_theme(LIGHT)
    panel.set_theme(DARK)
    panel.set_cursor(None)
    panel.apply_view({}, "surface")
    for _ in range(2):
        show(panel, picture)
        settle_layouts()
        assert panel.cards["learning_rate"] is first and first.isVisible()
        assert {key: panel.cards[key].grab().toImage() for key in fresh} == fresh
        show(panel, networks)
        settle_layouts()
        assert {id(view) for view in panel.findChildren(CurveView)} == made
    panel.show_curves(list(CURVES))
    panel.show_curves(["losses"])
    idle_deletions()
    assert len(panel.findChildren(CurveView)) == 1 + MOST_SPARE


def test_the_curves_of_another_document_are_made_one_a_frame_while_the_former_stay(panel, picture):
    before = dict(panel.cards)
    panel.apply_view({"curves": ["x", "loss", "y"], "curves_y_types": ["linear", "log", "linear"]}, "surface")
    assert panel.cards == before and not panel.settled
    assert panel.view()["curves"] == ["x", "loss", "y"], "what is saved meanwhile is what the document says"
    for _ in range(2):
        panel.refresh(picture)
        assert panel.cards == before and not panel.settled
    panel.refresh(picture)
    assert list(panel.cards) == ["x", "loss", "y"] and panel.cards["loss"] is before["loss"] and panel.settled
    assert panel.cards["loss"].style_shown.y_type == "log"
    panel.apply_view({"curves": ["loss", "x"]}, "surface")
    assert list(panel.cards) == ["loss", "x"], "those that are there are shown at once"
    panel.apply_view({"curves": ["learning_rate"]}, "surface")
    panel.show_curves(["x"])
    show(panel, picture)
    assert list(panel.cards) == ["x"], "what a hand has chosen meanwhile holds"


def test_bits_are_among_the_first_curves_of_a_text_and_of_no_others(panel, picture, networks):
    text = network_of(run_of(history_of(HARD["smooth"])), text=True)
    texts = ["bits", *FIRST_OF_NETWORKS]
    for shown, keys in ((text, texts), (networks, FIRST_OF_NETWORKS), (text, texts)):
        show(panel, shown)
        assert list(panel.cards) == keys
        show(panel, picture)
        assert "bits" not in panel.cards
        show(panel, shown)
        assert list(panel.cards) == keys
    panel.apply_view({"curves": ["bits", "score"]}, "network")  # a file of a text
    show(panel, text)
    assert list(panel.cards) == ["bits", "score"]
    show(panel, networks)
    assert list(panel.cards) == FIRST_OF_NETWORKS, "what the file chose means nothing here"
    for view, keys in (({"curves": ["score", "losses"]}, ["score", "losses"]), ({}, texts)):
        panel.apply_view(view, "network")
        show(panel, text)
        assert list(panel.cards) == keys
    panel.show_curves(["losses"])  # by hand
    show(panel, networks)
    panel.apply_view({}, "network")
    show(panel, text)
    assert list(panel.cards) == ["losses"]


@pytest.mark.parametrize(("purpose", "score"), [("classification", "Accuracy"), ("regression", "R²")])
def test_titles_tell_what_is_shown(panel, networks, purpose, score):
    networks.subject = network_of(purpose=purpose).subject
    show(panel, networks)
    panel.show_curves(["losses", "score", "loss", "layer_delta_norm"])
    assert titles_of(panel) == ["Training and validation loss", score, "Loss, running batch", "Delta norm by layer"]
    offered = submenu(panel, "Curves")
    assert score in offered and "Parameter x" not in offered and "Loss above the minimum" not in offered


def test_a_legend_names_lines_and_layers_and_whose_they_are(panel, networks):
    def told(key):
        return panel.cards[key].findChild(Legend).accessibleDescription()

    show(panel, networks)
    panel.show_curves(["losses", "penalty", "gradient_norm", "layer_dead"])
    select(panel, "run1")
    assert told("losses") == "training, validation"
    assert told("layer_dead") == "Run 1, hidden 1, hidden 2, output"
    select(panel, "run0")
    assert told("layer_dead") == "Run 0, hidden 1, hidden 2, output"
    assert [card.findChild(Legend).isHidden() for card in panel.cards.values()] == [False, True, True, False]


def test_a_legend_takes_as_many_rows_as_it_needs(qtbot, panel, networks):
    deep = (*(f"hidden {place}" for place in range(1, 9)), "output")
    show(panel, network_of(run_of(history_of(HARD["smooth"])), layers=deep))
    panel.show_curves(["layer_dead"])
    legend = panel.cards["layer_dead"].findChild(Legend)
    panel.resize(1200, 500)
    qtbot.waitUntil(lambda: legend.width() > 1000)
    row = legend.height()
    panel.resize(320, 500)
    qtbot.waitUntil(lambda: legend.width() < 320)
    assert 1.8 * row < legend.height() <= 3.2 * row
    least = panel.minimumSizeHint().width()
    panel.resize(least, 500)
    qtbot.waitUntil(lambda: legend.width() < least)
    assert 2.8 * row < legend.height() <= 6.2 * row


def test_what_is_measured_is_not_smoothed(qtbot, panel, networks):
    show(panel, networks)
    panel.show_curves(["losses", "loss"])
    assert panel.cards["losses"].findChild(QSlider, "losses_smoothing").isHidden()
    qtbot.waitUntil(lambda: not panel.cards["loss"].findChild(QSlider, "loss_smoothing").isHidden())
    panel.apply_view({"curves": ["losses"], "curves_smoothing": [100]})
    lines = view_of(panel, "losses").model.lines
    assert lines and all(line.strong is line.bins for line in lines)
    panel.grab()


def test_measured_curves_are_drawn_one_in_a_frame_and_each_has_its_turn(qtbot, panel):
    keys = ["losses", "score", "penalty"]
    whole = network_of(run_of(history_of(np.ones(2000))))
    show(panel, whole)
    panel.show_curves(keys)
    drawn = set()
    for updates in range(1000, 1006):
        before = {key: view_of(panel, key).model.raster.image.cacheKey() for key in keys}
        show(panel, network_of(run_of(history_of(np.ones(updates)))))
        new = {key for key in keys if view_of(panel, key).model.raster.image.cacheKey() != before[key]}
        assert len(new) <= 1
        drawn |= new
    assert drawn == set(keys)
    qtbot.waitUntil(lambda: not any(line.fresh for key in keys for line in view_of(panel, key).model.lines))


@pytest.mark.parametrize("whole", ["network"], indirect=True)
@pytest.mark.parametrize("name", list(HARD))
def test_every_network_can_be_painted(qtbot, whole, name):
    panel = whole
    panel.set_theme(_theme_of(name))
    runs = [run_of(history_of(HARD[name]), number, status="diverged") for number in range(2)]
    show(panel, network_of(*runs))
    assert list(panel.cards) == OF_NETWORKS
    qtbot.waitUntil(lambda: all(card.isVisible() for card in panel.cards.values()), timeout=MANY_CURVES)
    for number, cursor in enumerate((None, 0, len(HARD[name]) // 2, 10**9)):
        panel.set_cursor(cursor)
        for card in list(panel.cards.values())[number % 2 :: 2]:
            assert card.view.grab().size() == card.view.size()


@each("key", CURVES)
def test_every_curve_can_be_copied(panel, networks, key):
    show(panel, networks)
    panel.show_curves([key])
    panel.cards[key].copy_image()
    image, view = QGuiApplication.clipboard().image(), view_of(panel, key)
    assert image.width() == 2 * view.width() and image.height() > 2 * view.height()


def test_the_menu_of_a_curve_goes_with_it_and_acts_on_no_other(panel, picture):
    """Another kind of problem, another document, another selected run: all may come while it is open."""
    show(panel, picture)
    panel.show_curves(["loss", "gradient_norm"])
    card = panel.cards["loss"]
    card._open_menu()
    copying = next(action for action in card.menu.actions() if action.text() == "Copy image")
    assert card.menu.isVisible()
    panel.set_selected("another")
    assert not card.menu.isVisible(), "it offered a branch of the run before"
    card._open_menu()
    panel.hide()
    assert not card.menu.isVisible()
    panel.show()
    card._open_menu()
    panel.show_curves(["gradient_norm"])
    assert not card.menu.isVisible() and "loss" not in panel.cards
    next(action for action in card.menu.actions() if action.text() == "Copy image").trigger()
    image = QGuiApplication.clipboard().image()
    assert image.size() == card.view.image().size() and copying is not None


def test_a_hurried_refresh_leaves_what_costs_too_much_to_the_next_frame(qtbot, panel, monkeypatch):
    monkeypatch.setattr("app.curves.curve_panel.BUDGET", -1.0)  # every curve costs too much
    lengths = [len(card.view.model.lines[0].numbers()[0]) for card in panel.cards.values()]
    later = picture_of(run_of(grown(history_of(HARD["smooth"]), 50)))
    show(panel, later, hurried=True)
    assert [len(card.view.model.lines[0].numbers()[0]) for card in panel.cards.values()] == lengths
    qtbot.waitUntil(lambda: all(len(c.view.model.lines[0].numbers()[0]) != lengths[0] for c in panel.cards.values()))


# Where the pointer is


def test_only_the_curve_that_is_pointed_at_tells_all_values(panel):
    def telling():
        return [key for key, card in panel.cards.items() if card.view.tells_all]

    point(view_of(panel), 0.5)
    assert telling() == ["loss"]
    panel.set_cursor(panel.cards["loss"].view.cursor_update)  # as the window says it once more
    assert telling() == ["loss"]
    point(view_of(panel, "gradient_norm"), 0.5)
    assert telling() == ["gradient_norm"]
    panel.set_cursor(10)  # pointed at on the stage
    assert telling() == [] and {card.view.cursor_update for card in panel.cards.values()} == {10}


def test_another_curve_tells_the_value_of_the_selected_run(panel):
    panel.set_cursor(1200)
    view = view_of(panel)
    shown = {}
    for run in panel.cards["loss"].view.model.picture.runs[:2]:
        select(panel, run.id)
        shown[run.id] = view.grab().toImage()
    first, second = shown.values()
    assert first != second


def test_values_are_told_from_the_largest_down(panel):
    model = view_of(panel).model
    rows = rows_at(model, model.values(250))
    told = [value for _, _, value in model.values(250)]
    names = [line.run.name for line, _, _ in model.values(250)]
    assert [row.name for row in rows] == [name for _, name in sorted(zip(told, names, strict=True), reverse=True)]


# What no longer applies


@pytest.mark.parametrize("along", ["epochs", "examples", "seconds", "path"])
def test_runs_that_begin_again_leave_no_curve_behind_on_any_axis(panel, along):
    clocks = {"run0": (np.array([0.0, 1000.0, 2000.0]), np.array([0.0, 1.0, 2.0]))}
    examples = np.array([0.0, 2000.0]), np.array([0.0, 200_000.0])
    panel.show_along(along)
    show(panel, picture_of(run_of(history_of(HARD["smooth"]), examples=examples)), clocks)
    assert view_of(panel).model.lines
    begun = np.array([0.0]), np.array([0.0])
    show(panel, picture_of(run_of(history_of([]), examples=begun)))
    assert not view_of(panel).model.lines and note(view_of(panel).model, view_of(panel).scales[1])


def test_each_kind_of_problem_has_its_own_x_axis(panel, picture):
    panel.show_along("examples")
    show(panel, network_of())
    assert panel.view()["curves_along"] == "updates"
    panel.show_along("epochs")
    show(panel, picture)
    assert panel.view()["curves_along"] == "examples"
    panel.apply_view({}, "surface")  # another document, which says nothing of it
    assert panel.view()["curves_along"] == "updates"


def test_the_wheel_scrolls_a_column_that_is_too_low_and_zooms_with_control(panel):
    panel.resize(430, 200)
    panel.grab()
    bar, view = panel.verticalScrollBar(), view_of(panel)
    assert bar.maximum() > 0
    before = x_of(panel)
    turn(view, 0.5, 0.2, -1.0)
    assert bar.value() > 0 and x_of(panel) == before
    bar.setValue(0)
    turn(view, 0.5, 0.2, 1.0, Qt.KeyboardModifier.ControlModifier)
    assert x_of(panel) != before and bar.value() == 0


def test_smoothing_says_what_it_is_at_rest(panel):
    panel.resize(430, 800)
    card = panel.cards["loss"]
    words = {label.text() for label in card.findChildren(QLabel) if label.isVisible()}
    assert "smooth" in words
    panel.cards["loss"].findChild(QSlider, "loss_smoothing").setValue(5)
    words = {label.text() for label in card.findChildren(QLabel) if label.isVisible()}
    assert "20" in words and "smooth" not in words
