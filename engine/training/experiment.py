"""The document: everything that determines the numbers, as frozen dataclasses, to and from plain dicts.

The dicts are what a TOML file holds. Reading checks every entry at the door: an unknown, missing,
mistyped or out-of-range one raises SettingError with its path, its value and what is allowed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from engine.batches import BATCHES
from engine.choices import Choice, choose, plain
from engine.contracts import Catalogue, Check, Hyper, SettingError, Tier, Value, native, no_check, shown
from engine.data.table import Table
from engine.memory import refuse_beyond_limit, with_averages
from engine.optimizers import OPTIMIZERS
from engine.optimizers.catalogue import AVERAGES, NONE
from engine.problems.kind import Own, kind_of, read_task, task_entries
from engine.problems.task import Task
from engine.schedules import SCHEDULES
from engine.setting import PARAMETER, Setting
from engine.training.block_rates import Rates, among, check_layer, layers_with_rates, rate_of, read_rates, with_rate
from engine.training.drive import PART as DRIVE
from engine.training.drive import (
    Drive,
    divided,
    drive_list,
    drive_value,
    driven_layer,
    driven_layers,
    of_layers,
    read_drive,
    with_driver,
    without_part,
)
from engine.training.layer_rate import PART as RATES
from engine.training.origin import Origin, read_origin
from engine.training.own_problem import PART as OWN
from engine.training.own_problem import distinct_tasks, fitting_own, own_entries, own_task, read_own
from engine.trials.comparison_record import ComparisonRecord, read_comparisons
from engine.validation import Entries, checked, text

FORMAT = 7  # of what `Experiment.to_dict` returns; those from 1 on are read
# The version of the numbers: raise it whenever any result changes in its bits, so that an experiment computed by an
# earlier engine can be told. 1: of 0.2.0. 2: of 0.4.0, in which a gradient whose squares overflow is finite, so that
# runs go on that used to end there. 3: networks are measured at other updates, on which early stopping and the best
# weights depend. 4: of 0.7.0, in which clusters and associative memories sum in vectors. 5: of 0.8.0, with another
# tanh, and divisions of Adam that are exact to the last bit but one.
NUMBERS = 5
MAX_RUNS = 16
MAX_TWEAKS = 100_000
MAX_UPDATES = 10**15

_FIRST_NUMBERS = 1  # of files that do not say which
_FIRST_TYPED = 5  # format in which a name is one that a person has typed
_CHECKED = 1000  # tweaks read between two checks

LEARNING_RATE = Hyper(
    "learning_rate",
    "η",
    0.01,
    0.0,
    1e12,
    log=True,
    slider=(1e-6, 10.0),
    help="how far an update goes along the optimizer's direction; the schedule multiplies it",
    tier="basic",
)
WARMUP = Hyper(
    "warmup",
    "W",
    0,
    0,
    1_000_000_000,
    kind="integer",
    slider=(0, 500),
    unit="updates",
    help="the learning rate rises linearly over this many updates before the schedule begins; 0 is off",
)
WARMUP_START = Hyper(
    "warmup_start",
    "s",
    0.0,
    0.0,
    1.0,
    help="the fraction of the learning rate at which the warm-up begins",
    tier="expert",
)


def patience_for(watched: str) -> Hyper:
    """The rule of early stopping, for a measure in words."""
    return Hyper(
        "patience",
        "",
        0,
        0,
        10**12,
        kind="integer",
        slider=(0, 2000),
        unit="updates",
        help=f"early stopping: stop after this many updates without a lower {watched}; 0 is off",
    )


STOP = (
    Hyper(
        "updates",
        "",
        2000,
        0,
        MAX_UPDATES,
        kind="integer",
        slider=(0, 10_000),
        help="stop after this many updates; 0 is never",
    ),
    Hyper(
        "loss_below",
        "",
        float("-inf"),
        float("-inf"),
        1e300,
        slider=(0.0, 1.0),
        help="stop once the loss is below this; -inf is off",
    ),
    Hyper(
        "gradient_below",
        "",
        0.0,
        0.0,
        1e300,
        slider=(0.0, 1.0),
        help="stop once the gradient norm is below this; 0 is off",
    ),
    Hyper(
        "plateau_updates",
        "",
        0,
        0,
        10**12,
        kind="integer",
        slider=(0, 1000),
        help="stop after this many updates without improvement; 0 is off",
    ),
    patience_for("value of the measure that is watched"),
    Hyper(
        "plateau_gain",
        "",
        1e-4,
        0.0,
        1.0,
        help="an improvement lowers the best loss by at least this fraction",
        tier="expert",
    ),
)

_AVERAGE = Setting("optimizer", "average")
_COUNT = Hyper("updates", "", 0, 0, MAX_UPDATES, kind="integer")
_PLACE = Hyper("update", "", 0, 0, MAX_UPDATES, kind="integer")

NEVER: Mapping[str, Value] = {**{hyper.name: hyper.default for hyper in STOP}, "updates": 0}  # every rule off


@dataclass(frozen=True, slots=True)
class RunSettings:
    """One descent: what a run panel shows. `id` names the run within its experiment.

    name: as a person has typed it; empty where the run is called after what it differs in from the others.
    drive: the knobs, besides the learning rate, that a schedule drives. rates: learning rates of layers, where they are
    other than that of the run. own: settings of the problem that the run has for itself (see own_problem).
    """

    id: str
    name: str
    colour: int
    optimizer: Choice
    learning_rate: float
    schedule: Choice
    batch: Choice
    warmup: int = 0
    warmup_start: float = 0.0
    drive: Drive = ()
    rates: Rates = ()
    own: Own = ()
    visible: bool = True
    pinned: bool = False

    TIERS: ClassVar[Mapping[str, Tier]] = {  # of what is chosen from a catalogue
        "optimizer": "basic",
        "schedule": "more",
        "batch": "basic",
        "drive": "more",
        "rates": "expert",
        "own": "more",
    }

    @property
    def title(self) -> str:
        """The name that was typed, or that of the optimizer."""
        return self.name or OPTIMIZERS[self.optimizer.kind].title

    def value(self, setting: str | Setting) -> Value | str:
        """The value of a setting, as in Tweak.setting."""
        setting = Setting.of(setting)
        if setting.part == DRIVE:
            return drive_value(self.drive, setting)
        if setting.part == RATES:
            return rate_of(self.rates, setting.rest)
        if setting.part == OWN:
            return bool(self.own)
        found = getattr(self, setting.part)
        if isinstance(found, Choice):
            return found.kind if setting.is_whole else found.values[setting.rest]
        return found  # type: ignore[no-any-return]

    def having(self, setting: str | Setting, value: object) -> RunSettings:
        """These settings with one changed. Raises SettingError.

        `optimizer`, `schedule` and `batch` take a key and start from its defaults; `optimizer.beta1`
        takes the knob's value. `drive.optimizer.beta1` takes the key of a schedule, `drive.optimizer.beta1.length` the
        value of its knob; another choice leaves its knobs without any. `rates.hidden 1` takes the rate of a layer.
        """
        setting = Setting.of(setting)
        part = setting.part
        changed: Any
        if setting.path in _PLAIN:
            changed = _checked_plain(setting.path, value)
            return replace(self, **{part: changed})
        if part == DRIVE and not setting.is_whole:
            try:
                return replace(self, drive=with_driver(self.drive, setting, value, self.optimizer, self.batch))
            except SettingError as error:
                raise error.at(setting.path if not error.where else part) from None
        if part == RATES and not setting.is_whole:
            try:
                return replace(self, rates=with_rate(self.rates, setting, value))
            except SettingError as error:
                raise error.at(setting.path) from None
        if part not in _CHOICES:
            raise SettingError(f"there is no setting {shown(setting.path, 60)}")
        catalogue, old = _CHOICES[part], getattr(self, part)
        try:
            if setting.is_whole:
                changed = choose(catalogue, text(value))
            else:
                changed = choose(catalogue, old.kind, {**old.values, setting.rest: value})
        except SettingError as error:
            raise error.at(part) from None
        drive = without_part(self.drive, part) if setting.is_whole else self.drive
        return replace(self, **{part: changed}, drive=drive)

    def to_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            **({"name": self.name} if self.name else {}),
            "colour": self.colour,
            "visible": self.visible,
            "pinned": self.pinned,
            "learning_rate": self.learning_rate,
            "warmup": self.warmup,
            "warmup_start": self.warmup_start,
            "optimizer": self.optimizer.to_dict(),
            "schedule": self.schedule.to_dict(),
            "batch": self.batch.to_dict(),
            **({"drive": drive_list(self.drive)} if self.drive else {}),
            **({"rates": dict(self.rates)} if self.rates else {}),
            **({"own": own_entries(self.own)} if self.own else {}),
        }


def _flag(value: object) -> bool:
    value = native(value)
    if isinstance(value, bool):
        return value
    raise SettingError(f"must be true or false, got {shown(value)}")


def _colour(value: object) -> int:
    value = native(value)
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MAX_RUNS:
        return value
    raise SettingError(f"must be a whole number in [0, {MAX_RUNS - 1}], got {shown(value)}")


_PARAMETER = Hyper(
    "parameter", "", 0.0, -1e12, 1e12, help="a weight, a bias or a coordinate, set by hand", tier="basic"
)
# What a run has besides its choices: setting -> what checks a value of it.
_PLAIN: dict[str, Callable[[object], Value | str]] = {
    **{hyper.name: hyper.check for hyper in (LEARNING_RATE, WARMUP, WARMUP_START)},
    "name": lambda value: text(value)[:80],
    "visible": _flag,
    "pinned": _flag,
    "colour": _colour,
}
_CHOICES: dict[str, Catalogue[Any]] = {"optimizer": OPTIMIZERS, "schedule": SCHEDULES, "batch": BATCHES}


def _checked_plain(name: str, value: object) -> Value | str:
    """A value of a setting in _PLAIN. Raises SettingError."""
    try:
        return _PLAIN[name](value)
    except SettingError as error:
        raise error.at(name) from None


def distinct(id: str, records: Iterable[RunRecord]) -> str:
    """`id`, with a number appended if one of the records already has it."""
    taken = {record.settings.id for record in records}
    names = [id, *(f"{id}-{number}" for number in range(2, len(taken) + 3))]
    return next(name for name in names if name not in taken)


def checked_count(updates: object) -> int:
    """How many updates are asked for. Raises SettingError unless that is a whole number from 0 on."""
    return int(_COUNT.check(updates))  # type: ignore[arg-type]


def checked_update(update: object) -> int:
    """The number of an update. Raises SettingError unless it is a whole number from 0 on."""
    return int(_PLACE.check(update))  # type: ignore[arg-type]


def checked_type(value: object, kind: type, what: str) -> None:
    """Raises SettingError if a value is not what the caller needs, `what` in words."""
    if not isinstance(value, kind):
        raise SettingError(f"needs {what}, got {shown(value)}")


def of_run(setting: Setting) -> bool:
    """Whether a setting belongs to RunSettings."""
    return setting.part in _CHOICES or setting.part in _PLAIN or setting.part in (DRIVE, RATES, OWN)


def of_theta(setting: Setting) -> bool:
    """Whether a setting is a parameter."""
    return setting.part == PARAMETER


def of_problem(setting: Setting) -> bool:
    """Whether a setting belongs to the task, which all runs share."""
    return not (of_run(setting) or of_theta(setting))


def parameter_place(setting: Setting, parameters: int) -> int:
    """The place in theta that `parameter.17` names. Raises SettingError if there is none."""
    place = setting.place
    if setting.part != PARAMETER or setting.knob is not None or place is None or place >= parameters:
        raise SettingError(f"there is no setting {shown(setting.path, 60)}; parameters are 0 to {parameters - 1}")
    return place


@dataclass(frozen=True, slots=True)
class Tweak:
    """A setting of the run, of the problem or of theta changed while a run moves.

    It acts from update `update` (counted from 0) on. value is what the setting holds: a number, a text, or a
    Choice, Table or the layers of a network.
    """

    update: int
    setting: Setting
    value: Any

    def to_dict(self, tables: Callable[[Table], Any] = Table.to_dict) -> dict[str, Any]:
        """tables: what stands for a table."""
        # A table is named as the task itself names it.
        value = {"table": tables(self.value)} if isinstance(self.value, Table) else plain(self.value)
        return {"update": self.update, "setting": self.setting.path, "value": value}


def followed(settings: RunSettings, task: Task, setting: Setting, value: Any) -> tuple[RunSettings, Task, Any]:
    """Settings and task as a tweak leaves them, and the value as the tweak keeps it.

    task: the run's, with what it has for itself. Raises SettingError, also if a run cannot go on with what the tweak
    makes of the task.
    """
    if setting.part == OWN:
        raise SettingError("cannot change while a run moves: it takes a new start", setting.path)
    if setting.part == RATES:
        check_layer(setting, task)
    if setting.part == DRIVE and (title := driven_layer(divided(setting)[0])) is not None:
        check_layer(Setting(RATES, title), task)
    if of_run(setting):
        settings = settings.having(setting, value)
        _refuse_unsuited(task, settings, setting.part)
        return settings, task, settings.value(setting)
    if of_theta(setting):
        parameter_place(setting, task.parameters)
        return settings, task, checked(_PARAMETER, value, setting.path)
    changed = task.having(setting, value)
    if not task.continues(changed):
        raise SettingError("cannot change while a run moves: it takes a new start", setting.path)
    kept = tuple(map(float, value)) if setting in kind_of(task).edits else changed.value(setting)
    return settings, changed, kept


def run_task(task: Task, settings: RunSettings) -> Task:
    """The task of a run: what all share, with what it has for itself. Raises SettingError."""
    return own_task(task, settings.own)


def fitted(settings: RunSettings, task: Task) -> RunSettings:
    """These settings without what the run has for itself if that does not go with the task, and without the rates of
    layers that its task has not.
    """
    own = fitting_own(settings.own, task)
    if not settings.rates and not driven_layers(settings.drive):
        return replace(settings, own=own)
    titles = layers_with_rates(own_task(task, own))
    return replace(settings, own=own, rates=among(settings.rates, titles), drive=of_layers(settings.drive, titles))


def fitting(settings: RunSettings, task: Task, tweaks: Iterable[Tweak]) -> list[Tweak]:
    """The tweaks that can follow these settings: a knob's goes if the optimizer it belonged to is gone."""
    kept = []
    for tweak in tweaks:
        try:
            settings, task, _ = followed(settings, task, tweak.setting, tweak.value)
        except SettingError:
            continue
        kept.append(tweak)
    return kept


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run as it began, and every tweak since: enough to compute it again, bit for bit.

    origin: of a branch, the run whose past it shares; no number depends on it.
    """

    settings: RunSettings
    tweaks: tuple[Tweak, ...] = ()
    origin: Origin | None = None

    def to_dict(self, tables: Callable[[Table], Any] = Table.to_dict) -> dict[str, Any]:
        """tables: what stands for a table."""
        tweaks = [tweak.to_dict(tables) for tweak in self.tweaks]
        origin = {"origin": self.origin.to_dict()} if self.origin is not None else {}
        return {**self.settings.to_dict(), **origin, **({"tweaks": tweaks} if tweaks else {})}


@dataclass(frozen=True, slots=True)
class Experiment:
    """Problem, runs, stop rules; how the window shows them (`view`: a flat table of plain values); and the comparisons
    that belong to them, of each kind one at most.

    numbers: the NUMBERS of the engine that it was read from, as far as is known. If it is another than this one's,
    the runs may differ in their last bits from what they were. It is no part of what the experiment is.
    """

    problem: Task
    runs: tuple[RunRecord, ...]
    stop: Mapping[str, Value] = field(default_factory=lambda: {hyper.name: hyper.default for hyper in STOP})
    title: str = "Untitled"
    note: str = ""
    view: Mapping[str, Any] = field(default_factory=dict)
    comparisons: tuple[ComparisonRecord, ...] = ()
    numbers: int = field(default=NUMBERS, compare=False, repr=False)

    def to_dict(self, tables: Callable[[Table], Any] = Table.to_dict) -> dict[str, Any]:
        """Plain data; `from_dict` takes tables as they are, too.

        tables: what stands for a table of examples, for those who keep them elsewhere.
        """
        ids = [run.settings.id for run in self.runs]
        return {
            "fall_line": FORMAT,
            "numbers": NUMBERS,  # of those who write, for they have computed it anew
            "title": self.title,
            "note": self.note,
            "problem": task_entries(self.problem, tables),
            "stop": dict(self.stop),
            "view": dict(self.view),
            **({"comparison": [each.to_dict(ids) for each in self.comparisons]} if self.comparisons else {}),
            "runs": [replace(run, settings=fitted(run.settings, self.problem)).to_dict(tables) for run in self.runs],
        }

    def comparison(self, kind: str) -> ComparisonRecord | None:
        """The comparison of a kind, if one belongs to it."""
        return next((each for each in self.comparisons if each.choice.kind == kind), None)

    @classmethod
    def from_dict(cls, data: object, check: Check = no_check) -> Experiment:
        """Read what `to_dict` wrote or a person typed. Raises SettingError with the path of the fault.

        check: called between pieces; what it raises ends the reading.
        """
        table = Entries(data, "")
        typed = "fall_line" not in table  # by a person, rather than written by a program
        version = _format(table.take("fall_line", FORMAT))
        numbers = table.checked("numbers", _numbers, NUMBERS if typed else _FIRST_NUMBERS)
        problem = read_task(table.entries("problem"), check)
        stop = _stop(table.entries("stop", {}))
        runs = table.take("runs")
        if not isinstance(runs, list) or not 1 <= len(runs) <= MAX_RUNS:
            raise SettingError(f"there must be 1 to {MAX_RUNS} runs", "runs")
        records = tuple(
            _run(Entries(run, f"runs[{index + 1}]"), index, problem, version, check) for index, run in enumerate(runs)
        )
        ids = [record.settings.id for record in records]
        if len(set(ids)) < len(ids):
            raise SettingError(f"two runs have the same id: {', '.join(ids)[:120]}", "runs")
        _check_origins(records)
        check_runs(problem, records)
        experiment = cls(
            problem,
            records,
            stop,
            table.text("title", "Untitled"),
            table.text("note", ""),
            _view(table.take("view", {})),
            read_comparisons(table.take("comparison", []), "comparison", ids, version, check),
            numbers,
        )
        table.close()
        return experiment


def _check_origins(records: Sequence[RunRecord]) -> None:
    """Raises SettingError if a branch has an origin that is none of the runs before it."""
    before: set[str] = set()
    for index, record in enumerate(records):
        if record.origin is not None and record.origin.run not in before:
            told = f"must be the id of a run that is listed before its branch, got {shown(record.origin.run, 60)}"
            raise SettingError(told, f"runs[{index + 1}].origin.run")
        before.add(record.settings.id)


def _format(value: object) -> int:
    """The format of a file. Raises SettingError unless this program reads it."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise SettingError(f"must be the number of a format, from 1 to {FORMAT}, got {shown(value)}", "fall_line")
    if value > FORMAT:
        told = f"a later version has written this, in format {shown(value)}; this one reads formats up to {FORMAT}"
        raise SettingError(told, "fall_line")
    return value


def _numbers(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= MAX_UPDATES:
        return value
    raise SettingError(f"must be a whole number from 1 on, got {shown(value)}")


def check_runs(task: Task, records: Iterable[RunRecord]) -> None:
    """Raises SettingError if these runs of a problem need more memory than there may be, or do not suit it."""
    records = tuple(records)
    for record in records:
        _refuse_unsuited(task, record.settings, f"runs[{record.settings.id}]")
    needs = []
    for each in distinct_tasks(task, (record.settings.own for record in records)):
        some = [record for record in records if run_task(task, record.settings) == each]
        need = kind_of(each).memory(each, [_largest_optimizer(record) for record in some])
        needs.append(with_averages(need, each.parameters, sum(map(_averages, some))))
    largest = max(needs, key=lambda need: need.bytes)
    refuse_beyond_limit(largest._replace(bytes=sum(need.bytes for need in needs)), len(records))


def _refuse_unsuited(task: Task, settings: RunSettings, place: str) -> None:
    """Raises SettingError if a kind of problem refuses a run's optimizer or one of its schedules."""
    told = kind_of(task).refused(settings.optimizer, (settings.schedule, *(driver for _, driver in settings.drive)))
    if told:
        raise SettingError(told, place)


def _averages(record: RunRecord) -> bool:
    """Whether a run keeps an average of its parameters, or will."""
    later = (tweak.value for tweak in record.tweaks if tweak.setting == _AVERAGE)
    return any(value != AVERAGES[NONE] for value in (record.settings.optimizer.values["average"], *later))


def _largest_optimizer(record: RunRecord) -> str:
    """Of the optimizers that a run has or will have, the one with the most memory."""
    later = [str(tweak.value) for tweak in record.tweaks if tweak.setting == Setting("optimizer")]
    return max((record.settings.optimizer.kind, *later), key=lambda kind: OPTIMIZERS[kind].size(1000))


def checked_stop(stop: Mapping[str, object]) -> dict[str, Value]:
    """All stop rules: those of `stop`, and for the others that they are off. Raises SettingError."""
    checked_type(stop, Mapping, "stop rules by their names, such as {'updates': 500}")
    return _stop(Entries({**NEVER, **stop}, "stop"))


def _stop(table: Entries) -> dict[str, Value]:
    stop = {hyper.name: table.hyper(hyper) for hyper in STOP}
    table.close()
    return stop


def _typed_name(name: str, optimizer: str, version: int) -> str:
    """A run's name as a file holds it; empty if it was given by an earlier version, which called runs after theirs."""
    rest = name.removeprefix(OPTIMIZERS[optimizer].title)
    given = version < _FIRST_TYPED and rest != name and re.fullmatch(r"( \d+)?", rest) is not None
    return "" if given else name


def _run(table: Entries, index: int, task: Task, version: int, check: Check) -> RunRecord:
    """version: the format of the file."""
    optimizer = table.choice("optimizer", OPTIMIZERS, "sgd")
    batch = table.choice("batch", BATCHES, "full")
    own = read_own(table.entries("own") if "own" in table else None, task)
    task = own_task(task, own)
    settings = RunSettings(
        id=table.text("id", f"run{index + 1}"),
        name=_typed_name(table.checked("name", _PLAIN["name"], ""), optimizer.kind, version),
        colour=table.checked("colour", _colour, index),
        optimizer=optimizer,
        learning_rate=table.hyper(replace(LEARNING_RATE, default=OPTIMIZERS[optimizer.kind].learning_rate)),  # type: ignore[arg-type]
        schedule=table.choice("schedule", SCHEDULES, "constant"),
        batch=batch,
        warmup=table.hyper(WARMUP),  # type: ignore[arg-type]
        warmup_start=table.hyper(WARMUP_START),  # type: ignore[arg-type]
        drive=read_drive(table.take("drive", []), table.at("drive"), optimizer, batch, layers_with_rates(task)),
        own=own,
        rates=read_rates(table.entries("rates", {}), task),
        visible=table.checked("visible", _flag, True),
        pinned=table.checked("pinned", _flag, False),
    )
    origin = read_origin(table.entries("origin") if "origin" in table else None)
    tweaks = _tweaks(table.take("tweaks", []), settings, task, table.at("tweaks"), check)
    table.close()
    return RunRecord(settings, tweaks, origin)


def _tweaks(data: object, settings: RunSettings, task: Task, path: str, check: Check) -> tuple[Tweak, ...]:
    """The tweaks in order, each checked against the settings that those before it have made."""
    if not isinstance(data, list) or len(data) > MAX_TWEAKS:
        raise SettingError(f"must be a list of up to {MAX_TWEAKS} tweaks", path)
    tweaks: list[Tweak] = []
    known: dict[str, Setting] = {}
    update_range = Hyper("update", "", 0, 0, MAX_UPDATES, kind="integer")
    for index, item in enumerate(data):
        if index % _CHECKED == 0:
            check()
        table = Entries(item, f"{path}[{index + 1}]")
        update = int(checked(update_range, table.take("update"), table.at("update")))  # type: ignore[arg-type]
        if tweaks and update < tweaks[-1].update:
            raise SettingError(f"must not come before update {tweaks[-1].update}, got {update}", table.at("update"))
        name, value = table.text("setting"), table.take("value")
        setting = known.get(name) or known.setdefault(name, Setting.of(name))
        table.close()
        try:
            if name in _PLAIN:  # nothing else depends on it
                kept = _checked_plain(name, value)
            else:
                settings, task, kept = followed(settings, task, setting, value)
        except SettingError as error:
            raise error.at(table.path) from None
        tweaks.append(Tweak(update, setting, kept))
    return tuple(tweaks)


def _view(data: object) -> dict[str, Any]:
    """View settings are the window's own; here only their shape is checked."""
    if not isinstance(data, dict) or len(data) > 100:
        raise SettingError("must be a table of up to 100 entries", "view")
    data = {name: native(value) for name, value in data.items()}
    for name, value in data.items():
        listed = isinstance(value, list) and len(value) <= 100 and all(isinstance(v, str | int | float) for v in value)
        if not listed and not isinstance(value, str | int | float):
            raise SettingError(f"must be a plain value or a list of them, got {shown(value)}", f"view.{str(name)[:60]}")
    return data
