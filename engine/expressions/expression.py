"""Typed formulas: tokenised, validated, parsed into a tree, and evaluated.

The text is never executed. A strict grammar checks its tokens and locates every error; then Python's parser arranges
numbered placeholders, so that not even a name from the text reaches it.
"""

from __future__ import annotations

import ast
import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, NoReturn, TypeVar

import numpy as np

from engine.contracts import SettingError
from engine.expressions.notation import Token, fault, quote, tokens_of

LENGTH = 2000  # characters
NODES = 500  # numbers, names, operators and calls; limits the time of an evaluation to microseconds
DEPTH = 64  # nested parentheses

T = TypeVar("T")


class Function(NamedTuple):
    """A function of the language: its arguments as written, and its value (IEEE: never an exception)."""

    arguments: str
    value: Callable[..., Any]

    @property
    def arity(self) -> int:
        return self.arguments.count(",") + 1


def _sigmoid(x: float) -> Any:
    small = np.exp(-np.abs(x))  # of -|x|: exp of a large x would overflow
    return np.where(x >= 0.0, 1.0, small) / (1.0 + small)


def _where(c: float, a: float, b: float) -> Any:
    return np.where(np.isnan(c), c, np.where(c > 0.0, a, b))


FUNCTIONS: dict[str, Function] = {
    "sin": Function("x", np.sin),
    "cos": Function("x", np.cos),
    "tan": Function("x", np.tan),
    "asin": Function("x", np.arcsin),
    "acos": Function("x", np.arccos),
    "atan": Function("x", np.arctan),
    "atan2": Function("y, x", np.arctan2),
    "sinh": Function("x", np.sinh),
    "cosh": Function("x", np.cosh),
    "tanh": Function("x", np.tanh),
    "exp": Function("x", np.exp),
    "log": Function("x", np.log),
    "log2": Function("x", np.log2),
    "log10": Function("x", np.log10),
    "sqrt": Function("x", np.sqrt),
    "abs": Function("x", np.abs),
    "sign": Function("x", np.sign),
    "floor": Function("x", np.floor),
    "ceil": Function("x", np.ceil),
    "min": Function("x, y", np.minimum),
    "max": Function("x, y", np.maximum),
    "pow": Function("x, y", np.power),
    "hypot": Function("x, y", np.hypot),
    "sigmoid": Function("x", _sigmoid),
    "where": Function("c, a, b", _where),
}
OPERATORS: dict[str, Callable[..., Any]] = {
    "+": np.add,
    "-": np.subtract,
    "*": np.multiply,
    "/": np.true_divide,
    "%": np.mod,
    "^": np.power,
    "neg": np.negative,
}
CONSTANTS = {"pi": math.pi, "e": math.e}
_ARGUMENTS = {name: function.arguments for name, function in FUNCTIONS.items()}


@dataclass(frozen=True, slots=True)
class Node:
    """A leaf (operation `number` or `name`), or an operation on the results of the `inputs` nodes before it."""

    operation: str
    inputs: int = 0
    value: float = 0.0
    name: str = ""


@dataclass(frozen=True, slots=True)
class Tree:
    """A formula, its nodes in evaluation order (every node follows its inputs)."""

    text: str
    nodes: tuple[Node, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names that need values, in order of appearance."""
        return tuple(dict.fromkeys(node.name for node in self.nodes if node.operation == "name"))

    def fold(self, leaf: Callable[[Node], T], combine: Callable[[Node, Sequence[T]], T]) -> T:
        """Reduce the tree from its leaves to one result, without recursion."""
        stack: list[T] = []
        for node in self.nodes:
            if node.inputs:
                inputs = stack[-node.inputs :]
                stack[-node.inputs :] = [combine(node, inputs)]
            else:
                stack.append(leaf(node))
        return stack[0]

    def evaluate(self, values: Mapping[str, float]) -> float:
        """The value in IEEE arithmetic: inf or nan outside a domain, no exception."""
        with np.errstate(all="ignore"):
            return float(
                self.fold(
                    lambda node: values[node.name] if node.operation == "name" else node.value,
                    lambda node, inputs: apply(node.operation, *inputs),
                )
            )


def apply(operation: str, *inputs: float) -> Any:
    """Apply an operator or function to numbers; the caller silences NumPy's warnings."""
    function = OPERATORS.get(operation) or FUNCTIONS[operation].value
    return function(*map(float, inputs))


def parse(text: str, names: Collection[str]) -> Tree:
    """The tree of a formula in the given names; a name may shadow a constant (e, pi).

    Raises ExpressionError.
    """
    return _parse(text, names, 0)


def parse_assignment(text: str, names: Collection[str]) -> tuple[str, Tree]:
    """A line of an update rule, `m = beta*m + g`: the name on the left and the tree on the right."""
    match = re.match(r"\s*([A-Za-z_]\w*)\s*=", text, re.ASCII)
    if match is None:
        raise fault("a rule starts with a name and =, as in m = beta*m + g", 0, len(text))
    return match[1], _parse(text, names, match.end())


def check_parameter(name: str) -> str:
    """The name, if a formula in x and y can have a parameter of this name. Raises SettingError."""
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_]{0,19}", name):
        raise SettingError(
            f"a parameter's name must be a letter followed by at most 19 letters, digits or _, got {quote(name)}"
        )
    if name in ("x", "y") or name in FUNCTIONS or name in CONSTANTS:
        raise SettingError(f"a parameter cannot be called {name}: that name is reserved")
    return name


def _parse(text: str, names: Collection[str], start: int) -> Tree:
    if len(text) > LENGTH:
        sentence = f"the formula has {len(text)} characters, the limit is {LENGTH}; shorten it"
        raise fault(sentence, LENGTH, len(text) - LENGTH)
    tokens = tokens_of(text, start, names, CONSTANTS, _ARGUMENTS)
    if not tokens:
        raise fault("the formula is empty; try x^2 + y^2", start, max(1, len(text) - start))
    _Grammar(tokens, names).check()
    return Tree(text[start:].strip(), tuple(_nodes(tokens, names)))


class _Grammar:
    """Checks the tokens from left to right and reports the first that cannot stand where it is."""

    def __init__(self, tokens: Sequence[Token], names: Collection[str]) -> None:
        self.tokens = tokens
        self.names = names
        self.open: list[tuple[Token, Token | None, int]] = []  # parenthesis, its function, its commas

    def check(self) -> None:
        size = sum(token.kind in ("number", "name", "operator") for token in self.tokens)
        if size > NODES:
            sentence = f"the formula has {size} numbers, names and operators, the limit is {NODES}; shorten it"
            raise fault(sentence, self.tokens[-1].position, len(self.tokens[-1].text))
        complete = False  # whether the formula could end here
        for index, token in enumerate(self.tokens):
            if token.kind in ("number", "name", "open"):
                if token.kind == "open":
                    self._enter(token, self._called(index))
                complete = token.kind != "open"
            elif token.kind == "operator":
                if not complete and token.text not in ("+", "-"):
                    self._refuse_missing(index)
                complete = False
            else:
                if not complete:
                    self._refuse_missing(index)
                complete = self._separate(token) if token.kind == "comma" else self._leave(token)
        if not complete:
            self._refuse_missing(len(self.tokens))
        if self.open:
            opened = self.open[-1][0]
            close = {"|": "|", "⌊": "⌋", "⌈": "⌉"}.get(opened.source, ")")
            raise fault(f"this {opened.typed} is never closed; add {close}", opened.position, 1)

    def _called(self, index: int) -> Token | None:
        """The function whose arguments the parenthesis at `index` opens."""
        before = self.tokens[index - 1] if index else None
        function = before is not None and before.kind == "name" and before.text in FUNCTIONS
        return before if before and function and before.text not in self.names else None

    def _refuse_missing(self, index: int) -> NoReturn:
        last = self.tokens[-1]
        after = f"after {self.tokens[index - 1].typed}" if index else "at the start"
        end = Token("end", " ", last.position + len(last.source), " ")
        missed = self.tokens[index] if index < len(self.tokens) else end
        if index and self.tokens[index - 1].text == "%":
            after += ", the remainder of a division; 5 % is 5/100"
        raise fault(f"a number, a name or ( is missing {after}", missed.position, len(missed.source))

    def _enter(self, token: Token, function: Token | None) -> None:
        if len(self.open) == DEPTH:
            sentence = f"more than {DEPTH} nested parentheses; simplify the formula"
            raise fault(sentence, token.position, 1)
        self.open.append((token, function, 0))

    def _separate(self, token: Token) -> bool:
        opened, function, commas = self.open.pop() if self.open else (token, None, 0)
        if function is None:
            sentence = "a comma only separates the arguments of a function; the decimal point is ."
            raise fault(sentence, token.position, 1)
        self.open.append((opened, function, commas + 1))
        return False

    def _leave(self, token: Token) -> bool:
        if not self.open:
            raise fault(f"this {token.typed} has no beginning; remove it", token.position, 1)
        _, function, commas = self.open.pop()
        if function is not None and commas + 1 != FUNCTIONS[function.text].arity:
            name, needed = function.text, FUNCTIONS[function.text]
            sentence = f"the function {name} takes {needed.arity} argument{'s' * (needed.arity > 1)}, got {commas + 1}"
            raise fault(f"{sentence}; write {name}({needed.arguments})", function.position, len(function.source))
        return True


_BINARY: dict[type[ast.operator], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.Mod: "%", ast.Pow: "^",
}  # fmt: skip


def _nodes(tokens: Sequence[Token], names: Collection[str]) -> list[Node]:
    """Checked tokens arranged by Python's precedence, as a list in evaluation order."""
    words = {f"t{index}": token.text for index, token in enumerate(tokens)}
    source = " ".join(
        f"t{index}" if token.kind in ("number", "name") else token.text.replace("^", "**")
        for index, token in enumerate(tokens)
    )
    backwards: list[Node] = []
    pending: list[ast.expr] = [ast.parse(source, mode="eval").body]
    while pending:
        match pending.pop():
            case ast.BinOp(left=left, op=operator, right=right):
                backwards.append(Node(_BINARY[type(operator)], 2))
                pending += [left, right]
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                backwards.append(Node("neg", 1))
                pending.append(operand)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                pending.append(operand)
            case ast.Call(func=ast.Name(id=key), args=arguments, keywords=[]):
                name = words[key]
                backwards.append(Node("^" if name == "pow" else name, len(arguments)))
                pending += arguments
            case ast.Name(id=key):
                backwards.append(_leaf(words[key], names))
            case other:
                raise AssertionError(f"the grammar let {type(other).__name__} through")
    return backwards[::-1]


def _leaf(word: str, names: Collection[str]) -> Node:
    if word in names:
        return Node("name", name=word)
    if word in CONSTANTS:
        return Node("number", value=CONSTANTS[word], name=word)
    return Node("number", value=float(word))
