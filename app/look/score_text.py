"""How well a network does, in words and numbers: on the examples it learns from, and on those that validate."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from app.look.number_format import number

if TYPE_CHECKING:
    from engine import NetworkSnapshot, TrainingData

NOT_FINITE = "The network's outputs are not finite"


@dataclass(frozen=True, slots=True)
class Score:
    """One of the two parts of the examples: accuracy or R², loss, and how many are wrong (or, of values, by how much).

    wrong: of `count` examples; None for a regression.
    """

    title: str
    validates: bool
    score: str
    loss: str
    errors: str
    wrong: int | None
    count: int

    @property
    def sentence(self) -> str:
        errors = self.errors if self.wrong is None else f"{self.wrong:,} of {self.count:,} wrong"
        return f"{self.title.capitalize()}: {self.score}, {self.loss}, {errors}."


def scores_of(snapshot: NetworkSnapshot) -> tuple[Score, ...]:
    """What there is to say of the training part, and of the validation part if there is one."""
    data = snapshot.learner.data
    parts = ("training", False, slice(None, data.train)), ("validation", True, slice(data.train, None))
    return tuple(
        Score(
            title,
            validates,
            _score(snapshot.scores[validates], bool(data.classes)),
            f"loss {number(snapshot.losses[validates], 3)}",
            _errors(snapshot, part),
            int(snapshot.wrong[part].sum()) if data.classes else None,
            len(data.targets[part]),
        )
        for title, validates, part in parts
        if len(data.targets[part])
    )


def percent(share: float, decimals: int = 1) -> str:
    """A share of one."""
    return f"{100.0 * share:.{decimals}f} %" if math.isfinite(share) else "not finite"


def class_name(data: TrainingData, place: float) -> str:
    """The name of a class by its place."""
    return data.classes[int(place)]


def _score(score: float, accuracy: bool) -> str:
    if accuracy:
        return percent(score)
    return f"R² {score:.3f}".replace("-", "−") if score > -100.0 else f"R² {number(score, 2)}"


def _errors(snapshot: NetworkSnapshot, part: slice) -> str:
    data = snapshot.learner.data
    if data.classes:
        return f"{int(snapshot.wrong[part].sum()):,} wrong"
    with np.errstate(all="ignore"):
        misses = snapshot.predictions[part] - data.targets[part]
        return f"RMSE {number(float(np.sqrt(np.mean(misses * misses))), 3)}"
