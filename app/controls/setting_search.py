"""The search field over the panels: finds a setting by its words, opens what hides it, and gives it the keyboard."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import shiboken6
from PySide6.QtCore import QModelIndex, Qt, QTimer
from PySide6.QtGui import QKeyEvent, QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QCompleter, QLineEdit, QToolButton, QWidget

from app.widgets.card import Card
from app.widgets.catalogue_text import about
from app.widgets.chooser import Chooser
from app.widgets.keyboard_home import give_back
from app.widgets.knob import Knob
from app.widgets.more import More
from app.widgets.option_picker import OptionPicker
from app.widgets.reveal import reveal
from app.widgets.segmented import Segmented
from app.widgets.stepper import Stepper

_WIDTH, _ROWS, _HEIGHT = 340, 12, 24
_MARGIN = 24  # pixels around what is scrolled to


@dataclass(frozen=True)
class Found:
    """A control of the panels, or an entry of one that chooses (its key): title, whose it is, and all its words."""

    title: str
    owner: str
    words: str
    control: QWidget
    key: str = ""

    def rank(self, asked: Sequence[str]) -> int:
        """How well it answers; -1 is not at all."""
        title, words = self.title.casefold(), f"{self.title} {self.owner} {self.words}".casefold()
        if not all(word in words for word in asked):
            return -1
        best = 0 if title.startswith(" ".join(asked)) else 1 if all(word in title for word in asked) else 2
        return 2 * best + bool(self.key)


class SettingSearch(QLineEdit):
    """Lists what matches while one types; Return or a click goes there, Escape leaves."""

    def __init__(self) -> None:
        super().__init__()
        self._panels: Sequence[QWidget] = ()
        self._found: list[Found] = []
        self.setObjectName("setting-search")
        self.setPlaceholderText("Find a setting")
        self.setAccessibleName("find a setting")
        self.setToolTip(
            "<p>Finds a setting of these panels by its name or by what it does, also one behind More.</p><p>Ctrl+F</p>"
        )
        self.setMaxLength(80)
        self.setFixedHeight(_HEIGHT)
        self.completer_list = QCompleter(self)
        self.completer_list.setModel(QStandardItemModel(self))
        self.completer_list.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        self.completer_list.setMaxVisibleItems(_ROWS)
        self.completer_list.setWidget(self)
        self.completer_list.activated[QModelIndex].connect(  # type: ignore[index]
            lambda index: self.go_to(self._found[index.row()])
        )
        self._listing = QTimer(self)  # once for keys that come together
        self._listing.setSingleShot(True)
        self._listing.setInterval(0)
        self._listing.timeout.connect(self._list)
        self.textEdited.connect(self._listing.start)

    def look_in(self, panels: Sequence[QWidget]) -> None:
        """Where to look, in this order."""
        self._panels = panels

    def matches(self, text: str) -> list[Found]:
        """What matches all words of a text, the best first."""
        asked = text.casefold().split()
        ranked = (
            [(found.rank(asked), found) for panel in self._panels for found in _settings_in(panel)] if asked else []
        )
        return [found for rank, found in sorted(ranked, key=lambda pair: pair[0]) if rank >= 0]

    def go_to(self, found: Found) -> None:
        """Open what hides a control, scroll to it, and give it the keyboard; of an entry, open the list at it."""
        self.clear()
        if not shiboken6.isValid(found.control):  # it has gone since it was listed
            return
        around = found.control.parentWidget()
        while around is not None:
            if isinstance(around, More):
                around.open()
            around = around.parentWidget()
        _part_for_keys(found.control).setFocus(Qt.FocusReason.ShortcutFocusReason)
        QTimer.singleShot(0, found.control, lambda: _arrive(found))  # once what was opened has its place

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.clear()
            give_back(self)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            found = self.matches(self.text())
            if found:
                self.go_to(found[0])
        elif event.key() == Qt.Key.Key_Down and self.text():
            self._list()
        else:
            super().keyPressEvent(event)

    def _list(self) -> None:
        self._found = self.matches(self.text())
        model = self.completer_list.model()
        assert isinstance(model, QStandardItemModel)
        model.clear()
        for found in self._found:
            item = QStandardItem(f"{found.title}  ·  {found.owner}")
            item.setToolTip(f"<p>{html.escape(found.words, quote=False)}</p>")
            model.appendRow(item)
        popup = self.completer_list.popup()
        assert popup is not None
        if not self._found:
            popup.hide()
            return
        place = self.rect()
        place.setWidth(_WIDTH)
        self.completer_list.complete(place)
        popup.setCurrentIndex(self.completer_list.completionModel().index(0, 0))


def _settings_in(panel: QWidget) -> Iterator[Found]:
    for part in panel.findChildren(QWidget):
        if isinstance(part, SettingSearch) or not _applies(part, panel):
            continue
        name = part.accessibleName()
        if isinstance(part, Knob):
            hyper = part.hyper
            words = " ".join((hyper.symbol, hyper.help, hyper.unit, *hyper.options))
            yield Found(hyper.title, _owner(part), words, part)
        elif isinstance(part, Chooser):
            yield Found(name, _owner(part), _plain(part.toolTip()), part)
            for key, entry in part.entries():
                yield Found(entry.title, name, _plain(about(entry)), part, key)
        elif isinstance(part, Stepper) or _is_chip(part):
            yield Found(name, _owner(part), f"{part.accessibleDescription()} {_plain(part.toolTip())}", part)
        elif (isinstance(part, Segmented) and not isinstance(part.parentWidget(), OptionPicker)) or (
            isinstance(part, OptionPicker) and not isinstance(part.parentWidget(), Knob)
        ):
            yield Found(name, _owner(part), _plain(" ".join(part.words())), part)
        elif isinstance(part, QLineEdit) and _stands_alone(part):
            yield Found(name, _owner(part), _plain(part.toolTip()), part)


def _stands_alone(field: QLineEdit) -> bool:
    return bool(field.accessibleName()) and not isinstance(field.parentWidget(), Knob | Stepper)


def _applies(part: QWidget, panel: QWidget) -> bool:
    """Whether it means anything for what is shown: nothing hides it but More."""
    at: QWidget | None = part
    while at is not None and at is not panel:
        owner = at.parentWidget()
        if at.isHidden() and not (isinstance(owner, More) and at is owner.inside):
            return False
        at = owner
    return at is not None and not panel.isHidden()


def _owner(part: QWidget) -> str:
    """The title of the card that it stands on."""
    at = part.parentWidget()
    while at is not None and not isinstance(at, Card):
        at = at.parentWidget()
    return at.accessibleName() if at is not None else ""


def _is_chip(part: QWidget) -> bool:
    return isinstance(part, QToolButton) and part.objectName() == "chip"


def _plain(text: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", " ", text)).strip()


def _part_for_keys(control: QWidget) -> QWidget:
    """The part of a control that takes the keyboard."""
    if isinstance(control, Knob):
        if control.switch is not None:
            return control.switch
        if control.options is not None:
            return control.options.control
        return control.field
    if isinstance(control, Stepper):
        return control.field
    if isinstance(control, OptionPicker):
        return control.control
    return control.button(control.place) if isinstance(control, Segmented) else control


def _arrive(found: Found) -> None:
    control = found.control
    reveal(control, _MARGIN)
    if isinstance(control, Chooser) and found.key:
        control.open_at(found.key)
