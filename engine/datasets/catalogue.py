"""What a data set is: a way to make examples, and what is known about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from engine.contracts import Catalogue, Hyper, Value
from engine.datasets.examples import Examples
from engine.draws import Draws

Array = np.ndarray
Values = Mapping[str, Value]
Box = tuple[float, float, float, float]  # x low, x high, y low, y high
Purpose = Literal["classification", "regression"]
Maker = Callable[..., tuple[Array, Array]]
Labels = Callable[[Values], tuple[str, ...]]

GENERATED = "made by this program"
MAKING, SPLITTING = range(2)  # what the numbers of a data seed are drawn for, each apart from the other


@dataclass(frozen=True, slots=True)
class Dataset:
    """One source of examples.

    names are those of the d raw inputs, target that of what is to be learned; labels(values) names the classes, none
    for a regression. function(draws, **values) -> inputs (n, d), targets (n,). view is the part of the plane to show:
    for two inputs of both, for one of the input and the target. share of the training part and target_scaling of a
    regression are those that suit it.
    image is (rows, columns) if the inputs are the pixels of an image. licence is that of the numbers themselves.
    """

    key: str
    title: str
    group: str
    purpose: Purpose
    names: tuple[str, ...]
    target: str
    knobs: tuple[Hyper, ...]
    labels: Labels
    function: Maker
    summary: str
    source: str
    licence: str
    share: float
    target_scaling: str
    view: Box | None
    image: tuple[int, int] | None

    @property
    def inputs(self) -> int:
        """How many raw inputs an example has."""
        return len(self.names)

    def classes(self, values: Values) -> int:
        """How many classes there are; 0 for a regression."""
        return len(self.labels(values))

    def make(self, values: Values, seed: int) -> Examples:
        """The examples of a seed, the same on every machine but for the rounding of log, sin and cos.

        values as `choose` returns them. Raises SettingError if a bundled file cannot be read.
        """
        inputs, targets = self.function(Draws(seed).apart(MAKING), **values)
        return Examples(inputs, targets, self.names, self.labels(values), self.target, self.image)


DATASETS: Catalogue[Dataset] = Catalogue("data set")


def dataset(
    key: str,
    title: str,
    *knobs: Hyper,
    group: str,
    summary: str,
    source: str,
    names: tuple[str, ...] = ("x", "y"),
    target: str = "class",
    labels: tuple[str, ...] | Labels = (),
    licence: str = GENERATED,
    share: float = 0.5,
    target_scaling: str = "none",
    view: Box | None = None,
    image: tuple[int, int] | None = None,
) -> Callable[[Maker], Maker]:
    """Declare a data set over the function that makes it; without labels it is a regression."""

    def declare(function: Maker) -> Maker:
        DATASETS.add(
            Dataset(
                key=key,
                title=title,
                group=group,
                purpose="classification" if labels else "regression",
                names=names,
                target=target,
                knobs=knobs,
                labels=labels if callable(labels) else lambda values: labels,
                function=function,
                summary=summary,
                source=source,
                licence=licence,
                share=share,
                target_scaling=target_scaling,
                view=view,
                image=image,
            )
        )
        return function

    return declare


def samples(default: int) -> Hyper:
    """The knob for how many examples are made."""
    return Hyper("samples", "n", default, 2, 20_000, log=True, kind="integer", help="how many examples are made")


def deviation(default: float, high: float, help: str) -> Hyper:
    """The knob for the standard deviation of normal noise."""
    return Hyper("noise", "σ", default, 0.0, high, help=help)
