"""The problem of a network: what a person sets becomes settings of the task, and what it costs is said before."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QApplication

from app.controls.problem_panel import ProblemPanel
from app.look.theme import DARK, LIGHT
from app.widgets.more import More
from app.widgets.restart_effects import LIVE, RESTARTS, SENTENCES
from engine import (
    ACTIVATIONS,
    DATASETS,
    FEATURES,
    INITIALIZERS,
    LOSSES,
    MAX_LAYERS,
    SCALINGS,
    TIERS,
    Layer,
    Session,
    Table,
    new_network,
    possible_features,
)
from tests.each import each


def picture(data="circle", hidden=None, moved: bool = False, **settings):
    session = Session(new_network(data, ["sgd"], hidden, **settings))
    return replace(session.picture(), update=int(moved))


def table(columns: int = 2, classes: tuple[str, ...] = ("no", "yes"), drawn: bool = False) -> Table:
    inputs = np.arange(8.0 * columns).reshape(8, columns)
    names = tuple(f"a very long name of column {place}" for place in range(columns))
    return Table("my own table", names, "answer", inputs, np.arange(8.0) % 2, classes, drawn)


@pytest.fixture
def problem(show_in_column):
    made = show_in_column(ProblemPanel(DARK))
    made.told = []
    made.changed.connect(made.told.append)
    made.settled.connect(lambda: made.told.append("settled"))
    made.refresh(picture())
    assert made.told == [] and made.panels["network"].isVisible()
    return made


@pytest.fixture
def opened(problem):
    """With everything that is behind More."""
    for more in problem.panels["network"].findChildren(More):
        more.header.click()
    return problem


def type_in(qtbot, field, text: str) -> None:
    field.setFocus()
    field.selectAll()
    qtbot.keyClicks(field, text)
    qtbot.keyClick(field, Qt.Key.Key_Return)


@each("key, moved", [(key, moved) for key in DATASETS for moved in (False, True)])
def test_every_data_set_shows_its_knobs_and_fits_the_column(opened, fits, key, moved):
    opened.refresh(picture(key, moved=moved))
    data, entry = opened.panels["network"].data, DATASETS[key]
    assert data.chooser.key == key and data.chooser.currentText() == entry.title
    splits = {"split"} if entry.groups is not None else set()
    named = {knob.name for knob in entry.knobs} | {"train_share", "data_seed", "target"} | splits
    assert set(data.knobs.knobs) == named
    for words in (entry.summary, entry.licence):
        assert words.split("&")[0] in data.chooser.toolTip()
    assert opened.told == []
    fits(opened)


def test_another_data_set_brings_the_share_and_the_scaling_that_suit_it(problem):
    problem.panels["network"].data.chooser.chosen.emit("wine")
    assert problem.told == [{"data": "wine", "share": 0.8, "scaling": "standardise"}, "settled"]
    problem.refresh(picture(share=0.3, scaling="min_max"))
    problem.panels["network"].data.chooser.chosen.emit("wine")
    assert problem.told[2] == {"data": "wine"}


@each("key", DATASETS)
def test_what_choosing_data_asks_of_the_engine_is_possible(problem, key):
    before = picture(moved=True)
    problem.refresh(before)
    problem.told.clear()
    chooser = problem.panels["network"].data.chooser
    chooser.chosen.emit(key)
    task = before.task
    for setting, value in problem.told[0].items():
        task = task.having(setting, value)
    assert task.data.kind == key and task.share == DATASETS[key].share
    assert chooser.effect(key) == (LIVE if task.network.sizes == before.task.network.sizes else RESTARTS)


def test_knobs_of_the_data_and_of_the_task(problem, qtbot):
    problem.panels["network"].data_more.open()
    for name, text, told in (
        ("noise", "20", {"data.noise": 20.0}),
        ("samples", "300", {"data.samples": 300}),
        ("train_share", "0.7", {"share": 0.7}),
        ("data_seed", "9", {"data_seed": 9}),
    ):
        problem.told.clear()
        type_in(qtbot, problem.panels["network"].data.knobs.knobs[name].field, text)
        assert problem.told == [told, "settled"]


@pytest.mark.parametrize(
    ("made", "told"),
    [
        (table(), "8 examples, 2 inputs, 2 classes, imported"),
        (table(drawn=True), "8 examples, 2 inputs, 2 classes, drawn"),
        (table(1, ()), "8 examples, 1 input, regression of answer, imported"),
        (table(40), "8 examples, 40 inputs, 2 classes, imported"),
    ],
)
def test_a_table_shows_its_name(problem, fits, made, told):
    problem.refresh(picture(made))
    data = problem.panels["network"].data
    assert data.chooser.currentIndex() == -1 and data.chooser.placeholderText() == "my own table"
    assert data.note.isVisible() and data.note.text() == told
    splits = ["split"] if "classes" in told else []
    assert list(data.knobs.knobs) == ["train_share", "data_seed", *splits, "target"]
    fits(problem)
    data.chooser.chosen.emit("circle")
    assert problem.told[0]["data"] == "circle"


def test_import_and_paste_are_asked_for(problem, qtbot):
    asked = []
    problem.import_wanted.connect(lambda: asked.append("import"))
    problem.paste_wanted.connect(lambda: asked.append("paste"))
    problem.text_wanted.connect(lambda: asked.append("text"))
    data = problem.panels["network"].data
    for button in (data.load, data.paste, data.own_text):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert asked == ["import", "paste", "text"]


def test_features_are_switched_with_mouse_and_keyboard(problem, qtbot):
    problem.panels["network"].inputs.settings.reveal("features")
    chips = problem.panels["network"].inputs.chips
    assert [key for key, chip in chips.items() if chip.isChecked()] == ["x", "y"]
    qtbot.mouseClick(chips["xy"], Qt.MouseButton.LeftButton)
    chips["y"].setFocus()
    qtbot.keyClick(chips["y"], Qt.Key.Key_Space)
    assert problem.told == [{"features": ("x", "y", "xy")}, "settled", {"features": ("x",)}, "settled"]


def test_the_last_feature_stays_on_and_the_engine_says_why(problem, qtbot):
    problem.refresh(picture(features=("x2",)))
    chip = problem.panels["network"].inputs.chips["x2"]
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert chip.isChecked() and problem.told[0] == {"features": ()}
    with pytest.raises(ValueError, match="at least one feature"):
        picture(features=("x2",)).task.having("features", ())


@pytest.mark.parametrize(
    ("data", "possible"), [("circle", tuple(FEATURES)), ("sine", possible_features(1)), ("iris", ())]
)
def test_only_the_features_that_the_data_allow_are_offered(problem, data, possible):
    problem.refresh(picture(data))
    inputs = problem.panels["network"].inputs
    inputs.settings.reveal("features")
    assert tuple(key for key, chip in inputs.chips.items() if chip.isVisible()) == possible
    assert inputs.heading.title.text() == ("Features" if possible else "Inputs")
    assert possible or inputs.heading.hint.text() == "4 columns"


def test_scaling_of_inputs_and_target(problem):
    inputs = problem.panels["network"].inputs
    for setting, control in (("scaling", inputs.scaling), ("target_scaling", inputs.target_scaling)):
        for place, key in enumerate(SCALINGS):
            problem.told.clear()
            control.list.activated.emit(place)
            assert problem.told == [{setting: key}, "settled"]


def test_only_a_regression_has_a_target_to_be_scaled(opened, fits):
    problem, inputs = opened, opened.panels["network"].inputs
    for data, regression in (("circle", False), ("diabetes", True), ("iris", False)):
        problem.refresh(picture(data, scaling="min_max"))
        assert inputs.target_scaling.isVisible() is regression and inputs.scaling.option == "min_max"
        fits(problem)
    problem.refresh(picture("sine", target_scaling="standardise"))
    assert inputs.target_scaling.option == "standardise"


def test_a_row_for_each_layer_and_one_for_the_output(problem, fits):
    for hidden in ((), (3,), (512,) * MAX_LAYERS, (1, 2)):
        problem.refresh(picture(hidden=hidden, output="tanh"))
        layers = problem.panels["network"].layers
        assert [row.units.value for row in layers.rows] == list(hidden)
        assert all(row.activation.key == "tanh" for row in (*layers.rows, layers.output))
        assert layers.output.count.text() == "1"
        assert layers.add.isEnabled() is (len(hidden) < MAX_LAYERS)
        fits(problem)


def test_layers_are_added_changed_and_removed(problem, qtbot):
    layers = problem.panels["network"].layers
    qtbot.mouseClick(layers.add, Qt.MouseButton.LeftButton)
    layers.rows[0].activation.chosen.emit("relu")
    layers.output.activation.chosen.emit("identity")
    qtbot.mouseClick(layers.rows[0].findChild(type(layers.add), "more"), Qt.MouseButton.LeftButton)
    assert problem.told == [
        {"hidden": (Layer(4), Layer(2), Layer(2))}, "settled",
        {"hidden.1.activation": "relu"}, "settled",
        {"output": "identity"}, "settled",
        {"hidden": (Layer(2),)}, "settled",
    ]  # fmt: skip


def test_the_first_layer_can_be_added(problem, qtbot):
    problem.refresh(picture(hidden=()))
    qtbot.mouseClick(problem.panels["network"].layers.add, Qt.MouseButton.LeftButton)
    assert problem.told[0] == {"hidden": (Layer(4),)}


def test_units_are_stepped_and_typed(problem, qtbot):
    units = problem.panels["network"].layers.rows[1].units
    qtbot.mouseClick(units.more, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(units.less, Qt.MouseButton.LeftButton)
    type_in(qtbot, units.field, "64")
    assert problem.told == [
        {"hidden.2.units": 3}, "settled", {"hidden.2.units": 2}, "settled", {"hidden.2.units": 64}, "settled",
    ]  # fmt: skip


def test_units_out_of_range_are_refused_in_words(problem, fits, qtbot):
    row = problem.panels["network"].layers.rows[0]
    type_in(qtbot, row.units.field, "999")
    assert problem.told == [] and row.fault.isVisible() and "[1, 512]" in row.fault.text()
    fits(problem)
    type_in(qtbot, row.units.field, "9")
    assert problem.told == [{"hidden.1.units": 9}, "settled"] and not row.fault.isVisible()


@each("key", LOSSES)
def test_every_loss_shows_its_formula_and_its_knobs(opened, fits, key):
    entry = LOSSES[key]
    opened.refresh(picture("circle", loss=key))
    network = opened.panels["network"]
    assert network.loss.chooser.key == key and list(network.loss.knobs.knobs) == [knob.name for knob in entry.knobs]
    assert (
        entry.source.split("&")[0] in network.loss.chooser.toolTip() and entry.source and entry.help and entry.formula
    )
    fits(opened)


def test_only_the_losses_for_the_purpose_are_offered(problem):
    chooser = problem.panels["network"].loss.chooser
    for data, purpose in (("circle", "classification"), ("sine", "regression"), ("iris", "classification")):
        problem.refresh(picture(data))
        offered = [entry for _, entry in chooser.entries()]
        assert {entry.key for entry in offered} == {key for key in LOSSES if purpose in LOSSES[key].purposes}
        assert [entry.tier for entry in offered] == sorted((entry.tier for entry in offered), key=TIERS.index)


@each("key", INITIALIZERS)
def test_every_initializer_shows_its_formula_and_its_knobs(opened, fits, key):
    entry = INITIALIZERS[key]
    opened.refresh(picture(initializer=key, moved=True))
    panel = opened.panels["network"].initializer
    assert panel.chooser.key == key and list(panel.knobs.knobs) == [knob.name for knob in entry.knobs]
    assert entry.help.split("&")[0] in panel.chooser.toolTip()
    fits(opened)


def test_what_is_not_at_its_default_is_on_screen(problem):
    problem.refresh(
        picture(
            loss={"kind": "huber", "delta": 0.5}, initializer={"kind": "he_normal", "scale": 2.0},
            weight_seed=7, seed=8, dropout=0.2, residual=True,
        )
    )  # fmt: skip
    network = problem.panels["network"]
    shown = (network.loss.knobs, ("delta",)), (network.initializer.knobs, ("scale",))
    also = (network.seeds, ("weight_seed", "batch_seed")), (network.layers.settings, ("dropout", "residual"))
    assert all(knobs.knobs[name].isVisible() for knobs, names in (*shown, *also) for name in names)
    assert network.loss.chooser.isVisible() and network.initializer.chooser.isVisible()
    assert not network.initializer.knobs.knobs["bias"].isVisible() and not network.more.is_open
    problem.renew()
    problem.refresh(picture(output="tanh", loss="half_mse", initializer="playground"))
    assert not any(knobs.knobs[name].isVisible() for knobs, names in also for name in names)
    assert not network.loss.chooser.isVisible() and not network.layers.output.isVisible()
    assert network.more.titles == ["loss", "initial weights", "scale", "bias", "weight seed", "batch seed"]


def test_loss_first_weights_and_seeds_are_settings_of_the_task(opened, qtbot):
    opened.refresh(picture(loss="huber", initializer="normal"))
    network = opened.panels["network"]
    opened.told.clear()
    network.loss.chooser.chosen.emit("mse")
    network.initializer.chooser.chosen.emit("he_uniform")
    for knobs, name, text in (
        (network.loss.knobs, "delta", "0.5"),
        (network.initializer.knobs, "deviation", "2"),
        (network.seeds, "weight_seed", "5"),
        (network.seeds, "batch_seed", "6"),
        (network.layers.settings, "dropout", "0.25"),
    ):
        type_in(qtbot, knobs.knobs[name].field, text)
    network.layers.settings.knobs["residual"].switch.click()
    assert [told for told in opened.told if told != "settled"] == [
        {"loss": "mse"}, {"initializer": "he_uniform"}, {"loss.delta": 0.5}, {"initializer.deviation": 2.0},
        {"weight_seed": 5}, {"seed": 6}, {"dropout": 0.25}, {"residual": True},
    ]  # fmt: skip


def hints(problem) -> list[str]:
    network = problem.panels["network"]
    headings = [panel.heading.hint.text() for panel in (network.data, network.inputs, network.layers)]
    return [*headings, network.headings[network.initializer].hint.text()]


def test_what_restarts_runs_is_said_before_and_only_while_there_is_something_to_lose(opened):
    assert hints(opened) == [""] * 4
    opened.refresh(picture("blobs", moved=True))
    network = opened.panels["network"]
    assert hints(opened) == [LIVE, RESTARTS, f"new shape {RESTARTS}", RESTARTS]
    knobs = network.data.knobs.knobs
    assert {name for name, knob in knobs.items() if not knob.mark.isHidden()} == {"classes", "target"}
    assert SENTENCES[RESTARTS] in knobs["classes"].toolTip() and SENTENCES[LIVE] in knobs["noise"].toolTip()
    assert SENTENCES[LIVE] in network.layers.rows[0].activation.toolTip()
    assert (
        SENTENCES[LIVE] in network.layers.settings.knobs["dropout"].toolTip()
        and network.inputs.settings.reveal("scaling").toolTip() == SENTENCES[LIVE]
    )
    assert SENTENCES[RESTARTS] in network.layers.rows[0].units.toolTip()
    assert SENTENCES[RESTARTS] in network.seeds.knobs["batch_seed"].toolTip()
    opened.refresh(picture("blobs"))
    assert hints(opened) == [""] * 4 and knobs["classes"].mark.isHidden()
    assert SENTENCES[RESTARTS] not in knobs["classes"].toolTip()


def test_the_list_says_which_loss_restarts_runs(opened):
    opened.refresh(picture(loss="bce", moved=True))
    effect = opened.panels["network"].loss.chooser.effect
    assert {key: effect(key) for key in ("mse", "softmax")} == {"mse": LIVE, "softmax": RESTARTS}
    chooser = opened.panels["network"].loss.chooser
    chooser.showPopup()
    said = {
        chooser.itemText(place): chooser.itemData(place, Qt.ItemDataRole.UserRole + 2)
        for place in range(chooser.count())
    }
    chooser.hidePopup()
    assert {title for title, words in said.items() if words} == {LOSSES["softmax"].title}


def test_a_refused_change_is_shown_as_it_was(problem, qtbot):
    row = problem.panels["network"].layers.rows[0]
    qtbot.mouseClick(row.units.more, Qt.MouseButton.LeftButton)
    assert row.units.value == 5
    problem.refresh(picture())
    assert row.units.value == 4


@each("key", ACTIVATIONS)
def test_every_activation_is_told_with_its_formula(problem, key):
    problem.refresh(picture(hidden=(Layer(3, key),)))
    row = problem.panels["network"].layers.rows[0]
    assert row.activation.key == key and "<p>" in row.activation.toolTip()
    assert "^" not in row.activation.toolTip()
    QApplication.processEvents()
    metrics = row.activation.fontMetrics()
    assert metrics.horizontalAdvance(ACTIVATIONS[key].title) < row.activation.width() - 34


def test_both_themes(problem):
    button = problem.panels["network"].layers.add

    def inks() -> set[str]:
        image = button.icon().pixmap(QSize(32, 32), 1.0).toImage()
        places = [(x, y) for x in range(32) for y in range(32)]
        return {image.pixelColor(x, y).name() for x, y in places if image.pixelColor(x, y).alpha() == 255}

    assert inks() == {DARK.text.name()}
    problem.set_theme(LIGHT)
    assert inks() == {LIGHT.text.name()}
