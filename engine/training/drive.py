"""Knobs of a run that a schedule drives: whatever is a number may follow one, as the learning rate does.

A schedule multiplies the knob's own value, from update 0 on and without a warm-up. What it makes of it is kept within
the knob's range, and rounded where that is of whole numbers.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from engine.batches import BATCHES
from engine.choices import Choice, choose
from engine.contracts import Hyper, SettingError, Value, shown
from engine.optimizers import OPTIMIZERS
from engine.schedules import SCHEDULES
from engine.setting import Setting
from engine.training.layer_rate import PART as RATES
from engine.training.layer_rate import layer_rate
from engine.validation import Entries, text

Drive = tuple[tuple[str, Choice], ...]  # paths of knobs, in order, with their schedules

PART = "drive"  # `drive.optimizer.momentum` is a schedule, `drive.optimizer.momentum.length` a knob of it
UNDRIVEN = "constant"  # the schedule of every knob that none drives
_CATALOGUES: dict[str, Any] = {"optimizer": OPTIMIZERS, "batch": BATCHES}


def is_drivable(hyper: Hyper) -> bool:
    """Whether a schedule can drive a knob: it is a number."""
    return hyper.kind in ("real", "integer")


def driven_layer(path: str) -> str | None:
    """The title of the layer whose rate is at a path such as `rates.hidden 1`; None at any other."""
    part, _, title = path.partition(".")
    return title if part == RATES else None


def driven_layers(drive: Drive) -> tuple[str, ...]:
    """The titles of the layers whose rates are driven."""
    return tuple(title for path, _ in drive if (title := driven_layer(path)) is not None)


def driven_knob(path: str, optimizer: Choice, batch: Choice) -> Hyper:
    """The knob of these choices at a path such as `optimizer.momentum`, or the rate of any layer (`rates.hidden 1`).
    Raises SettingError if none can be driven.
    """
    part, _, name = path.partition(".")
    if part == RATES and name:
        return layer_rate(name)
    if part not in _CATALOGUES:
        told = "a schedule drives a number of the optimizer or of the batches, or the rate of a layer"
        raise SettingError(f"{told}, such as optimizer.momentum, batch.size or rates.output, got {shown(path, 60)}")
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
    path, knob = divided(setting)
    driver = driver_of(drive, path)
    if knob and knob not in driver.values:
        raise SettingError(f"there is no setting {shown(setting.path, 60)}")
    return driver.values[knob] if knob else driver.kind


def with_driver(drive: Drive, setting: Setting, value: object, optimizer: Choice, batch: Choice) -> Drive:
    """These knobs with another schedule for one of them, which begins with its defaults, or with another knob of that.

    A constant one takes the knob out. Raises SettingError.
    """
    path, knob = divided(setting)
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


def of_layers(drive: Drive, titles: Collection[str]) -> Drive:
    """The knobs that are driven, without the rates of other layers than these."""
    return tuple(each for each in drive if (title := driven_layer(each[0])) is None or title in titles)


def read_drive(data: object, path: str, optimizer: Choice, batch: Choice, titles: Collection[str]) -> Drive:
    """What `drive_list` has written. titles: of the layers that have rates. Raises SettingError."""
    if not isinstance(data, list) or len(data) > 100:
        raise SettingError("must be a list of up to 100 knobs, each with its schedule", path)
    found: dict[str, Choice] = {}
    for index, item in enumerate(data):
        table = Entries(item, f"{path}[{index + 1}]")
        knob, driver = table.text("knob"), table.choice("schedule", SCHEDULES, UNDRIVEN)
        try:
            driven_knob(knob, optimizer, batch)
            title = driven_layer(knob)
            if title is not None and title not in titles:
                raise SettingError(f"there is no layer {shown(title, 60)} whose rate could be driven")
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
    path, knob = divided(setting)
    try:
        title = driven_knob(path, optimizer, batch).title
    except SettingError:
        title = path.replace(".", " ").replace("_", " ")
    return f"{knob.replace('_', ' ')} of the schedule of {title}" if knob else f"schedule of {title}"


def divided(setting: Setting) -> tuple[str, str]:
    """The path of the knob, and the knob of its schedule or nothing."""
    part, _, rest = setting.rest.partition(".")
    name, _, knob = rest.partition(".")
    return f"{part}.{name}", knob


def _without(drive: Drive, path: str) -> Drive:
    return tuple((other, driver) for other, driver in drive if other != path)


def _sorted(found: dict[str, Choice]) -> Drive:
    return tuple(sorted(found.items()))
