"""Whole training runs, against PyTorch: every batch, every measure, every epoch, and where they end.

The largest difference is 5e-12 of theta, in the weight of a pixel that is seldom lit: Adam divides its tiny gradient,
the rest of a cancellation, by its own size. RAdam's first steps differ by 3e-12, and all else by less than 2e-13.
So nothing here is long enough for rounding to grow, and 1e-9 leaves room for any processor.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from engine import Session, full_history
from engine.architectures.forward import loss_of
from engine.training.stream import BATCH
from tests.each import each
from tests.engine.reference.trainings import TRAININGS

CLOSE = {"rtol": 1e-9, "atol": 0.0}
EVERY = each("name", TRAININGS)

with np.load(Path(__file__).parents[1] / "reference" / "training.npz") as file:
    STORED = dict(file)


def trained(name: str) -> Session:
    experiment, updates = TRAININGS[name]
    session = Session(experiment)
    session.advance(updates)
    return session


def test_every_training_has_its_curves() -> None:
    assert {key.partition("/")[2] for key in STORED} == set(TRAININGS)
    for name, (_, updates) in TRAININGS.items():
        assert STORED[f"rows/{name}"].shape == (3, updates)
        assert STORED[f"measures/{name}"].shape == (4, updates + 1)


@EVERY
def test_loss_gradient_and_step_of_every_batch(name: str) -> None:
    history = full_history(trained(name).runs[0])
    for column, expected in zip(("loss", "gradient_norm", "step_norm"), STORED[f"rows/{name}"], strict=True):
        np.testing.assert_allclose(history[column], expected, **CLOSE, err_msg=column)


@EVERY
def test_whatever_is_measured_on_the_full_sets(name: str) -> None:
    view = trained(name).runs[0].measures.view()
    columns = ("training_loss", "validation_loss", "training_score", "validation_score")
    for column, expected in zip(columns, STORED[f"measures/{name}"], strict=True):
        np.testing.assert_allclose(view.column(column), expected[view.at.astype(int)], **CLOSE, err_msg=column)


@EVERY
def test_the_losses_after_every_epoch(name: str) -> None:
    experiment, updates = TRAININGS[name]
    session = Session(experiment)
    run, learner = session.runs[0], session.problem.subject
    epoch = -(-session.problem.examples // int(run.machine.stream[BATCH]))
    for update in range(0, updates + 1, epoch):
        session.advance(update - session.update)
        theta = run.machine.evaluated
        training, validation = (
            loss_of(learner.network, theta, *part, learner.classes) for part in (learner.training, learner.validation)
        )
        np.testing.assert_allclose([training, validation], STORED[f"measures/{name}"][:2, update], **CLOSE)


@EVERY
def test_the_weights_and_biases_at_the_end(name: str) -> None:
    expected = STORED[f"theta/{name}"]
    found = trained(name).runs[0].machine.evaluated
    np.testing.assert_allclose(found, expected, rtol=0.0, atol=1e-9 * np.abs(expected).max())
