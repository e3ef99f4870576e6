"""The diagram under real hands: what it shows, what is read on it, and what it asks for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QVBoxLayout, QWidget

from app.look.theme import DARK, LIGHT
from app.stage.diagram.diagram import Diagram
from app.stage.diagram.diagram_item import BIAS, UNIT, WEIGHT, DiagramItem
from app.stage.diagram.item_card import card_box, card_size
from engine import MAX_LAYERS, Activations, Gradients, Layer, Session, UnitMaps, new_network, snapshot_of

LEFT = Qt.MouseButton.LeftButton


class Sitter:
    """A diagram, and a network that sits for its snapshots."""

    def __init__(self, qtbot, data="circle", hidden=(4, 2), size=(560, 300), **settings) -> None:
        self.session = Session(new_network(data, ["sgd"], hidden, **settings))
        self.diagram = Diagram(DARK)
        qtbot.addWidget(self.diagram)
        self.diagram.resize(*size)
        with qtbot.waitExposed(self.diagram):
            self.diagram.show()
        self.told: list[tuple] = []
        self.diagram.edited.connect(lambda changes: self.told.append(("edited", changes)))
        self.diagram.settled.connect(lambda: self.told.append(("settled",)))
        self.diagram.parameter_edited.connect(
            lambda run, place, value: self.told.append(("parameter", run, place, value))
        )
        self.diagram.refresh(self.session.picture())
        self.pose()

    def pose(self, theta=None, inspect=False, region=None) -> None:
        picture = self.session.picture()
        run = picture.runs[0]
        shown = run.shown.theta if theta is None else np.asarray(theta, float)
        asked = self.diagram.queries() | ({Gradients(), Activations()} if inspect else set())
        if region is not None:
            asked = {replace(query, region=region) for query in asked}
        self.diagram.show_snapshot(snapshot_of(picture.problem, shown, asked, run.id, picture.update))

    @property
    def network(self):
        return self.diagram.shape.network

    def middle(self, column: int, unit: int, source: int) -> QPoint:
        """A point on a line, where no other is: a third of its way."""
        links = self.diagram.diagram_layout.links
        link = np.flatnonzero((links.column == column) & (links.unit == unit) & (links.source == source))[0]
        x0, y0, x1, y1 = links.ends[link]
        along = 0.1
        return QPointF(x0 + along * (x1 - x0), y0 + along * along * (3 - 2 * along) * (y1 - y0)).toPoint()

    def image(self) -> QImage:
        return self.diagram.grab().toImage()


@pytest.fixture
def sitter(qtbot, themed):
    return Sitter(qtbot)


def colour_at(image: QImage, at: QPoint):
    return np.array(image.pixelColor(at).getRgb()[:3], float)


def press(widget, key, modifiers=Qt.KeyboardModifier.NoModifier) -> None:
    QTest.keyClick(widget, key, modifiers)


# What is shown


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_a_positive_weight_is_blue_a_negative_one_orange_and_wide_if_large(sitter, theme):
    theta = np.zeros(sitter.network.parameters)
    theta[sitter.network.weights(2)] = 2.0, -2.0
    sitter.diagram.set_theme(theme)
    sitter.pose(theta)
    image = sitter.image()
    for unit, colour in ((0, theme.signed_colours[1]), (1, theme.signed_colours[0])):
        found = colour_at(image, sitter.middle(3, 0, unit))
        assert np.abs(found - colour.getRgb()[:3]).max() < 40
    x = sitter.middle(1, 0, 0).x()
    blank = np.array(theme.panel.getRgb()[:3])
    assert (
        np.abs(colour_at(image, QPoint(x, round(sitter.diagram.diagram_layout.body.bottom()) - 2)) - blank).max() == 0
    )


def test_a_unit_shows_what_it_answers_over_the_plane(sitter):
    """A unit with weight on x alone: orange at the left, blue at the right, the same above and below."""
    theta = np.zeros(sitter.network.parameters)
    theta[0] = 5.0  # hidden 1, unit 1 reads x
    sitter.pose(theta)
    image, tile = sitter.image(), sitter.diagram.diagram_layout.columns[1].tile(0).adjusted(6, 6, -6, -6)
    left, right = (np.array(colour.getRgb()[:3], float) for colour in DARK.signed_colours)
    for corner, colour in (
        (tile.topLeft(), left),
        (tile.topRight(), right),
        (QPointF(tile.right(), tile.center().y()), right),
    ):
        assert np.abs(colour_at(image, corner.toPoint()) - colour).max() < 30


def test_y_points_upwards_in_a_map(sitter):
    theta = np.zeros(sitter.network.parameters)
    theta[1] = 5.0  # hidden 1, unit 1 reads y
    sitter.pose(theta)
    image, tile = sitter.image(), sitter.diagram.diagram_layout.columns[1].tile(0)
    blue = np.array(DARK.signed_colours[1].getRgb()[:3], float)
    above = colour_at(image, QPointF(tile.center().x(), tile.top() + 4).toPoint())
    assert np.abs(above - blue).max() < 30


@pytest.mark.parametrize(
    ("data", "hidden", "settings"),
    [
        ("sine", (8, 8), {}),
        ("digits", (32, 16), {"scaling": "min_max", "activation": "relu"}),
        ("iris", (6,), {"dropout": 0.3}),
        ("spiral", (8,) * 8, {"residual": True}),
        ("xor", (), {}),
        ("digits", (512,), {"scaling": "min_max"}),
    ],
    ids=["curve", "images", "bars", "deep", "no layer", "wide"],
)
@pytest.mark.parametrize("size", [(400, 200), (900, 700)], ids=str)
def test_every_kind_of_network_has_a_picture(qtbot, themed, data, hidden, settings, size):
    sitter = Sitter(qtbot, data, hidden, size, **settings)
    sitter.session.advance(3)
    sitter.pose(inspect=True)
    image, layout = sitter.image(), sitter.diagram.diagram_layout
    for column in layout.columns[1:]:
        tile = column.tile(0).toRect()
        y = tile.center().y() - 2
        seen = {image.pixelColor(x, y).rgb() for x in range(tile.left(), tile.right())}
        assert seen - {DARK.panel.rgb()}
    assert str(sitter.network.sizes[1]) in sitter.diagram.describe()


def test_the_first_layer_of_images_shows_its_weights(qtbot, themed):
    sitter = Sitter(qtbot, "digits", (4,), (900, 700), scaling="min_max")
    theta = np.zeros(sitter.network.parameters)
    theta[:8] = 1.0  # the upper row of pixels, for the first unit
    sitter.pose(theta)
    image, tile = sitter.image(), sitter.diagram.diagram_layout.columns[1].tile(0)
    blue = np.array(DARK.signed_colours[1].getRgb()[:3], float)
    top = colour_at(image, QPointF(tile.center().x(), tile.top() + tile.height() / 16).toPoint())
    below = colour_at(image, tile.center().toPoint())
    assert np.abs(top - blue).max() < 30 < np.abs(below - blue).max()


def test_numbers_that_are_not_finite_are_painted_over(sitter):
    theta = np.full(sitter.network.parameters, np.nan)
    theta[0] = np.inf  # from x to hidden 1, unit 1
    sitter.pose(theta)
    image = sitter.image()
    for column in sitter.diagram.diagram_layout.columns[1:]:
        assert np.abs(colour_at(image, column.tile(0).center().toPoint()) - DARK.neutral.getRgb()[:3]).max() < 2
    negative, positive = (np.array(colour.getRgb()[:3], float) for colour in DARK.signed_colours)
    assert np.abs(colour_at(image, sitter.middle(1, 0, 0)) - positive).max() < 40
    assert np.abs(colour_at(image, sitter.middle(1, 1, 1)) - negative).max() > 80, "as faint as a weight of nought"


def test_a_snapshot_of_another_network_is_passed_over(sitter, qtbot):
    before = sitter.diagram.snapshot
    other = Session(new_network("circle", ["sgd"], (3,))).picture()
    sitter.diagram.show_snapshot(snapshot_of(other.problem, other.runs[0].shown.theta, sitter.diagram.queries()))
    assert sitter.diagram.snapshot is before


def test_words_for_a_screen_reader(sitter):
    assert sitter.diagram.describe() == (
        "Diagram. Inputs x, y; hidden 1: 4 units, Tanh; hidden 2: 2 units, Tanh; output: 1 unit, Identity."
    )
    sitter.diagram.look_at(DiagramItem(WEIGHT, 1, 2, 1))
    value = sitter.session.picture().runs[0].shown.theta[2 * 2 + 1]
    assert f"{abs(value):.4g}" in sitter.diagram.accessibleDescription()
    assert "from y to hidden 1, unit 3" in sitter.diagram.accessibleDescription()


# What is read on it


def test_gradients_are_wanted_while_something_is_looked_at(sitter, qtbot):
    diagram = sitter.diagram
    (maps,) = diagram.queries()
    assert isinstance(maps, UnitMaps) and maps.nodes >= 24 and maps.region == (-6, 6, -6, 6)
    with qtbot.waitSignal(diagram.wanted_changed):
        QTest.mouseMove(diagram, sitter.middle(1, 0, 0))
    assert diagram.hovered == DiagramItem(WEIGHT, 1, 0, 0)
    assert {Gradients(), Activations()} < diagram.queries()
    with qtbot.waitSignal(diagram.wanted_changed):
        QApplication.sendEvent(diagram, QEvent(QEvent.Type.Leave))
    assert diagram.hovered is None and diagram.queries() == {maps}


def test_a_card_tells_the_weight_and_its_gradient(sitter):
    item = DiagramItem(WEIGHT, 1, 3, 1)
    place = item.place(sitter.network)
    assert sitter.diagram._card_text(item).lines[1] == "gradient –"
    sitter.pose(inspect=True)
    run = sitter.session.picture()
    exact = run.subject.inspect(run.runs[0].shown.theta).gradient[place]
    text = sitter.diagram._card_text(item)
    assert text.title == f"w = {sitter.diagram.snapshot.theta[place]:.4g}".replace("-", "−")
    assert text.lines[0] == "from y to hidden 1, unit 4"
    assert text.lines[1] == f"gradient {exact:.3g}".replace("-", "−")


def test_a_card_tells_of_a_unit(sitter):
    sitter.pose(inspect=True)
    snapshot = sitter.diagram.snapshot
    text = sitter.diagram._card_text(DiagramItem(UNIT, 2, 1))
    weights, biases = sitter.network.unpacked(snapshot.inspection.gradient)[1]
    norm = np.hypot(np.linalg.norm(weights[1]), biases[1])
    mean = snapshot.activations[1][:, 1].mean()
    assert text.title == "hidden 2, unit 2" and text.picture
    assert text.lines[1] == f"mean activation {mean:.3g}".replace("-", "−")
    assert text.lines[2] == f"gradient norm {norm:.3g}"


@pytest.mark.parametrize("size", [(400, 200), (560, 300)], ids=str)
def test_a_card_is_inside_and_beside_what_it_is_about(qtbot, themed, size):
    sitter = Sitter(qtbot, size=size)
    diagram = sitter.diagram
    bounds = diagram.diagram_layout.body
    for column in diagram.diagram_layout.columns:
        for unit in range(column.shown):
            item = DiagramItem(UNIT, column.place, unit)
            text, about = diagram._card_text(item), diagram.diagram_layout.box(item)
            box = card_box(about, card_size(text, diagram.font(), 0.4 * bounds.height()), bounds)
            assert bounds.contains(box) and not box.intersects(about)


# Setting a number


def test_a_click_on_a_line_opens_its_weight_and_the_slider_sets_it(sitter, qtbot):
    diagram = sitter.diagram
    QTest.mouseClick(diagram, LEFT, pos=sitter.middle(1, 0, 1))
    assert diagram.editor.isVisible() and diagram.editor.about.text() == "from y to hidden 1, unit 1"
    slider = diagram.editor.slider
    slider.setSliderDown(True)
    for position in (600, 700):
        slider.setSliderPosition(position)
    slider.setSliderDown(False)
    place = DiagramItem(WEIGHT, 1, 0, 1).place(sitter.network)
    changes = [entry for entry in sitter.told if entry[0] == "parameter"]
    assert len(changes) >= 2 and all(entry[1:3] == ("sgd", place) for entry in changes)
    assert changes[0][3] < changes[-1][3] == diagram.editor.value
    assert sitter.told[-1] == ("settled",)


def test_a_click_on_a_mark_opens_the_bias_and_return_sets_it(sitter, qtbot):
    diagram = sitter.diagram
    QTest.mouseClick(diagram, LEFT, pos=diagram.diagram_layout.columns[2].bias(1).center().toPoint())
    field = diagram.editor.field
    assert field.hasSelectedText()
    field.insert("−0.25")
    press(field, Qt.Key.Key_Return)
    assert sitter.told == [("parameter", "sgd", sitter.network.biases(1).start + 1, -0.25), ("settled",)]
    assert not diagram.editor.isVisible()


def test_return_without_a_change_sets_nothing(sitter):
    sitter.diagram.edit(DiagramItem(WEIGHT, 1, 0, 0))
    press(sitter.diagram.editor.field, Qt.Key.Key_Return)
    assert not sitter.told and not sitter.diagram.editor.isVisible()


@pytest.mark.parametrize(("typed", "value"), [("0,003", 0.003), ("1/8", 0.125), ("2·10⁻²", 0.02), ("-5%", -0.05)])
def test_a_weight_is_read_as_people_write_numbers(sitter, typed, value):
    sitter.diagram.edit(DiagramItem(WEIGHT, 1, 0, 0))
    sitter.diagram.editor.field.insert(typed)
    press(sitter.diagram.editor.field, Qt.Key.Key_Return)
    assert sitter.told[0][3] == value and not sitter.diagram.editor.isVisible()


@pytest.mark.parametrize("typed", ["abc", "nan", "1e300", "1,000", ""])
def test_a_number_that_cannot_be_is_refused_in_words(sitter, typed):
    editor = sitter.diagram.editor
    sitter.diagram.edit(DiagramItem(WEIGHT, 1, 0, 0))
    QTest.keyClicks(editor.field, typed or " ")
    press(editor.field, Qt.Key.Key_Return)
    assert editor.isVisible() and editor.fault.isVisible() and "weight must" in editor.fault.text()
    assert not sitter.told
    assert sitter.diagram.rect().contains(editor.geometry())
    press(editor.field, Qt.Key.Key_Escape)
    assert not editor.isVisible() and not sitter.told
    assert sitter.diagram.hasFocus()


def test_the_panel_tells_what_the_weight_is_now_and_keeps_what_is_typed(sitter):
    editor = sitter.diagram.editor
    sitter.diagram.edit(DiagramItem(WEIGHT, 1, 0, 0))
    QTest.keyClicks(editor.field, "7")
    theta = sitter.diagram.snapshot.theta.copy()
    theta[0] = 0.625
    sitter.pose(theta)
    assert editor.now.text() == "now 0.625" and editor.field.text() == "7"


def test_a_click_beside_closes_the_panel(sitter):
    sitter.diagram.edit(DiagramItem(WEIGHT, 1, 0, 0))
    below = QPoint(sitter.diagram.width() // 2, round(sitter.diagram.diagram_layout.body.bottom()) - 1)
    QTest.mouseClick(sitter.diagram, LEFT, pos=below)
    assert not sitter.diagram.editor.isVisible() and not sitter.told


# The keyboard


def test_arrows_go_along_the_network(sitter):
    diagram = sitter.diagram
    diagram.setFocus()
    diagram.look_at(DiagramItem(UNIT, 1, 0))
    way = [
        (Qt.Key.Key_Down, DiagramItem(UNIT, 1, 1)),
        (Qt.Key.Key_Right, DiagramItem(WEIGHT, 2, 0, 1)),
        (Qt.Key.Key_Down, DiagramItem(WEIGHT, 2, 0, 2)),
        (Qt.Key.Key_Right, DiagramItem(UNIT, 2, 0)),
        (Qt.Key.Key_Left, DiagramItem(WEIGHT, 2, 0, 1)),
        (Qt.Key.Key_Left, DiagramItem(UNIT, 1, 1)),
        (Qt.Key.Key_Up, DiagramItem(UNIT, 1, 0)),
        (Qt.Key.Key_Up, DiagramItem(UNIT, 1, 0)),
    ]
    for key, item in way:
        press(diagram, key)
        assert diagram.selected == item
    press(diagram, Qt.Key.Key_Return)
    assert diagram.editor.isVisible() and diagram.editor.about.text() == "of hidden 1, unit 1"
    press(diagram.editor.field, Qt.Key.Key_Escape)
    press(diagram, Qt.Key.Key_Escape)
    assert diagram.selected is None


def test_keys_are_left_to_the_window_until_something_is_selected(sitter):
    def taken(key) -> bool:
        event = QKeyEvent(QEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.NoModifier)
        event.ignore()
        QApplication.sendEvent(sitter.diagram, event)
        return event.isAccepted()

    assert not taken(Qt.Key.Key_Right)
    sitter.diagram.look_at(DiagramItem(UNIT, 1, 0))
    assert taken(Qt.Key.Key_Right) and taken(Qt.Key.Key_Return) and not taken(Qt.Key.Key_Space)


def test_tab_goes_through_the_units_and_out_again(qtbot, themed):
    holder = QWidget()
    qtbot.addWidget(holder)
    column = QVBoxLayout(holder)
    before = QLineEdit()
    column.addWidget(before)
    sitter = Sitter(qtbot, hidden=(2,))
    column.addWidget(sitter.diagram)
    with qtbot.waitExposed(holder):
        holder.show()
    holder.activateWindow()
    before.setFocus()
    qtbot.waitUntil(before.hasFocus)
    press(before, Qt.Key.Key_Tab)
    assert sitter.diagram.hasFocus() and sitter.diagram.selected == DiagramItem(UNIT, 1, 0)
    for item in (DiagramItem(UNIT, 1, 1), DiagramItem(UNIT, 2, 0)):
        press(sitter.diagram, Qt.Key.Key_Tab)
        assert sitter.diagram.selected == item
    press(sitter.diagram, Qt.Key.Key_Tab)
    assert not sitter.diagram.hasFocus() and sitter.diagram.selected is None


# The shape


def test_plus_and_minus_change_the_units(sitter):
    header = sitter.diagram.headers.headers[0]
    QTest.mouseClick(header.more, LEFT)
    assert sitter.told == [("edited", {"hidden": (Layer(5), Layer(2))}), ("settled",)]
    QTest.mouseClick(header.more, LEFT)  # before a picture has come back
    assert sitter.told[2] == ("edited", {"hidden": (Layer(6), Layer(2))})
    QTest.mouseClick(sitter.diagram.headers.headers[1].fewer, LEFT)
    assert sitter.told[4] == ("edited", {"hidden": (Layer(6), Layer(1))})
    for tip in (header.more.toolTip(), header.fewer.toolTip(), header.count.toolTip()):
        assert "Restarts" in tip


def test_a_change_that_is_refused_is_not_built_upon(sitter):
    more = sitter.diagram.headers.headers[0].more
    QTest.mouseClick(more, LEFT)
    for _ in range(60):
        sitter.diagram.refresh(sitter.session.picture())
    sitter.told.clear()
    QTest.mouseClick(more, LEFT)
    assert sitter.told[0] == ("edited", {"hidden": (Layer(5), Layer(2))})


def test_a_layer_that_is_to_go_is_not_changed(sitter):
    headers = sitter.diagram.headers
    QTest.mouseClick(headers.removes[1], LEFT)
    gone = {"hidden": (Layer(4),)}
    assert sitter.told == [("edited", gone), ("settled",)]
    menu = headers.headers[1].menu()  # before a picture has come back
    for action in menu.actions():
        if action.text() in ("Add a unit", "Remove a unit", "ReLU"):
            action.trigger()
    menu.deleteLater()
    QTest.mouseClick(headers.headers[1].more, LEFT)
    QTest.mouseClick(headers.headers[1].count, LEFT)
    assert not sitter.diagram.editor.isVisible()
    assert [told for told in sitter.told if told[0] == "edited"] == [("edited", gone)]
    QTest.mouseClick(headers.adds[2], LEFT)
    assert sitter.told[-2] == ("edited", {"hidden": (Layer(4), Layer(4))})


def test_units_are_typed(sitter):
    QTest.mouseClick(sitter.diagram.headers.headers[1].count, LEFT)
    editor = sitter.diagram.editor
    QTest.keyClicks(editor.field, "12.5")
    press(editor.field, Qt.Key.Key_Return)
    assert "whole number" in editor.fault.text() and not sitter.told
    editor.field.selectAll()
    QTest.keyClicks(editor.field, "12")
    press(editor.field, Qt.Key.Key_Return)
    assert sitter.told[0] == ("edited", {"hidden": (Layer(4), Layer(12))})


def test_layers_are_added_and_removed_between_the_columns(qtbot, themed):
    sitter = Sitter(qtbot, size=(700, 300))
    headers = sitter.diagram.headers
    QTest.mouseClick(headers.adds[1], LEFT)
    assert sitter.told == [("edited", {"hidden": (Layer(4), Layer(4), Layer(2))}), ("settled",)]
    sitter.told.clear()
    assert headers.removes[0].isVisible()
    QTest.mouseClick(headers.removes[0], LEFT)
    assert sitter.told[0] == ("edited", {"hidden": (Layer(4), Layer(2))})


def test_the_first_layer_of_a_network_without_any(qtbot, themed):
    sitter = Sitter(qtbot, "xor", ())
    QTest.mouseClick(sitter.diagram.headers.adds[0], LEFT)
    assert sitter.told[0] == ("edited", {"hidden": (Layer(4),)})


def test_the_menu_of_a_layer_goes_with_the_network_it_was_opened_for(sitter, qtbot):
    """Undo, or the run that is selected, may bring another network meanwhile."""
    header = sitter.diagram.headers.headers[1]
    header.name.click()
    menu = QApplication.activePopupWidget()
    assert menu.objectName() == "layer-menu"
    sitter.pose()
    sitter.diagram.refresh(sitter.session.picture())
    assert menu.isVisible()
    sitter.session.problem_changed({"hidden": [{"units": 4}]})
    with qtbot.waitSignal(menu.destroyed):
        sitter.diagram.refresh(sitter.session.picture())
        assert QApplication.activePopupWidget() is None
    assert sitter.told == []


def test_the_menu_of_a_layer_has_everything(sitter):
    header = sitter.diagram.headers.headers[0]
    menu = header.menu()
    actions = {action.text(): action for action in menu.actions()}
    assert actions["Tanh"].isChecked() and not actions["ReLU"].isChecked()
    assert "live" in actions["ReLU"].toolTip() and "Restarts" in actions["Remove this layer"].toolTip()
    actions["ReLU"].trigger()
    assert sitter.told == [("edited", {"hidden": (Layer(4, "relu"), Layer(2))}), ("settled",)]
    menu.deleteLater()
    sitter.told.clear()
    menu = sitter.diagram.headers.headers[-1].menu()
    actions = {action.text(): action for action in menu.actions()}
    assert "Remove this layer" not in actions
    actions["Sigmoid"].trigger()
    assert sitter.told == [("edited", {"output": "sigmoid"}), ("settled",)]
    menu.deleteLater()


def test_there_are_no_more_layers_than_there_may_be(qtbot, themed):
    sitter = Sitter(qtbot, "circle", (2,) * MAX_LAYERS, (900, 300))
    assert not any(button.isEnabled() for button in sitter.diagram.headers.adds)
    menu = sitter.diagram.headers.headers[0].menu()
    assert not next(action for action in menu.actions() if action.text() == "Add a layer before").isEnabled()
    menu.deleteLater()


def test_every_button_says_what_it_is(sitter):
    headers = sitter.diagram.headers
    for header in headers.headers[:-1]:
        for button in (header.name, header.fewer, header.count, header.more):
            assert button.accessibleName() and button.toolTip() and button.objectName()
    for button in (*headers.adds, *headers.removes):
        assert button.accessibleName() and button.toolTip() and button.objectName()


def test_a_selection_that_is_gone_is_forgotten(sitter):
    sitter.diagram.look_at(DiagramItem(BIAS, 1, 3))
    sitter.session.problem_changed({"hidden": (Layer(2),)})
    sitter.diagram.refresh(sitter.session.picture())
    assert sitter.diagram.selected is None
    sitter.pose()
    assert sitter.diagram.snapshot is not None


def test_maps_keep_their_proportions_in_a_wide_view(sitter):
    """Of a region that is wider than the data's own, the middle is shown."""
    theta = np.zeros(sitter.network.parameters)
    theta[0] = 50.0  # hidden 1, unit 1 is blue right of x = 0
    theta[sitter.network.biases(0).start] = -150.0  # and with this, right of x = 3
    sitter.pose(theta, region=(-12.0, 12.0, -6.0, 6.0))
    image, layout = sitter.image(), sitter.diagram.diagram_layout
    blue = np.array(DARK.signed_colours[1].getRgb()[:3], float)

    def is_blue(column: int, share: float) -> bool:
        tile = layout.columns[column].tile(0)
        at = QPointF(tile.left() + share * tile.width(), tile.center().y() - 3).toPoint()
        return np.abs(colour_at(image, at) - blue).max() < 30

    assert is_blue(1, 0.85) and not is_blue(1, 0.65)  # x = 4.2, x = 1.8
    assert is_blue(0, 0.97)  # the input is as strong as can be at the edge of what is shown
