"""Every figure of a network, in the order of preference for its stage. Adding one is adding one line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.export.legend import Entry
from app.export.networks import boundary, confusion, diagram, fit, predicted
from app.export.networks.subject import Subject
from engine import NetworkTask

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure. fits: whether it means anything for a task; draw: on empty axes, returns the legend's entries.

    view: the key of the view in the window that shows the same.
    """

    key: str
    title: str
    view: str
    fits: Callable[[NetworkTask], bool]
    draw: Callable[[Axes, Subject], list[Entry]]


FIGURES: dict[str, Figure] = {
    figure.key: figure
    for figure in (
        Figure("boundary", "answers over the plane", "decision", boundary.fits, boundary.draw),
        Figure("fit", "fitted curve", "fit", fit.fits, fit.draw),
        Figure("confusion", "confusion matrix", "confusion", confusion.fits, confusion.draw_validation),
        Figure(
            "confusion_training",
            "confusion matrix, training set",
            "confusion",
            confusion.validates,
            confusion.draw_training,
        ),
        Figure("predicted", "predicted against true", "residuals", predicted.fits, predicted.draw),
        Figure("diagram", "diagram", "", diagram.fits, diagram.draw),
    )
}


def figures_for(task: NetworkTask) -> tuple[Figure, ...]:
    """Those that mean something for a task; the first is its stage."""
    return tuple(figure for figure in FIGURES.values() if figure.fits(task))


def figure_on_screen(task: NetworkTask, view: Mapping[str, Any]) -> Figure:
    """The figure that is most like what the window shows; view: its settings."""
    figures = figures_for(task)
    like = [figure for figure in figures if figure.view and figure.view == view.get("network_view")]
    training = view.get("network_confusion_part") == "training"
    return like[-1 if training else 0] if like else figures[0]
