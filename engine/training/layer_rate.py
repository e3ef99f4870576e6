"""The learning rate of a layer, as a knob: how many times as far as the others its weights and biases go."""

from __future__ import annotations

from dataclasses import replace

from engine.contracts import Hyper

PART = "rates"  # `rates.hidden 1` is the rate of the layer of that title
_RATE = Hyper(
    "rate",
    "×",
    1.0,
    0.0,
    1000.0,
    log=True,
    slider=(1e-3, 10.0),
    help="multiplies what an update does to the weights and biases of this layer; 0 freezes it",
    tier="expert",
)


def layer_rate(title: str) -> Hyper:
    """The knob of a layer's rate, called `rate of hidden 1`."""
    return replace(_RATE, name=f"rate of {title}")
