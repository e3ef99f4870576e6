"""Making a problem: it goes on from piece to piece as long as it is wanted, and never depends on the pieces."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import numpy as np
import pytest

from engine import Experiment, Interruption, Stopped, Table, kind_of, new_clustering, new_network, problem_of
from engine import interruption as pieces
from engine.problems.clustering import fixed_points
from engine.problems.supervised import references

ADDRESSES = 64  # numbers at the beginning of the constants, among which those of kernels are


def rows(examples: int, columns: int) -> Table:
    inputs = np.random.default_rng(4).normal(size=(examples, columns)) * np.linspace(1.0, 3.0, columns)
    return Table("rows", tuple(f"x{place}" for place in range(columns)), "y", inputs, inputs[:, 0] * 2.0)


def autoencoder(examples: int, columns: int) -> Experiment:
    return new_network(rows(examples, columns), ["sgd"], (3,), target="inputs", loss="mse", scaling="min_max")


LARGE: dict[str, Callable[[], Experiment]] = {
    "regression": lambda: new_network(rows(300, 7), ["sgd"], scaling="standardise", target_scaling="min_max"),
    "tall autoencoder": lambda: autoencoder(300, 12),
    "wide autoencoder": lambda: autoencoder(9, 80),
    "k-means": lambda: new_clustering("uneven", ["sgd"], start="points"),
    "mixture": lambda: new_clustering("uneven", ["sgd"], model="mixture"),
}


def stopping_at(piece: int) -> Interruption:
    """One that is stopped when it is asked for the time that `piece` counts, from 0."""
    asked = count()
    made = Interruption(lambda: made.stop() if next(asked) == piece else None)
    return made


@pytest.fixture
def small_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "_NUMBERS", 100)
    monkeypatch.setattr(references, "_PRODUCTS", 1500)
    monkeypatch.setattr(fixed_points, "_PIECE", 3000)


@pytest.mark.parametrize("case", LARGE)
def test_a_problem_never_depends_on_its_pieces(case: str, request: pytest.FixtureRequest) -> None:
    task = LARGE[case]().problem
    whole = kind_of(task).problem(task)
    request.getfixturevalue("small_pieces")
    asked = count()
    made = kind_of(task).problem(task, lambda: next(asked))
    assert next(asked) > 4
    np.testing.assert_array_equal(made.constants[ADDRESSES:], whole.constants[ADDRESSES:])
    np.testing.assert_array_equal(made.start, whole.start)
    assert len(made.subject.references) == len(whole.subject.references) == (case != "regression")
    for after, before in zip(made.subject.references, whole.subject.references, strict=True):
        assert after.title == before.title and after.value == pytest.approx(before.value, rel=1e-12)


@pytest.mark.usefixtures("small_pieces")
@pytest.mark.parametrize("case", LARGE)
def test_one_that_nobody_wants_any_more_is_given_up_at_any_piece(case: str) -> None:
    task = LARGE[case]().problem
    asked = count()
    kind_of(task).problem(task, lambda: next(asked))
    for piece in range(next(asked)):
        with pytest.raises(Stopped):
            problem_of(task, stopping_at(piece))
    assert problem_of(task).start.size
