"""What happens inside a network with one example, as tiles: the base of its views."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from PySide6.QtWidgets import QVBoxLayout

from app.stage.examples.example_picker import ExamplePicker
from app.stage.examples.heat_tiles import HeatTiles, Section
from app.stage.networks.network_view import NetworkView
from app.stage.networks.run_warnings import diverged, run_warnings
from app.widgets.button_row import ButtonRow
from app.widgets.wrapped_row import WrappedRow
from engine import Learner, Predictions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from app.look.theme import Theme
    from engine import NetworkSnapshot, Query, SessionPicture


class TiledExampleView(NetworkView):
    """An example that is chosen, a choice of what is shown of it, and tiles in sections.

    NAME: of its settings in a file. SHOWN: what may be shown, by its key a title and a tip. LABEL: of the tiles, for
    those who do not see them. ANSWER: the query that is asked with the place of the example.
    """

    NAME: ClassVar[str]
    SHOWN: ClassVar[Mapping[str, tuple[str, str]]]
    LABEL: ClassVar[str]
    ANSWER: ClassVar[type[Query[Any]]]

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        dashed = self.NAME.replace("_", "-")
        self.shown = ButtonRow(f"{dashed}-shown", "show", dict(self.SHOWN))
        self.picker = ExamplePicker(self.NAME, self)
        self.tiles = HeatTiles(theme, f"{dashed}-tiles", self.LABEL)
        self._picture: SessionPicture | None = None
        self._snapshot: NetworkSnapshot | None = None
        self.setFocusProxy(self.tiles)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(WrappedRow(self.shown, self.picker.part, self.picker.place))
        column.addWidget(self.picker.label)
        column.addWidget(self.tiles, 1)
        self.shown.chosen.connect(self._choose)
        self.picker.chosen.connect(self.wanted_changed)

    @abstractmethod
    def sections(self, snapshot: NetworkSnapshot, answer: Any) -> list[Section]:
        """What is to be seen of the answer, as far as it is chosen."""

    def chosen(self) -> str:
        """What is to be shown, as a file keeps it."""
        return self.shown.key

    def choose(self, key: str) -> None:
        """Show this; only what there is may be asked for."""
        self.shown.choose(key)

    def queries(self) -> frozenset[Query[Any]]:
        return frozenset({Predictions(), self.ANSWER(self.picker.example)})  # type: ignore[call-arg]

    def set_theme(self, theme: Theme) -> None:
        self.tiles.set_theme(theme)
        super().set_theme(theme)

    def refresh(self, picture: SessionPicture) -> None:
        self._picture = picture
        if self.picker.offer(Learner.of(picture.subject)):
            self.wanted_changed.emit()

    def show_snapshot(self, snapshot: NetworkSnapshot) -> None:
        if snapshot.answer(self.ANSWER) is not None:
            self._snapshot = snapshot
            self._show()

    def reset_view(self) -> None:
        self.tiles.verticalScrollBar().setValue(0)

    def describe(self) -> str:
        return " ".join([self.picker.label.text(), *(f"{section.title}." for section in self.tiles.sections)])

    def view(self) -> dict[str, Any]:
        return {f"{self.NAME}_shown": self.chosen(), **self.picker.view()}

    def apply_view(self, view: Mapping[str, Any]) -> None:
        if (wish := view.get(f"{self.NAME}_shown")) in tuple(self.SHOWN):  # of any kind, as a file has it
            self.choose(str(wish))
        self.picker.apply_view(view)
        self._show()

    def _choose(self, key: str) -> None:
        self.choose(key)
        self._show()

    def _show(self) -> None:
        snapshot = self._snapshot
        answer = snapshot.answer(self.ANSWER) if snapshot is not None else None
        if snapshot is None or answer is None:
            return
        sections = self.sections(snapshot, answer)
        self.picker.tell(snapshot)
        if problem := run_warnings(self._picture, snapshot) if diverged(self._picture, snapshot) else "":
            self.picker.label.show_text(problem)
        self.tiles.show_sections(sections)
