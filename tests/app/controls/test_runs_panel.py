"""The rows of the race are operated as a person does: with the mouse, with keys, through menus and links."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QMenu

from app.controls.runs_panel import RunsPanel
from app.documents.run_names import run_names
from app.look.theme import DARK, LIGHT
from engine import MAX_RUNS, MEASURES, OPTIMIZERS, Session, new_experiment, new_network, new_run

SIGNALS = ("selected", "changed", "added", "duplicated", "removed", "remedied", "rewound")


def race(*runs, updates: int = 3) -> Session:
    session = Session(new_experiment("rosenbrock", list(runs), updates=0))
    session.advance(updates)
    return session


@pytest.fixture
def panel(qtbot, themed):
    made = RunsPanel(DARK)
    qtbot.addWidget(made)
    made.resize(296, 400)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    made.told = []
    for name in SIGNALS:
        getattr(made, name).connect(lambda *values, name=name: made.told.append((name, *values)))
    session = race(new_run("adam", learning_rate=0.02), new_run("momentum", learning_rate=1e-4))
    made.refresh(session.picture(naming=run_names), "adam")
    assert made.told == []
    return made


def test_a_row_shows_name_loss_and_what_differs(panel):
    adam, momentum = panel.rows
    assert [row.name.text() for row in panel.rows] == ["Adam", "Momentum"]
    assert [row.detail.text() for row in panel.rows] == ["η = 0.02", "η = 0.0001"]
    assert float(adam.value.text().replace("−", "-")) > 0.0
    assert adam.property("chosen") is True and momentum.property("chosen") is False


def test_a_loss_that_is_not_known_yet_is_no_nan(panel):
    picture = race("adam", "momentum").picture(naming=run_names)
    run = replace(picture.runs[0], shown=replace(picture.runs[0].shown, loss=float("nan")))
    panel.refresh(replace(picture, runs=(run, picture.runs[1])), "adam")
    assert panel.rows[0].value.text() == "–"


def test_a_typed_name_stands_above_what_differs(panel):
    runs = [
        new_run("adam", learning_rate=0.1, beta1=0.8, name="Bold"),
        new_run("adam", learning_rate=0.1),
        new_run("sgd"),
    ]
    panel.refresh(race(*runs).picture(naming=run_names), "adam")
    assert [row.name.text() for row in panel.rows] == ["Bold", "Adam", "Gradient descent"]
    assert [row.detail.text() for row in panel.rows] == [
        "Adam, η = 0.1, β₁ = 0.8", "η = 0.1, β₁ = 0.9", "η = 0.001",
    ]  # fmt: skip


def test_runs_that_do_not_differ_have_no_second_line(panel):
    panel.refresh(race(new_run("adam"), new_run("adam")).picture(naming=run_names), "adam")
    assert [(row.name.text(), row.detail.isVisible()) for row in panel.rows] == [
        ("Adam (1)", False),
        ("Adam (2)", False),
    ]


def test_a_click_selects_and_the_dot_hides(panel, qtbot):
    qtbot.mouseClick(panel.rows[1], Qt.MouseButton.LeftButton)
    qtbot.mouseClick(panel.rows[1].swatch, Qt.MouseButton.LeftButton)
    assert panel.told == [("selected", "momentum"), ("changed", "momentum", "visible", False)]


def test_a_hidden_run_is_a_ring_in_its_colour(panel):
    session = race(new_run("adam"), new_run("momentum"))
    session.tweak("momentum", "visible", False)
    panel.refresh(session.picture(naming=run_names), "adam")
    for row, full in zip(panel.rows, (True, False), strict=True):
        image = row.swatch.grab().toImage()
        middle = image.pixelColor(image.rect().center())
        assert (middle == QColor(DARK.run_colours[row.run.colour])) is full
    assert panel.rows[1].swatch.accessibleName() == "show Momentum"


@pytest.mark.parametrize(
    ("key", "told"),
    [
        (Qt.Key.Key_Return, ("selected", "momentum")),
        (Qt.Key.Key_H, ("changed", "momentum", "visible", False)),
        (Qt.Key.Key_D, ("duplicated", "momentum")),
        (Qt.Key.Key_Delete, ("removed", "momentum")),
    ],
)
def test_keys_on_a_row(panel, qtbot, key, told):
    panel.rows[1].setFocus()
    qtbot.keyClick(panel.rows[1], key)
    assert panel.told == [told]


def test_a_name_is_changed_in_its_place(panel, qtbot):
    row = panel.rows[0]
    qtbot.mouseDClick(row, Qt.MouseButton.LeftButton)
    assert row.editor.isVisible() and row.editor.placeholderText() == "Adam, η = 0.02" and not row.editor.text()
    qtbot.keyClicks(row.editor, "fast")
    qtbot.keyClick(row.editor, Qt.Key.Key_Return)
    assert ("changed", "adam", "name", "fast") in panel.told
    assert not row.editor.isVisible() and row.name.isVisible()


@pytest.mark.parametrize("text", ["", "   "])
def test_no_name_or_the_same_changes_nothing(panel, qtbot, text):
    row = panel.rows[0]
    row.begin_rename()
    row.editor.setText(text)
    qtbot.keyClick(row.editor, Qt.Key.Key_Return)
    assert panel.told == [] and row.name.isVisible()


def test_escape_gives_renaming_up(panel, qtbot):
    row = panel.rows[0]
    row.begin_rename()
    qtbot.keyClicks(row.editor, "other")
    qtbot.keyClick(row.editor, Qt.Key.Key_Escape)
    assert panel.told == [] and row.name.isVisible() and not row.editor.isVisible()


def test_a_picture_does_not_end_renaming(panel, qtbot):
    row = panel.rows[0]
    row.begin_rename()
    qtbot.keyClicks(row.editor, "other")
    panel.refresh(race(new_run("adam"), new_run("momentum"), updates=9).picture(naming=run_names), "adam")
    assert row.editor.isVisible() and row.editor.text() == "other"


def choose(row, *titles: str) -> None:
    row.show_menu()
    menu = row.findChildren(QMenu)[len(titles) - 1]
    assert len(titles) == 1 or menu.title() == titles[0]
    next(action for action in menu.actions() if action.text() == titles[-1]).trigger()


@pytest.mark.parametrize(
    ("titles", "told"),
    [
        (("Duplicate",), ("duplicated", "adam")),
        (("Hide",), ("changed", "adam", "visible", False)),
        (("Pin: keep it through resets",), ("changed", "adam", "pinned", True)),
        (("Colour", "Colour 6"), ("changed", "adam", "colour", 5)),
        (("Remove",), ("removed", "adam")),
    ],
)
def test_the_menu_of_a_run(panel, titles, told):
    choose(panel.rows[0], *titles)
    assert panel.told == [told]


def test_a_pinned_run_says_so_and_can_be_let_go(panel):
    session = race(new_run("adam"), new_run("momentum"))
    session.tweak("adam", "pinned", True)
    panel.refresh(session.picture(naming=run_names), "adam")
    assert panel.rows[0].detail.text().startswith("pinned")
    choose(panel.rows[0], "Unpin")
    assert panel.told == [("changed", "adam", "pinned", False)]


def test_any_optimizer_can_join(panel):
    actions = [action for action in panel.optimizers.actions() if not action.isSeparator()]
    offered = OPTIMIZERS.offered()
    assert [action.text() for action in actions] == [OPTIMIZERS[key].title for key in offered]
    for action, key in zip(actions, offered, strict=True):
        entry = OPTIMIZERS[key]
        assert entry.summary.lower() in action.toolTip().lower()
        action.trigger()
    assert panel.told == [("added", key) for key in offered]


def test_sixteen_runs_are_enough(panel):
    panel.refresh(race(*(new_run("adam") for _ in range(MAX_RUNS)), updates=1).picture(naming=run_names), "adam")
    assert len(panel.rows) == MAX_RUNS and not panel.add.isEnabled()
    panel.refresh(race(new_run("adam"), updates=1).picture(naming=run_names), "adam")
    assert len(panel.rows) == 1 and panel.add.isEnabled()


def learners(*runs, updates: int = 40, **settings) -> Session:
    session = Session(new_network("circle", list(runs), (3,), **settings))
    session.advance(updates)
    return session


def test_a_network_shows_its_validation_loss_and_the_best_one(panel):
    session = learners(new_run("adam", learning_rate=0.03, batch=10), new_run("sgd", learning_rate=0.03, batch=10))
    picture = session.picture(naming=run_names)
    panel.refresh(picture, "adam")
    for row, run in zip(panel.rows, picture.runs, strict=True):
        assert row.value.text() == f"{run.measures.column('validation_loss')[-1]:.4g}"
        assert "validation" in row.value.toolTip().lower() and f"{int(run.measures.at[-1])}" in row.value.toolTip()
        assert row.best.isVisible() and row.best.text() == f"best {run.best.loss:.3g} at {run.best.update}"
        assert row.best.geometry().right() <= row.width()


def test_a_network_that_stands_still_shows_the_loss_it_has_there(panel):
    session = Session(new_network("circle", [new_run("adam", learning_rate=0.01)], (4,)))
    session.advance(3001)
    panel.refresh(session.picture(naming=run_names), "adam")
    row, measured = panel.rows[0], panel.rows[0].value.text()
    session.measure_standing()
    picture = session.picture(naming=run_names)
    run = picture.runs[0]
    panel.refresh(picture, "adam")
    here = float(run.standing[MEASURES.index("validation_loss")])
    assert here < run.best.loss, "the case that is wanted"
    assert row.value.text() == f"{here:.4g}" != measured
    assert row.value.toolTip() == "Validation loss, measured at update 3,001"
    assert row.best.isVisible() and row.best.text() == "best so far"
    assert f"was at update {run.best.update:,}" in row.best.toolTip()
    row.show_menu()
    assert not any("best" in action.text() for action in row.findChild(QMenu).actions())
    worse = np.full(len(MEASURES), 9.0)
    panel.refresh(replace(picture, runs=(replace(run, standing=worse),)), "adam")
    assert row.value.text() == "9" and row.best.text() == f"best {run.best.loss:.3g} at {run.best.update:,}"
    session.seek(100)
    panel.refresh(session.picture(100, naming=run_names), "adam")
    assert row.value.toolTip() == "Validation loss, measured at update 96"


def test_the_learning_rate_is_not_cut_for_the_best_loss(panel):
    picture = learners(new_run("adam", learning_rate=0.00316, batch=10)).picture(naming=run_names)
    run = replace(picture.runs[0], best=replace(picture.runs[0].best, loss=0.0142, update=1536))
    panel.refresh(replace(picture, runs=(run,)), "adam")
    row = panel.rows[0]
    row.show_run(run, "η = 0.00316, B = 10, order fixed", True)
    row.layout().activate()
    assert row.best.text() == "best 0.0142 at 1,536"
    assert row.best.fontMetrics().horizontalAdvance(row.best.text()) <= row.best.width()
    shown = row.detail.fontMetrics().elidedText(row.detail.text(), Qt.TextElideMode.ElideRight, row.detail.width())
    assert shown.startswith("η = 0.00316")


@pytest.mark.parametrize(
    ("loss", "update", "told"),
    [
        (1.23456e-05, 123_456, "best 1.23e−05 at 123 k"),
        (0.000384, 9_999, "best 0.000384 at 9,999"),
        (0.000384, 45_600_000, "best 0.000384 at 45.6 M"),
    ],
)
def test_the_longest_best_loss_has_room(panel, loss, update, told):
    picture = learners(new_run("adam", batch=10)).picture(naming=run_names)
    run = replace(picture.runs[0], best=replace(picture.runs[0].best, loss=loss, update=update))
    panel.refresh(replace(picture, runs=(run,)), "adam")
    row = panel.rows[0]
    assert row.best.text() == told and f"{update:,}" in row.best.toolTip()
    assert row.best.fontMetrics().horizontalAdvance(told) <= row.best.width()


def test_of_a_past_update_a_network_shows_what_was_measured_then(panel):
    session = learners(new_run("adam", learning_rate=0.03, batch=10))
    picture = session.picture(7, naming=run_names)
    panel.refresh(picture, "adam")
    run = picture.runs[0]
    place = int((run.measures.at <= 7).sum()) - 1
    assert panel.rows[0].value.text() == f"{run.measures.column('validation_loss')[place]:.4g}"
    assert f"update {int(run.measures.at[place])}" in panel.rows[0].value.toolTip()


def test_without_validation_it_is_the_training_loss(panel):
    picture = learners(new_run("adam", batch=10), share=1.0).picture(naming=run_names)
    panel.refresh(picture, "adam")
    row, run = panel.rows[0], picture.runs[0]
    assert row.value.text() == f"{run.measures.column('training_loss')[-1]:.4g}" and "Training" in row.value.toolTip()
    assert not row.best.isVisible()
    row.show_menu()
    titles = [action.text() for action in row.findChild(QMenu).actions()]
    assert "Rename …" in titles and not any("best" in title for title in titles)


def test_the_menu_goes_back_to_the_best_weights(panel):
    picture = learners(new_run("adam", batch=10)).picture(naming=run_names)
    panel.refresh(picture, "adam")
    choose(panel.rows[0], f"Rewind to the best weights (update {picture.runs[0].best.update})")
    assert panel.told == [("rewound", picture.runs[0].best.update)]


def test_the_menu_of_a_run_goes_with_it_and_does_what_it_says(panel):
    made = learners(new_run("adam", batch=10), new_run("momentum", batch=10))
    panel.refresh(made.picture(naming=run_names), "adam")
    adam, momentum = panel.rows
    adam.show_menu()
    menu = adam.findChildren(QMenu)[0]
    title = next(action.text() for action in menu.actions() if "best weights" in action.text())
    changed = replace(adam.run, best=replace(adam.run.best, update=adam.run.best.update - 1))
    adam.show_run(replace(changed, settings=replace(changed.settings, visible=False)), "", True)
    for words in (title, "Hide"):
        next(action for action in menu.actions() if action.text() == words).trigger()
    assert panel.told == [
        ("rewound", int(title.rpartition(" ")[2].rstrip(")").replace(",", ""))),
        ("changed", "adam", "visible", False),
    ]
    menu.close()
    momentum.show_menu()
    menu = momentum.findChildren(QMenu)[0]
    assert menu.isVisible()
    made.remove("momentum")
    panel.refresh(made.picture(naming=run_names), "adam")
    assert not menu.isVisible()


def test_a_surface_after_a_network_shows_nothing_of_it(panel):
    panel.refresh(learners(new_run("adam", batch=10)).picture(naming=run_names), "adam")
    picture = race(new_run("adam", learning_rate=0.02)).picture(naming=run_names)
    panel.refresh(picture, "adam")
    assert not panel.rows[0].best.isVisible() and panel.rows[0].value.toolTip() == "Loss at the point on screen"


def test_what_differs_between_networks_is_told_in_words(panel):
    runs = [
        new_run("sgd", learning_rate=0.1, batch=10, order="fixed"),
        new_run("sgd", learning_rate=0.1, batch=10, l1=0.01),
    ]
    panel.refresh(learners(*runs).picture(naming=run_names), "sgd")
    told = [f"{row.name.text()}, {row.detail.text()}" for row in panel.rows]
    assert told == ["λ₁ = 0, order fixed", "λ₁ = 0.01, order reshuffled"]


def test_a_diverged_run_says_why_and_offers_remedies(panel, qtbot):
    session = race(new_run("sgd", learning_rate=0.5), new_run("adam"), updates=200)
    picture = session.picture(naming=run_names)
    panel.refresh(picture, "sgd")
    row, run = panel.rows[0], picture.runs[0]
    assert row.message.isVisible() and run.message.split(";")[0] in row.message.text()
    assert row.property("bad") is True and "diverged" in row.accessibleName()
    assert [button.text() for button in row.remedies.values()] == [
        "Rewind", f"Clip at {run.clip_to:g}", f"η = {run.better_rate:.3g}", "Branch",
    ]  # fmt: skip
    for button in row.remedies.values():
        assert button.isVisible() and button.geometry().right() < row.width() and button.toolTip()
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert panel.told == [("remedied", "sgd", what) for what in ("rewind", "clip", "slower", "branch")]
    other = panel.rows[1]
    assert not other.message.isVisible() and not any(button.isVisible() for button in other.remedies.values())


def test_a_run_that_runs_away_says_so_while_it_moves(panel):
    session = race(new_run("adam", learning_rate=1e12), new_run("adam"), updates=200)
    panel.refresh(session.picture(naming=run_names), "adam")
    row = panel.rows[0]
    assert row.message.isVisible() and row.message.text().startswith("running away: ")
    assert row.property("bad") is True and not panel.rows[1].message.isVisible()
    session.tweak("adam", "learning_rate", 1e-3)
    session.stop_at({"updates": 200})
    panel.refresh(session.picture(naming=run_names), "adam")
    assert "running away: the loss is" in row.message.text()
    back = session.picture(naming=run_names).runs[0].rewind_to
    assert f"rewind to update {back:,}" in row.message.toolTip() and "smaller than" in row.message.toolTip()
    row.remedies["rewind"].click()
    assert panel.told == [("remedied", "adam", "rewind")]


def test_the_message_of_a_run_is_no_markup(panel):
    picture = race(new_run("sgd", learning_rate=0.5), updates=200).picture(naming=run_names)
    run = replace(picture.runs[0], message="<b>bad</b> & worse")
    panel.refresh(replace(picture, runs=(run,)), "sgd")
    assert panel.rows[0].message.text() == "<b>bad</b> & worse"
    assert panel.rows[0].message.textFormat() == Qt.TextFormat.PlainText


def test_long_names_are_cut_and_told(panel):
    name = "a name that nobody could read in so narrow a column <i>"
    session = race(replace(new_run("adam"), name=name), new_run("sgd"))
    panel.refresh(session.picture(naming=run_names), "adam")
    row = panel.rows[0]
    assert row.name.text() == name and name in row.name.toolTip().replace("&lt;", "<").replace("&gt;", ">")
    assert row.width() <= panel.width() and row.value.geometry().right() <= row.width()


def test_another_theme_recolours_the_dots(panel):
    panel.set_theme(LIGHT)
    image = panel.rows[0].swatch.grab().toImage()
    assert image.pixelColor(image.rect().center()) == QColor(LIGHT.run_colours[panel.rows[0].run.colour])


def test_a_row_belongs_to_its_run_and_goes_with_it(panel, qtbot):
    session = race(*(new_run(kind) for kind in ("adam", "sgd", "rmsprop")))
    panel.refresh(session.picture(naming=run_names), "sgd")
    first, second, third = panel.rows
    second.begin_rename()
    qtbot.keyClicks(second.editor, "mine")
    session.remove("adam")
    panel.refresh(session.picture(naming=run_names), "sgd")
    assert panel.rows == [second, third] and second.editor.isVisible() and second.editor.text() == "mine"
    panel.told.clear()
    session.remove("sgd")
    panel.refresh(session.picture(naming=run_names), "rmsprop")
    assert panel.rows == [third] and panel.told == []  # nobody else gets the name that was being typed
    assert third.hasFocus()  # and the keyboard stays in the list
    assert not first.isVisible() and not second.isVisible()
