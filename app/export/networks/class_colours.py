"""Colours of classes, of shares and of signed values in print."""

from __future__ import annotations

from typing import Any

import numpy as np

from app.look.palettes import CLASSES_ON_LIGHT

Array = np.ndarray

NOT_FINITE = "#c9ccd2"  # where the output is not finite
_SHADES = ("#ffffff", "#cfe3f2", "#7fb5da", "#2f7fb8", "#0b4f86")
_STRENGTH = 0.5  # of the colours of a background, on which the dots have full colour


def class_colour(place: int) -> str:
    """The colour of a class."""
    return CLASSES_ON_LIGHT[place % len(CLASSES_ON_LIGHT)]


def shades() -> Any:
    """A colour map from none to all of something, or from silent to loud."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("counts", _SHADES)


def signed(strength: float = 1.0) -> Any:
    """A diverging colour map from negative values through zero to positive ones, or from one class to another."""
    from matplotlib.colors import LinearSegmentedColormap

    ends = [_paler(class_colour(0), strength), "#ffffff", _paler(class_colour(1), strength)]
    return LinearSegmentedColormap.from_list("signed", ends).with_extremes(bad=NOT_FINITE)


def field_map() -> Any:
    """The same, paler, as a background for dots."""
    return signed(_STRENGTH)


def mixed(shares: Array) -> Array:
    """The mixed colours (..., 3) of class shares (..., classes); grey where they are not finite."""
    colours = np.array([_rgb(_paler(class_colour(place), _STRENGTH)) for place in range(shares.shape[-1])])
    with np.errstate(all="ignore"):
        total = shares.sum(axis=-1, keepdims=True)
        found = np.where(total > 0.0, shares / total, 1.0 / shares.shape[-1]) @ colours
    return np.where(np.isfinite(shares).all(axis=-1, keepdims=True), found, _rgb(NOT_FINITE))


def _paler(colour: str, strength: float) -> str:
    parts = 1.0 - strength * (1.0 - _rgb(colour))
    return "#" + "".join(f"{round(255 * part):02x}" for part in parts.tolist())


def _rgb(colour: str) -> Array:
    return np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
