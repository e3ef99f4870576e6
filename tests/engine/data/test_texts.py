"""Texts in windows: entropy, tables of letters, what is split where, and own texts that are refused."""

from __future__ import annotations

import itertools
import math
from collections import Counter

import numpy as np
import pytest

from engine.choices import choose
from engine.contracts import SettingError
from engine.data import DATASETS, Table, brackets, examples_of, number_words, training_data
from engine.data.letter_tables import table_losses
from engine.data.table import text_table
from engine.data.texts import MAX_CHARACTERS, window_places
from tests.engine.data.made import make


def block_entropy(probabilities: Counter[str]) -> float:
    return -sum(p * math.log(p) for p in probabilities.values())


def by_enumeration(likely: dict[str, float], context: int) -> float:
    """Entropy per character after the first one of windows that begin these texts."""
    windows: Counter[str] = Counter()
    firsts: Counter[str] = Counter()
    for text, p in likely.items():
        windows[text[: context + 1]] += p
        firsts[text[:1]] += p
    return (block_entropy(windows) - block_entropy(firsts)) / context


@pytest.mark.parametrize("largest, context", [(9, 4), (9, 7), (21, 9)])
def test_the_entropy_of_numbers_in_words_is_that_of_all_texts(largest: int, context: int) -> None:
    words = [number_words.in_words(number) + ", " for number in range(largest + 1)]
    pairs = {a + b: 1.0 / len(words) ** 2 for a, b in itertools.product(words, words)}
    assert min(map(len, pairs)) > context
    assert number_words.entropy(largest, context) == pytest.approx(by_enumeration(pairs, context), rel=1e-12)


def bracket_texts(depth: int, length: int) -> dict[str, float]:
    """All beginnings of so many brackets, with their probabilities."""
    found = {("", ""): 1.0}
    for _ in range(length):
        ahead: dict[tuple[str, str], float] = {}
        for (text, opened), p in found.items():
            opens = 1.0 if not opened else 0.0 if len(opened) == depth else 0.5
            for sign, close in ("()", "[]"):
                if opens:
                    ahead[text + sign, opened + close] = p * opens / 2
            if opens < 1.0:
                ahead[text + opened[-1], opened[:-1]] = p * (1.0 - opens)
        found = ahead
    return {text: p for (text, _), p in found.items()}


@pytest.mark.parametrize("depth, context", [(1, 6), (2, 7), (4, 7)])
def test_the_entropy_of_brackets_is_that_of_all_texts(depth: int, context: int) -> None:
    assert brackets.entropy(depth, context) == pytest.approx(
        by_enumeration(bracket_texts(depth, context + 1), context), rel=1e-12
    )


def lines_of(key: str, **values: object) -> list[str]:
    examples = make(key, 3, **values)
    assert examples.text is not None and examples.tokens == examples.classes
    places = examples.inputs.astype(int)
    rows = np.column_stack([places, examples.targets[:, -1].astype(int)])
    assert (examples.targets[:, :-1] == places[:, 1:]).all()
    return ["".join(examples.classes[place] for place in row) for row in rows]


def test_brackets_close_in_the_right_order() -> None:
    partner = {")": "(", "]": "["}
    for line in lines_of("brackets", samples=50, depth=3, context=64):
        opened: list[str] = []
        for sign in line:
            if sign in partner:
                assert opened.pop() == partner[sign]
            else:
                opened.append(sign)
            assert len(opened) <= 3


def test_numbers_are_written_as_they_are_said() -> None:
    said = {0: "zero", 12: "twelve", 40: "forty", 99: "ninety-nine", 200: "two hundred", 305: "three hundred and five"}
    assert {number: number_words.in_words(number) for number in said} == said
    known = {number_words.in_words(number) for number in range(100)}
    for line in lines_of("number_words", samples=20):
        assert set(line.split(", ")[:-1]) <= known


@pytest.mark.parametrize("context", [16, 64])
def test_prose_is_split_by_place_and_nothing_is_read_twice(context: int) -> None:
    data = training_data(examples_of(choose(DATASETS, "prose", {"context": context}), 5), (), "none", 0.8, 5)
    signs = [data.classes[place] for place in window_places(data, slice(None)).ravel()]
    text = "".join(signs)
    assert text.startswith("A walker stands on a hill in the fog.") and len(text) == context * len(data.targets)
    assert 3000 < len(text) < 6000 and data.train == int(0.8 * len(data.targets))


def test_tables_of_letters_count_as_told() -> None:
    rng = np.random.default_rng(1)
    training, validation = rng.integers(0, 3, (6, 5)), rng.integers(0, 4, (3, 5))
    singles, pairs, triples = Counter(), Counter(), Counter()  # type: ignore[var-annotated]
    for row in training.tolist():
        singles.update(row[1:])
        pairs.update(itertools.pairwise(row))
        triples.update(zip(row, row[1:], row[2:], strict=False))
    losses: list[list[float]] = [[], []]
    for row in validation.tolist():
        for at in range(1, 5):
            c, b = row[at], row[at - 1]
            one = (singles[c] + 1 / 4) / (24 + 1)
            two = (pairs[b, c] + one) / (sum(n for (x, _), n in pairs.items() if x == b) + 1)
            three = two
            if at > 1:
                a = row[at - 2]
                seen = sum(n for (x, y, _), n in triples.items() if (x, y) == (a, b))
                three = (triples[a, b, c] + two) / (seen + 1)
            losses[0].append(-math.log(two))
            losses[1].append(-math.log(three))
    found = table_losses(training, validation, 4)
    assert found == pytest.approx(tuple(map(np.mean, losses)), rel=1e-12)


def test_an_own_text_is_kept_whole_and_compared_by_content() -> None:
    text = "Grüße, 世界!\n" * 9
    table = text_table("greeting", text.replace("\n", "\r\n"), 16)
    assert table.text == text and table.count == 6 and table.target_shape.steps == 16
    again = Table.from_dict(table.to_dict())
    assert again == table and hash(again) == hash(table) and again.to_dict() == table.to_dict()
    assert text_table("greeting", text, 17) != table
    assert examples_of(table, 1).inputs.shape == (6, 16)


@pytest.mark.parametrize(
    "text, told",
    [
        ("", "there is no text: it is empty"),
        (" \n \n", "there is no text"),
        ("a" * 500, "the text is 'a' all along"),
        ("ab" * 20, "the text has 40 characters, and two windows of 32 need 65"),
        ("".join(map(chr, range(0x4E00, 0x4E00 + 300))), "the text has 300 different characters"),
        ("ab" * (MAX_CHARACTERS // 2 + 1), "a text has at most 200,000 characters, and this one has 200,002"),
    ],
)
def test_a_text_that_cannot_be_learned_is_refused_in_a_sentence(text: str, told: str) -> None:
    with pytest.raises(SettingError, match=told):
        text_table("t", text)
    with pytest.raises(SettingError, match=told):
        Table.from_dict({"name": "t", "text": text, "context": 32})
