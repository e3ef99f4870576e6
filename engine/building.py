"""Short ways to build an experiment by hand, for notebooks, tests and the window's own menus."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from engine.batches import BATCHES
from engine.contracts import Value
from engine.experiment import (
    LEARNING_RATE,
    STOP,
    Choice,
    Experiment,
    Formula,
    RunRecord,
    RunSettings,
    SurfaceTask,
    choose,
)
from engine.optimizers import OPTIMIZERS
from engine.schedules import SCHEDULES
from engine.surfaces import SURFACES


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
    **knobs: Value,
) -> RunSettings:
    """Settings of a run; `knobs` are the optimizer's own (beta1=0.8). batch: full, single, or a size.

    Raises SettingError for an unknown name or a value out of range.
    """
    entry = OPTIMIZERS[optimizer]
    if isinstance(batch, int):
        batches = choose(BATCHES, "mini", {"size": batch})
    else:
        batches = choose(BATCHES, batch)
    settings = RunSettings(
        id=id or optimizer,
        name=name or entry.title,
        colour=colour,
        optimizer=choose(OPTIMIZERS, optimizer, knobs),
        learning_rate=entry.learning_rate,
        schedule=choose(SCHEDULES, schedule, schedule_knobs),
        batch=batches,
    )
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
    """An experiment on a surface; runs get colours and distinct ids in their order.

    stop: `updates`, `loss_below`, ... (experiment.STOP). Raises SettingError.
    """
    chosen = choose(SURFACES, surface) if isinstance(surface, str) else surface
    if start is None:
        start = SURFACES[chosen.kind].start if isinstance(chosen, Choice) else (chosen.domain[0], chosen.domain[3])
    records: list[RunRecord] = []
    for index, run in enumerate(runs):
        settings = new_run(run) if isinstance(run, str) else run
        records.append(RunRecord(replace(settings, id=distinct(settings.id, records), colour=index)))
    document = Experiment(
        SurfaceTask(chosen, start, noise, seed),
        tuple(records),
        {hyper.name: stop.pop(hyper.name, hyper.default) for hyper in STOP} | stop,
        title,
        note,
    )
    return Experiment.from_dict(document.to_dict())  # one door for every check


def distinct(id: str, records: Iterable[RunRecord]) -> str:
    """`id`, with a number behind it if one of the records already has it."""
    taken = {record.settings.id for record in records}
    names = [id, *(f"{id}-{number}" for number in range(2, len(taken) + 3))]
    return next(name for name in names if name not in taken)
