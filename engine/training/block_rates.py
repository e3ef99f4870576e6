"""Learning rates of layers: how many times as far as the others the blocks of one go; 0 freezes them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np

from engine.blocks import Block
from engine.contracts import Hyper, SettingError, shown
from engine.problems.kind import kind_of
from engine.problems.task import Task
from engine.setting import Setting
from engine.validation import Entries

Array = np.ndarray
Rates = tuple[tuple[str, float], ...]  # titles of layers, in order, with their rates where these are not 1

PART = "rates"  # `rates.hidden 1` is the rate of the layer of that title
_RATE = Hyper(
    "rate",
    "×",
    1.0,
    0.0,
    1000.0,
    log=True,
    slider=(1e-3, 10.0),
    help="multiplies what an update does to the weights and biases of this layer; 0 freezes it",
    tier="expert",
)


def layer_rate(title: str) -> Hyper:
    """The knob of a layer's rate, called `rate of hidden 1`."""
    return replace(_RATE, name=f"rate of {title}")


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


def block_rates(task: Task, blocks: Sequence[Block], rates: Rates) -> Array:
    """(k,): how many times as far as its step each block of the task's problem goes."""
    own = {block.start: rate_of(rates, title) for title, some in kind_of(task).layers(task).items() for block in some}
    return np.array([block.rate * own.get(block.start, 1.0) for block in blocks])


def _sorted(found: dict[str, float]) -> Rates:
    return tuple(sorted((title, rate) for title, rate in found.items() if rate != 1.0))
