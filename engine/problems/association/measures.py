"""What is measured of an associative memory while it learns."""

from __future__ import annotations

from engine.training.measures import LOSS, Measure

_RIGHT = "probability of the right value"

ASSOCIATION_MEASURES = (
    Measure(
        "pairs_loss",
        "Loss of all pairs",
        "weighted by their frequencies, measured now and then",
        direction="falls",
        role=LOSS,
        log=True,
        tier="basic",
    ),
    Measure("rarest_right", "Rarest pair", f"{_RIGHT} for the rarest key", direction="rises", tier="basic"),
    Measure("remembered", "Remembered pairs", f"pairs with a {_RIGHT} above 0.9", direction="rises", tier="basic"),
    Measure(
        "pair_loss",
        "Loss of a pair",
        "of each pair by itself, whatever its frequency; rank 1 is the most frequent",
        by_layer=True,
        part="rank",
        log=True,
        shown=True,
        tall=1.2,
        tier="basic",
    ),
    Measure(
        "pair_right",
        "Probability of the right value",
        "of each pair; rank 1 is the most frequent",
        by_layer=True,
        part="rank",
        tier="basic",
    ),
    Measure(
        "singular_value",
        "Singular values",
        "of the matrix, the largest first: in how many directions it has learned, and how far",
        by_layer=True,
        part="rank",
        shown=True,
        tier="basic",
    ),
)
