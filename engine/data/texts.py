"""Texts in windows: at each of some steps one character is read, a token, and the next one is the target."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

from engine.contracts import Hyper, SettingError, Tier, shown
from engine.data.catalogue import DATASETS, GENERATED, Array, Labels, Values, dataset, window_names
from engine.data.examples import Examples, TextInfo, TrainingData
from engine.random_generator import RandomGenerator

CONTEXT = Hyper(
    "context",
    "C",
    32,
    16,
    64,
    kind="integer",
    help="characters of a window: how far back the network can look",
    tier="basic",
)
MAX_VOCABULARY = 256  # different characters
MAX_CHARACTERS = 200_000  # of an own text
NEXT = "next character"  # what the target is called
_CODE = "utf-32-le"  # four bytes a character
_SPECIAL = {" ": "␣", "\n": "⏎", "\t": "⇥"}

Writer = Callable[..., Array]


def characters(text: Iterable[str]) -> tuple[str, ...]:
    """The vocabulary of a text: its characters, each once, in their order."""
    return tuple(sorted(set("".join(text))))


def places_in(text: str, vocabulary: tuple[str, ...]) -> Array:
    """Each character of a text as its place in the vocabulary, (n,) integers. Raises SettingError."""
    signs, known = _codes(text), _codes("".join(vocabulary))
    order = np.argsort(known)
    found = order[np.minimum(np.searchsorted(known, signs, sorter=order), len(known) - 1)]
    if (strange := np.flatnonzero(known[found] != signs)).size:
        told = f"the character {shown(text[int(strange[0])])} is not one of the {len(vocabulary)}"
        raise SettingError(f"{told} that the text has")
    return found


def spelled(places: Array, vocabulary: tuple[str, ...]) -> str:
    """The text of places (n,) in a vocabulary."""
    return _codes("".join(vocabulary))[places.astype(np.int64)].tobytes().decode(_CODE, "surrogatepass")


def _codes(text: str) -> Array:
    """The number of each character, as all of Unicode counts them."""
    return np.frombuffer(text.encode(_CODE, "surrogatepass"), "<u4")


def windows(places: Array, context: int) -> Array:
    """A text (n,) as windows (m, context + 1), one after the other: the last character of each is the first of the next
    and only there a target. What does not fill a window is left out.
    """
    count = (len(places) - 1) // context
    starts = context * np.arange(count)
    return np.asarray(places[starts[:, None] + np.arange(context + 1)])


def inputs_and_targets(rows: Array) -> tuple[Array, Array]:
    """Windows (n, context + 1) of places in a vocabulary as inputs and targets, (n, context) each."""
    return rows[:, :-1].astype(float), rows[:, 1:].astype(float)


def window_places(data: TrainingData, rows: slice) -> Array:
    """The characters (m, context) that some windows of a text read, as places in the vocabulary."""
    return data.raw[rows].astype(np.int64)


def visible(sign: str) -> str:
    """A character as it is shown by itself: blanks and ends of lines have a sign."""
    return _SPECIAL.get(sign, sign if sign.isprintable() else f"U+{ord(sign):04X}")


def examples_of_text(text: str, context: int) -> Examples:
    """The windows of an own text."""
    vocabulary = characters(text)
    inputs, targets = inputs_and_targets(windows(places_in(text, vocabulary), context))
    return Examples(
        inputs,
        targets,
        window_names(context),
        vocabulary,
        NEXT,
        shape=(context,),
        tokens=vocabulary,
        steps=context,
        text=TextInfo(context),
    )


def checked_text(text: str, context: int) -> str:
    """The text, if a network can learn from it in windows of this length. Raises SettingError."""
    if not text.strip():
        raise SettingError("there is no text: it is empty, or has nothing but blanks; choose another one")
    if len(text) > MAX_CHARACTERS:
        most = f"a text has at most {MAX_CHARACTERS:,} characters"
        raise SettingError(f"{most}, and this one has {len(text):,}: take a part of it")
    vocabulary = characters(text)
    if len(vocabulary) < 2:
        raise SettingError(
            f"the text is {shown(vocabulary[0])} all along: there is nothing to learn, choose another one"
        )
    if len(vocabulary) > MAX_VOCABULARY:
        told = f"the text has {len(vocabulary):,} different characters, and a network learns at most {MAX_VOCABULARY}"
        raise SettingError(f"{told}: choose one in a script of letters")
    if len(text) < 2 * context + 1:
        told = f"the text has {len(text)} characters, and two windows of {context} need {2 * context + 1}"
        raise SettingError(f"{told}: choose a longer text or a shorter context")
    return text


def text_dataset(
    key: str,
    title: str,
    *knobs: Hyper,
    vocabulary: Labels,
    summary: str,
    source: str,
    entropy: Callable[..., float] | None = None,
    count: Callable[[Values], int] | None = None,
    licence: str = GENERATED,
    tier: Tier = "more",
) -> Callable[[Writer], Writer]:
    """Decorator: declare a data set over a function (rng, **knobs) -> windows (n, context + 1), places in a vocabulary.

    entropy(**knobs): see TextInfo. The knob `context` is added. Without a count, the knob `samples` is it.
    """
    every = (*knobs, CONTEXT)

    def info(values: Values) -> TextInfo:
        known = float("nan") if entropy is None else entropy(**values)
        return TextInfo(int(values[CONTEXT.name]), known)  # type: ignore[arg-type]

    def declare(function: Writer) -> Writer:
        def make(rng: RandomGenerator, **values: Any) -> tuple[Array, Array]:
            return inputs_and_targets(function(rng, **values))

        context = int(CONTEXT.default)  # type: ignore[arg-type]
        dataset(
            key,
            title,
            *every,
            group="Text",
            summary=summary,
            source=source,
            names=window_names(context),
            target=NEXT,
            labels=vocabulary,
            licence=licence,
            share=0.8,
            shape=(context,),
            steps=context,
            tokens=vocabulary,
            count=count,
            tier=tier,
            text=info,
        )(make)
        assert DATASETS[key].text is info
        return function

    return declare
