"""The curve table: every curve that can be shown, and everything that can run along its x axis.

Adding one is adding one line.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from engine import RunPicture, SessionPicture

Array = np.ndarray
Triple = tuple[Array, Array, Array]  # last, low, high of some bins
Clock = tuple[Array, Array]  # updates, seconds of training; linear in between
Combine = Callable[[list[Triple], "SessionPicture"], Triple]


@dataclass(frozen=True, slots=True)
class Curve:
    """One curve. columns: the history's columns it is made of, by `combine` if it is not just the one.

    log: whether its y axis begins logarithmic. shown: whether it is there at first. tall: its share of
    the height. needs: whether it means anything for the problem on screen.
    """

    key: str
    title: str
    columns: tuple[str, ...]
    combine: Combine | None = None
    log: bool = True
    shown: bool = False
    tall: float = 1.0
    needs: Callable[[SessionPicture], bool] = lambda picture: True
    help: str = ""


def above_minimum(columns: list[Triple], picture: SessionPicture) -> Triple:
    """Loss less the lowest value of the surface."""
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
    return picture.ground.lowest is not None


def two_parameters(picture: SessionPicture) -> bool:
    """Whether x and y are all there is."""
    return all(len(run.shown.theta) == 2 for run in picture.runs)


CURVES: dict[str, Curve] = {
    curve.key: curve
    for curve in (
        Curve("loss", "Loss", ("loss",), shown=True, help="before each update"),
        Curve("gradient_norm", "Gradient norm", ("gradient_norm",), shown=True, help="before clipping and decay"),
        Curve("learning_rate", "Learning rate", ("learning_rate",), log=False, shown=True, tall=0.55),
        Curve("step_norm", "Step length", ("step_norm",), help="how far each update moves the parameters"),
        Curve("excess_loss", "Loss above the minimum", ("loss",), above_minimum, needs=minimum_is_known),
        Curve("relative_step", "Step / parameters", ("step_norm", "x", "y"), relative_step, needs=two_parameters),
        Curve("x", "Parameter x", ("x",), log=False, help="before each update"),
        Curve("y", "Parameter y", ("y",), log=False, help="before each update"),
    )
}


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
        return float(self.at(np.array([float(update)]))[0])

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
