"""The experiment's sentence, below the stage for as long as its problem is open."""

from __future__ import annotations

from app.widgets.elided import ElidedLines
from engine import SessionPicture, Task

LOWEST = 640  # pixels of the window's parts together, below which there is no room for it


class NoteLine(ElidedLines):
    """One quiet line, or two where it is narrow, with the whole note in its tooltip; hidden without a note.

    In a low window it gives its room to the stage.
    """

    def __init__(self) -> None:
        super().__init__(most=2)
        self.setObjectName("muted")
        self.setAccessibleName("Note")
        self._noted: Task | None = None
        self._is_due = False
        self._has_room = True
        self.hide()

    def begin(self) -> None:
        """Another document is open: the problem that is shown next is the one its note is about."""
        self._noted = None

    def refresh(self, picture: SessionPicture) -> None:
        task, note = picture.task, picture.experiment.note.strip()
        if self._noted is None:
            self._noted = task
        first, _, rest = note.partition("\n")
        self.show_text(first, note if rest else "")
        self._is_due = bool(note) and self._noted.identity == task.identity
        self.setVisible(self._is_due and self._has_room)

    def set_height_of_window(self, height: int) -> None:
        self._has_room = height >= LOWEST
        self.setVisible(self._is_due and self._has_room)
