"""Examples as the tests ask for them: a data set by its key, with some of its knobs."""

from __future__ import annotations

from engine.choices import choose
from engine.data import DATASETS, Examples, examples_of


def make(key: str, seed: int = 1, **values: object) -> Examples:
    return examples_of(choose(DATASETS, key, values), seed)
