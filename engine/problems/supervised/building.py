"""A shortcut to build an experiment with a network in code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from engine.architectures.catalogue import Layer
from engine.building import experiment_on
from engine.choices import Choice, plain
from engine.contracts import Value
from engine.data.table import Table
from engine.problems.supervised.task import network_task, usual_split
from engine.training.experiment import NEVER, Experiment, RunSettings
from engine.validation import Entries


def new_network(
    data: str | Choice | Table,
    runs: Iterable[RunSettings | str],
    hidden: Iterable[int | Layer] | None = None,
    *,
    activation: str = "tanh",
    title: str = "Untitled",
    note: str = "",
    stop: Mapping[str, Value] | None = None,
    **settings: Any,
) -> Experiment:
    """An experiment on a network; hidden: numbers of units, or layers with their own activation; of a
    perceptron, which has (4, 2) without it.

    settings: those of NetworkTask by name, a choice as its key or as a table (`loss="bce"`, `initializer={"kind":
    "he_normal", "scale": 0.5}`). The columns of a table are standardised and its classes split by their shares, as
    the window does with imported data, unless `scaling` and `split` are given. stop: `updates`, ... (experiment.STOP);
    without it the runs never stop. Raises SettingError.
    """
    given = {name: plain(value) for name, value in settings.items()}
    if hidden is not None or (activation != "tanh" and "architecture" not in given):
        sizes = (4, 2) if hidden is None else hidden
        layers = [layer if isinstance(layer, Layer) else Layer(layer, activation) for layer in sizes]
        given["hidden"] = [layer.to_dict() for layer in layers]
    source = {"table": plain(data)} if isinstance(data, Table) else plain(data)
    usual = {}
    if isinstance(data, Table) and not data.drawn:
        usual = {"scaling": "none" if data.context else "standardise", "split": usual_split(data)}
    task = network_task(Entries({"data": source, **usual, **given}, ""))
    return experiment_on(task, runs, title, note, {**NEVER, **(stop or {})})
