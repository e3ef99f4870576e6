"""Gates of a recurrent network: units by time steps, one part or all, of the example that is chosen."""

from __future__ import annotations

import numpy as np
import pytest

from app.look.theme import DARK, LIGHT
from app.stage.examples.gates import GatesView
from engine import Gates, Session, new_network, new_run, snapshot_of


def session_of(cell: str) -> Session:
    run = new_run("adam", learning_rate=0.01, batch=32)
    architecture = {"kind": "recurrent", "cell": cell, "units": 5}
    session = Session(new_network({"kind": "adding", "samples": 60}, [run], architecture=architecture))
    session.advance(4)
    return session


@pytest.fixture(scope="module")
def lstm() -> Session:
    return session_of("lstm")


def show(view: GatesView, session: Session) -> None:
    picture = session.picture()
    run = picture.runs[0]
    view.refresh(picture)
    view.show_snapshot(snapshot_of(picture.problem, run.shown.theta, view.queries(), run.id, run.update))


@pytest.fixture
def view(qtbot, lstm):
    made = GatesView(DARK)
    qtbot.addWidget(made)
    made.resize(560, 520)
    with qtbot.waitExposed(made):
        made.show()
    show(made, lstm)
    return made


def answer(session: Session, view: GatesView):
    return snapshot_of(session.problem, session.runs[0].machine.theta, view.queries()).answer(Gates)


def test_every_part_is_a_picture_gates_from_closed_to_open(view, lstm):
    found = answer(lstm, view)
    sequence, *parts = view.tiles.sections
    assert (sequence.values[0, 0] == found.inputs.T).all() and len(parts) == len(found.parts) == 6
    for section, part in zip(parts, found.parts, strict=True):
        assert (section.values[0, 0] == part.values.T).all() and section.title.startswith(f"{part.title} · 5 units")
        assert (section.ends == (0.0, 1.0)) == part.gate == ("% open" in section.title)
    assert parts[1].told(0, 0, 3, 10).startswith("forget gate, unit 4, step 11: 0.")
    view.set_theme(LIGHT)
    assert not view.grab().isNull()


def test_one_part_may_be_chosen_and_what_another_cell_lacks_is_not_offered(qtbot, view, lstm):
    view.shown.button("forget").click()
    assert [section.title.partition(" · ")[0] for section in view.tiles.sections] == ["sequence", "forget gate"]
    kept = view.view()
    assert kept["network_gates_shown"] == "forget" and not view.shown.button("reset").isVisible()
    elman = session_of("elman")
    show(view, elman)
    assert [section.title.partition(" · ")[0] for section in view.tiles.sections] == ["sequence", "state"]
    assert not view.shown.isVisible() and view.view() == kept, "a cell without gates changes no wish"
    show(view, lstm)
    assert view.shown.key == "forget" and view.shown.button("forget").isVisible()
    view.apply_view({"network_gates_shown": "nothing", "network_gates_example": "x"})
    assert view.view() == kept
    with qtbot.waitSignal(view.wanted_changed):
        view.picker.place.changed.emit(3)
    assert Gates(lstm.problem.subject.data.train + 2) in view.queries()


def test_numbers_that_are_not_finite_are_no_fault(view, lstm):
    picture = lstm.picture()
    run = picture.runs[0]
    theta = np.full_like(run.shown.theta, np.nan)
    view.show_snapshot(snapshot_of(picture.problem, theta, view.queries(), run.id, run.update))
    assert not view.grab().isNull() and view.describe()
