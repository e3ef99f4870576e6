"""A tweak in words: `β₁ 0.9 → 0.97 at update 512`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from app.look.number_format import number
from engine import (
    BATCHES,
    DRIVE,
    LEARNING_RATE,
    OPTIMIZERS,
    PARAMETER,
    PROBLEMS,
    RATES,
    SCHEDULES,
    WARMUP,
    WARMUP_START,
    Catalogue,
    Choice,
    Setting,
    Table,
    drive_words,
    kind_of_edit,
    of_run,
    rate_words,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine import Hyper, RunPicture, RunSettings

_OF_RUN: dict[str, Catalogue[Any]] = {  # the choices of which a run's settings know the kind
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
    "batch": BATCHES,
}
_OWN = {hyper.name: hyper for hyper in (LEARNING_RATE, WARMUP, WARMUP_START)}
_AXES = "xy"  # the parameters of a surface
_DIGITS = (4, 6, 9, 17)  # significant ones, until two numbers look different


def sentence(run: RunPicture, place: int) -> str:
    """What the run's tweak number `place` changed, from what if that is known, and when."""
    tweak = run.tweaks[place]
    when = f"at update {tweak.update:,}"
    kind = kind_of_edit(tweak.setting)
    if kind is not None:
        return f"{kind.edit_words(tweak.setting, tweak.value, lambda each: number(float(each)))} {when}"
    settings = settings_before(run, place)
    old = settings.value(tweak.setting) if of_run(tweak.setting) else _problem_before(run, place)
    name = _name(tweak.setting, settings, run.shown.theta.size)
    return f"{name} {_change(tweak.setting, old, tweak.value)} {when}"


def settings_before(run: RunPicture, place: int) -> RunSettings:
    """The settings before the run's tweak number `place`; what a later tweak has replaced is not applied, for a run may
    have a hundred thousand.
    """
    counting, replaced, seen = [], set[str](), set[Setting]()
    for tweak in reversed(run.tweaks[:place]):
        if tweak.setting in seen:
            continue
        seen.add(tweak.setting)
        if of_run(tweak.setting) and replaced.isdisjoint(_replacing(tweak.setting)):
            replaced.add(tweak.setting.path)
            counting.append(tweak)
    settings = run.initial
    for tweak in reversed(counting):
        settings = settings.having(tweak.setting, tweak.value)
    return settings


def _replacing(setting: Setting) -> list[str]:
    """The paths of the settings whose change makes an earlier change of this one count no more."""
    words = setting.path.split(".")
    whole = [".".join(words[:count]) for count in range(1, len(words))]
    return whole + words[1:2] if setting.part == DRIVE else whole


def _problem_before(run: RunPicture, place: int) -> object:
    """The value that a setting of the problem had before the run's tweak number `place`; None if that is not known."""
    setting = run.tweaks[place].setting
    bringing = [part for kind in PROBLEMS.values() for part in kind.brings_others]
    for before in reversed(run.tweaks[:place]):
        if before.setting == setting:
            return before.value
        part = before.setting.part
        if not of_run(before.setting) and part != PARAMETER and part in (setting.part, *bringing):
            return None
    return None


def change_words(run: RunPicture, changes: Mapping[str, object]) -> str:
    """What a run would have otherwise than where it is shown: `η 0.01 → 0.003`. changes: by the paths of settings."""
    settings, told = run.shown.settings, []
    for path, value in changes.items():
        setting = Setting.of(path)
        of_theta = setting.part == PARAMETER and setting.place is not None
        old = float(run.shown.theta[setting.place]) if of_theta else settings.value(setting)
        settings = settings if of_theta else settings.having(setting, value)
        told.append(f"{_name(setting, settings, run.shown.theta.size)} {_change(setting, old, value)}")
    return ", ".join(told)


def _catalogue(name: str) -> Catalogue[Any] | None:
    """The catalogue that the values of a setting, or of a knob, are keys of."""
    of_problems = (kind.catalogues[name] for kind in PROBLEMS.values() if name in kind.catalogues)
    return _OF_RUN[name] if name in _OF_RUN else next(of_problems, None)


def _name(setting: Setting, settings: RunSettings, parameters: int) -> str:
    if setting.part == DRIVE:
        return drive_words(setting, settings.optimizer, settings.batch)
    if setting.part == RATES:
        return rate_words(setting)
    knobs: tuple[Hyper, ...] = ()
    if setting.part in _OF_RUN and not setting.is_whole:
        knobs = _OF_RUN[setting.part][getattr(settings, setting.part).kind].knobs
    elif setting.path in _OWN:
        knobs = (_OWN[setting.path],)
    elif setting.is_whole:
        knobs = tuple(knob for kind in PROBLEMS.values() for knob in kind.knobs)
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
    if isinstance(title := getattr(value, "title", None), str):
        return title
    catalogue = _catalogue(setting.knob or setting.part)
    if setting.part == DRIVE and isinstance(value, str):
        catalogue = SCHEDULES
    key = value.kind if isinstance(value, Choice) else str(value)
    return str(catalogue[key].title) if catalogue is not None and key in catalogue else key
