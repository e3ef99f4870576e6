"""The validation text coloured by what a unit does while the network reads it, or by what each character costs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from app.look.networks.letters import loss_ceiling, reading_title
from app.look.number_format import number
from app.stage.examples.text_page import TextPage
from app.stage.networks.network_view import NetworkView
from app.stage.networks.run_warnings import diverged
from app.stage.planes.colour_key import ColourKey
from app.widgets.elided import ElidedLabel
from app.widgets.quiet_list import QuietList
from app.widgets.stepper import Stepper
from app.widgets.wrapped_row import WrappedRow
from engine import LOSS_OF_EACH, Hyper, Learner, TextReading, visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.look.theme import Theme
    from engine import NetworkSnapshot, Query, ReadText, SessionPicture

NAME = "network_reading"
_UNIT = Hyper("unit", "", 1, 1, 4096, kind="integer", help="which unit of the group is told")
_WIDTH = 84  # pixels of the stepper


class ReadTextView(NetworkView):
    """Windows of the text, one a line, on the colours of a number for each character."""

    KEY = "reading"
    TITLE = "Reading"
    MENU = "What the units react to"
    TIER = "basic"
    TIP = "The text coloured by the activation of a unit, or by what each character costs"
    ASKS = (TextReading,)

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.group = QuietList()
        self.group.setObjectName("network-reading-group")
        self.group.setAccessibleName("coloured by")
        self.group.setToolTip("What the text is coloured by")
        self.group.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.unit = Stepper(_UNIT)
        self.unit.name("unit", "Which unit, counted from 1")
        self.unit.setFixedWidth(_WIDTH)
        self.caption = ElidedLabel()
        self.caption.setObjectName("muted")
        self.page = TextPage(theme, "network-reading-page", "Text that the network reads")
        self.key = ColourKey(theme)
        self.setFocusProxy(self.page)
        self._wish = LOSS_OF_EACH, 0
        self._groups: tuple[tuple[str, int], ...] | None = None
        self._picture: SessionPicture | None = None
        self._snapshot: NetworkSnapshot | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(WrappedRow(self.group, self.unit))
        column.addWidget(self.caption)
        row = QHBoxLayout()
        row.setSpacing(4)
        row.addWidget(self.page, 1)
        row.addWidget(self.key)
        column.addLayout(row, 1)
        self.group.activated.connect(self._choose_group)
        self.unit.changed.connect(self._choose_unit)
        self.page.room_changed.connect(self.wanted_changed)
        self._offer(())

    def queries(self) -> frozenset[Query[Any]]:
        return frozenset({TextReading(*self._wish, self.page.rows)})

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        self.page.set_theme(theme)
        self.key.theme = theme
        self._show()

    def refresh(self, picture: SessionPicture) -> None:
        self._picture = picture
        learner = Learner.of(picture.subject)
        self._offer(learner.architecture.step_groups(learner.network))

    def show_snapshot(self, snapshot: NetworkSnapshot) -> None:
        if snapshot.answer(TextReading) is not None:
            self._snapshot = snapshot
            self._show()

    def describe(self) -> str:
        return f"{self.TITLE}: {self.caption.text()}" if self._snapshot is not None else ""

    def view(self) -> dict[str, Any]:
        group, unit = self._wish
        return {f"{NAME}_group": group, f"{NAME}_unit": unit + 1}

    def apply_view(self, view: Mapping[str, Any]) -> None:
        group, unit = view.get(f"{NAME}_group"), view.get(f"{NAME}_unit")
        if isinstance(group, str):
            self._wish = group[:80], self._wish[1]
        if isinstance(unit, int) and not isinstance(unit, bool) and 1 <= unit <= _UNIT.high:
            self._wish = self._wish[0], unit - 1
        self._show_choice()
        self.wanted_changed.emit()

    def _offer(self, groups: tuple[tuple[str, int], ...]) -> None:
        """Offer these groups of units, and the loss of each character."""
        if groups == self._groups:
            return
        self._groups = groups
        with QSignalBlocker(self.group):
            self.group.clear()
            self.group.addItem("Loss of each character", LOSS_OF_EACH)
            for name, _ in groups:
                self.group.addItem(f"{name[:1].upper()}{name[1:]}", name)
        self._show_choice()

    def _show_choice(self) -> None:
        """Show what is wished for, as far as there is such a thing."""
        counts = dict(self._groups or ())
        group, unit = self._wish
        place = max(self.group.findData(group), 0)
        with QSignalBlocker(self.group):
            self.group.setCurrentIndex(place)
        self.unit.setVisible(group in counts)
        self.unit.set_value(min(unit + 1, counts.get(group, 1)))

    def _choose_group(self, place: int) -> None:
        self._wish = str(self.group.itemData(place)), self._wish[1]
        self._show_choice()
        self.wanted_changed.emit()

    def _choose_unit(self, unit: int) -> None:
        group, _ = self._wish
        self._wish = group, min(unit, dict(self._groups or ()).get(group, 1)) - 1
        self._show_choice()
        self.wanted_changed.emit()

    def _show(self) -> None:
        snapshot = self._snapshot
        read = snapshot.answer(TextReading) if snapshot is not None else None
        if snapshot is None or read is None:
            return
        signs = Learner.of(snapshot.subject).data.classes
        is_loss = read.group == LOSS_OF_EACH
        shown = read.targets if is_loss else read.characters
        scale = loss_ceiling(read.values) if is_loss else _largest(read.values)
        lines = ["".join(signs[place] for place in row) for row in shown.tolist()]
        self.page.show_lines(lines, read.values, scale, told=lambda row, column: _told(read, signs, row, column))
        ramp = self.theme.diverging
        if is_loss:
            names = "0", f"≥ {number(scale, 2)}"
            self.key.show_scale(names, ramp[len(ramp) // 2 :], "Bits that each character costs")
        else:
            self.key.show_scale((number(-scale, 2), "0", number(scale, 2)), ramp, "Activation of the unit")
        words = [reading_title(read)]
        words += ["diverged: last finite state"] if diverged(self._picture, snapshot) else []
        words += ["not all is finite"] if not np.isfinite(read.values).all() else []
        self.caption.show_text(" · ".join(words))


def _largest(values: np.ndarray) -> float:
    return float(np.abs(values[np.isfinite(values)]).max(initial=0.0)) or 1.0


def _told(read: ReadText, signs: tuple[str, ...], row: int, column: int) -> str:
    """What is to be read of a character of the text."""
    value = number(float(read.values[row, column]), 3)
    first, then = (visible(signs[int(part[row, column])]) for part in (read.characters, read.targets))
    if read.group == LOSS_OF_EACH:
        return f"“{then}” after “{first}”: {value} bits"
    return f"after “{first}”: {value}"
