"""Shuffling, splitting, features and scaling: what training sees, from what there is."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.contracts import SettingError
from engine.data import (
    FEATURES,
    SCALINGS,
    Examples,
    Table,
    features_of,
    possible_features,
    training_count,
    training_data,
)
from tests.engine.data.made import make

random = np.random.default_rng(0)
PLANE = Examples(random.normal(3.0, 2.0, (200, 2)), np.arange(200.0), ("height", "max x"))
LINE = Examples(random.normal(size=(50, 1)), np.arange(50.0), ("t",))
WIDE = Examples(random.normal(2.0, 5.0, (60, 5)), np.arange(60.0), tuple("abcde"))
EVERY = ("x", "y", "x2", "y2", "xy", "sin_x", "sin_y")


def test_features_are_those_of_the_playground() -> None:
    assert tuple(FEATURES)[: len(EVERY)] == EVERY
    assert possible_features(2) == tuple(FEATURES)
    assert possible_features(1) == tuple(key for key in FEATURES if FEATURES[key].needs == 1)
    assert {"x", "x2", "sin_x"} <= set(possible_features(1)) <= set(FEATURES) - {"y", "y2", "xy", "sin_y"}
    assert possible_features(3) == possible_features(64) == ()


def test_features_point_by_point() -> None:
    data = training_data(PLANE, EVERY, "none", 0.5, 1)
    for (x, y), row in zip(data.raw, data.inputs, strict=True):
        np.testing.assert_allclose(row, [x, y, x * x, y * y, x * y, math.sin(x), math.sin(y)], rtol=1e-14)
    assert data.features == ("height", "max x", "height²", "max x²", "height · max x", "sin height", "sin max x")
    assert data.feature_keys == EVERY and data.names == PLANE.names


def test_features_come_in_the_order_asked_for() -> None:
    data = training_data(PLANE, ("xy", "x"), "none", 0.5, 1)
    assert (data.inputs[:, 0] == data.raw[:, 0] * data.raw[:, 1]).all() and (data.inputs[:, 1] == data.raw[:, 0]).all()


def test_features_of_one_input() -> None:
    data = training_data(LINE, ("x2", "sin_x"), "none", 0.5, 1)
    np.testing.assert_allclose(data.inputs, np.column_stack([data.raw**2, np.sin(data.raw)]), rtol=1e-14)
    assert data.features == ("t²", "sin t")


def test_of_many_inputs_every_column_is_a_feature() -> None:
    data = training_data(WIDE, ("x", "xy"), "none", 0.5, 1)
    assert (data.inputs == data.raw).all() and data.features == WIDE.names and data.feature_keys == ()


@pytest.mark.parametrize(
    ("examples", "keys", "message"),
    [
        (LINE, ("xy",), "the feature x · y needs 2 inputs, the data have 1"),
        (PLANE, (), "choose at least one feature, and each only once, got none"),
        (PLANE, ("x", "x"), "choose at least one feature, and each only once, got x, x"),
        (PLANE, ("z",), "unknown feature 'z'"),
    ],
)
def test_features_that_do_not_fit_are_refused(examples: Examples, keys: tuple[str, ...], message: str) -> None:
    with pytest.raises(SettingError, match=message):
        training_data(examples, keys, "none", 0.5, 1)


@pytest.mark.parametrize(
    ("count", "share", "train"),
    [
        *(
            (500, 0.5, 250),
            (501, 0.5, 250),
            (10, 0.99, 9),
            (10, 0.01, 1),
            (10, 1.0, 10),
            (2, 0.4, 1),
            (1797, 0.8, 1437),
        ),
        *((100, 0.29, 29), (100, 0.57, 57)),  # whose binary products fall a hair short
    ],
)
def test_the_first_part_is_trained_on(count: int, share: float, train: int) -> None:
    assert training_count(count, share) == train
    data = training_data(Examples(np.zeros((count, 1)), np.arange(count), ("x",)), ("x",), "none", share, 1)
    assert (data.train, data.validation) == (train, count - train)


def test_the_order_is_a_permutation_of_the_data_seed() -> None:
    first, again, other = (training_data(PLANE, ("x",), "none", 0.5, seed) for seed in (1, 1, 2))
    assert (first.targets == again.targets).all() and (first.targets != other.targets).any()
    for data in (first, other):
        assert sorted(data.targets) == list(range(200))
        assert (data.raw == PLANE.inputs[data.targets.astype(int)]).all(), "inputs and targets go together"


def test_every_example_is_equally_likely_to_be_trained_on() -> None:
    seeds = 2000
    small = Examples(np.zeros((10, 1)), np.arange(10.0), ("x",))
    chosen = [training_data(small, ("x",), "none", 0.3, seed).targets for seed in range(seeds)]
    counts = np.array([np.bincount(np.array(chosen)[:, place].astype(int), minlength=10) for place in range(10)])
    assert np.abs(counts - seeds / 10).max() < 5 * math.sqrt(seeds * 0.1 * 0.9)


@pytest.mark.parametrize("key", ["circle", "xor", "sine", "reg_plane"])
def test_the_split_knows_nothing_of_the_values(key: str) -> None:
    """Though both come from one seed: sorted by what the values were made of, the parts would differ in size."""
    random_places = {"spacing": "random"} if key == "sine" else {}
    gaps = []
    for seed in range(40):
        data = training_data(make(key, seed, samples=400, **random_places), ("x",), "none", 0.5, seed)
        sizes = data.raw[:, 0] if key == "sine" else np.hypot(*data.raw.T)
        gaps.append(sizes[: data.train].mean() - sizes[data.train :].mean())
    spread = sizes.std() * math.sqrt(2 / 200)
    assert abs(np.mean(gaps)) < 5 * spread / math.sqrt(40) and np.std(gaps) > spread / 2


def test_one_more_example_leaves_the_others_in_their_order() -> None:
    more = Examples(np.vstack([PLANE.inputs, [[0.0, 0.0]]]), np.arange(201.0), PLANE.names)
    before, after = (training_data(examples, ("x",), "none", 0.5, 3).targets for examples in (PLANE, more))
    assert (after[after != 200] == before).all()


@pytest.mark.parametrize("examples", [PLANE, WIDE], ids=["plane", "wide"])
def test_scaling_is_fitted_to_the_training_part_alone(examples: Examples) -> None:
    keys = ("x", "y2")
    plain = training_data(examples, keys, "none", 0.4, 1)
    assert (plain.shift == 0).all() and (plain.scale == 1).all()
    learned = plain.inputs[: plain.train]

    standard = training_data(examples, keys, "standardise", 0.4, 1)
    np.testing.assert_allclose(standard.shift, learned.mean(axis=0), rtol=1e-13)
    np.testing.assert_allclose(standard.scale, learned.std(axis=0), rtol=1e-13)
    np.testing.assert_allclose(standard.inputs[: standard.train].std(axis=0), 1, rtol=1e-13)
    np.testing.assert_allclose(standard.inputs[: standard.train].mean(axis=0), 0, atol=1e-13)

    between = training_data(examples, keys, "min_max", 0.4, 1)
    learned = between.inputs[: between.train]
    assert (learned.min(axis=0) == 0).all() and (learned.max(axis=0) == 1).all()
    assert between.inputs.max() > 1 or between.inputs.min() < 0, "the validation part is not looked at"
    for data in (standard, between):
        np.testing.assert_allclose(data.inputs * data.scale + data.shift, plain.inputs, atol=1e-12)


@pytest.mark.parametrize("scaling", SCALINGS)
def test_a_constant_column_is_not_blown_up(scaling: str) -> None:
    """0.1 has no exact mean: the deviation of ten of them is 1e-17, not 0."""
    inputs = np.column_stack([np.full(10, 0.1), np.arange(10.0), np.zeros(10)])
    data = training_data(Examples(inputs, np.zeros(10), tuple("abc")), (), scaling, 1.0, 1)
    assert data.scale[0] == data.scale[2] == (9 if scaling == "common" else 1)
    assert set(data.inputs[:, 0]) in ({0.1}, {0.0}, {0.1 / 9}) and (data.inputs[:, 2] == 0).all(), (
        "as it was, or nought"
    )


@pytest.mark.parametrize("size", [1e-300, 1e-160, 1e150])
@pytest.mark.parametrize("scaling", SCALINGS)
def test_tiny_and_huge_columns_stay_finite(scaling: str, size: float) -> None:
    data = training_data(Examples(LINE.inputs * size, LINE.targets, ("t",)), ("x",), scaling, 0.5, 1)
    assert np.isfinite(data.inputs).all() and (data.scale > 0).all()


@pytest.mark.parametrize(("keys", "scaling"), [(("x2",), "none"), (("x",), "standardise")])
def test_what_overflows_is_refused(keys: tuple[str, ...], scaling: str) -> None:
    huge = Examples(LINE.inputs * 1e300, LINE.targets, ("t",))
    with pytest.raises(SettingError, match="these features or this scaling overflow"):
        training_data(huge, keys, scaling, 0.5, 1)


def test_a_target_that_overflows_is_refused() -> None:
    huge = Examples(LINE.inputs, np.linspace(-1.0, 1.0, len(LINE.inputs)) * 1e300, ("t",))
    with pytest.raises(SettingError, match="values of y are too large: this scaling overflows"):
        training_data(huge, ("x",), "none", 0.5, 1, target_scaling="standardise")


@pytest.mark.parametrize("scaling", SCALINGS)
@pytest.mark.parametrize(("examples", "keys"), [(LINE, ("x", "sin_x")), (PLANE, EVERY), (WIDE, ())])
def test_a_map_reads_what_training_read(examples: Examples, keys: tuple[str, ...], scaling: str) -> None:
    data = training_data(examples, keys, scaling, 0.5, 1)
    found = features_of(data.raw[:7], data)
    np.testing.assert_allclose(found, data.inputs[:7], rtol=1e-15, atol=1e-300)
    for array in (data.raw, data.inputs, found):
        assert array.flags.c_contiguous


def test_the_examples_themselves_are_not_touched() -> None:
    before = PLANE.inputs.copy()
    data = training_data(PLANE, ("x",), "standardise", 0.5, 1)
    data.raw[:] = data.inputs[:] = 0.0
    data.targets[:] = 0.0
    assert (PLANE.inputs == before).all() and PLANE.targets[-1] == 199


def test_digits_between_0_and_1() -> None:
    data = training_data(make("digits"), (), "min_max", 0.8, 1)
    assert data.image == (8, 8) and data.inputs.shape == (1797, 64)
    assert data.inputs[: data.train].min() == 0 and data.inputs[: data.train].max() == 1


def test_the_target_of_a_regression_is_scaled_by_its_training_part() -> None:
    values = np.array([25.0, 346.0, 100.0, 200.0, 50.0])
    examples = Examples(np.arange(5.0)[:, None], values, ("x",))
    data = training_data(examples, ("x",), "none", 0.6, 1, target_scaling="standardise")
    learned = data.targets[:3]
    np.testing.assert_allclose(data.scaled_targets, (data.targets - learned.mean()) / learned.std(), rtol=1e-12)
    assert sorted(data.targets) == sorted(values)
    classes = training_data(
        Examples(np.arange(5.0)[:, None], np.array([0.0, 1, 2, 1, 0]), ("x",), ("a", "b", "c")),
        ("x",), "none", 0.6, 1, target_scaling="standardise",
    )  # fmt: skip
    np.testing.assert_array_equal(classes.scaled_targets, classes.targets)


def with_classes(*counts: int) -> Examples:
    """Examples of as many classes, in a table's order."""
    targets = np.repeat(np.arange(len(counts)), counts).astype(float)
    inputs = np.arange(float(len(targets)))[:, None]
    names = tuple(f"c{place}" for place in range(len(counts)))
    return Table("t", ("x",), "class", inputs, targets, names).examples()


@pytest.mark.parametrize(
    ("counts", "share", "trained"),
    [
        ((39, 1), 0.5, (19, 1)),
        ((50, 30, 20), 0.5, (25, 15, 10)),
        ((50, 30, 20), 0.8, (40, 24, 16)),
        ((997, 1, 1, 1), 0.1, (97, 1, 1, 1)),
        ((3, 3, 3), 0.5, (2, 1, 1)),
        ((10, 5), 1.0, (10, 5)),
    ],
)
def test_a_table_is_split_by_class(counts, share, trained) -> None:
    for seed in range(20):
        data = training_data(with_classes(*counts), ("x",), "none", share, seed, split="stratified")
        found = np.bincount(data.targets[: data.train].astype(int), minlength=len(counts))
        assert tuple(found) == trained
        assert sorted(data.raw[:, 0]) == list(range(sum(counts)))


def test_more_classes_than_training_examples_are_split_all_the_same() -> None:
    data = training_data(with_classes(*[2] * 10), ("x",), "none", 0.2, 1, split="stratified")
    assert data.train == 4 and len(set(data.targets[:4])) == 4


def test_every_example_of_a_class_is_equally_likely_to_be_trained_on() -> None:
    seeds, examples = 1000, with_classes(8, 4)
    chosen = np.zeros(12)
    for seed in range(seeds):
        data = training_data(examples, ("x",), "none", 0.5, seed, split="stratified")
        chosen[data.raw[: data.train, 0].astype(int)] += 1
    assert np.abs(chosen - seeds / 2).max() < 5 * math.sqrt(seeds * 0.25)
