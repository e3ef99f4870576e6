"""The problem panel of each kind; a kind that brings none has one made from its knobs."""

from __future__ import annotations

from app.controls.clustering.clustering_panel import ClusteringPanel
from app.controls.networks.network_panel import NetworkPanel
from app.controls.policy.policy_panel import PolicyPanel
from app.controls.surface.surface_panel import SurfacePanel
from app.controls.task_panel import KnobPanel, TaskPanel
from app.look.theme import Theme

PANELS: dict[str, type[TaskPanel]] = {
    panel.KIND: panel for panel in (SurfacePanel, NetworkPanel, PolicyPanel, ClusteringPanel)
}


def panel_for(kind: str, theme: Theme) -> TaskPanel:
    """A panel for a kind of problem, by its key."""
    return PANELS.get(kind, KnobPanel)(theme)
