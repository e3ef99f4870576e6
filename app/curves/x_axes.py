"""The choices of the x axis: updates, epochs, examples, evaluations, seconds, path; how a run moves along each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from engine import COLUMNS

if TYPE_CHECKING:
    from engine import RunPicture, SessionPicture

Array = np.ndarray
Clock = tuple[Array, Array]  # updates, seconds that a run has taken up to there; linear in between

NO_CLOCKS: Mapping[str, Clock] = MappingProxyType({})
_UNSEEN = 1e-4  # of the length of an axis


@dataclass(frozen=True, slots=True)
class XAxisMapping:
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

    def leads_to(self, later: XAxisMapping) -> bool:
        """Whether another mapping is this one gone on as before, as far as can be seen."""
        if later is self or len(self.updates) < 2 or len(later.updates) != len(self.updates):
            return later is self
        *known, (u0, v0), (u1, v1) = zip(self.updates.tolist(), self.values.tolist(), strict=True)
        *others, (w0, x0), (w1, x1) = zip(later.updates.tolist(), later.values.tolist(), strict=True)
        same = known == others and (u0, v0) == (w0, x0) and u1 > u0
        return same and abs(v0 + (w1 - u0) * (v1 - v0) / (u1 - u0) - x1) <= _UNSEEN * x1

    def update_at(self, place: float) -> int:
        """The update nearest to a place."""
        return max(0, round(float(self.update(np.array([float(place)]))[0])))


class UpdateMapping(XAxisMapping):
    """The x axis is the update itself."""

    def at(self, updates: Array) -> Array:
        return np.asarray(updates, float)

    def update(self, places: Array) -> Array:
        return places

    def place(self, update: float) -> float:
        return float(update)


class PathMapping(XAxisMapping):
    """Through every update that is recorded: what is new is never the last part gone on as before."""

    def leads_to(self, later: XAxisMapping) -> bool:
        return np.array_equal(later.updates, self.updates) and np.array_equal(later.values, self.values)


UPDATES = UpdateMapping(np.zeros(1), np.zeros(1))


@dataclass(frozen=True, slots=True)
class XAxis:
    """One choice of the x axis; mapping: how a run moves along it, None if that is not known."""

    key: str
    title: str
    mapping: Callable[[RunPicture, SessionPicture, Clock | None], XAxisMapping | None]


def counted(run: RunPicture, picture: SessionPicture, clock: Clock | None) -> XAxisMapping | None:
    """The update itself."""
    return UPDATES


def epochs(run: RunPicture, picture: SessionPicture, clock: Clock | None) -> XAxisMapping | None:
    """Passes over as many examples as there are."""
    updates, examples = run.examples
    return _mapping(updates, examples / picture.examples)


def examples(run: RunPicture, picture: SessionPicture, clock: Clock | None) -> XAxisMapping | None:
    """Examples seen."""
    return _mapping(*run.examples)


def evaluations(run: RunPicture, picture: SessionPicture, clock: Clock | None) -> XAxisMapping | None:
    """Gradients computed: one an update, more for an optimizer that asks again."""
    return _mapping(*run.evaluations)


def seconds(run: RunPicture, picture: SessionPicture, clock: Clock | None) -> XAxisMapping | None:
    """Seconds of the run's own computation."""
    return None if clock is None else _mapping(*clock)


def path_length(run: RunPicture, picture: SessionPicture, clock: Clock | None) -> XAxisMapping | None:
    """The sum of the lengths of all steps."""
    history = run.history
    if not history.updates:
        return None
    gone, _, _ = history.column("path_length")
    latest, step = (history.latest[COLUMNS.index(name)] for name in ("path_length", "step_norm"))
    first, last = history.width > 1, history.count * history.width < history.updates
    at = np.concatenate(([0.0] * first, history.at, [history.updates - 1.0] * last, [history.updates]))
    places = np.concatenate(([0.0] * first, gone, [latest] * last, [latest + step]))
    return PathMapping(at, places) if places[-1] > 0.0 else None


X_AXES: dict[str, XAxis] = {
    along.key: along
    for along in (
        XAxis("updates", "updates", counted),
        XAxis("epochs", "epochs", epochs),
        XAxis("examples", "examples", examples),
        XAxis("evaluations", "gradient evaluations", evaluations),
        XAxis("seconds", "seconds of own computation", seconds),
        XAxis("path", "path length", path_length),
    )
}


def _mapping(updates: Array, values: Array) -> XAxisMapping | None:
    return XAxisMapping(updates, values) if len(updates) > 1 and values[-1] > 0.0 else None


def _interpolate(wanted: Array, xs: Array, ys: Array) -> Array:
    found: Array = np.interp(wanted, xs, ys)
    run, rise = xs[-1] - xs[-2], ys[-1] - ys[-2]
    if run > 0.0:
        found = np.where(wanted > xs[-1], ys[-1] + (wanted - xs[-1]) * (rise / run), found)
    return found
