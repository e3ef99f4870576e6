"""Weights of examples: how much each counts in the loss, given one by one or by class."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from engine.choices import Choice
from engine.contracts import Catalogue, Hyper, SettingError, Tier, numbers_of
from engine.data.examples import TargetShape

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


@dataclass(frozen=True, slots=True)
class ClassWeighting:
    """One way to weigh classes."""

    key: str
    title: str
    summary: str
    knobs: tuple[Hyper, ...] = ()
    tier: Tier = "basic"


CLASS_WEIGHTS: Catalogue[ClassWeighting] = Catalogue("weighting of classes")
CLASS_WEIGHTS.add(ClassWeighting("none", "None", "Every example counts the same in the loss."))
CLASS_WEIGHTS.add(
    ClassWeighting(BALANCED, "Balanced", "Every class counts the same in the loss, however few examples it has.")
)
CLASS_WEIGHTS.add(
    ClassWeighting(
        "given",
        "Given",
        "Each class counts as much as is said.",
        (
            Hyper(
                "weights",
                "",
                (),
                0.0,
                1e6,
                kind="list",
                help="one for each class, in their order; classes beyond the last count 1",
                tier="basic",
            ),
        ),
    )
)


def check_class_weights(choice: Choice, target: TargetShape) -> None:
    """Raises SettingError if classes cannot be weighed so. target: what an example is answered with."""
    if choice.kind == "none":
        return
    classes = target.classes
    if not classes:
        raise SettingError("only classes have weights, and this is a regression: use none")
    if target.steps > 1:
        raise SettingError(f"a weight is one of a whole example, and {target.steps} steps have a class each: use none")
    given = choice.values.get("weights", ())
    assert isinstance(given, tuple)
    if len(given) > classes:
        raise SettingError(f"there are {len(given)} weights for {classes} classes: give at most {classes}")
    if len(given) == classes and not any(given):
        raise SettingError(f"all {classes} weights are 0: one at least must be above 0")


def weights_by_class(choice: Choice, targets: Array, train: int, classes: int) -> Array | None:
    """How much each example counts, (n,), by its class in targets (n,); None if all count the same.

    train: the size of the training set, whose classes are balanced; the validation set is weighed the same.
    """
    if choice.kind == "none":
        return None
    each = np.ones(classes)
    if choice.kind == BALANCED:
        each = 1.0 / np.maximum(np.bincount(targets[:train].astype(np.int64), minlength=classes), 1)
    else:
        given = choice.values["weights"]
        assert isinstance(given, tuple)
        each[: len(given)] = given
    return np.asarray(each[targets.astype(np.int64)])
