"""Numbers written in words, one after the other: a text whose entropy is known."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from engine.contracts import Hyper
from engine.data.catalogue import Array, whole
from engine.data.texts import characters, text_dataset
from engine.random_generator import RandomGenerator

_SMALL = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_END = ", "  # of every number


def in_words(number: int) -> str:
    """A number from 0 to 999 in words: `two hundred and twenty-one`."""
    if number < len(_SMALL):
        return _SMALL[number]
    if number < 100:
        return _TENS[number // 10] + (f"-{_SMALL[number % 10]}" if number % 10 else "")
    rest = f" and {in_words(number % 100)}" if number % 100 else ""
    return f"{_SMALL[number // 100]} hundred{rest}"


@lru_cache(maxsize=64)
def _words(largest: int) -> tuple[str, ...]:
    return tuple(in_words(number) + _END for number in range(largest + 1))


@lru_cache(maxsize=64)
def _vocabulary(largest: int) -> tuple[str, ...]:
    return characters(_words(largest))


@lru_cache(maxsize=64)
def entropy(largest: int, context: int) -> float:
    """The entropy of the next character in nats, the mean over the steps of a window that begins with a number.

    What has been read says where in a number one is, exactly: the beginnings of words are the states of a chain, from
    each of which the next character is as likely as words go on with it.
    """
    words = _words(largest)
    counts: dict[str, int] = {}
    for word in words:
        for end in range(len(word)):
            counts[word[:end]] = counts.get(word[:end], 0) + 1
    following: dict[str, list[tuple[str, float]]] = {begun: [] for begun in counts}
    for begun, count in counts.items():
        if begun:
            following[begun[:-1]].append((begun, count / counts[begun[:-1]]))
    for word in words:  # and then the next number begins
        following[word[:-1]].append(("", 1.0 / counts[word[:-1]]))
    surprise = {begun: -sum(p * math.log(p) for _, p in ways if p < 1.0) for begun, ways in following.items()}
    reached, total = {"": 1.0}, 0.0
    for step in range(context + 1):
        if step:  # the first character of a window is no target
            total += sum(p * surprise[begun] for begun, p in reached.items())
        ahead: dict[str, float] = {}
        for begun, p in reached.items():
            for state, share in following[begun]:
                ahead[state] = ahead.get(state, 0.0) + p * share
        reached = ahead
    return total / context


@text_dataset(
    "number_words",
    "Numbers in words",
    Hyper("samples", "n", 500, 2, 5000, log=True, kind="integer", help="number of examples, each a line of the text"),
    Hyper("largest", "N", 99, 9, 999, kind="integer", help="the numbers are drawn from 0 to this one"),
    vocabulary=lambda values: _vocabulary(whole(values, "largest")),
    entropy=lambda samples, largest, context: entropy(largest, context),
    summary="Numbers drawn at random and written in words: what can be known of the next character is known.",
    source="A task of our own; the entropy is that of the chain that writes the words",
    tier="basic",
)
def number_words(rng: RandomGenerator, samples: int, largest: int, context: int) -> Array:
    words, vocabulary = _words(largest), _vocabulary(largest)
    place = {sign: at for at, sign in enumerate(vocabulary)}
    coded = [np.array([place[sign] for sign in word], np.int64) for word in words]
    most = -(-(context + 1) // min(map(len, words)))  # numbers that fill a line in any case
    drawn = np.minimum((rng.child(0).uniform((samples, most)) * len(words)).astype(np.int64), largest)
    lines = np.empty((samples, context + 1), np.int64)
    for line, numbers in zip(lines, drawn.tolist(), strict=True):
        line[:] = np.concatenate([coded[number] for number in numbers])[: context + 1]
    return lines
