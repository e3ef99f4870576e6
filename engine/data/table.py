"""A table of examples stored in the experiment: imported from a file, or drawn with the mouse."""

from __future__ import annotations

import binascii
import hashlib
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from engine.contracts import Check, SettingError, no_check, shown
from engine.data.examples import Examples, TargetShape
from engine.data.texts import CONTEXT, NEXT, characters, checked_text, examples_of_text, places_in, spelled

Array = np.ndarray

MAX_NUMBERS = 20_000_000
MAX_COLUMNS = 4096
MAX_CLASSES = 100
MAX_NAME = 80
MAX_SIZE = 1e300  # of a number, so that the difference of two is finite

_GREY = 2  # sides of an image with one channel
_MAX_WRITTEN = 100_000  # numbers stored as text; more are packed, which is ten times as fast
_KINDS = ("<u1", "<i2", "<f4", "<f8")  # dtypes of packed numbers, smallest first; the last one holds any number
_LINE = 6000  # bytes per line of packed numbers, a multiple of 3 and 8
_MAX_READ = 2_500_000  # numbers read from text, which takes half a second; by hand nobody writes as many
_MAX_CELL = 400  # characters of a number and the space around it
_LINES = 4096  # of text, read at a time
_PIECE = 2**16  # characters of packed numbers that are read at a time: few enough for a processor's cache


@dataclass(frozen=True, eq=False)
class Table:
    """inputs (n, d) and targets (n,): indices into `classes` or, without classes, real numbers.

    drawn: whether it is meant to be edited by hand. shape: of one example, whose numbers the columns are in row-major
    order: (height, width) or (height, width, channels) of an image (is_image), (steps,) or (steps, features) of a
    sequence; () if they are separate numbers. context: above 0 it is a text, a character a row: the only input and the
    target, the next one, are places in `classes`, and examples are windows of so many. Tables compare by content.
    """

    name: str
    columns: tuple[str, ...]
    target: str
    inputs: Array
    targets: Array
    classes: tuple[str, ...] = ()
    drawn: bool = False
    shape: tuple[int, ...] = ()
    is_image: bool = False
    context: int = 0

    @cached_property
    def digest(self) -> str:
        """A hash of its content."""
        told = self.name, self.columns, self.target, self.classes, self.drawn
        shaped = (self.shape, self.is_image) if self.shape else ()
        text = ("text", self.context) if self.context else ()
        found = hashlib.sha256(repr((*told, *shaped, *text)).encode())
        found.update(np.ascontiguousarray(self.inputs).data)
        found.update(np.ascontiguousarray(self.targets).data)
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

    @property
    def target_shape(self) -> TargetShape:
        """What an example is answered with."""
        return TargetShape(len(self.classes), steps=self.context or 1)

    @property
    def width(self) -> int:
        """How many raw inputs an example has."""
        return self.context or len(self.columns)

    @property
    def vocabulary(self) -> tuple[str, ...]:
        """The tokens of which every input is one, of a text."""
        return self.classes if self.context else ()

    @property
    def count(self) -> int:
        """How many examples there are."""
        return len(self.targets) // (self.context or 1)

    @cached_property
    def text(self) -> str:
        """What it is made of, of a text."""
        return spelled(np.append(self.inputs[:1, 0], self.targets), self.classes)

    def examples(self) -> Examples:
        if self.context:
            return examples_of_text(self.text, self.context)
        image = (self.shape[0], self.shape[1]) if self.is_image and len(self.shape) == _GREY else None
        return Examples(self.inputs, self.targets, self.columns, self.classes, self.target, image, self.shape)

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

    def to_dict(self, check: Check = no_check) -> dict[str, Any]:
        """check: called between pieces; what it raises ends the work."""
        if self.context:
            return {"name": self.name, "text": self.text, "context": self.context}
        numbers = np.column_stack([self.inputs, self.targets])
        kind, rows = _pack(numbers, check) if numbers.size > _MAX_WRITTEN else ("", _to_text(numbers))
        return {
            "name": self.name,
            "columns": list(self.columns),
            "target": self.target,
            "classes": list(self.classes),
            "drawn": self.drawn,
            **({"shape": list(self.shape), "image": self.is_image} if self.shape else {}),
            **({"packed": kind} if kind else {}),
            "rows": rows,
        }

    @classmethod
    def from_dict(cls, data: object, check: Check = no_check) -> Table:
        """Read what `to_dict` returned; `rows` may be a buffer of ASCII bytes, too.

        check: called between pieces; what it raises ends the reading. Raises SettingError naming the invalid entry.
        """
        if not isinstance(data, dict):
            raise SettingError(f"must be a table, got {shown(data)}")
        if "text" in data:
            return _text_from(data)
        known = {"name", "columns", "target", "classes", "drawn", "shape", "image", "packed", "rows"}
        for entry in data:
            if entry not in known:
                raise SettingError("unknown entry", str(entry)[:60])
        for entry in ("columns", "rows"):
            if entry not in data:
                raise SettingError("is missing", entry)
        columns, classes = _names(data["columns"], "columns"), _names(data.get("classes", []), "classes")
        is_image = data.get("image", False)
        if not isinstance(is_image, bool):
            raise SettingError(f"must be true or false, got {shown(is_image)}", "image")
        try:
            shape = checked_shape(data.get("shape", ()), is_image, len(columns))
        except SettingError as error:
            raise error.at("shape") from None
        rows, width, kind = data["rows"], len(columns) + 1, data.get("packed", "")
        if not isinstance(rows, str | memoryview):
            raise SettingError(f"must be text with numbers, got {shown(rows)}", "rows")
        inputs, targets = (_unpack if kind else _from_text)(rows, kind, width, check)
        name, target = data.get("name", "Table"), data.get("target", "target")
        drawn = data.get("drawn", False)
        if not isinstance(name, str) or not isinstance(target, str) or not isinstance(drawn, bool):
            raise SettingError("name and target must be text, drawn true or false")
        return checked_table(
            cls(name[:MAX_NAME], columns, target[:MAX_NAME], inputs, targets, classes, drawn, shape, is_image)
        )


def text_table(name: str, text: str, context: int = int(CONTEXT.default)) -> Table:  # type: ignore[arg-type]
    """An own text as a table, see Table; its ends of lines may be those of any system. Raises SettingError."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    context = int(CONTEXT.check(context))  # type: ignore[arg-type]
    vocabulary = characters(checked_text(text, context))
    places = places_in(text, vocabulary).astype(float)
    return Table(
        name[:MAX_NAME], ("character",), NEXT, places[:-1, None].copy(), places[1:].copy(), vocabulary, context=context
    )


def _text_from(data: dict[str, Any]) -> Table:
    for entry in data:
        if entry not in ("name", "text", "context"):
            raise SettingError("unknown entry", str(entry)[:60])
    name, text = data.get("name", "Text"), data["text"]
    if isinstance(text, memoryview):
        text = str(text, "ascii")
    if not isinstance(name, str) or not isinstance(text, str):
        raise SettingError("name and text must be text")
    try:
        return text_table(name, text, data.get("context", CONTEXT.default))
    except SettingError as error:
        raise error.at("text") from None


def checked_shape(shape: object, is_image: bool, columns: int) -> tuple[int, ...]:
    """The shape of an example with so many columns, see Table; () for separate numbers. An image with one channel has
    two sides alone. Raises SettingError with the numbers.
    """
    sides = tuple(shape) if isinstance(shape, list | tuple) else None
    what, least, most = ("an image", 2, 3) if is_image else ("a sequence", 1, 2)
    if sides == () and not is_image:
        return ()
    if sides is None or not least <= len(sides) <= most or not all(type(side) is int for side in sides):
        told = "height, width and channels" if is_image else "steps and features"
        raise SettingError(f"the shape of {what} is {least} or {most} whole numbers, {told}, got {shown(shape)}")
    by = " × ".join(map(str, sides))
    if min(sides) < 1:
        raise SettingError(f"every side of {what} is at least 1, got {by}")
    if math.prod(sides) != columns:
        raise SettingError(f"{what} of {by} has {math.prod(sides):,} numbers, and there are {columns:,} input columns")
    return sides[:_GREY] if is_image and sides[_GREY:] == (1,) else sides


def checked_table(table: Table) -> Table:
    """The table, if a network can learn from it. Raises SettingError."""
    rows, columns = table.inputs.shape
    if table.context:
        CONTEXT.check(table.context)
        checked_text(table.text, table.context)
    try:
        checked_shape(table.shape, table.is_image, columns)
    except SettingError as error:
        raise error.at("shape") from None
    if not 1 <= columns <= MAX_COLUMNS:
        raise SettingError(f"a table needs 1 to {MAX_COLUMNS} input columns, got {columns}", "columns")
    if rows < 2:
        raise SettingError(f"a table needs at least 2 examples, got {rows}", "rows")
    if rows * (columns + 1) > MAX_NUMBERS:
        raise SettingError(f"a table holds at most {MAX_NUMBERS:,} numbers, got {rows * (columns + 1):,}", "rows")
    ends = [float(end) for numbers in (table.inputs, table.targets) for end in (numbers.min(), numbers.max())]
    largest = max(map(abs, ends)) if not any(map(math.isnan, ends)) else math.nan
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


def _from_text(rows: str | memoryview, _: object, width: int, check: Check) -> tuple[Array, Array]:
    """Inputs (n, width - 1) and targets (n,) in lines of text. Raises SettingError."""
    text = rows if isinstance(rows, str) else str(rows, "ascii")
    if (text.count("\n") + 1) * width > _MAX_READ:
        raise SettingError(f"more than {_MAX_READ:,} numbers as text; import them from a CSV file instead", "rows")
    lines = text.split("\n") if text.strip() else []
    numbers = np.empty((len(lines), width))
    for start in range(0, len(lines), _LINES):
        check()
        piece = lines[start : start + _LINES]
        text = "\n".join(piece)
        wrong = [row for row, line in enumerate(piece) if len(line) > _MAX_CELL * width]  # it may be all of the file
        wrong = wrong or [row for row, count in enumerate(_cells_in_lines(text)) if count != width]
        try:
            if not wrong:
                numbers[start : start + len(piece)] = np.reshape(list(map(float, text.split())), (-1, width))
        except ValueError:
            wrong = [row for row, line in enumerate(piece) if not _are_numbers(line)]
        if wrong:
            told = f"must hold {width} numbers, got {shown(piece[wrong[0]])}"
            raise SettingError(told, f"rows, line {start + wrong[0] + 1}")
    return np.ascontiguousarray(numbers[:, :-1]), numbers[:, -1].copy()


def _cells_in_lines(text: str) -> list[int]:
    """How many cells there are in each line."""
    signs = np.frombuffer(text.encode("ascii", "replace") + b"\n", np.uint8)
    begins = signs > ord(" ")
    begins[1:] &= signs[:-1] <= ord(" ")
    ends = np.flatnonzero(signs == ord("\n"))
    counts: list[int] = np.diff(np.cumsum(begins)[ends], prepend=0).tolist()
    return counts


def _are_numbers(line: str) -> bool:
    try:
        return len(list(map(float, line.split()))) > 0
    except ValueError:
        return False


def _pack(numbers: Array, check: Check) -> tuple[str, str]:
    """dtype and base64 text of the numbers, in the smallest dtype that keeps every bit."""
    exact = (kind for kind in _KINDS[:-1] if _exact(numbers[:100], kind) and _exact(numbers, kind))
    kind = next(exact, _KINDS[-1])
    data = memoryview(numbers.astype(kind).tobytes())
    lines = []
    for at in range(0, len(data), _LINE):
        if at % (_LINES * _LINE) == 0:
            check()
        lines.append(binascii.b2a_base64(data[at : at + _LINE]))
    return kind, b"".join(lines).decode("ascii").rstrip("\n")


def _exact(numbers: Array, kind: str) -> bool:
    """Whether converting to this dtype and back keeps every bit."""
    with np.errstate(all="ignore"):
        back = numbers.astype(kind).astype(np.float64)
    return np.array_equal(back.view(np.int64), numbers.view(np.int64))


def _unpack(rows: str | memoryview, kind: object, width: int, check: Check) -> tuple[Array, Array]:
    """Inputs (n, width - 1) and targets (n,) in base64. Raises SettingError."""
    if kind not in _KINDS:
        raise SettingError(f"must be one of {', '.join(_KINDS)}, got {shown(kind)}", "packed")
    size = np.dtype(str(kind)).itemsize
    if len(rows) > MAX_NUMBERS * size * 1.5:  # base64 takes 4 characters for 3 bytes, and there may be spaces
        raise SettingError(f"{len(rows):,} characters hold more than {MAX_NUMBERS:,} numbers", "rows")
    most = 3 * len(rows) // (4 * size * width)  # rows, if nothing in it is a space
    inputs, targets, filled, left = np.empty((most, width - 1)), np.empty(most), 0, b""
    try:
        for decoded in _decoded(rows, check):
            data = left + decoded if left else decoded
            count = len(data) // (size * width)
            numbers = np.frombuffer(data, str(kind), count * width).reshape(count, width)
            inputs[filled : filled + count], targets[filled : filled + count] = numbers[:, :-1], numbers[:, -1]
            filled, left = filled + count, data[count * width * size :]
        if len(left) % size:
            raise ValueError(f"buffer size must be a multiple of {size} bytes")
    except ValueError as error:
        raise SettingError(f"not packed numbers: {error}", "rows") from None
    found = filled * width + len(left) // size
    if left or found > MAX_NUMBERS:
        raise SettingError(f"must hold rows of {width} numbers, {MAX_NUMBERS:,} at most, got {found:,}", "rows")
    return inputs[:filled], targets[:filled]


def _decoded(rows: str | memoryview, check: Check) -> Iterator[bytes]:
    """The bytes in base64, in pieces: each is decoded in one go, and nothing else could run meanwhile.

    Raises ValueError.
    """
    rest = b""
    for at in range(0, len(rows), _PIECE):
        check()
        piece = rows[at : at + _PIECE]
        found = b"".join((rest, piece.encode("ascii") if isinstance(piece, str) else piece))
        cut = found.rfind(b"\n") + 1 or len(found)
        if (cut - found.count(b"\n", 0, cut)) % 4:  # lines are not whole, as ours are
            found = found.translate(None, b" \t\r\n")
            cut = len(found) - len(found) % 4
        yield binascii.a2b_base64(memoryview(found)[:cut])
        rest = found[cut:]
    yield binascii.a2b_base64(rest)


def _names(data: object, where: str) -> tuple[str, ...]:
    most = MAX_COLUMNS if where == "columns" else MAX_CLASSES
    if not isinstance(data, list | tuple) or len(data) > most or not all(isinstance(name, str) for name in data):
        raise SettingError(f"must be a list of up to {most} strings, got {shown(data)}", where)
    return tuple(name[:MAX_NAME] for name in data)
