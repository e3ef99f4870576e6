"""Printed formulas: in symbols, and with numbers."""

from __future__ import annotations

import math

import pytest

from engine.expressions.expression import parse
from engine.expressions.typesetting import print_signs, substitute, symbol, typeset

NAMES = (
    "m", "v", "g", "a", "b", "t", "x", "y", "beta1", "beta2", "mhat", "vhat", "eta", "eps", "theta",
    "v_max", "gbar",
)  # fmt: skip
PRINTED = {
    "beta1*m + (1 - beta1)*g": "β₁·m + (1 − β₁)·g",
    "v + (1 - beta2)*g^2": "v + (1 − β₂)·g²",
    "m/(1 - beta1^t)": "m/(1 − β₁ᵗ)",
    "-eta*mhat/(sqrt(vhat) + eps)": "−η·m̂/(√(v̂) + ε)",
    "theta - eta*gbar": "θ − η·ḡ",
    "max(v_max, v)": "max(vₘₐₓ, v)",
    "abs(x - y)": "|x − y|",
    "floor(x)": "⌊x⌋",
    "x^-2 + x^(t + 1) + x^0.5": "x⁻² + x^(t + 1) + x^(0.5)",
    "(x^2)^3": "(x²)³",
    "(-x)^2": "(−x)²",
    "a - (b + x)": "a − (b + x)",
    "a/(b*x)": "a/(b·x)",
    "a*(b/x)": "a·(b/x)",
    "a*-b": "a·(−b)",
    "a + -b*x": "a + (−b·x)",
    "where(g, a, b)": "where(g > 0, a, b)",
    "2.5e-7*x + 1e-8": "2.5·10⁻⁷·x + 10⁻⁸",
    "sin(x)^2*exp(-y)": "sin(x)²·exp(−y)",
    "2*pi*x": "2·π·x",
}


@pytest.mark.parametrize("text", PRINTED)
def test_typeset(text: str) -> None:
    assert typeset(parse(text, NAMES)) == PRINTED[text]


@pytest.mark.parametrize(
    ("text", "printed"),
    {
        "beta1*m + (1 - beta1)*g": "0.9·0.0123 + (1 − 0.9)·(−2.1)",
        "m/(1 - beta1^t)": "0.0123/(1 − 0.9¹²³⁴⁵)",
        "g^2": "(−2.1)²",
        "-g": "−(−2.1)",
        "a*eps": "a·10⁻⁸",
        "x*v": "x·(1.235·10⁻⁹)",
        "mhat + vhat": "NaN + (−∞)",
        "b - y": "0 − 0",
    }.items(),
)
def test_substitute(text: str, printed: str) -> None:
    values = {
        "m": 0.0123, "g": -2.1, "beta1": 0.9, "t": 12345.0, "eps": 1e-8, "v": 1.23456e-9, "mhat": math.nan,
        "vhat": -math.inf, "b": 0.0, "y": -0.0,
    }  # fmt: skip
    assert substitute(parse(text, NAMES), values) == printed


def test_digits_and_own_symbols() -> None:
    tree = parse("a*b", NAMES)
    assert substitute(tree, {"a": 1 / 3}, digits=2, symbols={"b": "β"}) == "0.33·β"
    assert typeset(tree, {"a": "η₀"}) == "η₀·b"


def test_symbol() -> None:
    printed = {"beta12": "β₁₂", "rho": "ρ", "step": "Δθ", "momentum": "momentum", "u_k": "uₖ"}
    assert {name: symbol(name) for name in printed} == printed


@pytest.mark.parametrize(
    ("text", "printed"),
    {
        "1 / (1 + e^-z)": "1 / (1 + e⁻ᶻ)",
        "mean((o - y)^2)/2": "mean((o − y)²)/2",
        "W ~ U(-a, a), a = √(6 / (inputs + units))": "W ~ U(−a, a), a = √(6 / (inputs + units))",
        "max(z, 0.01 z)": "max(z, 0.01 z)",
        "x^12*y^(a+1)": "x¹²·y^(a+1)",
        "log-cosh": "log-cosh",
    }.items(),
)
def test_a_formula_for_the_eye_gets_the_signs_of_print(text: str, printed: str) -> None:
    assert print_signs(text) == printed
