"""Formulas as text: what is refused and where, what is computed."""

from __future__ import annotations

import math
import random
import re

import numpy as np
import pytest

from engine.contracts import SettingError
from engine.expressions.expression import (
    DEPTH,
    FUNCTIONS,
    LENGTH,
    NODES,
    check_parameter,
    parse,
    parse_assignment,
)
from engine.expressions.notation import ExpressionError
from engine.expressions.typesetting import substitute, typeset
from tests.each import each

XY = ("x", "y")
X, Y = 1.5, 2.0

VALUES = {
    "x": X,
    "x + y": 3.5,
    "x*y - 2": 1.0,
    "x**2 + y^2": 6.25,
    "-x": -1.5,
    "+x": 1.5,
    "-x^2": -2.25,
    "2^-x": 2.0**-1.5,
    "2^3^2": 512.0,
    "-+-x": 1.5,
    "(1 - x)^2 + 100*(y - x^2)^2": 6.5,
    "\t x  ": 1.5,
    "\n x\n": 1.5,
    "pi": math.pi,
    "2*e": 2.0 * math.e,
    "1e3*x": 1500.0,
    "1.5E-2*y": 0.03,
    ".5*x": 0.75,
    "5.*x": 7.5,
    "007*x": 10.5,
    "x/y/2": 0.375,
    "x - y - 1": -1.5,
    "7 % 4 - -7 % 4": 2.0,
    "pow(x, y)": 2.25,
    "min(x, y) + 10*max(x, y)": 21.5,
    "where(x, 1, 2) + where(-x, 10, 20) + where(0, 100, 200)": 221.0,
    "9^9^9^9": math.inf,
    "10^400": math.inf,
    "1e-400": 0.0,
}


@each("text", VALUES)
def test_value(text: str) -> None:
    assert parse(text, XY).evaluate({"x": X, "y": Y}) == pytest.approx(VALUES[text], rel=1e-15)


# What people write, at x = 0.5, y = 0.7.
WRITTEN = {
    "2x + y": 1.7, "3(x+y)": 3.6, "(1-x)^2 + 100(y-x^2)^2": 20.5, "sin x + cos y": math.sin(0.5) + math.cos(0.7),
    "√(x)": math.sqrt(0.5), "ln(x)": math.log(0.5), "x² + y²": 0.74, "|x - y|": 0.2, "x·y − 1": -0.65,
    "e^x": math.exp(0.5), "π x": math.pi / 2, "10 + x^2 - 10 cos(2πx)": 20.25,
    "x y": 0.35, "x\u00a0y": 0.35, "(x)(y)": 0.35, "x(3)": 1.5, "x × y ÷ 2": 0.175, "x⁻² + eˣ": 4.0 + math.exp(0.5),
    "||x| - 1| |y|": 0.35, "2|x|y": 0.7, "⌊2.5x⌋ + ⌈y⌉": 2.0, "√√x": 0.5**0.25,
    "√x sin y": math.sqrt(0.5) * math.sin(0.7),
    "x^2y": 0.175, "3·10⁻⁴": 3e-4, "2e^x": 2 * math.exp(0.5), "x mod y": 0.5, "log₂(x)": -1.0,
    "sin 2πx + 1": 1.0, "sin -x": -math.sin(0.5), "sin x cos y": math.sin(0.5) * math.cos(0.7),
    "sin x * cos y": math.sin(0.5) * math.cos(0.7), "cos sin x": math.cos(math.sin(0.5)), "sin x^2": math.sin(0.25),
    "sin²x": math.sin(0.5) ** 2, "3 sin^2(x) y": 3 * math.sin(0.5) ** 2 * 0.7,
    "ln x - arctan(y)": math.log(0.5) - math.atan(0.7),
}  # fmt: skip


@each("text", WRITTEN)
def test_formulas_are_read_as_people_write_them(text: str) -> None:
    assert parse(text, XY).evaluate({"x": 0.5, "y": 0.7}) == pytest.approx(WRITTEN[text], rel=1e-12, abs=1e-15)


TWOFOLD = (
    "1/2x", "x/2(y)", "x % 2y", "1/(2x)y", "e^2x", "2^x y", "x^y x", "sin x y", "sin x/2", "sin x*2", "sin 2 cos y",
    "sin^-1 x", "sin⁻¹ x", "√2x", "√x²", "√x^2", "2e", "2e + x",
)  # fmt: skip


@pytest.mark.parametrize("text", TWOFOLD)
def test_what_can_be_read_in_two_ways_is_asked(text: str) -> None:
    with pytest.raises(ExpressionError, match="can be read in two ways; write"):
        parse(text, XY)


def test_every_hint_is_given_at_once() -> None:
    with pytest.raises(ExpressionError) as caught:
        parse("X + Pi*y < sinx", XY)
    words = ("'X'; did you mean x?", "'Pi'; did you mean pi?", "'<' is not allowed", "and 1 more")
    assert all(word in str(caught.value) for word in words)
    assert caught.value.places == ((0, 1), (4, 2), (9, 1), (11, 4))


@pytest.mark.parametrize(
    ("text", "guess"),
    {
        "xy": "x*y", "2xy + 1": "x*y", "X": "x", "Pi x": "pi", "sinx": "sin(x)", "sinxy": "sin(x*y)",
        "x2": "x*2 or x^2",
        "ax^2": "a*x", "sinn": "sin", "PIx": "pi*x",
    }.items(),
)  # fmt: skip
def test_names_run_together_are_named_as_what_they_probably_mean(text: str, guess: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text, XY)
    (unknown,) = caught.value.unknown
    assert unknown.guess == guess and unknown.sure and f"did you mean {guess}?" in str(caught.value)


INSTEAD = {
    "x!": "there is no factorial", "½x": "write (1/2)", "x^⅔": "write (2/3)", "x + ∞": "write a large number",
    "-inf": "write 1e300", "∛x": "write x^(1/3)", "90°": "radians", "5‰": "/1000", "5%": "5/100", "x±1": "write + or",
    "x ≤ 1": "where(c, a, b)", "x<=1": "where(c, a, b)", "x != 1": "where(c, a, b)", "x == 1": "where(c, a, b)",
    "x ? 1 : 2": "where(c, a, b)", "f = x": "right of =", "x := 1": "right of =", "∑x": "its terms",
    "∂x": "no derivatives", "x'": "no derivatives", r"\frac{1}{x}": "without LaTeX", "$x$": "leave it out",
    "np.sin(x)": "write a function alone", "х": "Cyrillic letter: write x", "𝑥": "write x", "Δ": "Delta",
    "１": "write 1",
    "relu(x)": "write max(0, x)", "sec(x)": "write 1/cos(x)", "round(x)": "write floor(x + 0.5)",
    "artanh(x)": "write log((1 + x)/(1 - x))/2", "factorial(3)": "its value", "erf(x)": "tanh(1.2*x)",
    "x and y": "min(a, b)",
    "é": "write e", "x;y": "one formula", "‖x‖": "no vectors", "x @ y": "write *", "x ∈ ℝ": "the formula alone",
}  # fmt: skip


@each("text, words", INSTEAD.items())
def test_a_refused_notation_is_told_with_what_to_type_instead(text: str, words: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text, XY)
    assert words in str(caught.value)


def test_no_character_is_refused_without_a_hint() -> None:
    for code in (*range(32, 0x2BFF), *range(0x1D400, 0x1D7FF), *range(0xFF00, 0xFFEF)):
        try:
            parse(f"x {chr(code)}", XY)
        except ExpressionError as error:
            if "is not allowed in a formula" in error.sentence:
                assert re.search(r"is not allowed in a formula; .{5,} \(character", error.sentence), chr(code)


def test_signs_of_other_keyboards_are_read() -> None:
    for text in ("x•y", "x∕y", "x⁄y", "x—y", "x‐y", "x‑y"):
        assert parse(text, XY).evaluate({"x": 6.0, "y": 2.0}) in (12.0, 3.0, 4.0)


def test_names_are_told_in_the_spelling_of_the_person() -> None:
    for text in ("foo(x)", "Foo(x)"):
        with pytest.raises(ExpressionError, match=rf"'{text[:3]}' is not a function"):
            parse(text, XY)


REFERENCE = {
    "sin": math.sin, "cos": math.cos, "tan": math.tan, "asin": math.asin, "acos": math.acos,
    "atan": math.atan, "atan2": math.atan2, "sinh": math.sinh, "cosh": math.cosh, "tanh": math.tanh,
    "exp": math.exp, "log": math.log, "log2": math.log2, "log10": math.log10, "sqrt": math.sqrt, "abs": abs,
    "min": min, "max": max, "sign": lambda x: math.copysign(1.0, x), "floor": math.floor, "ceil": math.ceil,
    "pow": math.pow, "hypot": math.hypot, "sigmoid": lambda x: 1.0 / (1.0 + math.exp(-x)),
    "where": lambda c, a, b: a if c > 0 else b,
}  # fmt: skip


@each("name", FUNCTIONS)
def test_function(name: str) -> None:
    arguments = (0.7, 0.2, -0.4)[: FUNCTIONS[name].arity]
    text = f"{name}({', '.join('abc'[: len(arguments)])})"
    value = parse(text, ("a", "b", "c")).evaluate(dict(zip("abc", arguments, strict=False)))
    assert value == pytest.approx(REFERENCE[name](*arguments), rel=1e-15)


@pytest.mark.parametrize(
    ("text", "value"),
    {
        "1/x": math.inf, "-1/x": -math.inf, "x/x": math.nan, "1 % x": math.nan, "log(x)": -math.inf,
        "log(x - 1)": math.nan, "sqrt(x - 1)": math.nan, "x^-1": math.inf, "(x - 8)^(1/3)": math.nan,
        "acos(x + 2)": math.nan, "exp(x + 1e6)": math.inf, "1e308*(x + 10)": math.inf, "0*(1/x)": math.nan,
        "sigmoid(x - 1000)": 0.0, "sigmoid(x + 1000)": 1.0, "floor(1/x)": math.inf, "min(x/x, 1)": math.nan,
        "where(x/x, 1, 2)": math.nan, "sign(x/x)": math.nan, "sin(1/x)": math.nan,
    }.items(),
)  # fmt: skip
def test_outside_a_domain_the_value_is_what_ieee_says(text: str, value: float) -> None:
    assert parse(text, ("x",)).evaluate({"x": 0.0}) == pytest.approx(value, nan_ok=True)


REFUSED = [
    ("", 0, 1, "formula is empty"),
    ("   ", 0, 3, "formula is empty"),
    ("x +", 3, 1, "missing after +"),
    ("x +  ", 3, 1, "missing after +"),
    ("* x", 0, 1, "missing at the start"),
    ("x + %y", 4, 1, "missing after +"),
    ("x^^2", 2, 1, "missing after ^"),
    ("x^2 +* y", 5, 1, "missing after +"),
    ("x//2", 2, 1, "missing after /"),
    ("sin()", 4, 1, "missing after ("),
    ("1..2", 2, 2, "missing between 1. and .2"),
    ("x + cos", 4, 3, "cos needs parentheses"),
    ("x + sin(x, y)", 4, 3, "sin takes 1 argument, got 2"),
    ("atan2(x)", 0, 5, "atan2 takes 2 arguments, got 1; write atan2(y, x)"),
    ("((x + 1)", 0, 1, "never closed"),
    ("x^2 + (y", 6, 1, "never closed"),
    ("x))", 1, 1, "has no beginning"),
    ("x, y", 1, 1, "the decimal point is ."),
    ("2*(1,5)", 4, 1, "the decimal point is ."),
    ("x + q*y", 4, 1, "unknown name 'q'; available: x, y, pi, e"),
    ("x^2 + Y", 6, 1, "did you mean y?"),
    ("y + sinn(x)", 4, 4, "did you mean sin?"),
    ("x < y", 2, 1, "where(c, a, b)"),
    ("x; y", 1, 1, "';' is not allowed"),
    ("x\ny", 1, 1, "one line"),
    ("x + 1e999", 4, 5, "too large"),
    ("x + " + "q" * 50, 4, 50, "unknown name"),
]  # fmt: skip


@each("text, position, length, words", REFUSED)
def test_a_refusal_names_what_is_wrong_and_where(text: str, position: int, length: int, words: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text, XY)
    assert (caught.value.position, caught.value.length) == (position, length)
    assert words in str(caught.value)
    assert len(str(caught.value)) < 200


def test_a_refusal_seen_from_outside_keeps_its_place() -> None:
    with pytest.raises(ExpressionError) as caught:
        parse("x + q", XY)
    outer = caught.value.at("text").at("problem.formula")
    assert str(outer).startswith("problem.formula.text: unknown name 'q'")
    assert isinstance(outer, SettingError)
    assert (outer.position, outer.length) == (4, 1)


ATTACKS = [
    "__import__('os').system('touch OWNED')", "().__class__.__bases__[0].__subclasses__()",
    "(lambda:0).__globals__", "exec('import os')", "eval('1')", "open('OWNED','w')",
    "compile('1','','eval')", "globals()", "getattr(x,'real')", "x.__class__", "x.real",
    "np.load('a.npy', allow_pickle=True)", "os.system('touch OWNED')", "exit()", "breakpoint()", "print(1)",
    "[c for c in ().__class__.__mro__]", "{i: 1 for i in x}", "(i for i in (1,))", "lambda: x",
    "x if y else x", "f'{x}'", "'%s' % x", "x := 5", "(y := 3)", "x; import os", "import os",
    "x\nimport os", "x = 3", "del x", "yield x", "await x", "x[0]", "x[::2]", "*x", "**x", "(x, y)", "[x]",
    "{x}", "None", "True", "...", "b'x'", "'abc'", "not x", "x or y", "x @ y", "x is y", "x in y", "x == y",
    "x < y", "~x", "x & y", "x | y", "x << 3", "e.__class__", "sin.__globals__", "(sin)(x)",
    "sin(x, out=y)", "sin(*[x])", "sin(**{'x': x})", "ｘ.__class__", "ｅｖａｌ('1')", "𝐬𝐢𝐧(x)",
    "sin\u200b(x)", "x\x00", "\ufeffx", "x\u202ey", "sin(x)#comment\n__import__('os')", "x\\\n+1", "`x`",
    "$x", "x?", "x!", "__builtins__", "_", "self", "1_000", "0x10", "1e", "1j", "x*1j", "nan",
    "inf", "int('9'*5000)", "t0", "t0(t1)", "٣",
]  # fmt: skip

EXHAUSTING = [
    "9" * 100_000, "x" + "+x" * 20_000, "sin(" * 3000 + "x" + ")" * 3000, "(" * 20_000 + "x" + ")" * 20_000,
    "(" * 1900, "-" * 50_000 + "x", "-" * 1900 + "x", "x" + "^x" * 900, "x*(" * 600,
    "x" * 5000, "~" * 5000, "[" * 1900, "x if " * 300, "x<" * 900, "1" * 400, " " * 5000,
]  # fmt: skip


@each("text", ATTACKS + EXHAUSTING)
def test_nothing_but_a_formula_is_accepted(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse(text, XY)


@pytest.mark.parametrize("text", ["9**9**9**9", "-" * 490 + "x", "x" + "**2" * 200, "atan2(x, " * 64 + "y" + ")" * 64])
def test_what_would_exhaust_integers_or_a_stack_is_just_a_float(text: str) -> None:
    assert isinstance(parse(text, XY).evaluate({"x": X, "y": Y}), float)


def test_any_text_is_read_or_refused_inside_its_bounds() -> None:
    draw = random.Random(1)
    words = [*"xy(),+-*/^%2 qe|√²⁻⌊⌋π", "sin(", "sin ", "ln", "atan2(", "**", ".5", "1e3", "⁻²", "ˣ", " mod "]
    read = 0
    for _ in range(4000):
        text = "".join(draw.choices(words, k=draw.randint(1, 8)))
        try:
            parse(text, XY).evaluate({"x": X, "y": Y})
            read += 1
        except ExpressionError as error:
            assert 0 <= error.position <= len(text), text
            assert error.length >= 1, text
    assert read > 100


def test_limits_are_where_they_are_said_to_be() -> None:
    assert len(parse("+".join(["x"] * (NODES // 2)), XY).nodes) == NODES - 1
    assert parse("(" * DEPTH + "x" + ")" * DEPTH, XY).evaluate({"x": X}) == X
    assert parse("x" + " " * (LENGTH - 1), XY).evaluate({"x": X}) == X
    for text in ("+".join(["x"] * (NODES // 2 + 1)), "(" * (DEPTH + 1) + "x" + ")" * (DEPTH + 1)):
        with pytest.raises(ExpressionError, match=f"the limit is {NODES}|more than {DEPTH}"):
            parse(text, XY)
    with pytest.raises(ExpressionError, match=f"the limit is {LENGTH}"):
        parse("x" + " " * LENGTH, XY)


def _random_text(draw: random.Random, depth: int) -> str:
    if depth == 0 or draw.random() < 0.15:
        return draw.choice(["x", "y", "2", "0.5", "3"])
    if draw.random() < 0.2:
        return f"({_random_text(draw, depth - 1)})"
    if draw.random() < 0.2:
        return f"-{_random_text(draw, depth - 1)}"
    operator = draw.choice(["+", "-", "*", "/", "%", "**"])
    return f"{_random_text(draw, depth - 1)} {operator} {_random_text(draw, depth - 1)}"


def _python(text: str) -> float:
    """What Python makes of the same text; errors are what IEEE arithmetic would call inf or nan."""
    try:
        value = eval(text, {"__builtins__": {}}, {"x": np.float64(X), "y": np.float64(Y)})
    except (ZeroDivisionError, OverflowError):
        return math.nan
    return math.nan if isinstance(value, complex) else float(value)


def test_operators_bind_as_in_python_and_survive_typesetting() -> None:
    """Typeset text, written back in ASCII, has the value of the tree: no parenthesis is missing."""
    draw = random.Random(2)
    compared = 0
    for _ in range(400):
        text = _random_text(draw, 4)
        tree = parse(text, XY)
        value = tree.evaluate({"x": X, "y": Y})
        with np.errstate(all="ignore"):
            expected = _python(text)
        if math.isfinite(expected) and math.isfinite(value):
            assert value == pytest.approx(expected, rel=1e-12), text
            compared += 1
        assert parse(typeset(tree), XY).evaluate({"x": X, "y": Y}) == pytest.approx(value, rel=1e-9, nan_ok=True), text
        for printed in (typeset(tree), substitute(tree, {"x": X, "y": Y}, digits=15)):
            again = parse(_ascii(printed), XY).evaluate({"x": X, "y": Y})
            assert again == pytest.approx(value, rel=1e-9, nan_ok=True), (text, printed)
    assert compared > 150


def _ascii(printed: str) -> str:
    plain = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻ˣʸ·−", "0123456789-xy*-")
    powered = re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻ˣʸ]+", lambda match: f"^({match[0]})", printed)
    return powered.replace(" mod ", " % ").translate(plain)


def test_names_come_in_order_and_a_parameter_hides_a_constant() -> None:
    assert parse("b*y + a*x + b + e", ("x", "y", "a", "b")).names == ("b", "y", "a", "x")
    assert parse("2*e", ("e",)).evaluate({"e": 5.0}) == 10.0
    assert parse("lambda*x", ("lambda", "x")).evaluate({"lambda": 2.0, "x": 3.0}) == 6.0


@pytest.mark.parametrize("name", ["a", "k1", "beta_2", "lambda", "A"])
def test_parameter_names(name: str) -> None:
    assert check_parameter(name) == name


@pytest.mark.parametrize("name", ["", "x", "y", "e", "pi", "sin", "2a", "_a", "a b", "é", "a" * 21, "a\n"])
def test_impossible_parameter_names_are_refused(name: str) -> None:
    with pytest.raises(SettingError, match="parameter"):
        check_parameter(name)


def test_assignment() -> None:
    name, tree = parse_assignment(" m = beta1*m + (1 - beta1)*g", ("beta1", "m", "g"))
    assert name == "m"
    assert tree.evaluate({"beta1": 0.9, "m": 1.0, "g": 2.0}) == pytest.approx(1.1)


@pytest.mark.parametrize(
    ("text", "position"),
    [("m + g", 0), ("= m", 0), ("m = ", 3), ("m = g + q", 8), ("m == g", 3), ("m = g = g", 6)],
)
def test_a_wrong_assignment_is_refused_at_its_place(text: str, position: int) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_assignment(text, ("m", "g"))
    assert caught.value.position == position
