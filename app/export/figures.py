"""The figures of the stage, of every kind of problem; for a kind they are in order of preference."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.export.association.figures import ASSOCIATION_FIGURES
from app.export.clustering.figure import CLUSTER_FIGURE
from app.export.networks.figures import NETWORK_FIGURES
from app.export.policy.figures import POLICY_FIGURES
from app.export.stage_figure import StageFigure
from app.export.surface.surface_figure import SURFACE_FIGURE
from engine import Task

FIGURES: dict[str, StageFigure] = {
    figure.key: figure
    for figure in (SURFACE_FIGURE, *NETWORK_FIGURES, *POLICY_FIGURES, CLUSTER_FIGURE, *ASSOCIATION_FIGURES)
}


def figures_for(task: Task) -> tuple[StageFigure, ...]:
    """The figures that make sense for a task; the first is its stage."""
    return tuple(figure for figure in FIGURES.values() if figure.kind == task.KIND and figure.fits(task))


def figure_on_screen(task: Task, view: Mapping[str, Any]) -> StageFigure | None:
    """The figure closest to what the window shows, if the task has any; view: the window's settings."""
    figures = figures_for(task)
    like = [figure for figure in figures if figure.seen(view)]
    return next(reversed([*figures[:1], *like]), None)
