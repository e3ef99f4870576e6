"""Batch types: how many examples the gradient of one update is the mean of."""

from __future__ import annotations

from dataclasses import dataclass

from engine.contracts import Catalogue, Hyper, Value

# A surface has no data; with gradient noise it stands for the mean of this many notional examples.
SURFACE_EXAMPLES = 100


@dataclass(frozen=True, slots=True)
class BatchType:
    """One way of choosing the examples of an update."""

    key: str
    title: str
    knobs: tuple[Hyper, ...]
    summary: str

    def size(self, values: dict[str, Value], examples: int) -> int:
        """Examples in one batch, out of `examples` in the data."""
        if self.key == "full":
            return examples
        if self.key == "single":
            return 1
        size = values["size"]
        assert isinstance(size, int)
        return min(size, examples)


BATCHES: Catalogue[BatchType] = Catalogue("batch type")
BATCHES.add(BatchType("full", "Full batch", (), "every example at every update: the exact gradient, without noise"))
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
                slider=(1, SURFACE_EXAMPLES),
                help="examples in a batch; the noise of the gradient falls with its square root",
            ),
        ),
        "a few examples at every update: gradient noise of sigma / √B",
    )
)
BATCHES.add(BatchType("single", "Single", (), "one example at every update (stochastic): the full noise sigma"))
