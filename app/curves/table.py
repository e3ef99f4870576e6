"""The curve table: every curve that can be shown, and everything that can run along its x axis.

Adding one is adding one line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from engine import RunPicture, SessionPicture

Array = np.ndarray
Triple = tuple[Array, Array, Array]  # last, low, high of some bins
Clock = tuple[Array, Array]  # updates, seconds of training; linear in between
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
    rising: whether it mostly rises, so that there is room for words below it.
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
    assert picture.ground is not None
    lowest = picture.ground.lowest
    last, low, high = columns[0]
    return last - lowest, low - lowest, high - lowest


def relative_step(columns: list[Triple], picture: SessionPicture) -> Triple:
    """Step over parameters; in a bin of many updates their length is that of its last update."""
    (last, low, high), (x, _, _), (y, _, _) = columns
    length = np.hypot(x, y)
    return last / length, low / length, high / length


def minimum_is_known(picture: SessionPicture) -> bool:
    """Whether the lowest value of the loss is known."""
    return picture.ground is not None and picture.ground.lowest is not None


def two_parameters(picture: SessionPicture) -> bool:
    """Whether x and y are all there is."""
    return picture.kind == SURFACE and all(len(run.shown.theta) == 2 for run in picture.runs)


def of_surface(picture: SessionPicture) -> bool:
    """Whether the problem is a surface over x and y."""
    return picture.kind == SURFACE


def of_network(picture: SessionPicture) -> bool:
    """Whether the problem is a network."""
    return picture.kind == NETWORK


def _measured(key: str, title: str, measures: tuple[str, ...], help: str, **more: Any) -> Curve:
    return Curve(key, title, measured=measures, needs=of_network, help=help, **more)


def _by_layer(measure: str, title: str, help: str, log: bool = False) -> Curve:
    key, of = f"layer_{measure}", f"{title} by layer"
    return Curve(key, of, layers=measure, axis=title, needs=of_network, log=log, help=help)


_LOSSES, _SCORES = ("training_loss", "validation_loss"), ("training_score", "validation_score")
_NAMES = {"classification": "Accuracy", "regression": "R²"}
_ALL = "on all examples, measured now and then"
_SCORE: dict[str, Any] = {"titles": _NAMES, "log": False, "least": -1.0, "rising": True}
_BATCH = {NETWORK: "Loss, running batch"}

CURVES: dict[str, Curve] = {
    curve.key: curve
    for curve in (
        _measured("losses", "Training and validation loss", _LOSSES, _ALL, shown=(NETWORK,), tall=1.35, axis="Loss"),
        _measured("score", "Accuracy or R²", _SCORES, _ALL, shown=(NETWORK,), **_SCORE),
        Curve("loss", "Loss", ("loss",), titles=_BATCH, shown=(SURFACE,), help="before each update"),
        Curve("gradient_norm", "Gradient norm", ("gradient_norm",), shown=KINDS, help="before clipping and decay"),
        Curve("learning_rate", "Learning rate", ("learning_rate",), log=False, shown=(SURFACE,), tall=0.55),
        Curve("step_norm", "Step length", ("step_norm",), help="how far each update moves the parameters"),
        Curve("excess_loss", "Loss above the minimum", ("loss",), above_minimum, needs=minimum_is_known),
        Curve("relative_step", "Step / parameters", ("step_norm", "x", "y"), relative_step, needs=two_parameters),
        Curve("x", "Parameter x", ("x",), log=False, needs=of_surface, help="before each update"),
        Curve("y", "Parameter y", ("y",), log=False, needs=of_surface, help="before each update"),
        _measured("penalty", "Penalty", ("penalty",), "what L1 and L2 add to the loss", log=False),
        _by_layer("gradient_norm", "Gradient norm", "of the layer's parameters, on all training examples", True),
        _by_layer("delta_norm", "Delta norm", "what comes back to the layer: root mean square over the examples", True),
        _by_layer("update_ratio", "Update / weights", "length of the last step over that of the weights", True),
        _by_layer("activation_mean", "Mean activation", "over units and training examples"),
        _by_layer("activation_deviation", "Activation deviation", "over units and training examples"),
        _by_layer("dead", "Dead units", "share of units that answer no training example"),
        _by_layer("saturated", "Saturated units", "share of activations close to an end of their range"),
    )
}


_UNSEEN = 1e-4  # of the length of an axis


@dataclass(frozen=True, slots=True)
class Course:
    """How a run moves along the x axis: piecewise linear through (updates, values), both rising."""

    updates: Array
    values: Array

    def at(self, updates: Array) -> Array:
        """The places of some updates; beyond the last known one it goes on as before."""
        return _interpolate(updates, self.updates, self.values)

    def update(self, places: Array) -> Array:
        """The updates at some places."""
        return _interpolate(places, self.values, self.updates)

    def place(self, update: float) -> float:
        """The place of one update, mostly of the last part: without the cost of an array."""
        if len(self.updates) > 1:
            (u0, u1), (v0, v1) = self.updates[-2:].tolist(), self.values[-2:].tolist()
            if update > u1 > u0:
                return float(v1 + (update - u1) * ((v1 - v0) / (u1 - u0)))
            if u0 <= update < u1:
                return float((v1 - v0) / (u1 - u0) * (update - u0) + v0)
        return float(self.at(np.array([float(update)]))[0])

    def leads_to(self, later: Course) -> bool:
        """Whether another course is this one gone on as before, as far as can be seen."""
        if later is self or len(self.updates) < 2 or len(later.updates) != len(self.updates):
            return later is self
        *known, (u0, v0), (u1, v1) = zip(self.updates.tolist(), self.values.tolist(), strict=True)
        *others, (w0, x0), (w1, x1) = zip(later.updates.tolist(), later.values.tolist(), strict=True)
        same = known == others and (u0, v0) == (w0, x0) and u1 > u0
        return same and abs(v0 + (w1 - u0) * (v1 - v0) / (u1 - u0) - x1) <= _UNSEEN * x1

    def update_at(self, place: float) -> int:
        """The update nearest to a place."""
        return max(0, round(float(self.update(np.array([float(place)]))[0])))


class Counted(Course):
    """The x axis is the update itself."""

    def at(self, updates: Array) -> Array:
        return np.asarray(updates, float)

    def update(self, places: Array) -> Array:
        return places

    def place(self, update: float) -> float:
        return float(update)


COUNTED = Counted(np.zeros(1), np.zeros(1))


@dataclass(frozen=True, slots=True)
class Along:
    """One choice of the x axis; course: how a run moves along it, None if that is not known."""

    key: str
    title: str
    course: Callable[[RunPicture, SessionPicture, Clock | None], Course | None]


def counted(run: RunPicture, picture: SessionPicture, clock: Clock | None) -> Course | None:
    """The update itself."""
    return COUNTED


def epochs(run: RunPicture, picture: SessionPicture, clock: Clock | None) -> Course | None:
    """Passes over as many examples as there are."""
    updates, examples = run.examples
    return _course(updates, examples / picture.examples)


def examples(run: RunPicture, picture: SessionPicture, clock: Clock | None) -> Course | None:
    """Examples seen."""
    return _course(*run.examples)


def seconds(run: RunPicture, picture: SessionPicture, clock: Clock | None) -> Course | None:
    """Seconds of training, all runs together."""
    return None if clock is None else _course(*clock)


ALONG: dict[str, Along] = {
    along.key: along
    for along in (
        Along("updates", "updates", counted),
        Along("epochs", "epochs", epochs),
        Along("examples", "examples", examples),
        # Every optimizer so far computes one gradient an update.
        Along("evaluations", "gradient evaluations", counted),
        Along("seconds", "seconds", seconds),
    )
}


def _course(updates: Array, values: Array) -> Course | None:
    return Course(updates, values) if len(updates) > 1 and values[-1] > 0.0 else None


def _interpolate(wanted: Array, xs: Array, ys: Array) -> Array:
    found: Array = np.interp(wanted, xs, ys)
    run, rise = xs[-1] - xs[-2], ys[-1] - ys[-2]
    if run > 0.0:
        found = np.where(wanted > xs[-1], ys[-1] + (wanted - xs[-1]) * (rise / run), found)
    return found
