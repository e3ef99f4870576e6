"""What is shown of spoken examples, on screen and in print: their time axis, and the probability of each class."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from engine import DATASETS, LOSSES, Choice, NetworkTask, RunningOutputs

if TYPE_CHECKING:
    from engine import NetworkSnapshot

Array = np.ndarray


def step_ms(task: NetworkTask) -> float:
    """Milliseconds from one step of an example to the next; 0 if its steps are not heard one after another."""
    if not isinstance(task.data, Choice):
        return 0.0
    declared = DATASETS[task.data.kind]
    return declared.step_ms if task.classes else 0.0


def energies(snapshot: NetworkSnapshot, example: int) -> Array:
    """The raw numbers (bands, steps) of an example, with time from left to right."""
    data = snapshot.learner.data
    return np.asarray(data.raw[example].reshape(data.shape).T)


def class_shares(snapshot: NetworkSnapshot, outputs: Array) -> Array:
    """The probability of each class (m, classes) for outputs (m, k); 0 where an output is not finite."""
    loss = LOSSES[snapshot.learner.network.loss.kind]
    with np.errstate(all="ignore"):
        shares: Array = np.nan_to_num(loss.probabilities(outputs), nan=0.0)
    return shares


def shares_in_time(snapshot: NetworkSnapshot) -> Array | None:
    """The probability of each class after each step, (classes, steps); None if the network does not go through time."""
    outputs = snapshot.answer(RunningOutputs)
    return None if outputs is None else class_shares(snapshot, outputs).T


def heard_words(snapshot: NetworkSnapshot, example: int) -> str:
    """Such as `seven, heard as zero`, and `seven, heard right`."""
    data, predicted = snapshot.learner.data, snapshot.predicted
    true = data.classes[int(data.targets[example])]
    if not predicted.finite[example]:
        return f"{true}, the outputs are not finite"
    if not predicted.wrong[example]:
        return f"{true}, heard right"
    return f"{true}, heard as {data.classes[int(predicted.predictions[example])]}"
