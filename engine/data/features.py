"""Features of one or two raw inputs, and the scaling of columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.contracts import Catalogue, Hyper, SettingError, Tier

Array = np.ndarray

MAX_PLANE = 2  # raw inputs; with more, each column is a feature


@dataclass(frozen=True, slots=True)
class Feature:
    """A number computed from the first one or two raw inputs.

    title is in terms of x and y; needs: how many raw inputs it requires; column maps raw (n, d) to (n,).
    """

    key: str
    title: str
    needs: int
    column: Callable[[Array], Array]
    knobs: tuple[Hyper, ...] = ()
    tier: Tier = "more"

    def named(self, names: tuple[str, ...]) -> str:
        """The title in terms of the raw inputs' names."""
        words = {"x": names[0], "y": names[-1]}
        return "".join(words.get(sign, sign) for sign in self.title)


FEATURES: Catalogue[Feature] = Catalogue("feature")
FEATURES.add(Feature("x", "x", 1, lambda raw: raw[:, 0], tier="basic"))
FEATURES.add(Feature("y", "y", 2, lambda raw: raw[:, 1], tier="basic"))
FEATURES.add(Feature("x2", "x²", 1, lambda raw: raw[:, 0] * raw[:, 0]))
FEATURES.add(Feature("y2", "y²", 2, lambda raw: raw[:, 1] * raw[:, 1]))
FEATURES.add(Feature("xy", "x · y", 2, lambda raw: raw[:, 0] * raw[:, 1]))
FEATURES.add(Feature("sin_x", "sin x", 1, lambda raw: np.sin(raw[:, 0])))
FEATURES.add(Feature("sin_y", "sin y", 2, lambda raw: np.sin(raw[:, 1])))


@dataclass(frozen=True, slots=True)
class Scaling:
    """fit maps the features of the training set (n, f) to (shift (f,), scale (f,)); see TrainingData."""

    key: str
    title: str
    summary: str
    fit: Callable[[Array], tuple[Array, Array]]
    knobs: tuple[Hyper, ...] = ()
    tier: Tier = "more"


def _none(features: Array) -> tuple[Array, Array]:
    return np.zeros(features.shape[1]), np.ones(features.shape[1])


def _standardise(features: Array) -> tuple[Array, Array]:
    mean = features.mean(axis=0, keepdims=True)
    return _without_constants(features, mean[0], features.std(axis=0, mean=mean))


def _min_max(features: Array) -> tuple[Array, Array]:
    low = features.min(axis=0)
    return low, _without_constants(features, low, features.max(axis=0) - low)[1]


def _common(features: Array) -> tuple[Array, Array]:
    low, high = features.min(), features.max()
    return np.full(features.shape[1], low), np.full(features.shape[1], high - low if high > low else 1.0)


def _without_constants(features: Array, shift: Array, scale: Array) -> tuple[Array, Array]:
    """A constant column becomes 0: rounding of its mean must not be scaled up to 1."""
    constant = (features == features[0]).all(axis=0)
    return np.where(constant, features[0], shift), np.where(constant | (scale <= 0.0), 1.0, scale)


SCALINGS: Catalogue[Scaling] = Catalogue("scaling")
SCALINGS.add(Scaling("none", "None", "The features unscaled.", _none, tier="basic"))
SCALINGS.add(
    Scaling(
        "standardise", "Standardise", "Mean 0 and standard deviation 1 on the training set.", _standardise, tier="basic"
    )
)
SCALINGS.add(Scaling("min_max", "Min-max", "From 0 to 1 on the training set.", _min_max))
SCALINGS.add(
    Scaling(
        "common",
        "Common range",
        "From 0 to 1 over all columns together on the training set, so that they keep their proportions.",
        _common,
    )
)


def possible_features(inputs: int) -> tuple[str, ...]:
    """The keys of the features available for so many raw inputs; none if every column is a feature itself."""
    if inputs > MAX_PLANE:
        return ()
    return tuple(key for key, feature in FEATURES.items() if feature.needs <= inputs)


def checked_features(keys: tuple[str, ...], inputs: int) -> tuple[str, ...]:
    """The keys, if so many raw inputs allow them; () for more than two inputs. Raises SettingError."""
    if inputs > MAX_PLANE:
        return ()
    for key in keys:
        if (feature := FEATURES[key]).needs > inputs:
            raise SettingError(f"the feature {feature.title} needs {feature.needs} inputs, the data have {inputs}")
    if not keys or len(set(keys)) < len(keys):
        raise SettingError(f"choose at least one feature, and each only once, got {', '.join(keys) or 'none'}")
    return keys


def columns_of(raw: Array, keys: tuple[str, ...]) -> Array:
    """The unscaled features (n, f) of raw inputs (n, d); without keys the inputs themselves."""
    return np.column_stack([FEATURES[key].column(raw) for key in keys]) if keys else raw


def column_names(names: tuple[str, ...], keys: tuple[str, ...]) -> tuple[str, ...]:
    """The names (f,) of these features of inputs with these names (d,)."""
    return tuple(FEATURES[key].named(names) for key in keys) if keys else names
