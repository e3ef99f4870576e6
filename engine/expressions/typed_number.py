"""Numbers as people type them: 0,003 and 1/3, 2^-7, 5 %, 3·10⁻⁴, 1 000 000."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from fractions import Fraction

from engine.contracts import SettingError
from engine.expressions.expression import Node, parse

_LARGEST_POWER = 400  # exponents up to which powers are computed exactly
_MOST_BITS = 8192  # of an exact numerator or denominator
_SIGNS = str.maketrans({"−": "-", "\N{EN DASH}": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "’": "'"})
_PLAIN = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?")
_TWOFOLD = re.compile(r"[+-]?[1-9][0-9]{0,2},[0-9]{3}")
_TWOFOLD_WHOLE = re.compile(r"[+-]?[1-9][0-9]{0,2}[.,][0-9]{3}")
_GROUPED = tuple(
    re.compile(rf"[+-]?[0-9]{{1,3}}{groups}({decimal}[0-9]+)?")
    for groups, decimal in (
        (r"(,[0-9]{3}){2,}", r"\."), (r"(\.[0-9]{3}){2,}", ","), (r"([ '][0-9]{3})+", "[.,]"),
        (r"(,[0-9]{3})+(?=\.)", r"\."), (r"(\.[0-9]{3})+(?=,)", ","),
    )
)  # fmt: skip


def read_number(text: str, whole: bool = False, percent: bool = False) -> float | int:
    """The number that a text means, rounded once; whole: where only whole numbers fit; percent: 5 and 5 % are the same.

    An int if the text is digits alone. Raises SettingError if it is no finite number, or might be one of two: 1,000,
    and 1.000 among whole numbers.
    """
    short = text.translate(_SIGNS).strip()
    if short.isascii() and short.isdecimal() and len(short) < 400:
        return int(short)
    share = short.endswith("%")
    if share:
        short = short[:-1].rstrip()
    if (_TWOFOLD_WHOLE if whole else _TWOFOLD).fullmatch(short):
        one, other = short.replace(",", "."), re.sub("[.,]", "", short)
        raise SettingError(f"{short} can be read as {float(one):g} or as {other}; write one of them")
    value = _value(_with_point(short))
    if not math.isfinite(value):
        raise SettingError(f"{text.strip()[:30]!r} has no finite value")
    return value / 100.0 if share and not percent else value


def _with_point(text: str) -> str:
    """Without marks between thousands, and with a point before decimals."""
    if any(pattern.fullmatch(text) for pattern in _GROUPED):
        point = max(text.rfind("."), text.rfind(","))
        single = point >= 0 and text.count(text[point]) == 1
        digits = re.sub("[., ']", "", text[:point] if single else text)
        return f"{digits}.{text[point + 1 :]}" if single else digits
    return re.sub(r"(?<![0-9.,])([0-9]*),([0-9]+)(?![0-9.,])", r"\1.\2", text)


def _value(text: str) -> float:
    if _PLAIN.fullmatch(text):
        return float(text)
    if re.search(r"[-+]\s*[-+]", text):
        raise SettingError(f"there are two signs side by side in {text[:30]!r}")
    tree = parse(text, ())
    exact = tree.fold(_leaf, _combine)
    try:
        return float(exact) if exact is not None else tree.evaluate({})
    except OverflowError:
        return math.inf


def _leaf(node: Node) -> Fraction | None:
    """A number as it was typed, for 0.1 is a tenth; None for pi and e."""
    return Fraction(repr(node.value)) if not node.name and math.isfinite(node.value) else None


def _combine(node: Node, inputs: Sequence[Fraction | None]) -> Fraction | None:
    """Exact arithmetic, so that 3·10⁻⁴ is 0.0003; None where it is not, or would take long."""
    known = [item for item in inputs if item is not None]
    if len(known) < len(inputs) or any(_bits(item) > _MOST_BITS for item in known):
        return None
    first, last = known[0], known[-1]
    match node.operation:
        case "+":
            return first + last
        case "-":
            return first - last
        case "*":
            return first * last
        case "neg":
            return -first
        case "/" if last:
            return first / last
        case "^" if last.denominator == 1 and abs(last) <= _LARGEST_POWER and (first or last > 0):
            return None if _bits(first) * abs(int(last)) > _MOST_BITS else Fraction(first ** int(last))
    return None


def _bits(value: Fraction) -> int:
    return max(value.numerator.bit_length(), value.denominator.bit_length())
