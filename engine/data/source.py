"""The source of examples: a declared data set with its knobs, or the experiment's own table."""

from __future__ import annotations

from engine.choices import Choice
from engine.data.catalogue import DATASETS
from engine.data.examples import INPUTS, Examples, TargetShape
from engine.data.features import checked_features
from engine.data.table import Table

Source = Choice | Table


def examples_of(source: Source, seed: int) -> Examples:
    """The raw examples; a table ignores the seed. Raises SettingError if a bundled file cannot be read."""
    if isinstance(source, Table):
        return source.examples()
    return DATASETS[source.kind].make(source.values, seed)


def example_shape(source: Source) -> tuple[tuple[int, ...], bool]:
    """The shape of one example, () if it is a row of separate numbers, and whether it is an image."""
    if isinstance(source, Table):
        return (source.context,) if source.context else source.shape, source.is_image
    declared = DATASETS[source.kind].having(source.values)
    return declared.shape, declared.image is not None


def is_text(source: Source, target: str) -> bool:
    """Whether the examples are windows of a text whose next character is the target."""
    if target == INPUTS:
        return False
    return source.context > 0 if isinstance(source, Table) else DATASETS[source.kind].text is not None


def group_name(source: Source) -> str:
    """What a group of examples is called, in the singular; "" if they are in no groups."""
    declared = None if isinstance(source, Table) else DATASETS[source.kind].groups
    return "" if declared is None else declared.name


def vocabulary(source: Source) -> tuple[str, ...]:
    """The names of the tokens of which every input is one; none if inputs are numbers."""
    return source.vocabulary if isinstance(source, Table) else DATASETS[source.kind].tokens(source.values)


def count_of(source: Source) -> int:
    """How many examples there are at most, told without making them."""
    return source.count if isinstance(source, Table) else DATASETS[source.kind].count(source.values)


def target_shape_of(source: Source, features: tuple[str, ...], target: str) -> TargetShape:
    """What an example is answered with, without generating it. target: LABEL or INPUTS, which are the features.

    Raises SettingError if the raw inputs do not allow the features.
    """
    if target == INPUTS:
        return TargetShape(width=shape_of(source, features)[0], is_input=True)
    if isinstance(source, Table):
        return source.target_shape
    return DATASETS[source.kind].target_shape(source.values)


def shape_of(source: Source, features: tuple[str, ...]) -> tuple[int, int, int]:
    """(network inputs, raw inputs, classes or 0), without generating the examples.

    features: keys of FEATURES. Raises SettingError if the raw inputs do not allow them.
    """
    if isinstance(source, Table):
        inputs, classes = source.width, len(source.classes)
    else:
        declared = DATASETS[source.kind].having(source.values)
        inputs, classes = declared.inputs, declared.classes(source.values)
    return len(checked_features(features, inputs)) or inputs, inputs, classes
