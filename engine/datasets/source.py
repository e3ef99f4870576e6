"""Where examples come from: a declared data set with its knobs, or a table of the experiment's own."""

from __future__ import annotations

from engine.choices import Choice
from engine.datasets.catalogue import DATASETS
from engine.datasets.examples import Examples
from engine.datasets.features import checked_features, possible_features
from engine.datasets.table import Table

Source = Choice | Table


def examples_of(source: Source, seed: int) -> Examples:
    """The raw examples; the seed is of no matter to a table. Raises SettingError if a bundled file cannot be read."""
    if isinstance(source, Table):
        return source.examples()
    return DATASETS[source.kind].make(source.values, seed)


def size_of(source: Source) -> int:
    """How many examples there are, told without making them."""
    return len(source.targets) if isinstance(source, Table) else int(source.values["samples"])  # type: ignore[arg-type]


def shape_of(source: Source, features: tuple[str, ...]) -> tuple[int, int, int]:
    """(inputs to the network, raw inputs, classes or 0), told without making the examples.

    features are keys of FEATURES. Raises SettingError if the raw inputs do not allow them.
    """
    inputs = _raw_inputs(source)
    classes = len(source.classes) if isinstance(source, Table) else DATASETS[source.kind].classes(source.values)
    return len(checked_features(features, inputs)) or inputs, inputs, classes


def fitting_features(source: Source, features: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the features that the data allow; if none is left, the raw inputs; of more than two inputs, none."""
    allowed = possible_features(_raw_inputs(source))
    raw = tuple(key for key in ("x", "y") if key in allowed)
    return tuple(key for key in features if key in allowed) or raw


def _raw_inputs(source: Source) -> int:
    return len(source.columns) if isinstance(source, Table) else DATASETS[source.kind].inputs
