"""A tweak in words: `β₁ 0.9 → 0.97 at update 512`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.look.number_format import number
from engine import (
    ACTIVATIONS,
    BATCHES,
    DATASETS,
    DRIVE,
    FEATURES,
    INITIALIZERS,
    LEARNING_RATE,
    LOSSES,
    NOISE,
    OPTIMIZERS,
    PARAMETER,
    SCALINGS,
    SCHEDULES,
    WARMUP,
    WARMUP_START,
    Catalogue,
    Choice,
    Layer,
    Table,
    drive_words,
    of_run,
)

if TYPE_CHECKING:
    from engine import Hyper, RunPicture, RunSettings, Setting

_CATALOGUES: dict[str, Catalogue[Any]] = {
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
    "batch": BATCHES,
    "data": DATASETS,
    "loss": LOSSES,
    "initializer": INITIALIZERS,
    "output": ACTIVATIONS,
    "activation": ACTIVATIONS,
    "features": FEATURES,
    "scaling": SCALINGS,
    "target_scaling": SCALINGS,
}
_OF_RUN = ("optimizer", "schedule", "batch")  # the choices of which a run's settings know the kind
_BRINGS_OTHERS = ("data", "loss")  # settings that may change others with them
_OWN = {hyper.name: hyper for hyper in (LEARNING_RATE, WARMUP, WARMUP_START, NOISE)}
_AXES = "xy"  # the parameters of a surface
_DIGITS = (4, 6, 9, 17)  # significant ones, until two numbers look different


def sentence(run: RunPicture, place: int) -> str:
    """What the run's tweak number `place` changed, from what if that is known, and when."""
    tweak = run.tweaks[place]
    when = f"at update {tweak.update:,}"
    if tweak.setting.path in _EDITS:
        return f"{_EDITS[tweak.setting.path](tweak.value)} {when}"
    settings, old = run.initial, None
    for before in run.tweaks[:place]:
        if of_run(before.setting):
            settings = settings.having(before.setting, before.value)
        elif before.setting == tweak.setting:
            old = before.value
        elif before.setting.part in (tweak.setting.part, *_BRINGS_OTHERS):
            old = None if before.setting.part != PARAMETER else old
    if of_run(tweak.setting):
        old = settings.value(tweak.setting)
    name = _name(tweak.setting, settings, run.shown.theta.size)
    return f"{name} {_change(tweak.setting, old, tweak.value)} {when}"


def _added(point: tuple[float, ...]) -> str:
    return f"point {_point(point[:-1])} → {number(float(point[-1]))} added"


def _erased(circle: tuple[float, ...]) -> str:
    if circle[-1] == 0.0:
        return f"point {_point(circle[:-1])} erased"
    return f"points within {number(float(circle[-1]))} of {_point(circle[:-1])} erased"


_EDITS = {"data.add": _added, "data.erase": _erased}


def _point(place: tuple[float, ...]) -> str:
    return f"({', '.join(number(float(each)) for each in place)})"


def _name(setting: Setting, settings: RunSettings, parameters: int) -> str:
    if setting.part == DRIVE:
        return drive_words(setting, settings.optimizer, settings.batch)
    knobs: tuple[Hyper, ...] = ()
    if setting.part in _OF_RUN and not setting.is_whole:
        knobs = _CATALOGUES[setting.part][getattr(settings, setting.part).kind].knobs
    elif setting.path in _OWN:
        knobs = (_OWN[setting.path],)
    elif setting.part == PARAMETER and setting.place is not None and parameters == len(_AXES):
        return _AXES[setting.place]
    found = next((hyper for hyper in knobs if hyper.name == (setting.knob or setting.part)), None)
    return (found.symbol or found.title) if found else setting.name


def _change(setting: Setting, old: object, new: object) -> str:
    """`0.9 → 0.97`, with as many digits as it takes to tell them apart."""
    for digits in _DIGITS:
        before, after = _value(setting, old, digits), _value(setting, new, digits)
        if before != after or old == new:
            break
    return f"→ {after}" if old is None else f"{before} → {after}"


def _value(setting: Setting, value: object, digits: int) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, int | float):
        return number(float(value), digits)
    if isinstance(value, tuple):
        return ", ".join(_value(setting, item, digits) for item in value) or "none"
    if isinstance(value, Table):
        return value.name
    if isinstance(value, Layer):
        return f"{value.units} {ACTIVATIONS[value.activation].title}"
    catalogue = _CATALOGUES.get(setting.part if setting.is_whole else setting.knob or "")
    if setting.part == DRIVE and isinstance(value, str):
        catalogue = SCHEDULES
    key = value.kind if isinstance(value, Choice) else str(value)
    return str(catalogue[key].title) if catalogue is not None and key in catalogue else key
