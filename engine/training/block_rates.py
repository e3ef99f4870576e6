"""Learning rates of layers: how many times as far as the others the blocks of one go; 0 freezes them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import numpy as np

from engine.blocks import Block
from engine.contracts import SettingError, shown
from engine.problems.kind import kind_of
from engine.problems.task import Task
from engine.setting import Setting
from engine.training.layer_rate import PART, layer_rate
from engine.validation import Entries

Array = np.ndarray
Rates = tuple[tuple[str, float], ...]  # titles of layers, in order, with their rates where these are not 1


def layers_with_rates(task: Task) -> tuple[str, ...]:
    """The titles of the layers whose rates can differ: none where there is but one."""
    titles = tuple(kind_of(task).layers(task))
    return titles if len(titles) > 1 else ()


def rate_of(rates: Rates, title: str) -> float:
    """The rate of a layer."""
    return dict(rates).get(title, 1.0)


def with_rate(rates: Rates, setting: Setting, value: object) -> Rates:
    """These rates with another one for the layer that `rates.hidden 1` names. Raises SettingError."""
    title = setting.rest
    rate = float(layer_rate(title).check(value))  # type: ignore[arg-type]
    return _sorted({**dict(rates), title: rate})


def among(rates: Rates, titles: Collection[str]) -> Rates:
    """The rates of these layers."""
    return tuple((title, rate) for title, rate in rates if title in titles)


def check_layer(setting: Setting, task: Task) -> None:
    """Raises SettingError if the task has no layer that `rates.hidden 1` could mean."""
    titles = layers_with_rates(task)
    if setting.is_whole or setting.rest not in titles:
        told = f"layers are {', '.join(titles)}" if titles else "there are no layers whose rates could differ"
        raise SettingError(f"there is no layer {shown(setting.rest, 60)}; {told}", PART)


def read_rates(entries: Entries, task: Task) -> Rates:
    """What a file holds: the rates of layers by their titles. Raises SettingError."""
    found: dict[str, float] = {}
    for title in layers_with_rates(task):
        if title in entries:
            found[title] = entries.checked(title, layer_rate(title).check, 1.0)
    entries.close()
    return _sorted(found)


def rate_words(setting: Setting) -> str:
    """What a setting of PART is called: `rate of hidden 1`."""
    return f"rate of {setting.rest}"


def block_rates(task: Task, blocks: Sequence[Block], rates: Rates, driven: Mapping[str, int]) -> Array:
    """(2, k): how many times as far as its step each block of the task's problem goes, and where in the numbers of the
    optimizer a further factor is, -1 if there is none. driven: these places of the layers whose rates are driven.
    """
    if not rates and not driven:
        return np.array([[block.rate for block in blocks], [-1.0] * len(blocks)])
    titles = {block.start: title for title, some in kind_of(task).layers(task).items() for block in some}
    own = [titles.get(block.start, "") for block in blocks]
    fixed = [
        block.rate * (1.0 if title in driven else rate_of(rates, title))
        for title, block in zip(own, blocks, strict=True)
    ]
    return np.array([fixed, [driven.get(title, -1) for title in own]], np.float64)


def _sorted(found: dict[str, float]) -> Rates:
    return tuple(sorted((title, rate) for title, rate in found.items() if rate != 1.0))
