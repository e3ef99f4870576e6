"""The update rule in print, with the live numbers of a run's next step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.contracts import Value
from engine.expressions.typesetting import substitute, symbol, typeset
from engine.optimizers import OPTIMIZERS, Optimizer
from engine.training.peek import Peek


@dataclass(frozen=True, slots=True)
class Line:
    """One assignment of the rule: its name, the formula, the formula with numbers, and the value."""

    name: str
    formula: str
    numbers: str
    value: float


def explain(peek: Peek, coordinate: int, digits: int = 4) -> tuple[Line, ...]:
    """The update rule of the run's optimizer for one coordinate of theta, from its declaration.

    A case distinction is shown as the branch taken. The last line is the step, without decoupled weight decay, which
    shrinks theta before it.
    """
    choice = peek.settings.optimizer
    entry = OPTIMIZERS[choice.kind]
    values = {knob.name: float(choice.values[knob.name]) for knob in entry.knobs[: entry.own]}  # type: ignore[arg-type]
    values |= {"t": float(peek.since_optimizer + 1)}
    known = dict(values)
    values |= {name: float(peek.slots[name][coordinate]) for name in entry.slots}
    values |= {
        "g": float(peek.gradient[coordinate]),
        "theta": float(peek.theta[coordinate]),
        "eta": peek.rate,
    }
    known |= _temporaries(entry, values)
    symbols = _symbols(entry)
    lines = []
    for name, tree in entry.assignments(known):
        numbers = substitute(tree, values, digits)
        values[name] = tree.evaluate(values)
        lines.append(Line(symbol(name), f"{symbol(name)} = {typeset(tree, symbols)}", numbers, values[name]))
    return tuple(lines)


def _temporaries(entry: Optimizer, values: Mapping[str, float]) -> dict[str, float]:
    """The rule's intermediate values. Without the slots, which have two values in one rule."""
    after = dict(values)
    for name, tree in entry.assignments():
        after[name] = tree.evaluate(after)
    return {name: value for name, value in after.items() if name not in values}


def formula(kind: str, values: Mapping[str, Value] | None = None) -> tuple[str, ...]:
    """An optimizer's rule in print, one line per assignment; given `values`, with its switches resolved, from the
    second update on.
    """
    entry = OPTIMIZERS[kind]
    known = {name: float(value) for name, value in (values or {}).items() if isinstance(value, bool)}
    if values is not None:
        known["t"] = 2.0
    symbols = _symbols(entry)
    return tuple(f"{symbol(name)} = {typeset(tree, symbols)}" for name, tree in entry.assignments(known))


def _symbols(entry: Optimizer) -> dict[str, str]:
    return {knob.name: knob.symbol for knob in entry.knobs if knob.symbol}
