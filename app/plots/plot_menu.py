"""The part of a context menu that every plot has: everything again, types of the axes, what the mouse does."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from app.plots.axis_type import AUTOMATIC
from app.plots.plot_box import BOX, PAN
from app.plots.plot_view import PlotView
from app.widgets.submenu import add_submenu

AXIS_TITLES = {"linear": "Linear", "log": "Logarithmic", "symlog": "Symmetric logarithmic"}
MOUSE_TITLES = {BOX: "Left button draws a zoom box", PAN: "Left button moves the plot"}


def add_plot_actions(
    menu: QMenu,
    view: PlotView,
    choose_type: Callable[[str, str], None] | None = None,
    chosen: Mapping[str, str] | None = None,
) -> None:
    """Add them to a menu. choose_type is told "x" or "y" and the name of an axis type; without it none is offered.

    chosen: by "x" or "y" an axis type that a person can also leave to the plot: AUTOMATIC, or what was chosen instead.
    """
    everything = menu.addAction("View all", view.show_all)
    everything.setEnabled(view.is_zoomed)
    if choose_type is not None:
        for letter, axis in (("x", view.x_axis), ("y", view.y_axis)):
            choices, automatic = add_submenu(menu, f"{letter.upper()} axis type"), (chosen or {}).get(letter)
            titles = AXIS_TITLES if automatic is None else {AUTOMATIC: "Automatic", **AXIS_TITLES}
            add_choices(choices, titles, automatic or axis.type.name, _telling(choose_type, letter))
    add_choices(add_submenu(menu, "Mouse"), MOUSE_TITLES, view.box.mouse, view.box.set_mouse)


def add_choices(menu: QMenu, titles: Mapping[str, str], chosen: str, choose: Callable[[str], None]) -> list[QAction]:
    """Actions of which one is checked."""
    group = QActionGroup(menu)
    made = []
    for key, title in titles.items():
        action = menu.addAction(title)
        action.setCheckable(True)
        action.setChecked(key == chosen)
        action.triggered.connect(lambda _=False, key=key: choose(key))
        group.addAction(action)
        made.append(action)
    return made


def _telling(choose_type: Callable[[str, str], None], letter: str) -> Callable[[str], None]:
    return lambda name: choose_type(letter, name)
