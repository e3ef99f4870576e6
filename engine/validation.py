"""Validation of plain dicts, as read from a file: every entry is checked, and named in the error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engine.choices import Choice, choose
from engine.contracts import Catalogue, Hyper, SettingError, Value, native, shown

MAX_TEXT = 4000


class Entries:
    """A dict being read: every entry is taken once, and `close` rejects whatever is left."""

    def __init__(self, data: object, path: str) -> None:
        if not isinstance(data, dict):
            raise SettingError(f"must be a table, got {shown(data)}", path)
        self._data = dict(data)
        self.path = path

    def __contains__(self, name: str) -> bool:
        return name in self._data

    def take(self, name: str, *default: object) -> Any:
        if name in self._data:
            return native(self._data.pop(name))
        if default:
            return default[0]
        raise SettingError("is missing", self.at(name))

    def entries(self, name: str, *default: object) -> Entries:
        return Entries(self.take(name, *default), self.at(name))

    def hyper(self, hyper: Hyper) -> Value:
        return checked(hyper, self.take(hyper.name, hyper.default), self.at(hyper.name))

    def text(self, name: str, *default: object) -> str:
        return text(self.take(name, *default), self.at(name))

    def checked(self, name: str, check: Callable[[object], Any], default: object) -> Any:
        """An entry as returned by `check`."""
        try:
            return check(self.take(name, default))
        except SettingError as error:
            raise error.at(self.at(name)) from None

    def choice(self, name: str, catalogue: Catalogue[Any], default: str) -> Choice:
        """A choice from a catalogue: its key alone, or a table of `kind` and knobs."""
        return chosen(catalogue, self.take(name, {"kind": default}), self.at(name))

    def rest(self) -> dict[str, Any]:
        """Whatever is left, for another reader."""
        data, self._data = self._data, {}
        return data

    def close(self) -> None:
        for name in self._data:
            raise SettingError("unknown entry", self.at(str(name)[:60]))

    def at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name


def chosen(catalogue: Catalogue[Any], data: object, path: str) -> Choice:
    """A Choice from its key alone, or from a table of `kind` and knobs. Raises SettingError."""
    table = Entries({"kind": data} if isinstance(data, str) else data, path)
    kind = table.text("kind")
    try:
        return choose(catalogue, kind, table.rest())
    except SettingError as error:
        raise error.at(table.path) from None


def checked(hyper: Hyper, value: object, path: str) -> Value:
    """The value as checked by its knob. Raises SettingError with the path."""
    try:
        return hyper.check(value)
    except SettingError as error:
        raise error.at(path) from None


def text(value: object, path: str = "") -> str:
    """A string of limited length. Raises SettingError."""
    if not isinstance(value, str) or len(value) > MAX_TEXT:
        raise SettingError(f"must be text of at most {MAX_TEXT} characters, got {shown(value)}", path)
    return value
