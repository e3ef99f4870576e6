"""The problem panel: chooses the kind of problem, and edits it in the panel of its kind."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal

from app.controls.panels import panel_for
from app.controls.setting_search import SettingSearch
from app.controls.task_panel import TaskPanel
from app.look.theme import Theme
from app.widgets.card import Card
from app.widgets.knob_list import KnobList
from app.widgets.segmented import Segmented
from engine import PROBLEMS, SessionPicture, offer_of, offers


class _Panels(dict[str, TaskPanel]):
    """The panel of each kind of problem by its key; one is made when it is first asked for, for it has many widgets,
    which a window that never shows it would style.
    """

    def __init__(self, make: Callable[[str], TaskPanel]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, key: str) -> TaskPanel:
        self[key] = made = self._make(key)
        return made


_MOST_IN_A_ROW = 4  # problems to begin with; the names of more would make the column wide


class ProblemPanel(Card):
    """Chooses the problem. `changed` carries the changed settings of the task.

    `kind_chosen` requests a problem of another kind, by the key of its offer, instead of changing this one. panels: by
    the keys of the kinds, those that were needed.
    """

    changed = Signal(object)
    settled = Signal()
    kind_chosen = Signal(str)
    import_wanted = Signal()
    paste_wanted = Signal()
    text_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__("Problem")
        self.setObjectName("problem")
        self.search = SettingSearch()
        self.add_to_header(self.search)
        self._shown: object = None
        self._kind = self._offer = ""
        self._offers = tuple(offers().values())
        titles, tips = (tuple(getattr(offer, name) for offer in self._offers) for name in ("title", "about"))
        columns = len(titles) if len(titles) <= _MOST_IN_A_ROW else -(-len(titles) // 2)
        self.kind = Segmented(titles, "kind of problem", tips, leaves_space=True, columns=columns)
        self.body.addWidget(self.kind)
        self._theme = theme
        self.panels = _Panels(self._made)
        self.kind.chosen.connect(self._choose_offer)

    def _made(self, kind: str) -> TaskPanel:
        panel = panel_for(kind, self._theme)
        panel.hide()
        self.body.addWidget(panel)
        panel.changed.connect(self._tell)
        panel.settled.connect(self.settled)
        panel.import_wanted.connect(self.import_wanted)
        panel.paste_wanted.connect(self.paste_wanted)
        panel.text_wanted.connect(self.text_wanted)
        return panel

    def prepare(self, kind: str) -> None:
        """Make the panel of a kind of problem, which a later picture shows."""
        _ = self.panels[kind]

    @property
    def kind_shown(self) -> str:
        """The key of the kind whose panel is on screen."""
        return self._kind

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for panel in self.panels.values():
            panel.set_theme(theme)

    def refresh(self, picture: SessionPicture) -> None:
        """Show the current problem."""
        shown = picture.run_task, picture.has_own, len(picture.runs), picture.update > 0
        if shown == self._shown:
            return
        self._shown = shown
        offer = offer_of(picture.task)
        if offer.key != self._offer:
            self.renew()
            self._shown = shown
        self._kind, self._offer = picture.kind, offer.key
        self.kind.set_place([known.key for known in self._offers].index(offer.key))
        chosen = self.panels[self._kind]
        for panel in self.panels.values():
            panel.setVisible(panel is chosen)
        chosen.show_picture(picture)

    def renew(self) -> None:
        """Another document follows: what is as usual goes behind More, wherever it was before."""
        self._shown = None
        for knobs in self.findChildren(KnobList):
            knobs.renew()

    def _tell(self, changes: object) -> None:
        self._shown = None  # if it is refused, the controls must show the current state again
        self.changed.emit(changes)

    def _choose_offer(self, place: int) -> None:
        offer = self._offers[place]
        if offer.key == self._offer:
            return
        self._shown = None
        kind = PROBLEMS.get(self._kind)
        if kind is not None and any(offer.key == own.key for own in kind.offers):
            self.panels[self._kind].choose_offer(offer.key)
        else:
            self.kind_chosen.emit(offer.key)
