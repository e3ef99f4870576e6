"""A page of plain English, written for this program."""

from __future__ import annotations

from functools import lru_cache

from engine.data.bundled import page
from engine.data.catalogue import Array, whole
from engine.data.texts import characters, places_in, text_dataset, windows
from engine.random_generator import RandomGenerator


@lru_cache
def _vocabulary() -> tuple[str, ...]:
    return characters(page("prose"))


@text_dataset(
    "prose",
    "A page of prose",
    vocabulary=lambda values: _vocabulary(),
    count=lambda values: (len(page("prose")) - 1) // whole(values, "context"),
    summary="Plain English about walking down hills: letters, words, and what follows what.",
    source="Written for this program",
    licence="that of this program",
)
def prose(rng: RandomGenerator, context: int) -> Array:
    return windows(places_in(page("prose"), _vocabulary()), context)
