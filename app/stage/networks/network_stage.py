"""The stage of a network: its diagram, and beside or below it one of the other views."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar

from app.stage.diagram.diagram import Diagram
from app.stage.stage import StageCommand
from app.stage.views_stage import ViewsStage
from engine import Field, NetworkTask, UnitMaps

if TYPE_CHECKING:
    from app.stage.stage_view import StageView
    from engine import Query


class NetworkStage(ViewsStage):
    """The views of a network; where one of them shows a part of its inputs, the diagram shows the same part."""

    KIND: ClassVar[str] = NetworkTask.KIND
    NAME: ClassVar[str] = "network"

    def make_companion(self) -> StageView:
        self.diagram = Diagram(self.theme)
        return self.diagram

    def view_commands(self) -> list[StageCommand]:
        return [StageCommand("diagram", "Diagram of the network", self.companion_button.toggle, "D")]

    def queries(self) -> frozenset[Query[Any]]:
        asked = super().queries()
        region = next((query.region for query in asked if isinstance(query, Field)), None)
        if region is None:
            return asked
        return frozenset(replace(query, region=region) if isinstance(query, UnitMaps) else query for query in asked)
