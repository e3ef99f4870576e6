"""A tweak in words: `β₁ 0.9 → 0.97 at update 512`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.look.number_format import number
from engine import BATCHES, LEARNING_RATE, NOISE, OPTIMIZERS, SCHEDULES, WARMUP, WARMUP_START, Catalogue

if TYPE_CHECKING:
    from engine import Hyper, RunPicture, RunSettings

_CATALOGUES: dict[str, Catalogue[Any]] = {"optimizer": OPTIMIZERS, "schedule": SCHEDULES, "batch": BATCHES}
_OWN = {hyper.name: hyper for hyper in (LEARNING_RATE, WARMUP, WARMUP_START, NOISE)}


def sentence(run: RunPicture, place: int) -> str:
    """What the run's tweak number `place` changed, from what, and when."""
    tweak = run.tweaks[place]
    settings, old = run.initial, None
    for before in run.tweaks[:place]:
        if before.setting == tweak.setting:
            old = before.value
        if before.setting != NOISE.name:
            settings = settings.having(before.setting, before.value)
    if tweak.setting != NOISE.name:
        old = settings.value(tweak.setting)
    name = _name(tweak.setting, settings)
    change = f"{_value(tweak.setting, old)} → " if old is not None else "→ "
    return f"{name} {change}{_value(tweak.setting, tweak.value)} at update {tweak.update:,}"


def _name(setting: str, settings: RunSettings) -> str:
    part, _, knob = setting.partition(".")
    knobs: tuple[Hyper, ...] = ()
    if knob:
        knobs = _CATALOGUES[part][getattr(settings, part).kind].knobs
    elif part in _OWN:
        knobs = (_OWN[part],)
    found = next((hyper for hyper in knobs if hyper.name == (knob or part)), None)
    return (found.symbol or found.title) if found else (knob or part).replace("_", " ")


def _value(setting: str, value: object) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, int | float):
        return number(float(value))
    if isinstance(value, tuple):
        return ", ".join(number(float(item)) for item in value) or "none"
    catalogue = _CATALOGUES.get(setting)
    return str(catalogue[str(value)].title) if catalogue else str(value)
