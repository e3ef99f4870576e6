"""What a run records: bounded, never losing a spike, and immutable once published."""

from __future__ import annotations

import threading

import numpy as np
import pytest

from engine import COLUMNS, Session, full_history, new_experiment, new_run
from engine.training.history import EARLY_BINS, MAX_BINS, History, HistoryView, X, Y


def fill(history: History, rows: np.ndarray) -> None:
    """Write rows (COLUMNS, k) as the training loop does."""
    for row in rows.T:
        if not history.room:
            history.make_room()
        place, inside = divmod(history.updates - history.first, history.width)
        history.last[:, place] = row
        if history.width > 1:
            history.low[:, place] = row if not inside else np.minimum(history.low[:, place], row)
            history.high[:, place] = row if not inside else np.maximum(history.high[:, place], row)
        history.updates += 1


def expected(rows: np.ndarray, width: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    count = rows.shape[1] // width
    bins = rows[:, : count * width].reshape(len(COLUMNS), count, width)
    return bins[:, :, -1], bins.min(axis=2), bins.max(axis=2)


@pytest.mark.parametrize("updates", [0, 1, 7, 8, 9, 16, 17, 100, 1000, 4097])
def test_merging_keeps_low_high_and_last(updates: int) -> None:
    rows = np.random.default_rng(updates).standard_normal((len(COLUMNS), updates))
    history = History(most_bins=16)
    fill(history, rows)
    view = history.view()
    assert view.updates == updates
    assert view.count == updates // view.width
    assert view.count > 16 // 2 - 1 or view.width == 1
    assert view.latest == (tuple(rows[:, -1]) if updates else ())
    for k, name in enumerate(COLUMNS):
        for got, wanted in zip(view.column(name), expected(rows, view.width), strict=True):
            np.testing.assert_array_equal(got, wanted[k])
    np.testing.assert_array_equal(view.at, np.arange(view.count) * view.width + view.width - 1)


@pytest.mark.parametrize("updates", [999, 1000, 1001, MAX_BINS - 1, MAX_BINS, MAX_BINS + 1, 4 * MAX_BINS + 12_345])
def test_the_loops_record_equals_every_update(updates: int) -> None:
    session = Session(new_experiment("himmelblau", [new_run("momentum", batch="single")], noise=50.0, updates=0))
    session.advance(updates)
    run = session.runs[0]
    rows = np.stack(list(full_history(run).values()))
    assert rows.shape == (len(COLUMNS), updates)
    view = run.history.view()
    for k, name in enumerate(COLUMNS):
        for got, wanted in zip(view.column(name), expected(rows, view.width), strict=True):
            np.testing.assert_array_equal(got, wanted[k])
    assert view.latest == tuple(rows[:, -1])


def test_memory_is_bounded_and_a_spike_never_vanishes() -> None:
    session = Session(new_experiment("himmelblau", [new_run("adam", learning_rate=1e-3)], updates=0))
    run = session.runs[0]
    session.advance(5)
    session.tweak("adam", "learning_rate", 500.0)
    session.advance(1)
    session.tweak("adam", "learning_rate", 0.1)
    spike = run.peek().loss
    assert spike > 1e8
    most = 0
    for _ in range(5):
        session.advance(400_000)
        history = run.history
        arrays = {id(array): array.nbytes for array in (history.last, history.low, history.high)}
        machines = [kept.machine for kept in run._checkpoints]
        kept = sum(
            array.nbytes + 128
            for machine in machines
            for array in vars(machine).values()
            if isinstance(array, np.ndarray)
        )
        most = max(most, sum(arrays.values()) + kept)
        low, high = history.view().column("loss")[1:]
        assert high.max() == spike
        assert low.min() < 1.0
        assert history.last.shape[1] <= MAX_BINS
    assert run.update > 2_000_000
    # While neighbours merge, the old arrays live beside the new ones, and a published view may hold a third.
    assert 3 * most < 70e6


def test_a_view_does_not_change_while_the_run_goes_on() -> None:
    session = Session(new_experiment("rastrigin", [new_run("adam", batch="single")], noise=1.0, updates=0))
    run = session.runs[0]
    kept = []
    for _ in range(60):
        session.advance(9973)
        view = run.history.view()
        kept.append((view, [column.copy() for name in COLUMNS for column in view.column(name)]))
    assert kept[-1][0].width > 1
    for view, columns in kept:
        now = [column for name in COLUMNS for column in view.column(name)]
        assert all(np.array_equal(old, new) for old, new in zip(columns, now, strict=True))


def test_views_may_be_read_from_another_thread() -> None:
    session = Session(new_experiment("rosenbrock", [new_run("adam", learning_rate=1e-4)], updates=0))
    run = session.runs[0]
    session.advance(10)
    done = threading.Event()
    faults: list[str] = []

    pictures = [session.picture()]

    def read() -> None:
        while not done.is_set():
            view = pictures[-1].runs[0].history
            last, low, high = view.column("loss")
            sound = len(last) == len(low) == len(high) == view.count
            if not (sound and (low <= last).all() and (last <= high).all()):
                faults.append(f"{view.updates}: {view.count}")

    reader = threading.Thread(target=read)
    reader.start()
    try:
        for _ in range(60):
            session.advance(10_000)
            pictures.append(session.picture())
    finally:
        done.set()
        reader.join()
    assert not faults
    assert run.update == 600_010


def test_forgetting_begins_again_at_the_current_update() -> None:
    history = History(most_bins=16)
    rows = np.random.default_rng(0).standard_normal((len(COLUMNS), 30))
    fill(history, rows[:, :10])
    history.forget()
    assert history.view().count == 0
    assert history.view().latest == ()
    assert history.room == 16
    fill(history, rows[:, 10:])
    assert history.view().updates == 30
    assert history.view().latest == tuple(rows[:, -1])


def path_of(view: HistoryView) -> tuple[np.ndarray, np.ndarray]:
    """Updates (n,) and places (2, n) of the points of a path."""
    updates = np.array([view.path_update(place) for place in range(view.path_count)], int)
    return updates, np.stack(view.path())


@pytest.mark.parametrize("updates", [0, 1, 7, 16, 17, 33, 100, 1000, 4097])
def test_a_path_begins_at_its_start_and_is_thinned_with_age(updates: int) -> None:
    rows = np.random.default_rng(updates).standard_normal((len(COLUMNS), updates))
    history = History(most_bins=16)
    fill(history, rows)
    view = history.view()
    at, places = path_of(view)
    assert (np.diff(at) > 0).all() and len(at) == view.path_count
    assert at.tolist()[:16] == list(range(min(updates, 16)))
    np.testing.assert_array_equal(places, rows[[X, Y]][:, at])
    if view.count:
        assert at[-1] == view.count * view.width - 1
    assert (np.diff(at) <= np.maximum(1, 2 * at[1:] / 16)).all()
    assert len(at) <= 16 * (1 + history.shift)


def test_places_and_updates_of_a_path_are_inverse() -> None:
    history = History(most_bins=16)
    fill(history, np.random.default_rng(2).standard_normal((len(COLUMNS), 500)))
    view = history.view()
    at, places = path_of(view)
    for update in range(500):
        place = view.path_place(update)
        assert place == np.searchsorted(at, update)
    for first in range(0, view.path_count, 3):
        for last in (first, first + 1, first + 5, view.path_count):
            np.testing.assert_array_equal(np.stack(view.path(first, last)), places[:, first:last])


def test_the_path_of_a_long_run_begins_at_its_start_to_the_bit_however_it_got_there() -> None:
    updates = 1_200_000
    experiment = new_experiment("himmelblau", [new_run("momentum", batch="single")], noise=50.0, updates=0)
    session = Session(experiment)
    session.advance(10)
    exact = full_history(session.run("momentum"))
    seen = session.runs[0].history.view()
    session.advance(updates - 10)
    run = session.runs[0]
    view = run.history.view()
    assert view.width == 16 and view.early.nbytes < 100_000
    at, places = path_of(view)
    assert at[:EARLY_BINS].tolist() == list(range(EARLY_BINS))
    assert tuple(places[:, 0]) == session.picture().task.start
    np.testing.assert_array_equal(places[:, :10], np.stack((exact["x"], exact["y"])))
    np.testing.assert_array_equal(np.stack(seen.path()), places[:, :10])
    other = Session(experiment)
    while other.runs[0].update < updates:
        other.advance(99_991)
    other.rewind(updates)
    np.testing.assert_array_equal(other.runs[0].history.view().early, view.early)
