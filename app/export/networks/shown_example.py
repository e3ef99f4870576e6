"""The example that a view of the window shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine import TrainingData


def shown_example(view: Mapping[str, Any], name: str, data: TrainingData) -> int:
    """The place in the data of the example in the view whose settings begin with `name`."""
    wish = view.get(f"{name}_example", 1)
    wish = wish if isinstance(wish, int) and wish > 0 else 1
    if data.validation and view.get(f"{name}_part", "validation") == "validation":
        return data.train + min(wish, data.validation) - 1
    return min(wish, data.train) - 1
