"""The examples of an update, predicted before they are taken."""

from __future__ import annotations

import numpy as np
import pytest

from engine import Session, new_network, new_run
from engine.batches import Batch


def taken(updates: int, **run: object) -> list[Batch]:
    session = Session(new_network("circle", [new_run("sgd", **run)], hidden=(2,), share=0.5))
    found = []
    for _ in range(updates):
        found.append(session.runs[0].peek().taken)
        session.advance(1)
    return found


@pytest.mark.parametrize("order", ["reshuffled", "fixed"])
def test_an_epoch_takes_every_place_once_and_ends_with_a_short_batch(order: str) -> None:
    batches = taken(6, batch=60, order=order)
    assert [(each.epoch, each.first, each.count) for each in batches] == [
        (0, 0, 60), (0, 60, 60), (0, 120, 60), (0, 180, 60), (0, 240, 10), (1, 0, 60)
    ]  # fmt: skip
    assert {(each.examples, each.order) for each in batches} == {(250, order)}


def test_with_replacement_every_batch_is_whole() -> None:
    assert {each.count for each in taken(6, batch=60, order="replaced")} == {60}


def test_the_past_is_told_as_it_was() -> None:
    session = Session(new_network("circle", [new_run("sgd", batch=60)], hidden=(2,)))
    session.advance(7)
    assert session.runs[0].peek(3).taken == Batch(0, 180, 60, 250, "reshuffled")


def test_the_gradient_is_that_of_these_examples() -> None:
    session = Session(new_network("circle", [new_run("sgd", batch=60, order="fixed")], hidden=(2,), loss="mse"))
    session.advance(4)
    peek = session.runs[0].peek()
    learner = session.problem.subject
    chosen = slice(peek.taken.first, peek.taken.first + peek.taken.count)
    inputs, goals = learner.training[0][chosen], learner.training[1][chosen]
    targets = np.where(goals > 0, 1.0, -1.0)
    steps = 1e-6 * np.eye(len(peek.theta))
    losses = [
        np.mean((learner.outputs(peek.theta + way * step, inputs)[:, 0] - targets) ** 2)
        for step in steps
        for way in (1.0, -1.0)
    ]
    slopes = (np.array(losses[::2]) - np.array(losses[1::2])) / 2e-6
    assert peek.gradient == pytest.approx(slopes, abs=1e-8)


@pytest.mark.parametrize(
    ("batch", "words"),
    [
        (Batch(2, 10, 10, 250, "reshuffled"), "examples 11–20 of 250 in epoch 3, reshuffled"),
        (Batch(0, 0, 1, 250, "fixed"), "example 1 of 250 in epoch 1, in fixed order"),
        (Batch(4, 0, 250, 250, "fixed"), "all 250 examples"),
        (Batch(0, 30, 10, 250, "replaced"), "10 of 250 examples, drawn with replacement"),
        (Batch(0, 30, 1, 1250, "replaced"), "1 of 1,250 examples, drawn at random"),
    ],
)
def test_words_for_a_batch(batch: Batch, words: str) -> None:
    assert batch.description == words
