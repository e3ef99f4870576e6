"""A picker for one of a few options: buttons for two or three short ones, a combo box for others."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from app.widgets.quiet_list import QuietList
from app.widgets.segmented import Segmented

_MAX_BUTTONS = 3
_MAX_LETTERS = 30  # of all their titles: with more, buttons would widen the column


class OptionPicker(QWidget):
    """`chosen` carries the option a user picked; `set_option` shows one without emitting."""

    chosen = Signal(str)

    def __init__(
        self, options: tuple[str, ...], name: str, titles: tuple[str, ...] = (), tips: tuple[str, ...] = ()
    ) -> None:
        super().__init__()
        self._options, self._tips = options, tips
        titles = titles or tuple(f"{option[:1].upper()}{option[1:].replace('_', ' ')}" for option in options)
        self.buttons: Segmented | None = None
        self.list: QComboBox | None = None
        self._titles = titles
        self.setAccessibleName(name)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        if len(options) <= _MAX_BUTTONS and sum(map(len, titles)) <= _MAX_LETTERS:
            self.buttons = Segmented(titles, name, tips)
            self.buttons.chosen.connect(self._choose)
            row.addWidget(self.buttons)
        else:
            self.list = QuietList()
            self.list.addItems(titles)
            for place, tip in enumerate(tips):
                self.list.setItemData(place, tip, Qt.ItemDataRole.ToolTipRole)
            self.list.setToolTip(tips[0] if tips else "")
            self.list.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            self.list.setAccessibleName(name)
            self.list.activated.connect(self._choose)
            row.addWidget(self.list)

    @property
    def control(self) -> QWidget:
        """What takes the keyboard: the chosen button, or the list."""
        if self.buttons is not None:
            return self.buttons.button(self.buttons.place)
        assert self.list is not None
        return self.list

    @property
    def option(self) -> str:
        """The one that is shown."""
        place = self.buttons.place if self.buttons is not None else self.list.currentIndex() if self.list else 0
        return self._options[place]

    def words(self) -> list[str]:
        """The titles and tooltips of its options."""
        return [*self._titles, *self._tips]

    def set_option(self, option: str) -> None:
        place = self._options.index(option)
        if self.buttons is not None:
            self.buttons.set_place(place)
        if self.list is not None:
            with QSignalBlocker(self.list):
                self.list.setCurrentIndex(place)
            self.list.setToolTip(self._tips[place] if self._tips else "")

    def _choose(self, place: int) -> None:
        self.chosen.emit(self._options[place])
