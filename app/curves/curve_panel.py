"""The right column of the window: the chosen curves, one below the other, with one cursor and one x axis."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QShowEvent
from PySide6.QtWidgets import QFrame, QMenu, QScrollArea, QVBoxLayout, QWidget

from app.curves.curve_card import CurveCard
from app.curves.curve_catalogue import CURVES, first_curves, offered
from app.curves.curve_style import CurveStyle
from app.curves.curve_view import CurveView
from app.curves.view_settings import along_in, curves_in, settings_of, styles_in
from app.curves.x_axes import NO_CLOCKS, X_AXES, Clock
from app.plots.axis_type import Span
from app.plots.plot_menu import add_choices
from app.widgets.context_menu import close_popups
from app.widgets.submenu import add_submenu
from engine import PROBLEMS

if TYPE_CHECKING:
    from app.look.theme import Theme
    from engine import SessionPicture

Chosen = Literal["", "file", "hand"]  # by what curves were chosen, if they were
BY_FILE: Chosen = "file"
BY_HAND: Chosen = "hand"

FRAME_MILLISECONDS = 16
FIRST_ALONG = "updates"  # the x axis, until another is chosen
MOST_SPARE = 12  # curves off the screen that are kept: to make one takes longer than a frame
BUDGET = 0.004  # seconds of a hurried refresh after which the other curves wait for the next frame


class CurvePanel(QScrollArea):
    """Shows curves of all visible runs; `refresh` and `set_*` never emit.

    Each kind of problem has its own choice of curves and of their x axis, kept while the other kind is on screen. Until
    some are chosen, they are the first curves of the problem: those of a text are not those of other data.

    cursor_moved: the update pointed at, or None. picked: an update that was clicked. branched: an update at which a
    branch is wanted. export_wanted: the key of a curve. view_changed: the view settings, as `apply_view` takes them.
    """

    cursor_moved = Signal(object)
    picked = Signal(object)
    branched = Signal(object)
    export_wanted = Signal(str)
    view_changed = Signal(dict)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("curves")
        self.setAccessibleName("Curves")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        inside = QWidget(self)
        inside.setObjectName("curvesInside")
        self._layout = QVBoxLayout(inside)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(12)
        self.setWidget(inside)
        self._theme = theme
        self._along = FIRST_ALONG
        self._x_range: Span | None = None
        self._left_room = 0.0
        self._cursor: int | None = None
        self._selected: str | None = None
        self._picture: SessionPicture | None = None
        self._clocks: Mapping[str, Clock] = NO_CLOCKS
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(FRAME_MILLISECONDS)
        self._late.timeout.connect(self._catch_up)
        self.cards: dict[str, CurveCard] = {}
        self._made: dict[str, CurveCard] = {}  # for another kind of problem, not on screen yet
        self._spare: dict[str, CurveCard] = {}  # that were on screen, those that left it last at the end
        self._coming: tuple[list[str], Mapping[str, CurveStyle]] | None = None  # that a file shows, not on screen yet
        self._turn = 0
        self._kind = next(iter(PROBLEMS))
        self._subject: object = None  # of the problem that the cards suit
        self._kept: dict[str, tuple[str, dict[str, CurveStyle], Chosen]] = {}  # by kind: x axis, how curves are shown
        self._chosen: Chosen = ""
        self._show_curves(first_curves(self._kind), {})

    def refresh(self, picture: SessionPicture, clocks: Mapping[str, Clock] = NO_CLOCKS, hurried: bool = False) -> None:
        """Take the newest picture. clocks: of the runs by their ids, for an x axis of seconds.

        hurried: another picture follows soon, so curves that would cost the frame too much wait for their turn.
        Another problem, other data and a race that is back at its beginning take every zoom back.
        """
        before, self._picture, self._clocks = self._picture, picture, clocks
        if before is not None and _begins_anew(before, picture):
            self._forget_zooms()
        self._late.stop()
        if picture.kind != self._kind:
            _, styles, chosen = self._kept.get(picture.kind, (FIRST_ALONG, {}, ""))
            if self._make_one_of(self._suiting(picture, list(styles), chosen)):
                return
            self._switch_to(picture)
        elif self._coming is not None:
            if self._make_one_of(self._coming[0]):
                return
            self._show_coming()
        elif self._subject is not picture.subject:
            if (
                before is not None
                and self._chosen == BY_FILE
                and any(CURVES[key].needs(before) and not CURVES[key].needs(picture) for key in self.cards)
            ):
                self._chosen = ""  # the file was of another problem
            keys = self._suiting(picture, list(self.cards), self._chosen)
            if self._make_one_of(keys):
                return
            if keys != list(self.cards):
                self._show_curves(keys, {})
        self._subject = picture.subject
        if self.isVisible():
            self._refresh_cards(picture, hurried)

    def _refresh_cards(self, picture: SessionPicture, hurried: bool) -> None:
        """Each card in its turn; those that are left begin the next time."""
        cards, turn, begun = list(self.cards.values()), self._turn, time.perf_counter()
        left: list[CurveCard] = []
        has_drawn_long = False  # drawing such a curve takes long: one in a frame is enough
        for card in cards[turn:] + cards[:turn]:
            if hurried and time.perf_counter() - begun > BUDGET:
                left.append(card)
            elif card.refresh(picture, self._clocks, patient=has_drawn_long):
                if has_drawn_long:
                    left.append(card)
                has_drawn_long = True
        self._turn = cards.index(left[0]) if left else 0
        if left:
            self._late.start()

    @property
    def settled(self) -> bool:
        """Whether the curves on screen are those of the problem that was shown last."""
        return self._picture is None or (self._coming is None and self._picture.subject is self._subject)

    def _catch_up(self) -> None:
        if self._picture is not None:
            self.refresh(self._picture, self._clocks)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._catch_up()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        for card in self.cards.values():
            card.set_theme(theme)

    def set_cursor(self, update: int | None) -> None:
        """Stand at an update that is pointed at elsewhere; each curve tells the value of the selected run there."""
        if update != self._cursor:
            self._show_cursor(update, None)

    def _show_cursor(self, update: int | None, pointed: CurveView | None) -> None:
        """pointed: the curve that a hand points at, which tells the values of all runs."""
        self._cursor = update
        for card in self.cards.values():
            card.view.set_cursor(update, tells_all=card.view is pointed)

    def set_selected(self, id: str | None) -> None:
        """The run that is drawn on top, a little thicker, and whose updates the cursor counts, from `refresh` on."""
        if id != self._selected:
            close_popups(self)  # a menu that is open is of the run before
        self._selected = id
        for card in self.cards.values():
            card.view.model.select(id)

    def follow_again(self) -> None:
        """Take every zoom back: the runs begin again, or other numbers are shown."""
        self._forget_zooms()
        for card in self.cards.values():
            card.view.follow_again()
        self._align()

    def _forget_zooms(self) -> None:
        self._x_range, self._left_room = None, 0.0
        for card in self.cards.values():
            card.view.forget_zoom()

    def view(self) -> dict[str, Any]:
        """The view settings: plain values, as a file keeps them."""
        styles = {key: card.style_shown for key, card in self.cards.items()}
        return settings_of(self._coming[1] if self._coming is not None else styles, self._along)

    def apply_view(self, view: Mapping[str, Any], kind: str | None = None) -> None:
        """Restore what `view` told; entries that are missing or make no sense are passed over.

        kind: of the problem for which it is. If that is not on screen yet, its curves come with it. Curves that are to
        be made come with the next picture, of the document that is being opened.
        """
        keys = curves_in(view)
        along = along_in(view) or FIRST_ALONG
        self._kept, self._coming = {}, None
        if kind is None or kind == self._kind:
            self._along = along
            if keys:
                self._chosen = BY_FILE
            elif self._chosen == BY_FILE:
                self._chosen, keys = "", first_curves(self._kind, self._picture)
            keys = keys or list(self.cards)
            self._coming = keys, styles_in(view, keys)
            if kind is None or all(key in self.cards for key in keys):
                self._show_coming()
        else:
            self._kept[kind] = along, styles_in(view, keys), BY_FILE if keys else ""
            self.follow_again()

    def _show_coming(self) -> None:
        assert self._coming is not None
        (keys, styles), self._coming = self._coming, None
        self._show_curves(keys, styles)
        self.follow_again()

    def show_curves(self, keys: list[str]) -> None:
        """Choose the curves, as a person does in the menu."""
        if keys:
            self._chosen, self._coming = BY_HAND, None
            self._show_curves([key for key in CURVES if key in keys], {})
            self._tell()

    def show_along(self, key: str) -> None:
        """Choose the x axis, as a person does in the menu."""
        self._along = key
        self._x_range = None
        self._restyle()
        self._tell()

    def add_curve_choices(self, menu: QMenu) -> None:
        """Add to a menu the curves that mean anything for the problem; those that are shown are checked."""
        for key in offered():
            curve = CURVES[key]
            if self._picture is None or curve.needs(self._picture) or key in self.cards:
                _add_choice(menu, curve.title_for(self._picture), key in self.cards, partial(self._toggle, key))

    def add_axis_choices(self, menu: QMenu) -> None:
        """Add to a menu what may run along the x axis."""
        titles = {key: axis.title for key, axis in X_AXES.items()}
        for key, action in zip(X_AXES, add_choices(menu, titles, self._along, self.show_along), strict=True):
            action.setEnabled(self._knows_axis(key))

    def minimumSizeHint(self) -> QSize:
        """As wide as the curves need to be, beside the scroll bar."""
        inside = self._layout.minimumSize().width() + self.verticalScrollBar().sizeHint().width()
        return QSize(inside, super().minimumSizeHint().height())

    def _make_one_of(self, keys: list[str]) -> bool:
        """Make one of the cards that another problem needs, and come again for the next; whether there was one to make.
        A plot takes as long as a frame, so the old ones stay on screen until all are made.
        """
        missing = [key for key in keys if key not in self.cards and key not in self._made]
        if not missing or not self.window().isVisible():
            return False
        key = missing[0]
        self._made[key] = self._spare_card(key) or self._new_card(key)  # hidden as long as no layout has it
        self._late.start()
        return True

    def _switch_to(self, picture: SessionPicture) -> None:
        """Show the curves of another kind of problem: those that were there, or are at first."""
        styles = {key: card.style_shown for key, card in self.cards.items()}
        self._kept[self._kind] = self._along, styles, self._chosen
        self._kind = picture.kind
        self._along, styles, self._chosen = self._kept.pop(picture.kind, (FIRST_ALONG, {}, ""))
        self._show_curves(self._suiting(picture, list(styles), self._chosen), styles)

    def _suiting(self, picture: SessionPicture, keys: list[str], chosen: Chosen) -> list[str]:
        """These curves, if they were chosen; else the first ones of the problem."""
        return keys if chosen else first_curves(picture.kind, picture)

    def _show_curves(self, keys: list[str], styles: Mapping[str, CurveStyle]) -> None:
        old, self.cards = self.cards, {}
        for key in keys:
            card = old.pop(key, None) or self._made.pop(key, None) or self._spare_card(key) or self._new_card(key)
            if key in styles:
                card.set_style(styles[key])
            self.cards[key] = card
            self._layout.removeWidget(card)
            self._layout.addWidget(card, round(100 * CURVES[key].tall))
            if card.testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide):  # it was off the screen
                card.show()
        left, self._made = [*old.values(), *self._made.values()], {}
        for card in left:
            self._layout.removeWidget(card)
            card.hide()
            card.rest()
            self._spare[card.curve.key] = card
        for key in list(self._spare)[:-MOST_SPARE]:
            self._spare.pop(key).deleteLater()
        self._restyle()

    def _new_card(self, key: str) -> CurveCard:
        card = CurveCard(CURVES[key], self._theme, self.widget())
        card.view.setMinimumHeight(round(46 + 60 * CURVES[key].tall))
        card.view.cursor_moved.connect(partial(self._move_cursor, card.view))
        card.view.picked.connect(self.picked)
        card.view.zoomed.connect(partial(self._zoom, card.view))
        card.view.looked.connect(self._align)
        card.restyled.connect(self._tell)
        card.menu.aboutToShow.connect(lambda: self._fill_menu(card))
        return self._up_to_date(card)

    def _spare_card(self, key: str) -> CurveCard | None:
        """One that was on screen before, as if it were new."""
        card = self._spare.pop(key, None)
        if card is None:
            return None
        if card.view.theme is not self._theme:
            card.set_theme(self._theme)
        card.set_style(CurveStyle())
        return self._up_to_date(card)

    def _up_to_date(self, card: CurveCard) -> CurveCard:
        card.view.set_cursor(self._cursor)
        card.view.model.select(self._selected)
        if self._picture is not None:
            card.refresh(self._picture, self._clocks)
        card.view.set_x_range(self._x_range)
        return card

    def _restyle(self) -> None:
        """What the cards have in common: the x axis, which the lowest one names."""
        lowest = list(self.cards)[-1]
        for key, card in self.cards.items():
            style = replace(card.style_shown, along=self._along, names_axis=key == lowest)
            if style != card.style_shown:  # else nothing is to be drawn anew
                card.set_style(style)

    def _fill_menu(self, card: CurveCard) -> None:
        menu = card.menu
        menu.clear()
        for old in menu.findChildren(QMenu):  # which clear() leaves
            old.deleteLater()
        self.add_curve_choices(add_submenu(menu, "Curves"))
        self.add_axis_choices(add_submenu(menu, "X axis"))
        menu.addSeparator()
        card.add_actions(menu)
        menu.addSeparator()
        self._add_branching(menu, card.view.cursor_update)
        menu.addAction("Copy image", card.copy_image)
        menu.addAction("Export…", lambda: self.export_wanted.emit(card.curve.key))
        hide = menu.addAction("Hide this curve", lambda: self._toggle(card.curve.key, False))
        hide.setEnabled(len(self.cards) > 1)

    def _add_branching(self, menu: QMenu, pointed: int | None) -> None:
        """Offer a branch of the selected run at the update that is pointed at, or else at the one that is shown."""
        run = next((run for run in self._picture.runs if run.id == self._selected), None) if self._picture else None
        if run is not None:
            update = min(run.shown.update if pointed is None else pointed, run.update)
            menu.addAction(f"Branch at update {update:,}", lambda: self.branched.emit(update))

    def _knows_axis(self, key: str) -> bool:
        """Whether it is known of any run how it moves along an x axis."""
        picture = self._picture
        return picture is None or any(
            X_AXES[key].mapping(run, picture, self._clocks.get(run.id)) for run in picture.runs
        )

    def _toggle(self, key: str, on: bool) -> None:
        self.show_curves([*self.cards, key] if on else [other for other in self.cards if other != key])

    def _move_cursor(self, pointed: CurveView, update: int | None) -> None:
        changed = update != self._cursor
        self._show_cursor(update, pointed)
        if changed:
            self.cursor_moved.emit(update)

    def _zoom(self, zoomed: CurveView, span: Span | None) -> None:
        self._x_range = span
        for card in self.cards.values():
            if card.view is not zoomed:
                card.view.set_x_range(span)

    def _align(self) -> None:
        """Let all left axes be as wide as the widest, so that the x axes are in line."""
        views = [card.view for card in self.cards.values()]
        self._left_room = max([self._left_room, *(view.left_room() for view in views)])
        for view in views:
            view.set_left_room(self._left_room)

    def _tell(self) -> None:
        self.view_changed.emit(self.view())


def _add_choice(menu: QMenu, title: str, on: bool, choose: Callable[[bool], None]) -> QAction:
    action = menu.addAction(title)
    action.setCheckable(True)
    action.setChecked(on)
    action.triggered.connect(lambda on: choose(on))  # a partial would not be told `on`
    return action


def _begins_anew(before: SessionPicture, picture: SessionPicture) -> bool:
    """Whether a picture is of another problem, of other data, or of a race back at its beginning."""
    is_present = before.cursor is None and picture.cursor is None  # else the problem may be as it was in between
    other = picture.task is not before.task and picture.task != before.task
    return (is_present and other) or picture.update == 0 < before.update
