"""What the library keeps of a run: its settings at the start, its tweaks, results, experiment and picture."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.documents.library.thumbnail import loss_picture
from app.documents.run_names import run_names
from app.documents.run_results import results
from app.documents.toml_text import toml_text
from engine import (
    NUMBERS,
    Experiment,
    Interruption,
    Pieces,
    RunPicture,
    RunSettings,
    SessionPicture,
    Table,
    Task,
    Tweak,
    kind_of,
    run_task,
)

Cell = float | str

KEPT = "kept"  # {"kept": digest} stands for a table of examples in an experiment's text
TWEAKS = "tweaks"  # the setting that tells a run's tweaks in words
STATUS, MESSAGE, DIVERGED_AT, SECONDS = "status", "message", "diverged_at", "seconds"

LOOKS = ("id", "name", "colour", "visible", "pinned")  # of a run, that change no number
_TOLD = 20  # tweaks that are told one by one
_LONGEST = 400  # characters of a text among the settings


@dataclass(frozen=True, slots=True)
class RunEntry:
    """A run as the library keeps it.

    digest: of all that decides its numbers but for where it ends; the same run further on has the same. run: its id in
    the experiment. settings, results: by path and by name. toml: the experiment, with tables by their digests.
    """

    digest: bytes
    title: str
    name: str
    kind: str
    problem: str
    updates: int
    run: str
    colour: int
    settings: Mapping[str, Cell]
    results: Mapping[str, Cell]
    toml: str
    tables: Mapping[str, Table]
    picture: bytes


def entry_of(
    picture: SessionPicture, run: RunPicture, seconds: float = math.nan, interruption: Interruption | None = None
) -> Pieces[RunEntry]:
    """The entry of a run where it stands, in pieces. seconds: of its own computation, NaN if they are not known."""
    found = yield from results(picture, run, interruption)
    experiment = picture.experiment
    place = next(place for place, record in enumerate(experiment.runs) if record.settings.id == run.id)
    task = run_task(experiment.problem, run.initial)
    tables: dict[str, Table] = {}
    return RunEntry(
        digest=_digest(task, run.initial, _taken(run)),
        title=experiment.title,
        name=run_names(experiment)[place],
        kind=kind_of(task).title,
        problem=task.title,
        updates=run.update,
        run=run.id,
        colour=run.colour,
        settings=_settings(experiment, task, run),
        results=_results(run, {**found, SECONDS: seconds}),
        toml=_text(experiment, tables),
        tables=tables,
        picture=loss_picture(run.history),
    )


def _taken(run: RunPicture) -> tuple[Tweak, ...]:
    """The tweaks that have had an effect so far."""
    return tuple(tweak for tweak in run.tweaks if tweak.update < run.update)


def _digest(task: Task, initial: RunSettings, tweaks: tuple[Tweak, ...]) -> bytes:
    settings = {name: value for name, value in initial.to_dict().items() if name not in (*LOOKS, "own")}
    told = [NUMBERS, task.KIND, task.to_dict(_by_digest), settings, [tweak.to_dict(_by_digest) for tweak in tweaks]]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).digest()


def _by_digest(table: Table) -> dict[str, str]:
    return {KEPT: table.digest}


def _text(experiment: Experiment, tables: dict[str, Table]) -> str:
    """The experiment as TOML; its tables of examples are put into `tables`."""

    def named(table: Table) -> dict[str, str]:
        tables[table.digest] = table
        return _by_digest(table)

    return toml_text(experiment.to_dict(named))


def _settings(experiment: Experiment, task: Task, run: RunPicture) -> dict[str, Cell]:
    """The settings with which it began, by their paths, those of the problem first."""
    own = {name: value for name, value in run.initial.to_dict().items() if name not in (*LOOKS, "own")}
    problem = {name: value for name, value in task.to_dict(_told_table).items() if name != "kind"}
    found = dict(_flat({**problem, **own, "stop": dict(experiment.stop)}))
    tweaks = _taken(run)
    return {**found, TWEAKS: _tweaks(tweaks)} if tweaks else found


def _told_table(table: Table) -> str:
    return f"{table.name} ({table.count:,} examples, {table.digest[:6]})"


def _flat(entries: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Cell]]:
    """Nested entries as path and value; the kind of a choice has the path of the choice."""
    for name, value in entries.items():
        here = path if name == "kind" and path else f"{path}.{name}" if path else name
        if isinstance(value, Mapping):
            yield from _flat(value, here)
        else:
            yield here, cell(value)


def cell(value: Any) -> Cell:
    """A value as a number or as a short text."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return float(value)
    text = _words(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def _words(value: Any) -> str:
    if isinstance(value, Mapping):
        return " ".join(map(_words, value.values()))
    if isinstance(value, list | tuple):
        return ", ".join(map(_words, value))
    return repr(value) if isinstance(value, float) else str(value)


def _tweaks(tweaks: tuple[Tweak, ...]) -> str:
    """Tweaks in words: `learning rate 0.02 from update 100`."""
    told = []
    for tweak in tweaks[:_TOLD]:
        value = cell(tweak.to_dict(_told_table)["value"])
        shown = f"{value:g}" if isinstance(value, float) else value[:40]
        told.append(f"{tweak.setting.words} {shown} from update {tweak.update}")
    more = len(tweaks) - len(told)
    return "; ".join([*told, *([f"{more} more"] if more else [])])


def _results(run: RunPicture, found: Mapping[str, float]) -> dict[str, Cell]:
    """The numbers that are known, and how it ended."""
    _, least, _ = run.history.column("loss")
    known = least[~np.isnan(least)]
    trains = kind_of(run.shown.problem.task).trains
    numbers = {
        "updates": run.update,
        **({"epochs": run.epoch} if trains else {}),
        **found,
        "lowest_loss": float(known.min()) if len(known) else math.nan,
        "gradients": float(run.evaluations[1][-1]),
        DIVERGED_AT: run.diverged_at if run.diverged_at is not None else math.nan,
    }
    told = {STATUS: run.status, **({MESSAGE: run.message} if run.message else {})}
    return {**{name: float(value) for name, value in numbers.items() if not math.isnan(value)}, **told}
