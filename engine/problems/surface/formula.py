"""Typed formulas compiled to bytecode for a small compiled machine that computes value and exact gradient.

The machine works on triples (value, d/dx, d/dy). Instruction i writes register i + 2, registers 0 and 1 are x and y,
and common subexpressions are computed once. Compiling a program takes microseconds: no kernel is built, and a parameter
is one number among the constants.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from engine.contracts import OBJECTIVE, SettingError, inline, kernel
from engine.expressions.expression import Node, Tree, apply, check_parameter, parse
from engine.expressions.notation import ExpressionError

Array = np.ndarray

# A program: [number of instructions, their offset, offset of the result, parameters ..., literals ...,
# (operation, a, b, c) ...]. a, b, c are offsets in the work array or, for an operation with a constant, in
# this array.
HEADER = 3
PARAMETERS = HEADER  # offset of the first parameter
_WORDS = 4
_TRIPLE = 3

# Operations on two or three registers, on a register and a constant, and on one register.
_REGISTERS = ("+", "-", "*", "/", "%", "^", "min", "max", "atan2", "hypot", "where")
_CONSTANT = ("load", "r+c", "r-c", "c-r", "r*c", "r/c", "c/r", "r^c")
_UNARY = (
    "neg", "square", "sqrt", "exp", "log", "sin", "cos", "tan", "tanh", "abs", "sign", "floor", "ceil",
    "asin", "acos", "atan", "sinh", "cosh", "log2", "log10", "sigmoid",
)  # fmt: skip
OPERATIONS = _REGISTERS + _CONSTANT + _UNARY
_CODE = {name: code for code, name in enumerate(OPERATIONS)}
(
    ADD, SUBTRACT, MULTIPLY, DIVIDE, MODULO, POWER, MIN, MAX, ATAN2, HYPOT, WHERE,
    LOAD, ADD_C, SUBTRACT_C, C_SUBTRACT, MULTIPLY_C, DIVIDE_C, C_DIVIDE, POWER_C,
    NEGATE, SQUARE, SQRT, EXP, LOG, SIN, COS, TAN, TANH, ABS, SIGN, FLOOR, CEIL,
    ASIN, ACOS, ATAN, SINH, COSH, LOG2, LOG10, SIGMOID,
) = range(len(OPERATIONS))  # fmt: skip
_COMMUTING = {"+": "r+c", "*": "r*c"}
_RIGHT_CONSTANT = {"+": "r+c", "-": "r-c", "*": "r*c", "/": "r/c", "^": "r^c"}
_LEFT_CONSTANT = {"+": "r+c", "-": "c-r", "*": "r*c", "/": "c/r"}

_LN2 = math.log(2.0)
_LN10 = math.log(10.0)
_MAX_FACTORS = 64.0  # exponent up to which a power is multiplied out


@dataclass(frozen=True, slots=True)
class Program:
    """A formula compiled for `formula_objective`: its `constants` and the size of its `work`."""

    text: str
    tree: Tree
    parameters: Mapping[str, float]
    work_size: int
    _literals: tuple[float, ...]
    _code: tuple[tuple[float, ...], ...]
    _result: int

    @property
    def constants(self) -> Array:
        """The packed program, a new array; parameter k is at PARAMETERS + k, in the order of `parameters`."""
        return self.constants_with({})

    def constants_with(self, changed: Mapping[str, float]) -> Array:
        """The packed program with other values for some parameters."""
        values = {**self.parameters, **changed}
        numbers = [*(values[name] for name in self.parameters), *self._literals]
        header = [len(self._code), HEADER + len(numbers), self._result]
        words = (word for instruction in self._code for word in instruction)
        return np.array([*header, *numbers, *words], dtype=float)


def program(text: str, parameters: Mapping[str, float]) -> Program:
    """Compile a formula in x, y and parameters.

    Raises SettingError for a parameter's name or value, ExpressionError for the text.
    """
    for name, value in parameters.items():
        check_parameter(name)
        if not math.isfinite(value):
            raise SettingError(f"parameter {name} must be a finite number, got {value}")
    tree = parse(text, ("x", "y", *parameters))
    return _Compiler(parameters).compile(tree)


def read_formula(text: str, known: Mapping[str, float], most: int, granted: Collection[str] = ()) -> dict[str, float]:
    """The parameters of a formula: `known` ones that it uses keep their values, new names get 1.

    A new name that probably means something else (xy, X, sinx) is refused unless it is among `granted`. Raises
    ExpressionError for the text, SettingError if there are more than `most`.
    """
    values = dict(known)
    while True:
        try:
            names = program(text, values).tree.names
        except ExpressionError as error:
            fresh = [item.name for item in error.unknown if item.may_be_new and (item.name in granted or not item.sure)]
            if not fresh:
                raise
            if len(values) >= most + len(known):
                raise SettingError(f"a formula has at most {most} parameters; {fresh[0]} is one too many") from None
            values[min(fresh, key=len)] = 1.0  # the shortest first: with a and b known, ab is their product
            continue
        used = {name: values[name] for name in names if name not in ("x", "y")}
        if len(used) > most:
            raise SettingError(f"a formula has at most {most} parameters, got {', '.join(used)}")
        return used


@dataclass(frozen=True, slots=True)
class _Literal:
    value: float


@dataclass(frozen=True, slots=True)
class _Parameter:
    place: int


_Operand = int | _Literal | _Parameter  # an int is the offset of a register in the work array


class _Compiler:
    """Turns a tree into instructions, with constant folding."""

    def __init__(self, parameters: Mapping[str, float]) -> None:
        self.parameters = dict(parameters)
        self.literals: dict[str, int] = {}  # hexadecimal, so that 0.0 and -0.0 differ -> offset
        self.code: dict[tuple[int, ...], int] = {}  # instruction -> offset of its result

    def compile(self, tree: Tree) -> Program:
        with np.errstate(all="ignore"):
            result = self._register(tree.fold(self._leaf, self._combine))
        return Program(
            tree.text,
            tree,
            self.parameters,
            _TRIPLE * (2 + len(self.code)),
            tuple(map(float.fromhex, self.literals)),
            tuple(self.code),
            result,
        )

    def _leaf(self, node: Node) -> _Operand:
        if node.operation == "number":
            return _Literal(node.value)
        if node.name in self.parameters:
            return _Parameter(PARAMETERS + list(self.parameters).index(node.name))
        return _TRIPLE * ("x", "y").index(node.name)

    def _combine(self, node: Node, inputs: Sequence[_Operand]) -> _Operand:
        literals = [item.value for item in inputs if isinstance(item, _Literal)]
        if len(literals) == len(inputs):
            return _Literal(float(apply(node.operation, *literals)))
        if len(inputs) == 2:
            return self._pair(node.operation, *inputs)
        return self._emit(node.operation, *map(self._register, inputs))

    def _pair(self, operation: str, left: _Operand, right: _Operand) -> _Operand:
        if operation == "^" and right == _Literal(2.0):
            return self._emit("square", self._register(left))
        if operation == "*" and left == right:
            return self._emit("square", self._register(left))
        if isinstance(left, int) and not isinstance(right, int) and operation in _RIGHT_CONSTANT:
            return self._emit(_RIGHT_CONSTANT[operation], left, self._constant(right))
        if isinstance(right, int) and not isinstance(left, int) and operation in _LEFT_CONSTANT:
            return self._emit(_LEFT_CONSTANT[operation], right, self._constant(left))
        return self._emit(operation, self._register(left), self._register(right))

    def _register(self, operand: _Operand) -> int:
        return operand if isinstance(operand, int) else self._emit("load", self._constant(operand))

    def _constant(self, operand: _Literal | _Parameter) -> int:
        if isinstance(operand, _Parameter):
            return operand.place
        first = PARAMETERS + len(self.parameters)
        return self.literals.setdefault(operand.value.hex(), first + len(self.literals))

    def _emit(self, operation: str, *places: int) -> int:
        instruction = (_CODE[operation], *places, *[0] * (_WORDS - 1 - len(places)))
        return self.code.setdefault(instruction, _TRIPLE * (2 + len(self.code)))


@inline
def _times(slope, rate):
    """slope * rate of the chain rule, 0 where either is 0, even if the other is infinite."""
    product = slope * rate
    return product if slope != 0.0 and rate != 0.0 else 0.0


@inline
def _floor(x):
    """The largest integer not above x."""
    # From 2^52 on every number is an integer; inf and nan stay as they are.
    if not abs(x) < 4503599627370496.0:
        return x
    whole = float(int(x))
    return whole - 1.0 if whole > x else whole


@inline
def _whole_power(x, n):
    """x to an integer power n from 0 to _MAX_FACTORS, by multiplication."""
    power = 1.0
    factor = x
    left = int(n)
    while left > 0:
        if left & 1:
            power *= factor
        factor *= factor
        left >>= 1
    return power


@inline
def _power(x, n):
    """(x^n, its derivative with respect to x) for a constant n."""
    size = abs(n)
    if size <= _MAX_FACTORS and size == _floor(size):
        if n == 0.0:
            return 1.0, 0.0
        if n > 0.0:
            below = _whole_power(x, n - 1.0)
            return below * x, n * below
        above = 1.0 / _whole_power(x, size)
        return above, n * above / x
    return math.pow(x, n), n * math.pow(x, n - 1.0)


@kernel(OBJECTIVE)
def formula_objective(theta, grad, stream, constants, work):
    """Run a program at theta = (x, y): constants is the packed program, work holds its registers.

    Where a derivative does not exist it is 0 (sign, abs, floor at a jump; an infinite slope of an unchanging argument),
    or the mean of both sides (min, max of equals).
    """
    work[0] = theta[0]
    work[1] = 1.0
    work[2] = 0.0
    work[3] = theta[1]
    work[4] = 0.0
    work[5] = 1.0
    at = int(constants[1])
    end = at + _WORDS * int(constants[0])
    out = 2 * _TRIPLE
    while at < end:
        operation = int(constants[at])
        a = int(constants[at + 1])
        b = int(constants[at + 2])
        value = 0.0
        dx = 0.0
        dy = 0.0
        if operation < LOAD:
            u = work[a]
            v = work[b]
            # The differential of the result is left * du + right * dv.
            left = 0.0
            right = 0.0
            if operation == ADD:
                value = u + v
                left = 1.0
                right = 1.0
            elif operation == SUBTRACT:
                value = u - v
                left = 1.0
                right = -1.0
            elif operation == MULTIPLY:
                value = u * v
                left = v
                right = u
            elif operation == DIVIDE:
                value = u / v
                left = 1.0 / v
                right = -value / v
            elif operation == MODULO:
                value = u % v
                left = 1.0
                right = -_floor(u / v)
            elif operation == POWER:
                value, left = _power(u, v)
                right = _times(value, math.log(u))
            elif operation in (MIN, MAX):
                larger = u > v
                if u == v:
                    left = 0.5
                elif larger == (operation == MAX):
                    left = 1.0
                right = 1.0 - left
                value = u if left > 0.0 else v
                if u != u or v != v:
                    value = math.nan
            elif operation == ATAN2:
                value = math.atan2(u, v)
                square = u * u + v * v
                if square > 0.0:
                    left = v / square
                    right = -u / square
            elif operation == HYPOT:
                value = math.hypot(u, v)
                if value > 0.0:
                    left = u / value
                    right = v / value
            else:
                c = int(constants[at + 3])
                if u > 0.0:
                    value = v
                    right = 1.0
                elif u <= 0.0:
                    value = work[c]
                    dx = work[c + 1]
                    dy = work[c + 2]
                else:
                    value = math.nan
            dx += _times(left, work[a + 1]) + _times(right, work[b + 1])
            dy += _times(left, work[a + 2]) + _times(right, work[b + 2])
        elif operation == LOAD:
            value = constants[a]
        else:
            u = work[a]
            slope = 1.0
            if operation == ADD_C:
                value = u + constants[b]
            elif operation == SUBTRACT_C:
                value = u - constants[b]
            elif operation == C_SUBTRACT:
                value = constants[b] - u
                slope = -1.0
            elif operation == MULTIPLY_C:
                slope = constants[b]
                value = u * slope
            elif operation == DIVIDE_C:
                value = u / constants[b]
                slope = 1.0 / constants[b]
            elif operation == C_DIVIDE:
                value = constants[b] / u
                slope = -value / u
            elif operation == POWER_C:
                value, slope = _power(u, constants[b])
            elif operation == NEGATE:
                value = -u
                slope = -1.0
            elif operation == SQUARE:
                value = u * u
                slope = 2.0 * u
            elif operation == SQRT:
                value = math.sqrt(u)
                slope = 0.5 / value
            elif operation == EXP:
                value = math.exp(u)
                slope = value
            elif operation == LOG:
                value = math.log(u)
                slope = 1.0 / u
            elif operation == SIN:
                value = math.sin(u)
                slope = math.cos(u)
            elif operation == COS:
                value = math.cos(u)
                slope = -math.sin(u)
            elif operation == TAN:
                value = math.tan(u)
                slope = 1.0 + value * value
            elif operation == TANH:
                value = math.tanh(u)
                small = math.exp(-2.0 * abs(u))
                slope = 4.0 * small / ((1.0 + small) * (1.0 + small))
            elif operation == ABS:
                value = abs(u)
                slope = 1.0 if u > 0.0 else -1.0 if u < 0.0 else 0.0
            elif operation == SIGN:
                value = 1.0 if u > 0.0 else -1.0 if u < 0.0 else u
                slope = 0.0
            elif operation == FLOOR:
                value = _floor(u)
                slope = 0.0
            elif operation == CEIL:
                value = -_floor(-u)
                slope = 0.0
            elif operation == ASIN:
                value = math.asin(u)
                slope = 1.0 / math.sqrt((1.0 - u) * (1.0 + u))
            elif operation == ACOS:
                value = math.acos(u)
                slope = -1.0 / math.sqrt((1.0 - u) * (1.0 + u))
            elif operation == ATAN:
                value = math.atan(u)
                slope = 1.0 / (1.0 + u * u)
            elif operation == SINH:
                value = math.sinh(u)
                slope = math.cosh(u)
            elif operation == COSH:
                value = math.cosh(u)
                slope = math.sinh(u)
            elif operation == LOG2:
                value = math.log2(u)
                slope = 1.0 / (u * _LN2)
            elif operation == LOG10:
                value = math.log10(u)
                slope = 1.0 / (u * _LN10)
            elif operation == SIGMOID:
                small = math.exp(-abs(u))
                value = (1.0 if u >= 0.0 else small) / (1.0 + small)
                slope = small / ((1.0 + small) * (1.0 + small))
            dx = _times(slope, work[a + 1])
            dy = _times(slope, work[a + 2])
        work[out] = value
        work[out + 1] = dx
        work[out + 2] = dy
        out += _TRIPLE
        at += _WORDS
    result = int(constants[2])
    grad[0] = work[result + 1]
    grad[1] = work[result + 2]
    return work[result]
