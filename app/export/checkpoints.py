"""Checkpoints of a figure, between modules and between artists, at which it can be cancelled."""

from __future__ import annotations

import importlib
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.abc import MetaPathFinder
from types import ModuleType
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
        with between_imports(check):
            importlib.import_module(module)


@contextmanager
def between_imports(check: Check) -> Iterator[None]:
    """Have `check` called before every module that this thread imports: some import a hundred others in half a second.

    What it raises is passed over, for a module that is imported in part is of no use; the next check raises it again.
    """
    finder = _Finder(check)
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)


class _Finder(MetaPathFinder):
    """Finds nothing, but is asked first."""

    def __init__(self, check: Check) -> None:
        self._check, self._thread = check, threading.get_ident()

    def find_spec(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        if threading.get_ident() == self._thread:
            with suppress(Exception):
                self._check()


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
