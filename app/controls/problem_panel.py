"""The problem panel: chooses and edits a surface, a formula, or a network."""

from __future__ import annotations

from PySide6.QtCore import Signal

from app.controls.network_panel import NetworkPanel
from app.controls.setting_search import SettingSearch
from app.controls.surface_panel import SurfacePanel
from app.documents.problem_kinds import KIND_TITLES, KINDS, kind_of
from app.look.theme import Theme
from app.widgets.card import Card
from app.widgets.knob_list import KnobList
from app.widgets.segmented import Segmented
from engine import NetworkTask, SessionPicture

_TIPS = ("A surface from the catalogue", "Your own formula in x and y", "A small network trained on data")


class ProblemPanel(Card):
    """Chooses the problem. `changed` carries the changed settings of the task.

    `kind_chosen` requests a problem of another kind, one of KINDS, instead of changing this one.
    """

    changed = Signal(object)
    settled = Signal()
    kind_chosen = Signal(str)
    import_wanted = Signal()
    paste_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__("Problem")
        self.setObjectName("problem")
        self.search = SettingSearch()
        self.add_to_header(self.search)
        self._shown: object = None
        self._kind = ""
        self.kind = Segmented(KIND_TITLES, "kind of problem", _TIPS, leaves_space=True)
        self.surface = SurfacePanel(theme)
        self.network = NetworkPanel(theme)
        self.network.hide()
        for widget in (self.kind, self.surface, self.network):
            self.body.addWidget(widget)
        self._wire()

    def _wire(self) -> None:
        self.kind.chosen.connect(self._choose_kind)
        for panel in (self.surface, self.network):
            panel.changed.connect(self._tell)
            panel.settled.connect(self.settled)
        self.network.import_wanted.connect(self.import_wanted)
        self.network.paste_wanted.connect(self.paste_wanted)

    def set_theme(self, theme: Theme) -> None:
        self.surface.set_theme(theme)
        self.network.set_theme(theme)

    def refresh(self, picture: SessionPicture) -> None:
        """Show the current problem."""
        task, view = picture.task, picture.surface_info.view if picture.surface_info is not None else None
        shown = task, view, picture.update > 0
        if shown == self._shown:
            return
        self._shown = shown
        if kind_of(task) != self._kind:
            self.renew()
            self._shown = shown
        self._kind = kind_of(task)
        self.kind.set_place(KINDS.index(self._kind))
        self.surface.setVisible(self._kind != "network")
        self.network.setVisible(self._kind == "network")
        if isinstance(task, NetworkTask):
            self.network.refresh(task, picture.update > 0)
        elif view is not None:
            self.surface.refresh(task, view)

    def renew(self) -> None:
        """Another document follows: what is as usual goes behind More, wherever it was before."""
        self._shown = None
        for knobs in self.findChildren(KnobList):
            knobs.renew()

    def _tell(self, changes: object) -> None:
        self._shown = None  # if it is refused, the controls must show the current state again
        self.changed.emit(changes)

    def _choose_kind(self, place: int) -> None:
        kind = KINDS[place]
        if kind == self._kind:
            return
        self._shown = None
        if "network" in (kind, self._kind):
            self.kind_chosen.emit(kind)
        else:
            self.surface.choose_kind(own=kind == "formula")
