"""Formulas as people write them, turned into tokens in which nothing is implied.

`2x`, `|x|`, `x²`, `√x`, `π`, `sin x` become `2*x`, `abs(x)`, `x^2`, `sqrt(x)`, `pi`, `sin(x)`. What can be read in two
ways is refused, and the sentence says how to write what is meant.
"""

from __future__ import annotations

import difflib
import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, NoReturn

from engine.contracts import SettingError
from engine.expressions.notation_hints import SIGNS, WORDS, hint

_MOST_FAULTS = 3  # told in one sentence


class UnknownName(NamedTuple):
    """A name that means nothing yet, in plain notation.

    guess: what it probably means; sure: so probably that it is no new name.
    """

    name: str
    position: int
    guess: str
    sure: bool
    called: bool  # an opening parenthesis follows

    @property
    def may_be_new(self) -> bool:
        """Whether a parameter could have this name."""
        return not self.called and bool(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,19}", self.name))


class ExpressionError(SettingError):
    """A formula that cannot be parsed: what is wrong, what to do, and where.

    position and length mark the place in the text as typed, counted from 0; `places` are all such places. `unknown` are
    the names without a meaning, if nothing else is wrong.
    """

    def __init__(
        self,
        sentence: str,
        position: int,
        length: int,
        where: str = "",
        places: tuple[tuple[int, int], ...] = (),
        unknown: tuple[UnknownName, ...] = (),
    ) -> None:
        super().__init__(sentence, where)
        self.position = position
        self.length = length
        self.places = places or ((position, length),)
        self.unknown = unknown

    def at(self, place: str) -> ExpressionError:
        outer = super().at(place)
        return ExpressionError(self.sentence, self.position, self.length, outer.where, self.places, self.unknown)


class Token(NamedTuple):
    """kind: number, name, operator, open, close or comma. text: in plain notation; source: as typed, "" if implied."""

    kind: str
    text: str
    position: int
    source: str

    @property
    def typed(self) -> str:
        return self.source or self.text


def fault(sentence: str, position: int, length: int) -> ExpressionError:
    """An error whose sentence names its character, counted from 1."""
    return ExpressionError(f"{sentence} (character {position + 1})", position, max(length, 1))


def quote(text: str) -> str:
    """The start of a text in quotation marks."""
    return repr(text if len(text) <= 20 else text[:20] + "…")


def tokens_of(
    text: str,
    start: int,
    names: Collection[str],
    constants: Collection[str],
    functions: Mapping[str, str],
) -> list[Token]:
    """The tokens of text[start:]; functions: the arguments of each as written.

    Raises ExpressionError for characters and unknown names, all at once, and for what can be read in two ways.
    """
    raw, faults = _lex(text, start, names)
    unknown = _unknown(raw, names, constants, functions)
    if faults or unknown:
        _refuse(faults, unknown, names, constants)
    return _Arranger(text, raw, names, constants, functions).arrange()


_DIGITS = "0123456789"
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ", "0123456789abcdefghijklmnoprstuvwxyz")
_LOWERED = str.maketrans("₀₁₂₃₄₅₆₇₈₉", _DIGITS)
_GREEK = dict(
    zip(
        "αβγδεζηθικλμνξπρστυφχψω",
        [
            "alpha",
            "beta",
            "gamma",
            "delta",
            "epsilon",
            "zeta",
            "eta",
            "theta",
            "iota",
            "kappa",
            "lambda",
            "mu",
            "nu",
            "xi",
            "pi",
            "rho",
            "sigma",
            "tau",
            "upsilon",
            "phi",
            "chi",
            "psi",
            "omega",
        ],
        strict=True,
    )
)
_WORDS = re.compile(
    r"(?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z0-9_]*[₀-₉]*|[α-ω][0-9₀-₉]*)"
    r"|(?P<raised>[⁺⁻]?(?:[⁰¹²³⁴⁵⁶⁷⁸⁹]+|[ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻ]))"
    r"|(?P<operator>\*\*|[-+*/%^·×∙⋅∗•÷∕⁄−–‐‑—])|(?P<bar>[|⌊⌋⌈⌉])|(?P<root>√)"
    r"|(?P<open>\()|(?P<close>\))|(?P<comma>,)|(?P<space>[ \t\u00a0\u2009\u202f]+)"
)
_OPERATORS = {**dict.fromkeys("·×∙⋅∗•", "*"), **dict.fromkeys("÷∕⁄", "/"), **dict.fromkeys("−–‐‑—", "-"), "**": "^"}
_FENCES = {"|": ("abs", "|"), "⌊": ("floor", "⌋"), "⌈": ("ceil", "⌉")}
_SAME = {
    "ln": "log", "arcsin": "asin", "arccos": "acos", "arctan": "atan", "arctan2": "atan2", "sgn": "sign",
}  # fmt: skip
_SIMILAR = {"pow2": "pow", "fabs": "abs", "sqr": "sqrt", "if": "where", "mod": "%", "logistic": "sigmoid", "tg": "tan"}


def _lex(text: str, start: int, names: Collection[str]) -> tuple[list[Token], list[ExpressionError]]:
    """Tokens as typed (kinds of _WORDS), and a fault for every character that cannot be one."""
    position, end = len(text) - len(text[start:].lstrip()), len(text.rstrip())
    raw: list[Token] = []
    faults: list[ExpressionError] = []
    while position < end:
        sign = SIGNS.match(text, position)
        match = _WORDS.match(text, position) if sign is None else None
        if match is None:
            refused = sign[0] if sign is not None else text[position]
            faults.append(fault(f"{refused!r} is not allowed in a formula; {hint(refused)}", position, len(refused)))
            position += len(refused)
            continue
        kind, word = str(match.lastgroup), match[0]
        if kind == "number" and math.isinf(float(word)):
            faults.append(fault("this number is too large; the limit is 1.79e308", position, len(word)))
        elif kind != "space":
            raw.append(_token(kind, word, position, names, raw))
        position = match.end()
    return raw, faults


def _token(kind: str, word: str, position: int, names: Collection[str], before: Sequence[Token]) -> Token:
    if kind == "operator":
        return Token(kind, _OPERATORS.get(word, word), position, word)
    if kind != "name":
        return Token(kind, word, position, word)
    name = word.translate(_LOWERED)
    if name[0] in _GREEK:
        name = _GREEK[name[0]] + name[1:]
    elif name == "mod" and name not in names and before and before[-1].kind in ("number", "name", "close", "raised"):
        return Token("operator", "%", position, word)
    return Token(kind, name if name in names else _SAME.get(name, name), position, word)


def _unknown(
    raw: Sequence[Token], names: Collection[str], constants: Collection[str], functions: Collection[str]
) -> list[UnknownName]:
    found = []
    for index, token in enumerate(raw):
        if token.kind == "name" and not any(token.text in known for known in (names, constants, functions)):
            called = index + 1 < len(raw) and raw[index + 1].kind == "open"
            guess, sure = _guess(token.text, names, constants, functions, called)
            found.append(UnknownName(token.text, token.position, guess, sure, called))
    return found


def _guess(
    name: str, names: Collection[str], constants: Collection[str], functions: Collection[str], called: bool
) -> tuple[str, bool]:
    """What an unknown name probably means ("" if nothing comes to mind), and whether that is nearly certain."""
    lower, values = name.lower(), [*names, *constants]
    if lower in WORDS:
        guess, sure = WORDS[lower]
        return guess, sure or called
    if lower in _SIMILAR or lower in _SAME:
        return _SIMILAR.get(lower) or _SAME[lower], True
    for known in [*functions] if called else [*values, *functions]:
        if known.lower() == lower:
            return known, True
    if not called and name not in _GREEK.values():
        if re.fullmatch(r"[xyXY][0-9]", name) and lower[0] in names:
            return f"{lower[0]}*{name[1]} or {lower[0]}^{name[1]}", True
        if len(name) <= 20 and (pieces := _split(lower, values, functions)):
            return pieces, True
        if re.fullmatch(r"[A-Za-z][xy]", name) and name[1] in names:
            return f"{name[0]}*{name[1]}", True
    near = difflib.get_close_matches(lower, [*functions] if called else [*values, *functions], 1)
    if not near and not called:
        near = difflib.get_close_matches(lower, [*functions], 1)
    close = bool(near) and len(name) > 2 and difflib.SequenceMatcher(None, lower, near[0]).ratio() > 0.8
    return (near[0] if near else ""), close and name not in _GREEK.values()


def _split(word: str, values: Collection[str], functions: Collection[str]) -> str:
    """A word that is known names run together, as a product: xy is x*y, sinx is sin(x); or ""."""
    if word in values:
        return word
    for head in sorted({*values, *functions}, key=len, reverse=True):
        if head and word.startswith(head) and (rest := _split(word[len(head) :], values, functions)):
            return f"{head}*{rest}" if head in values else f"{head}({rest})"
    return ""


def _refuse(
    faults: Sequence[ExpressionError],
    unknown: Sequence[UnknownName],
    names: Collection[str],
    constants: Collection[str],
) -> NoReturn:
    """Raise one error for all of them, in the order of the text."""
    told = list(faults)
    for name, position, guess, _, called in {item.name: item for item in reversed(unknown)}.values():
        known = ", ".join([*names, *constants])
        if called:
            meant = _meant(name, guess) if guess else f"to multiply, write {name[:20]}*(…)"
            sentence = f"{quote(name)} is not a function; {meant}"
        elif guess:
            sentence = f"unknown name {quote(name)}; {_meant(name, guess)}"
        else:
            sentence = f"unknown name {quote(name)}; available: {known if len(known) < 80 else known[:80] + ' …'}"
        told.append(fault(sentence, position, len(name)))
    told.sort(key=lambda error: error.position)
    more = f" · and {len(told) - _MOST_FAULTS} more" if len(told) > _MOST_FAULTS else ""
    sentence = " · ".join(error.sentence for error in told[:_MOST_FAULTS]) + more
    places = tuple((error.position, error.length) for error in told)
    raise ExpressionError(sentence, *places[0], places=places, unknown=() if faults else tuple(unknown))


def _meant(name: str, guess: str) -> str:
    return f"write {guess}" if name.lower() in WORDS else f"did you mean {guess}?"


@dataclass(slots=True)
class _Level:
    """An open parenthesis, bar or bracket, or the argument of a function without parentheses.

    after: tokens that follow its end. plain: whether the argument so far is a product of numbers and constants.
    """

    close: str  # ")", "|", "⌋", "⌉", or "" for an argument without parentheses
    start: Token
    divided: bool
    exponent: str
    after: list[Token] = field(default_factory=list)
    plain: bool = True


class _Arranger:
    """Reads tokens from left to right and writes out what they imply."""

    def __init__(
        self,
        text: str,
        raw: Sequence[Token],
        names: Collection[str],
        constants: Collection[str],
        functions: Mapping[str, str],
    ) -> None:
        self.text, self.raw = text, raw
        self.names, self.constants, self.functions = names, constants, functions
        self.out: list[Token] = []
        self.levels: list[_Level] = []
        self.complete = False  # whether the formula could end here
        self.divided = False  # the last operand stands right of / or %
        self.exponent = ""  # the last operand is an exponent: "clear", or "open" if its end may be elsewhere

    def arrange(self) -> list[Token]:
        skip = 0
        for index, token in enumerate(self.raw):
            if skip:
                skip -= 1
            elif token.kind == "operator":
                self._operator(index)
            elif token.kind == "raised":
                self._raise(token)
            elif token.kind in ("close", "comma") or (token.kind == "bar" and self._closes(token)):
                self._separate(token)
            else:
                if self.complete:
                    self._multiply(index)
                skip = self._operand(index)
        self._end_arguments()
        return self.out

    def _is_function(self, token: Token) -> bool:
        return token.kind == "root" or (
            token.kind == "name" and token.text in self.functions and token.text not in self.names
        )

    def _operand(self, index: int) -> int:
        """Begin or write an operand; returns how many tokens after it are used up."""
        token = self.raw[index]
        if self._is_function(token):
            return self._function(index)
        if token.kind == "bar":
            name, close = _FENCES.get(token.text, ("", ""))
            if not name:
                raise fault(f"this {token.text} has no beginning; remove it", token.position, 1)
            self.out.append(Token("name", name, token.position, ""))
            self._open(token, close)
        elif token.kind == "open":
            self._open(token, ")")
        else:
            constant = token.kind == "number" or (token.text in self.constants and token.text not in self.names)
            if self._argument is not None:
                self._argument.plain &= constant
            if self.exponent and token.kind != "number":
                self.exponent = "open"
            self.out.append(token)
            self.complete = True
        return 0

    @property
    def _argument(self) -> _Level | None:
        return self.levels[-1] if self.levels and not self.levels[-1].close else None

    def _open(self, token: Token, close: str, after: Sequence[Token] = ()) -> None:
        if close and self._argument is not None:
            self._argument.plain = False
        self.out.append(Token("open", "(", token.position, token.source if close else ""))
        self.levels.append(_Level(close, token, self.divided, self.exponent, list(after)))
        self.complete, self.divided, self.exponent = False, False, ""

    def _leave(self, token: Token) -> None:
        level = self.levels.pop()
        self.out.append(token)
        self.out += level.after
        self.complete, self.divided = True, level.divided
        self.exponent = level.exponent if not level.close else ""
        if not level.close and self._argument is not None:
            self._argument.plain = False

    def _function(self, index: int) -> int:
        token = self.raw[index]
        name = "sqrt" if token.kind == "root" else token.text
        power, used = ([], 0) if token.kind == "root" else self._power_of(index)
        following = self.raw[index + used + 1] if index + used + 1 < len(self.raw) else None
        arguments = self.functions[name]
        signs = (
            following is not None and following.kind == "operator" and following.text in "+-" and token.kind == "name"
        )
        begins = following is not None and (following.kind in ("number", "name", "open", "root") or signs)
        fence = following is not None and following.kind == "bar" and following.text in _FENCES
        if not (begins or fence) or ("," in arguments and following is not None and following.kind != "open"):
            raise fault(
                f"the function {token.source} needs parentheses: {name}({arguments})", token.position, len(token.source)
            )
        self.out.append(Token("name", name, token.position, token.source))
        if following is not None and following.kind == "open":
            self._open(following, ")", power)
            return used + 1
        self._open(token, "", power)
        return used

    def _power_of(self, index: int) -> tuple[list[Token], int]:
        """The power between a function and its argument, as in sin²x or sin^2(x), and how many tokens it takes."""
        token, after = self.raw[index], self.raw[index + 1 : index + 4]
        if after and after[0].kind == "raised":
            power, used = after[0].text, 1
        elif len(after) > 1 and after[0].text == "^" and (after[1].kind == "number" or after[1].text == "-"):
            power, used = after[1].text, 2
        else:
            return [], 0
        if not power.translate(_RAISED).isdecimal():
            end = after[used - 1].position + len(after[used - 1].source)
            sentence = f"the power of {token.text} can be read in two ways; write 1/{token.text}(x) or its inverse"
            raise fault(sentence, token.position, end - token.position)
        at = after[0].position
        number = Token("number", power.translate(_RAISED), at, after[used - 1].source)
        return [Token("operator", "^", at, ""), number], used

    def _operator(self, index: int) -> None:
        token = self.raw[index]
        if self.complete and token.text != "^":
            self._end_arguments_before(index)
        if self.complete:
            before = self.out[-1]
            if token.text == "^":
                if self._argument is not None and self._argument.start.kind == "root":
                    self._ambiguous(self._argument.start, token, "write √(…) around what is under the root")
                risky = before.kind == "number" or (before.text == "e" and "e" not in self.names)
                self.exponent = "open" if risky else "clear"
            else:
                self.divided, self.exponent = token.text in "/%", ""
        self.out.append(token)
        self.complete = False

    def _raise(self, token: Token) -> None:
        if not self.complete:
            raise fault(f"a number, a name or ( is missing before {token.text}", token.position, len(token.text))
        if self._argument is not None and self._argument.start.kind == "root":
            self._ambiguous(self._argument.start, token, "write √(…) around what is under the root")
        word, at = token.text.translate(_RAISED), token.position
        self.out.append(Token("operator", "^", at, ""))
        if word[0] in "⁺⁻":
            self.out.append(Token("operator", "-" if word[0] == "⁻" else "+", at, ""))
            word = word[1:]
        known = word.isdecimal() or word in self.names or word in self.constants
        if not known:
            raise fault(f"unknown name {quote(word)}; to raise to it, write ^{word}", at, len(token.text))
        self.out.append(Token("number" if word.isdecimal() else "name", word, at, token.source))
        self.exponent = ""

    def _closes(self, token: Token) -> bool:
        """Whether a bar ends what another one began."""
        level = next((level for level in reversed(self.levels) if level.close), None)
        return token.text in "⌋⌉" or (self.complete and level is not None and level.close == token.text == "|")

    def _separate(self, token: Token) -> None:
        """A comma, or the end of a parenthesis or bar; one that has no beginning is left to the grammar."""
        self._end_arguments()
        if token.kind == "comma":
            self.out.append(token)
            self.complete, self.divided, self.exponent = False, False, ""
            return
        closing = Token("close", ")", token.position, token.source)
        if self.levels and self.levels[-1].close != token.text:
            start = self.levels[-1].start
            raise fault(f"this {start.source} is never closed; add {self.levels[-1].close}", start.position, 1)
        if self.levels:
            self._leave(closing)
        else:
            self.out.append(closing)
            self.complete = True

    def _end_arguments(self) -> None:
        while self._argument is not None:
            self._leave(Token("close", ")", self.out[-1].position + len(self.out[-1].source), ""))

    def _end_arguments_before(self, index: int) -> None:
        """A binary operator ends sin x; whether / and * still belong to the argument is asked."""
        token, argument = self.raw[index], self._argument
        if argument is None:
            return
        after = self.raw[index + 1] if index + 1 < len(self.raw) else None
        if token.text not in "+-" and after is not None and not self._is_function(after):
            name = argument.start.source
            self._ambiguous(argument.start, after, f"write parentheses around the argument of {name}")
        self._end_arguments()

    def _multiply(self, index: int) -> None:
        """Write the * between two operands side by side."""
        before, token, argument = self.raw[index - 1], self.raw[index], self._argument
        left, right = (word.source if len(word.source) <= 20 else "…" for word in (before, token))
        if token.kind == "number":
            sentence = f"an operator is missing between {left} and {right}; * multiplies, ^ raises to a power"
            raise fault(sentence, token.position, len(token.source))
        if argument is not None:
            if self._is_function(token) and not argument.plain:
                self._end_arguments()
            elif self._is_function(token) or not argument.plain or argument.start.kind == "root":
                name = argument.start.source
                self._ambiguous(argument.start, token, f"write parentheses around the argument of {name}")
        joined = before.position + len(before.source) == token.position
        if joined and before.kind == "number" and token.text == "e":
            after = self.raw[index + 1] if index + 1 < len(self.raw) else None
            if after is None or (after.text != "^" and after.kind != "raised"):
                self._ambiguous(before, token, f"write {left}*e, or a number such as {left}e3")
        if self.divided:
            self._ambiguous(self._left_of("/%"), token, "write parentheses, as in (1/2)*x or 1/(2*x)")
        if self.exponent == "open":
            self._ambiguous(self._left_of("^"), token, "write parentheses around the exponent, or * after it")
        self.out.append(Token("operator", "*", token.position, ""))
        self.exponent = ""

    def _left_of(self, operators: str) -> Token:
        """The token before the last of these operators."""
        places = [place for place, token in enumerate(self.out) if token.kind == "operator" and token.text in operators]
        return self.out[places[-1] - 1]

    def _ambiguous(self, first: Token, last: Token, advice: str) -> NoReturn:
        start, end = first.position, last.position + len(last.source)
        quoted = self.text[start:end] if end - start <= 20 else f"{self.text[start : start + 20]}…"
        raise fault(f"“{quoted}” can be read in two ways; {advice}", start, end - start)
