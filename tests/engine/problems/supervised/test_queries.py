"""What a network predicts: of all examples together it tells what their definitions say, and at once."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from engine import Gradients, Predicted, Predictions, Session, new_network, snapshot_of


def predicted(data: str, **settings) -> Predicted:
    session = Session(new_network(data, ["adam"], hidden=(4,), **settings))
    session.advance(30)
    picture = session.picture()
    run = picture.runs[0]
    return snapshot_of(picture.problem, run.shown.theta.copy(), [Predictions()], run.id, run.update).answer(Predictions)


def parts_of(made: Predicted) -> tuple[slice, slice]:
    return slice(None, made.data.train), slice(made.data.train, None)


@pytest.mark.parametrize("data", ["circle", "iris"])
def test_errors_and_confusions_of_a_classification(data: str) -> None:
    made = predicted(data)
    targets, classes = made.data.targets, range(len(made.data.classes))
    for validation, part in enumerate(parts_of(made)):
        assert made.errors[validation] == np.count_nonzero(made.predictions[part] != targets[part])
        expected = [
            [np.count_nonzero((targets[part] == true) & (made.predictions[part] == found)) for found in classes]
            for true in classes
        ]
        assert np.array_equal(made.confusion(bool(validation)), expected)
    assert not len(made.extremes)


def test_errors_and_extremes_of_a_regression() -> None:
    made = predicted("sine")
    errors = made.data.targets - made.predictions
    for validation, part in enumerate(parts_of(made)):
        assert made.errors[validation] == pytest.approx(np.sqrt(np.mean(errors[part] ** 2)))
    for values in (errors, made.predictions):
        assert {int(values.argmin()), int(values.argmax())} <= set(made.extremes.tolist())
    assert np.isnan(predicted("sine", share=1.0).errors[1]), "without any example"


def test_what_is_not_finite_is_counted() -> None:
    made = predicted("circle")
    outputs = made.outputs.copy()
    outputs[[1, 5], 0] = np.nan, np.inf
    spoilt = dataclasses.replace(made, outputs=outputs)
    assert spoilt.unknown == 2 and not spoilt.finite[[1, 5]].any()
    assert sum(int(spoilt.confusion(part).sum()) for part in (False, True)) == len(outputs) - 2


@pytest.mark.parametrize("data", ["circle", "sine"])
def test_nothing_of_all_examples_is_left_to_the_one_who_looks(data: str, monkeypatch) -> None:
    """A view asks for it within a frame, while of very many examples it takes longer."""
    made = predicted(data)
    for name in ("isfinite", "count_nonzero", "bincount", "sqrt", "unique"):
        monkeypatch.setattr(np, name, lambda *_, **__: pytest.fail("computed late"))
    assert made.unknown == 0
    assert made.errors and len(made.confusion(True)) == len(made.data.classes)
    assert made.extremes is made.extremes


@pytest.mark.parametrize("data", ["circle", "iris", "sine"])
def test_asked_together_with_the_gradient_the_predictions_are_the_same(data: str) -> None:
    """One pass through the training set serves both."""
    session = Session(new_network(data, ["adam"], hidden=(4,)))
    session.advance(30)
    problem, theta = session.problem, session.runs[0].machine.theta
    alone = snapshot_of(problem, theta, [Predictions()]).answer(Predictions)
    both = snapshot_of(problem, theta, [Gradients(), Predictions()]).answer(Predictions)
    assert alone.outputs.tobytes() == both.outputs.tobytes()
    assert (alone.losses, alone.scores) == (both.losses, both.scores)
