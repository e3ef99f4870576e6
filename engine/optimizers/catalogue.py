"""The catalogue of optimizers: declarations over STEP kernels."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain

import numpy as np

from engine.blocks import Block, Role
from engine.contracts import Catalogue, Hyper, Kernel, Tier, Value
from engine.expressions.expression import Node, Tree, parse_assignment

Array = np.ndarray


def _no_scratch(blocks: Sequence[Block]) -> int:
    return 0


@dataclass(frozen=True, slots=True)
class MatrixRule:
    """The step of a block that is taken as a matrix, as Explain shows it: a second statement of what the kernel does.

    takes(knob values, role): whether it is that of a block. lines(knob values): assignments in print, the last is of
    the step. matrices(knob values, G, slots before the step, eta, t from 1): what each of them gives, in NumPy.
    """

    takes: Callable[[Mapping[str, Value], Role], bool]
    lines: Callable[[Mapping[str, Value]], tuple[str, ...]]
    matrices: Callable[[Mapping[str, Value], Array, Mapping[str, Array], float, int], tuple[Array, ...]]


@dataclass(frozen=True, slots=True)
class Optimizer:
    """One optimizer, as files, controls, the training loop and Explain see it.

    knobs are its own (the first `own`, in the order of the kernel's hyper array), then COMMON. Its state is zero at its
    first update: n numbers per slot name, in order, n per buffer, then the kernel's private scalars. A buffer is
    written before it is read in every step: what `ask` is given has to lie in one. rule
    is the step of one coordinate as assignments, in order, in its own knobs, the slots (their old values until a line
    assigns the new one), g, theta, eta and t from 1; the last assigns `step`. stability is the largest stable product
    of learning rate and curvature, in its own knobs; "" if no fixed product bounds it. momentum is the slot that
    averages past gradients and that the step follows; "" without one.

    given: what the rule reads besides, name -> what that is, in print: `norm`, the gradient's length, or a buffer as
    the step has left it. matrix: the rule of those blocks that the optimizer takes as matrices.

    asks: whether the kernel evaluates the objective again within a step; it then owns its decay, and clipping is
    refused. owns_decay: weight decay and L1 are the kernel's affair, not the loop's. refused: common knobs that must
    stay at their defaults, with the reason. scratch: how many numbers besides its state a step on these blocks needs.
    """

    key: str
    title: str
    knobs: tuple[Hyper, ...]
    own: int
    slots: tuple[str, ...]
    scalars: int
    learning_rate: float
    rule: tuple[str, ...]
    source: str
    summary: str
    stability: str
    kernel: Kernel
    momentum: str = ""
    tier: Tier = "more"
    asks: bool = False
    owns_decay: bool = False
    refused: Mapping[str, str] = field(default_factory=dict)
    scratch: Callable[[Sequence[Block]], int] = _no_scratch
    buffers: tuple[str, ...] = ()
    given: Mapping[str, str] = field(default_factory=dict)
    matrix: MatrixRule | None = None

    def size(self, n: int) -> int:
        """How many numbers its state takes for n parameters."""
        return (len(self.slots) + len(self.buffers)) * n + self.scalars

    def assignments(self, known: Mapping[str, float] | None = None) -> tuple[tuple[str, Tree], ...]:
        """The rule as (name, tree) in order.

        Every `where` decided by the known values (switches as 0 and 1, t) is replaced by the branch taken.
        """
        names = {"g", "theta", "eta", "t", *self.given, *self.slots, *(knob.name for knob in self.knobs[: self.own])}
        lines = []
        for line in self.rule:
            name, tree = parse_assignment(line, names)
            names.add(name)
            lines.append((name, _decided(tree, known or {})))
        return tuple(lines)


def _decided(tree: Tree, known: Mapping[str, float]) -> Tree:
    def combine(node: Node, inputs: Sequence[tuple[Node, ...]]) -> tuple[Node, ...]:
        if node.operation == "where":
            condition = Tree("", inputs[0])
            if known.keys() >= set(condition.names):
                return inputs[1] if condition.evaluate(known) > 0.0 else inputs[2]
        return (*chain.from_iterable(inputs), node)

    return Tree(tree.text, tree.fold(lambda node: (node,), combine))


# What the average of a run's parameters may be, in the order of the option's index in the hyper array.
AVERAGES = ("none", "EMA", "uniform")
NONE, EMA, UNIFORM = range(3)

# Applied by the training loop around every kernel: clipping, then decay, then the step, then the average.
COMMON = (
    Hyper(
        "weight_decay",
        "λ",
        0.0,
        0.0,
        1.0,
        log=True,
        slider=(1e-5, 0.1),
        help="Weight decay (L2) of weights, not biases; 0 is off.",
    ),
    Hyper(
        "decoupled",
        "decoupled",
        False,
        0.0,
        1.0,
        kind="switch",
        help="On: shrink the parameters by η λ (as in AdamW). Off: add λ θ to the gradient (L2).",
        tier="expert",
    ),
    Hyper(
        "l1",
        "λ₁",
        0.0,
        0.0,
        10.0,
        log=True,
        slider=(1e-5, 0.1),
        help="L1: add λ₁ sign(θ) to the gradient, which drives weights (not biases) to zero; 0 is off.",
        tier="expert",
    ),
    Hyper(
        "clip_norm",
        "‖g‖ max",
        0.0,
        0.0,
        1e9,
        log=True,
        slider=(1e-2, 100.0),
        help="Clip by norm: scale longer gradients down to this norm; 0 is off.",
    ),
    Hyper(
        "clip_value",
        "|g| max",
        0.0,
        0.0,
        1e9,
        log=True,
        slider=(1e-2, 100.0),
        help="Clip by value: limit every component of the gradient to ± this value; 0 is off.",
        tier="expert",
    ),
    Hyper(
        "average",
        "θ̄",
        AVERAGES[NONE],
        kind="choice",
        options=AVERAGES,
        help="What measures, views and best weights read: none: the parameters themselves; EMA: their exponential "
        "moving average; uniform: their mean. Training does not depend on it. The average begins as a copy (as in "
        "torch.optim.swa_utils), so it needs no correction for a start at zero.",
    ),
    Hyper(
        "average_decay",
        "d",
        0.999,
        0.0,
        0.999999,
        slider=(0.9, 0.9999),
        help="Share of the exponential moving average kept per update: 0.999 averages over about 1000 updates.",
        tier="expert",
    ),
    Hyper(
        "average_from",
        "t₀",
        0,
        0,
        1_000_000_000,
        kind="integer",
        slider=(0, 10_000),
        unit="updates",
        help="The average begins after this update; until then it is the parameters themselves.",
        tier="expert",
    ),
)

_NO_CLIPPING = "its step computes a second gradient, to which clipping would not apply"

OPTIMIZERS: Catalogue[Optimizer] = Catalogue("optimizer")


def optimizer(
    key: str,
    title: str,
    *knobs: Hyper,
    learning_rate: float,
    rule: tuple[str, ...],
    source: str,
    summary: str,
    slots: tuple[str, ...] = (),
    momentum: str = "",
    scalars: int = 0,
    stability: str = "",
    tier: Tier = "more",
    common: dict[str, float | bool] | None = None,
    asks: bool = False,
    owns_decay: bool = False,
    scratch: Callable[[Sequence[Block]], int] = _no_scratch,
    buffers: tuple[str, ...] = (),
    given: Mapping[str, str] | None = None,
    matrix: MatrixRule | None = None,
) -> Callable[[Kernel], Kernel]:
    """Decorator: declare an optimizer over a STEP kernel; `common` overrides defaults of COMMON.

    It returns the kernel, so that two declarations can share one.
    """
    changed = common or {}
    shared = tuple(replace(knob, default=changed.get(knob.name, knob.default)) for knob in COMMON)

    def declare(kernel: Kernel) -> Kernel:
        OPTIMIZERS.add(
            Optimizer(
                key,
                title,
                (*knobs, *shared),
                len(knobs),
                slots,
                scalars,
                learning_rate,
                rule,
                source,
                summary,
                stability,
                kernel,
                momentum,
                tier,
                asks,
                owns_decay or asks,
                dict.fromkeys(("clip_norm", "clip_value"), _NO_CLIPPING) if asks else {},
                scratch,
                buffers,
                given or {},
                matrix,
            )
        )
        return kernel

    return declare
