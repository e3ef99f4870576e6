"""The expression machine: values against NumPy, derivatives against independent differentiation."""

from __future__ import annotations

import ctypes
import itertools
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pytest
from numpy import abs as absolute
from numpy import cos, exp, log, log2, log10, sin, sqrt, tan, tanh

from engine.contracts import SettingError
from engine.expressions.expression import FUNCTIONS, NODES, OPERATORS
from engine.expressions.notation import ExpressionError
from engine.problems.surface.formula import OPERATIONS, PARAMETERS, Program, formula_objective, program, read_formula
from tests.each import each

POINTS = [(1.3, 0.7), (-0.8, 0.45), (0.37, -1.9), (-2.4, -0.15), (0.91, 2.6)]
POSITIVE = [(abs(x), abs(y)) for x, y in POINTS]
INSIDE = [(x / 3.0, y / 3.0) for x, y in POINTS]
A, K = 0.6, 3.0


def run(formula: Program, x: float, y: float, constants: Any = None) -> tuple[float, float, float]:
    """(value, d/dx, d/dy) of a program at a point, straight from the kernel."""
    packed = formula.constants if constants is None else constants
    theta, grad, work = np.array([x, y]), np.empty(2), np.empty(formula.work_size)
    call = ctypes.CFUNCTYPE(ctypes.c_double, *[ctypes.c_void_p] * 5)(formula_objective.address)
    arrays = (theta, grad, np.zeros(8, np.int64), packed, work)
    value = call(*(array.ctypes.data for array in arrays))
    return value, float(grad[0]), float(grad[1])


# Analytic formulas beside the same mathematics in NumPy: the derivative is the complex step.
SMOOTH: dict[str, tuple[Callable, list[tuple[float, float]]]] = {
    "(1 - x)^2 + 100*(y - x^2)^2": (lambda x, y: (1 - x) ** 2 + 100 * (y - x**2) ** 2, POINTS),
    "x - y + 3 - x*y": (lambda x, y: x - y + 3 - x * y, POINTS),
    "x^3 - 3*x*y^2 + 2": (lambda x, y: x**3 - 3 * x * y**2 + 2, POINTS),
    "x^20/1e5 + y^-3 + x^0": (lambda x, y: x**20 / 1e5 + y**-3 + 1, POINTS),
    "x^65 + y^-70": (lambda x, y: exp(65 * log(x)) + exp(-70 * log(y)), POSITIVE),
    "x/y + 1/(2 + x^2) + y/4": (lambda x, y: x / y + 1 / (2 + x**2) + y / 4, POINTS),
    "a*x^2 + y^k/(2*a^2) - k/x": (lambda x, y: A * x**2 + y**3 / (2 * A**2) - K / x, POINTS),
    "(x - a)*(k - y)": (lambda x, y: (x - A) * (K - y), POINTS),
    "20 + x^2 - 10*cos(2*pi*x) + y^2 - 10*cos(2*pi*y)": (
        lambda x, y: 20 + x**2 - 10 * cos(2 * np.pi * x) + y**2 - 10 * cos(2 * np.pi * y), POINTS,
    ),
    "-20*exp(-0.2*sqrt(0.5*(x^2 + y^2))) + e": (
        lambda x, y: -20 * exp(-0.2 * sqrt(0.5 * (x**2 + y**2))) + np.e, POINTS,
    ),
    "sin(x + y)*tan(x/2)*exp(-y)": (lambda x, y: sin(x + y) * tan(x / 2) * exp(-y), POINTS),
    "log(x)*log2(y) + log10(x*y)": (lambda x, y: log(x) * log2(y) + log10(x * y), POSITIVE),
    "x^y + 2^x + y^0.3": (lambda x, y: x**y + 2**x + y**0.3, POSITIVE),
    "tanh(3*x)*sinh(y)*cosh(x - y)": (lambda x, y: tanh(3 * x) * np.sinh(y) * np.cosh(x - y), POINTS),
    "asin(x)*acos(y) + atan(4*x*y)": (
        lambda x, y: np.arcsin(x) * np.arccos(y) + np.arctan(4 * x * y), INSIDE,
    ),
    "sigmoid(2*x - y)": (lambda x, y: 1 / (1 + exp(y - 2 * x)), POINTS),
    "hypot(x, 2*y)": (lambda x, y: sqrt(x**2 + 4 * y**2), POINTS),
    "sin(x)*sin(x)*sin(x) + (x*y)^2*(x*y)": (lambda x, y: sin(x) ** 3 + (x * y) ** 3, POINTS),
    "where(a, x*y, 5)": (lambda x, y: x * y, POINTS),
    "7": (lambda x, y: 7.0, POINTS),
    "k - a": (lambda x, y: K - A, POINTS),
    "y": (lambda x, y: y, POINTS),
}  # fmt: skip

# Formulas with a kink somewhere: the derivative is a central difference between kinks.
KINKED: dict[str, Callable] = {
    "abs(x)*3 - abs(x*y)": lambda x, y: absolute(x) * 3 - absolute(x * y),
    "sqrt(abs(y - 0.01*x^2)) + abs(x + 10)": lambda x, y: sqrt(absolute(y - 0.01 * x**2)) + absolute(x + 10),
    "min(x^2, y) + max(x, 2*y)*x": lambda x, y: np.minimum(x**2, y) + np.maximum(x, 2 * y) * x,
    "where(x - y, x*y, x^2 + y)": lambda x, y: x * y if x > y else x**2 + y,
    "floor(3*x)*y + ceil(y)*x + sign(x)*y": lambda x, y: np.floor(3 * x) * y + np.ceil(y) * x + np.sign(x) * y,
    "(4*x) % 3 + x % (y + 4)": lambda x, y: np.mod(4 * x, 3) + np.mod(x, y + 4),
    "atan2(y, x)*x": lambda x, y: np.arctan2(y, x) * x,
}


def named(text: str) -> Program:
    return program(text, {"a": A, "k": K})


@pytest.mark.parametrize("text", SMOOTH)
def test_value_and_derivatives_equal_the_complex_step(text: str) -> None:
    formula, (function, points) = named(text), SMOOTH[text]
    step = 1e-200
    for x, y in points:
        value, dx, dy = run(formula, x, y)
        # Complex from the start: of a complex number NumPy takes the powers and logarithms that we test.
        expected = [
            np.real(function(complex(x), complex(y))),
            np.imag(function(complex(x, step), complex(y))) / step,
            np.imag(function(complex(x), complex(y, step))) / step,
        ]
        assert [value, dx, dy] == pytest.approx(expected, rel=1e-12, abs=1e-14)


@pytest.mark.parametrize("text", KINKED)
def test_between_kinks_derivatives_equal_central_differences(text: str) -> None:
    formula, function, step = named(text), KINKED[text], 1e-6
    for x, y in POINTS:
        value, dx, dy = run(formula, x, y)
        assert value == pytest.approx(function(x, y), rel=1e-14)
        along = (function(x + step, y) - function(x - step, y)) / (2 * step)
        across = (function(x, y + step) - function(x, y - step)) / (2 * step)
        assert (dx, dy) == pytest.approx((along, across), rel=1e-7, abs=1e-8)


@each("text", [*SMOOTH, *KINKED])
def test_machine_and_tree_agree(text: str) -> None:
    formula = named(text)
    for x, y in POINTS:
        expected = formula.tree.evaluate({"x": x, "y": y, "a": A, "k": K})
        assert run(formula, x, y)[0] == pytest.approx(expected, rel=1e-13, nan_ok=True)


def test_every_operation_of_the_machine_is_compared() -> None:
    used = {OPERATIONS[int(step[0])] for text in (*SMOOTH, *KINKED) for step in named(text)._code}
    assert used == set(OPERATIONS)


SPECIAL = (-math.inf, -1e300, -2.5, -1.0, -0.0, 0.0, 0.4, 1.0, 3.0, 1e17, math.inf, math.nan)


@each("name", [*FUNCTIONS, *OPERATORS])
def test_outside_a_domain_the_machine_says_what_the_tree_says(name: str) -> None:
    if name in FUNCTIONS:
        text = f"{name}({', '.join(['x', 'y', 'x - y'][: FUNCTIONS[name].arity])})"
    else:
        text = "-x" if name == "neg" else f"x {name} y"
    formula = program(text, {})
    for x, y in itertools.product(SPECIAL, repeat=2):
        expected = formula.tree.evaluate({"x": x, "y": y})
        assert run(formula, x, y)[0] == pytest.approx(expected, rel=1e-14, nan_ok=True), (x, y)


@pytest.mark.parametrize(
    ("text", "point", "gradient"),
    [
        ("-20*exp(-0.2*sqrt(0.5*(x^2 + y^2))) - exp(0.5*(cos(2*pi*x) + cos(2*pi*y)))", (0, 0), (0, 0)),
        ("-(1 + cos(12*sqrt(x^2 + y^2)))/(0.5*(x^2 + y^2) + 2)", (0, 0), (0, 0)),
        ("100*sqrt(abs(y - 0.01*x^2)) + 0.01*abs(x + 10)", (-10, 1), (0, 0)),
        ("abs(x) + 2*abs(y)", (0, 0), (0, 0)),
        ("abs(x) + 2*abs(y)", (-0.0, 3), (0, 2)),
        ("x*sqrt(x) + y", (0, 0), (0, 1)),
        ("sqrt(x^2)", (0, 0), (0, 0)),
        ("(x^2)^0.5 + (y^2)^0.25", (0, 0), (0, 0)),
        ("log(x^2 + 1)*log(y)", (0, 1), (0, 0)),
        ("hypot(x, y)", (0, 0), (0, 0)),
        ("atan2(y, x)", (0, 0), (0, 0)),
        ("max(x, y)", (2, 2), (0.5, 0.5)),
        ("max(x, -x)", (0, 0), (0, 0)),
        ("min(x, 3)", (3, 0), (0.5, 0)),
        ("acos(x) + asin(y^2)", (0, 0), (-1, 0)),
        ("asin(1 - x^2)", (0, 0), (0, 0)),
        ("where(x, y, 3*y)", (0, 0), (0, 3)),
        ("x^y", (0, 2), (0, 0)),
        ("x^2 + y^3", (-3, -2), (-6, 12)),
        ("x^-1 + y^-2", (-2, -1), (-0.25, 2)),
        ("sin(x)^20", (0, 0), (0, 0)),
        ("floor(x) + sign(y) + ceil(x)", (2, 0), (0, 0)),
    ],
)
def test_gradient_at_kinks_and_special_points(text: str, point: tuple, gradient: tuple) -> None:
    assert run(program(text, {}), *map(float, point))[1:] == pytest.approx(gradient, abs=1e-300)


@pytest.mark.parametrize("x", [-1.1, 3.7, 1e-9, -7e5])
def test_whole_powers_are_products(x: float) -> None:
    assert run(program("x^2", {}), x, 0.0) == (x * x, 2.0 * x, 0.0)
    assert run(program("x^n", {"n": 2.0}), x, 0.0) == (x * x, 2.0 * x, 0.0)
    assert run(program("x**3", {}), x, 0.0) == (x * x * x, 3.0 * (x * x), 0.0)


def test_flat_tails_keep_a_gradient() -> None:
    """1 - tanh^2 and s (1 - s) would be rounded to 0 long before they are."""
    assert run(program("tanh(x)", {}), 25.0, 0.0)[1] == pytest.approx(4.0 * math.exp(-50.0), rel=1e-12)
    assert run(program("sigmoid(x)", {}), 50.0, 0.0)[1] == pytest.approx(math.exp(-50.0), rel=1e-12)


def test_nan_and_overflow_come_out() -> None:
    assert math.isnan(run(program("min(x, 3) + 0*y", {}), math.nan, 0.0)[0])
    assert math.isnan(run(program("(x - 8)^(1/3)", {}), 0.0, 0.0)[0])
    assert run(program("exp(x)*y^2", {}), 800.0, 2.0)[0] == math.inf
    assert run(program("9^9^9^9 + x", {}), 1.0, 0.0)[:2] == (math.inf, 1.0)


@pytest.mark.parametrize("values", [{"a": -1.5}, {"k": 2.0}, {"a": 0.25, "k": 0.5}])
def test_a_parameter_is_one_number_of_the_constants(values: Mapping[str, float]) -> None:
    text = "a*x^2 + abs(y)^k/(2*a^2) + sin(k)*x"
    formula, fresh = named(text), program(text, {"a": A, "k": K, **values})
    written = formula.constants
    for name, value in values.items():
        written[PARAMETERS + list(formula.parameters).index(name)] = value
    assert np.array_equal(written, formula.constants_with(values))
    assert run(formula, 1.3, -0.7, written) == run(fresh, 1.3, -0.7)
    assert run(formula, 1.3, -0.7) == run(named(text), 1.3, -0.7)


def test_equal_parts_are_computed_once() -> None:
    once = program("sin(x*y + 1)", {})
    assert program("sin(x*y + 1)", {}).work_size == once.work_size
    assert program("sin(x*y + 1)*sin(x*y + 1)", {}).work_size == once.work_size + 3
    assert program("x + 2*pi*(3 - 1)", {}).work_size == program("x + 1", {}).work_size


def test_zero_keeps_its_sign_among_the_literals() -> None:
    assert run(program("(x + 0)*0 + 1/(x*-0)", {}), 1.0, 0.0)[0] == -math.inf


def test_the_longest_formula_runs() -> None:
    terms = NODES // 4
    formula = program("+".join(f"x*{number}" for number in range(1, terms + 1)), {})
    assert run(formula, 2.0, 0.0) == (terms * (terms + 1.0), terms * (terms + 1) / 2.0, 0.0)


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"x": 1.0}, "cannot be called x"),
        ({"sin": 1.0}, "called sin"),
        ({"2a": 1.0}, "'2a'"),
        ({"a": math.nan}, "nan"),
    ],
)
def test_wrong_parameters_are_refused(parameters: dict[str, float], words: str) -> None:
    with pytest.raises(SettingError, match=words):
        program("x^2", parameters)


def test_a_wrong_formula_is_refused_at_its_place() -> None:
    with pytest.raises(ExpressionError, match="available: x, y, a, pi, e") as caught:
        program("a*x^2 + zz*y", {"a": 1.0})
    assert caught.value.position == 8


def test_a_new_name_becomes_a_parameter_and_an_accident_does_not() -> None:
    assert read_formula("a*x^2 + alpha y", {"a": 2.0, "b": 3.0}, 8) == {"a": 2.0, "alpha": 1.0}
    for text in ("xy", "X + y", "Pi*x", "sinx", "a*x + ax", "x2 + y"):
        with pytest.raises(ExpressionError, match="did you mean"):
            read_formula(text, {}, 8)
    assert read_formula("xy + X", {}, 8, granted=("xy", "X")) == {"xy": 1.0, "X": 1.0}
    assert read_formula("xy", {"xy": 4.0}, 8) == {"xy": 4.0}
    with pytest.raises(SettingError, match="at most 1 parameters"):
        read_formula("a*x + b*y", {}, 1)


def test_what_is_implied_computes_the_same_bits() -> None:
    plain = program("(1 - x)^2 + 100*(y - x^2)^2 + abs(x)", {})
    implied = program("(1 - x)² + 100(y − x²)² + |x|", {})
    assert np.array_equal(plain.constants, implied.constants)
