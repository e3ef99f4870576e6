"""A snapshot tells of all examples together what their definitions say, and has it ready when it is made."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from engine import NetworkSnapshot, Session, SnapshotParts, network_snapshot, new_network


def snapshot_of(data: str, **settings) -> NetworkSnapshot:
    session = Session(new_network(data, ["adam"], hidden=(4,), **settings))
    session.advance(30)
    picture = session.picture()
    run = picture.runs[0]
    return network_snapshot(picture.learner, run.shown.theta.copy(), SnapshotParts(), run.id, run.update)


def parts_of(snapshot: NetworkSnapshot) -> tuple[slice, slice]:
    return slice(None, snapshot.learner.data.train), slice(snapshot.learner.data.train, None)


@pytest.mark.parametrize("data", ["circle", "iris"])
def test_errors_and_confusions_of_a_classification(data: str) -> None:
    snapshot = snapshot_of(data)
    targets, classes = snapshot.learner.data.targets, range(snapshot.learner.classes)
    for validation, part in enumerate(parts_of(snapshot)):
        assert snapshot.errors[validation] == np.count_nonzero(snapshot.predictions[part] != targets[part])
        expected = [
            [np.count_nonzero((targets[part] == true) & (snapshot.predictions[part] == found)) for found in classes]
            for true in classes
        ]
        assert np.array_equal(snapshot.confusion(bool(validation)), expected)
    assert not len(snapshot.extremes)


def test_errors_and_extremes_of_a_regression() -> None:
    snapshot = snapshot_of("sine")
    errors = snapshot.learner.data.targets - snapshot.predictions
    for validation, part in enumerate(parts_of(snapshot)):
        assert snapshot.errors[validation] == pytest.approx(np.sqrt(np.mean(errors[part] ** 2)))
    for values in (errors, snapshot.predictions):
        assert {int(values.argmin()), int(values.argmax())} <= set(snapshot.extremes.tolist())
    assert np.isnan(snapshot_of("sine", share=1.0).errors[1]), "without any example"


def test_what_is_not_finite_is_counted() -> None:
    snapshot = snapshot_of("circle")
    outputs = snapshot.outputs.copy()
    outputs[[1, 5], 0] = np.nan, np.inf
    spoilt = dataclasses.replace(snapshot, outputs=outputs)
    assert spoilt.unknown == 2 and not spoilt.finite[[1, 5]].any()
    assert sum(int(spoilt.confusion(part).sum()) for part in (False, True)) == len(outputs) - 2


@pytest.mark.parametrize("data", ["circle", "sine"])
def test_nothing_of_all_examples_is_left_to_the_one_who_looks(data: str, monkeypatch) -> None:
    """A view asks for it within a frame, while of very many examples it takes longer."""
    snapshot = snapshot_of(data)
    for name in ("isfinite", "count_nonzero", "bincount", "sqrt", "unique"):
        monkeypatch.setattr(np, name, lambda *_, **__: pytest.fail("computed late"))
    assert snapshot.unknown == 0
    assert snapshot.errors and len(snapshot.confusion(True)) == snapshot.learner.classes
    assert snapshot.extremes is snapshot.extremes
