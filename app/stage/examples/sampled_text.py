"""Text that the network on screen writes, drawn anew with each picture from the same random numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QLabel, QLineEdit, QVBoxLayout

from app.look.number_format import number
from app.stage.examples.text_page import TextPage
from app.stage.networks.network_view import NetworkView
from app.stage.networks.run_warnings import diverged
from app.widgets.elided import ElidedLabel
from app.widgets.keyboard_home import give_back
from app.widgets.number_box import NumberBox
from app.widgets.wrapped_row import WrappedRow
from engine import TEMPERATURE, Learner, SampledText

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.look.theme import Theme
    from engine import NetworkSnapshot, Query, SessionPicture

NAME = "network_text"
LONGEST = 64  # characters of a beginning
STEP = 0.1  # of the temperature


class SampledTextView(NetworkView):
    """Lines from a chosen beginning at a chosen temperature; only the network changes them."""

    KEY = "text"
    TITLE = "Text"
    MENU = "Text that the network writes"
    TIER = "basic"
    TIP = "Text that the network writes, a character after another, each drawn as it says"
    ASKS = (SampledText,)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.temperature = NumberBox()
        self.temperature.setObjectName("network-text-temperature")
        self.temperature.setAccessibleName("temperature")
        self.temperature.setToolTip(f"<p>{TEMPERATURE.help}</p>")
        self.temperature.setRange(float(TEMPERATURE.low), float(TEMPERATURE.high))
        self.temperature.setSingleStep(STEP)
        self.temperature.setValue(float(TEMPERATURE.default))  # type: ignore[arg-type]
        self.temperature.setFixedWidth(72)
        self.beginning = QLineEdit()
        self.beginning.setObjectName("network-text-beginning")
        self.beginning.setAccessibleName("beginning")
        self.beginning.setPlaceholderText("as examples begin")
        self.beginning.setToolTip("<p>What every line begins with; what the text has not is left out</p>")
        self.beginning.setMaxLength(LONGEST)
        self.beginning.setFixedWidth(150)
        self.caption = ElidedLabel()
        self.caption.setObjectName("muted")
        self.page = TextPage(theme, "network-text-page", "Text that the network writes")
        self.setFocusProxy(self.page)
        self._picture: SessionPicture | None = None
        self._snapshot: NetworkSnapshot | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        parts = (_label("Temperature"), self.temperature, _label("Beginning"), self.beginning)
        column.addLayout(WrappedRow(*parts))
        column.addWidget(self.caption)
        column.addWidget(self.page, 1)
        self.temperature.valueChanged.connect(self.wanted_changed)
        self.beginning.textChanged.connect(self.wanted_changed)
        self.beginning.returnPressed.connect(lambda: give_back(self.beginning))
        self.page.room_changed.connect(self.wanted_changed)

    def queries(self) -> frozenset[Query[Any]]:
        return frozenset({SampledText(self.page.rows, round(self.temperature.value(), 6), self.beginning.text())})

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.page.set_theme(theme)

    def refresh(self, picture: SessionPicture) -> None:
        self._picture = picture

    def show_snapshot(self, snapshot: NetworkSnapshot) -> None:
        lines = snapshot.answer(SampledText)
        if lines is None:
            return
        self._snapshot = snapshot
        data = Learner.of(snapshot.subject).data
        begun = [sign for sign in self.beginning.text() if sign in data.classes]
        self.page.show_lines(lines, given=max(len(begun), 1))
        self.caption.show_text(" · ".join(self._words(snapshot, lines, len(begun))))

    def describe(self) -> str:
        return f"{self.TITLE}: {self.caption.text()}. {' / '.join(self.page.lines)}" if self._snapshot else ""

    def view(self) -> dict[str, Any]:
        return {f"{NAME}_temperature": self.temperature.value(), f"{NAME}_beginning": self.beginning.text()}

    def apply_view(self, view: Mapping[str, Any]) -> None:
        wish, begun = view.get(f"{NAME}_temperature"), view.get(f"{NAME}_beginning")
        with QSignalBlocker(self.temperature), QSignalBlocker(self.beginning):
            is_number = isinstance(wish, int | float) and not isinstance(wish, bool)
            if is_number and TEMPERATURE.low <= wish <= TEMPERATURE.high:  # type: ignore[operator]
                self.temperature.setValue(float(wish))  # type: ignore[arg-type]
            if isinstance(begun, str):
                self.beginning.setText(begun[:LONGEST])
        self.wanted_changed.emit()

    def _words(self, snapshot: NetworkSnapshot, lines: tuple[str, ...], begun: int) -> list[str]:
        learner = Learner.of(snapshot.subject)
        assert learner.data.text is not None
        heat = self.temperature.value()
        drawn = "The most likely characters" if heat == 0.0 else f"Drawn at temperature {number(heat, 3)}"
        words = [drawn, "the same random numbers with every picture"] if heat else [drawn]
        left = len(self.beginning.text()) - begun
        words += [f"{left} of the beginning left out: not in the text"] if left else []
        if any(len(line) <= learner.data.text.context for line in lines):
            words.append("outputs are not finite")
        return words + (["diverged: last finite state"] if diverged(self._picture, snapshot) else [])


def _label(text: str) -> QLabel:
    label = QLabel(text)
    label.setObjectName("muted")
    return label
