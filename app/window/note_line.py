"""The experiment's sentence, below the stage for as long as its problem is open."""

from __future__ import annotations

from app.documents.problem_kinds import same_problem
from app.widgets.elided import ElidedLabel
from engine import SessionPicture, Task


class NoteLine(ElidedLabel):
    """One quiet line, cut where there is no room, with the whole note in its tooltip; hidden without a note."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("muted")
        self.setAccessibleName("Note")
        self._noted: Task | None = None
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
        self.setVisible(bool(note) and same_problem(self._noted, task))
