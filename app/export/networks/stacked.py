"""Pictures one below the other in a figure, each with a title above it."""

from __future__ import annotations

from app.export.style import MM, POINTS, FigureSettings

_ROOM = 0.7  # share of the page's height below the heading and above the lower axis
_LINE = 1.9  # height of a title in heights of its letters
_LEAST = 0.3  # of the height that pictures get, however many titles there are


def stacked(count: int, letters: float, settings: FigureSettings) -> tuple[list[float], float]:
    """Where the pictures begin, from the bottom in shares of the axes, and their height; letters: points."""
    line = _LINE * letters * MM / POINTS / (_ROOM * settings.height)
    tall = max(1.0 - (count - 1) * line, _LEAST) / count
    step = (1.0 - tall) / max(count - 1, 1)
    return [1.0 - tall - place * step for place in range(count)], tall
