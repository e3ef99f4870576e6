"""Checkpoints of a figure, between modules and between artists, at which it can be cancelled."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Check = Callable[[], None]  # called between two pieces; an exception it raises cancels the figure cleanly

# In this order; each takes less than a fifth of a second, all of them together half a second.
_MODULES = ("matplotlib", "matplotlib.font_manager", "matplotlib.text", "matplotlib.axes", "matplotlib.figure")
_AGG = "matplotlib.backends.backend_agg"  # measures texts for every format
_BACKENDS = {"png": _AGG, "svg": "matplotlib.backends.backend_svg", "pdf": "matplotlib.backends.backend_pdf"}
_ASIDE = 1e-3  # of a zorder: no two of our artists are closer unless they share one


def no_check() -> None:
    """A Check that does nothing."""


def import_matplotlib(format: str, check: Check) -> None:
    """Import what a figure in a format needs, module by module, with a check before each."""
    for module in (*_MODULES, _AGG, _BACKENDS[format]):
        check()
        importlib.import_module(module)


def add_checkpoints(axes: Axes, check: Check) -> None:
    """Have `check` called before and after every artist of these axes, when it is measured and when it is drawn.

    Matplotlib draws in the order of `zorder`, and of artists that share one in the order in which they were added.
    """
    from matplotlib.artist import Artist

    class Checkpoint(Artist):
        """Draws nothing, and takes no room."""

        def draw(self, renderer: Any) -> None:
            check()

        def get_tightbbox(self, renderer: Any = None) -> None:
            check()

    for order in sorted({artist.get_zorder() for artist in axes.get_children()}):
        for place in (order - _ASIDE, order + _ASIDE):
            checkpoint = Checkpoint()
            checkpoint.set_zorder(place)
            axes.add_artist(checkpoint)
