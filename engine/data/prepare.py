"""Prepare examples for training: shuffle, split, compute features, scale."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np

from engine.contracts import Check, SettingError, no_check
from engine.data.catalogue import SPLITTING
from engine.data.examples import INPUTS, LABEL, Examples, TargetShape, TrainingData
from engine.data.features import SCALINGS, checked_features, column_names, columns_of
from engine.data.splits import SHUFFLED, split_examples
from engine.data.tokens import one_hot as one_hot_columns
from engine.data.tokens import one_hot_names
from engine.interruption import row_pieces
from engine.random_generator import RandomGenerator

Array = np.ndarray


def training_data(
    examples: Examples,
    features: tuple[str, ...],
    scaling: str,
    share: float,
    seed: int,
    target_scaling: str = "none",
    split: str = SHUFFLED,
    one_hot: bool = False,
    target: str = LABEL,
    check: Check = no_check,
) -> TrainingData:
    """The examples in training order, as the network reads them.

    features: keys of FEATURES, for one or two raw inputs; with more, every column is a feature. scaling: a key of
    SCALINGS, fitted to the training set alone. seed: the data seed, which shuffles the examples before the split, but
    not windows of a text, of which the first are the training set. target_scaling: the same for the target of a
    regression. split: a key of SPLITS. one_hot: tokens become a row of features each. target: LABEL or INPUTS; the
    inputs as targets are scaled as they are. check: called between two steps. Raises SettingError if the features do
    not fit or overflow.
    """
    count, inputs = examples.inputs.shape
    keys = checked_features(features, inputs)
    order = np.arange(count)
    if examples.text is None:
        order = RandomGenerator(seed).child(SPLITTING).permutation(count, check)
    order, train = split_examples(examples, order, share, split)
    raw = np.empty_like(examples.inputs, order="C")
    for piece in row_pieces(count, inputs, check):
        # In any mode but `raise` it writes where it is to; it is twice as fast as an index.
        np.take(examples.inputs, order[piece], axis=0, out=raw[piece], mode="clip")
    check()
    with np.errstate(over="ignore", invalid="ignore"):
        columns = one_hot_columns(raw, len(examples.tokens)) if one_hot else columns_of(raw, keys)
        check()
        shift, scale = SCALINGS[scaling].fit(columns[:train])
        check()
        scaled = columns
        if not one_hot or scaling != "none":  # else it would be a copy, of what is most of the memory
            scaled = np.empty(columns.shape)
            for piece in row_pieces(count, columns.shape[1], check):
                np.subtract(columns[piece], shift, out=scaled[piece])
                scaled[piece] /= scale
    check()
    if not (np.isfinite(scaled).all() and np.isfinite(scale).all()):
        raise SettingError("the inputs are too large: these features or this scaling overflow")
    check()
    targets = scaled_targets = examples.targets[order]
    target_shift: float | Array = 0.0
    target_scale: float | Array = 1.0
    if not examples.classes:
        rows = targets.reshape(-1, examples.target_shape.width)  # of a sequence every step
        fitting = rows[: train * examples.steps]
        with np.errstate(over="ignore", invalid="ignore"):
            check()
            target_shift, target_scale = SCALINGS[target_scaling].fit(fitting)
            check()
            scaled_targets = ((rows - target_shift) / target_scale).reshape(targets.shape)
        if examples.target_shape.width == 1:
            target_shift, target_scale = float(target_shift[0]), float(target_scale[0])
    if not (np.isfinite(scaled_targets).all() and np.isfinite(target_scale).all()):
        raise SettingError(f"the values of {examples.target} are too large: this scaling overflows")
    prepared = TrainingData(
        raw=raw,
        inputs=scaled,
        targets=targets,
        train=train,
        names=examples.names,
        features=one_hot_names(examples.names, examples.tokens) if one_hot else column_names(examples.names, keys),
        feature_keys=keys,
        shift=shift,
        scale=scale,
        scaled_targets=scaled_targets,
        target_shift=target_shift,
        target_scale=target_scale,
        classes=examples.classes,
        target=examples.target,
        image=examples.image,
        shape=_feature_shape(examples, keys, one_hot, scaled.shape[1]),
        weights=None if examples.weights is None else examples.weights[order],
        tokens=examples.tokens,
        one_hot=one_hot,
        target_shape=examples.target_shape,
        target_names=examples.target_names,
        label=examples.target,
        labels=targets if targets.ndim == 1 else None,
        label_names=examples.classes,
        best=None if examples.best is None else examples.best[order],
        text=examples.text,
    )
    if target != INPUTS:
        return prepared
    one = scaled.shape[1] == 1  # a target of one number is no vector
    return replace(
        prepared,
        targets=columns[:, 0].copy() if one else columns,
        scaled_targets=scaled[:, 0].copy() if one else scaled,
        target_shift=float(shift[0]) if one else shift,
        target_scale=float(scale[0]) if one else scale,
        classes=(),
        target=prepared.features[0] if one else "input",
        target_shape=TargetShape(width=scaled.shape[1], is_input=True),
        target_names=() if one else prepared.features,
        text=None,
    )


def _feature_shape(examples: Examples, keys: tuple[str, ...], one_hot: bool, features: int) -> tuple[int, ...]:
    """The shape of one example's features, see TrainingData."""
    if one_hot:
        return (*(examples.shape or examples.inputs.shape[1:]), len(examples.tokens))
    return examples.shape if math.prod(examples.shape) == features and not keys else (features,)


def features_of(raw: Array, data: TrainingData) -> Array:
    """The network's inputs (m, f), in C order, for raw inputs (m, d)."""
    columns = one_hot_columns(raw, len(data.tokens)) if data.one_hot else columns_of(raw, data.feature_keys)
    return np.ascontiguousarray((columns - data.shift) / data.scale)
