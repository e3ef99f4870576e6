"""Where examples come from: a declared data set with its knobs, or a table of the experiment's own."""

from __future__ import annotations

from engine.choices import Choice
from engine.datasets.catalogue import DATASETS
from engine.datasets.examples import Examples
from engine.datasets.features import checked_features
from engine.datasets.table import Table

Source = Choice | Table


def examples_of(source: Source, seed: int) -> Examples:
    """The raw examples; the seed is of no matter to a table. Raises SettingError if a bundled file cannot be read."""
    if isinstance(source, Table):
        return source.examples()
    return DATASETS[source.kind].make(source.values, seed)


def shape_of(source: Source, features: tuple[str, ...]) -> tuple[int, int, int]:
    """(inputs to the network, raw inputs, classes or 0), told without making the examples.

    features are keys of FEATURES. Raises SettingError if the raw inputs do not allow them.
    """
    if isinstance(source, Table):
        inputs, classes = len(source.columns), len(source.classes)
    else:
        declared = DATASETS[source.kind]
        inputs, classes = declared.inputs, declared.classes(source.values)
    return len(checked_features(features, inputs)) or inputs, inputs, classes
