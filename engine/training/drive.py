"""Knobs of a run that a schedule drives: whatever is a number may follow one, as the learning rate does.

A schedule multiplies the knob's own value, from update 0 on and without a warm-up. What it makes of it is kept within
the knob's range, and rounded where that is of whole numbers.
"""

from __future__ import annotations

from typing import Any

from engine.batches import BATCHES
from engine.choices import Choice, choose
from engine.contracts import Hyper, SettingError, Value, shown
from engine.optimizers import OPTIMIZERS
from engine.schedules import SCHEDULES
from engine.setting import Setting
from engine.validation import Entries, text

Drive = tuple[tuple[str, Choice], ...]  # paths of knobs, in order, with their schedules

PART = "drive"  # `drive.optimizer.momentum` is a schedule, `drive.optimizer.momentum.length` a knob of it
UNDRIVEN = "constant"  # the schedule of every knob that none drives
_CATALOGUES: dict[str, Any] = {"optimizer": OPTIMIZERS, "batch": BATCHES}


def is_drivable(hyper: Hyper) -> bool:
    """Whether a schedule can drive a knob: it is a number."""
    return hyper.kind in ("real", "integer")


def driven_knob(path: str, optimizer: Choice, batch: Choice) -> Hyper:
    """The knob of these choices at a path such as `optimizer.momentum`. Raises SettingError if none can be driven."""
    part, _, name = path.partition(".")
    if part not in _CATALOGUES:
        told = "a schedule drives a number of the optimizer or of the batches, such as optimizer.momentum or batch.size"
        raise SettingError(f"{told}, got {shown(path, 60)}")
    entry = _CATALOGUES[part][(optimizer if part == "optimizer" else batch).kind]
    hyper: Hyper | None = next((knob for knob in entry.knobs if knob.name == name), None)
    if hyper is None:
        raise SettingError(f"{entry.title} has no {shown(name)} that a schedule could drive")
    if not is_drivable(hyper):
        raise SettingError(f"{hyper.title} of {entry.title} is no number, and a schedule drives numbers only")
    reason = getattr(entry, "refused", {}).get(name)
    if reason is not None:
        raise SettingError(f"{hyper.title} is not for {entry.title}: {reason}")
    return hyper


def driver_of(drive: Drive, path: str) -> Choice:
    """The schedule that drives a knob; a constant one if none does."""
    return dict(drive).get(path) or choose(SCHEDULES, UNDRIVEN)


def drive_value(drive: Drive, setting: Setting) -> Value:
    """The value of `drive.optimizer.momentum`, a key of SCHEDULES, or of a knob of that. Raises SettingError."""
    path, knob = _divided(setting)
    driver = driver_of(drive, path)
    if knob and knob not in driver.values:
        raise SettingError(f"there is no setting {shown(setting.path, 60)}")
    return driver.values[knob] if knob else driver.kind


def with_driver(drive: Drive, setting: Setting, value: object, optimizer: Choice, batch: Choice) -> Drive:
    """These knobs with another schedule for one of them, which begins with its defaults, or with another knob of that.

    A constant one takes the knob out. Raises SettingError.
    """
    path, knob = _divided(setting)
    driven_knob(path, optimizer, batch)
    if knob:
        old = driver_of(drive, path)
        driver = choose(SCHEDULES, old.kind, {**old.values, knob: value})
    else:
        driver = choose(SCHEDULES, text(value))
    return _without(drive, path) if driver.kind == UNDRIVEN else _sorted({**dict(drive), path: driver})


def without_part(drive: Drive, part: str) -> Drive:
    """The knobs that are driven besides those of a choice, which another one has not."""
    return tuple((path, driver) for path, driver in drive if path.partition(".")[0] != part)


def read_drive(data: object, path: str, optimizer: Choice, batch: Choice) -> Drive:
    """What `drive_list` has written. Raises SettingError."""
    if not isinstance(data, list) or len(data) > 100:
        raise SettingError("must be a list of up to 100 knobs, each with its schedule", path)
    found: dict[str, Choice] = {}
    for index, item in enumerate(data):
        table = Entries(item, f"{path}[{index + 1}]")
        knob, driver = table.text("knob"), table.choice("schedule", SCHEDULES, UNDRIVEN)
        try:
            driven_knob(knob, optimizer, batch)
            if knob in found:
                raise SettingError(f"{shown(knob, 60)} is driven twice")
        except SettingError as error:
            raise SettingError(error.sentence, table.at("knob")) from None
        table.close()
        if driver.kind != UNDRIVEN:
            found[knob] = driver
    return _sorted(found)


def drive_list(drive: Drive) -> list[dict[str, Any]]:
    """Plain data, for a file."""
    return [{"knob": path, "schedule": driver.to_dict()} for path, driver in drive]


def drive_words(setting: Setting, optimizer: Choice, batch: Choice) -> str:
    """What a setting of PART is called: `schedule of beta1`, `length of the schedule of beta1`."""
    path, knob = _divided(setting)
    try:
        title = driven_knob(path, optimizer, batch).title
    except SettingError:
        title = path.replace(".", " ").replace("_", " ")
    return f"{knob.replace('_', ' ')} of the schedule of {title}" if knob else f"schedule of {title}"


def _divided(setting: Setting) -> tuple[str, str]:
    """The path of the knob, and the knob of its schedule or nothing."""
    part, _, rest = setting.rest.partition(".")
    name, _, knob = rest.partition(".")
    return f"{part}.{name}", knob


def _without(drive: Drive, path: str) -> Drive:
    return tuple((other, driver) for other, driver in drive if other != path)


def _sorted(found: dict[str, Choice]) -> Drive:
    return tuple(sorted(found.items()))
