"""Labels of runs for legends: the settings in which they differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from app.look.number_format import number
from engine import (
    BATCHES,
    DRIVE,
    LEARNING_RATE,
    OPTIMIZERS,
    RATES,
    SCHEDULES,
    WARMUP,
    WARMUP_START,
    Choice,
    Experiment,
    RunRecord,
    RunSettings,
    Setting,
    drive_words,
    kind_of,
    rate_words,
    run_task,
)

_CHOICES: tuple[tuple[str, Any], ...] = (("optimizer", OPTIMIZERS), ("schedule", SCHEDULES), ("batch", BATCHES))


def differences(experiment: Experiment) -> list[str]:
    """One label per run with only the settings that differ: `Adam, η = 0.03, β₁ = 0.8`.

    A knob of an optimizer is compared among the runs with that optimizer; if optimizers differ, it is also named if it
    is not at its default. A name given by the user comes first. No two labels are equal.
    """
    records = experiment.runs
    labels = [_label(record, records, words) for record, words in zip(records, _own_words(experiment), strict=True)]
    twice = {label for label, count in Counter(labels).items() if count > 1}
    seen: Counter[str] = Counter()
    for place, label in enumerate(labels):
        seen[label] += 1
        if label in twice:
            labels[place] = f"{label} ({seen[label]})"
    return labels


def _own_words(experiment: Experiment) -> list[str]:
    """What each run has for itself of the problem, in words; nothing where none has."""
    runs = [record.settings for record in experiment.runs]
    if not any(run.own for run in runs):
        return ["" for _ in runs]
    return kind_of(experiment.problem).own_words([run_task(experiment.problem, run) for run in runs])


def _label(record: RunRecord, records: tuple[RunRecord, ...], own: str) -> str:
    settings = record.settings
    title = OPTIMIZERS[settings.optimizer.kind].title
    parts = [*_parts(record, records), *([own] if own else [])]
    if settings.name == title:
        return ", ".join(parts) or title
    if settings.name.startswith(title) and parts[:1] == [title]:
        parts = parts[1:]
    return f"{settings.name}: {', '.join(parts)}" if parts else settings.name


def _parts(record: RunRecord, records: tuple[RunRecord, ...]) -> Iterator[str]:
    settings = record.settings
    alone = len(records) == 1
    for name, catalogue in _CHOICES:
        choice: Choice = getattr(settings, name)
        choices = [getattr(other.settings, name) for other in records]
        kinds_differ = len({other.kind for other in choices}) > 1
        if kinds_differ or (alone and name == "optimizer"):
            yield _titled(name, catalogue[choice.kind].title)
        if name == "optimizer":
            rates = [other.settings.learning_rate for other in records]
            if alone or len(set(rates)) > 1:
                yield f"{LEARNING_RATE.symbol} = {_number(settings.learning_rate, rates)}"
        for knob in catalogue[choice.kind].knobs:
            value = choice.values[knob.name]
            values = [other.values[knob.name] for other in choices if other.kind == choice.kind]
            told = (kinds_differ or alone) and (value != knob.default or knob.name == "size")
            if told or any(other != value for other in values):
                yield _setting(knob, value, values)
    for hyper in (WARMUP, WARMUP_START):
        values = [getattr(other.settings, hyper.name) for other in records]
        if len(set(values)) > 1:
            yield f"{hyper.title} {_number(getattr(settings, hyper.name), values)}"
    yield from _drivers(settings, [dict(other.settings.drive) for other in records])
    yield from _layer_rates(dict(settings.rates), [dict(other.settings.rates) for other in records])
    if record.tweaks and not all(other.tweaks == record.tweaks for other in records):
        yield _tweaks(record)


def _drivers(settings: RunSettings, drives: list[dict[str, Choice]]) -> Iterator[str]:
    """The schedules that drive knobs, where the runs differ in them: `schedule of momentum cosine`."""
    for path, driver in settings.drive:
        if len(drives) > 1 and all(drive.get(path) == driver for drive in drives):
            continue
        words = drive_words(Setting(DRIVE, path), settings.optimizer, settings.batch)
        yield f"{words} {SCHEDULES[driver.kind].title.lower()}"
        others = [drive[path] for drive in drives if path in drive and drive[path].kind == driver.kind]
        for knob in SCHEDULES[driver.kind].knobs:
            values: list[object] = [other.values[knob.name] for other in others]
            if any(value != driver.values[knob.name] for value in values):
                yield _setting(knob, driver.values[knob.name], values)


def _layer_rates(own: dict[str, float], everyone: list[dict[str, float]]) -> Iterator[str]:
    """The rates of layers, where the runs differ in them: `hidden 1 frozen`, `rate of output × 0.1`."""
    titles = sorted({title for rates in everyone for title in rates})
    for title in titles:
        rate, values = own.get(title, 1.0), [rates.get(title, 1.0) for rates in everyone]
        if len(everyone) == 1 or len(set(values)) > 1:
            frozen = f"{title} frozen"
            yield f"{rate_words(Setting(RATES, title))} × {_number(rate, values)}" if rate else frozen


def _titled(name: str, title: str) -> str:
    if name == "optimizer":
        return title
    lowered = title if title[1:2].isupper() else title[:1].lower() + title[1:]
    return f"{lowered} schedule" if name == "schedule" else f"{lowered}{' batch' if lowered == 'single' else ''}"


def _setting(knob: Any, value: object, values: list[object]) -> str:
    if isinstance(value, bool):
        return f"{knob.title} {'on' if value else 'off'}"
    if isinstance(value, str):
        return f"{knob.title} {value}"
    if isinstance(value, tuple):
        return f"{knob.symbol or knob.title} = ({', '.join(_number(item, []) for item in value)})"
    return f"{knob.symbol or knob.title} = {_number(value, values)}"


def _tweaks(record: RunRecord) -> str:
    """What holds since the last tweak, if all are of one setting; else how many there are."""
    count, last = len(record.tweaks), record.tweaks[-1]
    if any(tweak.setting != last.setting for tweak in record.tweaks):
        return f"{count} tweaks"
    told = isinstance(last.value, str | int | float)
    value = f" {last.value if isinstance(last.value, str) else _number(last.value, [])}" if told else " changed"
    settings, setting = record.settings, last.setting
    name = setting.name
    if setting.part == DRIVE:
        name = drive_words(setting, settings.optimizer, settings.batch)
    elif setting.part == RATES:
        name = rate_words(setting)
    return f"{name}{value} from update {last.update}{f' ({count} tweaks)' if count > 1 else ''}"


def _number(value: Any, among: list[Any]) -> str:
    """Four digits, or as many as distinguish it from the others."""
    for digits in (4, 8, 12):
        text = number(value, digits)
        if all(number(other, digits) != text for other in among if other != value):
            return text
    return repr(value)
