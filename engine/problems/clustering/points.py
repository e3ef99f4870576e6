"""The points that are clustered: generated in the plane, imported, or drawn with the mouse."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from engine.choices import Choice
from engine.contracts import Catalogue, Hyper, SettingError, Tier
from engine.data.catalogue import (
    DATASETS,
    SPLITTING,
    Array,
    Dataset,
    Labels,
    Maker,
    Values,
    deviation,
    samples,
)
from engine.data.table import Table
from engine.random_generator import RandomGenerator

EDITED = ", edited"  # at the end of the name of points that were changed by hand
VIEW = (-6.0, 6.0, -6.0, 6.0)
HALF = 5.0  # of the side of the square that generated points fill

POINTS: Catalogue[Dataset] = Catalogue("kind of points")


@dataclass(frozen=True, eq=False)
class PointSet:
    """points (n, 2). labels (n,) int64: places in `classes`, the groups they are known to come from; without classes
    there are none. names: of the two axes.
    """

    points: Array
    labels: Array
    classes: tuple[str, ...]
    names: tuple[str, str]


def points_of(source: Choice | Table, seed: int) -> PointSet:
    """The points; generated ones in random order, so that every k-th is as good as any. A table ignores the seed."""
    if isinstance(source, Table):
        return _of_table(source)
    made = POINTS[source.kind].make(source.values, seed)
    order = RandomGenerator(seed).child(SPLITTING).permutation(len(made.targets))
    labels = made.targets[order].astype(np.int64)
    return PointSet(np.ascontiguousarray(made.inputs[order]), labels, made.classes, (made.names[0], made.names[1]))


def check_table(table: Table) -> Table:
    """The table, if it holds points of a plane. Raises SettingError."""
    if len(table.columns) == 2 or (len(table.columns) == 1 and not table.classes):
        return table
    told = "one column of numbers besides the classes" if table.classes else f"{len(table.columns) + 1} columns"
    raise SettingError(f"points in the plane have two columns of numbers, got {told}: import two of them")


def count_of(source: Choice | Table) -> int:
    """How many points there are, told without making them."""
    return len(source.targets) if isinstance(source, Table) else POINTS[source.kind].count(source.values)


def drawn(source: Choice | Table, seed: int) -> Table:
    """The points as a table that can be edited by hand; nobody knows where a drawn point comes from, so it has no
    classes.
    """
    if isinstance(source, Table) and source.drawn and len(source.columns) == 1:
        return source
    found = points_of(source, seed)
    name = source.name if isinstance(source, Table) else f"{POINTS[source.kind].title}{EDITED}"
    x, y = found.names
    return Table(name, (x,), y, np.ascontiguousarray(found.points[:, :1]), found.points[:, 1].copy(), (), True)


def title_of(source: Choice | Table) -> str:
    """The name of the points, for people; edits by hand do not change it."""
    return source.name.removesuffix(EDITED) if isinstance(source, Table) else POINTS[source.kind].title


def _of_table(table: Table) -> PointSet:
    if len(table.columns) == 1:
        names = (table.columns[0], table.target)
        return PointSet(np.column_stack([table.inputs[:, 0], table.targets]), np.empty(0, np.int64), (), names)
    names = (table.columns[0], table.columns[1])
    labels = table.targets.astype(np.int64) if table.classes else np.empty(0, np.int64)
    return PointSet(np.ascontiguousarray(table.inputs), labels, table.classes, names)


# Further points, which are of use for clusters alone -----------------------------------------------------------------

GROUPS = Hyper("groups", "", 3, 2, 8, kind="integer", help="groups that the points come from", tier="basic")


_MADE = DATASETS["blobs"]  # what the points below have in common with


def _declare(
    key: str, title: str, *knobs: Hyper, summary: str, labels: Labels | None = None, tier: Tier = "basic"
) -> Callable[[Maker], Maker]:
    """Decorator: declare points over the function that makes them."""

    def declare(function: Maker) -> Maker:
        POINTS.add(
            replace(
                _MADE,
                key=key,
                title=title,
                group="Points",
                knobs=knobs,
                target="group",
                labels=labels or _letters,
                function=function,
                summary=summary,
                view=VIEW,
                tier=tier,
            )
        )
        return function

    return declare


def _letters(values: Values) -> tuple[str, ...]:
    return tuple("ABCDEFGH"[: int(values["groups"])])  # type: ignore[arg-type]


@_declare(
    "uneven",
    "Uneven blobs",
    GROUPS,
    samples(600),
    deviation(0.9, 4.0, "standard deviation of the largest blob; each next one is narrower by a third"),
    summary="Gaussian blobs on a circle, each with half as many points as the one before it, and narrower.",
)
def uneven(rng: RandomGenerator, groups: int, samples: int, noise: float) -> tuple[Array, Array]:
    """Blobs of unequal size and spread."""
    shares = 0.5 ** np.arange(groups)
    ends = np.rint(np.cumsum(shares / shares.sum()) * samples)
    places = np.searchsorted(ends, np.arange(samples), "right").clip(0, groups - 1)
    spreads = noise * (2.0 / 3.0) ** places
    return _circle(places, groups, 3.5) + spreads[:, None] * rng.child(0).normal((samples, 2)), places.astype(float)


@_declare(
    "stripes",
    "Stretched blobs",
    GROUPS,
    samples(600),
    Hyper("stretch", "", 6.0, 1.0, 20.0, slider=(1.0, 10.0), help="how many times as long as wide each blob is"),
    deviation(0.45, 2.0, "standard deviation across a blob"),
    summary="Long Gaussian blobs side by side: they are no circles, and cells of nearest centres cut through them.",
)
def stripes(rng: RandomGenerator, groups: int, samples: int, stretch: float, noise: float) -> tuple[Array, Array]:
    """Long blobs side by side, turned by 30 degrees."""
    places = np.arange(samples) % groups
    numbers = noise * rng.child(0).normal((samples, 2))
    across, along = (places - 0.5 * (groups - 1)) * 2.4 + numbers[:, 0], stretch * numbers[:, 1]
    turn = math.radians(30.0)
    cos, sin = math.cos(turn), math.sin(turn)
    return np.column_stack([cos * across - sin * along, sin * across + cos * along]), places.astype(float)


for _entry in DATASETS.values():
    if _entry.view is not None and _entry.inputs == 2 and _entry.purpose == "classification":
        POINTS.add(replace(_entry, tier="basic" if _entry.key in ("blobs", "moons", "rings") else "more"))


@_declare(
    "uniform",
    "Uniform noise",
    samples(600),
    labels=lambda values: (),
    tier="more",
    summary="Points anywhere in a square: there are no clusters, and every model finds some.",
)
def uniform(rng: RandomGenerator, samples: int) -> tuple[Array, Array]:
    """Points without any groups."""
    return rng.child(0).uniform((samples, 2), -HALF, HALF), np.zeros(samples)


def _circle(places: Array, count: int, radius: float) -> Array:
    angles = 2.0 * math.pi * places / count
    return radius * np.column_stack([np.cos(angles), np.sin(angles)])
