"""The example that a view of the window shows, from its view settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def chosen_example(view: Mapping[str, Any], name: str, train: int, validation: int) -> int:
    """The place in the data of the example that the view shows whose settings begin with `name`. train, validation: how
    many examples there are of each part.
    """
    wish = view.get(f"{name}_example", 1)
    wish = wish if isinstance(wish, int) and wish > 0 else 1
    if validation and view.get(f"{name}_part", "validation") == "validation":
        return train + min(wish, validation) - 1
    return min(wish, train) - 1
