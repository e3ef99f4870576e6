"""Weights of examples: how much each counts in the loss, given one by one or by class."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from engine.contracts import SettingError, numbers_of

Array = np.ndarray
BALANCED: Literal["balanced"] = "balanced"


def checked_weights(weights: object, examples: int) -> Array:
    """Weights (n,) of n examples with a mean of 1, so that a loss keeps its scale.

    Raises SettingError unless they are finite, none is negative and one at least is above 0.
    """
    numbers = numbers_of(weights)
    if numbers.shape != (examples,):
        raise SettingError(f"weights are an array ({examples},), one for every example, got an array {numbers.shape}")
    wrong = numbers[~(numbers >= 0.0) | np.isinf(numbers)]
    if len(wrong):
        raise SettingError(f"weights must be numbers of at least 0, got {wrong[0]:g} among {examples:,}")
    largest = numbers.max(initial=0.0)
    if examples and largest == 0.0:
        raise SettingError(f"all {examples:,} weights are 0: one at least must be above 0")
    shares = numbers / largest  # whose sum does not overflow
    return np.asarray(shares * (examples / shares.sum())) if examples else numbers


def class_weights(places: Array, classes: int, given: Sequence[float] | Literal["balanced"]) -> Array:
    """Weights (n,) of examples of the classes `places` (n,), with a mean of 1.

    given: the weight of each class, or "balanced": each class counts as much as any other, that is n / (classes * its
    examples), as in scikit-learn. Raises SettingError.
    """
    places = np.asarray(places, np.int64)
    counts = np.bincount(places, minlength=classes)
    if isinstance(given, str):
        if given != BALANCED:
            raise SettingError(f"class weights are {BALANCED}, or a number for each class, got {given!r}")
        return checked_weights(1.0 / counts[places], len(places))
    each = numbers_of(given)
    if each.shape != (classes,):
        raise SettingError(f"class weights are {classes} numbers, one for each class, got {each.size}")
    return checked_weights(each[places], len(places))
