"""Tell whether a change of the problem takes effect live or restarts the runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine import Hyper, SettingError, Task, Value

LIVE, RESTARTS = "live", "restarts runs"
SENTENCES = {
    LIVE: "Takes effect live, from here on or from the start: see “Changes apply”.",
    RESTARTS: "Restarts all runs.",
}


def restart_effect(task: Task, changes: Mapping[str, Any], moved: bool) -> str:
    """LIVE or RESTARTS; "" before the first update, when nothing is lost, and for invalid changes."""
    if not moved:
        return ""
    changed = task
    try:
        for setting, value in changes.items():
            changed = changed.having(setting, value)
    except SettingError:
        return ""
    return LIVE if task.continues(changed) else RESTARTS


def restart_effects(task: Task, knobs: Mapping[str, tuple[Hyper, Value]], moved: bool) -> dict[str, str]:
    """The effect of changing each knob: setting of the task -> (declaration, current value)."""
    return {
        setting: restart_effect(task, {setting: _another(hyper, value)}, moved)
        for setting, (hyper, value) in knobs.items()
    }


def _another(hyper: Hyper, value: Value) -> Value:
    if hyper.kind == "switch":
        return not value
    if hyper.kind == "choice":
        return next(option for option in hyper.options if option != value)
    return hyper.low if value != hyper.low else hyper.high
