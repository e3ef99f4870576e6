"""Base class of the views of an associative memory: they compare every visible run, in each frame."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from app.stage.stage_view import StageView
from engine import DIVERGED, Associations, Memory

if TYPE_CHECKING:
    from app.look.theme import Theme
    from engine import Remembered, RunPicture, SessionPicture, Snapshot


class RunMemory(NamedTuple):
    """What a run remembers where it is shown."""

    run: RunPicture
    seen: Remembered


class MemoryView(StageView):
    """What runs remember is found in a moment, so it is taken from the picture itself, not from a snapshot."""

    GROUP = "association"
    ASKS = (Associations,)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.memory: Memory | None = None
        self.memories: tuple[RunMemory, ...] = ()
        self.selected = ""

    def refresh(self, picture: SessionPicture) -> None:
        memory = picture.subject
        if not isinstance(memory, Memory):
            return
        self.memory = memory
        size = picture.problem.start.size
        runs = [run for run in picture.runs if run.visible and run.shown.theta.size == size]
        self.memories = tuple(RunMemory(run, memory.remembered(run.shown.evaluated)) for run in runs)
        self.show_memories()

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Of the run that is looked at."""
        if snapshot.run != self.selected:
            self.selected = snapshot.run
            self.show_memories()

    @property
    def looked_at(self) -> RunMemory | None:
        """The run that is selected, or else the first."""
        found = [one for one in self.memories if one.run.id == self.selected]
        return next(iter((*found, *self.memories)), None)

    @property
    def warning(self) -> str:
        """Which of the runs have diverged; empty if all is well."""
        lost = [one.run.name for one in self.memories if one.run.status == DIVERGED]
        return f"{', '.join(lost)} diverged: last finite state" if lost else ""

    def show_memories(self) -> None:
        """Show what the runs remember."""
        raise NotImplementedError
