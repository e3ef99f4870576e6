"""Filters and feature maps of a convolutional network, for one example."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtWidgets import QVBoxLayout

from app.look.number_format import counted
from app.stage.examples.example_picker import ExamplePicker
from app.stage.examples.heat_tiles import HeatTiles, Section
from app.stage.networks.network_view import NetworkView
from app.stage.networks.run_warnings import diverged, run_warnings
from app.widgets.button_row import ButtonRow
from app.widgets.wrapped_row import WrappedRow
from engine import FeatureMaps, Learner, Predictions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.look.theme import Theme
    from engine import NetworkSnapshot, Query, SessionPicture, StageMaps

NAME = "network_maps"
MAX_MAPS, MAX_FILTERS, MAX_INPUTS = 64, 24, 12  # pictures, that a frame has time for
SHOWN = {
    "both": ("Both", "The filters of each convolution, then the maps that they make of the example"),
    "maps": ("Maps", "What each stage makes of the example"),
    "filters": ("Filters", "The weights of each filter"),
}


class FeatureMapsView(NetworkView):
    """For each stage its filters, and the maps that it makes of the example that is chosen."""

    KEY = "maps"
    TITLE = "Filters"
    MENU = "Filters and feature maps of the network"
    TIER = "basic"
    TIP = "The filters of each convolution, and the feature maps that each stage makes of an example"
    ASKS = (Predictions, FeatureMaps)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.shown = ButtonRow("network-maps-shown", "show", SHOWN)
        self.picker = ExamplePicker(NAME, self)
        self.tiles = HeatTiles(theme, "network-maps-tiles", "Filters and feature maps")
        self._picture: SessionPicture | None = None
        self._snapshot: NetworkSnapshot | None = None
        self.setFocusProxy(self.tiles)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(WrappedRow(self.shown, self.picker.part, self.picker.place))
        column.addWidget(self.picker.label)
        column.addWidget(self.tiles, 1)
        self.shown.chosen.connect(self._show)
        self.picker.chosen.connect(self.wanted_changed)

    def queries(self) -> frozenset[Query[Any]]:
        return frozenset({Predictions(), FeatureMaps(self.picker.example)})

    def set_theme(self, theme: Theme) -> None:
        self.tiles.set_theme(theme)
        super().set_theme(theme)

    def refresh(self, picture: SessionPicture) -> None:
        self._picture = picture
        if self.picker.offer(Learner.of(picture.subject)):
            self.wanted_changed.emit()

    def show_snapshot(self, snapshot: NetworkSnapshot) -> None:
        if snapshot.answer(FeatureMaps) is not None:
            self._snapshot = snapshot
            self._show()

    def reset_view(self) -> None:
        self.tiles.verticalScrollBar().setValue(0)

    def describe(self) -> str:
        words = [f"{section.title}." for section in self.tiles.sections]
        return " ".join([self.picker.label.text(), *words])

    def view(self) -> dict[str, Any]:
        return {f"{NAME}_shown": self.shown.key, **self.picker.view()}

    def apply_view(self, view: Mapping[str, Any]) -> None:
        self.shown.choose(view.get(f"{NAME}_shown"))
        self.picker.apply_view(view)
        self._show()

    def _show(self) -> None:
        snapshot = self._snapshot
        maps = snapshot.answer(FeatureMaps) if snapshot is not None else None
        if snapshot is None or maps is None:
            return
        self.picker.tell(snapshot)
        if problem := run_warnings(self._picture, snapshot) if diverged(self._picture, snapshot) else "":
            self.picker.label.show_text(problem)
        kinds = self.shown.key
        sections = [] if kinds == "filters" else _input_section(snapshot, self.picker.example)
        for stage in maps:
            if stage.filters is not None and kinds != "maps":
                sections.append(_filter_section(stage))
            if kinds != "filters":
                sections.append(_map_section(stage))
        self.tiles.show_sections(sections)


def _input_section(snapshot: NetworkSnapshot, example: int) -> list[Section]:
    data, network = snapshot.learner.data, snapshot.learner.network
    values = data.inputs[min(example, len(data.inputs) - 1)]
    if data.image is not None:
        return [Section("example", values.reshape(1, 1, *data.image), signed=False)]
    channels = network.planes[0].channels
    rows = values.reshape(1, 1, -1, channels).swapaxes(2, 3)
    return [Section("example", rows, row="channel", column="point", wide=True)]


def _filter_section(stage: StageMaps) -> Section:
    assert stage.filters is not None
    channels, inputs, rows, columns = stage.filters.shape
    size = f"{rows} × {columns}" if rows > 1 else f"{columns}"
    over = f" over {inputs} maps" if inputs > 1 else ""
    most = MAX_FILTERS if inputs > 1 else MAX_MAPS
    cut = [f"the first {most}"] * (channels > most) + [f"over the first {MAX_INPUTS}"] * (inputs > MAX_INPUTS)
    title = f"{stage.title} · {counted(channels, 'filter')} of {size}{over}"
    shown = stage.filters[:most, :MAX_INPUTS]
    read = "input" if inputs > 1 else ""
    return Section(", ".join([title, " ".join(cut)] if cut else [title]), shown, group="filter", picture=read)


def _map_section(stage: StageMaps) -> Section:
    channels, rows, columns = stage.maps.shape
    if rows > 1:
        title = f"{stage.title} · {counted(channels, 'map')} of {rows} × {columns}"
        title = f"{title}, the first {MAX_MAPS}" if channels > MAX_MAPS else title
        return Section(title, stage.maps[:MAX_MAPS, None], group="map")
    if columns > 1 and channels > 1:
        title = f"{stage.title} · {counted(channels, 'map')} of {columns}, one below the other"
        return Section(title, stage.maps[None, None, :, 0], row="map", column="point", wide=True)
    what = "map" if channels > 1 else "unit"
    values = stage.maps.reshape(1, 1, 1, -1)
    return Section(f"{stage.title} · {counted(values.size, what)}", values, column=what, wide=True)
