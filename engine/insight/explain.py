"""The update rule in print, with the live numbers of a run's next step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from engine.blocks import Block
from engine.contracts import Value
from engine.expressions.typesetting import substitute, symbol, typeset
from engine.optimizers import OPTIMIZERS, Optimizer
from engine.optimizers.catalogue import MatrixRule
from engine.training.peek import Peek

_MATRICES, _OTHERS = "Of a matrix G, or the point on a surface:", "Of everything else:"


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
    shrinks theta before it, and with the rate of its layer if that has one of its own. Of a block that the optimizer
    takes as a matrix the lines tell its shape and its largest and smallest singular value, and the values are those of
    the coordinate.
    """
    place, block = next((k, block) for k, block in enumerate(peek.problem.blocks) if coordinate < block.stop)
    lines = _rule_lines(peek, block, coordinate, digits)
    rate = float(peek.block_rates[place])
    if rate == 1.0:
        return lines
    step, value = lines[-1], rate * lines[-1].value if rate else 0.0
    numbers = f"{rate:.{digits}g} · {step.value:.{digits}g}".replace("-", "−")
    return *lines, Line(step.name, f"{step.name} = rate of the layer · {step.name}", numbers, value)


def _rule_lines(peek: Peek, block: Block, coordinate: int, digits: int) -> tuple[Line, ...]:
    choice = peek.settings.optimizer
    entry = OPTIMIZERS[choice.kind]
    chosen = {name: peek.driven.get(f"optimizer.{name}", value) for name, value in choice.values.items()}
    if entry.matrix is not None and entry.matrix.takes(chosen, block.role):
        return _matrix_lines(entry.matrix, chosen, peek, block, coordinate, digits)
    values = {knob.name: knob.pack(chosen[knob.name])[0] for knob in entry.knobs[: entry.own]}
    values |= {"t": float(peek.since_optimizer + 1)}
    known = dict(values)
    values |= {name: float(peek.slots[name][coordinate]) for name in entry.slots}
    values |= {
        "g": float(peek.gradient[coordinate]),
        "theta": float(peek.theta[coordinate]),
        "eta": peek.rate,
        "norm": peek.gradient_norm,
    }
    values |= {name: float(peek.buffers[name][coordinate]) for name in entry.buffers}
    known |= _temporaries(entry, values)
    symbols = _symbols(entry)
    lines = []
    given = _given(entry)
    for name, tree in entry.assignments(known):
        for read in (read for read in tree.names if read in given):
            lines.append(Line(symbol(read), given.pop(read), "the gradient there, on the same batch", values[read]))
        numbers = substitute(tree, values, digits)
        values[name] = tree.evaluate(values)
        lines.append(Line(symbol(name), f"{symbol(name)} = {typeset(tree, symbols)}", numbers, values[name]))
    return tuple(lines)


def _given(entry: Optimizer) -> dict[str, str]:
    """What a rule reads of the step's own evaluations: name -> its line in print."""
    return {name: f"{symbol(name)} = {told}" for name, told in entry.given.items() if name in entry.buffers}


def _matrix_lines(
    rule: MatrixRule, values: Mapping[str, Value], peek: Peek, block: Block, coordinate: int, digits: int
) -> tuple[Line, ...]:
    part = slice(block.start, block.stop)
    slots = {name: slot[part].reshape(block.matrix) for name, slot in peek.slots.items()}
    gradient = peek.gradient[part].reshape(block.matrix)
    with np.errstate(all="ignore"):  # of a run that diverges
        found = rule.matrices(values, gradient, slots, peek.rate, peek.since_optimizer + 1)
    lines = []
    for told, matrix in zip(rule.lines(values), found, strict=True):
        value = float(matrix.reshape(-1)[coordinate - block.start])
        lines.append(Line(told.partition(" = ")[0], told, _spread(matrix, digits), value))
    return tuple(lines)


def _spread(matrix: np.ndarray, digits: int) -> str:
    """The shape of a matrix and its singular values, in print."""
    shape = f"{matrix.shape[0]} × {matrix.shape[1]}"
    if not np.isfinite(matrix).all():
        return shape
    values = np.linalg.svd(matrix, compute_uv=False)
    ends = values[:1] if len(values) == 1 else values[[0, -1]]
    return f"{shape}, singular value{'s' if len(ends) > 1 else ''} {' to '.join(f'{end:.{digits}g}' for end in ends)}"


def _temporaries(entry: Optimizer, values: Mapping[str, float]) -> dict[str, float]:
    """The rule's intermediate values. Without the slots, which have two values in one rule."""
    after = dict(values)
    for name, tree in entry.assignments():
        after[name] = tree.evaluate(after)
    return {name: value for name, value in after.items() if name not in values}


def formula(kind: str, values: Mapping[str, Value] | None = None) -> tuple[str, ...]:
    """An optimizer's rule in print, one line per assignment; given `values`, with its switches resolved, from the
    second update on. That of matrices comes first, and a line says which is which.
    """
    entry = OPTIMIZERS[kind]
    known = {name: float(value) for name, value in (values or {}).items() if isinstance(value, bool)}
    if values is not None:
        known["t"] = 2.0
    symbols, given = _symbols(entry), _given(entry)
    knobs = values or {knob.name: knob.default for knob in entry.knobs}
    lines = [_MATRICES, *entry.matrix.lines(knobs), _OTHERS] if entry.matrix is not None else []
    for name, tree in entry.assignments(known):
        lines += [given.pop(read) for read in tree.names if read in given]
        lines.append(f"{symbol(name)} = {typeset(tree, symbols)}")
    return tuple(lines)


def _symbols(entry: Optimizer) -> dict[str, str]:
    signs = {knob.name: knob.symbol for knob in entry.knobs if knob.symbol}
    return signs | {name: told for name, told in entry.given.items() if name not in entry.buffers}
