"""Shortcuts to build experiments in code: for notebooks, tests and the window's menus."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from engine.batches import BATCHES
from engine.choices import Choice, choose, plain
from engine.contracts import Value, native
from engine.data.table import Table
from engine.optimizers import OPTIMIZERS
from engine.problems.supervised.task import Layer, network_task, usual_split
from engine.problems.surface import SURFACES
from engine.problems.surface.task import Formula, SurfaceTask
from engine.schedules import SCHEDULES
from engine.training.drive import PART as DRIVE
from engine.training.experiment import (
    LEARNING_RATE,
    NEVER,
    STOP,
    WARMUP,
    WARMUP_START,
    Experiment,
    RunRecord,
    RunSettings,
    Task,
    distinct,
)
from engine.validation import Entries


def new_run(
    optimizer: str = "sgd",
    *,
    learning_rate: float | None = None,
    schedule: str = "constant",
    batch: str | int = "full",
    name: str = "",
    id: str = "",
    colour: int = 0,
    schedule_knobs: Mapping[str, Value] | None = None,
    warmup: int = 0,
    warmup_start: float = 0.0,
    order: str = "reshuffled",
    drive: Mapping[str, str | Mapping[str, Value]] | None = None,
    **knobs: Value,
) -> RunSettings:
    """Settings of a run; `knobs` are the optimizer's (beta1=0.8). batch: full, single, or a size; order: of the
    examples (batches.ORDERS). warmup: updates over which the learning rate rises, from the fraction warmup_start of it.
    drive: schedules of other knobs by their paths, as keys or tables ({"batch.size": {"kind": "step", "gamma": 2.0}}).

    Raises SettingError for an unknown name or a value out of range.
    """
    entry = OPTIMIZERS[optimizer]
    batch = native(batch)
    if not isinstance(batch, str):
        batches = choose(BATCHES, "mini", {"size": batch, "order": order})
    else:
        batches = choose(BATCHES, batch, {} if batch == "full" else {"order": order})
    settings = RunSettings(
        id=id or optimizer,
        name=name or entry.title,
        colour=colour,
        optimizer=choose(OPTIMIZERS, optimizer, knobs),
        learning_rate=entry.learning_rate,
        schedule=choose(SCHEDULES, schedule, schedule_knobs),
        batch=batches,
        warmup=WARMUP.check(warmup),  # type: ignore[arg-type]
        warmup_start=WARMUP_START.check(warmup_start),  # type: ignore[arg-type]
    )
    for path, driver in (drive or {}).items():
        kind, values = (driver, {}) if isinstance(driver, str) else (driver["kind"], driver)
        settings = settings.having(f"{DRIVE}.{path}", kind)
        for name, value in values.items():
            settings = settings.having(f"{DRIVE}.{path}.{name}", value) if name != "kind" else settings
    return settings if learning_rate is None else settings.having(LEARNING_RATE.name, learning_rate)


def new_experiment(
    surface: str | Choice | Formula,
    runs: Iterable[RunSettings | str],
    *,
    start: tuple[float, float] | None = None,
    noise: float = 0.0,
    seed: int = 1,
    title: str = "Untitled",
    note: str = "",
    **stop: Any,
) -> Experiment:
    """An experiment on a surface; the runs get colours and distinct ids in order.

    stop: `updates`, `loss_below`, ... (experiment.STOP). Raises SettingError.
    """
    chosen = choose(SURFACES, surface) if isinstance(surface, str) else surface
    if start is None:
        start = SURFACES[chosen.kind].start if isinstance(chosen, Choice) else (chosen.domain[0], chosen.domain[3])
    return _experiment(SurfaceTask(chosen, start, noise, seed), runs, title, note, stop)


def new_network(
    data: str | Choice | Table,
    runs: Iterable[RunSettings | str],
    hidden: Iterable[int | Layer] = (4, 2),
    *,
    activation: str = "tanh",
    title: str = "Untitled",
    note: str = "",
    stop: Mapping[str, Value] | None = None,
    **settings: Any,
) -> Experiment:
    """An experiment on a network; hidden: numbers of units, or layers with their own activation.

    settings: those of NetworkTask by name, a choice as its key or as a table (`loss="bce"`, `initializer={"kind":
    "he_normal", "scale": 0.5}`). The columns of a table are standardised and its classes split by their shares, as
    the window does with imported data, unless `scaling` and `split` are given. stop: `updates`, ... (experiment.STOP);
    without it the runs never stop. Raises SettingError.
    """
    layers = [layer if isinstance(layer, Layer) else Layer(layer, activation) for layer in hidden]
    source = {"table": plain(data)} if isinstance(data, Table) else plain(data)
    usual = {}
    if isinstance(data, Table) and not data.drawn:
        usual = {"scaling": "standardise", "split": usual_split(data)}
    given = {**usual, **{name: plain(value) for name, value in settings.items()}}
    task = network_task(Entries({"data": source, "hidden": [layer.to_dict() for layer in layers], **given}, ""))
    return _experiment(task, runs, title, note, {**NEVER, **(stop or {})})


def _experiment(
    task: Task, runs: Iterable[RunSettings | str], title: str, note: str, stop: Mapping[str, Any]
) -> Experiment:
    records: list[RunRecord] = []
    for index, run in enumerate(runs):
        settings = new_run(run) if isinstance(run, str) else run
        records.append(RunRecord(replace(settings, id=distinct(settings.id, records), colour=index)))
    rules = {hyper.name: hyper.default for hyper in STOP} | dict(stop)
    document = Experiment(task, tuple(records), rules, title, note)
    return Experiment.from_dict(document.to_dict())  # validates everything in one place
