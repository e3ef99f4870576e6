"""The log of notices: what the window has said, with the time, to be read and copied later."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from app.widgets.text_panel import TextPanel

MOST = 300  # notices that are kept
MAX_DETAILS = 20_000  # characters of the details of one


@dataclass(frozen=True, slots=True)
class Notice:
    """One sentence. tone: tell, warn or fail. details: of a fault."""

    when: datetime
    tone: str
    sentence: str
    details: str

    @property
    def line(self) -> str:
        word = {"warn": "warning: ", "fail": "fault: "}.get(self.tone, "")
        details = "".join(f"\n    {line}" for line in self.details.splitlines())
        return f"{self.when:%H:%M:%S}  {word}{self.sentence}{details}"


class NoticeLog(QObject):
    """The last notices of a window, and the panel that shows them."""

    def __init__(self, owner: QWidget) -> None:
        super().__init__(owner)
        self._notices: deque[Notice] = deque(maxlen=MOST)
        self.panel = TextPanel(owner, "Notices", f"What this window has said, the newest at the end; {MOST} at most.")
        self.panel.hide()

    @Slot(str, str, str)
    def add(self, tone: str, sentence: str, details: str) -> None:
        notice = Notice(datetime.now(), tone, sentence, details[-MAX_DETAILS:])
        self._notices.append(notice)
        if self.panel.isVisible():
            self.panel.add_line(notice.line)

    @property
    def text(self) -> str:
        """All notices, one below the other."""
        return "\n".join(notice.line for notice in self._notices) or "nothing yet"

    def show(self) -> None:
        self.panel.show_text(self.text, at_end=True)
