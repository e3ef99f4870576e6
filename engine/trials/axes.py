"""A setting that a sweep varies, and its values."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engine.contracts import SettingError, native, shown

MAX_POINTS = 10_000  # values, and combinations of them
MAX_AXES = 6
MAX_TEXT = 200  # characters of a value


@dataclass(frozen=True, slots=True)
class Axis:
    """One setting that a sweep varies, by its path, and its values, ascending if they are numbers.

    log: whether random values are even in their logarithm, and plots show them so.
    """

    path: str
    values: tuple[Any, ...]
    log: bool = False

    @property
    def is_number(self) -> bool:
        return all(isinstance(value, int | float) and not isinstance(value, bool) for value in self.values)

    def drawn(self, share: float) -> Any:
        """The value at a share in (0, 1] of the way from the first to the last; of others, one of them."""
        if not self.is_number:
            return self.values[min(int(share * len(self.values)), len(self.values) - 1)]
        low, high = float(self.values[0]), float(self.values[-1])
        value = low * (high / low) ** share if self.log else low + share * (high - low)
        return round(value) if all(isinstance(each, int) for each in self.values) else float(f"{value:.6g}")

    def to_dict(self) -> dict[str, Any]:
        return {"setting": self.path, "values": list(self.values), **({"log": True} if self.log else {})}

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Axis:
        """What `to_dict` returned, or low, high and steps in place of the values. Raises SettingError."""
        if not isinstance(data, Mapping) or not isinstance(data.get("setting"), str):
            raise SettingError(f"names a setting by its path and its values, got {shown(data, 60)}")
        unknown = sorted(
            set(data) - {"setting", "log", *(("values",) if "values" in data else ("low", "high", "steps"))}
        )
        if unknown:
            raise SettingError("unknown entry", str(unknown[0])[:60])
        log = data.get("log", False)
        if not isinstance(log, bool):
            raise SettingError(f"log must be true or false, got {shown(log)}")
        if "values" in data:
            values = data["values"]
            if not isinstance(values, list | tuple) or not 1 <= len(values) <= MAX_POINTS:
                raise SettingError(f"values must be a list of 1 to {MAX_POINTS:,}, got {shown(values, 60)}")
            return axis(data["setting"], values, log)
        low, high, steps = (data.get(name) for name in ("low", "high", "steps"))
        return spaced(data["setting"], low, high, steps, log)


def axis(path: str, values: Iterable[Any], log: bool = False) -> Axis:
    """An axis through these values. Raises SettingError if a logarithm is asked of a value that has none."""
    found = tuple(dict.fromkeys(_plain(value, path) for value in values))
    made = Axis(path, found, log)
    if made.is_number:
        made = replace(made, values=tuple(sorted(found)))
    if log and not (made.is_number and made.values[0] > 0):
        raise SettingError(f"a logarithmic axis needs numbers above 0, got {shown(found[0])}", path)
    return made


def _plain(value: Any, path: str) -> Any:
    """A value that an axis may have: a number, true or false, or a text. Raises SettingError."""
    value = native(value)
    if isinstance(value, bool | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    if isinstance(value, str) and len(value) <= MAX_TEXT:
        return value
    raise SettingError(f"values must be numbers or texts, got {shown(value, 60)}", path)


def spaced(path: str, low: Any, high: Any, steps: Any, log: bool = False, whole: bool = False) -> Axis:
    """An axis of so many values from low to high, evenly or evenly by their logarithm. Raises SettingError."""
    for name, value in (("low", low), ("high", high)):
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise SettingError(f"{name} must be a number, got {shown(value)}", path)
    if isinstance(steps, bool) or not isinstance(steps, int) or not 1 <= steps <= MAX_POINTS:
        raise SettingError(f"steps must be a whole number in [1, {MAX_POINTS}], got {shown(steps)}", path)
    if not low <= high or (log and low <= 0):
        least = "above 0 and " if log else ""
        raise SettingError(f"low must be {least}at most high, got {low:g} and {high:g}", path)
    values = np.geomspace(low, high, steps) if log else np.linspace(low, high, steps)
    whole = whole or (isinstance(low, int) and isinstance(high, int))
    return axis(path, [round(value) if whole else float(f"{value:.6g}") for value in values.tolist()], log)
