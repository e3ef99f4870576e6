"""Batch types: how many examples each update averages its gradient over, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.contracts import Catalogue, Hyper, Tier, Value
from engine.training.stream import FIXED, REPLACED

# A surface has no data; its gradient noise is that of a mean over this many notional examples.
SURFACE_EXAMPLES = 100


Size = Callable[[Mapping[str, Value], int], int]

ORDERS = ("reshuffled", "fixed", "replaced")  # stream.RESHUFFLED, FIXED, REPLACED
ORDER = Hyper(
    "order",
    "",
    "reshuffled",
    kind="choice",
    options=ORDERS,
    help="reshuffled: a new order every epoch; fixed: always the same order; replaced: every example is drawn "
    "independently, with replacement. Without replacement, the last batch of an epoch may be smaller",
)


@dataclass(frozen=True, slots=True)
class Batch:
    """The batch of one update: `count` of `examples` examples, starting at position `first` of the epoch's order.

    Positions and epochs count from 0. order: one of ORDERS.
    """

    epoch: int
    first: int
    count: int
    examples: int
    order: str

    @property
    def description(self) -> str:
        """Which examples these are, in words."""
        if self.order == ORDERS[REPLACED]:
            each = "drawn at random" if self.count == 1 else "drawn with replacement"
            return f"{self.count:,} of {self.examples:,} examples, {each}"
        if self.count == self.examples:
            return f"all {self.examples:,} examples"
        last = self.first + self.count
        which = f"example {last:,}" if self.count == 1 else f"examples {self.first + 1:,}–{last:,}"
        order = "in fixed order" if self.order == ORDERS[FIXED] else self.order
        return f"{which} of {self.examples:,} in epoch {self.epoch + 1:,}, {order}"


@dataclass(frozen=True, slots=True)
class BatchType:
    """One way to choose the examples of an update.

    size(knob values, number of examples) -> batch size.
    """

    key: str
    title: str
    knobs: tuple[Hyper, ...]
    summary: str
    size: Size
    tier: Tier = "basic"

    def order(self, values: Mapping[str, Value]) -> int:
        """The order of the examples: stream.RESHUFFLED, FIXED or REPLACED."""
        return ORDERS.index(str(values.get(ORDER.name, "fixed")))


BATCHES: Catalogue[BatchType] = Catalogue("batch type")
BATCHES.add(
    BatchType(
        "full",
        "Full batch",
        (),
        "all examples in every update: the exact gradient, no noise",
        lambda values, examples: examples,
    )
)
BATCHES.add(
    BatchType(
        "mini",
        "Mini-batch",
        (
            Hyper(
                "size",
                "B",
                10,
                1,
                1_000_000,
                log=True,
                kind="integer",
                slider=(1, 256),
                help="examples per batch; gradient noise decreases with its square root",
                tier="basic",
            ),
            ORDER,
        ),
        "a few examples in every update: gradient noise decreases with √B",
        lambda values, examples: min(int(values["size"]), examples),  # type: ignore[arg-type]
    )
)
BATCHES.add(
    BatchType(
        "single",
        "Stochastic",
        (ORDER,),
        "one example in every update: the noisiest gradient",
        lambda values, examples: 1,
    )
)
