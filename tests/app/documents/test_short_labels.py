from __future__ import annotations

import random

import pytest

from app.documents.short_labels import lines, shortened


@pytest.mark.parametrize(
    ("labels", "letters", "right"),
    [
        (["Adam", "SGD"], 12, ["Adam", "SGD"]),
        (["a name that is very long", "SGD"], 12, ["a name that…", "SGD"]),
        (["a name that is very long, one", "a name that is very long, two"], 12, ["a nam…g, one", "a nam…g, two"]),
        (["Momentum, η = 0.001, β = 0.9", "Momentum, η = 0.002, β = 0.9"], 14, ["…0.001, β = 0…", "…0.002, β = 0…"]),
        (["same same same", "same same same"], 8, ["same sa…", "same sa…"]),
    ],
)
def test_what_differs_is_kept(labels: list[str], letters: int, right: list[str]) -> None:
    assert shortened(labels, letters) == right


def test_labels_that_differ_stay_different_and_short() -> None:
    chance = random.Random(0)
    for _ in range(3000):
        signs = chance.choice(["ab", "abc, =0.1", "é… "])
        labels = ["".join(chance.choices(signs, k=chance.randrange(1, 60))).strip() or "x" for _ in range(16)]
        letters = chance.randrange(6, 40)
        found = shortened(labels, letters)
        assert len(set(found)) == len(set(labels)), (labels, letters, found)
        assert max(map(len, found)) <= letters


def test_a_label_is_broken_between_words() -> None:
    assert lines("Momentum, learning rate 0.001", 12) == ["Momentum,", "learning", "rate 0.001"]
    assert lines("", 12) == [""]


def test_fewer_letters_than_four_are_refused() -> None:
    with pytest.raises(ValueError, match="at least 4 letters, got 3"):
        shortened(["a"], 3)
