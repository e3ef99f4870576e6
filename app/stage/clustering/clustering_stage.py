"""The stage of clusters: their views, which keep their settings under a name of their own."""

from __future__ import annotations

from typing import ClassVar

from app.stage.views_stage import ViewsStage
from engine import ClusteringTask


class ClusteringStage(ViewsStage):
    """The clusters on the plane, or the path of all their parameters."""

    KIND: ClassVar[str] = ClusteringTask.KIND
    NAME: ClassVar[str] = "clustering"
