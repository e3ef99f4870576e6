"""Over which two numbers a policy is mapped, as view settings keep them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine import PolicySlice

_ACROSS, _UP = "policy_map_across", "policy_map_up"


def settings_of(wanted: PolicySlice) -> dict[str, Any]:
    """The view settings."""
    return {_ACROSS: wanted.across, _UP: wanted.up}


def slice_in(view: Mapping[str, Any]) -> PolicySlice:
    """What the settings say; the usual two where they make no sense."""
    usual = PolicySlice()
    across, up = str(view.get(_ACROSS, usual.across)), str(view.get(_UP, usual.up))
    if across == up or not {across, up} <= set(PolicySlice.NAMES):
        return usual
    return PolicySlice(across, up)
