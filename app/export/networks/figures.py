"""The table of network figures, in order of preference for the stage. To add one, add a line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.export.legend import Entry
from app.export.networks import boundary, confusion, diagram, fit, predicted
from app.export.networks.context import FigureContext
from engine import NetworkTask

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, slots=True)
class NetworkFigure:
    """One figure. fits: whether it makes sense for a task; draw: on empty axes, returns the legend's entries.

    view: the key of the corresponding view in the window.
    """

    key: str
    title: str
    view: str
    fits: Callable[[NetworkTask], bool]
    draw: Callable[[Axes, FigureContext], list[Entry]]


FIGURES: dict[str, NetworkFigure] = {
    figure.key: figure
    for figure in (
        NetworkFigure("boundary", "predictions over the plane", "decision", boundary.fits, boundary.draw),
        NetworkFigure("fit", "fitted curve", "fit", fit.fits, fit.draw),
        NetworkFigure("confusion", "confusion matrix", "confusion", confusion.fits, confusion.draw_validation),
        NetworkFigure(
            "confusion_training",
            "confusion matrix, training set",
            "confusion",
            confusion.validates,
            confusion.draw_training,
        ),
        NetworkFigure("predicted", "predicted against true", "residuals", predicted.fits, predicted.draw),
        NetworkFigure("diagram", "diagram", "", diagram.fits, diagram.draw),
    )
}


def figures_for(task: NetworkTask) -> tuple[NetworkFigure, ...]:
    """The figures that make sense for a task; the first is its stage."""
    return tuple(figure for figure in FIGURES.values() if figure.fits(task))


def figure_on_screen(task: NetworkTask, view: Mapping[str, Any]) -> NetworkFigure:
    """The figure closest to what the window shows; view: the window's settings."""
    figures = figures_for(task)
    like = [figure for figure in figures if figure.view and figure.view == view.get("network_view")]
    training = view.get("network_confusion_part") == "training"
    return like[-1 if training else 0] if like else figures[0]
