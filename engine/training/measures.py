"""Measures of a problem's subject, taken now and then: a sparse record beside the history of every update.

Measuring often is cheap beside long training and dear beside short, so the distance of two measurements follows from
counted work: from multiply-adds, never from time. A replay, in whatever pieces, measures at the same updates.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from engine.contracts import Tier

Array = np.ndarray

Role = Literal["", "loss", "watched"]
LOSS: Role = "loss"
WATCHED: Role = "watched"
LAYER = "layer"


@dataclass(frozen=True, slots=True)
class Measure:
    """One number that is measured of a problem's subject: its curve, its columns in a table and its texts follow.

    by_layer: it is one of each layer, measured less often than the whole; part: of what it is instead, such as a class,
    if the subject has such parts. direction:
    which way is better. role: LOSS is the exact loss, without noise and of all examples; the lowest value of WATCHED
    marks the best parameters, and early stopping waits for it. unit: of its values. tier: how early a menu offers its
    curve.

    Measures with the same `curve` (by default each has its own) are drawn in one, the first solid and the others
    dashed; what the curve is like is told by the first. title: of the curve. axis: of its y axis where a legend says
    the rest. log: whether that begins logarithmic. shown: whether the curve is there at first. tall: its share of the
    height. least: how far down a linear axis follows the values by itself.
    """

    key: str
    title: str
    help: str = ""
    by_layer: bool = False
    part: str = LAYER
    unit: str = ""
    log: bool = False
    direction: Literal["", "falls", "rises"] = ""
    role: Role = ""
    curve: str = ""
    axis: str = ""
    shown: bool = False
    tall: float = 1.0
    least: float = -np.inf
    tier: Tier = "more"


# In multiply-adds, as measured: of an update and a measurement without any examples, and of one activation.
_UPDATE, _LIGHT, _FULL, _ACTIVATION = 1 << 12, 1 << 19, 3 << 20, 24
_POINT, _COPY = 1 << 18, 8  # of a point of a trail: in any case, and for each parameter
_YOUNG = 2047  # the last update of a run of which little is to be seen yet, and that is soon over
_FREE, _YOUNG_LIMIT = 1 << 26, 1 << 29  # what measuring may take in any case, and of a young run: some milliseconds
_NEVER = 1 << 62
_LAYERS_SHARE, _LAYERS_YOUNG = 96, 4  # as _Grid.share, of the layers
_STEPS_SHARE = 20  # the same, of gradient norms by time step


@dataclass(frozen=True, slots=True)
class _Grid:
    """Updates at which to measure, so many an octave: while all measuring takes no more than `free`, or, as long as it
    takes no more than `limit`, where `share` times the work of a measurement has gone into training since the last.
    """

    octave: int
    share: int
    free: int = 0
    until: int = _NEVER
    limit: int = _NEVER

    def after(self, update: int) -> int:
        """Its first update after this one."""
        step = 1 << max(0, (update // self.octave).bit_length() - 1)
        return (update // step + 1) * step


_GRIDS = (
    _Grid(64, share=40),  # with the layers it takes a twentieth; and the record is bounded
    _Grid(1, share=8, free=1 << 28),  # a large network soon has something to show
    _Grid(4, share=40, free=_FREE, until=_YOUNG),
    _Grid(64, share=2, until=_YOUNG, limit=_YOUNG_LIMIT),
)
_TRAIL = _Grid(16, share=96)


@dataclass(frozen=True, slots=True)
class Work:
    """What a problem takes, in multiply-adds.

    update, example: training, for every update and for every example in it. light: a measurement of loss and score;
    full: one that takes in the layers; point: to keep a point of a trail; steps: a measurement of the gradient norm by
    time step.
    """

    update: int
    example: int
    light: int
    full: int
    point: int
    steps: int = _LIGHT

    def trained(self, update: int, seen: int) -> int:
        """The work of so many updates that have seen so many examples."""
        return self.update * update + self.example * seen


def work_of(parameters: int, first: int, units: int, training: int, validation: int) -> Work:
    """The work of a network with so many parameters, `first` of them the weights of the inputs, and so many units, on
    so many examples of each set.
    """
    forward = parameters + _ACTIVATION * units
    both = forward + 2 * parameters - first  # inputs have no gradient
    light, full = forward * (training + validation), both * training + forward * validation
    return Work(_UPDATE, both, _LIGHT + light, _FULL + full, _POINT + _COPY * parameters)


def is_on_trail(update: int, trained: int, work: Work) -> bool:
    """Whether a trail has a point before an update, when so much has gone into training since the last one."""
    return _TRAIL.after(update - 1) == update and (update <= _YOUNG or trained >= _TRAIL.share * work.point)


def next_on_trail(update: int, trained: int, each: int, work: Work) -> int:
    """The first update after `update` at which `is_on_trail` may hold, if an update trains so much."""
    if update < _YOUNG:
        return _TRAIL.after(update)
    return _TRAIL.after(update + max(0, -((trained - _TRAIL.share * work.point) // each) - 1))


@dataclass(frozen=True, slots=True, eq=False)
class Best:
    """The parameters with the lowest value of what is WATCHED that was measured: theta (n,) before update `update`."""

    update: int
    loss: float
    theta: Array


@dataclass(frozen=True, slots=True)
class MeasuresView:
    """An immutable view of the measures, taken before the updates `at` (k,) and of layers `layers_at` (j,), ascending.

    values (k, names) and layers (j, L, layer_names) never change; NaN where there is nothing to measure. Layers are
    measured less often than the whole. roles: the places in `names` of the measures that have one. steps (i, S): the
    gradient norm after each of the `time_steps` of the subject before the updates steps_at (i,), NaN if these have
    become others since the run began.
    """

    names: tuple[str, ...]
    layer_names: tuple[str, ...]
    roles: Mapping[str, int]
    at: Array
    values: Array
    layers_at: Array
    layers: Array
    steps_at: Array = field(default_factory=lambda: np.empty(0))
    steps: Array = field(default_factory=lambda: np.empty((0, 0)))

    def series(self, name: str, layer: int | None = None) -> tuple[Array, Array]:
        """One measure over time, (updates, values): of the whole, or of a layer counted from 0.

        NaN for one that was not there when the run began.
        """
        if layer is None:
            return self.at, self.values[:, self.names.index(name)]
        if layer >= self.layers.shape[1]:
            return self.layers_at, np.full(len(self.layers_at), np.nan)
        return self.layers_at, self.layers[:, layer, self.layer_names.index(name)]

    def of_role(self, role: str, values: Array) -> float:
        """Of the measures (names,) the one that has a role; NaN if none has."""
        return float(values[self.roles[role]]) if role in self.roles else np.nan

    def words(self, role: str) -> str:
        """The measure that has a role, in words."""
        return self.names[self.roles[role]].replace("_", " ") if role in self.roles else ""

    def column(self, name: str, layer: int | None = None) -> Array:
        """The values alone."""
        return self.series(name, layer)[1]


class _Rows:
    """Rows of numbers at ascending updates, which views share: what they show is never written again."""

    def __init__(self, *shape: int) -> None:
        self.count = 0
        self.at = np.zeros(256)
        self.rows = np.zeros((256, *shape))
        self._shared = False  # others read what lies beyond the last row

    def append(self, update: int, row: Array) -> None:
        self.extend(np.array([update]), row[None])

    def extend(self, updates: Array, rows: Array) -> None:
        end, room = self.count + len(updates), len(self.at)
        if self._shared or end > room:
            more = max(end - room, room) if end > room else 0
            self.at = np.concatenate([self.at, np.zeros(more)])
            self.rows = np.concatenate([self.rows, np.zeros((more, *self.rows.shape[1:]))])
            self._shared = False
        self.at[self.count : end], self.rows[self.count : end] = updates, rows
        self.count = end

    def cut(self, update: int) -> None:
        count = int(np.searchsorted(self.at[: self.count], update, "right"))
        self._shared, self.count = self._shared or count < self.count, count

    def fork(self) -> _Rows:
        twin = copy.copy(self)
        twin._shared = True
        return twin

    def view(self) -> tuple[Array, Array]:
        return self.at[: self.count], self.rows[: self.count]


@dataclass(frozen=True, slots=True)
class _Spent:
    """The work up to a measurement: of measuring, with it, and of the training before it and before the last one that
    took in the layers.
    """

    measuring: int
    training: int
    layers: int


def _fitted(rows: Array, count: int) -> Array:
    """Rows (k, names) as so many: other data may have another number of classes."""
    if len(rows) == count:
        return rows
    found = np.full((count, rows.shape[1]), np.nan)
    found[: min(len(rows), count)] = rows[:count]
    return found


class Measures:
    """The growing record of one run, and when it is to be continued; existing views stay valid."""

    def __init__(self, measures: Sequence[Measure], layers: int, steps: int = 0) -> None:
        """layers: how many rows the measures that are taken by layer have; steps: at how many time steps the gradient
        norm is measured.
        """
        whole = [measure for measure in measures if not measure.by_layer]
        self.names = tuple(measure.key for measure in whole)
        self.layer_names = tuple(measure.key for measure in measures if measure.by_layer)
        self._places: dict[str, int] = {measure.role: place for place, measure in enumerate(whole) if measure.role}
        self._values = _Rows(len(self.names))
        self._layers = _Rows(layers, len(self.layer_names))
        self._steps = _Rows(steps)
        self._spent: list[_Spent] = []
        self._spent_on_steps: list[tuple[int, int]] = []  # of measuring them so far, and of the training before

    def words(self, role: str) -> str:
        """The measure that has a role, in words."""
        return self.names[self._places[role]].replace("_", " ") if role in self._places else ""

    def of_role(self, values: Array, role: str) -> float:
        """Of the measures (names,) the one that has a role; NaN if none has."""
        return float(values[self._places[role]]) if role in self._places else np.nan

    @property
    def last_at(self) -> int:
        """The update of the newest measurement, -1 if there is none."""
        return int(self._values.at[self._values.count - 1]) if self._values.count else -1

    def is_due(self, update: int, seen: int, work: Work) -> bool:
        """Whether to measure before an update, after so many examples."""
        if update <= self.last_at or not self._spent:
            return update > self.last_at
        due = [grid for grid in _GRIDS if update <= grid.until and grid.after(update - 1) == update]
        return bool(due) and min(self._lacking(due, update, seen, work)) <= 0

    def with_layers(self, update: int, seen: int, work: Work) -> bool:
        """Whether a measurement that is due takes in the layers."""
        if not self.layer_names:
            return False
        if not self._spent:
            return True
        last = self._spent[-1]
        trained, measuring = work.trained(update, seen) - last.layers, last.measuring + work.full
        if update <= _YOUNG:
            if measuring <= _FREE and update & (update - 1) == 0:
                return True
            if measuring <= _YOUNG_LIMIT and trained >= _LAYERS_YOUNG * work.full:
                return True
        return trained >= _LAYERS_SHARE * work.full

    def next_due(self, update: int, seen: int, batch: int, work: Work) -> int:
        """The first update after `update` at which a measurement may be due, if an update takes up to so many examples.

        `is_due` tells whether it is, once the examples have been counted.
        """
        each = work.update + work.example * batch
        grids = [grid for grid in _GRIDS if update < grid.until]
        found = [
            place
            for grid, lacking in zip(grids, self._lacking(grids, update, seen, work), strict=True)
            if (place := grid.after(update + max(0, -(-lacking // each) - 1))) <= grid.until
        ]
        return min(found)

    def _lacking(self, grids: Iterable[_Grid], update: int, seen: int, work: Work) -> list[int]:
        """How much must still go into training before one may measure, on each of some grids."""
        last = self._spent[-1] if self._spent else _Spent(0, 0, 0)
        measuring, trained = last.measuring + work.light, work.trained(update, seen) - last.training
        return [
            0 if measuring <= grid.free else grid.share * work.light - trained if measuring <= grid.limit else _NEVER
            for grid in grids
        ]

    def append(self, update: int, seen: int, work: Work, values: Array, layers: Array | None) -> None:
        """Add what was measured after so many examples: values (names,) and, unless they were left out, layers
        (L, layer_names).
        """
        before, trained = self._spent[-1] if self._spent else _Spent(0, 0, 0), work.trained(update, seen)
        if layers is None:
            self._spent.append(_Spent(before.measuring + work.light, trained, before.layers))
        else:
            self._spent.append(_Spent(before.measuring + work.full, trained, trained))
        self._values.append(update, values)
        if layers is not None:
            self._layers.append(update, _fitted(layers, self._layers.rows.shape[1]))

    def extend(self, updates: Array, values: Array) -> None:
        """Add what was measured of the whole, (k, names), before updates (k,), whatever is due."""
        self._values.extend(updates, values)

    def steps_are_due(self, update: int, seen: int, work: Work) -> bool:
        """Whether to measure the gradient norm by time step, at a point of the trail after so many examples."""
        if not self._steps.rows.shape[1] or update <= self._last_steps_at:
            return False
        measuring, trained = self._spent_on_steps[-1] if self._spent_on_steps else (0, 0)
        free = measuring + work.steps <= _FREE or not measuring
        return free or work.trained(update, seen) - trained >= _STEPS_SHARE * work.steps

    def append_steps(self, update: int, seen: int, work: Work, norms: Array) -> None:
        """Add gradient norms by time step. If these have become others since the run began, they are unknown (NaN)."""
        measuring = self._spent_on_steps[-1][0] if self._spent_on_steps else 0
        self._spent_on_steps.append((measuring + work.steps, work.trained(update, seen)))
        shape = self._steps.rows.shape[1:]
        self._steps.append(update, norms if norms.shape == shape else np.full(shape, np.nan))

    @property
    def _last_steps_at(self) -> int:
        return int(self._steps.at[self._steps.count - 1]) if self._steps.count else -1

    def cut(self, update: int) -> None:
        """Discard the measurements after an update."""
        self._values.cut(update)
        self._layers.cut(update)
        self._steps.cut(update)
        del self._spent[self._values.count :]
        del self._spent_on_steps[self._steps.count :]

    def fork(self) -> Measures:
        """The same measurements for another run to go on from; the arrays are shared until it does."""
        twin = copy.copy(self)
        twin._values, twin._layers, twin._steps = self._values.fork(), self._layers.fork(), self._steps.fork()
        twin._spent, twin._spent_on_steps = list(self._spent), list(self._spent_on_steps)
        return twin

    def lowest(self, since: int) -> tuple[int, float] | None:
        """The update and the lowest value of the measure that is WATCHED, the first of equals; None if none is finite.

        Measured after update `since`; if that is 0, then too.
        """
        if WATCHED not in self._places:
            return None
        at, values = self._values.view()
        losses = np.where((at > since) | (since == 0), values[:, self._places[WATCHED]], np.inf)
        place = int(np.argmin(np.where(losses < np.inf, losses, np.inf))) if len(losses) else 0
        return (int(at[place]), float(losses[place])) if len(losses) and losses[place] < np.inf else None

    def view(self) -> MeasuresView:
        rows = [number for rows in (self._values, self._layers, self._steps) for number in rows.view()]
        return MeasuresView(self.names, self.layer_names, self._places, *rows)

    def latest(self, role: str, update: int) -> float:
        """The newest value of the measure with a role that was taken before an update or earlier; NaN without any."""
        at, values = self._values.view()
        place = int(np.searchsorted(at, update, "right"))
        return self.of_role(values[place - 1], role) if place else np.nan
