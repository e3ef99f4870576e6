"""The stage of each kind of problem; a kind that brings none has one with the views that fit it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.stage.association.association_stage import AssociationStage
from app.stage.clustering.clustering_stage import ClusteringStage
from app.stage.networks.network_stage import NetworkStage
from app.stage.policy.policy_stage import PolicyStage
from app.stage.surface.surface_stage import SurfaceStage
from app.stage.views_stage import ViewsStage

if TYPE_CHECKING:
    from app.look.theme import Theme
    from app.stage.stage import Stage

STAGES: dict[str, type[Stage]] = {
    stage.KIND: stage for stage in (SurfaceStage, NetworkStage, PolicyStage, ClusteringStage, AssociationStage)
}


def stage_for(kind: str, theme: Theme) -> Stage:
    """A stage for a kind of problem, by its key."""
    return STAGES.get(kind, ViewsStage)(theme)
