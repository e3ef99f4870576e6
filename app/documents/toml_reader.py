"""TOML parsed safely from untrusted files: in time that grows with their size alone, and bounded.

The parser of the standard library takes microseconds for each entry. So what makes experiments large is set aside
before it, by patterns that match only what parses to the same: long literal strings, lists of names, and tweaks.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Callable, Iterator
from typing import Any

MAX_TEXT = 2 * 2**20  # bytes besides what is set aside
MAX_ENTRIES = 60_000  # entries, lists and their items besides what is set aside; they take half a second

Check = Callable[[], None]

_BOM = b"\xef\xbb\xbf"
_LONG = 10_000  # bytes from which a literal string is set aside, and anything of a text
_PIECE = 2**16  # bytes, which a processor keeps close
_NAMES = 1000  # bytes from which a list of names is
_FEW, _MAX_TWEAKS = 20, 100_000  # tweaks from which they are set aside, and up to which a run has them
_SHORTEST_LINE, _LONGEST_LINE = 10, 2**22  # bytes in the mean of lines of tweaks, and of names
# Time and memory grow with the square of a dotted key's parts; our files have no lines with that many dots.
_MAX_DOTS_SQUARED = 5 * 10**7

# Patterns are compiled when they are first needed, and kept by `re`: a short text, as at every start, needs none.
_FLOAT = rb"(?<=[ \[])-?\d{1,400}\.\d{1,400}(?:e[+-]?\d{1,3})?(?=[],\n])"
_OPENS = rb"= '''\r?\n"
_NAME = rb'"(?:[^"\\\x00-\x1f\x7f]|\\["\\bfnrt]|\\u(?![dD][89a-fA-F])[0-9a-fA-F]{4})*+"'
_NUMBER = rb"-?(?:0|[1-9]\d{0,18})(?:\.\d{1,400})?(?:[eE][+-]?\d{1,4})?"
_VALUE = rb'(?:%b|true|false|"[^"\\\x00-\x1f\x7f]*+"|\[(?:%b(?:, %b)*+)?\])' % ((_NUMBER,) * 3)
_UPDATE, _SETTING = rb"(?:0|[1-9]\d{0,18})", rb'"[\w.]{1,80}"'
# Tweaks are written each on its line if all are short, else each in its section.
_LINE = rb" {4}\{ update = %b, setting = %b, value = %b \},\r?\n"
_SECTION = rb"\[\[runs\.tweaks\]\]\r?\nupdate = %b\r?\nsetting = %b\r?\nvalue = %b\r?\n\r?\n"
_LARGE = rb"(?m)^(?:\w{1,40} = (?P<names>\[%b(?:, %b)*+\])\r?$|(?P<lines>(?:%b){%d,}+)|(?P<sections>(?:%b){%d,}+))" % (
    _NAME,
    _NAME,
    _LINE % (_UPDATE, _SETTING, _VALUE),
    _FEW,
    _SECTION % (_UPDATE, _SETTING, _VALUE),
    _FEW,
)
_EACH = {
    name: form % (rb"(%b)" % _UPDATE, rb"(%b)" % _SETTING, rb"(%b)" % _VALUE)
    for name, form in (("lines", _LINE), ("sections", _SECTION))
}
_INSTEAD = {"names": b'"%b"', "lines": b'    "%b",\n', "sections": b'[[runs.tweaks]]\nupdate = "%b"\n\n'}


class TooLong(ValueError):
    """A text beyond the limits, whether or not it is TOML."""


def no_check() -> None:
    """Lets work go on to its end."""


def parsed(source: str | bytes, check: Check = no_check) -> dict[str, Any]:
    """Parse TOML. A literal string of 10,000 bytes or more comes as a memoryview of its bytes, which are ASCII.

    check: called between pieces; what it raises ends the parsing. Raises ValueError with a readable message for
    whatever is wrong.
    """
    data = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
    data = data.removeprefix(_BOM)
    try:
        aside = _Aside(data, check)
        tree = _tree(aside.rest, aside)
        if not aside.put_back(tree):  # something only looked like a value: it stands in a comment, or in a text
            tree = _tree(data)
        return tree
    except UnicodeDecodeError:
        raise ValueError(_undecodable(data)) from None


class _Aside:
    """What is set aside of a text. rest: the text with a unique string in place of each value."""

    def __init__(self, data: bytes, check: Check) -> None:
        self._values: dict[str, Any] = {}
        self._data = data
        self._removed: list[tuple[int, int, int]] = []  # (start, stop) in the text, and lines of what stands there now
        mark, pieces, at = os.urandom(16).hex(), [], 0
        for start, stop, form, value in _large(data):
            check()
            name = f"{mark}-{len(self._values)}"
            self._values[name] = value
            pieces += [data[at:start], form % name.encode()]
            self._removed.append((start, stop, pieces[-1].count(b"\n")))
            at = stop
        self.rest = b"".join([*pieces, data[at:]])

    def line(self, number: int) -> int:
        """The number of a line in the text, from its number in the rest; both count from 1."""
        at, seen, missing = 0, 1, 0
        for start, stop, left in self._removed:
            seen += self._data.count(b"\n", at, start) + left
            if seen >= number:
                break
            missing += self._data.count(b"\n", start, stop) - left
            at = stop
        return number + missing

    def put_back(self, tree: dict[str, Any]) -> bool:
        """Put each value where its string stands; False if one does not stand there as a value."""
        left = dict(self._values)
        waiting: list[Any] = [tree]
        while waiting:
            part = waiting.pop()
            if isinstance(part, dict):
                for name, value in part.items():
                    if isinstance(value, str) and value in left:
                        part[name] = left.pop(value)
                inner = list(part.values())
            else:
                inner = part[:]
                whole: list[Any] = []
                for item in inner:
                    name = item.get("update") if isinstance(item, dict) and len(item) == 1 else item
                    whole += left.pop(name) if isinstance(name, str) and name in left else [item]
                part[:] = whole
            waiting += [item for item in inner if isinstance(item, dict | list)]
        return not left


def _large(data: bytes) -> Iterator[tuple[int, int, bytes, Any]]:
    """Every large value: where it starts and stops, what is to stand for it, and itself."""
    at = 0 if len(data) >= _LONG else len(data)
    while at < len(data):
        start, begin, stop = _literal(data, at)
        yield from _large_between(data, at, start)
        if begin < len(data):
            yield start, stop + 3, _INSTEAD["names"], memoryview(data)[begin:stop]
        at = stop + 3


def _literal(data: bytes, at: int) -> tuple[int, int, int]:
    """Start of the next long literal string, and where its text begins and stops; the end of the data without one."""
    for opened in re.compile(_OPENS).finditer(data, at):
        begin = opened.end()
        stop = data.find(b"'''", data.find(b"'", begin))  # one sign is found ten times as fast as three
        if stop < 0:
            break
        if stop - begin >= _LONG and data[stop + 3 : stop + 4] != b"'" and _is_ascii(data, begin, stop):
            return opened.start() + 2, begin, stop
    return len(data), len(data), len(data)


def _is_ascii(data: bytes, start: int, stop: int) -> bool:
    return all(data[at : min(at + _PIECE, stop)].isascii() for at in range(start, stop, _PIECE))


def _large_between(data: bytes, start: int, stop: int) -> Iterator[tuple[int, int, bytes, Any]]:
    """The large lists of names and of tweaks in a part of the data."""
    size, lines = stop - start, data.count(b"\n", start, stop)
    if not size // _LONGEST_LINE <= lines <= (size + MAX_TEXT) // _SHORTEST_LINE:
        return  # it is too long without them; looking for them would take too long, too
    for found in re.compile(_LARGE).finditer(data, start, stop):
        kind = found.lastgroup or ""
        text = found[kind]
        if kind == "names":
            if len(text) < _NAMES:
                continue
            try:
                yield *found.span(kind), _INSTEAD[kind], json.loads(text)
            except UnicodeDecodeError:
                continue
        else:
            if text.count(b"\n") > _MAX_TWEAKS * (1 if kind == "lines" else 5):
                raise TooLong(f"more than {_MAX_TWEAKS:,} tweaks in a row")
            updates, settings, values = zip(*re.findall(_EACH[kind], text), strict=True)
            settings, values = (json.loads(b"[%b]" % b",".join(texts)) for texts in (settings, values))
            items = zip(map(int, updates), settings, values, strict=True)
            tweaks = [{"update": update, "setting": setting, "value": value} for update, setting, value in items]
            yield *found.span(kind), _INSTEAD[kind], tweaks


def _tree(data: bytes, aside: _Aside | None = None) -> dict[str, Any]:
    """What the standard library makes of a text. Raises ValueError, which names the line of the whole text."""
    if len(data) > MAX_TEXT:
        raise TooLong(f"longer than {MAX_TEXT / 2**20:g} MiB, besides tables of numbers and tweaks")
    entries = sum(map(data.count, (b"=", b",", b"[", b"{"))) + data.count(b"\n") // 8  # a line takes less time
    if entries > MAX_ENTRIES:
        raise TooLong(f"more than {MAX_ENTRIES:,} entries, besides tables of numbers and tweaks")
    if data.count(b".") ** 2 > _MAX_DOTS_SQUARED and _dots_squared(data) > _MAX_DOTS_SQUARED:
        raise ValueError("a name has too many parts")
    try:
        return tomllib.loads(data.decode())
    except RecursionError:
        raise ValueError("tables or lists are nested too deeply") from None
    except tomllib.TOMLDecodeError as error:
        if aside is None:
            raise
        line = re.compile(r"(?<=at line )\d+")
        raise ValueError(line.sub(lambda number: str(aside.line(int(number[0]))), str(error))) from None


def _dots_squared(data: bytes) -> int:
    """The squared number of dots outside numbers, summed over the lines."""
    return sum(line.count(b".") ** 2 for line in re.sub(_FLOAT, b"", data).split(b"\n"))


def _undecodable(data: bytes) -> str:
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return f"byte {error.start} (line {error.object.count(10, 0, error.start) + 1}) is not UTF-8 text"
    return "not UTF-8 text"
