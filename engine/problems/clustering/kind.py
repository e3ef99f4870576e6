"""Clusters of points, as a kind of problem."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from engine.batches import BATCHES
from engine.choices import Choice, choose
from engine.contracts import Check, Kernel, Routine, no_check
from engine.data.table import Table
from engine.memory import Need
from engine.optimizers import OPTIMIZERS
from engine.problems.clustering.clustered import Clustered
from engine.problems.clustering.fixed_points import classical_rounds, reached
from engine.problems.clustering.measures import CLUSTER_MEASURES
from engine.problems.clustering.models import MODELS
from engine.problems.clustering.objective import packed
from engine.problems.clustering.points import POINTS, check_table, points_of
from engine.problems.clustering.starts import start_of
from engine.problems.clustering.task import (
    ADD_CLUSTER_POINT,
    CLUSTER_EDITS,
    CLUSTERING_KNOBS,
    OWN_PARTS,
    ClusteringTask,
    clustering_need,
    clustering_task,
    first_clustering,
    read_own_clusters,
    with_own_clusters,
)
from engine.problems.kind import Offer, Own, ProblemKind
from engine.problems.problem import Problem
from engine.setting import Setting
from engine.validation import Entries

_SGD_RATE, _SLOWEST, _FASTEST = 0.5, 0.05, 0.1  # usual rates: of plain descent, and between which the others lie


class ClusteringKind(ProblemKind):
    """Points in the plane, clustered by k-means or a Gaussian mixture."""

    key = "clustering"
    title = "Clustering"
    plural = "Clusterings"
    many = "Clusters without labels"
    knobs = CLUSTERING_KNOBS
    measures = CLUSTER_MEASURES
    first_curves = ("loss", "agreement", "layer_cluster_share")
    edits = CLUSTER_EDITS
    catalogues = {"points": POINTS, "model": MODELS}
    brings_others = ("points", "clusters", "start", "start_seed")
    randomness = "points, starts and batches"
    rates = "Updates per second of every run; points per second of all runs together"
    trains = True
    example = "point"
    own_parts = OWN_PARTS
    own_title = "model of this run alone"
    own_help = "on: the selected run has a model and a start of its own, on the same points; the settings edit that one"

    @property
    def offers(self) -> tuple[Offer, ...]:
        return (Offer("clustering", "Clustering", "Centres or Gaussians that find groups of points", first_clustering),)

    def read(self, entries: Entries, check: Check = no_check) -> ClusteringTask:
        return clustering_task(entries, check)

    def problem(self, task: ClusteringTask, check: Check = no_check) -> Problem:
        found, shape = points_of(task.points, task.points_seed), task.shape
        constants, work_size = packed(shape, found.points)
        start = start_of(shape, found.points, task.start, task.start_seed, task.centres)
        return Problem(
            task=task,
            objective=MODELS[task.model.kind].kernel.address,
            constants=constants,
            work_size=work_size,
            start=start,
            blocks=shape.blocks,
            examples=len(found.points),
            seed=task.seed,
            subject=Clustered(task, found, reached(shape, start, found.points, check)),
            ordered=True,
        )

    def with_own(self, task: ClusteringTask, own: Own) -> ClusteringTask:
        return with_own_clusters(task, own)

    def read_own(self, entries: Entries, task: ClusteringTask) -> Own:
        return read_own_clusters(entries, task)

    def own_words(self, tasks: Sequence[ClusteringTask]) -> list[str]:
        """Such as `k-means, 3 clusters`."""
        return [
            f"{MODELS[task.model.kind].title}, {task.clusters} cluster{'s' * (task.clusters > 1)}" for task in tasks
        ]

    def kernels(self, task: ClusteringTask) -> list[Kernel | Routine]:
        return [MODELS[task.model.kind].kernel, classical_rounds]

    def memory(self, task: ClusteringTask, optimizers: Sequence[str]) -> Need:
        return clustering_need(task, optimizers)

    def edit_words(self, setting: Setting, value: Any, number: Callable[[float], str]) -> str:
        """Such as `point (0.5, 1) added` and `points within 0.2 of (0.5, 1) erased`."""
        x, y, *radius = value
        point = f"({number(x)}, {number(y)})"
        if setting == ADD_CLUSTER_POINT:
            return f"point {point} added"
        return f"points within {number(radius[0])} of {point} erased"

    @property
    def takes_tables(self) -> bool:
        return True

    def on_table(self, task: ClusteringTask, table: Table, fresh: bool) -> ClusteringTask:
        return task.having("points", check_table(table))

    def suited(self, optimizer: str) -> tuple[float, Choice]:
        usual = OPTIMIZERS[optimizer].learning_rate
        rate = _SGD_RATE if optimizer == "sgd" else min(max(usual, _SLOWEST), _FASTEST)
        return rate, choose(BATCHES, "full")
