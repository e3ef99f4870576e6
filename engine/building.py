"""Shortcuts to build experiments in code: for notebooks, tests and the window's menus."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from engine.batches import BATCHES
from engine.choices import choose
from engine.contracts import Value, native
from engine.optimizers import OPTIMIZERS
from engine.problems.task import Task
from engine.schedules import SCHEDULES
from engine.setting import Setting
from engine.training.block_rates import check_layer
from engine.training.drive import PART as DRIVE
from engine.training.drive import driven_layers
from engine.training.experiment import (
    LEARNING_RATE,
    NEVER,
    STOP,
    WARMUP,
    WARMUP_START,
    Experiment,
    RunRecord,
    RunSettings,
    distinct,
)
from engine.training.layer_rate import PART as RATES


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
    rates: Mapping[str, float] | None = None,
    **knobs: Value,
) -> RunSettings:
    """Settings of a run; `knobs` are the optimizer's (beta1=0.8). batch: full, single, or a size; order: of the
    examples (batches.ORDERS). warmup: updates over which the learning rate rises, from the fraction warmup_start of it.
    drive: schedules of other knobs by their paths, as keys or tables ({"batch.size": {"kind": "step", "gamma": 2.0}}).
    rates: learning rates of layers by their titles, as fractions of that of the run ({"hidden 1": 0.0}).

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
        name=name,
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
    for title, rate in (rates or {}).items():
        settings = settings.having(f"{RATES}.{title}", rate)
    return settings if learning_rate is None else settings.having(LEARNING_RATE.name, learning_rate)


def experiment_on(
    task: Task,
    runs: Iterable[RunSettings | str],
    title: str = "Untitled",
    note: str = "",
    stop: Mapping[str, Any] = NEVER,
) -> Experiment:
    """An experiment on the task of any kind of problem; the runs get colours and distinct ids in order.

    stop: `updates`, `loss_below`, ... (experiment.STOP); rules that are not given are as a file's. Raises SettingError.
    """
    records: list[RunRecord] = []
    for index, run in enumerate(runs):
        settings = new_run(run) if isinstance(run, str) else run
        for title in dict.fromkeys([*dict(settings.rates), *driven_layers(settings.drive)]):
            check_layer(Setting(RATES, title), task)
        records.append(RunRecord(replace(settings, id=distinct(settings.id, records), colour=index)))
    rules = {hyper.name: hyper.default for hyper in STOP} | dict(stop)
    document = Experiment(task, tuple(records), rules, title, note)
    return Experiment.from_dict(document.to_dict())  # validates everything in one place
