"""What is measured where a network stands: right, and without a trace in what follows."""

from __future__ import annotations

import numpy as np

from engine import Interruption, Session, new_experiment, new_network, new_run
from engine.interruption import finish
from engine.problems.supervised.measures import MEASURES

UPDATES = 3001  # far from what the record measures


def network(**stop) -> Session:
    runs = [new_run("adam", learning_rate=0.01), new_run("sgd", learning_rate=0.1)]
    return Session(new_network("circle", runs, (4,), stop=stop))


def record(session: Session) -> list[bytes]:
    views = [run.measures.view() for run in session.runs]
    return [part.tobytes() for view in views for part in (view.at, view.values, view.layers_at, view.layers)]


def test_a_network_is_measured_where_it_stands():
    session = network()
    session.advance(UPDATES)
    assert session.lacks_standing and all(run.standing is None for run in session.picture().runs)
    assert session.measure_standing() and not session.lacks_standing
    for run, shown in zip(session.runs, session.picture().runs, strict=True):
        assert shown.measures.at[-1] < UPDATES
        values, _ = finish(run.machine.measured(layers=False))
        assert shown.standing.shape == (len(MEASURES),) and shown.standing.tobytes() == values.tobytes()


def test_what_follows_and_the_record_are_the_same_without_it():
    measured, other = network(), network()
    for updates in (700, 1, 1300, 999):
        for session in (measured, other):
            session.advance(updates)
        assert measured.measure_standing()
        assert record(measured) == record(other)
    for one, two in zip(measured.runs, other.runs, strict=True):
        assert one.machine.theta.tobytes() == two.machine.theta.tobytes()
        assert (one.best.update, one.best.loss) == (two.best.update, two.best.loss)
    assert measured.experiment() == other.experiment()


def test_it_is_forgotten_when_the_run_moves_or_is_changed():
    session = network()
    session.advance(UPDATES)
    session.measure_standing()
    session.tweak("sgd", "optimizer.l1", 0.01)
    adam, sgd = session.picture().runs
    assert adam.standing is not None and sgd.standing is None and session.lacks_standing
    assert session.measure_standing()
    penalty = session.picture().runs[1].standing[MEASURES.index("penalty")]
    assert penalty > 0.0
    session.advance(1)
    assert all(run.standing is None for run in session.picture().runs)


def test_what_the_record_has_is_not_measured_again():
    session = network()
    for update in (0, 1, 64):
        session.advance(update - session.update)
        assert session.measure_standing()
        for run in session.picture().runs:
            assert (run.standing is None) == (run.measures.at[-1] == update)
    surface = Session(new_experiment("beale", ["sgd"]))
    surface.advance(10)
    assert not surface.lacks_standing and surface.measure_standing() and surface.picture().runs[0].standing is None


def test_one_that_has_diverged_is_not_measured():
    session = Session(new_network("sine", [new_run("sgd", learning_rate=5.0)], (4,), activation="relu"))
    session.advance(400)
    assert session.runs[0].diagnosis is not None
    assert not session.lacks_standing and session.measure_standing()


def test_it_goes_on_in_pieces():
    interruption = Interruption()
    session = Session(new_network("digits", ["adam"], (32,)), interruption)
    session.advance(301)
    while not session.settle():
        pass
    assert session.update == 301 and session.lacks_standing
    interruption.set()
    pieces = 1
    while not session.measure_standing():
        assert session.picture().runs[0].standing is None
        pieces += 1
    assert pieces > 3
    interruption.clear()
    values, _ = finish(session.runs[0].machine.measured(layers=False))
    assert np.array_equal(session.picture().runs[0].standing, values)
