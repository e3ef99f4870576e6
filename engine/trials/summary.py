"""What a trial came to, small enough to be kept and sent."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from engine.contracts import SettingError, native, shown
from engine.validation import text

MAX_CURVE = 1000  # points
_COUNT = 10**18  # of updates, examples and evaluations


@dataclass(frozen=True, slots=True)
class Summary:
    """What a trial came to. Lower values are better; one that diverged has an infinite one.

    value: of what counts, at the parameters after the last update; best, best_update: the lowest that was seen, and
    when. reached: the update at which it came down to its target, by a line between two measurements. curve: the values
    at the updates `curve_updates` of its budget, NaN beyond its end. loss: the exact loss at the end. ending: why it
    ended before its budget, in words. seconds: of the processor, 0 without a clock. failed: why it could not be run at
    all, as a sentence. digest: of theta and of the whole record; equal for equal bits. processor, numbers: where it was
    computed, and by which version of the numbers, 0 if by none.
    """

    updates: int = 0
    value: float = math.inf
    best: float = math.inf
    best_update: int = 0
    reached: int | None = None
    loss: float = math.inf
    diverged_at: int | None = None
    ending: str = ""
    examples: int = 0
    evaluations: int = 0
    seconds: float = 0.0
    curve: tuple[float, ...] = ()
    failed: str = ""
    digest: str = ""
    processor: str = ""
    numbers: int = 0

    @property
    def diverged(self) -> bool:
        return self.diverged_at is not None

    def to_dict(self) -> dict[str, Any]:
        """Plain data; what is at its default is left out."""
        found = {name: getattr(self, name) for name in _DEFAULTS}
        return {name: value for name, value in found.items() if value != _DEFAULTS[name]}

    @classmethod
    def from_dict(cls, data: object) -> Summary:
        """What `to_dict` returned, checked. Raises SettingError with the name of the entry."""
        if not isinstance(data, Mapping) or not set(data) <= set(_DEFAULTS):
            raise SettingError(f"must be the summary of a trial, got {shown(data, 60)}")
        found = {}
        for name, value in data.items():
            try:
                found[name] = _checked(native(value), _DEFAULTS[name])
            except SettingError as error:
                raise error.at(name) from None
        return cls(**found)


_DEFAULTS: dict[str, Any] = {field.name: field.default for field in fields(Summary)}


def line_of(key: str, summary: Summary) -> str:
    """A trial's key and summary as one line of JSON in ASCII, without the quotes that end a literal text of TOML."""
    return json.dumps([key, summary.to_dict()], separators=(",", ":")).replace("'", "\\u0027")


def of_line(line: str) -> tuple[str, Summary]:
    """What `line_of` was given. Raises SettingError."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        raise SettingError(f"must be the result of a trial in a line of JSON, got {shown(line, 60)}") from None
    if not isinstance(found, list) or len(found) != 2 or not isinstance(found[0], str) or len(found[0]) > 64:
        raise SettingError(f"must be the key of a trial and its summary, got {shown(line, 60)}")
    return found[0], Summary.from_dict(found[1])


def _checked(value: object, default: object) -> Any:
    """The value of an entry, which is of the kind of its default. Raises SettingError."""
    if isinstance(default, str):
        return text(value)
    if isinstance(default, float):
        return _number(value)
    if isinstance(default, tuple):
        if not isinstance(value, list | tuple) or len(value) > MAX_CURVE:
            raise SettingError(f"must be a list of at most {MAX_CURVE} numbers, got {shown(value, 60)}")
        return tuple(map(_number, value))
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= _COUNT:
        raise SettingError(f"must be a whole number in [0, {_COUNT:.0e}], got {shown(value, 60)}")
    return value


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise SettingError(f"must be a number, got {shown(value, 60)}")
    return float(value)
