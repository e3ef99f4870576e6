"""The figure of a spoken word: its energies by time and band, and the probability of each class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from app.export.legend import Entry, clean
from app.export.networks.class_colours import shades
from app.export.networks.context import FigureContext
from app.export.networks.shown_example import shown_example
from app.look.networks.spoken import class_shares, energies, heard_words, shares_in_time, step_ms
from engine import NetworkTask, Predictions, Query, RunningOutputs

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_GAP = 0.08  # between the two pictures, each of which is 1 high
_TOLD = 3  # classes whose probability is written


def fits(task: NetworkTask) -> bool:
    """Whether examples are heard step by step."""
    return step_ms(task) > 0.0


def draw(axes: Axes, context: FigureContext) -> list[Entry]:
    """Draw the word that the window shows on empty axes; of a recurrent network with the probability of each class
    after every step below it. No legend.
    """
    settings, data = context.settings, context.learner.data
    example = shown_example(context.picture.experiment.view, "network_spectrogram", data)
    asked: list[Query[Any]] = [Predictions()]
    if context.task.understands(RunningOutputs):
        asked.append(RunningOutputs(example))
    snapshot = context.evaluated(*asked)
    word, shares = energies(snapshot, example), shares_in_time(snapshot)
    bands, steps = word.shape
    span = steps * step_ms(context.task)
    picture: dict[str, Any] = {"cmap": shades(), "interpolation": "nearest", "aspect": "auto"}
    axes.imshow(word, origin="lower", extent=(0.0, span, 0.0, 1.0), vmin=word.min(), vmax=word.max(), **picture)
    ticks = {0.5 / bands: "band 1", 1.0 - 0.5 / bands: f"band {bands}"}
    bottom = 0.0
    if shares is not None:
        top, bottom = -_GAP, -_GAP - 1.0
        axes.imshow(shares, extent=(0.0, span, bottom, top), vmin=0.0, vmax=1.0, **picture)
        axes.fill_between([0.0, span], top, 0.0, color="white", lw=0.0, zorder=2)
        ticks |= {top - (row + 0.5) / len(shares): clean(name) for row, name in enumerate(data.classes)}
    axes.set_yticks(list(ticks), list(ticks.values()), parse_math=False, fontsize=0.8 * settings.font_size)
    axes.tick_params(axis="y", length=0.0)
    axes.set_xlim(0.0, span)
    axes.set_ylim(bottom, 1.0)
    axes.set_xlabel("Time in ms")
    final = class_shares(snapshot, snapshot.predicted.outputs[example : example + 1])[0]
    best = np.argsort(-final, kind="stable")[:_TOLD]
    told = ", ".join(f"{data.classes[place]} {100 * final[place]:.0f} %" for place in best)
    context.add_heading(axes, context.heading(), f"{heard_words(snapshot, example)}: {told}")
    return []
