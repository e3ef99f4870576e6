"""What an optimizer is: a declaration over a STEP kernel, and the catalogue of all of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from engine.contracts import Catalogue, Hyper, Kernel
from engine.expressions import Node, Tree, parse_assignment


@dataclass(frozen=True, slots=True)
class Optimizer:
    """One optimizer, as files, controls, the training loop and Explain see it.

    knobs are its own (the first `own` of them, in the order of the kernel's hyper array), then COMMON.
    A run keeps `len(slots) * n + scalars` numbers for it, zero at its first update: n for each slot
    name in order, then the kernel's private scalars.
    rule is the step of one coordinate as assignments, read in order, in the own knobs, the slots (their
    values before the step, until a line sets the new one), g, theta, eta, t from 1; the last is `step`.
    stability is the largest stable product of learning rate and curvature, in the own knobs; "" if no
    fixed product bounds it.
    momentum is the slot that remembers past gradients and that the step follows; "" without one.
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

    def size(self, n: int) -> int:
        """How many numbers of state n parameters need."""
        return len(self.slots) * n + self.scalars

    def assignments(self, known: Mapping[str, float] | None = None) -> tuple[tuple[str, Tree], ...]:
        """The rule as (name, tree) in order.

        Every `where` that the known values decide (switches as 0 and 1, t) gives way to its branch, so
        that what is left is the rule as it now stands.
        """
        names = {"g", "theta", "eta", "t", *self.slots, *(knob.name for knob in self.knobs[: self.own])}
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


# The training loop applies these around every kernel: clipping, then decay, then the step.
COMMON = (
    Hyper(
        "weight_decay",
        "λ",
        0.0,
        0.0,
        1.0,
        log=True,
        slider=(1e-5, 0.1),
        help="Pull towards zero (of a network's weights, not of its biases); 0 is none.",
    ),
    Hyper(
        "decoupled",
        "decoupled",
        False,
        0.0,
        1.0,
        kind="switch",
        help="On: decay shrinks the parameters by η λ (as in AdamW). Off: λ θ joins the gradient (L2).",
    ),
    Hyper(
        "l1",
        "λ₁",
        0.0,
        0.0,
        10.0,
        log=True,
        slider=(1e-5, 0.1),
        help="L1: λ₁ sign(θ) joins the gradient and drives weights (not biases) to zero; 0 is none.",
    ),
    Hyper(
        "clip_norm",
        "‖g‖ max",
        0.0,
        0.0,
        1e9,
        log=True,
        slider=(1e-2, 100.0),
        help="A longer gradient is shortened to this length, keeping its direction; 0 is off.",
    ),
    Hyper(
        "clip_value",
        "|g| max",
        0.0,
        0.0,
        1e9,
        log=True,
        slider=(1e-2, 100.0),
        help="Every component of the gradient is limited to plus or minus this; 0 is off.",
    ),
)

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
    common: dict[str, float | bool] | None = None,
) -> Callable[[Kernel], Kernel]:
    """Decorator: declare an optimizer over a STEP kernel; `common` overrides defaults of COMMON.

    It returns the kernel, so that two declarations can stand over the same one.
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
            )
        )
        return kernel

    return declare
