"""The document: everything that determines the numbers, as frozen dataclasses, to and from plain dicts.

The dicts are what a TOML file holds. Reading checks every entry at the door: an unknown, missing,
mistyped or out-of-range one raises SettingError with its path, its value and what is allowed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine.batches import BATCHES
from engine.choices import Choice, choose, plain
from engine.contracts import Catalogue, Hyper, SettingError, Value, shown
from engine.optimizers import OPTIMIZERS
from engine.schedules import SCHEDULES
from engine.surfaces import SURFACES
from engine.surfaces.formula import program

FORMAT = 1
MOST_RUNS = 16
MOST_TWEAKS = 100_000
MOST_TEXT = 4000
MOST_PARAMETERS = 8
MOST_UPDATES = 10**15
FORMULA_DOMAIN = (-3.0, 3.0, -3.0, 3.0)  # where a typed formula is shown unless it says otherwise

LEARNING_RATE = Hyper(
    "learning_rate",
    "η",
    0.01,
    0.0,
    1e12,
    log=True,
    slider=(1e-6, 10.0),
    help="how far an update goes along the optimizer's direction; the schedule multiplies it",
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
    "warmup_start", "s", 0.0, 0.0, 1.0, help="the fraction of the learning rate at which the warm-up begins"
)
NOISE = Hyper(
    "noise",
    "σ",
    0.0,
    0.0,
    1e6,
    log=True,
    slider=(1e-3, 100.0),
    help="standard deviation of one example's gradient around the exact one; a batch of B divides it by √B, "
    "full batch has none",
)
SEED = Hyper(
    "seed", "", 1, 0, 2**53, kind="integer", slider=(0, 999), help="the same seed gives the same noise, to the bit"
)
COORDINATE = Hyper("start", "", 0.0, -1e12, 1e12, help="where every run begins")

STOP = (
    Hyper(
        "updates",
        "",
        2000,
        0,
        MOST_UPDATES,
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
    Hyper("plateau_gain", "", 1e-4, 0.0, 1.0, help="an improvement lowers the best loss by at least this fraction"),
)

NEVER: Mapping[str, Value] = {**{hyper.name: hyper.default for hyper in STOP}, "updates": 0}  # every rule off


@dataclass(frozen=True, slots=True)
class Formula:
    """A surface the user has typed: text in x, y and the parameters; domain = (x0, x1, y0, y1)."""

    text: str
    parameters: Mapping[str, float] = field(default_factory=dict)
    domain: tuple[float, float, float, float] = FORMULA_DOMAIN

    def to_dict(self) -> dict[str, Any]:
        return {"text": self.text, "domain": list(self.domain), "parameters": dict(self.parameters)}


@dataclass(frozen=True, slots=True)
class SurfaceTask:
    """Descend a 2-D surface, from the catalogue or typed, from one start for every run."""

    surface: Choice | Formula
    start: tuple[float, float]
    noise: float = 0.0
    seed: int = 1

    def to_dict(self) -> dict[str, Any]:
        name = "surface" if isinstance(self.surface, Choice) else "formula"
        return {"start": list(self.start), "noise": self.noise, "seed": self.seed, name: self.surface.to_dict()}


@dataclass(frozen=True, slots=True)
class RunSettings:
    """One descent: what a run panel shows. `id` names the run within its experiment."""

    id: str
    name: str
    colour: int
    optimizer: Choice
    learning_rate: float
    schedule: Choice
    batch: Choice
    warmup: int = 0
    warmup_start: float = 0.0
    visible: bool = True
    pinned: bool = False

    def value(self, setting: str) -> Value | str:
        """The value at a setting's path, as in Tweak.setting."""
        part, _, knob = setting.partition(".")
        found = getattr(self, part)
        if isinstance(found, Choice):
            return found.values[knob] if knob else found.kind
        return found  # type: ignore[no-any-return]

    def having(self, setting: str, value: object) -> RunSettings:
        """These settings with one changed. Raises SettingError.

        `optimizer`, `schedule` and `batch` take a key and start from its defaults; `optimizer.beta1`
        takes the knob's value.
        """
        part, dot, knob = setting.partition(".")
        changed: Any
        try:
            if part in _CHOICES:
                catalogue, old = _CHOICES[part], getattr(self, part)
                if dot:
                    changed = choose(catalogue, old.kind, {**old.values, knob: value})
                else:
                    changed = choose(catalogue, _text(value))
            else:
                changed = _PLAIN[setting](value)
        except KeyError:
            raise SettingError(f"there is no setting {shown(setting, 60)}") from None
        except SettingError as error:
            raise error.at(part) from None
        return replace(self, **{part: changed})

    def to_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "colour": self.colour,
            "visible": self.visible,
            "pinned": self.pinned,
            "learning_rate": self.learning_rate,
            "warmup": self.warmup,
            "warmup_start": self.warmup_start,
            "optimizer": self.optimizer.to_dict(),
            "schedule": self.schedule.to_dict(),
            "batch": self.batch.to_dict(),
        }


def _text(value: object, path: str = "") -> str:
    if not isinstance(value, str) or len(value) > MOST_TEXT:
        raise SettingError(f"must be a text of at most {MOST_TEXT} characters, got {shown(value)}", path)
    return value


def _flag(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise SettingError(f"must be true or false, got {shown(value)}")


def _colour(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < MOST_RUNS:
        return value
    raise SettingError(f"must be a whole number in [0, {MOST_RUNS - 1}], got {shown(value)}")


# What a run has besides its choices: setting -> what checks a value of it.
_PLAIN: dict[str, Callable[[object], Value | str]] = {
    **{hyper.name: hyper.check for hyper in (LEARNING_RATE, WARMUP, WARMUP_START)},
    "name": lambda value: _text(value)[:80],
    "visible": _flag,
    "pinned": _flag,
    "colour": _colour,
}
_CHOICES: dict[str, Catalogue[Any]] = {"optimizer": OPTIMIZERS, "schedule": SCHEDULES, "batch": BATCHES}
LIVE_PROBLEM_SETTINGS = ("noise",)  # changed in every run at once, without a new start


@dataclass(frozen=True, slots=True)
class Tweak:
    """A setting changed while a run moves: it acts from update `update` (counted from 0) on."""

    update: int
    setting: str
    value: Value | str

    def to_dict(self) -> dict[str, Any]:
        return {"update": self.update, "setting": self.setting, "value": plain(self.value)}


@dataclass(frozen=True, slots=True)
class RunRecord:
    """A run as it began, and every tweak since: enough to compute it again, bit for bit."""

    settings: RunSettings
    tweaks: tuple[Tweak, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        tweaks = [tweak.to_dict() for tweak in self.tweaks]
        return {**self.settings.to_dict(), **({"tweaks": tweaks} if tweaks else {})}


@dataclass(frozen=True, slots=True)
class Experiment:
    """Problem, runs, stop rules; and how the window shows them (`view`: a flat table of plain values)."""

    problem: SurfaceTask
    runs: tuple[RunRecord, ...]
    stop: Mapping[str, Value] = field(default_factory=lambda: {hyper.name: hyper.default for hyper in STOP})
    title: str = "Untitled"
    note: str = ""
    view: Mapping[str, Any] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        return {
            "fall_line": FORMAT,
            "title": self.title,
            "note": self.note,
            "problem": self.problem.to_dict(),
            "stop": dict(self.stop),
            "view": dict(self.view),
            "runs": [run.to_dict() for run in self.runs],
        }

    @classmethod
    def from_dict(cls, data: object) -> Experiment:
        """Read what `to_dict` wrote or a person typed. Raises SettingError with the path of the fault."""
        table = _Table(data, "")
        version = table.take("fall_line", FORMAT)
        if version != FORMAT or isinstance(version, bool):
            raise SettingError(f"this program reads format {FORMAT}, got {shown(version)}", "fall_line")
        problem = _problem(table.table("problem"))
        stop = _stop(table.table("stop", {}))
        runs = table.take("runs")
        if not isinstance(runs, list) or not 1 <= len(runs) <= MOST_RUNS:
            raise SettingError(f"there must be 1 to {MOST_RUNS} runs", "runs")
        records = tuple(_run(_Table(run, f"runs[{index + 1}]"), index) for index, run in enumerate(runs))
        ids = [record.settings.id for record in records]
        if len(set(ids)) < len(ids):
            raise SettingError(f"two runs have the same id: {', '.join(ids)[:120]}", "runs")
        experiment = cls(
            problem,
            records,
            stop,
            _text(table.take("title", "Untitled"), "title"),
            _text(table.take("note", ""), "note"),
            _view(table.take("view", {})),
        )
        table.close()
        return experiment


class _Table:
    """A dict being read: every entry is taken once, and what nobody took is refused by `close`."""

    def __init__(self, data: object, path: str) -> None:
        if not isinstance(data, dict):
            raise SettingError(f"must be a table, got {shown(data)}", path or "the file")
        self._data = dict(data)
        self.path = path

    def take(self, name: str, *default: object) -> Any:
        if name in self._data:
            return self._data.pop(name)
        if default:
            return default[0]
        raise SettingError("is missing", self._at(name))

    def table(self, name: str, *default: object) -> _Table:
        return _Table(self.take(name, *default), self._at(name))

    def hyper(self, hyper: Hyper) -> Value:
        return _checked(hyper, self.take(hyper.name, hyper.default), self._at(hyper.name))

    def plain(self, name: str, default: object) -> Any:
        value = self.take(name, default)
        try:
            return _PLAIN[name](value)
        except SettingError as error:
            raise error.at(self._at(name)) from None

    def choice(self, name: str, catalogue: Catalogue[Any], default: str) -> Choice:
        values = self.take(name, {"kind": default})
        if isinstance(values, str):
            values = {"kind": values}
        table = _Table(values, self._at(name))
        kind = _text(table.take("kind"), table._at("kind"))
        try:
            return choose(catalogue, kind, table._data)
        except SettingError as error:
            raise error.at(table.path) from None

    def close(self) -> None:
        for name in self._data:
            raise SettingError("unknown entry", self._at(str(name)[:60]))

    def _at(self, name: str) -> str:
        return f"{self.path}.{name}" if self.path else name


def checked_problem(task: SurfaceTask) -> SurfaceTask:
    """The task, if a file could hold it. Raises SettingError."""
    return _problem(_Table(task.to_dict(), "problem"))


def checked_stop(stop: Mapping[str, object]) -> dict[str, Value]:
    """All stop rules: those of `stop`, and for the others that they are off. Raises SettingError."""
    return _stop(_Table({**NEVER, **stop}, "stop"))


def _stop(table: _Table) -> dict[str, Value]:
    stop = {hyper.name: table.hyper(hyper) for hyper in STOP}
    table.close()
    return stop


def _problem(table: _Table) -> SurfaceTask:
    surface: Choice | Formula
    if (formula := table.take("formula", None)) is not None:
        surface = _formula(_Table(formula, table._at("formula")))
        default_start: tuple[float, float] = (surface.domain[0] * 0.75, surface.domain[3] * 0.75)
    else:
        surface = table.choice("surface", SURFACES, "rosenbrock")
        default_start = SURFACES[surface.kind].start
    point = table.take("start", list(default_start))
    if not isinstance(point, list | tuple) or len(point) != 2:
        raise SettingError(f"must be two numbers [x, y], got {shown(point)}", table._at("start"))
    x, y = (float(_checked(COORDINATE, item, table._at("start"))) for item in point)  # type: ignore[arg-type]
    task = SurfaceTask(surface, (x, y), table.hyper(NOISE), table.hyper(SEED))  # type: ignore[arg-type]
    table.close()
    return task


def _formula(table: _Table) -> Formula:
    parameters = table.take("parameters", {})
    place = table._at("parameters")
    if not isinstance(parameters, dict) or len(parameters) > MOST_PARAMETERS:
        raise SettingError(f"must be a table of up to {MOST_PARAMETERS} numbers", place)
    values = {str(name): float(_checked(COORDINATE, v, f"{place}.{str(name)[:60]}")) for name, v in parameters.items()}  # type: ignore[arg-type]
    domain = table.take("domain", FORMULA_DOMAIN)
    if not isinstance(domain, list | tuple) or len(domain) != 4:
        raise SettingError(f"must be four numbers [x0, x1, y0, y1], got {shown(domain)}", table._at("domain"))
    x0, x1, y0, y1 = (float(_checked(COORDINATE, item, table._at("domain"))) for item in domain)  # type: ignore[arg-type]
    if not (x0 < x1 and y0 < y1):
        raise SettingError(f"must have x0 < x1 and y0 < y1, got {[x0, x1, y0, y1]}", table._at("domain"))
    text = _text(table.take("text"), table._at("text"))
    try:
        program(text, values)
    except SettingError as error:
        raise error.at(table._at("text")) from None
    table.close()
    return Formula(text, values, (x0, x1, y0, y1))


def _run(table: _Table, index: int) -> RunRecord:
    optimizer = table.choice("optimizer", OPTIMIZERS, "sgd")
    title = OPTIMIZERS[optimizer.kind].title
    settings = RunSettings(
        id=_text(table.take("id", f"run{index + 1}"), table._at("id")),
        name=table.plain("name", title),
        colour=table.plain("colour", index),
        optimizer=optimizer,
        learning_rate=table.hyper(replace(LEARNING_RATE, default=OPTIMIZERS[optimizer.kind].learning_rate)),  # type: ignore[arg-type]
        schedule=table.choice("schedule", SCHEDULES, "constant"),
        batch=table.choice("batch", BATCHES, "full"),
        warmup=table.hyper(WARMUP),  # type: ignore[arg-type]
        warmup_start=table.hyper(WARMUP_START),  # type: ignore[arg-type]
        visible=table.plain("visible", True),
        pinned=table.plain("pinned", False),
    )
    tweaks = _tweaks(table.take("tweaks", []), settings, table._at("tweaks"))
    table.close()
    return RunRecord(settings, tweaks)


def _tweaks(data: object, settings: RunSettings, path: str) -> tuple[Tweak, ...]:
    """The tweaks in order, each checked against the settings that those before it have made."""
    if not isinstance(data, list) or len(data) > MOST_TWEAKS:
        raise SettingError(f"must be a list of up to {MOST_TWEAKS} tweaks", path)
    tweaks: list[Tweak] = []
    update_range = Hyper("update", "", 0, 0, MOST_UPDATES, kind="integer")
    for index, item in enumerate(data):
        table = _Table(item, f"{path}[{index + 1}]")
        update = int(_checked(update_range, table.take("update"), table._at("update")))  # type: ignore[arg-type]
        if tweaks and update < tweaks[-1].update:
            raise SettingError(f"must not come before update {tweaks[-1].update}, got {update}", table._at("update"))
        setting, value = _text(table.take("setting"), table._at("setting")), table.take("value")
        table.close()
        try:
            if setting in LIVE_PROBLEM_SETTINGS:
                kept: Value | str = NOISE.check(value)
            else:
                settings = settings.having(setting, value)
                kept = settings.value(setting)
        except SettingError as error:
            raise error.at(table.path) from None
        tweaks.append(Tweak(update, setting, kept))
    return tuple(tweaks)


def _view(data: object) -> dict[str, Any]:
    """View settings are the window's own; here only their shape is checked."""
    if not isinstance(data, dict) or len(data) > 100:
        raise SettingError("must be a table of up to 100 entries", "view")
    for name, value in data.items():
        listed = isinstance(value, list) and len(value) <= 100 and all(isinstance(v, str | int | float) for v in value)
        if not listed and not isinstance(value, str | int | float):
            raise SettingError(f"must be a plain value or a list of them, got {shown(value)}", f"view.{str(name)[:60]}")
    return dict(data)


def _checked(hyper: Hyper, value: object, path: str) -> Value:
    try:
        return hyper.check(value)
    except SettingError as error:
        raise error.at(path) from None
