"""Why stop rules end a run, in words."""

from __future__ import annotations

from collections.abc import Mapping

from engine.contracts import Value
from engine.training import loop


def ending_of(reason: int, stop: Mapping[str, Value]) -> str:
    """Which rule ended a chunk of updates (loop.advance); empty if none did."""
    if reason == loop.LOSS_REACHED:
        return f"the loss fell below {stop['loss_below']:g}"
    if reason == loop.GRADIENT_REACHED:
        return f"the gradient norm fell below {stop['gradient_below']:g}"
    if reason != loop.PLATEAU:
        return ""
    gain, waited = float(stop["plateau_gain"]), counted(int(stop["plateau_updates"]))  # type: ignore[arg-type]
    return f"no improvement of more than {100.0 * gain:g} % in {waited}" if gain else f"no lower loss in {waited}"


def out_of_patience(watched: str, waited: int, best: int) -> str:
    """That for so many updates the measure that is watched has not been lower than before update `best`."""
    return f"no lower {watched} in {counted(waited)}, the best is of update {best:,}"


def counts(stop: Mapping[str, Value]) -> bool:
    """Whether stop rules depend on more of the past than where a run stands."""
    return bool(stop["plateau_updates"] or stop["patience"])


def counted(updates: int) -> str:
    """`1 update`, `2,000 updates`."""
    return f"{updates:,} update{'s' * (updates != 1)}"
