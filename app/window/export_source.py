"""What would be exported now: the newest that was published, and how the window shows it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from app.curves.x_axes import Clock
from engine import SessionPicture

if TYPE_CHECKING:
    from app.window.workbench import Workbench


@dataclass(frozen=True, slots=True, eq=False)
class ExportSource:
    """picture: with every tweak up to this moment, and with the view of the window. clocks: by run id."""

    picture: SessionPicture
    clocks: Mapping[str, Clock]
    view: Mapping[str, Any]

    def looks_like(self, other: ExportSource | None) -> bool:
        """Whether a figure of this one would look as one of the other."""
        if other is None:
            return False
        mine, others = self.picture, other.picture
        return mine is others or (
            [(run.id, run.update, run.shown.update, run.visible) for run in mine.runs]
            == [(run.id, run.update, run.shown.update, run.visible) for run in others.runs]
            and mine.cursor == others.cursor
            and mine.experiment == others.experiment
        )


def on_screen(bench: Workbench) -> ExportSource | None:
    """What the window shows; None while an experiment is being opened."""
    published = bench.training.published
    if published is None or not bench.document.is_shown_by(published):
        return None
    view = {**bench.controller.view(), **bench.curves.view(), **bench.shown_stage.view()}
    picture = replace(published.picture, experiment=replace(published.picture.experiment, view=view))
    return ExportSource(picture, published.clocks, view)
