from __future__ import annotations

import numpy as np
import pytest

from app.curves.curve_catalogue import Part
from app.curves.samples import Samples
from engine import LAYER_MEASURES, MEASURES
from engine.problems.supervised.measures import NETWORK_MEASURES
from engine.training.measures import Measures, work_of
from tests.app.curves.histories import EVERY, due_until, history_of, measured_of, run_of, younger

PARTS = [*(Part("", name) for name in MEASURES), *(Part("", name, 1) for name in LAYER_MEASURES)]
AT = due_until(3000)
WORK = work_of(25, 8, 7, 250, 250)


def pulled(samples, measures):
    return samples.pull(run_of(history_of([1.0]), measures=measures), None)


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.measure)
def test_points_that_come_are_the_measure(part):
    whole, samples = measured_of(AT), Samples(part)
    source = pulled(samples, younger(whole, 0)).source
    at, values = whole.series(part.measure, part.layer)
    for count in (0, 1, 2, 300, 301, len(AT)):
        points = pulled(samples, younger(whole, count))
        own = count if part.layer is None else -(-count // EVERY)
        np.testing.assert_array_equal(points.last, values[:own])
        np.testing.assert_array_equal(points.at, at[:own])
        assert points.source is source and points.count == own
        assert pulled(samples, younger(whole, count)) is points


@pytest.mark.parametrize("part", PARTS, ids=lambda part: part.measure)
def test_where_a_run_stands_there_is_a_point_until_it_moves_on(part):
    whole, samples, standing = measured_of(AT), Samples(part), np.arange(1.0, 1.0 + len(MEASURES))

    def pull(count, update, standing):
        run = run_of(history_of([1.0]), measures=younger(whole, count), update=update, standing=standing)
        return samples.pull(run, None)

    moving = pull(200, 900, None)
    still = pull(200, 905, standing)
    assert pull(200, 905, standing) is still
    if part.layer is None:
        assert still.source is not moving.source and still.at[-1] == 905.0
        assert still.latest == standing[MEASURES.index(part.measure)]
        np.testing.assert_array_equal(still.last[:-1], moving.last)
    assert pull(200, 906, None) is moving
    again = pull(201, 950, None)
    assert again.source is moving.source and again.count <= 201
    assert pull(201, 955, standing).count == again.count + (part.layer is None)


def test_what_was_handed_out_stays_as_it_is():
    whole, samples = measured_of(AT), Samples(PARTS[0])
    young = pulled(samples, younger(whole, 200))
    kept = young.last.copy()
    for count in range(200, len(AT)):
        pulled(samples, younger(whole, count))
    np.testing.assert_array_equal(young.last, kept)


def test_a_record_that_has_moved_to_larger_arrays_is_the_same():
    measures, samples, sources = Measures(NETWORK_MEASURES, 1), Samples(PARTS[0]), set()
    for update in range(600):
        measures.append(update, update, WORK, np.full(len(MEASURES), 1.0 * update), None)
        points = pulled(samples, measures.view())
        sources.add(id(points.source))
        assert points.last[-1] == points.latest == update
    assert len(sources) == 1


@pytest.mark.parametrize("cut", [True, False])
def test_another_past_is_known_as_one(cut):
    samples = Samples(PARTS[0])
    before = measured_of(AT)
    old = pulled(samples, before)
    after = younger(measured_of(AT), 100) if cut else measured_of(AT)
    after.values[99] += 1.0
    new = pulled(samples, after)
    assert new.source is not old.source
    np.testing.assert_array_equal(new.last, after.values[:, 0])


def test_a_record_that_was_cut_leaves_older_views_alone():
    measures = Measures(NETWORK_MEASURES, 1)
    for update in range(10):
        measures.append(update, update, WORK, np.full(len(MEASURES), 1.0), np.ones((1, len(LAYER_MEASURES))))
    view = measures.view()
    measures.cut(4)
    assert measures.last_at == 4
    measures.append(5, 5, WORK, np.zeros(len(MEASURES)), np.zeros((1, len(LAYER_MEASURES))))
    assert (view.values == 1.0).all() and (view.layers == 1.0).all()
    assert view.at.tolist() == view.layers_at.tolist() == list(range(10))


def test_the_value_is_that_of_the_last_measurement():
    points = pulled(Samples(PARTS[0]), measured_of([4.0, 8.0, 16.0]))
    assert [points.held(update) for update in (4, 7, 8, 15, 99)] == [4, 4, 8, 8, 16]
    assert points.value(7) == points.last[0] and points.value(99) == points.latest
    assert np.isnan(points.value(3))
    assert points.updates == 17
