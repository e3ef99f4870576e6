"""The loss of each class by itself: of every loss for classes, of rare ones, and of data without any."""

from __future__ import annotations

import numpy as np
import pytest

from engine import LOSSES, Session, Table, choose, new_network, new_run
from engine.architectures.class_losses import class_losses

CLASSIFIERS = [key for key, entry in LOSSES.items() if "classification" in entry.purposes]


@pytest.mark.parametrize("key", CLASSIFIERS)
def test_classes_weighted_by_their_shares_make_the_training_loss(key):
    session = Session(
        new_network("blobs", [new_run("adam", learning_rate=0.02, batch=20)], loss=key, output="identity", hidden=(5,))
    )
    session.advance(32)
    picture = session.picture()
    learner, measures = picture.subject, picture.runs[0].measures
    at = int(measures.layers_at[-1])
    losses = np.array([measures.column("class_loss", place)[-1] for place in range(3)])
    shares = np.bincount(learner.training[1].astype(int), minlength=3) / learner.data.train
    whole = measures.column("training_loss")[list(measures.at).index(at)]
    np.testing.assert_allclose(losses @ shares, whole, rtol=1e-9)
    assert np.ptp(losses) > 0.0


def test_a_loss_of_one_output_and_a_class_without_examples():
    outputs, targets = np.linspace(-2.0, 2.0, 300)[:, None], (np.arange(300) % 3 == 0).astype(float)
    found = class_losses(choose(LOSSES, "bce"), outputs, targets, 2)
    exact = np.logaddexp(0.0, np.where(targets > 0, -1.0, 1.0) * outputs[:, 0])
    np.testing.assert_allclose(found, [exact[targets == 0].mean(), exact[targets == 1].mean()], rtol=1e-9)
    few = class_losses(choose(LOSSES, "softmax"), np.zeros((4, 3)), np.array([0.0, 0.0, 2.0, 2.0]), 3)
    np.testing.assert_allclose(few, [np.log(3.0), np.nan, np.log(3.0)], rtol=1e-9)


def test_where_there_are_no_classes_or_too_many_none_is_told():
    regression = Session(new_network("reg_plane", ["sgd"], loss="mse"))
    assert regression.picture().subject.titles_of("class") == ()
    numbers = np.random.default_rng(1).normal(size=(60, 2))
    names = tuple(f"class {place}" for place in range(30))
    many = Table("many", ("x", "y"), "class", numbers, np.arange(60.0) % 30, names)
    session = Session(new_network(many, ["sgd"], loss="softmax", hidden=(3,)))
    session.advance(4)
    assert (
        session.picture().subject.titles_of("class") == () and session.picture().runs[0].measures.layers.shape[1] == 2
    )


def test_a_run_goes_on_with_fewer_classes():
    """Two classes, then a regression on the same network: what is not there any more is not a number."""
    session = Session(new_network("circle", [new_run("sgd", batch=10)], loss="half_mse", hidden=()))
    session.advance(8)
    rows = session.picture().runs[0].measures.layers.shape[1]
    assert rows == 2 and session.picture().subject.titles_of("class")
    assert session.problem_changed({"data": "reg_plane"}) is False
    session.advance(60)
    view = session.picture().runs[0].measures
    assert view.layers.shape[1] == rows and np.isnan(view.column("class_loss", 0)[-1])
    assert np.isnan(view.series("class_loss", 5)[1]).all()
