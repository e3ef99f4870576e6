"""The bundled data against scikit-learn's: shapes, classes, and the fingerprint of every number."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest

from engine.contracts import SettingError
from engine.data import DATASETS, bundled
from tests.each import each
from tests.engine.data.made import make

FOLDER = Path(__file__).resolve().parents[3] / "assets" / "data"
# examples, inputs, examples of each class, sum of the inputs; SHA-256 of data and target as float64, of version 1.9.1
KNOWN = {
    "iris": (150, 4, [50, 50, 50], 2078.7, "18565d0da72dafd52595fe48b03ca9b06dfc2c05d0c4c155576631d0aae8eb7e"),
    "wine": (178, 13, [59, 71, 48], 159975.295999, "c7e84e8e03b2b5a354287416d84d08945318450658a22a63c39973d8306c2ca4"),
    "breast_cancer": (
        569, 30, [212, 357], 1056474.4596356, "cdd5f37c36cbdfc2e5ee074cec7540fac54340874afb25917a673e446270d0d0"
    ),
    "digits": (
        1797,
        64,
        [178, 182, 177, 183, 181, 182, 181, 179, 174, 180],
        561718.0,
        "f19a7d92591ca0a1ffc65ec172e8149afdff995e0d2c4cb0afd151f38471ff90",
    ),
    "diabetes": (442, 10, None, 0.0, "84ec38030d0ff6dfdc32f475c5633e39e7ada9dbc328d3deb29bb757eec6a331"),
}  # fmt: skip
every_file = each("key", KNOWN)


def measured(key: str, **values: object) -> tuple[np.ndarray, np.ndarray]:
    examples = make(key, **values)  # type: ignore[arg-type]
    return examples.inputs, examples.targets


@every_file
def test_numbers_are_those_of_scikit_learn(key: str) -> None:
    rows, columns, classes, total, digest = KNOWN[key]
    inputs, targets = measured(key)
    assert inputs.shape == (rows, columns) and targets.shape == (rows,)
    if classes:
        assert np.bincount(targets.astype(int)).tolist() == classes
        assert len(DATASETS[key].labels({})) == len(classes)
    assert inputs.sum() == pytest.approx(total, abs=1e-9)
    assert hashlib.sha256(inputs.tobytes() + targets.tobytes()).hexdigest() == digest


def test_nothing_is_bundled_that_is_not_checked() -> None:
    assert {key for key, entry in DATASETS.items() if entry.group == "Measured"} == set(KNOWN)
    assert {path.stem for path in FOLDER.glob("*.csv")} == set(KNOWN)


@every_file
def test_the_header_is_what_is_declared(key: str) -> None:
    header = (FOLDER / f"{key}.csv").read_text("utf-8").partition("\n")[0].split(",")
    assert header == [*DATASETS[key].names, DATASETS[key].target]


@every_file
def test_source_and_licence_are_told_in_the_folder_too(key: str) -> None:
    (row,) = (line for line in (FOLDER / "README.md").read_text("utf-8").splitlines() if f"`{key}.csv`" in line)
    address = DATASETS[key].source.rpartition("https://")[2]
    assert address in row
    licence = DATASETS[key].licence
    assert ("CC BY 4.0" if "CC BY" in licence else "BSD 3-Clause") in row
    assert "CC BY 4.0" in licence or (FOLDER / "LICENSE-scikit-learn.txt").read_text("utf-8").startswith("BSD 3-Clause")


def test_digits_are_images() -> None:
    examples = make("digits")
    assert examples.image == (8, 8)
    zero = examples.inputs[0].reshape(examples.image)
    assert zero[0].tolist() == [0, 0, 5, 13, 9, 1, 0, 0] and examples.targets[0] == 0
    assert set(np.unique(examples.inputs)) == set(range(17))


@pytest.mark.parametrize("key", ["iris", "digits"])
def test_noise_is_in_units_of_each_column(key: str) -> None:
    clean, targets = measured(key)
    noisy = [make(key, seed, noise=0.5) for seed in range(1, 9)]
    deviation = clean.std(axis=0)
    moved = np.stack([examples.inputs - clean for examples in noisy])
    assert all((examples.targets == targets).all() for examples in noisy)
    assert (moved[:, :, deviation == 0] == 0).all(), "a constant column stays constant"
    varied = deviation > 0
    ratios = moved[:, :, varied].std(axis=(0, 1)) / deviation[varied]
    assert np.abs(ratios - 0.5).max() < 5 * 0.5 / np.sqrt(2 * 8 * len(clean))


def test_some_of_the_examples() -> None:
    inputs, targets = measured("iris")
    few, more, others = (make("iris", seed, samples=count) for seed, count in ((1, 30), (1, 60), (2, 30)))
    rows = [tuple(row) for row in np.column_stack([inputs, targets])]
    for examples, count in ((few, 30), (more, 60), (others, 30)):
        assert len(examples.targets) == count
        assert {tuple(row) for row in np.column_stack([examples.inputs, examples.targets])} <= set(rows)
    assert {tuple(row) for row in few.inputs} <= {tuple(row) for row in more.inputs}
    assert (few.inputs != others.inputs).any()


def test_the_targets_of_diabetes_are_as_measured() -> None:
    raw = measured("diabetes")[1]
    assert (raw.min(), raw.max(), raw.sum()) == (25, 346, 67243)
    assert DATASETS["diabetes"].target_scaling == "standardise"


def test_what_is_shared_cannot_be_written_to() -> None:
    examples = make("wine")
    with pytest.raises(ValueError, match="read-only"):
        examples.inputs[0, 0] = 1.0


@pytest.mark.parametrize("content", [None, b"a,b\n1,x\n", b"\xff\xfe\x00"])
def test_a_file_that_is_missing_or_broken_is_named(
    content: bytes | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / "iris.csv").write_bytes(content)
    monkeypatch.setattr(bundled.resources, "files", lambda package: tmp_path)
    bundled._measured.cache_clear()
    with pytest.raises(SettingError, match=r"cannot read the bundled file assets/data/iris\.csv"):
        make("iris")
    monkeypatch.undo()
    assert len(make("iris").targets) == 150
