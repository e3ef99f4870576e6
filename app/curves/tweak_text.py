"""A tweak in words: `β₁ 0.9 → 0.97 at update 512`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.look.number_format import number
from engine import (
    BATCHES,
    LEARNING_RATE,
    NOISE,
    OPTIMIZERS,
    SCHEDULES,
    WARMUP,
    WARMUP_START,
    Catalogue,
    Choice,
    Layer,
    Table,
    of_run,
)

if TYPE_CHECKING:
    from engine import Hyper, RunPicture, RunSettings, Setting

_CATALOGUES: dict[str, Catalogue[Any]] = {"optimizer": OPTIMIZERS, "schedule": SCHEDULES, "batch": BATCHES}
_OWN = {hyper.name: hyper for hyper in (LEARNING_RATE, WARMUP, WARMUP_START, NOISE)}


def sentence(run: RunPicture, place: int) -> str:
    """What the run's tweak number `place` changed, from what if that is known, and when."""
    tweak = run.tweaks[place]
    settings, old = run.initial, None
    for before in run.tweaks[:place]:
        if of_run(before.setting):
            settings = settings.having(before.setting, before.value)
        elif before.setting == tweak.setting:
            old = before.value
    if of_run(tweak.setting):
        old = settings.value(tweak.setting)
    name = _name(tweak.setting, settings)
    change = f"{_value(tweak.setting, old)} → " if old is not None else "→ "
    return f"{name} {change}{_value(tweak.setting, tweak.value)} at update {tweak.update:,}"


def _name(setting: Setting, settings: RunSettings) -> str:
    knobs: tuple[Hyper, ...] = ()
    if setting.part in _CATALOGUES and not setting.is_whole:
        knobs = _CATALOGUES[setting.part][getattr(settings, setting.part).kind].knobs
    elif setting.path in _OWN:
        knobs = (_OWN[setting.path],)
    found = next((hyper for hyper in knobs if hyper.name == (setting.knob or setting.part)), None)
    return (found.symbol or found.title) if found else setting.name


def _value(setting: Setting, value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, int | float):
        return number(float(value))
    if isinstance(value, tuple):
        return ", ".join(_value(setting, item) for item in value) or "none"
    if isinstance(value, Table):
        return value.name
    if isinstance(value, Layer):
        return f"{value.units} {value.activation}"
    if isinstance(value, Choice):
        return value.kind
    catalogue = _CATALOGUES.get(setting.path)
    return str(catalogue[str(value)].title) if catalogue else str(value)
