"""The problem panel of clusters: the points, the model, how many clusters there are and where they begin."""

from __future__ import annotations

from PySide6.QtWidgets import QToolButton, QWidget

from app.controls.parts_panel import PartsPanel
from app.look.theme import Theme
from app.widgets.elided import ElidedLabel
from app.widgets.heading import Heading
from engine import CLUSTERING_KNOBS, MODELS, POINTS, ClusteringTask, Hyper, Table


class ClusteringPanel(PartsPanel):
    """`changed` carries the changed settings of the ClusteringTask."""

    KIND = ClusteringTask.KIND
    NAME = "clusters"
    PARTS = {"points": POINTS, "model": MODELS}
    SHOWN = {"seed": "order_seed"}
    KNOBS = "Clusters"

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self.points = self.parts["points"]
        self.note = ElidedLabel()
        self.note.setObjectName("muted")
        self.points.add_below_chooser(self.note)

    def heading(self, part: str) -> QWidget:
        if part != "points":
            return super().heading(part)
        made = Heading("Points")
        load = _button("import-points", "Import CSV…", "Your own points: a text file with two columns of numbers")
        paste = _button("paste-points", "Paste…", "Points from the clipboard: two columns of numbers")
        load.clicked.connect(self.import_wanted)
        paste.clicked.connect(self.paste_wanted)
        made.add(load)
        made.add(paste)
        return made

    def declared(self, task: ClusteringTask) -> tuple[Hyper, ...]:
        is_table = isinstance(task.points, Table)
        return tuple(knob for knob in CLUSTERING_KNOBS if not (is_table and knob.name == "points_seed"))

    def show_part(self, part: str) -> None:
        table = self._task.points if part == "points" and isinstance(self._task.points, Table) else None
        if part == "points":
            self.note.setVisible(table is not None)
            self.points.knobs.setVisible(table is None)
        if table is None:
            super().show_part(part)
            return
        groups = f", {len(table.classes)} groups" if table.classes else ""
        self.note.show_text(f"{len(table.targets):,} points{groups}, {'drawn' if table.drawn else 'imported'}")
        told = f"<p>{self.note.text()}</p><p>Choose other points to replace them.</p>"
        self.points.chooser.show_other(table.name, told)


def _button(name: str, text: str, tip: str) -> QToolButton:
    button = QToolButton()
    button.setObjectName(name)
    button.setProperty("small", True)
    button.setText(text)
    button.setToolTip(tip)
    return button
