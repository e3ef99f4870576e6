"""Labels made shorter without becoming equal, and broken into lines."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Sequence

ELLIPSIS = "…"
_LEAST = 4  # letters that a shortened label has at least


def shortened(labels: Sequence[str], letters: int) -> list[str]:
    """Labels of at most so many letters, as different as they were: what differs is kept, and else they are numbered.

    A label loses its end; where it would then be like another, it loses its middle, or else what it has in common
    with the others at its start, and its end. Raises ValueError for less than four letters.
    """
    if letters < _LEAST:
        raise ValueError(f"a label has at least {_LEAST} letters, got {letters}")
    found = [_cut(label, letters, 0) for label in labels]
    for place in _alike(labels, found):
        found[place] = _cut(labels[place], letters, letters // 2)
    alike = _alike(labels, found)
    for place in alike:
        others = [labels[other] for other in alike if labels[other] != labels[place]]
        start = max(_common(labels[place], other) for other in others)
        rest = labels[place][max(start - letters // 3, 0) :]
        found[place] = _cut(f"{ELLIPSIS}{rest}", letters, 0)
    for place in _alike(labels, found):
        number = str(place + 1)
        found[place] = f"{_cut(labels[place], letters - len(number) - 1, 0)} {number}"
    return found


def lines(label: str, letters: int) -> list[str]:
    """A label broken between words, or within a word that is longer than a line."""
    return textwrap.wrap(label, letters, drop_whitespace=True, break_on_hyphens=False) or [label]


def _cut(label: str, letters: int, tail: int) -> str:
    """A label without its middle: so many letters, of which `tail` are its last ones."""
    if len(label) <= letters:
        return label
    end = label[len(label) - tail :] if tail else ""
    return f"{label[: letters - 1 - tail].rstrip()}{ELLIPSIS}{end}"


def _alike(labels: Sequence[str], found: Sequence[str]) -> list[int]:
    """The places of labels that differ and no longer do so."""
    ways = Counter(short for short, _ in {(short, label) for short, label in zip(found, labels, strict=True)})
    return [place for place, short in enumerate(found) if ways[short] > 1 and short != labels[place]]


def _common(one: str, other: str) -> int:
    """How many letters two labels have in common at their start."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((place for place, (mine, theirs) in pairs if mine != theirs), min(len(one), len(other)))
