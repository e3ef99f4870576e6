"""The catalogue of curves: columns of every run's history, and what kinds of problem declare to be measured."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from app.curves.x_axes import Array
from engine import LAYER, LOSS, PROBLEMS, TIERS, Measure, ProblemKind

if TYPE_CHECKING:
    from engine import Reference, RunPicture, SessionPicture, Tier

Triple = tuple[Array, Array, Array]  # last, low, high of some bins
Combine = Callable[[list[Triple], "SessionPicture"], Triple]

_CLASSES = ("class", "cluster")  # parts without an order, which have the colours of classes


@dataclass(frozen=True, slots=True)
class Part:
    """One of the lines that a curve has for a run: its name beside the others, and the measure that it draws.

    An empty measure is a column of the history. layer counts from 0, None is the whole. is_class: whether
    it has the colour of a class instead of that of a layer.
    """

    name: str = ""
    measure: str = ""
    layer: int | None = None
    dashed: bool = False
    is_class: bool = False


def always(picture: SessionPicture) -> bool:
    """Every problem has it."""
    return True


@dataclass(frozen=True, slots=True)
class Curve:
    """One curve, made of one of three things.

    columns: of the history, made into one by `combine` if it is not just the one. measured: measures of the
    whole, the first drawn solid and the others dashed. layers: a measure of each layer; of the selected
    run only, for the colours are the layers'.

    axis: the name of its y axis where a legend says the rest. log: whether its y axis begins logarithmic. tall: its
    share of the height. needs: whether it means anything for the problem on screen. least: how far down a linear axis
    follows the values by itself. rising: whether it mostly rises, so that there is room for words below it. tier: how
    early a menu offers it. unit: of its values. is_loss: whether it is a loss, so that losses that are known beforehand
    are drawn, too.
    """

    key: str
    title: str
    columns: tuple[str, ...] = ()
    combine: Combine | None = None
    measured: tuple[str, ...] = ()
    layers: str = ""
    part: str = LAYER
    axis: str = ""
    log: bool = True
    tall: float = 1.0
    needs: Callable[[SessionPicture], bool] = always
    least: float = -np.inf
    rising: bool = False
    help: str = ""
    tier: Tier = "more"
    unit: str = ""
    is_loss: bool = False

    @property
    def tip(self) -> str:
        """What it shows, and in what."""
        return ", in ".join(part for part in (self.help, self.unit) if part)

    def title_for(self, picture: SessionPicture | None) -> str:
        """What it is called for the problem on screen."""
        return self.title if picture is None else picture.subject.curve_titles.get(self.key, self.title)

    def axis_for(self, picture: SessionPicture | None) -> str:
        """What its y axis is called, with the unit if there is one."""
        title = self.axis or self.title_for(picture)
        return f"{title} ({self.unit})" if self.unit else title

    def references(self, picture: SessionPicture | None) -> tuple[Reference, ...]:
        """What is known beforehand of the problem on screen: losses, if this is a curve of losses."""
        known = picture.subject.references if picture is not None else ()
        return tuple(each for each in known if (self.key in each.curves if each.curves else self.is_loss))

    def parts(self, run: RunPicture) -> tuple[Part, ...]:
        """The lines of a run; but for those of layers, which may be its own, every run has the same."""
        titles = run.shown.problem.subject.titles_of(self.part) if self.layers else ()
        return _parts(self.measured, self.layers, self.part, titles)


@lru_cache(maxsize=64)
def _parts(measured: tuple[str, ...], layers: str, part: str, titles: tuple[str, ...]) -> tuple[Part, ...]:
    if layers:
        is_class = part in _CLASSES
        return tuple(Part(title, layers, layer, is_class=is_class) for layer, title in enumerate(titles))
    if measured:
        return tuple(Part(name.partition("_")[0], name, dashed=place > 0) for place, name in enumerate(measured))
    return (Part(),)


def above_minimum(columns: list[Triple], picture: SessionPicture) -> Triple:
    """Loss less the lowest value that it can have."""
    lowest = picture.subject.known_minimum
    assert lowest is not None
    last, low, high = columns[0]
    return last - lowest, low - lowest, high - lowest


def relative_step(columns: list[Triple], picture: SessionPicture) -> Triple:
    """Step over parameters; in a bin of many updates their length is that of its last update."""
    (last, low, high), (x, _, _), (y, _, _) = columns
    length = np.hypot(x, y)
    return last / length, low / length, high / length


def negated(columns: list[Triple], picture: SessionPicture) -> Triple:
    """What is gained: minus the loss, so that low and high change places."""
    last, low, high = columns[0]
    return -last, -high, -low


def is_gain(picture: SessionPicture) -> bool:
    """Whether the loss is minus what is to be gained."""
    return picture.subject.gains


def minimum_is_known(picture: SessionPicture) -> bool:
    """Whether the lowest value of the loss is known."""
    return picture.subject.known_minimum is not None


def over_a_plane(picture: SessionPicture) -> bool:
    """Whether x and y are all there is."""
    return picture.subject.is_plane


def offered() -> list[str]:
    """The keys as a menu offers them: basic curves first, expert ones last."""
    return sorted(CURVES, key=lambda key: TIERS.index(CURVES[key].tier))


def first_curves(kind: str, picture: SessionPicture | None = None) -> list[str]:
    """The keys of the curves that are there at first for a kind of problem, of a picture those that mean anything."""
    found = PROBLEMS[kind]
    shown = {_curve_key(measure) for measure in found.measures if measure.shown}
    keys = [key for key in CURVES if key in shown or key in found.first_curves]
    return [key for key in keys if picture is None or CURVES[key].needs(picture)]


_OF_HISTORY = (
    Curve("loss", "Loss", ("loss",), help="before each update", tier="basic", is_loss=True),
    Curve("gradient_norm", "Gradient norm", ("gradient_norm",), help="before clipping and decay", tier="basic"),
    Curve("learning_rate", "Learning rate", ("learning_rate",), log=False, tall=0.55, tier="basic"),
    Curve("step_norm", "Step length", ("step_norm",), help="how far each update moves the parameters"),
    Curve("gain", "Gain", ("loss",), negated, log=False, needs=is_gain, rising=True, help="minus the loss"),
    Curve("excess_loss", "Loss above the minimum", ("loss",), above_minimum, needs=minimum_is_known),
    Curve(
        "relative_step",
        "Step / parameters",
        ("step_norm", "x", "y"),
        relative_step,
        needs=over_a_plane,
        tier="expert",
    ),
    Curve("x", "Parameter x", ("x",), log=False, needs=over_a_plane, help="before each update"),
    Curve("y", "Parameter y", ("y",), log=False, needs=over_a_plane, help="before each update"),
)


class _Curves(Mapping[str, Curve]):
    """Every curve by its key: first those of measures that are shown at first, then of the history, then the others."""

    def __getitem__(self, key: str) -> Curve:
        return _curves(tuple(PROBLEMS.values()))[key]

    def __iter__(self) -> Iterator[str]:
        return iter(_curves(tuple(PROBLEMS.values())))

    def __len__(self) -> int:
        return len(_curves(tuple(PROBLEMS.values())))


@lru_cache(maxsize=4)
def _curves(kinds: tuple[ProblemKind, ...]) -> dict[str, Curve]:
    measures = [measure for kind in kinds for measure in kind.measures]
    first = [_of_measures(key, group) for key, group in _grouped(measures) if group[0].shown]
    others = [_of_measures(key, group) for key, group in _grouped(measures) if not group[0].shown]
    found: dict[str, Curve] = {}
    for curve in (*first, *_OF_HISTORY, *others):
        found.setdefault(curve.key, curve)
    return found


def _curve_key(measure: Measure) -> str:
    return measure.curve or (f"layer_{measure.key}" if measure.by_layer else measure.key)


def _grouped(measures: list[Measure]) -> list[tuple[str, list[Measure]]]:
    """The measures of each curve."""
    return [(key, list(group)) for key, group in groupby(measures, _curve_key)]


def _of_measures(key: str, measures: list[Measure]) -> Curve:
    first = measures[0]
    names = {measure.key for measure in measures}

    def is_measured(picture: SessionPicture) -> bool:
        known = any(measure.key in names for subject in picture.subjects for measure in subject.measures)
        return known and (first.part not in _CLASSES or bool(picture.subject.titles_of(first.part)))

    return Curve(
        key,
        f"{first.title} by {first.part}" if first.by_layer else first.title,
        measured=() if first.by_layer else tuple(measure.key for measure in measures),
        layers=first.key if first.by_layer else "",
        part=first.part,
        axis=first.axis or (first.title if first.by_layer else ""),
        log=first.log,
        tall=first.tall,
        needs=is_measured,
        least=first.least,
        rising=first.direction == "rises",
        help=first.help,
        tier=first.tier,
        unit=first.unit,
        is_loss=any(measure.role == LOSS for measure in measures),
    )


CURVES: Mapping[str, Curve] = _Curves()
