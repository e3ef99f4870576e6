"""The undo history: the experiment as it was before each edit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from engine import Experiment

MAX_EDITS = 500


@dataclass(frozen=True, slots=True)
class State:
    """An experiment, the update that its runs had reached, and the number of the document that it is of.

    pinned: where the runs stood that are kept through resets, by their ids.
    """

    experiment: Experiment
    update: int
    document: int = 0
    pinned: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Edit:
    label: str
    key: str
    before: State
    moved: bool


class UndoHistory:
    """The states before each edit, and those that undo has taken back.

    It belongs to the training thread: only there is the state before an edit known, while the runs move on, and
    undo takes its turn after the edits that were sent before it. Consecutive edits with the same key are merged
    until `settle`, so a drag of a slider is undone as a whole.
    """

    def __init__(self) -> None:
        self._past: list[_Edit] = []
        self._future: list[_Edit] = []
        self._open = ""

    @property
    def undo_label(self) -> str:
        return self._past[-1].label if self._past else ""

    @property
    def redo_label(self) -> str:
        return self._future[-1].label if self._future else ""

    def record(self, label: str, key: str, before: State, after: State) -> None:
        """Remember the state before the edit `label`, if the edit has changed anything."""
        if before == after:
            return
        merged = bool(key) and key == self._open
        self._open = key
        self._future.clear()
        if not merged:
            moved = after.update < before.update or after.document != before.document
            self._past = [*self._past[-MAX_EDITS + 1 :], _Edit(label, key, before, moved)]

    def settle(self) -> None:
        """End the gesture: the next edit is undone by itself."""
        self._open = ""

    def undo(self, now: State) -> State | None:
        return self._move(self._past, self._future, now)

    def redo(self, now: State) -> State | None:
        return self._move(self._future, self._past, now)

    def _move(self, source: list[_Edit], target: list[_Edit], now: State) -> State | None:
        self.settle()
        if not source:
            return None
        edit = source.pop()
        target.append(_Edit(edit.label, edit.key, now, edit.moved))
        # Undoing a reset, a rewind or an opening goes back to the very update; a setting leaves the runs in place.
        return edit.before if edit.moved else replace(edit.before, update=max(edit.before.update, now.update))
