"""What runs are called: as a person has typed, or by the settings in which they differ, `Adam, η = 0.01 → 0.003`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
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
    of_run,
    rate_words,
    run_task,
)

_CHOICES: tuple[tuple[str, Any], ...] = (("optimizer", OPTIMIZERS), ("schedule", SCHEDULES), ("batch", BATCHES))
_TURNS = " → "


@dataclass(frozen=True, slots=True)
class _Part:
    """A setting in words: what comes before its value, and the value."""

    head: str
    value: str


def run_names(experiment: Experiment) -> tuple[str, ...]:
    """The name of each run: as typed, else the settings in which it differs from the others, and no other.

    `Adam, η = 0.03`; of a setting that was tweaked its first and its last value. A knob of an optimizer is compared
    among the runs with that optimizer; if optimizers differ, it is also named if it is not at its default. A run alone
    is named by its optimizer and its learning rate. Runs that would have equal names tell when they were tweaked first,
    and are numbered if that does not help.
    """
    runs = experiment.runs
    words = zip(runs, run_differences(experiment), strict=True)
    called = [run.settings.name or differing or run.settings.title for run, differing in words]
    twice = {name for name, count in Counter(called).items() if count > 1}
    for place, run in enumerate(runs):
        if called[place] in twice and run.tweaks and not run.settings.name:
            called[place] += f" from update {run.tweaks[0].update:,}"
    return tuple(_numbered(called))


def run_differences(experiment: Experiment) -> tuple[str, ...]:
    """For each run the settings in which it differs from the others, whatever it is called; empty if there is none."""
    runs = experiment.runs
    ends = [(record.settings, _after(record)) for record in runs]
    among = _Among([settings for pair in ends for settings in pair], len(runs) == 1)
    told = [[*_joined(dict(among.parts(begun)), dict(among.parts(now)))] for begun, now in ends]
    by_hand = [_by_hand(record) for record in runs]
    for words, own, hand in zip(told, _own_words(experiment), by_hand, strict=True):
        words += [own] if own else []
        words += [hand] if hand and len(set(by_hand)) > 1 else []
    return tuple(", ".join(words) for words in told)


def compared_names(experiment: Experiment) -> tuple[str, ...]:
    """The name of each run among others that it is compared with: as typed or by its optimizer alone where that tells
    them apart, for a learning rate that is tuned names nobody; else as `run_names` has it.
    """
    titles = [record.settings.title for record in experiment.runs]
    return tuple(titles) if len(set(titles)) == len(titles) else run_names(experiment)


class RunNames:
    """Names runs as `run_names` does, and keeps the last names: they are asked for with each frame."""

    def __init__(self) -> None:
        self._known: tuple[object, object] | None = None
        self._names: tuple[str, ...] = ()

    def __call__(self, experiment: Experiment) -> tuple[str, ...]:
        known = experiment.problem, experiment.runs
        if known != self._known:
            self._known, self._names = known, run_names(experiment)
        return self._names


def _numbered(names: list[str]) -> list[str]:
    twice = {name for name, count in Counter(names).items() if count > 1}
    seen: Counter[str] = Counter()
    for place, name in enumerate(names):
        seen[name] += 1
        if name in twice:
            names[place] = f"{name} ({seen[name]})"
    return names


def _own_words(experiment: Experiment) -> tuple[str, ...]:
    """What each run has for itself of the problem, in words; nothing where none has."""
    runs = [record.settings for record in experiment.runs]
    if not any(run.own for run in runs):
        return ("",) * len(runs)
    return tuple(kind_of(experiment.problem).own_words([run_task(experiment.problem, run) for run in runs]))


def _after(record: RunRecord) -> RunSettings:
    """The settings of a run after all its tweaks."""
    settings = record.settings
    for tweak in record.tweaks:
        if of_run(tweak.setting):
            settings = settings.having(tweak.setting, tweak.value)
    return settings


def _by_hand(record: RunRecord) -> str:
    """How many parameters were set by hand."""
    count = sum(tweak.setting.part == "parameter" for tweak in record.tweaks)
    return f"{count} parameter{'s' if count > 1 else ''} set by hand" if count else ""


def _joined(begun: dict[str, _Part], now: dict[str, _Part]) -> Iterator[str]:
    """The settings as they are now, each with what it was at first if that was different."""
    for key, part in now.items():
        first = begun.get(key)
        turned = first is not None and first.value != part.value
        yield f"{part.head}{first.value}{_TURNS}{part.value}" if turned and first else f"{part.head}{part.value}"


class _Among:
    """Settings among others from which they are told apart: those of all runs, at first and now."""

    def __init__(self, settings: Sequence[RunSettings], alone: bool) -> None:
        self._all, self._alone = settings, alone

    def parts(self, own: RunSettings) -> Iterator[tuple[str, _Part]]:
        """What is to be told of some settings, by its path."""
        for name, catalogue in _CHOICES:
            choice: Choice = getattr(own, name)
            choices = [getattr(other, name) for other in self._all]
            kinds_differ = len({other.kind for other in choices}) > 1
            if kinds_differ or (self._alone and name == "optimizer"):
                yield name, _Part("", _titled(name, catalogue[choice.kind].title))
            if name == "optimizer":
                rates = [other.learning_rate for other in self._all]
                if self._alone or len(set(rates)) > 1:
                    yield LEARNING_RATE.name, _Part(f"{LEARNING_RATE.symbol} = ", _number(own.learning_rate, rates))
            for knob in catalogue[choice.kind].knobs:
                value = choice.values[knob.name]
                values = [other.values[knob.name] for other in choices if other.kind == choice.kind]
                told = (kinds_differ or self._alone) and (value != knob.default or knob.name == "size")
                if told or any(other != value for other in values):
                    yield f"{name}.{knob.name}", _part(knob, value, values)
        for hyper in (WARMUP, WARMUP_START):
            values = [getattr(other, hyper.name) for other in self._all]
            if len(set(values)) > 1:
                yield hyper.name, _Part(f"{hyper.title} ", _number(getattr(own, hyper.name), values))
        yield from self._drivers(own)
        yield from self._layer_rates(own)

    def _drivers(self, own: RunSettings) -> Iterator[tuple[str, _Part]]:
        """The schedules that drive knobs, where the runs differ in them: `schedule of momentum cosine`."""
        drives = [dict(other.drive) for other in self._all]
        for path, driver in own.drive:
            if not self._alone and all(drive.get(path) == driver for drive in drives):
                continue
            words = drive_words(Setting(DRIVE, path), own.optimizer, own.batch)
            yield f"{DRIVE}.{path}", _Part(f"{words} ", SCHEDULES[driver.kind].title.lower())
            others = [drive[path] for drive in drives if path in drive and drive[path].kind == driver.kind]
            for knob in SCHEDULES[driver.kind].knobs:
                values: list[object] = [other.values[knob.name] for other in others]
                if any(value != driver.values[knob.name] for value in values):
                    yield f"{DRIVE}.{path}.{knob.name}", _part(knob, driver.values[knob.name], values)

    def _layer_rates(self, own: RunSettings) -> Iterator[tuple[str, _Part]]:
        """The rates of layers, where the runs differ in them: `hidden 1 frozen`, `rate of output × 0.1`."""
        everyone = [dict(other.rates) for other in self._all]
        for title in sorted({title for rates in everyone for title in rates}):
            rate, values = dict(own.rates).get(title, 1.0), [rates.get(title, 1.0) for rates in everyone]
            if self._alone or len(set(values)) > 1:
                path = Setting(RATES, title)
                yield path.path, _layer_rate(path, title, rate, values)


def _layer_rate(setting: Setting, title: str, rate: float, values: list[float]) -> _Part:
    return _Part(f"{rate_words(setting)} × ", _number(rate, values)) if rate else _Part(f"{title} ", "frozen")


def _titled(name: str, title: str) -> str:
    if name == "optimizer":
        return title
    lowered = title if title[1:2].isupper() else title[:1].lower() + title[1:]
    return f"{lowered} schedule" if name == "schedule" else f"{lowered}{' batch' if lowered == 'single' else ''}"


def _part(knob: Any, value: object, values: list[object]) -> _Part:
    if isinstance(value, bool):
        return _Part(f"{knob.title} ", "on" if value else "off")
    if isinstance(value, str):
        return _Part(f"{knob.title} ", value)
    if isinstance(value, tuple):
        return _Part(f"{knob.symbol or knob.title} = ", f"({', '.join(_number(item, []) for item in value)})")
    return _Part(f"{knob.symbol or knob.title} = ", _number(value, values))


def _number(value: Any, among: list[Any]) -> str:
    """Four digits, or as many as distinguish it from the others."""
    for digits in (4, 8, 12):
        text = number(value, digits)
        if all(number(other, digits) != text for other in among if other != value):
            return text
    return repr(value)
