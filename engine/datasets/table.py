"""A table of examples that belongs to the experiment: imported from a file, or drawn with the mouse."""

from __future__ import annotations

import hashlib
import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from engine.contracts import SettingError, shown
from engine.datasets.examples import Examples

Array = np.ndarray

MOST_NUMBERS = 20_000_000
MOST_COLUMNS = 4096
MOST_CLASSES = 100
MOST_NAME = 80


@dataclass(frozen=True, eq=False)
class Table:
    """inputs (n, d) and targets (n,), the places of `classes` or, without any, real numbers.

    drawn: whether it is meant to be edited by hand. Two tables are equal if they hold the same.
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
        """A fingerprint of everything in it."""
        found = hashlib.sha256(repr((self.name, self.columns, self.target, self.classes, self.drawn)).encode())
        found.update(np.ascontiguousarray(self.inputs).tobytes())
        found.update(np.ascontiguousarray(self.targets).tobytes())
        return found.hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Table) and (self is other or self.digest == other.digest)

    def __hash__(self) -> int:
        return hash(self.digest)

    def __repr__(self) -> str:
        return f"Table({self.name!r}, {len(self.targets)} examples)"

    def examples(self) -> Examples:
        return Examples(self.inputs, self.targets, self.columns, self.classes, self.target)

    def with_point(self, point: tuple[float, ...]) -> Table:
        """The table with one more example: (inputs..., target). Raises SettingError."""
        if len(point) != len(self.columns) + 1 or not all(math.isfinite(number) for number in point):
            raise SettingError(f"a point needs {len(self.columns) + 1} finite numbers, got {shown(point)}")
        inputs = np.vstack([self.inputs, np.array(point[:-1], float)])
        return checked_table(replace(self, inputs=inputs, targets=np.append(self.targets, float(point[-1]))))

    def without_points(self, circle: tuple[float, ...]) -> Table:
        """The table without the examples in a circle (inputs..., radius); for one input in (x, target, radius).

        Raises SettingError if too few would be left.
        """
        *middle, radius = circle
        places = self.inputs if len(middle) == len(self.columns) else np.column_stack([self.inputs, self.targets])
        if len(middle) != places.shape[1]:
            raise SettingError(f"a circle needs {len(self.columns) + 1} numbers, got {shown(circle)}")
        keep = ((places - np.array(middle)) ** 2).sum(axis=1) > radius * radius
        return checked_table(replace(self, inputs=self.inputs[keep], targets=self.targets[keep]))

    def to_dict(self) -> dict[str, Any]:
        rows = np.column_stack([self.inputs, self.targets]).tolist()
        return {
            "name": self.name,
            "columns": list(self.columns),
            "target": self.target,
            "classes": list(self.classes),
            "drawn": self.drawn,
            "rows": "\n".join(" ".join(map(repr, row)) for row in rows),
        }

    @classmethod
    def from_dict(cls, data: object) -> Table:
        """Read what `to_dict` wrote. Raises SettingError with the entry at fault."""
        if not isinstance(data, dict):
            raise SettingError(f"must be a table, got {shown(data)}")
        known = {"name", "columns", "target", "classes", "drawn", "rows"}
        for entry in data:
            if entry not in known:
                raise SettingError("unknown entry", str(entry)[:60])
        for entry in ("columns", "rows"):
            if entry not in data:
                raise SettingError("is missing", entry)
        columns, classes = _names(data["columns"], "columns"), _names(data.get("classes", []), "classes")
        if not isinstance(data["rows"], str):
            raise SettingError(f"must be a text of numbers, got {shown(data['rows'])}", "rows")
        lines = data["rows"].split("\n") if data["rows"].strip() else []
        if len(lines) * (len(columns) + 1) > MOST_NUMBERS:
            raise SettingError(f"more than {MOST_NUMBERS:,} numbers", "rows")
        numbers = np.empty((len(lines), len(columns) + 1))
        for row, line in enumerate(lines):
            try:
                numbers[row] = [float(item) for item in line.split()]
            except ValueError:
                found = f"must hold {len(columns) + 1} numbers, got {shown(line)}"
                raise SettingError(found, f"rows, line {row + 1}") from None
        name, target = data.get("name", "Table"), data.get("target", "target")
        drawn = data.get("drawn", False)
        if not isinstance(name, str) or not isinstance(target, str) or not isinstance(drawn, bool):
            raise SettingError("name and target must be texts, drawn true or false")
        inputs, targets = np.ascontiguousarray(numbers[:, :-1]), numbers[:, -1].copy()
        return checked_table(cls(name[:MOST_NAME], columns, target[:MOST_NAME], inputs, targets, classes, drawn))


def checked_table(table: Table) -> Table:
    """The table, if a network can learn from it. Raises SettingError."""
    rows, columns = table.inputs.shape
    if not 1 <= columns <= MOST_COLUMNS:
        raise SettingError(f"a table needs 1 to {MOST_COLUMNS} input columns, got {columns}", "columns")
    if rows < 2:
        raise SettingError(f"a table needs at least 2 examples, got {rows}", "rows")
    if rows * (columns + 1) > MOST_NUMBERS:
        raise SettingError(f"a table holds at most {MOST_NUMBERS:,} numbers, got {rows * (columns + 1):,}", "rows")
    if not (np.isfinite(table.inputs).all() and np.isfinite(table.targets).all()):
        raise SettingError("every number must be finite", "rows")
    if table.classes:
        places = table.targets
        if len(table.classes) < 2:
            raise SettingError("a classification needs at least 2 classes", "classes")
        if (places != np.floor(places)).any() or places.min() < 0 or places.max() >= len(table.classes):
            raise SettingError(f"a class must be a whole number in [0, {len(table.classes) - 1}]", "rows")
    return table


def _names(data: object, where: str) -> tuple[str, ...]:
    most = MOST_COLUMNS if where == "columns" else MOST_CLASSES
    if not isinstance(data, list | tuple) or len(data) > most or not all(isinstance(name, str) for name in data):
        raise SettingError(f"must be a list of up to {most} texts, got {shown(data)}", where)
    return tuple(name[:MOST_NAME] for name in data)
