"""Modular arithmetic: a table of tokens, and tokens as inputs."""

from __future__ import annotations

import pytest

from engine import SettingError, new_network, usual_network
from engine.data import training_data
from engine.data.prepare import features_of
from tests.engine.data.made import make


@pytest.mark.parametrize(
    ("operation", "answer"),
    [
        ("addition", lambda a, b: a + b),
        ("subtraction", lambda a, b: a - b),
        ("multiplication", lambda a, b: a * b),
        ("squares", lambda a, b: a**2 + b**2),
    ],
)
def test_every_pair_is_there_once_with_its_answer(operation, answer) -> None:
    examples = make("modular", operation=operation, modulus=11)
    a, b, sign = examples.inputs.T
    assert (sign == 11).all() and examples.tokens[11] == "=" and examples.classes == tuple(map(str, range(11)))
    assert len({*zip(a, b, strict=True)}) == 121 == len(examples.targets)
    assert (examples.targets == answer(a, b) % 11).all()


def test_noise_is_the_share_of_answers_that_are_drawn() -> None:
    clean, noisy = make("modular", modulus=97), make("modular", modulus=97, noise=0.3)
    assert (clean.inputs == noisy.inputs).all()
    assert (clean.targets != noisy.targets).mean() == pytest.approx(0.3 * 96 / 97, abs=0.02)


def test_tokens_become_rows_of_features_for_who_reads_them_so() -> None:
    examples = make("modular", modulus=3)
    plain, one_hot = (training_data(examples, (), "none", 0.5, 1, one_hot=wanted) for wanted in (False, True))
    assert plain.shape == (3,) and (plain.inputs == plain.raw).all()
    assert one_hot.shape == (3, 4) and (one_hot.raw == plain.raw).all()
    assert (one_hot.shaped.argmax(axis=2) == plain.raw).all() and (one_hot.inputs.sum(axis=1) == 3.0).all()
    assert one_hot.features[:5] == ("a = 0", "a = 1", "a = 2", "a = =", "b = 0")
    assert (features_of(one_hot.raw[2:4], one_hot) == one_hot.inputs[2:4]).all()


def test_names_are_not_scaled() -> None:
    assert usual_network(new_network("modular", ["sgd"]).problem.data).scaling == "none"
    task = new_network("iris", ["sgd"], scaling="standardise").problem
    assert task.having("data", "modular").scaling == "none"
    with pytest.raises(SettingError, match=r"scaling: the inputs are tokens, .* Min-max makes no sense, use none"):
        task.having("data", "modular").having("scaling", "min_max")
