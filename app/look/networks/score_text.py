"""Scores of a network in words: accuracy or R², loss and errors on the training and the validation set."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from app.look.number_format import number
from engine import visible

if TYPE_CHECKING:
    from engine import NetworkSnapshot, Predicted, TrainingData

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
    data, classes = snapshot.learner.data, bool(snapshot.learner.data.classes)
    parts = ("training", False, slice(None, data.train)), ("validation", True, slice(data.train, None))
    made = []
    for title, validates, part in parts:
        count = data.targets[part].size if classes else len(data.targets[part])
        if count:
            error = snapshot.predicted.errors[validates]
            wrong = int(error) if classes else None
            errors = f"{wrong:,} wrong" if wrong is not None else f"RMSE {number(error, 3)}"
            score, loss = (
                _score(snapshot.predicted.scores[validates], classes),
                number(snapshot.predicted.losses[validates], 3),
            )
            made.append(Score(title, validates, score, f"loss {loss}", errors, wrong, count))
    return tuple(made)


def example_words(predicted: Predicted, place: int) -> str:
    """What is true of the example at a place of the data, and what the network makes of it."""
    data, found = predicted.data, predicted.predictions[place]
    true = data.targets[place]
    if data.target_shape.kind == "class":
        return f"true {class_name(data, true)}, predicted {class_name(data, found)}"
    if data.target_shape.kind == "value":
        return f"true {data.target} {number(float(true), 3)}, predicted {number(float(found), 3)}"
    if data.text is not None:
        signs = (data.tokens[int(sign)] for sign in data.raw[place])
        read = "".join(sign if sign == " " else visible(sign) for sign in signs)
        return f"“{read}”, {int((found == true).sum())} of {len(true)} characters right"
    if data.classes:
        return f"{int((found == true).sum())} of {len(true)} steps right"
    every = "over its steps" if data.target_shape.kind == "sequence" else f"over its {true.size} numbers"
    return f"root mean square error {number(float(np.sqrt(np.mean((found - true) ** 2))), 3)} {every}"


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
