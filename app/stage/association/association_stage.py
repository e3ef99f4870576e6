"""The stage of an associative memory: its views, which keep their settings under a name of their own."""

from __future__ import annotations

from typing import ClassVar

from app.stage.views_stage import ViewsStage
from engine import AssociationTask


class AssociationStage(ViewsStage):
    """The pairs, the matrix, or the path of its numbers."""

    KIND: ClassVar[str] = AssociationTask.KIND
    NAME: ClassVar[str] = "association"
