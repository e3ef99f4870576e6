"""A problem of the plane: surfaces of the catalogue, own formulas, start and noise."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from app.controls.problem_panel import ProblemPanel
from app.look.theme import DARK
from engine import SURFACES, Choice, Formula, Session, new_experiment, new_network, offers
from tests.each import each

KINDS = list(offers())


def seen(problem) -> list[str]:
    """The kinds whose panels are shown."""
    return [key for key, panel in problem.panels.items() if panel.isVisible()]


@pytest.fixture
def problem(show_in_column):
    made = show_in_column(ProblemPanel(DARK))
    made.told = []
    made.changed.connect(made.told.append)
    made.kind_chosen.connect(made.told.append)
    made.refresh(Session(new_experiment("rosenbrock", ["sgd"])).picture())
    assert made.told == [] and made.panels["surface"].isVisible() and not made.panels["network"].isVisible()
    return made


@each("key", SURFACES)
def test_every_surface_shows_its_formula_and_knobs(problem, fits, key):
    problem.refresh(Session(new_experiment(key, ["sgd"])).picture())
    entry = SURFACES[key]
    assert problem.panels["surface"].chooser.key == key and problem.panels["surface"].formula.text().startswith("f = ")
    assert list(problem.panels["surface"].knobs.knobs) == [knob.name for knob in entry.knobs]
    assert not problem.panels["surface"].editor.isVisible() and problem.told == []
    fits(problem)


def test_choosing_a_surface_takes_its_start(problem):
    problem.panels["surface"].chooser.chosen.emit("beale")
    assert problem.told[-1]["surface"].kind == "beale" and problem.told[-1]["start"] == SURFACES["beale"].start


def test_an_exact_formula_becomes_ones_own(problem):
    problem.kind.chosen.emit(1)
    own = problem.told[-1]["surface"]
    assert isinstance(own, Formula) and own.text == SURFACES["rosenbrock"].formula
    problem.refresh(Session(new_experiment(own, ["sgd"])).picture())
    assert (
        problem.panels["surface"].editor.isVisible()
        and not problem.panels["surface"].chooser.isVisible()
        and problem.panels["surface"].editor.text.text() == own.text
    )
    problem.kind.chosen.emit(0)
    assert isinstance(problem.told[-1]["surface"], Choice)


def test_start_seed_and_noise_are_typed(problem, qtbot):
    for knobs, name, told in (
        (problem.panels["surface"].start, "start_x", {"start": (0.5, 1.0)}),
        (problem.panels["surface"].start, "start_y", {"start": (0.5, 0.5)}),
        (problem.panels["surface"].noise, "seed", {"seed": 7}),
        (problem.panels["surface"].noise, "noise", {"noise": 0.5}),
    ):
        field = knobs.reveal(name).field
        field.setFocus()
        field.selectAll()
        qtbot.keyClicks(field, "7" if name == "seed" else "0.5")
        qtbot.keyClick(field, Qt.Key.Key_Return)
        assert problem.told[-1] == told


def test_a_click_on_the_kind_that_is_shown_changes_nothing(problem):
    problem.kind.chosen.emit(0)
    assert problem.told == []


def test_another_kind_is_asked_for_and_shown_when_it_comes(problem):
    problem.kind.chosen.emit(KINDS.index("network"))
    assert problem.told == ["network"]
    problem.refresh(Session(new_network("circle", ["sgd"], (2,))).picture())
    assert (
        problem.panels["network"].isVisible() and not problem.panels["surface"].isVisible() and problem.kind.place == 2
    )
    for kind in ("surface", "formula"):
        problem.kind.chosen.emit(KINDS.index(kind))
        assert problem.told[-1] == kind
    problem.refresh(Session(new_experiment("beale", ["sgd"])).picture())
    assert (
        problem.panels["surface"].isVisible() and not problem.panels["network"].isVisible() and problem.kind.place == 0
    )


def test_what_is_refused_is_shown_as_it_was(problem):
    picture = Session(new_experiment("rosenbrock", ["sgd"])).picture()
    problem.kind.set_place(2)
    problem.kind.chosen.emit(2)
    problem.refresh(picture)
    assert problem.kind.place == 0
    problem.panels["surface"].noise.knobs["noise"].set_value(5.0)
    problem.panels["surface"].noise.changed.emit("noise", 5.0)
    problem.refresh(picture)
    assert problem.panels["surface"].noise.knobs["noise"].value == 0.0
