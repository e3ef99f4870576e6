"""The problem panel of a policy: the environment, the method, and the shape of the policy."""

from __future__ import annotations

from dataclasses import replace

from app.controls.parts_panel import PartsPanel
from engine import ENVIRONMENTS, METHODS, POLICY_KNOBS, Hyper, PolicyTask


class PolicyPanel(PartsPanel):
    """`changed` carries the changed settings of the PolicyTask."""

    KIND = PolicyTask.KIND
    NAME = "policy"
    PARTS = {"environment": ENVIRONMENTS, "method": METHODS}
    SHOWN = {"seed": "episode_seed"}
    KNOBS = "Policy and episodes"

    def declared(self, task: PolicyTask) -> tuple[Hyper, ...]:
        entry, without = task.entry, set()
        if not entry.features:
            without.add("hidden")
        if entry.one_step:
            without |= {"longest", "discount"}
        if not task.shape.value_size:
            without.add("value_rate")
        if not task.hidden:
            without.add("weight_seed")
        known = [knob for knob in POLICY_KNOBS if knob.name not in without]
        return tuple(replace(knob, default=getattr(entry.usual, knob.name, knob.default)) for knob in known)
