from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QSlider, QToolButton

from app.curves.curve_catalogue import CURVES
from app.curves.curve_panel import CurvePanel
from app.curves.legend import Legend
from app.look.theme import DARK, LIGHT
from app.widgets.elided import ElidedLabel
from engine import Session, Setting, Tweak, new_experiment, new_run
from tests.app.curves.histories import HARD, history_of, network_of, picture_of, run_of


@pytest.fixture
def picture():
    tweak = Tweak(512, Setting.of("optimizer.beta1"), 0.97)
    return picture_of(
        run_of(history_of(HARD["smooth"]), 0, tweaks=(tweak,)),
        run_of(history_of(HARD["noisy"]), 1),
        run_of(history_of(HARD["diverging"]), 2, status="diverged"),
    )


@pytest.fixture
def panel(qtbot, picture):
    panel = CurvePanel(DARK)
    qtbot.addWidget(panel)
    panel.resize(430, 800)
    with qtbot.waitExposed(panel):
        panel.show()
    panel.refresh(picture)
    panel.grab()
    return panel


def view_of(panel, key="loss"):
    return panel.cards[key].view


def coloured(image, theme):
    """Whether something in about the colour of one of the first two runs is seen."""
    shape = image.height(), image.bytesPerLine() // 4, 4
    seen = np.frombuffer(image.constBits(), np.uint8).reshape(shape)[:, : image.width(), 2::-1].astype(int)
    colours = [colour.getRgb()[:3] for colour in theme.run_colours[:2]]
    return any((np.abs(seen - colour).max(axis=2) < 60).any() for colour in colours)


def middle(view, across=0.5, down=0.5):
    plot = view.plot.frame.plot
    return QPoint(round(plot.left() + across * plot.width()), round(plot.top() + down * plot.height()))


def drag(view, begin, end):
    QTest.mousePress(view, Qt.MouseButton.LeftButton, pos=begin)
    QTest.mouseMove(view, (begin + end) / 2)
    QTest.mouseMove(view, end)
    view.grab()
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, pos=end)


def test_begins_with_loss_gradient_norm_and_learning_rate(panel):
    assert list(panel.cards) == ["loss", "gradient_norm", "learning_rate"]
    assert [card.style_shown.log_y for card in panel.cards.values()] == [True, True, False]
    assert [card.style_shown.names_axis for card in panel.cards.values()] == [False, False, True]


def test_refresh_and_set_never_emit(qtbot, panel):
    heard = []
    for signal in (panel.cursor_moved, panel.view_changed, panel.export_wanted, panel.picked):
        signal.connect(lambda *values: heard.append(values))
    wanted = {
        "curves": ["loss", "step_norm"],
        "curves_along": "examples",
        "curves_log_x": ["loss"],
        "curves_log_y": ["step_norm"],
        "curves_smoothing": [20, 0],
    }
    assert panel.view() != wanted
    panel.refresh(picture_of(run_of(history_of(HARD["negative"])), run_of(history_of(HARD["two"]), 1)))
    panel.set_cursor(10)
    panel.set_selected("run1")
    panel.set_theme(LIGHT)
    panel.apply_view(wanted)
    panel.set_log_y("step_norm", False)
    panel.grab()
    assert panel.view() == {**wanted, "curves_log_y": []}
    assert [len(card.view.plot.traces) for card in panel.cards.values()] == [2, 2]
    assert {card.view.cursor_update for card in panel.cards.values()} == {10}
    assert heard == []


def test_the_pointer_moves_one_cursor_through_all_curves(qtbot, panel):
    view = view_of(panel)
    with qtbot.waitSignal(panel.cursor_moved) as moved:
        QTest.mouseMove(view, middle(view))
    update = moved.args[0]
    assert abs(update - 1000) < 30
    assert {card.view.cursor_update for card in panel.cards.values()} == {update}
    values = {line.run.id: value for line, _, value in view.plot.values(update)}
    assert values["run0"] == HARD["smooth"][update]
    assert np.isnan(values["run2"])
    panel.grab()
    with qtbot.waitSignal(panel.cursor_moved) as moved:
        QApplication.sendEvent(view, QEvent(QEvent.Type.Leave))
    assert moved.args == [None]


def test_clicking_picks_the_update(qtbot, panel):
    view = view_of(panel)
    with qtbot.waitSignal(panel.picked) as picked:
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=middle(view, 0.25))
    assert abs(picked.args[0] - 500) < 30


def test_a_box_zooms_and_a_double_click_goes_back(panel):
    view = view_of(panel)
    whole = view.plot.frame
    drag(view, middle(view, 0.2, 0.2), middle(view, 0.4, 0.6))
    zoomed = view.plot.frame
    assert zoomed.x.low == pytest.approx(400, abs=30) and zoomed.x.high == pytest.approx(800, abs=30)
    assert zoomed.y.high < whole.y.high and zoomed.y.low > whole.y.low
    assert view_of(panel, "learning_rate").plot.frame.x.low == zoomed.x.low
    QTest.mouseDClick(view, Qt.MouseButton.LeftButton, pos=middle(view))
    assert view.plot.frame == whole


def test_the_wheel_zooms_about_the_pointer(panel):
    view = view_of(panel)
    place, before = QPointF(middle(view, 0.25)), view.plot.frame.x
    turn = QWheelEvent(
        place, view.mapToGlobal(place), QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(view, turn)
    after = view.plot.frame.x
    assert after.high - after.low < 0.8 * (before.high - before.low)
    assert after.value(place.x()) == pytest.approx(before.value(place.x()))


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
    assert changed.args[0]["curves_log_y"] == ["gradient_norm"]
    drag(view, middle(view, 0.2), middle(view, 0.4))
    QTest.keyClick(view, Qt.Key.Key_0)
    assert view.plot.x_range is None and view.plot.y_range is None


def test_the_cursor_moves_by_single_updates_when_zoomed_in(panel):
    view = view_of(panel)
    view.set_x_range((100.0, 104.0))
    panel.set_cursor(102)
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert view.cursor_update == 103


def test_a_header_fits_a_narrow_column_and_an_elided_title_is_told(qtbot, panel):
    panel.show_curves(list(CURVES))
    panel.apply_view({"curves": list(CURVES), "curves_smoothing": [100_000] * len(CURVES)})
    panel.resize(320, 800)
    title = panel.cards["excess_loss"].findChild(ElidedLabel, "cardTitle")
    qtbot.waitUntil(lambda: title.toolTip() == "Loss above the minimum")
    for card in panel.cards.values():
        assert card.minimumSizeHint().width() <= 310
        more = card.findChild(QToolButton, f"{card.curve.key}_menu")
        assert more.mapTo(panel, more.rect().topRight()).x() < panel.viewport().width()


def test_cards_that_outgrow_their_axis_are_drawn_anew_one_after_the_other(qtbot, panel):
    def ends():
        return [card.view.plot.frame.x.high for card in panel.cards.values()]

    qtbot.waitUntil(lambda: len(set(ends())) == 1)
    before = ends()[0]
    panel.refresh(picture_of(run_of(history_of(np.ones(5000)), 0)))
    assert ends()[0] > before and ends()[1:] == [before] * 2
    qtbot.waitUntil(lambda: len(set(ends())) == 1)
    panel.refresh(picture_of(run_of(history_of(np.ones(10)), 0)))
    assert len(set(ends())) == 1 and ends()[0] < 20  # another past is shown at once


def test_header_controls(qtbot, panel):
    card = panel.cards["loss"]
    with qtbot.waitSignal(panel.view_changed):
        card.findChild(QToolButton, "loss_log_x").click()
    assert card.view.plot.frame.x.log
    slider = card.findChild(QSlider, "loss_smoothing")
    with qtbot.waitSignal(panel.view_changed) as changed:
        slider.setValue(8)
    assert changed.args[0]["curves_smoothing"] == [100, 0, 0]
    assert card.view.plot.lines[1].strong is not card.view.plot.lines[1].bins
    for control in (*card.findChildren(QToolButton), slider, card.view):
        assert control.accessibleName() and control.objectName()
    panel.grab()


def test_a_zoom_on_a_linear_axis_reaches_a_logarithmic_one(panel):
    panel.cards["gradient_norm"].findChild(QToolButton, "gradient_norm_log_x").click()
    span = view_of(panel).plot.frame.x
    panel._zoom((span.low, span.high / 4))
    panel.grab()
    shown, log = view_of(panel).plot.frame.x, view_of(panel, "gradient_norm").plot.frame.x
    assert shown.low < 0.0 < log.low < log.high == shown.high


def test_a_menu_opened_again_leaves_nothing_of_the_last(panel):
    menu = panel.cards["loss"].menu
    for _ in range(5):
        menu.aboutToShow.emit()
        QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert [part.title() for part in menu.findChildren(type(menu))] == ["Curves", "X axis"]


def test_the_menu_chooses_curves_and_the_x_axis(qtbot, panel):
    panel.cards["loss"].menu.aboutToShow.emit()
    menus = {menu.title(): menu for menu in panel.cards["loss"].menu.findChildren(type(panel.cards["loss"].menu))}
    offered = {action.text(): action for action in menus["Curves"].actions()}
    assert list(offered) == [curve.title for curve in CURVES.values() if curve.columns]
    axes = {action.text(): action for action in menus["X axis"].actions()}
    assert not axes["seconds"].isEnabled()
    with qtbot.waitSignal(panel.view_changed):
        axes["epochs"].trigger()
    assert panel.view()["curves_along"] == "epochs"
    assert view_of(panel).plot.frame.x.high == pytest.approx(200, rel=0.1)
    with qtbot.waitSignal(panel.view_changed):
        offered["Step length"].trigger()
    assert list(panel.cards) == ["loss", "gradient_norm", "learning_rate", "step_norm"]
    panel.grab()


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
            "curves_log_x": ["loss"],
            "curves_log_y": [],
            "curves_smoothing": [0, 1000],
        }
    )
    panel.refresh(picture)
    other = CurvePanel(LIGHT)
    qtbot.addWidget(other)
    other.apply_view(panel.view())
    assert other.view() == panel.view()
    assert list(other.cards) == ["x", "loss"]


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
        },
    ],
)
def test_view_settings_that_make_no_sense_are_passed_over(panel, junk):
    before = panel.view()
    panel.apply_view(junk)
    assert panel.view()["curves"] == before["curves"]


def test_export_and_copy(qtbot, panel):
    panel.cards["loss"].menu.aboutToShow.emit()
    actions = {action.text(): action for action in panel.cards["loss"].menu.actions()}
    with qtbot.waitSignal(panel.export_wanted) as wanted:
        actions["Export…"].trigger()
    assert wanted.args == ["loss"]
    frame = view_of(panel).plot.frame
    actions["Copy image"].trigger()
    image = QGuiApplication.clipboard().image()
    assert image.width() == 2 * view_of(panel).width() and image.height() > 2 * view_of(panel).height()
    assert view_of(panel).plot.frame == frame


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_every_history_can_be_painted(qtbot, panel, theme, hard_loss):
    panel.set_theme(theme)
    panel.show_curves(list(CURVES))
    panel.refresh(
        picture_of(run_of(history_of(hard_loss), status="diverged"), run_of(history_of(hard_loss), 1), cursor=3)
    )
    for cursor in (None, 0, len(hard_loss) // 2, 10**9):
        panel.set_cursor(cursor)
        for key in panel.cards:
            view_of(panel, key).grab()
    panel.set_cursor(None)  # and with it the read-out, which has the runs' colours
    panel.set_log_y("loss", False)
    assert coloured(view_of(panel).grab().toImage(), theme) == bool(len(hard_loss))


def test_a_hidden_panel_catches_up_when_it_is_shown(qtbot, panel, picture):
    panel.hide()
    short = picture_of(run_of(history_of(HARD["two"])))
    panel.refresh(short)
    panel.show()
    assert view_of(panel).plot.newest == 1


def test_shows_a_real_session(qtbot, panel):
    session = Session(
        new_experiment("rosenbrock", [new_run("adam", learning_rate=0.03), new_run("sgd", learning_rate=1.0)])
    )
    for _ in range(3):
        session.advance(50)
        panel.refresh(session.picture())
    plot = view_of(panel).plot
    assert plot.newest == 149
    recorded = session.picture().runs[0].history.column("loss")[0]
    assert plot.values(100)[0][2] == recorded[100]
    assert plot.lines[1].diverged
    panel.grab()


@pytest.fixture
def networks():
    return network_of(run_of(history_of(HARD["smooth"])), run_of(history_of(HARD["noisy"]), 1))


FIRST_OF_NETWORKS = ["losses", "score", "gradient_norm"]


def titles_of(panel):
    return [card.findChild(ElidedLabel, "cardTitle").text() for card in panel.cards.values()]


def test_each_kind_of_problem_brings_its_curves(panel, picture, networks):
    surface = panel.view()
    panel.refresh(networks)
    assert list(panel.cards) == FIRST_OF_NETWORKS
    assert [card.style_shown.log_y for card in panel.cards.values()] == [True, False, True]
    assert [card.style_shown.names_axis for card in panel.cards.values()] == [False, False, True]
    panel.refresh(picture)
    assert panel.view() == surface
    panel.grab()


def test_what_was_chosen_for_a_kind_comes_back_with_it(panel, picture, networks):
    panel.show_curves(["x", "y"])
    panel.refresh(networks)
    assert list(panel.cards) == FIRST_OF_NETWORKS
    panel.show_curves(["penalty", "layer_dead"])
    panel.set_log_y("penalty", True)
    chosen = panel.view()
    panel.refresh(picture)
    assert list(panel.cards) == ["x", "y"]
    panel.refresh(networks)
    assert panel.view() == chosen


def test_the_curves_of_a_file_come_with_its_problem(panel, picture, networks):
    view = {"curves": ["layer_dead", "losses"], "curves_log_y": ["layer_dead"], "curves_along": "epochs"}
    panel.apply_view(view, "network")
    panel.refresh(picture)  # of the old problem, on its way while the file was opened
    assert list(panel.cards) == ["loss", "gradient_norm", "learning_rate"]
    panel.refresh(networks)
    assert list(panel.cards) == ["layer_dead", "losses"]
    assert {name: panel.view()[name] for name in view} == view
    panel.apply_view({}, "surface")
    panel.refresh(picture)
    assert list(panel.cards) == ["loss", "gradient_norm", "learning_rate"]


@pytest.mark.parametrize(("purpose", "score"), [("classification", "Accuracy"), ("regression", "R²")])
def test_titles_tell_what_is_shown(panel, networks, purpose, score):
    networks.purpose = purpose
    panel.refresh(networks)
    panel.show_curves(["losses", "score", "loss", "layer_delta_norm"])
    assert titles_of(panel) == ["Training and validation loss", score, "Loss, running batch", "Delta norm by layer"]
    panel.cards["loss"].menu.aboutToShow.emit()
    menus = {menu.title(): menu for menu in panel.cards["loss"].menu.findChildren(type(panel.cards["loss"].menu))}
    offered = [action.text() for action in menus["Curves"].actions()]
    assert score in offered and "Parameter x" not in offered and "Loss above the minimum" not in offered


def test_a_legend_names_lines_and_layers_and_whose_they_are(panel, networks):
    def told(key):
        return panel.cards[key].findChild(Legend).accessibleDescription()

    panel.refresh(networks)
    panel.show_curves(["losses", "penalty", "gradient_norm", "layer_dead"])
    panel.set_selected("run1")
    assert told("losses") == "training, validation"
    assert told("layer_dead") == "Run 1, hidden 1, hidden 2, output"
    panel.set_selected("run0")
    assert told("layer_dead") == "Run 0, hidden 1, hidden 2, output"
    assert [card.findChild(Legend).isHidden() for card in panel.cards.values()] == [False, True, True, False]


def test_a_legend_takes_as_many_rows_as_it_needs(qtbot, panel, networks):
    deep = (*(f"hidden {place}" for place in range(1, 9)), "output")
    panel.refresh(network_of(run_of(history_of(HARD["smooth"])), layers=deep))
    panel.show_curves(["layer_dead"])
    legend = panel.cards["layer_dead"].findChild(Legend)
    panel.resize(1200, 500)
    qtbot.waitUntil(lambda: legend.width() > 1000)
    row = legend.height()
    panel.resize(320, 500)
    qtbot.waitUntil(lambda: legend.width() < 320)
    assert 1.8 * row < legend.height() <= 3.2 * row
    assert panel.cards["layer_dead"].minimumSizeHint().width() <= 310


def test_what_is_measured_is_not_smoothed(panel, networks):
    panel.refresh(networks)
    panel.show_curves(["losses", "loss"])
    assert panel.cards["losses"].findChild(QSlider, "losses_smoothing").isHidden()
    assert not panel.cards["loss"].findChild(QSlider, "loss_smoothing").isHidden()
    panel.apply_view({"curves": ["losses"], "curves_smoothing": [100]})
    lines = view_of(panel, "losses").plot.lines
    assert lines and all(line.strong is line.bins for line in lines)
    panel.grab()


def test_measured_curves_are_drawn_one_in_a_frame_and_each_has_its_turn(qtbot, panel):
    keys = ["losses", "score", "penalty"]
    whole = network_of(run_of(history_of(np.ones(2000))))
    panel.refresh(whole)
    panel.show_curves(keys)
    drawn = set()
    for updates in range(1000, 1006):
        before = {key: view_of(panel, key).plot.raster.image.cacheKey() for key in keys}
        panel.refresh(network_of(run_of(history_of(np.ones(updates)))))
        new = {key for key in keys if view_of(panel, key).plot.raster.image.cacheKey() != before[key]}
        assert len(new) <= 1
        drawn |= new
    assert drawn == set(keys)
    qtbot.waitUntil(lambda: not any(line.fresh for key in keys for line in view_of(panel, key).plot.lines))


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_every_network_can_be_painted(qtbot, panel, theme, hard_loss):
    panel.set_theme(theme)
    runs = [run_of(history_of(hard_loss), number, status="diverged") for number in range(2)]
    panel.refresh(network_of(*runs))
    panel.show_curves(list(CURVES))
    qtbot.waitUntil(lambda: all(card.isVisible() for card in panel.cards.values()))
    panel.grab()
    for cursor in (None, 0, len(hard_loss) // 2, 10**9):
        panel.set_cursor(cursor)
        for key in panel.cards:
            view_of(panel, key).grab()
    panel.set_cursor(None)  # and with it the read-out, which has the runs' colours
    panel.set_log_y("loss", False)
    assert coloured(view_of(panel).grab().toImage(), theme) == bool(len(hard_loss))
