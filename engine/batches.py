"""Batch types: how many examples the gradient of one update is the mean of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from engine.contracts import Catalogue, Hyper, Value
from engine.stream import FIXED, REPLACED

# A surface has no data; with gradient noise it stands for the mean of this many notional examples.
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
    "by itself, with replacement. Without replacement the last batch of an epoch takes what is left",
)


@dataclass(frozen=True, slots=True)
class Taken:
    """The batch of one update: `count` of `examples` examples, from place `first` of the order of an epoch on.

    Places and epochs count from 0. order: one of ORDERS.
    """

    epoch: int
    first: int
    count: int
    examples: int
    order: str

    @property
    def words(self) -> str:
        """Which examples these are."""
        if self.order == ORDERS[REPLACED]:
            each = "drawn at random" if self.count == 1 else "each drawn by itself"
            return f"{self.count:,} of {self.examples:,} examples, {each}"
        if self.count == self.examples:
            return f"all {self.examples:,} examples"
        last = self.first + self.count
        which = f"example {last:,}" if self.count == 1 else f"examples {self.first + 1:,}–{last:,}"
        order = "in fixed order" if self.order == ORDERS[FIXED] else self.order
        return f"{which} of {self.examples:,} in epoch {self.epoch + 1:,}, {order}"


@dataclass(frozen=True, slots=True)
class BatchType:
    """One way of choosing the examples of an update.

    size(values of the knobs, examples in the data) -> examples in one batch.
    """

    key: str
    title: str
    knobs: tuple[Hyper, ...]
    summary: str
    size: Size

    def order(self, values: Mapping[str, Value]) -> int:
        """The order of the examples: stream.RESHUFFLED, FIXED or REPLACED."""
        return ORDERS.index(str(values.get(ORDER.name, "fixed")))


BATCHES: Catalogue[BatchType] = Catalogue("batch type")
BATCHES.add(
    BatchType(
        "full",
        "Full batch",
        (),
        "every example at every update: the exact gradient, without noise",
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
                help="examples in a batch; the noise of the gradient falls with its square root",
            ),
            ORDER,
        ),
        "a few examples at every update: the noise of the gradient falls with √B",
        lambda values, examples: min(int(values["size"]), examples),  # type: ignore[arg-type]
    )
)
BATCHES.add(
    BatchType(
        "single",
        "Stochastic",
        (ORDER,),
        "one example at every update: the full noise of the gradient",
        lambda values, examples: 1,
    )
)
