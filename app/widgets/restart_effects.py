"""What a change of the problem would do to runs that have moved: go on live, or start again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine import Hyper, NetworkTask, SettingError, Value

LIVE, AGAIN = "live", "starts again"
WORDS = {LIVE: "Live: the runs go on with it.", AGAIN: "Every run starts again with it."}


def effect(task: NetworkTask, changes: Mapping[str, Any], moved: bool) -> str:
    """LIVE or AGAIN; empty before the first update, when nothing is lost, and for what will be refused."""
    if not moved:
        return ""
    changed = task
    try:
        for setting, value in changes.items():
            changed = changed.having(setting, value)
    except SettingError:
        return ""
    return LIVE if task.continues(changed) else AGAIN


def effects(task: NetworkTask, knobs: Mapping[str, tuple[Hyper, Value]], moved: bool) -> dict[str, str]:
    """The effect of turning each knob: setting of the task -> (declaration, value as it stands)."""
    return {
        setting: effect(task, {setting: _another(hyper, value)}, moved) for setting, (hyper, value) in knobs.items()
    }


def _another(hyper: Hyper, value: Value) -> Value:
    if hyper.kind == "switch":
        return not value
    if hyper.kind == "choice":
        return next(option for option in hyper.options if option != value)
    return hyper.low if value != hyper.low else hyper.high
