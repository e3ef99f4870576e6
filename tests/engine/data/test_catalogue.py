"""Properties of every data set, whatever its knobs; a new one inherits these tests."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import numpy as np
import pytest

from engine.choices import choose
from engine.contracts import Hyper, SettingError, Value
from engine.data import DATASETS, FEATURES, Dataset, Table, examples_of, possible_features, shape_of, training_data
from tests.each import each
from tests.engine.data.made import make

every_dataset = each("entry", DATASETS.values())
# Of seed 7 with noise .5: the first inputs and the (last) target of example 3, the sums of all inputs and targets.
STORED = {
    "circle": ([-0.004920733653201192, -0.967695653370494], 1.0, 15.700672148190012, 249.0),
    "xor": ([-2.1179118641826573, -3.8790477790015263], 1.0, -125.67970741344132, 260.0),
    "gauss": ([2.4788651756698727, 2.391584322267791], 1.0, 33.15457894719157, 250.0),
    "spiral": ([0.006075949681354293, 0.05589941008516887], 1.0, -0.11007970741346185, 250.0),
    "reg_plane": ([-2.181494237019189, -4.294857334801831], -0.6459324606668168, 154.5395135207081, 15.468161912680223),
    "reg_gauss": ([-2.181494237019189, -4.294857334801831], 0.0, 154.5395135207081, -6.193814707773262),
    "moons": ([1.3266292498464498, 0.3055230086634227], 0.0, 397.6640035847284, 250.0),
    "rings": ([-1.0581595464314264, 0.9746943974542912], 0.0, 20.149592242814816, 600.0),
    "blobs": ([4.3273454950301184, 0.2676815319457524], 0.0, 28.128105199866194, 499.0),
    "checkerboard": ([2.127429629141635, 3.412497172697484], 1.0, -69.73176380605688, 460.0),
    "spirals": ([0.37728998877821673, 0.27003685448123455], 0.0, 35.0397466583386, 600.0),
    "sine": ([-0.9393939393939394], -0.2276598371786861, 0.0, 2.0425021852432357),
    "step": ([-0.9393939393939394], -1.038408592818276, 0.0, 2.0425021852432326),
    "chebyshev": ([-0.6842105263157895], 0.1516926617421389, 0.0, -2.364163184849611),
    "patterns": (
        [0.06807599657509603, -0.1829774355371246, 0.5235001064093591, 0.6886005738630289],
        3.0,
        11881.822364011925,
        9000.0,
    ),
    "adding": (
        [0.6411376145010247, 0.0, 0.9533365344261844, 0.0],
        1.0717141289912822,
        26958.403270004557,
        971.9307856712551,
    ),
    "spoken": (
        [17.418359669690904, 5.957004327783308, 18.657653491134706, 16.681603229562477],
        3.0,
        8569618.47812998,
        5400.0,
    ),
    "vowels": ([662.1604802671989, 1724.6041223494672], 3.0, 1922218.7132458533, 4500.0),
    "modular": ([0.0, 3.0, 23.0], 11.0, 23805.0, 5805.0),
    "line": ([0.23689421310223724, -0.9849297542912373], -0.9033338743739954, 135.12869781301544, -12.136338205084423),
    "arm": ([-1.1422277114779924, -2.2487820418716122], -0.5136214998005519, -69.16512002387623, -6.819202152010773),
    "temporal_order": ([0.0, 0.0, 0.0, 0.0], 3.0, 20000.0, 1523.0),
    "sine_ahead": (
        [-0.9127505384224823, -1.4480440987204695, 0.01037470401616919, -0.6390869554975146],
        0.5997122944889002,
        71.0811408366961,
        3.3014783697064374,
    ),
    "number_words": ([13.0, 6.0, 7.0, 11.0], 12.0, 124224.0, 123458.0),
    "brackets": ([2.0, 2.0, 2.0, 2.0], 2.0, 23385.0, 23619.0),
    "prose": ([34.0, 3.0, 1.0, 16.0], 20.0, 93558.0, 93573.0),
    "echo": ([1.0, 0.0, 0.0, 1.0], 3.0, 12000.0, 20982.0),
}


def extremes(knob: Hyper) -> tuple[Value, ...]:
    if knob.kind == "switch":
        return (False, True)
    return knob.options if knob.kind == "choice" else (knob.low, knob.high)


def settings(entry: Dataset) -> Iterator[dict[str, Value]]:
    """The defaults, and every knob at its ends together with every other."""
    yield {}
    for values in itertools.product(*map(extremes, entry.knobs)):
        yield dict(zip((knob.name for knob in entry.knobs), values, strict=True))


@every_dataset
def test_says_what_a_person_needs_to_know(entry: Dataset) -> None:
    assert entry.key.isidentifier() and entry.key == entry.key.lower()
    assert entry.title and entry.group and entry.licence and entry.target
    assert entry.summary.endswith(".") and len(entry.summary) <= 140
    assert (entry.group in ("Shapes", "Curves")) or entry.source
    assert 0 < entry.share <= 1
    assert len(set(entry.names)) == entry.inputs
    assert (entry.view is not None) == (entry.inputs <= 2)
    assert any(knob.name == "samples" for knob in entry.knobs) or entry.table or entry.text is not None
    assert all(knob.help for knob in entry.knobs)


def test_groups_stand_together_and_titles_differ() -> None:
    groups = [group for group, _ in itertools.groupby(entry.group for entry in DATASETS.values())]
    assert groups == ["TensorFlow Playground", "Shapes", "Curves", "Sequences", "Speech", "Measured", "Text"]
    assert len({entry.title for entry in DATASETS.values()}) == len(DATASETS)


@every_dataset
def test_makes_finite_examples_of_the_declared_shape(entry: Dataset) -> None:
    for values in settings(entry):
        choice = choose(DATASETS, entry.key, values)
        examples = examples_of(choice, 1)
        count, entry = entry.count(choice.values), entry.having(choice.values)
        assert entry.table or count == choice.values.get("samples", len(examples.inputs))
        assert examples.inputs.shape == (count, entry.inputs)
        assert examples.targets.shape == (count, *entry.target_shape(choice.values).array)
        assert examples.inputs.dtype == examples.targets.dtype == np.float64
        assert np.isfinite(examples.inputs).all() and np.isfinite(examples.targets).all()
        assert (examples.names, examples.target, examples.image) == (entry.names, entry.target, entry.image)
        assert examples.shaped.shape == (count, *(entry.shape or (entry.inputs,)))
        assert np.shares_memory(examples.shaped, examples.inputs)
        assert len(examples.classes) == entry.classes(choice.values)
        assert examples.tokens == entry.tokens(choice.values)
        if examples.tokens:
            assert set(np.unique(examples.inputs)) <= set(range(len(examples.tokens)))
        if entry.purpose == "classification":
            assert entry.classes(choice.values) >= 2
            places = np.unique(examples.targets)
            assert set(places) <= set(range(len(examples.classes)))
            all_seen = len(places) == min(len(examples.classes), count)
            assert all_seen or entry.group == "Measured" or count < 20 or entry.text is not None  # rare letters
        else:
            assert entry.classes(choice.values) == 0


@every_dataset
def test_the_seed_decides_to_the_bit(entry: Dataset) -> None:
    noise = {knob.name: knob.high for knob in entry.knobs if knob.name == "noise"}
    if entry.key == "prose":  # the same page for every seed
        return
    first, again, other = (make(entry.key, seed, **noise) for seed in (5, 5, 6))
    assert first.inputs.tobytes() == again.inputs.tobytes() and first.targets.tobytes() == again.targets.tobytes()
    assert (first.inputs != other.inputs).any() or (first.targets != other.targets).any()


@each("key", STORED)
def test_the_data_of_a_seed_stay_what_they_were(key: str) -> None:
    inputs, target, all_inputs, all_targets = STORED[key]
    noise = {knob.name: 0.5 for knob in DATASETS[key].knobs if knob.name == "noise"}
    examples = make(key, 7, **noise)
    np.testing.assert_allclose(examples.inputs[3, : len(inputs)], inputs, rtol=1e-12)
    assert np.ravel(examples.targets[3])[-1] == pytest.approx(target, rel=1e-12)
    assert examples.inputs.sum() == pytest.approx(all_inputs, rel=1e-12, abs=1e-9)
    assert examples.targets.sum() == pytest.approx(all_targets, abs=1e-9)


def test_every_set_that_is_not_measured_is_stored() -> None:
    assert set(STORED) == {key for key, entry in DATASETS.items() if entry.group != "Measured"}


@every_dataset
def test_points_without_noise_lie_in_the_view(entry: Dataset) -> None:
    if entry.view is None or entry.key == "gauss":  # whose clouds have no edge
        return
    examples = make(entry.key, noise=0)
    upper = examples.inputs[:, 1] if entry.inputs == 2 else examples.targets
    x0, x1, y0, y1 = entry.view
    assert x0 <= examples.inputs[:, 0].min() and examples.inputs[:, 0].max() <= x1
    assert y0 <= upper.min() and upper.max() <= y1


@every_dataset
def test_the_shape_is_told_without_making_the_data(entry: Dataset) -> None:
    for values in settings(entry):
        choice = choose(DATASETS, entry.key, values)
        examples = examples_of(choice, 1)
        for keys in (possible_features(entry.inputs), possible_features(entry.inputs)[:1]):
            data = training_data(examples, keys, "none", 0.5, 1)
            assert shape_of(choice, keys) == (data.inputs.shape[1], data.raw.shape[1], len(data.classes))


def test_the_shape_of_a_table() -> None:
    plane = Table("t", ("a", "b"), "c", np.zeros((3, 2)), np.zeros(3), ("u", "v"))
    wide = Table("t", ("a", "b", "c"), "d", np.zeros((3, 3)), np.zeros(3))
    assert shape_of(plane, ("x", "xy", "sin_y")) == (3, 2, 2)
    assert shape_of(wide, ()) == (3, 3, 0)
    line = Table("t", ("a",), "b", np.zeros((3, 1)), np.zeros(3))
    assert shape_of(line, ("x", "x2")) == (2, 1, 0)
    with pytest.raises(SettingError, match="the feature y needs 2 inputs, the data have 1"):
        shape_of(line, ("x", "y"))


def test_a_table_is_taken_as_it_is() -> None:
    table = Table("t", ("a", "b"), "c", np.arange(6.0).reshape(3, 2), np.array([0.0, 1.0, 1.0]), ("u", "v"))
    examples = examples_of(table, 5)
    assert examples.inputs is table.inputs and examples.targets is table.targets
    assert (examples.names, examples.classes, examples.target) == (("a", "b"), ("u", "v"), "c")


def test_unknown_entries_are_refused_with_a_hint() -> None:
    with pytest.raises(SettingError, match="unknown data set 'spiralz'; did you mean spiral"):
        choose(DATASETS, "spiralz")
    with pytest.raises(SettingError, match=r"noise must lie in \[0, 50\], got 60"):
        choose(DATASETS, "circle", {"noise": 60})
    with pytest.raises(SettingError, match="unknown feature 'z'"):
        FEATURES["z"]
