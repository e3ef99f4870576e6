"""A table of examples stored in the experiment: imported from a file, or drawn with the mouse."""

from __future__ import annotations

import binascii
import hashlib
import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from engine.contracts import SettingError, shown
from engine.datasets.examples import Examples

Array = np.ndarray

MAX_NUMBERS = 20_000_000
MAX_COLUMNS = 4096
MAX_CLASSES = 100
MAX_NAME = 80
MAX_SIZE = 1e300  # of a number, so that the difference of two is finite

_MAX_WRITTEN = 100_000  # numbers stored as text; more are packed, which is ten times as fast
_KINDS = ("<u1", "<i2", "<f4", "<f8")  # dtypes of packed numbers, smallest first; the last one holds any number
_LINE = 6000  # bytes per line of packed numbers, a multiple of 3 and 8


@dataclass(frozen=True, eq=False)
class Table:
    """inputs (n, d) and targets (n,): indices into `classes` or, without classes, real numbers.

    drawn: whether it is meant to be edited by hand. Tables compare by content.
    """

    name: str
    columns: tuple[str, ...]
    target: str
    inputs: Array
    targets: Array
    classes: tuple[str, ...] = ()
    drawn: bool = False

    @cached_property
    def digest(self) -> str:
        """A hash of its content."""
        found = hashlib.sha256(repr((self.name, self.columns, self.target, self.classes, self.drawn)).encode())
        found.update(np.ascontiguousarray(self.inputs).tobytes())
        found.update(np.ascontiguousarray(self.targets).tobytes())
        return found.hexdigest()

    def __eq__(self, other: object) -> bool:
        if self is other:
            return True
        if not isinstance(other, Table) or (self.name, self.inputs.shape) != (other.name, other.inputs.shape):
            return False  # without reading all their numbers
        return self.digest == other.digest

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        return f"Table({self.name!r}, {len(self.targets)} examples)"

    def examples(self) -> Examples:
        by_class = bool(self.classes)  # a table may hold a class of one example
        return Examples(self.inputs, self.targets, self.columns, self.classes, self.target, by_class=by_class)

    def with_point(self, point: tuple[float, ...]) -> Table:
        """The table with one more example: (inputs..., target). Raises SettingError."""
        if len(point) != len(self.columns) + 1 or not all(math.isfinite(number) for number in point):
            raise SettingError(f"a point needs {len(self.columns) + 1} finite numbers, got {shown(point)}")
        inputs = np.vstack([self.inputs, np.array(point[:-1], float)])
        return checked_table(replace(self, inputs=inputs, targets=np.append(self.targets, float(point[-1]))))

    def without_points(self, circle: tuple[float, ...]) -> Table:
        """The table without the examples in a circle (inputs..., radius); for one input (x, target, radius).

        Raises SettingError if too few would remain.
        """
        middle, radius = circle[:-1], circle[-1] if circle else 0.0
        places = self.inputs if len(middle) == len(self.columns) else np.column_stack([self.inputs, self.targets])
        if len(middle) != places.shape[1]:
            raise SettingError(f"a circle needs {len(self.columns) + 1} numbers, got {shown(circle)}")
        keep = ((places - np.array(middle)) ** 2).sum(axis=1) > radius * radius
        return checked_table(replace(self, inputs=self.inputs[keep], targets=self.targets[keep]))

    def to_dict(self) -> dict[str, Any]:
        numbers = np.column_stack([self.inputs, self.targets])
        kind, rows = _pack(numbers) if numbers.size > _MAX_WRITTEN else ("", _to_text(numbers))
        return {
            "name": self.name,
            "columns": list(self.columns),
            "target": self.target,
            "classes": list(self.classes),
            "drawn": self.drawn,
            **({"packed": kind} if kind else {}),
            "rows": rows,
        }

    @classmethod
    def from_dict(cls, data: object) -> Table:
        """Read what `to_dict` returned. Raises SettingError naming the invalid entry."""
        if not isinstance(data, dict):
            raise SettingError(f"must be a table, got {shown(data)}")
        known = {"name", "columns", "target", "classes", "drawn", "packed", "rows"}
        for entry in data:
            if entry not in known:
                raise SettingError("unknown entry", str(entry)[:60])
        for entry in ("columns", "rows"):
            if entry not in data:
                raise SettingError("is missing", entry)
        columns, classes = _names(data["columns"], "columns"), _names(data.get("classes", []), "classes")
        if not isinstance(data["rows"], str):
            raise SettingError(f"must be text with numbers, got {shown(data['rows'])}", "rows")
        width, kind = len(columns) + 1, data.get("packed", "")
        numbers = _unpack(data["rows"], kind, width) if kind else _from_text(data["rows"], width)
        name, target = data.get("name", "Table"), data.get("target", "target")
        drawn = data.get("drawn", False)
        if not isinstance(name, str) or not isinstance(target, str) or not isinstance(drawn, bool):
            raise SettingError("name and target must be text, drawn true or false")
        inputs, targets = np.ascontiguousarray(numbers[:, :-1]), numbers[:, -1].copy()
        return checked_table(cls(name[:MAX_NAME], columns, target[:MAX_NAME], inputs, targets, classes, drawn))


def checked_table(table: Table) -> Table:
    """The table, if a network can learn from it. Raises SettingError."""
    rows, columns = table.inputs.shape
    if not 1 <= columns <= MAX_COLUMNS:
        raise SettingError(f"a table needs 1 to {MAX_COLUMNS} input columns, got {columns}", "columns")
    if rows < 2:
        raise SettingError(f"a table needs at least 2 examples, got {rows}", "rows")
    if rows * (columns + 1) > MAX_NUMBERS:
        raise SettingError(f"a table holds at most {MAX_NUMBERS:,} numbers, got {rows * (columns + 1):,}", "rows")
    largest = float(np.maximum(np.abs(table.inputs).max(), np.abs(table.targets).max()))  # NaN if any is
    if not largest <= MAX_SIZE:
        raise SettingError(f"every number must lie within ±{MAX_SIZE:g}, got one of size {largest:g}", "rows")
    if table.classes:
        places = table.targets
        if len(table.classes) < 2:
            raise SettingError("a classification needs at least 2 classes", "classes")
        if (places != np.floor(places)).any() or places.min() < 0 or places.max() >= len(table.classes):
            raise SettingError(f"a class must be a whole number in [0, {len(table.classes) - 1}]", "rows")
    return table


def _to_text(numbers: Array) -> str:
    """One line of text per row."""
    return "\n".join(" ".join(map(repr, row)) for row in numbers.tolist())


def _from_text(rows: str, width: int) -> Array:
    """The numbers (n, width) in lines of text. Raises SettingError."""
    lines = rows.split("\n") if rows.strip() else []
    if len(lines) * width > MAX_NUMBERS:
        raise SettingError(f"more than {MAX_NUMBERS:,} numbers", "rows")
    numbers = np.empty((len(lines), width))
    for row, line in enumerate(lines):
        try:
            numbers[row] = [float(item) for item in line.split()]
        except ValueError:
            raise SettingError(f"must hold {width} numbers, got {shown(line)}", f"rows, line {row + 1}") from None
    return numbers


def _pack(numbers: Array) -> tuple[str, str]:
    """dtype and base64 text of the numbers, in the smallest dtype that keeps every bit."""
    exact = (kind for kind in _KINDS[:-1] if _exact(numbers[:100], kind) and _exact(numbers, kind))
    kind = next(exact, _KINDS[-1])
    data = memoryview(numbers.astype(kind).tobytes())
    lines = (binascii.b2a_base64(data[at : at + _LINE]) for at in range(0, len(data), _LINE))
    return kind, b"".join(lines).decode("ascii").rstrip("\n")


def _exact(numbers: Array, kind: str) -> bool:
    """Whether converting to this dtype and back keeps every bit."""
    with np.errstate(all="ignore"):
        back = numbers.astype(kind).astype(np.float64)
    return np.array_equal(back.view(np.int64), numbers.view(np.int64))


def _unpack(rows: str, kind: object, width: int) -> Array:
    """The numbers (n, width) in base64. Raises SettingError."""
    if kind not in _KINDS:
        raise SettingError(f"must be one of {', '.join(_KINDS)}, got {shown(kind)}", "packed")
    try:
        data = binascii.a2b_base64(rows.encode("ascii"))
        found = np.frombuffer(data, str(kind)).astype(np.float64)
    except ValueError as error:
        raise SettingError(f"not packed numbers: {error}", "rows") from None
    if found.size % width or found.size > MAX_NUMBERS:
        raise SettingError(f"must hold rows of {width} numbers, {MAX_NUMBERS:,} at most, got {found.size:,}", "rows")
    return found.reshape(-1, width)


def _names(data: object, where: str) -> tuple[str, ...]:
    most = MAX_COLUMNS if where == "columns" else MAX_CLASSES
    if not isinstance(data, list | tuple) or len(data) > most or not all(isinstance(name, str) for name in data):
        raise SettingError(f"must be a list of up to {most} strings, got {shown(data)}", where)
    return tuple(name[:MAX_NAME] for name in data)
