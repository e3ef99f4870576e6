from __future__ import annotations

import math
import random
import tomllib

import numpy as np
import pytest

from app.documents.toml_reader import parsed
from app.documents.toml_text import toml_text
from tests.each import each

TEXTS = ["", "plain", 'a "quoted" one', "back\\slash", "two\nlines", 'ends with "', '"""\n""""', "tab\there",
         "\x00\x7f\x1b", "\r\n", "é 日本 😀", "'", "\n", "line\n\\", "\ufffe", "#", "=", "a.b", " "]  # fmt: skip
FLOATS = [
    0.0,
    -0.0,
    1.0,
    0.1,
    1e-8,
    1e16,
    1e22,
    5e-324,
    1.7976931348623157e308,
    -1 / 3,
    math.inf,
    -math.inf,
    123456789.125,
]


def tree(chance: random.Random, depth: int) -> dict:
    def value(depth: int):
        kind = chance.randrange(8 if depth else 5)
        if kind == 0:
            return chance.choice(TEXTS)
        if kind == 1:
            return chance.choice(FLOATS)
        if kind == 2:
            return chance.choice([0, -1, 2**62, True, False])
        if kind in (3, 4):
            return [value(0) for _ in range(chance.randrange(4))]
        if kind == 5:
            return [tree(chance, depth - 1) for _ in range(chance.randrange(1, 4))]
        return tree(chance, depth - 1)

    return {chance.choice([*TEXTS, "key", f"k{i}"]): value(depth) for i in range(chance.randrange(7))}


@each("seed", range(300))
def test_what_is_written_reads_back_equal(seed: int) -> None:
    data = tree(random.Random(seed), 3)
    again = tomllib.loads(toml_text(data))
    assert again == data
    assert repr(again) == repr({name: again[name] for name in again})
    assert [repr(value) for value in floats(again)] == [repr(value) for value in floats(data, again)]


def floats(data, like=None) -> list[float]:
    """Every float, in the order of `like`, so that 0.0 and -0.0 and 1 and 1.0 are told apart."""
    like = data if like is None else like
    if isinstance(data, dict):
        return [number for name in like for number in floats(data[name], like[name])]
    if isinstance(data, list):
        return [number for one, other in zip(data, like, strict=True) for number in floats(one, other)]
    return [data] if isinstance(data, float) else []


def test_numbers_of_numpy_are_numbers() -> None:
    assert tomllib.loads(toml_text({"x": np.float64(0.1), "y": [np.float64(-0.0)]})) == {"x": 0.1, "y": [-0.0]}


def test_nan_survives() -> None:
    assert math.isnan(tomllib.loads(toml_text({"x": math.nan}))["x"])


def test_short_tables_stand_on_a_line_and_long_ones_below() -> None:
    knobs = {f"knob{i}": 0.5 for i in range(12)}
    text = toml_text({"runs": [{"short": {"kind": "constant"}, "long": knobs, "points": [1.0, 2.0]}]})
    assert 'short = { kind = "constant" }' in text
    assert "points = [1.0, 2.0]" in text
    assert "[runs.long]\nknob0 = 0.5\n" in text
    assert max(map(len, text.splitlines())) <= 110


@pytest.mark.parametrize(
    "text",
    ["[" * 100_000, "a = " + "[" * 100_000, "a={" * 50_000, "a." * 1_000_000 + "a = 1", '"a b".' * 300_000 + "a = 1",
     ("a." * 1500 + "a = 1\n") * 1300, "a = " + "9" * 5000, "a = 1\na = 2", "\x00", "a"],
    ids=["tables", "lists", "inline", "dots", "quoted dots", "many dots", "digits", "twice", "null", "word"],
)  # fmt: skip
def test_hostile_texts_are_refused_soon(text: str) -> None:
    with pytest.raises(ValueError):
        parsed(text)
