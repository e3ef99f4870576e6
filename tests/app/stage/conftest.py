"""Networks that have learned for a moment, as views get them: pictures and snapshots."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from app.look.theme import DARK
from engine import (
    Activations,
    Gradients,
    Learner,
    NetworkSnapshot,
    Predicted,
    Predictions,
    Session,
    TargetShape,
    new_network,
    new_run,
    snapshot_of,
)

DIGITS = {
    "data": "digits",
    "runs": [new_run("adam", learning_rate=0.003, batch=32)],
    "hidden": (12, 8),
    "loss": "softmax",
    "scaling": "min_max",
}


def learned(data, runs, hidden=(6,), updates=(0, 60, 120), look=True, **settings):
    """(picture, snapshots at these updates) of the first run."""
    session = Session(new_network(data, runs, hidden=hidden, **settings))
    made = []
    for update in updates:
        session.advance(update - session.picture().update)
        picture = session.picture()
        run = picture.runs[0]
        asked = {Predictions(), *((Gradients(), Activations()) if look else ())}
        made.append(snapshot_of(picture.problem, run.shown.theta.copy(), asked, run.id, update))
    return session.picture(), made


@pytest.fixture(scope="session")
def digits():
    return learned(**DIGITS)


@pytest.fixture(scope="session")
def digits_without_validation():
    return learned(**DIGITS, share=1.0)


@pytest.fixture(scope="session")
def sine():
    return learned("sine", [new_run("adam", learning_rate=0.01, batch=10)], loss="mse")


@pytest.fixture
def shown(qtbot):
    """Open a view of a class with a picture and its snapshots, in a size."""

    kept = []  # a test's last view must not be collected as garbage while Qt paints it once more

    def show(kind, case, size=(560, 330)):
        picture, snapshots = case
        view = kind(DARK)
        kept.append(view)
        qtbot.addWidget(view)
        view.resize(*size)
        with qtbot.waitExposed(view):
            view.show()
        view.refresh(picture)
        for each in snapshots:
            view.show_snapshot(each)
        return view

    return show


def guessed(true, predicted, classes, train=0, sure=5.0) -> tuple[SimpleNamespace, NetworkSnapshot]:
    """A picture and a snapshot in which examples of true classes are taken for others."""
    true, predicted = np.asarray(true), np.asarray(predicted)
    outputs = np.zeros((len(true), len(classes)))
    outputs[np.arange(len(true)), predicted] = sure
    data = SimpleNamespace(
        classes=tuple(classes), targets=true.astype(float), train=train, validation=len(true) - train, image=None,
        target_shape=TargetShape(len(classes)), text=None,
    )  # fmt: skip
    network = SimpleNamespace(sizes=(2, len(classes)))
    learner = Learner(network, data, None)
    run = SimpleNamespace(id="a", status="running")
    picture = SimpleNamespace(subject=learner, runs=(run,))
    theta = np.zeros(3)
    nothing = np.nan, np.nan
    told = Predicted(data, outputs, predicted, nothing, nothing)
    return picture, NetworkSnapshot("a", 0, SimpleNamespace(subject=learner), theta, {Predictions(): told})


@pytest.fixture
def make():
    return SimpleNamespace(guessed=guessed, learned=learned, replace=replace)
