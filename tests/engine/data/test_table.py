"""Tables: to a file and back, points drawn and erased, and what is refused with a sentence."""

from __future__ import annotations

import math
import re
import tracemalloc
from base64 import b64encode
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine import Session, new_network, new_run
from engine.contracts import SettingError
from engine.data import Table, checked_table

CLASSED = Table(
    "Zoo", ("long", "wide"), "kind", np.array([[0.1, 1e-300], [1 / 3, -2.0], [1e300, 5.0]]), np.array([0.0, 1.0, 1.0]),
    ("cat", "dog"),
)  # fmt: skip
CURVE = Table("Curve", ("x",), "y", np.array([[0.0], [1.0], [2.0]]), np.array([0.5, math.pi, -1.0]), drawn=True)
every_table = pytest.mark.parametrize("table", [CLASSED, CURVE], ids=["classes", "curve"])


@every_table
def test_comes_back_from_a_file_to_the_bit(table: Table) -> None:
    again = Table.from_dict(table.to_dict())
    assert again == table and hash(again) == hash(table) and again.digest == table.digest
    assert again.inputs.tobytes() == table.inputs.tobytes() and again.targets.tobytes() == table.targets.tobytes()
    assert (again.name, again.columns, again.target) == (table.name, table.columns, table.target)
    assert (again.classes, again.drawn) == (table.classes, table.drawn)


@pytest.mark.parametrize(
    "change",
    [
        {"name": "Other"},
        {"target": "sort"},
        {"columns": ("long", "broad")},
        {"classes": ("cat", "cow")},
        {"drawn": True},
        {"inputs": CLASSED.inputs + np.array([0, 0.5])},
        {"targets": CLASSED.targets[::-1]},
    ],
    ids=lambda change: next(iter(change)),
)
def test_tables_are_equal_if_they_hold_the_same(change: dict[str, Any]) -> None:
    assert replace(CLASSED) == CLASSED and replace(CLASSED) is not CLASSED
    assert replace(CLASSED, **change) != CLASSED
    assert CLASSED != "Zoo"


def test_examples_are_its_columns() -> None:
    examples = CLASSED.examples()
    assert examples.inputs is CLASSED.inputs and examples.targets is CLASSED.targets
    assert (examples.names, examples.classes, examples.target, examples.image) == (
        ("long", "wide"), ("cat", "dog"), "kind", None
    )  # fmt: skip


def test_a_point_is_added_to_a_copy() -> None:
    more = CLASSED.with_point((3.0, 4.0, 1))
    assert more.inputs[-1].tolist() == [3, 4] and more.targets.tolist() == [0, 1, 1, 1]
    assert len(CLASSED.targets) == 3 and more != CLASSED
    assert CURVE.with_point((7.0, 8.0)).inputs[:, 0].tolist() == [0, 1, 2, 7]


@pytest.mark.parametrize(
    ("table", "point", "sentence"),
    [
        (CLASSED, (1.0, 2.0), "a point needs 3 finite numbers"),
        (CLASSED, (1.0, math.nan, 0.0), "a point needs 3 finite numbers"),
        (CURVE, (math.inf, 0.0), "a point needs 2 finite numbers"),
        (CLASSED, (1.0, 2.0, 2.0), r"a class must be a whole number in \[0, 1\]"),
        (CLASSED, (1.0, 2.0, 0.5), r"a class must be a whole number in \[0, 1\]"),
        (CLASSED, (1.0, 2.0, -1.0), r"a class must be a whole number in \[0, 1\]"),
    ],
)
def test_points_that_cannot_be_are_refused(table: Table, point: tuple[float, ...], sentence: str) -> None:
    with pytest.raises(SettingError, match=sentence):
        table.with_point(point)


def test_points_in_a_circle_are_erased() -> None:
    square = Table("s", ("x", "y"), "z", np.array([[0, 0], [1, 0], [0, 1], [5, 5], [6, 6.0]]), np.arange(5.0))
    assert square.without_points((0, 0, 1)).targets.tolist() == [3, 4], "the rim belongs to the circle"
    assert square.without_points((0, 0, 0.9)).targets.tolist() == [1, 2, 3, 4]
    assert square.without_points((9, 9, 1)) == square


def test_of_a_curve_the_circle_is_drawn_in_input_and_target() -> None:
    assert CURVE.without_points((1.0, math.pi, 0.1)).inputs[:, 0].tolist() == [0, 2]
    assert CURVE.without_points((1.0, 0.0, 0.1)) == CURVE


def test_too_little_is_never_left() -> None:
    with pytest.raises(SettingError, match="a table needs at least 2 examples, got 0"):
        CURVE.without_points((1.0, 0.0, 100.0))
    with pytest.raises(SettingError, match="a circle needs 3 numbers"):
        CLASSED.without_points((1.0,))


def data(**changes: Any) -> dict[str, Any]:
    return {**CLASSED.to_dict(), **changes}


@pytest.mark.parametrize(
    ("entries", "where", "sentence"),
    [
        ("text", "", "must be a table, got 'text'"),
        (data(size=3), "size", "unknown entry"),
        ({"rows": "1 2"}, "columns", "is missing"),
        ({"columns": ["a"]}, "rows", "is missing"),
        (data(columns="ab"), "columns", "must be a list of up to 4096 strings"),
        (data(columns=["a", 2]), "columns", "must be a list of up to 4096 strings"),
        (data(columns=[], rows="1\n2"), "columns", "a table needs 1 to 4096 input columns, got 0"),
        (data(classes=["c"] * 101), "classes", "must be a list of up to 100 strings"),
        (data(classes=["only"], rows="1 2 0\n1 2 0"), "classes", "a classification needs at least 2 classes"),
        (data(rows=[[1, 2, 0]]), "rows", "must be text with numbers"),
        (data(rows=""), "rows", "a table needs at least 2 examples, got 0"),
        (data(rows="1 2 0"), "rows", "a table needs at least 2 examples, got 1"),
        (data(rows="1 2 0\n1 2"), "rows, line 2", "must hold 3 numbers, got '1 2'"),
        (data(rows="1 2 0\n1 two 1"), "rows, line 2", "must hold 3 numbers, got '1 two 1'"),
        (data(rows="1 nan 0\n1 2 1"), "rows", "every number must lie within ±1e+300, got one of size nan"),
        (data(rows="1 2 nan\n1 2 1"), "rows", "every number must lie within ±1e+300, got one of size nan"),
        (data(rows="1 2 0\n1e999 2 1"), "rows", "every number must lie within ±1e+300, got one of size inf"),
        (data(rows="1 2 0\n-1.1e300 2 1"), "rows", "every number must lie within ±1e+300, got one of size 1.1e+300"),
        (data(rows="1 2 0\n1 2 2"), "rows", "a class must be a whole number in [0, 1]"),
        (data(name=5), "", "name and target must be text, drawn true or false"),
        (data(drawn="yes"), "", "name and target must be text, drawn true or false"),
    ],
)
def test_files_that_cannot_be_are_refused(entries: object, where: str, sentence: str) -> None:
    with pytest.raises(SettingError) as caught:
        Table.from_dict(entries)
    assert caught.value.where == where and caught.value.sentence.startswith(sentence)


def test_a_table_too_large_is_refused_before_it_is_read() -> None:
    lines = "\n" * 5_000_000
    with pytest.raises(SettingError, match="more than 2,500,000 numbers as text"):
        Table.from_dict({"columns": ["a", "b", "c"], "rows": "1 2 3 4" + lines})


def test_a_good_table_passes_as_it_is() -> None:
    assert checked_table(CLASSED) is CLASSED


NUMBERS = {
    "<u1": [0.0, 1.0, 255.0],
    "<i2": [-1.0, 255.0, 30_000.0],
    "<f4": [0.5, -(2.0**100), 0.0],
    "<f8": [math.pi, 1e-300, -0.0],
}


@pytest.mark.parametrize("kind", list(NUMBERS))
def test_many_numbers_are_packed_as_small_as_they_can_be_to_the_bit(kind: str) -> None:
    inputs = np.resize(NUMBERS[kind], (40_000, 3))
    large = Table("Large", ("a", "b", "c"), "y", inputs, np.resize([0.0, 1.0], 40_000), ("no", "yes"))
    data = large.to_dict()
    assert data["packed"] == kind and len(data["rows"]) < 1.34 * 160_000 * int(kind[2])
    again = Table.from_dict(data)
    assert again == large and again.inputs.tobytes() == inputs.tobytes()
    assert again.inputs.flags.writeable and again.inputs.flags.c_contiguous


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"packed": "<f2"}, "packed: must be one of <u1, <i2, <f4, <f8, got '<f2'"),
        ({"packed": 3}, "packed: must be one of"),
        ({"rows": "AAAAA"}, "rows: not packed numbers"),
        ({"rows": "é"}, "rows: not packed numbers"),
        ({"rows": "AAAA"}, "rows: not packed numbers: buffer size must be a multiple"),
        ({"rows": "AAAAAAAA8D8="}, "rows: must hold rows of 3 numbers, 20,000,000 at most, got 1"),
        ({"rows": ""}, "rows: a table needs at least 2 examples, got 0"),
    ],
)
def test_packed_numbers_that_cannot_be_are_refused(change: dict[str, Any], told: str) -> None:
    data = {**CLASSED.to_dict(), "packed": "<f8", **change}
    with pytest.raises(SettingError, match=re.escape(told)):
        Table.from_dict(data)


def test_packed_numbers_are_read_with_little_memory_besides() -> None:
    rows = b64encode(np.arange(900_000.0).tobytes())
    table = {"columns": ["a", "b"], "packed": "<f8", "rows": memoryview(rows)}
    tracemalloc.start()
    read = Table.from_dict(table)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert read.targets[-1] == 899_999.0
    assert peak - read.inputs.nbytes - read.targets.nbytes < 2**21


@pytest.mark.parametrize(
    "rows",
    ["", "\n", "1 2", " 1\t 2 \r\n3   4", "1 2\n\n3 4", "1 2\n3 4\n", "1 2 3\n4", "1\n2", "1 x\n2 3", "1 2\n3 nan",
     "1_0 2\n3 4", "1 2\u20283 4", "é 2\n3 4", "1 2\n3 4 5\n6 x"],
)  # fmt: skip
def test_lines_of_numbers_are_read_as_python_reads_them(rows: str) -> None:
    def expected() -> list[list[float]] | str:
        found = []
        for number, line in enumerate(rows.split("\n") if rows.strip() else [], 1):
            try:
                found.append([float(cell) for cell in line.split()])
            except ValueError:
                return f"rows, line {number}"
            if len(found[-1]) != 2:
                return f"rows, line {number}"
        return found if len(found) > 1 and np.isfinite(found).all() else "rows"

    for given in (rows, memoryview(rows.encode())) if rows.isascii() else (rows,):
        try:
            table = Table.from_dict({"columns": ["a"], "rows": given})
        except SettingError as error:
            assert error.where == expected()
        else:
            assert np.column_stack([table.inputs, table.targets]).tolist() == expected()


def shaped(shape, is_image=False, columns=12) -> Table:
    random = np.random.default_rng(1)
    names = tuple(f"c{place}" for place in range(columns))
    return Table(
        "t", names, "y", random.normal(size=(20, columns)), np.arange(20.0) % 2, ("a", "b"), False, shape, is_image
    )


@pytest.mark.parametrize(
    ("shape", "is_image", "kept"),
    [
        ((3, 4), True, (3, 4)),
        ((3, 4, 1), True, (3, 4)),
        ((2, 2, 3), True, (2, 2, 3)),
        ((12,), False, (12,)),
        ((6, 2), False, (6, 2)),
    ],
)
def test_a_table_of_images_or_sequences_goes_through_a_file(shape, is_image, kept) -> None:
    table = shaped(shape, is_image)
    again = Table.from_dict(table.to_dict())
    assert again.shape == kept and again.is_image == is_image
    assert (again == table) == (kept == shape) and table != shaped(())
    examples = again.examples()
    assert examples.shape == kept and examples.image == (kept if is_image and len(kept) == 2 else None)
    form = "convolutional" if is_image else "recurrent"
    made = Session(
        new_network(again, [new_run("adam", batch=5)], architecture=form, **({"stages": []} if is_image else {}))
    )
    made.advance(5)
    assert np.isfinite(made.runs[0].machine.theta).all()


@pytest.mark.parametrize(
    ("shape", "is_image", "told"),
    [
        ((5, 5), True, "an image of 5 × 5 has 25 numbers, and there are 12 input columns"),
        ((4, 2), False, "a sequence of 4 × 2 has 8 numbers, and there are 12 input columns"),
        ((12,), True, "the shape of an image is 2 or 3 whole numbers"),
        ((2, 2, 3), False, "the shape of a sequence is 1 or 2 whole numbers"),
        ((0, 12), True, "every side of an image is at least 1, got 0 × 12"),
        ((3.0, 4), True, "whole numbers"),
        ("3x4", True, "whole numbers"),
    ],
)
def test_a_shape_that_does_not_fit_is_refused_with_the_numbers(shape, is_image, told) -> None:
    entries = {**shaped(()).to_dict(), "shape": shape, "image": is_image}
    entries["rows"] = object()  # nothing of it has been looked at
    with pytest.raises(SettingError, match=f"shape: .*{told}"):
        Table.from_dict(entries)


def test_tables_without_a_shape_keep_their_digest_and_their_entries() -> None:
    plain = shaped(())
    assert set(plain.to_dict()) == {"name", "columns", "target", "classes", "drawn", "rows"}
    assert plain.digest != shaped((12,)).digest


def test_the_channels_of_a_pixel_stand_together_in_the_columns() -> None:
    table = shaped((2, 2, 3), True)
    stages = [{"kind": "convolution", "channels": 1, "kernel": 1, "activation": "identity"}]
    problem = Session(
        new_network(table, ["sgd"], architecture="convolutional", stages=stages, scaling="none", share=1.0)
    ).problem
    learner, theta = problem.subject, problem.start.copy()
    (weights, biases), _ = learner.weights_and_biases(theta)
    maps = learner.activations(theta, learner.data.inputs)[0]
    expected = learner.data.inputs.reshape(-1, 4, 3) @ weights.reshape(3) + biases
    assert maps == pytest.approx(expected)
