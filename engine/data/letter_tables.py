"""Tables of which character follows which: what a text can be predicted by without a network."""

from __future__ import annotations

import numpy as np

Array = np.ndarray


def table_losses(training: Array, validation: Array, tokens: int) -> tuple[float, float]:
    """What the next character costs by tables of pairs and of triples, in nats: the mean over all targets of the
    validation windows (m, context + 1), given counts in the training windows (n, context + 1); places in a vocabulary
    of so many tokens.

    Each table adds one to its counts, shared out as the next smaller one predicts, and the smallest evenly; so nothing
    is impossible. The first target of a window has no triple, and takes the pair.
    """
    single = (np.bincount(training[:, 1:].ravel(), minlength=tokens) + 1.0 / tokens) / (training[:, 1:].size + 1.0)
    pair = _predicted(training, validation, 1, tokens, single[validation[:, 1:]])
    triple = pair.copy()
    if training.shape[1] > 2:
        triple[:, 1:] = _predicted(training, validation, 2, tokens, pair[:, 1:])
    return float(-np.log(pair).mean()), float(-np.log(triple).mean())


def _predicted(training: Array, validation: Array, given: int, tokens: int, before: Array) -> Array:
    """How likely each target of the validation windows is after the `given` characters before it, (m, context + 1 -
    given); before: how likely by the next smaller table.
    """
    contexts, wanted = _codes(training, given, tokens), _codes(validation, given, tokens)
    whole, asked = contexts * tokens + training[:, given:], wanted * tokens + validation[:, given:]
    return np.asarray((_counts(whole, asked) + before) / (_counts(contexts, wanted) + 1.0))


def _codes(windows: Array, given: int, tokens: int) -> Array:
    """The `given` characters before each character from there on, as one number."""
    last = windows.shape[1] - given
    found = np.zeros((len(windows), last), np.int64)
    for place in range(given):
        found = found * tokens + windows[:, place : place + last]
    return found


def _counts(seen: Array, asked: Array) -> Array:
    """How often each of the numbers asked for was seen."""
    values, counts = np.unique(seen, return_counts=True)
    at = np.minimum(np.searchsorted(values, asked), len(values) - 1)
    return np.where(values[at] == asked, counts[at], 0)
