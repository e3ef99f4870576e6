"""A figure of what the stage shows, as a kind of problem declares it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.export.checkpoints import Check, no_check
from app.export.legend import Entry
from app.export.records import Progress, no_progress

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from app.export.style import FigureSettings
    from engine import Interruption, SessionPicture

Region = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is to be drawn. labels: what distinguishes the visible runs, by id. region: (x0, x1, y0, y1), None is all.

    check: called between pieces of long work, and where an evaluation is interrupted.
    """

    picture: SessionPicture
    settings: FigureSettings
    labels: Mapping[str, str]
    region: Region | None = None
    progress: Progress = no_progress
    check: Check = no_check
    interruption: Interruption | None = None


def never(view: Mapping[str, Any]) -> bool:
    """No view settings show it."""
    return False


@dataclass(frozen=True, slots=True)
class StageFigure:
    """One figure of problems of a kind. menu: its title in a list of all that can be exported.

    fits: whether it makes sense for a task; draw: on empty axes, returns the legend's entries. seen: whether it is what
    the window shows with such view settings. titled: whether it puts the experiment's title itself.
    """

    kind: str
    key: str
    title: str
    menu: str
    fits: Callable[[Any], bool]
    draw: Callable[[Axes, Drawing], list[Entry]]
    seen: Callable[[Mapping[str, Any]], bool] = never
    titled: bool = False
