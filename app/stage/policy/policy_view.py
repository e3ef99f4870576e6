"""Base class of the views of a policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QColor

from app.stage.stage_view import StageView
from engine import DIVERGED, Agent

if TYPE_CHECKING:
    from app.look.theme import Theme
    from engine import SessionPicture, Snapshot


class PolicyView(StageView):
    """Keeps the newest picture and snapshot, and shows them by `show_answers`."""

    GROUP = "policy"

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.picture: SessionPicture | None = None
        self.snapshot: Snapshot | None = None

    @property
    def agent(self) -> Agent | None:
        """The policy of the newest snapshot."""
        subject = self.snapshot.subject if self.snapshot is not None else None
        return subject if isinstance(subject, Agent) else None

    @property
    def colour(self) -> QColor:
        """Of the run of the newest snapshot."""
        runs = self.picture.runs if self.picture is not None else ()
        shown = self.snapshot.run if self.snapshot is not None else ""
        return self.theme.run_colours[next((run.colour for run in runs if run.id == shown), 0)]

    @property
    def warning(self) -> str:
        """That the run of the newest snapshot has diverged; empty if all is well."""
        runs = self.picture.runs if self.picture is not None else ()
        shown = self.snapshot.run if self.snapshot is not None else ""
        lost = any(run.id == shown and run.status == DIVERGED for run in runs)
        return "diverged: last finite state" if lost else ""

    def refresh(self, picture: SessionPicture) -> None:
        before, self.picture = self.picture, picture
        if before is None or before.problem is not picture.problem:
            self.begin()
        self.show_answers()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        self.snapshot = snapshot
        self.show_answers()

    def begin(self) -> None:
        """Another problem follows: what was shown has nothing to do with it, unless it has the same environment."""
        snapshot, picture = self.snapshot, self.picture
        if snapshot is not None and picture is not None and snapshot.problem.task.identity != picture.task.identity:
            self.snapshot = None

    def show_answers(self) -> None:
        """Show what the newest snapshot answers, in the picture."""
        raise NotImplementedError
