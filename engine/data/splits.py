"""Splits: which examples are learned from, and which validate."""

from __future__ import annotations

import math

import numpy as np

from engine.data.examples import Examples

Array = np.ndarray

SHUFFLED, STRATIFIED, GROUPED = "shuffled", "stratified", "grouped"
SPLITS = {
    SHUFFLED: "the examples to learn from are drawn at random",
    STRATIFIED: "so that each class keeps its share",
    GROUPED: "whole groups, so that none validates of which an example was learned from",
}


def split_examples(examples: Examples, order: Array, share: float, split: str) -> tuple[Array, int]:
    """The order (n,) of the examples with those of the training set first, and how many these are.

    order: in which they are without a split; within each part it is kept. share: of the examples that are learned from,
    or of the groups. split: a key of SPLITS; without classes or groups the examples stay as they are.
    """
    if split == GROUPED and examples.groups is not None:
        return split_by_group(examples.groups, order, share)
    train = training_count(len(order), share)
    if split == STRATIFIED and examples.target_shape.kind == "class":
        return split_by_class(examples.targets.astype(np.int64), order, train), train
    return order, train


def training_count(count: int, share: float) -> int:
    """The size of the training set: the share of the examples, rounded down, at least 1."""
    return max(1, min(count, math.floor(count * share + 1e-9)))  # 100 * 0.29 is 28.999999999999996


def split_by_class(classes: Array, order: Array, train: int) -> Array:
    """The order (n,), changed so that its first `train` examples hold the same share of each class as all do.

    classes (n,): the class of each example. Every class has at least one example among the first if there is room for
    all; within each part the order is kept.
    """
    if not 0 < train < len(order):
        return order
    counts = np.bincount(classes)
    exact = counts * (train / len(classes))
    taken = np.maximum(np.floor(exact + 1e-9).astype(np.int64), np.minimum(counts, 1))
    while taken.sum() < train:  # to the class that is furthest behind
        taken[np.argmax(np.where(taken < counts, exact - taken, -np.inf))] += 1
    while taken.sum() > train:  # from the largest, which misses it least
        taken[np.argmax(np.where(taken > 1, taken - exact, -np.inf)) if (taken > 1).any() else np.argmax(taken)] -= 1
    found = classes[order]
    first = np.zeros(len(order), bool)
    for place, most in enumerate(taken):
        first[np.flatnonzero(found == place)[:most]] = True
    return np.concatenate([order[first], order[~first]])


def split_by_group(groups: Array, order: Array, share: float) -> tuple[Array, int]:
    """The order (n,), changed so that a share of the groups comes first, and how many examples these have.

    groups (n,): the group of each example. The groups come in the order of their first examples, which is random if
    the order is; within each part the order is kept.
    """
    found = groups[order]
    names, begin = np.unique(found, return_index=True)
    chosen = names[np.argsort(begin)][: training_count(len(names), share)]
    first = np.isin(found, chosen)
    return np.concatenate([order[first], order[~first]]), int(first.sum())
