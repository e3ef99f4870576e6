"""The figures of policies, one of each environment. To add one, add a line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from app.export.legend import Entry
from app.export.policy import arms, corridor, grid_map, policy_map
from app.export.stage_figure import Drawing, StageFigure
from engine import Arms, CorridorPolicy, GridPolicy, PolicySlice, PolicyTask, Query

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def _figure(
    key: str, title: str, asks: type[Query[Any]], draw: Callable[[Axes, Drawing], list[Entry]], view: str
) -> StageFigure:
    """asks: what the environment has to answer; view: the key of the corresponding view in the window."""

    def fits(task: PolicyTask) -> bool:
        return asks in task.entry.answers

    def is_seen(settings: Mapping[str, Any]) -> bool:
        return settings.get("policy_view") == view

    return StageFigure(PolicyTask.KIND, key, title, f"Policy: {title}", fits, draw, is_seen)


POLICY_FIGURES = (
    _figure("arms", "arms of the bandit", Arms, arms.draw, "arms"),
    _figure("corridor", "every policy of the corridor", CorridorPolicy, corridor.draw, "corridor"),
    _figure("grid", "policy and value in the grid", GridPolicy, grid_map.draw, "grid"),
    _figure("policy_map", "map of the policy", PolicySlice, policy_map.draw, "map"),
)
