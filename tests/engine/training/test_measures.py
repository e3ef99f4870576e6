"""When a network is measured: at updates that follow from counted work, and at most so often as it is worth it."""

from __future__ import annotations

import random

import numpy as np
import pytest

from engine.problems.supervised.measures import LAYER_MEASURES, MEASURES, NETWORK_MEASURES
from engine.training.measures import Measures, Work, work_of

# Networks by what they are: tiny, with as many examples as two batches, large, and with a full batch.
WORKS = {
    "tiny": (work_of(25, 8, 7, 250, 250), 10),
    "wide": (work_of(6570, 4096, 106, 1437, 360), 32),
    "large": (work_of(101_770, 100_352, 138, 9984, 0), 128),
    "full": (work_of(6570, 4096, 106, 1792, 0), 1792),
    "huge": (work_of(2_000_000, 1_000_000, 2000, 50_000, 10_000), 64),
}
NOTHING = np.zeros(len(MEASURES)), np.zeros((1, len(LAYER_MEASURES)))


def measured(measures: Measures, update: int, seen: int, work: Work) -> None:
    layers = measures.with_layers(update, seen, work)
    measures.append(update, seen, work, NOTHING[0], NOTHING[1] if layers else None)


def until(last: int, work: Work, batch: int) -> Measures:
    """The record of a run of so many updates, measured wherever that is due."""
    measures, update = Measures(NETWORK_MEASURES, 1), 0
    measured(measures, 0, 0, work)
    while (update := measures.next_due(update, update * batch, batch, work)) <= last:
        if measures.is_due(update, update * batch, work):
            measured(measures, update, update * batch, work)
    return measures


def spent(measures: Measures, first: int, last: int, work: Work, batch: int) -> float:
    """Measuring from one update to another, as a share of the training."""
    view = measures.view()
    full, all_of_them = (np.count_nonzero((first <= at) & (at < last)) for at in (view.layers_at, view.at))
    done = full * work.full + (all_of_them - full) * work.light
    return float(done / (work.trained(last, last * batch) - work.trained(first, first * batch)))


@pytest.mark.parametrize("key", WORKS)
def test_measuring_takes_a_twentieth_of_training_at_most(key) -> None:
    work, batch = WORKS[key]
    measures = until(1 << 20, work, batch)
    at = measures.view().at
    for exponent in range(11, 20):
        taken = spent(measures, 1 << exponent, 2 << exponent, work, batch)
        # Where that would be none in an octave it is one, by which a large network shows something soon.
        alone = np.count_nonzero((at >= 1 << exponent) & (at < 2 << exponent)) == 1
        assert taken < (0.13 if alone else 0.055)


@pytest.mark.parametrize("key", WORKS)
def test_a_young_run_soon_shows_something_and_does_not_wait_for_it(key) -> None:
    work, batch = WORKS[key]
    at = until(4096, work, batch).view().at
    first = float(at[1])
    assert first * (work.update + work.example * batch) <= 17 * work.light
    whole = len(at) * work.light
    assert whole < 1 << 30 or spent(until(4096, work, batch), 0, 4096, work, batch) < 0.25


@pytest.mark.parametrize("key", WORKS)
def test_the_record_is_bounded(key) -> None:
    work, batch = WORKS[key]
    measures = until(1 << 22, work, batch)
    at = measures.view().at
    assert max(np.count_nonzero((at > 1 << k) & (at <= 2 << k)) for k in range(8, 22)) <= 64
    assert set(measures.view().layers_at) <= set(at)


@pytest.mark.parametrize("key", WORKS)
def test_the_next_is_foretold_and_never_missed(key) -> None:
    """Asked at any update, with batches that turn out smaller, and sizes that change."""
    work, most = WORKS[key]
    chance, counts, seen = random.Random(key), [0], 0
    for update in range(3000):
        most = chance.choice((1, 10, 32)) if update % 500 == 499 else most
        counts.append(counts[-1] + chance.randint(1, most))
    asked, every = Measures(NETWORK_MEASURES, 1), Measures(NETWORK_MEASURES, 1)
    for measures in (asked, every):
        measured(measures, 0, 0, work)
    for update in range(1, 3000):
        if every.is_due(update, counts[update], work):
            measured(every, update, counts[update], work)
    update = 0
    while update < 2999:
        until_change = 499 - update % 500 or 500
        largest = max(np.diff(counts[update : update + until_change + 1]))
        due = asked.next_due(update, counts[update], int(largest), work)
        update += min(chance.choice((until_change, 1, 40)), due - update, until_change, 2999 - update)
        seen = counts[update]
        if asked.is_due(update, seen, work):
            measured(asked, update, seen, work)
    assert asked.view().at.tobytes() == every.view().at.tobytes()
    assert asked.view().layers_at.tobytes() == every.view().layers_at.tobytes()


@pytest.mark.parametrize("key", WORKS)
def test_what_is_cut_off_is_measured_again_at_the_same_updates(key) -> None:
    work, batch = WORKS[key]
    whole = until(5000, work, batch)
    for place in (0, 1, 63, 800, 4097):
        measures, update = until(5000, work, batch), place
        measures.cut(place)
        assert measures.last_at <= place
        while (update := measures.next_due(update, update * batch, batch, work)) <= 5000:
            if measures.is_due(update, update * batch, work):
                measured(measures, update, update * batch, work)
        assert measures.view().at.tobytes() == whole.view().at.tobytes()
        assert measures.view().layers_at.tobytes() == whole.view().layers_at.tobytes()
