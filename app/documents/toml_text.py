"""TOML written to be readable."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

WIDTH = 110
_BARE = r"[A-Za-z0-9_-]+"
# Characters to escape: TOML's own list, and those XML forbids, since the text also goes into SVG files.
_UNPRINTABLE = "[\x00-\x08\x0b-\x1f\x7f\ufffe\uffff]"
_PIECE = 2**20  # characters
_LONG = 10_000  # characters from which a string is written literally, which is far faster to read and write


def toml_text(data: Mapping[str, Any]) -> str:
    """The TOML of plain values, lists and tables: what fits on a line is written on one.

    Floats are as short as possible without loss. Half a surrogate pair, which no file can hold, becomes a "?".
    """
    return "\n".join(_table(data, "")).strip("\n") + "\n"


def _table(data: Mapping[str, Any], path: str) -> Iterator[str]:
    """The lines of a table: first its own values, as TOML requires, then the tables inside it."""
    later = []
    for key, value in data.items():
        # Top-level tables always get a section of their own.
        lines = None if isinstance(value, Mapping) and not path else _entry(key, value)
        if lines is None:
            later.append((f"{path}.{_key(key)}" if path else _key(key), value))
        else:
            yield from lines
    for place, value in later:
        for item in value if isinstance(value, list) else [value]:
            yield ""
            yield f"[[{place}]]" if isinstance(value, list) else f"[{place}]"
            yield from _table(item, place)


def _entry(key: str, value: Any) -> list[str] | None:
    """The lines `key = value`; None if it needs a section of its own."""
    head = f"{_key(key)} = "
    if _is_long(value) and _literal(value):
        return [f"{head}'''", f"{value}'''"]
    if isinstance(value, str) and "\n" in value and not re.search(_UNPRINTABLE, value):
        value = _whole(value)
        lines = [re.sub('"(?="|$)', r'\\"', line) for line in value.replace("\\", "\\\\").split("\n")]
        return [f'{head}"""', *lines[:-1], f'{lines[-1]}"""']
    if isinstance(value, Mapping) and _deep(value):
        return None
    if isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value):
        if any(_deep(item) for item in value):
            return None
        items = [f"    {_inline(item)}," for item in value]
        return [f"{head}[", *items, "]"] if all(len(item) <= WIDTH for item in items) else None
    line = head + _inline(value)
    return None if isinstance(value, Mapping) and len(line) > WIDTH else [line]


def _literal(value: str) -> bool:
    """Whether a text can be a TOML literal string."""
    # In pieces, because each is looked at in one go, and nothing else could run meanwhile.
    pieces = (value[at : at + _PIECE] for at in range(0, len(value), _PIECE))
    return value.isascii() and "'" not in value and all(piece.replace("\n", "").isprintable() for piece in pieces)


def _deep(table: Mapping[str, Any]) -> bool:
    """Whether a table contains anything that does not fit an inline table."""
    values = table.values()
    return any(bool(value) if isinstance(value, Mapping) else _is_long(value) for value in values)


def _is_long(value: object) -> bool:
    return isinstance(value, str) and len(value) >= _LONG


def _inline(value: Any) -> str:
    if type(value) is float or type(value) is int:  # most of them
        return "nan" if value != value else repr(value)
    if isinstance(value, str):
        return _quoted(value)
    if isinstance(value, Mapping):
        inner = ", ".join([f"{_key(key)} = {_inline(item)}" for key, item in value.items()])
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, list):
        return f"[{', '.join(map(_inline, value))}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):  # of NumPy
        return _inline(float(value))
    return repr(value)


@functools.lru_cache(1000)
def _key(key: str) -> str:
    return key if re.fullmatch(_BARE, key) else _quoted(key)


def _quoted(text: str) -> str:
    """A basic string: JSON's escapes are valid in TOML."""
    if text.isascii() and text.isprintable() and '"' not in text and "\\" not in text:
        return f'"{text}"'
    return re.sub(_UNPRINTABLE, lambda sign: f"\\u{ord(sign[0]):04x}", json.dumps(_whole(text), ensure_ascii=False))


def _whole(text: str) -> str:
    return text if text.isascii() else text.encode("utf-8", "replace").decode()
