"""The panels at a glance: few settings at first, the others behind More, all of them found by search."""

from __future__ import annotations

import pytest
import shiboken6
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QScrollArea, QWidget

from app.documents.presets import presets
from app.stage.views import VIEWS
from app.widgets.chooser import Chooser
from app.widgets.knob import Knob
from app.widgets.more import More
from app.widgets.segmented import Segmented
from app.widgets.stepper import Stepper
from app.widgets.switch import Switch
from app.window.problem_switch import blank
from engine import SCHEDULES, TIERS, new_experiment, new_network, new_run, offers
from tests.each import each

KINDS = list(offers())

MOST = 12
SIZE = 1280, 800


@pytest.fixture
def window(used_window):
    return used_window()


def panels(window) -> list[QWidget]:
    bench = window.bench
    return [bench.problem_panel, bench.runs_panel, bench.run_panel, bench.stop_panel]


def is_editable(part: QWidget) -> bool:
    """Whether a person sets something with it: a field, a list, a row of buttons of which one is chosen, a switch."""
    chip = isinstance(part, QAbstractButton) and part.objectName() == "chip"
    return chip or isinstance(part, Knob | Stepper | Segmented | Switch | QComboBox | QLineEdit)


def controls(window) -> list[QWidget]:
    """All that is on screen or can be scrolled to; parts of one control count once."""
    found = [part for panel in panels(window) for part in panel.findChildren(QWidget)]
    found = [part for part in found if part.isVisible() and is_editable(part)]
    return [part for part in found if not any(other is not part and other.isAncestorOf(part) for other in found)]


def names(window) -> list[str]:
    return [part.accessibleName() or part.objectName() for part in controls(window)]


def choose_kind(window, kind: str) -> None:
    window.bench.problem_panel.kind.button(KINDS.index(kind)).click()
    window.settle()
    QApplication.processEvents()


@pytest.mark.parametrize("kind", KINDS)
def test_a_fresh_experiment_shows_few_settings(used_window, kind):
    window = used_window(blank(kind))
    window.shell.resize(*SIZE)
    QApplication.processEvents()
    assert 5 < len(controls(window)) <= MOST, names(window)
    assert {"learning rate", "optimizer"} <= set(names(window))


@pytest.mark.parametrize("optimizer", ["momentum", pytest.param("adam", marks=pytest.mark.slow)])
def test_few_settings_after_each_change_of_the_kind_with_any_usual_optimizer(used_window, optimizer):
    window = used_window(new_experiment("rosenbrock", [new_run(optimizer)], updates=0))
    window.shell.resize(*SIZE)
    for kind in ("network", "surface", "formula", "network"):
        choose_kind(window, kind)
        assert 5 < len(controls(window)) <= MOST, (kind, names(window))


@pytest.mark.parametrize(("data", "architecture"), [("digits", "convolutional"), ("adding", "recurrent")])
def test_another_architecture_shows_few_settings_too(used_window, data, architecture):
    window = used_window(blank("network"))
    window.shell.resize(*SIZE)
    for changes in ({"data": data, "share": 0.8, "scaling": "standardise"}, {"architecture": architecture}):
        window.bench.controller.change_problem(changes)
        window.settle()
        QApplication.processEvents()
    window.bench.problem_panel.renew()
    assert window.picture.task.architecture.kind == architecture
    assert {"architecture"} <= set(names(window)) and len(controls(window)) <= MOST, names(window)


def different(window) -> dict[str, Knob]:
    """All knobs that mean something for what is open and whose value is not the default."""
    return {
        f"{panel.accessibleName()}: {knob.hyper.name}": knob
        for panel in panels(window)
        for knob in panel.findChildren(Knob)
        if knob.value != knob.hyper.default and applies(knob)
    }


def applies(knob: Knob) -> bool:
    part = knob
    while part is not None and not part.isWindow():
        owner = part.parentWidget()
        if part.isHidden() and not isinstance(owner, More):
            return False
        part = owner
    return True


def test_what_an_opened_experiment_sets_is_on_screen(window):
    check_presets(window, presets()[2::9])


@pytest.mark.slow
def test_what_any_preset_sets_is_on_screen(window):
    check_presets(window, presets())


def check_presets(window, chosen) -> None:
    for preset in chosen:
        window.bench.document.open(preset.experiment(), None)
        window.settle()
        QApplication.processEvents()
        check_what_differs(window)


def check_what_differs(window) -> None:
    assert not [name for name, knob in different(window).items() if not knob.isVisible()]
    assert all(more.isVisible() == (more.count > 0) for more in visible_mores(window))


def visible_mores(window) -> list[More]:
    return [more for panel in panels(window) for more in panel.findChildren(More) if more.parentWidget().isVisible()]


@pytest.mark.parametrize("network", [False, True])
def test_the_number_at_more_is_true(open_window, network):
    window = open_window(new_network("circle", ["adam"]) if network else new_experiment("quadratic", ["adam"]))
    for more in visible_mores(window):
        if more.count == 0:
            continue
        before = set(controls(window))
        chips = set(window.bench.problem_panel.panels["network"].inputs.chips.values())
        more.open()
        QApplication.processEvents()
        shown = set(controls(window)) - before
        features = 1 if shown & chips else 0
        assert more.count == len(shown - chips) + features, more.of
        assert more.header.text() == f"More ({more.count})"


def test_undo_and_redo_keep_what_differs_on_screen(window):
    bench = window.bench
    knobs = bench.run_panel.optimizer.knobs
    bench.controller.tweak("adam", "optimizer.eps", 1e-3)
    bench.controller.settle()
    window.settle()
    assert knobs.knobs["eps"].isVisible() and not bench.run_panel.optimizer_more.is_open
    bench.document.undo()
    window.settle()
    assert knobs.knobs["eps"].value == 1e-8 and knobs.knobs["eps"].isVisible(), "it stays where it is"
    bench.document.redo()
    window.settle()
    assert knobs.knobs["eps"].value == 1e-3 and knobs.knobs["eps"].isVisible()
    bench.controller.select("momentum")
    window.settle()
    assert "eps" not in knobs.knobs
    bench.controller.select("adam")
    window.settle()
    assert bench.run_panel.optimizer.knobs.knobs["eps"].isVisible()


def test_a_run_shows_what_it_sets_itself_and_not_what_another_does(used_window):
    window = used_window(
        new_experiment("beale", [new_run("adam", id="a", eps=1e-3), new_run("adam", id="b", beta1=0.5)])
    )
    for id, shown in (("a", {"eps"}), ("b", {"beta1"}), ("a", {"eps"})):
        window.bench.controller.select(id)
        window.settle()
        knobs = window.bench.run_panel.optimizer.knobs.knobs
        assert {name for name, knob in knobs.items() if knob.isVisible()} == shown


def test_what_is_chosen_behind_more_stays_under_the_hand(window):
    panel = window.bench.run_panel
    window.shell.activateWindow()
    window.until(window.shell.isActiveWindow)
    panel.schedule_more.open()
    chooser = panel.schedule.chooser
    chooser.setFocus()

    def choose(key: str, *keys: Qt.Key) -> None:
        for pressed in keys:
            window.qtbot.keyClick(chooser, pressed)
        window.until(lambda: window.run("adam").settings.schedule.kind == key)
        window.settle()
        assert chooser.hasFocus() and chooser.isVisible()

    def is_inside(part: QWidget) -> bool:
        return panel.schedule_more.inside.isAncestorOf(part)

    choose("cosine", *[Qt.Key.Key_Down] * SCHEDULES.offered().index("cosine"))
    length = panel.schedule.knobs.knobs["length"]
    assert is_inside(chooser) and is_inside(length) and length.isVisible()
    panel.schedule_more.open(False)
    assert not is_inside(chooser) and chooser.isVisible() and length.isVisible()
    chooser.setFocus()
    choose("constant", Qt.Key.Key_Home)
    assert not is_inside(chooser)
    for id in ("momentum", "adam"):
        window.bench.controller.select(id)
        window.settle()
    assert is_inside(chooser) and not chooser.isVisible()


def seen(part: QWidget) -> bool:
    """Whether all of it is inside what its scroll area shows."""
    area = part.parentWidget()
    while not isinstance(area, QScrollArea):
        area = area.parentWidget()
    view = area.viewport()
    return view.rect().contains(QRect(part.mapTo(view, QPoint(0, 0)), part.size()).adjusted(0, 1, 0, -1))


def ask(window, text: str) -> None:
    search = window.bench.problem_panel.search
    search.setFocus()
    window.qtbot.keyClicks(search, text)
    window.qtbot.keyClick(search, Qt.Key.Key_Return)


@pytest.fixture(params=["surface", "formula", "network"])
def any_kind(request, used_window):
    window = used_window(blank(request.param))
    window.shell.resize(*SIZE)
    window.shell.activateWindow()
    QApplication.processEvents()
    return window


def test_search_finds_all_that_is_named_at_more_and_every_setting_and_gives_it_the_keyboard(any_kind):
    window = any_kind
    search = window.bench.problem_panel.search
    named = [(more, title) for more in visible_mores(window) for title in more.titles]
    assert len(named) > 10
    for more, title in named:
        assert any(more.isAncestorOf(found.control) for found in search.matches(title)), title
    wanted = [
        part
        for panel in panels(window)
        for part in panel.findChildren(QWidget)
        if isinstance(part, Knob | Chooser | Stepper) and applies(part)
    ]
    assert len(wanted) > 12
    for part in wanted:
        for more in window.bench.findChildren(More):
            more.open(False)
        found = [found for found in search.matches(part.accessibleName()) if found.control is part and not found.key]
        assert len(found) == 1, part.accessibleName()
        search.go_to(found[0])
        assert (part.isVisible() and part.isAncestorOf(QApplication.focusWidget())) or part.hasFocus()
        window.until(lambda part=part: seen(part))


def test_a_setting_that_has_gone_since_it_was_listed_is_not_gone_to(window):
    window.bench.controller.tweak("adam", "drive.optimizer.beta1", "linear")
    window.settle()
    search = window.bench.problem_panel.search
    found = next(found for found in search.matches("end factor") if "driven" in _owners(found.control))
    window.bench.controller.tweak("adam", "drive.optimizer.beta1", "constant")
    window.settle()
    window.until(lambda: not shiboken6.isValid(found.control))
    search.go_to(found)
    assert search.text() == ""


def _owners(part: QWidget) -> str:
    """The names of all that a part lies in."""
    return f"{part.objectName()} {_owners(part.parentWidget())}" if part is not None else ""


@each(
    "text, name",
    [("weight decay", "weight_decay"), ("clip", "clip_norm"), ("L1", "l1"), ("warm", "warmup")],
)
def test_words_of_a_setting_lead_to_it(window, text, name):
    window.shell.resize(*SIZE)
    window.shell.activateWindow()
    ask(window, text)
    knob = window.bench.run_panel.findChild(Knob, f"knob-{name}")
    assert knob.field.hasFocus() and window.bench.problem_panel.search.text() == ""
    window.until(lambda: seen(knob))


def test_an_entry_of_a_list_is_found_and_taken_with_return(window):
    window.shell.activateWindow()
    chooser = window.bench.run_panel.optimizer.chooser
    ask(window, "adabelief")
    window.until(lambda: chooser.view().isVisible())
    window.qtbot.keyClick(chooser.view(), Qt.Key.Key_Return)
    window.until(lambda: window.run("adam").settings.optimizer.kind == "adabelief")
    window.settle()


def test_the_list_of_matches_follows_the_typing_and_escape_leaves(window):
    search = window.bench.problem_panel.search
    window.shell.activateWindow()
    search.setFocus()
    popup = search.completer_list.popup()
    window.qtbot.keyClicks(search, "learning")
    window.until(popup.isVisible)
    assert "learning rate" in popup.model().index(0, 0).data()
    window.qtbot.keyClicks(search, " zzz")
    window.until(lambda: not popup.isVisible())
    assert search.matches(search.text()) == []
    window.qtbot.keyClick(search, Qt.Key.Key_Return)
    assert search.hasFocus() and search.text() == "learning zzz", "nothing was found: the words stay to be corrected"
    window.qtbot.keyClick(search, Qt.Key.Key_Escape)
    assert search.text() == "" and not search.hasFocus()


def test_a_click_in_the_list_goes_there(window):
    search = window.bench.problem_panel.search
    window.shell.activateWindow()
    search.setFocus()
    window.qtbot.keyClicks(search, "seed")
    popup = search.completer_list.popup()
    window.until(popup.isVisible)
    place = popup.visualRect(popup.model().index(0, 0)).center()
    window.qtbot.mouseClick(popup.viewport(), Qt.MouseButton.LeftButton, pos=place)
    knob = window.bench.problem_panel.panels["surface"].noise.knobs["seed"]
    window.until(lambda: knob.field.hasFocus() and knob.isVisible())


def test_what_means_nothing_here_is_not_found(used_window):
    window = used_window(blank("surface"))
    search = window.bench.problem_panel.search
    assert not search.matches("dropout") and not search.matches("patience") and not search.matches("")
    assert search.matches("noise")
    choose_kind(window, "network")
    assert search.matches("dropout") and search.matches("patience")


def test_the_views_stand_in_the_order_of_their_tiers():
    tiers = [TIERS.index(view.TIER) for view in VIEWS]
    assert tiers == sorted(tiers) and tiers[0] == 0
