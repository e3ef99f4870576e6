"""Associative memories, as a kind of problem."""

from __future__ import annotations

import numpy as np

from engine.batches import BATCHES
from engine.blocks import Block
from engine.choices import Choice, choose
from engine.contracts import Check, Kernel, Routine, no_check
from engine.optimizers import OPTIMIZERS
from engine.problems.association.measures import ASSOCIATION_MEASURES
from engine.problems.association.memory import Memory
from engine.problems.association.objective import association_objective, packed
from engine.problems.association.pairs import frequencies_of, pairs_of
from engine.problems.association.task import ASSOCIATION_KNOBS, AssociationTask, association_task
from engine.problems.kind import Offer, ProblemKind
from engine.problems.problem import Problem
from engine.validation import Entries

_SGD_RATE, _RATE = 1.0, 0.01


class AssociationKind(ProblemKind):
    """One matrix that learns which value belongs to which key."""

    key = "association"
    title = "Memory"
    plural = "Associative memories"
    many = "Frequent and rare"
    knobs = ASSOCIATION_KNOBS
    measures = ASSOCIATION_MEASURES
    first_curves = ("loss", "layer_pair_loss", "layer_singular_value")
    randomness = "rotations and batches"
    rates = "Updates per second of every run; pairs per second of all runs together"
    trains = True
    example = "pair"

    @property
    def offers(self) -> tuple[Offer, ...]:
        return (Offer("association", "Memory", "One matrix that remembers frequent and rare pairs", AssociationTask),)

    def read(self, entries: Entries, check: Check = no_check) -> AssociationTask:
        return association_task(entries)

    def problem(self, task: AssociationTask, check: Check = no_check) -> Problem:
        k = task.pairs
        keys, values = pairs_of(k, task.basis, task.basis_seed)
        frequencies = frequencies_of(k, task.exponent)
        constants, work_size = packed(keys, values, frequencies)
        return Problem(
            task=task,
            objective=association_objective.address,
            constants=constants,
            work_size=work_size,
            start=np.zeros(k * k),
            blocks=(Block("W", 0, (k, k), "hidden", decays=True),),
            examples=k,
            seed=task.seed,
            subject=Memory(task, keys, values, frequencies),
            ordered=True,
        )

    def kernels(self, task: AssociationTask) -> list[Kernel | Routine]:
        return [association_objective]

    def suited(self, optimizer: str) -> tuple[float, Choice]:
        rate = _SGD_RATE if optimizer == "sgd" else min(OPTIMIZERS[optimizer].learning_rate, _RATE)
        return rate, choose(BATCHES, "full")
