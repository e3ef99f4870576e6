"""Base class of the views of a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from app.stage.stage_view import StageView
from engine import Predictions

if TYPE_CHECKING:
    from engine import Query


class NetworkView(StageView):
    """A view of the selected run's network; unless it says otherwise it asks for the predictions."""

    GROUP = "network"
    ASKS: ClassVar[tuple[type[Query[Any]], ...]] = (Predictions,)

    def queries(self) -> frozenset[Query[Any]]:
        return frozenset({Predictions()})
