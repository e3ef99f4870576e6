"""Networks that learn from examples, as a kind of problem."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from engine.architectures.activations import ACTIVATIONS
from engine.architectures.convolutional.stages import STAGES
from engine.architectures.initializers import INITIALIZERS
from engine.architectures.losses import LOSSES
from engine.architectures.members import ARCHITECTURES
from engine.batches import BATCHES
from engine.blocks import Block
from engine.choices import Choice, choose
from engine.contracts import Check, Kernel, Routine, no_check
from engine.data.catalogue import DATASETS
from engine.data.features import FEATURES, SCALINGS
from engine.data.prepare import training_data
from engine.data.source import examples_of
from engine.data.table import Table
from engine.data.weights import CLASS_WEIGHTS, weights_by_class
from engine.memory import Need
from engine.optimizers import OPTIMIZERS
from engine.problems.kind import Offer, Own, ProblemKind
from engine.problems.problem import Problem
from engine.problems.supervised.learner import Learner
from engine.problems.supervised.measures import NETWORK_MEASURES, TEXT_MEASURES
from engine.problems.supervised.references import references_of
from engine.problems.supervised.task import (
    ADD_POINT,
    OWN_PARTS,
    POINT_EDITS,
    RESIDUAL,
    SPLIT,
    TARGET,
    NetworkTask,
    network_need,
    network_task,
    own_network,
    read_own_network,
    with_own_network,
)
from engine.problems.supervised.usual import first_network
from engine.setting import Setting
from engine.validation import Entries

_SGD_RATE, _FASTEST, _BATCH = 0.03, 0.03, 10  # of a small network


class NetworkKind(ProblemKind):
    """Small networks of any architecture, trained on generated, measured, imported or drawn examples."""

    key = "network"
    title = "Network"
    plural = "Networks"
    many = "Training of networks"
    tier = "basic"
    marks = ("data",)
    knobs = (SPLIT, TARGET, RESIDUAL)
    measures = TEXT_MEASURES + NETWORK_MEASURES
    first_curves = ("losses", "score", "gradient_norm")
    edits = POINT_EDITS
    catalogues = {
        "data": DATASETS,
        "architecture": ARCHITECTURES,
        "stages": STAGES,
        "class_weights": CLASS_WEIGHTS,
        "loss": LOSSES,
        "initializer": INITIALIZERS,
        "output": ACTIVATIONS,
        "activation": ACTIVATIONS,
        "features": FEATURES,
        "scaling": SCALINGS,
        "target_scaling": SCALINGS,
    }
    brings_others = ("data", "target", "loss", "architecture")
    randomness = "data, initial weights and batches"
    rates = "Updates per second of every run; examples per second of all runs together"
    trains = True
    example = "example"
    own_parts = OWN_PARTS
    own_title = "network of this run alone"
    own_help = "on: the selected run has a network of its own, on the same data; architecture and layers edit that one"

    @property
    def offers(self) -> tuple[Offer, ...]:
        return (Offer("network", "Network", "A small network trained on data", first_network),)

    def read(self, entries: Entries, check: Check = no_check) -> NetworkTask:
        return network_task(entries, check)

    def problem(self, task: NetworkTask, check: Check = no_check) -> Problem:
        form, network = task.form, task.network
        data = training_data(
            examples_of(task.data, task.data_seed),
            task.features,
            task.scaling,
            task.share,
            task.data_seed,
            target_scaling=task.target_scaling,
            split=task.split,
            one_hot=task.one_hot,
            target=task.target,
            check=check,
        )
        check()
        by_class = weights_by_class(task.class_weights, data.targets, data.train, len(data.classes))
        if by_class is not None:
            data = replace(data, weights=by_class if data.weights is None else by_class * data.weights)
        inputs, targets = data.inputs[: data.train], data.scaled_targets[: data.train]
        seen = None if data.weights is None else data.weights[: data.train]
        numbers = form.packed_set(network, inputs, targets, len(data.classes), seen)
        check()
        # The references here, where nobody waits for the next frame.
        known = references_of(data, network.loss, form.narrowest(network), check)
        return Problem(
            task=task,
            objective=numbers.objective,
            constants=numbers.constants,
            work_size=numbers.work_size,
            start=form.start(network, task.initializer, task.weight_seed),
            blocks=network.blocks,
            examples=data.train,
            seed=task.seed,
            subject=Learner(network, data, numbers, form, known),
            ordered=True,
        )

    def own_of(self, task: NetworkTask) -> Own:
        return own_network(task)

    def with_own(self, task: NetworkTask, own: Own) -> NetworkTask:
        return with_own_network(task, own)

    def read_own(self, entries: Entries, task: NetworkTask) -> Own:
        return read_own_network(entries, task)

    def own_words(self, tasks: Sequence[NetworkTask]) -> list[str]:
        """Such as `convolutional`, or the shape where that does not tell: `64 – 11 – 10`."""
        return [
            task.form.described(task.network)
            if any(other.form is task.form and other != task for other in tasks)
            else task.form.title.lower()
            for task in tasks
        ]

    def layers(self, task: NetworkTask) -> Mapping[str, tuple[Block, ...]]:
        return {part.title: (*part.weights, *part.biases) for part in task.form.layers(task.network)}

    def kernels(self, task: NetworkTask) -> list[Kernel | Routine]:
        return task.form.kernels(task.network)

    def edit_words(self, setting: Setting, value: Any, number: Callable[[float], str]) -> str:
        """Such as `point (0.5, 1) → 1 added` and `points within 0.2 of (0.5, 1) erased`."""
        *place, last = value
        point = f"({', '.join(map(number, place))})"
        if setting == ADD_POINT:
            return f"point {point} → {number(last)} added"
        return f"point {point} erased" if last == 0.0 else f"points within {number(last)} of {point} erased"

    @property
    def takes_tables(self) -> bool:
        return True

    def on_table(self, task: NetworkTask, table: Table, fresh: bool) -> NetworkTask:
        """A network keeps its shape, and its scaling if it has one."""
        changed = task.having("data", table)
        if table.context:
            changed = changed.having("scaling", "none")
        elif fresh or task.scaling == "none":
            changed = changed.having("scaling", "standardise")
        return changed.having("output", "identity") if fresh else changed

    def validates(self, task: NetworkTask) -> bool:
        return task.share < 1.0

    def memory(self, task: NetworkTask, optimizers: Sequence[str]) -> Need:
        return network_need(task, optimizers)

    def suited(self, optimizer: str) -> tuple[float, Choice]:
        usual = OPTIMIZERS[optimizer].learning_rate
        rate = _SGD_RATE if optimizer == "sgd" else max(usual, min(10.0 * usual, _FASTEST))
        return rate, choose(BATCHES, "mini", {"size": _BATCH})
