"""An associative memory as the subject of a problem: what is measured of it and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from engine.interruption import Interruption, Pieces
from engine.problems.association.measures import ASSOCIATION_MEASURES
from engine.problems.association.pairs import ONE_HOT
from engine.problems.association.queries import Associations, Remembered
from engine.problems.association.task import AssociationTask
from engine.problems.subject import Subject
from engine.queries import Query
from engine.training.measures import Measure, Work, work_of

Array = np.ndarray

MOST_SHOWN = 20  # pairs of which there are curves
_LIGHT, _FULL = 1 << 16, 1 << 15  # multiply-adds of a measurement without and with each pair, so few are the numbers
_KNOWN = 0.9  # probability from which a pair is remembered


class Memory(Subject):
    """keys, values (k, k): a row for each pair, the most frequent first. frequencies (k,): their sum is 1."""

    def __init__(self, task: AssociationTask, keys: Array, values: Array, frequencies: Array) -> None:
        self.task, self.keys, self.values, self.frequencies = task, keys, values, frequencies
        k = task.pairs
        shown = np.arange(k) if k <= MOST_SHOWN else np.unique(np.rint(np.geomspace(1, k, MOST_SHOWN)).astype(int)) - 1
        self._shown = shown

    def remembered(self, theta: Array) -> Remembered:
        """How well each pair is remembered at theta (n,)."""
        k = self.task.pairs
        with np.errstate(all="ignore"):  # of a run that diverges
            logits = self.values @ theta.reshape(k, k) @ self.keys.T
            raised = logits - logits.max(axis=0)
            losses = np.log(np.exp(raised).sum(axis=0)) - np.diag(raised)
        finite = bool(np.isfinite(theta).all())
        singular = np.linalg.svd(theta.reshape(k, k), compute_uv=False) if finite else np.full(k, np.nan)
        return Remembered(np.exp(-losses), losses, logits, singular)

    @property
    def measures(self) -> tuple[Measure, ...]:
        return ASSOCIATION_MEASURES

    @property
    def layers(self) -> tuple[str, ...]:
        return tuple(f"rank {place + 1}" for place in self._shown)

    @property
    def naming(self) -> tuple[object, ...]:
        return self.task.pairs, self.task.basis

    @property
    def loss_words(self) -> tuple[str, str]:
        return "-Σ pₖ log softmax(U W xₖ)ₖ", "cross-entropy weighted by frequency"

    @property
    def known_minimum(self) -> float:
        return 0.0

    @property
    def noun(self) -> str:
        return "associative memory"

    @property
    def elsewhere(self) -> str:
        return "fewer pairs"

    def headings(self, parameters: int) -> tuple[str, ...]:
        k = self.task.pairs
        told = f"One {k} × {k} matrix   ·   {k} pairs"
        rare = self.frequencies[0] / self.frequencies[-1]
        return f"{told}, the rarest {rare:.3g} times as rare as the first   ·   {parameters:,} parameters", told, ""

    def parameter_name(self, place: int) -> str:
        """Such as `W: key 2 → value 3`, or of a rotated one `W row 3, column 2`."""
        row, column = divmod(place, self.task.pairs)
        if self.task.basis == ONE_HOT:
            return f"W: key {column + 1} → value {row + 1}"
        return f"W row {row + 1}, column {column + 1}"

    def work(self, parameters: int, examples: int) -> Work:
        found = work_of(2 * parameters, 0, 0, examples, 0)
        return Work(found.update, found.example, _LIGHT, _FULL, found.point)

    def measured(
        self, theta: Array, step: Array | None, penalty: float, interruption: Interruption | None
    ) -> Pieces[tuple[Array, Array | None]]:
        yield from ()
        seen = self.remembered(theta)
        known = float((seen.right > _KNOWN).sum())
        values = np.array([float(self.frequencies @ seen.losses), seen.right[-1], known])
        if step is None:
            return values, None
        return values, np.column_stack([seen.losses, seen.right, seen.singular])[self._shown]

    def understands(self, query: type[Query[Any]]) -> bool:
        return query is Associations

    def answers(
        self, theta: Array, queries: frozenset[Query[Any]], interruption: Interruption | None
    ) -> Pieces[Mapping[Query[Any], Any]]:
        yield from ()
        return {query: self.remembered(theta) for query in queries}
