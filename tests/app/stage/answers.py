"""Snapshots with other answers than the engine gave."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine import Field, Gradients, NetworkSnapshot, Predictions


def answering(snapshot: NetworkSnapshot, outputs: Any = None, field: Any = None, inspection: Any = None, **more: Any):
    """The same snapshot with other outputs, another field or another inspection; more: its other attributes."""
    answers = dict(snapshot.answers)
    for query, found in snapshot.answers.items():
        if isinstance(query, Predictions) and outputs is not None:
            answers[query] = replace(found, outputs=outputs)
        elif isinstance(query, Field) and field is not None:
            answers[query] = field
        elif isinstance(query, Gradients) and inspection is not None:
            answers[query] = inspection
    return replace(snapshot, answers=answers, **more)


def field_of(view: Any) -> Field:
    """The field that a view asks for."""
    return next(query for query in view.queries() if isinstance(query, Field))
