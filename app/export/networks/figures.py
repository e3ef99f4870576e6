"""The figures of networks, in order of preference for the stage. To add one, add a line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from app.export.legend import Entry
from app.export.networks import (
    answers,
    attention,
    boundary,
    class_images,
    code,
    confusion,
    diagram,
    drawing,
    feature_maps,
    fit,
    gates,
    norm_history,
    predicted,
    reconstructions,
    spectrogram,
    spectrum,
    text,
    time_steps,
    token_plane,
)
from app.export.networks.context import FigureContext, figure_context
from app.export.stage_figure import Drawing, StageFigure
from engine import NetworkTask

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def _figure(
    key: str,
    title: str,
    fits: Callable[[NetworkTask], bool],
    draw: Callable[[Axes, FigureContext], list[Entry]],
    view: str,
    **seen: Any,
) -> StageFigure:
    """view: the key of the corresponding view in the window; seen: view settings with which it is that one."""

    def draws(axes: Axes, drawing: Drawing) -> list[Entry]:
        context = figure_context(drawing.picture, drawing.settings, drawing.labels, drawing.check, drawing.interruption)
        return draw(axes, context)

    def is_seen(settings: Mapping[str, Any]) -> bool:
        wanted = {"network_view": view, **seen}
        return bool(view) and all(settings.get(name) == value for name, value in wanted.items())

    return StageFigure(NetworkTask.KIND, key, title, f"Network: {title}", fits, draws, is_seen, titled=True)


NETWORK_FIGURES = (
    _figure("boundary", "predictions over the plane", boundary.fits, boundary.draw, "decision"),
    _figure("fit", "fitted curve", fit.fits, fit.draw, "fit"),
    _figure("spectrogram", "spectrogram of a word", spectrogram.fits, spectrogram.draw, "spectrogram"),
    _figure("reconstructions", "reconstructions", reconstructions.fits, reconstructions.draw, "reconstructions"),
    _figure(
        "reconstructed_plane",
        "reconstructions in the plane",
        reconstructions.fits_plane,
        reconstructions.draw_plane,
        "reconstructed_plane",
    ),
    _figure("code", "narrow layer", code.fits, code.draw, "code"),
    _figure("maps", "filters and feature maps", feature_maps.fits, feature_maps.draw, "maps"),
    _figure("text", "text that the network writes", text.fits_sampled, text.draw_sampled, "text"),
    _figure("reading", "text that the network reads", text.fits_reading, text.draw_reading, "reading"),
    _figure("steps", "gradient by time step", time_steps.fits, time_steps.draw, "steps"),
    _figure("gates", "gates and states by time step", gates.fits, gates.draw, "gates"),
    _figure("norms", "gradient by time step and update", time_steps.fits, norm_history.draw, "norms"),
    _figure("answers", "table of answers", answers.fits, answers.draw, "answers"),
    _figure("attention", "attention of each head", attention.fits, attention.draw, "attention"),
    _figure("spectrum", "spectrum of the embedding", spectrum.fits, spectrum.draw, "spectrum"),
    _figure("tokens", "tokens in a plane", token_plane.fits, token_plane.draw, "tokens"),
    _figure("confusion", "confusion matrix", confusion.fits, confusion.draw_validation, "confusion"),
    _figure(
        "confusion_training",
        "confusion matrix, training set",
        confusion.validates,
        confusion.draw_training,
        "confusion",
        network_confusion_part="training",
    ),
    _figure("sought", "what each class looks for", class_images.fits, class_images.draw, "sought"),
    _figure("drawing", "drawing by hand", drawing.fits, drawing.draw, "draw"),
    _figure("predicted", "predicted against true", predicted.fits, predicted.draw, "residuals"),
    _figure("diagram", "diagram", diagram.fits, diagram.draw, ""),
)
