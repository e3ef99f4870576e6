"""A sweep: a sorted table, a map of two settings, and parallel coordinates; a double-click takes a combination over."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout

from app.compare.parallel_axes import ParallelAxes, ParallelAxis
from app.compare.picture import ComparisonPicture
from app.compare.result_table import Cell, ResultTable, TableRow
from app.compare.sweep_map import MapPoint, MapSide, SweepMap
from app.widgets.button_row import ButtonRow
from app.widgets.elided import ElidedLabel
from engine import Setting

if TYPE_CHECKING:
    from app.look.theme import Theme
    from app.workers.trials import Outcome
    from engine import Row, SweepResult

TABLE, MAP, PARALLEL = "table", "map", "parallel"
_VIEWS = {
    TABLE: ("Table", "Every combination, sorted by any column"),
    MAP: ("Map", "Two settings across and up, the end as colour"),
    PARALLEL: ("Parallel", "An axis for each setting; drag along one to keep what passes there"),
}


class SweepPicture(ComparisonPicture):
    """What is selected in one view can be adopted with the button."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme)
        self._rows: tuple[Row, ...] = ()
        self._paths: tuple[str, ...] = ()
        self._words: list[tuple[str, ...]] = []
        self._chosen: int | None = None
        self.table = ResultTable(theme, "sweep-table")
        self.map = SweepMap(theme)
        self.parallel = ParallelAxes(theme)
        self.views = ButtonRow("sweep-views", "how the sweep is shown", _VIEWS)
        self.words = ElidedLabel()
        self.words.setObjectName("muted")
        self.adopt = QPushButton("Adopt")
        self.adopt.setObjectName("sweep-adopt")
        self.adopt.setToolTip("Give the run the settings of the selected combination")
        self.adopt.setEnabled(False)
        self._stack = QStackedWidget()
        self._views: dict[str, ResultTable | SweepMap | ParallelAxes] = {
            TABLE: self.table,
            MAP: self.map,
            PARALLEL: self.parallel,
        }
        for view in self._views.values():
            self._stack.addWidget(view)
        head = QHBoxLayout()
        head.setSpacing(8)
        for widget in (self.views, self.words, self.adopt):
            head.addWidget(widget, int(widget is self.words))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self._stack, 1)
        self.views.chosen.connect(lambda key: self._stack.setCurrentWidget(self._views[key]))
        self.table.chosen.connect(self._choose)
        self.table.opened.connect(self._adopt)
        self.map.chosen.connect(self._choose)
        self.parallel.kept.connect(self.table.keep)
        self.adopt.clicked.connect(lambda: self._adopt(self._chosen))

    def show_outcome(self, outcome: Outcome) -> None:
        result: SweepResult = outcome.result  # type: ignore[assignment]
        self._rows, self._paths = result.rows, tuple(axis.path for axis in result.axes)
        self._choose(None)
        names = [Setting.of(path).words for path in self._paths]
        self._words = [result.words(row) for row in result.rows]
        several = len({row.arm.key for row in result.rows}) > 1
        heads = [*(["run"] if several else []), *names, outcome.plan.counted.replace("_", " "), "diverged"]
        sides = [
            MapSide(name, result.labels(place), axis.log)
            for place, (name, axis) in enumerate(zip(names, result.axes, strict=True))
        ]
        rows = [
            TableRow(
                (
                    *((row.arm.name,) if several else ()),
                    *(_cell(result, side, place, row) for place, side in enumerate(sides)),
                    row.spread.median,
                    row.diverged or None,
                ),
                row.arm.colour if several else -1,
            )
            for row in result.rows
        ]
        self.table.show_rows(heads, rows, len(heads) - 2)
        axes = [
            ParallelAxis(side.name, tuple(result.at(place, row) for row in result.rows), side.log, side.labels)
            for place, side in enumerate(sides)
        ]
        ends = tuple(row.spread.median for row in result.rows)
        positive = [end for end in ends if math.isfinite(end)]
        by_factors = bool(positive) and min(positive) > 0 and max(positive) > 20 * min(positive)
        self.parallel.show_axes([*axes, ParallelAxis(heads[-2], ends, by_factors)])
        self._show_map(result, sides, outcome)

    def set_theme(self, theme: Theme) -> None:
        super().set_theme(theme)
        for view in self._views.values():
            view.set_theme(theme)

    def _show_map(self, result: SweepResult, sides: list[MapSide], outcome: Outcome) -> None:
        """The first two settings that are varied, numbers before names, at the best of whatever else is varied."""
        shown = sorted(range(len(sides)), key=lambda place: bool(sides[place].labels))[:2]
        self.views.button(MAP).setEnabled(len(shown) == 2)
        if len(shown) < 2:
            if self.views.key == MAP:
                self.views.choose(TABLE)
                self._stack.setCurrentWidget(self.table)
            return
        across, up = shown
        best: dict[tuple[float, float], MapPoint] = {}
        for place, row in enumerate(result.rows):  # the best come first
            at = result.at(across, row), result.at(up, row)
            best.setdefault(at, MapPoint(*at, row.spread.median, place))
        grid = outcome.request.values.get("way", "grid") == "grid"
        self.map.show_points(list(best.values()), (sides[across], sides[up]), grid)

    def _choose(self, place: int | None) -> None:
        self._chosen = place
        self.adopt.setEnabled(place is not None)
        if place is None or place >= len(self._rows):
            self.words.show_text("")
            return
        self.words.show_text(f"{self._rows[place].arm.name}: {', '.join(self._words[place])}")

    def _adopt(self, place: int | None) -> None:
        if place is not None and place < len(self._rows):
            row = self._rows[place]
            pairs = zip(self._paths, row.values, strict=True)
            chosen = sorted(pairs, key=lambda pair: not Setting.of(pair[0]).is_whole)  # what brings knobs, then knobs
            self.adopted.emit(row.arm.key, dict(chosen))


def _cell(result: SweepResult, side: MapSide, place: int, row: Row) -> Cell:
    """The value of a combination along an axis, by its name if it has one."""
    return side.labels[round(result.at(place, row))] if side.labels else row.values[place]
