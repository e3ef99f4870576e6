"""The distributions of the weights, the gradient and the activations of each layer."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QVBoxLayout

from app.look.number_format import counted, number
from app.stage.charts.distribution import LARGEST, Distribution, distribution_of, limit
from app.stage.charts.histogram import Histogram
from app.stage.charts.histogram_list import HistogramList
from app.stage.networks.network_view import NetworkView
from app.stage.networks.run_warnings import diverged, run_warnings, same_shape
from app.stage.stable_axis import StableAxis
from app.widgets.button_row import toggle
from app.widgets.elided import ElidedLabel
from app.widgets.wrapped_row import WrappedRow
from engine import Activations, Gradients, Predictions, Query

if TYPE_CHECKING:
    from app.look.theme import Theme
    from engine import NetworkSnapshot, SessionPicture

Array = np.ndarray
Ends = tuple[float, float]
Notes = tuple[tuple[str, ...], bool]

TITLES = ("Weights, biases as strokes", "Gradient, training set", "Activations, training set")
KINDS = ("weights", "gradient", "activations")
MAX_BINS, MIN_BINS = 48, 8
MAX_NUMBERS = 40_000  # numbers of a column that are looked at, over all layers
REST = 80  # milliseconds between two pictures
MANY_DEAD, MANY_SATURATED = 0.25, 0.5  # shares from which they are a warning


class HistogramsView(NetworkView):
    """A row for each layer; axes grow at once and shrink slowly."""

    KEY = "histograms"
    TITLE = "Histograms"
    MENU = "Histograms of the network"
    TIER = "expert"
    TIP = "The distributions of the weights, the gradient and the activations of each layer"

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.log = toggle("network-histograms-log", "log", "Log counts", "Heights as logarithms of the counts")
        self.common = toggle(
            "network-histograms-common",
            "One range",
            "one range for each column",
            "The same horizontal axis for all layers of a column, so that they can be compared",
        )
        self.caption = ElidedLabel()
        self.caption.setObjectName("muted")
        self.list = HistogramList(theme)
        self._picture: SessionPicture | None = None
        self._snapshot: NetworkSnapshot | None = None
        self._diverged = False
        self._axes: dict[tuple[int, ...], StableAxis] = {}
        self._resting = QTimer(self)
        self._resting.setSingleShot(True)
        self._resting.setInterval(REST)
        self._waiting = False
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(WrappedRow(self.common, self.log, self.caption))
        column.addWidget(self.list, 1)
        self.setFocusProxy(self.list)
        self.log.toggled.connect(self.list.set_log)
        self.list.menu_wanted.connect(self.menu_wanted)
        self.common.toggled.connect(self._new_axes)
        self._resting.timeout.connect(self._rested)

    def queries(self) -> frozenset[Query[Any]]:
        return frozenset({Predictions(), Gradients(), Activations()})

    def set_theme(self, theme: Theme) -> None:
        self.list.set_theme(theme)
        super().set_theme(theme)

    def refresh(self, picture: SessionPicture) -> None:
        self._picture = picture
        if diverged(picture, self._snapshot) != self._diverged:
            self._tell()

    def show_snapshot(self, snapshot: NetworkSnapshot) -> None:
        if snapshot.inspection is None:
            return
        before, self._snapshot = self._snapshot, snapshot
        if not same_shape(before, snapshot):
            self._axes.clear()
            self.list.forget_choices()
        if self._resting.isActive():
            self._waiting = True
        else:
            self._count()

    def reset_view(self) -> None:
        self.list.reset_view()
        self._new_axes()

    def describe(self) -> str:
        layers = []
        for layer, row in zip(self.list.layers, self.list.rows, strict=True):
            cells = (f"{cell.title} {cell.numbers} {cell.notes[0]}".strip() for cell in row)
            layers.append(f"{layer}: {'; '.join(cells)}")
        return " ".join(f"{words}." for words in (*layers, self.caption.text()) if words)

    def view(self) -> dict[str, Any]:
        return {"network_histograms_log": self.log.isChecked(), "network_histograms_common": self.common.isChecked()}

    def apply_view(self, view: Mapping[str, Any]) -> None:
        for button, name in ((self.log, "network_histograms_log"), (self.common, "network_histograms_common")):
            if isinstance(view.get(name), bool):
                button.setChecked(view[name])

    def _rested(self) -> None:
        if self._waiting:
            self._count()

    def _new_axes(self) -> None:
        self._axes.clear()
        self._count()

    def _count(self) -> None:
        """Count the numbers of the newest snapshot."""
        snapshot = self._snapshot
        if snapshot is None:
            return
        self._waiting = False
        self._resting.start()
        with np.errstate(all="ignore"):
            distributions = self._distributions(snapshot)
            columns = [self._column(snapshot, place, column) for place, column in enumerate(distributions)]
        layers = self._picture.subject.layers if self._picture is not None else ()
        known = len(layers) == len(snapshot.learner.parts)
        names = layers if known else tuple(f"layer {place + 1}" for place in range(len(distributions[0])))
        self.list.show_rows(TITLES, names, [list(row) for row in zip(*columns, strict=True)])
        self._tell()

    def _tell(self) -> None:
        """Say what is to be known of the numbers, and which part of them is looked at."""
        self._diverged = diverged(self._picture, self._snapshot)
        words = [problem] if (problem := run_warnings(self._picture, self._snapshot)) else []
        for kind, column in zip(KINDS, zip(*self.list.rows, strict=True), strict=False):
            every = max(cell.distribution.every for cell in column)
            words += [f"1 in {every} {kind}"] if every > 1 else []
        self.caption.show_text(" · ".join(words))

    def _distributions(self, snapshot: NetworkSnapshot) -> list[list[Distribution]]:
        assert snapshot.inspection is not None
        split = snapshot.learner.weights_and_biases
        return [
            _looked_at([weights for weights, _ in split(snapshot.theta)]),
            _looked_at([weights for weights, _ in split(snapshot.inspection.gradient)]),
            _looked_at(snapshot.activations),
        ]

    def _column(self, snapshot: NetworkSnapshot, place: int, distributions: list[Distribution]) -> list[Histogram]:
        assert snapshot.inspection is not None
        split = snapshot.learner.weights_and_biases
        source = (snapshot.theta, snapshot.inspection.gradient, None)[place]
        strokes = [b for _, b in split(source)] if source is not None else [np.empty(0)] * len(distributions)
        return [
            Histogram(
                KINDS[place],
                distribution,
                ends := self._ends(place, layer, distributions, strokes),
                counts := distribution.counts(*ends, _bins(distribution)),
                self._axis(place, layer, 1).follow(0.0, float(counts.max(initial=1)))[1],
                strokes[layer],
                *self._notes(snapshot, place, layer, distribution),
            )
            for layer, distribution in enumerate(distributions)
        ]

    def _ends(self, place: int, layer: int, distributions: list[Distribution], strokes: list[Array]) -> Ends:
        """The ends of a horizontal axis, its own or that of its column."""
        together = range(len(distributions)) if self.common.isChecked() else (layer,)
        known = np.concatenate([strokes[each] for each in together])
        known = known[np.abs(known) <= LARGEST]
        low = float(known.min(initial=min(distributions[each].low for each in together)))
        high = float(known.max(initial=max(distributions[each].high for each in together)))
        return self._axis(place, -1 if self.common.isChecked() else layer, 0).follow(low, high)

    def _axis(self, *key: int) -> StableAxis:
        return self._axes.setdefault(key, StableAxis())

    def _notes(self, snapshot: NetworkSnapshot, place: int, layer: int, distribution: Distribution) -> Notes:
        """What else is to be said of a histogram, at length and in short, and whether it is a warning."""
        look = snapshot.inspection
        assert look is not None
        if distribution.unknown:
            return (f"{distribution.unknown:,} not finite", "not finite"), True
        if place == 0:
            return (counted(distribution.total, "weight"), f"{distribution.total:,}"), False
        if place == 1:
            norm = number(float(look.gradient_norm[layer]), 2)
            return (f"norm {norm}", norm), False
        if np.isfinite(look.dead[layer]):
            units = snapshot.learner.parts[layer].units
            dead = f"{round(units * look.dead[layer]):,}"
            return (f"{dead} of {units:,} dead", f"{dead} dead"), bool(look.dead[layer] > MANY_DEAD)
        if np.isfinite(look.saturated[layer]):
            share = f"{100 * look.saturated[layer]:.0f} %"
            return (f"{share} saturated", f"{share} sat."), bool(look.saturated[layer] > MANY_SATURATED)
        return ("",), False


def _looked_at(arrays: Sequence[Array]) -> list[Distribution]:
    most = limit([array.size for array in arrays], MAX_NUMBERS)
    return [distribution_of(array, most) for array in arrays]


def _bins(distribution: Distribution) -> int:
    """Few bins for few numbers."""
    return min(max(math.ceil(2 * math.sqrt(len(distribution.values))), MIN_BINS), MAX_BINS)
