"""The catalogue of curves: every curve that can be shown. Adding one is adding one line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from app.curves.x_axes import Array
from engine import TIERS

if TYPE_CHECKING:
    from engine import SessionPicture, Tier

Triple = tuple[Array, Array, Array]  # last, low, high of some bins
Combine = Callable[[list[Triple], "SessionPicture"], Triple]

KINDS = SURFACE, NETWORK = "surface", "network"  # of problem


@dataclass(frozen=True, slots=True)
class Part:
    """One of the lines that a curve has for a run: its name beside the others, and the measure that it draws.

    An empty measure is a column of the history. layer counts from 0, None is the whole network.
    """

    name: str = ""
    measure: str = ""
    layer: int | None = None
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Curve:
    """One curve, made of one of three things.

    columns: of the history, made into one by `combine` if it is not just the one. measured: measures of the
    whole network, the first drawn solid and the second dashed. layers: a measure of each layer; of the selected
    run only, for the colours are the layers'.

    titles: other titles, by kind or purpose of the problem. axis: the name of its y axis where a legend says the
    rest. log: whether its y axis begins logarithmic. shown:
    the kinds of problem for which it is there at first. tall: its share of the height. needs: whether it means
    anything for the problem on screen. least: how far down a linear axis follows the values by itself.
    rising: whether it mostly rises, so that there is room for words below it. tier: how early a menu offers it.
    """

    key: str
    title: str
    columns: tuple[str, ...] = ()
    combine: Combine | None = None
    measured: tuple[str, ...] = ()
    layers: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)
    axis: str = ""
    log: bool = True
    shown: tuple[str, ...] = ()
    tall: float = 1.0
    needs: Callable[[SessionPicture], bool] = lambda picture: True
    least: float = -np.inf
    rising: bool = False
    help: str = ""
    tier: Tier = "more"

    def title_for(self, picture: SessionPicture | None) -> str:
        """What it is called for the problem on screen."""
        if picture is None or not self.titles:
            return self.title
        return self.titles.get(picture.purpose) or self.titles.get(picture.kind) or self.title

    def parts(self, picture: SessionPicture) -> tuple[Part, ...]:
        """The lines of every run that is shown."""
        return _parts(self.measured, self.layers, picture.layers if self.layers else ())


@lru_cache(maxsize=64)
def _parts(measured: tuple[str, ...], layers: str, titles: tuple[str, ...]) -> tuple[Part, ...]:
    if layers:
        return tuple(Part(title, layers, layer) for layer, title in enumerate(titles))
    if measured:
        return tuple(Part(name.partition("_")[0], name, dashed=place > 0) for place, name in enumerate(measured))
    return (Part(),)


def above_minimum(columns: list[Triple], picture: SessionPicture) -> Triple:
    """Loss less the lowest value of the surface."""
    assert picture.surface_info is not None
    lowest = picture.surface_info.lowest
    last, low, high = columns[0]
    return last - lowest, low - lowest, high - lowest


def relative_step(columns: list[Triple], picture: SessionPicture) -> Triple:
    """Step over parameters; in a bin of many updates their length is that of its last update."""
    (last, low, high), (x, _, _), (y, _, _) = columns
    length = np.hypot(x, y)
    return last / length, low / length, high / length


def minimum_is_known(picture: SessionPicture) -> bool:
    """Whether the lowest value of the loss is known."""
    return picture.surface_info is not None and picture.surface_info.lowest is not None


def two_parameters(picture: SessionPicture) -> bool:
    """Whether x and y are all there is."""
    return picture.kind == SURFACE and all(len(run.shown.theta) == 2 for run in picture.runs)


def of_surface(picture: SessionPicture) -> bool:
    """Whether the problem is a surface over x and y."""
    return picture.kind == SURFACE


def of_network(picture: SessionPicture) -> bool:
    """Whether the problem is a network."""
    return picture.kind == NETWORK


def offered() -> list[str]:
    """The keys as a menu offers them: basic curves first, expert ones last."""
    return sorted(CURVES, key=lambda key: TIERS.index(CURVES[key].tier))


def _measured(key: str, title: str, measures: tuple[str, ...], help: str, **more: Any) -> Curve:
    return Curve(key, title, measured=measures, needs=of_network, help=help, **more)


def _by_layer(measure: str, title: str, help: str, log: bool = False, tier: Tier = "expert") -> Curve:
    key, of = f"layer_{measure}", f"{title} by layer"
    return Curve(key, of, layers=measure, axis=title, needs=of_network, log=log, help=help, tier=tier)


_LOSSES, _SCORES = ("training_loss", "validation_loss"), ("training_score", "validation_score")
_NAMES = {"classification": "Accuracy", "regression": "R²"}
_ALL = "on all examples, measured now and then"
_SCORE: dict[str, Any] = {"titles": _NAMES, "log": False, "least": -1.0, "rising": True}
_BATCH = {NETWORK: "Loss, running batch"}

CURVES: dict[str, Curve] = {
    curve.key: curve
    for curve in (
        _measured(
            "losses",
            "Training and validation loss",
            _LOSSES,
            _ALL,
            shown=(NETWORK,),
            tall=1.35,
            axis="Loss",
            tier="basic",
        ),
        _measured("score", "Accuracy or R²", _SCORES, _ALL, shown=(NETWORK,), tier="basic", **_SCORE),
        Curve("loss", "Loss", ("loss",), titles=_BATCH, shown=(SURFACE,), help="before each update", tier="basic"),
        Curve(
            "gradient_norm",
            "Gradient norm",
            ("gradient_norm",),
            shown=KINDS,
            help="before clipping and decay",
            tier="basic",
        ),
        Curve(
            "learning_rate", "Learning rate", ("learning_rate",), log=False, shown=(SURFACE,), tall=0.55, tier="basic"
        ),
        Curve("step_norm", "Step length", ("step_norm",), help="how far each update moves the parameters"),
        Curve("excess_loss", "Loss above the minimum", ("loss",), above_minimum, needs=minimum_is_known),
        Curve(
            "relative_step",
            "Step / parameters",
            ("step_norm", "x", "y"),
            relative_step,
            needs=two_parameters,
            tier="expert",
        ),
        Curve("x", "Parameter x", ("x",), log=False, needs=of_surface, help="before each update"),
        Curve("y", "Parameter y", ("y",), log=False, needs=of_surface, help="before each update"),
        _measured("penalty", "Penalty", ("penalty",), "what L1 and L2 add to the loss", log=False, tier="expert"),
        _by_layer(
            "gradient_norm", "Gradient norm", "of the layer's parameters, on all training examples", True, "more"
        ),
        _by_layer("delta_norm", "Delta norm", "what comes back to the layer: root mean square over the examples", True),
        _by_layer("update_ratio", "Update / weights", "length of the last step over that of the weights", True),
        _by_layer("activation_mean", "Mean activation", "over units and training examples"),
        _by_layer("activation_deviation", "Activation deviation", "over units and training examples"),
        _by_layer("dead", "Dead units", "share of units without a gradient for any training example"),
        _by_layer("saturated", "Saturated units", "share of activations close to an end of their range"),
    )
}
