"""Filters and feature maps of a convolutional network, for one example."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.look.number_format import counted
from app.stage.examples.heat_tiles import Section
from app.stage.examples.tiled_example import TiledExampleView
from engine import FeatureMaps, Predictions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from engine import NetworkSnapshot, StageMaps

MAX_MAPS, MAX_FILTERS, MAX_INPUTS = 64, 24, 12  # pictures, that a frame has time for
SHOWN = {
    "both": ("Both", "The filters of each convolution, then the maps that they make of the example"),
    "maps": ("Maps", "What each stage makes of the example"),
    "filters": ("Filters", "The weights of each filter"),
}


class FeatureMapsView(TiledExampleView):
    """For each stage its filters, and the maps that it makes of the example that is chosen."""

    KEY = "maps"
    TITLE = "Filters"
    MENU = "Filters and feature maps of the network"
    TIER = "basic"
    TIP = "The filters of each convolution, and the feature maps that each stage makes of an example"
    ASKS = (Predictions, FeatureMaps)
    NAME = "network_maps"
    SHOWN = SHOWN
    LABEL = "Filters and feature maps"
    ANSWER = FeatureMaps

    def sections(self, snapshot: NetworkSnapshot, answer: Sequence[StageMaps]) -> list[Section]:
        kinds = self.shown.key
        sections = [] if kinds == "filters" else _input_section(snapshot, self.picker.example)
        for stage in answer:
            if stage.filters is not None and kinds != "maps":
                sections.append(_filter_section(stage))
            if kinds != "filters":
                sections.append(_map_section(stage))
        return sections


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
