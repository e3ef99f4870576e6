"""A choice from a catalogue together with the values of its knobs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.contracts import Catalogue, Hyper, SettingError, Value, native


@dataclass(frozen=True, slots=True)
class Choice:
    """A catalogue entry with the values of all its knobs."""

    kind: str
    values: Mapping[str, Value] = field(default_factory=dict)

    def __hash__(self) -> int:
        return hash((self.kind, tuple(sorted(self.values.items()))))

    def packed(self, knobs: tuple[Hyper, ...]) -> list[float]:
        """The numbers a kernel reads, in order of declaration."""
        return [number for knob in knobs for number in knob.pack(self.values[knob.name])]

    def to_dict(self) -> dict[str, Any]:
        return {"kind": self.kind, **{name: plain(value) for name, value in self.values.items()}}


def choose(catalogue: Catalogue[Any], kind: str, values: Mapping[str, object] | None = None) -> Choice:
    """A Choice with defaults for whatever `values` omits. Raises SettingError.

    An entry may name knobs that have to stay at their defaults, with the reason (`refused`).
    """
    entry = catalogue[kind]
    given = dict(values or {})
    chosen = {}
    for knob in entry.knobs:
        try:
            chosen[knob.name] = knob.check(given.pop(knob.name, knob.default))
        except SettingError as error:
            raise error.at(knob.name) from None
    for knob in entry.knobs:
        reason = getattr(entry, "refused", {}).get(knob.name)
        if reason is not None and chosen[knob.name] != knob.default:
            value = f"{chosen[knob.name]:g}" if isinstance(chosen[knob.name], float) else str(chosen[knob.name])
            raise SettingError(f"{knob.title} is not for {entry.title}: {reason}; got {value}", knob.name)
    if given:
        known = ", ".join(knob.name for knob in entry.knobs) or "no settings"
        raise SettingError(f"unknown setting; {entry.title} has {known}", str(next(iter(given)))[:60])
    return Choice(kind, chosen)


def plain(value: Any) -> Any:
    """A value as plain data, as stored in a file."""
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return value.to_dict() if hasattr(value, "to_dict") else native(value)
