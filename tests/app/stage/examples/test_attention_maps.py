"""Maps of attention: those on screen are drawn, in the colours of their shares."""

from __future__ import annotations

import numpy as np
import pytest

from app.look.theme import DARK
from app.stage.examples.attention_maps import AttentionMaps
from app.stage.pixels import rgb


@pytest.fixture
def maps(qtbot):
    made = AttentionMaps(DARK)
    qtbot.addWidget(made)
    made.resize(900, 600)
    return made


def test_of_many_heads_those_that_are_on_screen_are_drawn(maps, monkeypatch):
    drawn, draw = [], AttentionMaps._draw_head

    def counted(self, painter, place, layout):
        drawn.append(place)
        draw(self, painter, place, layout)

    monkeypatch.setattr(AttentionMaps, "_draw_head", counted)
    maps.show_shares([np.full((16, 256, 256), 1 / 256)] * 8, tuple(str(step + 1) for step in range(256)))
    maps.grab()
    layout = maps._layout()
    seen = [place for place in range(128) if maps._box(place, layout).intersects(maps.rect())]
    assert 0 < len(seen) < 20 and set(seen) <= set(drawn) and len(drawn) < 20
    drawn.clear()
    maps.show_shares([np.full((4, 5, 5), 0.2)] * 2, tuple("abcde"))
    maps.grab()
    assert drawn == list(range(8)), "few have room all together"


def test_a_share_has_its_colour_between_nothing_and_all(maps):
    shares = np.array([[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [np.nan, np.inf, 0.25]])
    maps.show_shares([shares[None]], ("a", "b", "c"))
    box, layout = maps._box(0, maps._layout()), maps._layout()
    image = maps.grab().toImage()
    ends = rgb(maps.theme.field, maps.theme.accent)
    for (row, column), share in np.ndenumerate(np.clip(np.nan_to_num(shares), 0.0, 1.0)):
        colour = image.pixelColor(box.left() + column * layout.cell[0] + 3, box.top() + row * layout.cell[1] + 3)
        expected = ends[0] + (ends[1] - ends[0]) * share
        assert np.abs(np.array([colour.red(), colour.green(), colour.blue()]) - expected).max() <= 1.5
