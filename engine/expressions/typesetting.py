"""Typesetting of formulas: a tree in Unicode, with symbols or numbers in place of names."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

from engine.expressions.expression import Node, Tree

SYMBOLS: dict[str, str] = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "eps": "ε", "zeta": "ζ",
    "eta": "η", "theta": "θ", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π",
    "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "step": "Δθ",
}  # fmt: skip
_ACCENTS = {"hat": "\N{COMBINING CIRCUMFLEX ACCENT}", "bar": "\N{COMBINING MACRON}"}
_SUPERSCRIPTS = str.maketrans("0123456789−abcdefghijklmnoprstuvwxyz", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ")
_SUBSCRIPTS = str.maketrans("0123456789aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")
_SHAPES = {
    "sqrt": "√({})", "abs": "|{}|", "floor": "⌊{}⌋", "ceil": "⌈{}⌉", "log2": "log₂({})", "log10": "log₁₀({})",
    "where": "where({} > 0, {}, {})",
}  # fmt: skip
_SUM, _SIGNED, _PRODUCT, _POWER, _ATOM = range(5)  # binding strength of a piece of typeset text


class _Piece(NamedTuple):
    text: str
    level: int

    def within(self, level: int) -> str:
        """Its text, in parentheses if it binds less tightly than `level`."""
        return self.text if self.level >= level else f"({self.text})"


def symbol(name: str) -> str:
    """A name as printed: beta1 is β₁, vhat is v̂, v_max is vₘₐₓ."""
    if name in SYMBOLS:
        return SYMBOLS[name]
    if (accent := _ACCENTS.get(name[1:])) is not None:
        return unicodedata.normalize("NFC", name[0] + accent)
    if match := re.fullmatch(r"([A-Za-z]+?)(?:_([aehijklmnoprstuvx]+)|_?(\d+))", name):
        return symbol(match[1]) + (match[2] or match[3]).translate(_SUBSCRIPTS)
    return name


def typeset(tree: Tree, symbols: Mapping[str, str] | None = None) -> str:
    """The formula in Unicode; `symbols` replace the names they are given for."""
    shown = symbols or {}
    return _typeset(tree, lambda name: _Piece(shown.get(name) or symbol(name), _ATOM))


def substitute(
    tree: Tree, values: Mapping[str, float], digits: int = 4, symbols: Mapping[str, str] | None = None
) -> str:
    """The formula in Unicode with the numbers of `values`, rounded to significant digits, for their names."""
    shown = symbols or {}

    def piece(name: str) -> _Piece:
        if name in values:
            return _number(float(values[name]), digits)
        return _Piece(shown.get(name) or symbol(name), _ATOM)

    return _typeset(tree, piece)


def print_signs(text: str) -> str:
    """A display-only formula with typographic signs: `1 / (1 + e^-z)` becomes 1 / (1 + e⁻ᶻ)."""
    text = re.sub(r"(?<![A-Za-z])-|-(?![A-Za-z])", "−", text).replace("*", "·")
    return re.sub(r"\^(−?(?:\d+|[a-pr-z])\b)", lambda match: match[1].translate(_SUPERSCRIPTS), text)


def _typeset(tree: Tree, piece: Callable[[str], _Piece]) -> str:
    def leaf(node: Node) -> _Piece:
        if node.operation == "name":
            return piece(node.name)
        return _Piece(symbol(node.name), _ATOM) if node.name else _number(node.value, 17)

    return tree.fold(leaf, _combine).text


def _combine(node: Node, parts: Sequence[_Piece]) -> _Piece:
    operation, first, last = node.operation, parts[0], parts[-1]
    # A leading sign needs no parentheses at the left end, and makes the whole signed.
    product = min(first.level, _PRODUCT) if first.level >= _SIGNED else _PRODUCT
    match operation:
        case "+":
            return _Piece(f"{first.text} + {last.within(_PRODUCT)}", _SUM)
        case "-":
            return _Piece(f"{first.text} − {last.within(_PRODUCT)}", _SUM)
        case "*":
            return _Piece(f"{first.within(_SIGNED)}·{last.within(_POWER)}", product)
        case "/":
            return _Piece(f"{first.within(_SIGNED)}/{last.within(_POWER)}", product)
        case "%":
            return _Piece(f"{first.within(_PRODUCT)} mod {last.within(_POWER)}", _SUM)
        case "neg":
            return _Piece(f"−{first.within(_PRODUCT)}", _SIGNED)
        case "^":
            return _Piece(f"{first.within(_ATOM)}{_exponent(last)}", _POWER)
    inside = [part.text for part in parts]
    shape = _SHAPES.get(operation)
    return _Piece(shape.format(*inside) if shape else f"{operation}({', '.join(inside)})", _ATOM)


def _exponent(piece: _Piece) -> str:
    small = re.fullmatch(r"−?(\d+|[a-pr-z])", piece.text)
    return piece.text.translate(_SUPERSCRIPTS) if small else f"^({piece.text})"


def _number(value: float, digits: int) -> _Piece:
    if not math.isfinite(value):
        text = "NaN" if math.isnan(value) else "∞"
    else:
        text = f"{abs(value):.{digits}g}" if digits < 17 else repr(abs(value))
        if value == int(value) and abs(value) < 1e9:
            text = str(abs(int(value)))
    mantissa, _, exponent = text.partition("e")
    level = _ATOM
    if exponent:
        power = "10" + str(int(exponent)).replace("-", "−").translate(_SUPERSCRIPTS)
        mantissa = mantissa.removesuffix(".0")
        text, level = (power, _POWER) if mantissa == "1" else (f"{mantissa}·{power}", _PRODUCT)
    return _Piece(f"−{text}", _SIGNED) if value < 0.0 else _Piece(text, level)
