"""The update rule with live numbers in it, line by line, for the step a run is about to take."""

from __future__ import annotations

from dataclasses import dataclass

from engine.expressions import parse_assignment, substitute, symbol, typeset
from engine.optimizers import OPTIMIZERS
from engine.run import Peek


@dataclass(frozen=True, slots=True)
class Line:
    """One assignment of the rule: its name, as a formula, with numbers, and its value."""

    name: str
    formula: str
    numbers: str
    value: float


def explain(peek: Peek, coordinate: int, digits: int = 4) -> tuple[Line, ...]:
    """The rule of the run's optimizer for one coordinate of theta, read from its declaration.

    The last line is the step without decoupled weight decay, which shrinks theta before it.
    """
    choice = peek.settings.optimizer
    entry = OPTIMIZERS[choice.kind]
    values = {knob.name: float(choice.values[knob.name]) for knob in entry.knobs[: entry.own]}  # type: ignore[arg-type]
    values |= {name: float(peek.slots[name][coordinate]) for name in entry.slots}
    values |= {
        "g": float(peek.gradient[coordinate]),
        "theta": float(peek.theta[coordinate]),
        "eta": peek.rate,
        "t": float(peek.since_optimizer + 1),
    }
    symbols = {knob.name: knob.symbol for knob in entry.knobs if knob.symbol}
    lines = []
    for text in entry.rule:
        name, tree = parse_assignment(text, tuple(values))
        numbers = substitute(tree, values, digits)
        shown = "Δθ" if name == "step" else symbol(name)
        values[name] = tree.evaluate(values)
        lines.append(Line(shown, f"{shown} = {typeset(tree, symbols)}", numbers, values[name]))
    return tuple(lines)


def formula(kind: str) -> tuple[str, ...]:
    """An optimizer's rule in print, a line an assignment."""
    entry = OPTIMIZERS[kind]
    symbols = {knob.name: knob.symbol for knob in entry.knobs if knob.symbol}
    names = [knob.name for knob in entry.knobs[: entry.own]] + [*entry.slots, "g", "theta", "eta", "t"]
    lines = []
    for text in entry.rule:
        name, tree = parse_assignment(text, names)
        names.append(name)
        lines.append(f"{'Δθ' if name == 'step' else symbol(name)} = {typeset(tree, symbols)}")
    return tuple(lines)
