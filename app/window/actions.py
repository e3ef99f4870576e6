"""The menu bar: every action of the window, with its shortcut, and the panels that actions open."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property, partial
from itertools import zip_longest
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QGuiApplication, QKeySequence
from PySide6.QtWidgets import (
    QFileDialog,
    QMainWindow,
    QMenu,
)

from app.controls.help_panel import HelpPanel
from app.documents.recovery import KeptWork
from app.documents.settings import Settings
from app.look.theme import THEMES
from app.stage.views import VIEWS
from app.widgets.submenu import add_submenu
from app.widgets.text_panel import TextPanel
from app.window.about import about_text
from app.window.compare import Comparing
from app.window.export_source import on_screen
from app.window.files import ASKS, Files, named
from app.window.layout import PANELS, Layout
from app.window.library import RunLibrary
from app.window.notices import NoticeLog
from app.window.presets_gallery import PresetGallery
from app.window.workbench import Workbench
from engine import OPTIMIZERS, Offer, offers

if TYPE_CHECKING:
    from app.window.export_panel import ExportPanel
    from app.window.import_panel import ImportPanel
    from app.window.text_panel import OwnTextPanel

ABOUT = "Watch, steer and compare gradient descent, live. The versions of its parts, for a report:"
TABLES = "Tables (*.csv *.tsv *.txt *.dat *.arff);;All files (*)"

_VIEW_KEYS = 9  # views that have a key, Ctrl and a digit


class Actions(QObject):
    """Fills the menu bar of `window` for its workbench `bench`. by_name: the actions by their object names."""

    def __init__(self, window: QMainWindow, bench: Workbench, settings: Settings) -> None:
        super().__init__(window)
        self._window, self._bench, self._settings = window, bench, settings
        self.by_name: dict[str, QAction] = {}
        self.files = Files(window, bench, settings)
        self.gallery = PresetGallery(bench.theme, bench)
        self.gallery.hide()
        self.gallery.chosen.connect(self.files.open_preset)
        self.library = RunLibrary(bench, self.files, settings)
        self.help = HelpPanel(bench)
        self.help.hide()
        self.layout = Layout(window, bench, settings)
        self.comparing = Comparing(window, bench, settings, self.library)
        self.notices = NoticeLog(bench)
        bench.toast.said.connect(self.notices.add)
        self.about = TextPanel(bench, "About Fall Line", ABOUT, 560, 380)
        self.about.hide()
        self._file_menu()
        self._edit_menu()
        self._run_menu()
        self._view_menu()
        presets = window.menuBar().addMenu("&Presets")
        self._add(presets, "presets", "Show all presets", self.show_gallery, "Ctrl+P")
        asks = self._add(presets, "ask", "Ask about unsaved changes first", self._toggle_asking)
        asks.setCheckable(True)
        presets.aboutToShow.connect(lambda: asks.setChecked(bool(settings.get(ASKS, True))))
        self._help_menu()
        self.help.show_actions(list(self.by_name.values()))
        bench.document.history_changed.connect(self._show_history)
        bench.export_wanted.connect(self.show_export)
        bench.import_wanted.connect(self.import_data)
        bench.paste_wanted.connect(self.paste_table)
        bench.text_wanted.connect(self.learn_from_text)
        bench.dropped.connect(self.files.open_dropped)
        self.files.table_wanted.connect(lambda path: self.tables.open_file(path))
        self.files.text_wanted.connect(lambda path: self.own_text.open_file(path))
        self._show_history()

    def give_up(self) -> None:
        """Cancel, for good, what nobody waits for any more: all of it ends while the training does."""
        self.comparing.give_up()
        self.library.give_up()
        for panel in self._large:
            panel.give_up()

    def shut_down(self) -> None:
        """End what goes on beside the window; called once the training has ended."""
        self.give_up()
        self.layout.save()
        self.files.keep_last()
        self.library.keep_last()
        self.comparing.shut_down()
        for panel in self._large:
            panel.shut_down()
        self.files.shut_down()
        self.library.finish()
        self._settings.finish()

    @property
    def _large(self) -> list[ExportPanel | ImportPanel | OwnTextPanel]:
        """The large panels that there are."""
        return [vars(self)[name] for name in ("export", "tables", "own_text") if name in vars(self)]

    # The large panels are made, and their modules imported, when they are first wanted.

    @cached_property
    def export(self) -> ExportPanel:
        from app.window.export_panel import ExportPanel

        panel, toast = ExportPanel(self._bench, partial(on_screen, self._bench)), self._bench.toast
        panel.hide()
        panel.told.connect(toast.tell)
        panel.warned.connect(toast.warn)
        panel.failed.connect(toast.fail)
        return panel

    @cached_property
    def tables(self) -> ImportPanel:
        from app.window.import_panel import ImportPanel

        panel, toast = ImportPanel(self._bench.theme, self._bench), self._bench.toast
        panel.hide()
        panel.imported.connect(self._bench.controller.learn_from)
        panel.warned.connect(toast.warn)
        panel.failed.connect(toast.fail)
        return panel

    @cached_property
    def own_text(self) -> OwnTextPanel:
        from app.window.text_panel import OwnTextPanel

        panel = OwnTextPanel(self._bench)
        panel.hide()
        panel.imported.connect(self._bench.controller.learn_from)
        panel.table_wanted.connect(lambda path: self.tables.open_file(path))
        panel.failed.connect(self._bench.toast.fail)
        return panel

    def import_data(self) -> None:
        """Ask for a table file, and open the import panel with it."""
        chosen, _ = QFileDialog.getOpenFileName(self._window, "Import data", "", TABLES)
        if chosen:
            self.tables.open_file(chosen)

    def paste_table(self) -> None:
        """Open the import panel with the table on the clipboard."""
        text = QGuiApplication.clipboard().text()
        if text.strip():
            self.tables.open_text(text)
        else:
            self._bench.toast.warn("there is no text on the clipboard: copy some rows of a table first")

    def learn_from_text(self) -> None:
        """Open the panel for an own text."""
        self.own_text.open_empty()

    def show_gallery(self) -> None:
        self.gallery.popup()

    def show_export(self, plot: str = "") -> None:
        self.export.show_plot(plot)

    def _toggle_asking(self) -> None:
        self._settings.set(ASKS, not self._settings.get(ASKS, True))

    def _find_setting(self) -> None:
        """Give the keyboard to the search field, wherever the panels are scrolled to."""
        if not self.layout.is_shown("settings"):
            self.layout.toggle("settings")
        self._bench.take_keyboard_to_search()

    def _show_about(self) -> None:
        self.about.show_text(about_text())

    def _show_help(self) -> None:
        self.help.popup()

    def _file_menu(self) -> None:
        menu = self._window.menuBar().addMenu("&File")
        new = add_submenu(menu, "New")
        for offer, keys in zip_longest(offers().values(), ("Ctrl+N", "Ctrl+Shift+N", "Ctrl+Alt+N"), fillvalue=""):
            if isinstance(offer, Offer):
                action = self._add(new, f"new-{offer.key}", offer.title, partial(self.files.new, offer.key), keys)
                action.setWhatsThis(f"New {offer.title[:1].lower()}{offer.title[1:]}")
        self._add(menu, "open", "Open …", self.files.open, "Ctrl+O")
        self._recent = add_submenu(menu, "Open recent")
        self._recent.setToolTipsVisible(True)
        self._recent.aboutToShow.connect(self._list_recent)
        self._kept = add_submenu(menu, "Recover")
        self._kept.aboutToShow.connect(self.files.recovery.list_all)
        self.files.recovery.listed.connect(self._list_kept)
        menu.addSeparator()
        self._add(menu, "save", "Save", self.files.save, "Ctrl+S")
        self._add(menu, "save-as", "Save as …", self.files.save_as, "Ctrl+Shift+S")
        menu.addSeparator()
        self._add(menu, "import", "Import data …", self.import_data, "Ctrl+I")
        self._add(menu, "paste", "Paste a table …", self.paste_table, "Ctrl+Shift+V")
        self._add(menu, "own-text", "Learn from a text …", self.learn_from_text)
        menu.addSeparator()
        self._add(menu, "library", "Library of runs …", self.comparing.show_library, "Ctrl+L")
        keeps = self._add(menu, "keep-runs", "Keep finished runs in the library", self.library.toggle_keeping)
        keeps.setCheckable(True)
        menu.aboutToShow.connect(lambda: keeps.setChecked(self.library.keeps))
        menu.addSeparator()
        self._add(menu, "export", "Export …", self.show_export, "Ctrl+E")
        self._add(menu, "copy-stage", "Copy the stage", self._copy_stage, "Ctrl+Shift+C")
        self._add(menu, "copy-loss", "Copy the first curve", self._copy_curve, "Ctrl+Alt+C")
        menu.addSeparator()
        self._add(menu, "quit", "Quit", self._window.close, "Ctrl+Q")

    def _edit_menu(self) -> None:
        menu = self._window.menuBar().addMenu("&Edit")
        self._add(menu, "undo", "Undo", self._bench.document.undo, "Ctrl+Z")
        self._add(menu, "redo", "Redo", self._bench.document.redo, "Ctrl+Shift+Z")
        self.by_name["redo"].setShortcuts([QKeySequence("Ctrl+Shift+Z"), QKeySequence("Ctrl+Y")])

        menu.addSeparator()
        self._add(menu, "find", "Find a setting …", self._find_setting, "Ctrl+F")

    def _run_menu(self) -> None:
        controller = self._bench.controller
        menu = self._window.menuBar().addMenu("&Run")
        self._add(menu, "play", "Play or pause", controller.toggle_play, "Space")
        self._add(menu, "step", "One update", controller.step, "Right")
        self._add(menu, "epoch", "One epoch", controller.step_epoch, "Shift+Right")
        menu.addSeparator()
        self._add(menu, "reset", "Reset", controller.reset, "R")
        self._add(menu, "replay", "Replay with its tweaks", controller.replay, "Shift+R")
        self._add(menu, "seeds", "New seeds", controller.renew_seeds, "N")
        self._add(menu, "back", "Look one update back", lambda: controller.look(-1), "Alt+Left")
        self._add(menu, "forward", "Look one update forward", lambda: controller.look(1), "Alt+Right")
        self._add(menu, "now", "Look at the newest update", lambda: controller.scrub(None), "End")
        self._add(menu, "branch", "Branch here", lambda: controller.branch_selected(), "B")
        menu.addSeparator()
        self._add(menu, "faster", "Faster", lambda: controller.change_speed(1), ".")
        self._add(menu, "slower", "Slower", lambda: controller.change_speed(-1), ",")
        menu.addSeparator()
        join = add_submenu(menu, "Add a run")
        for key in OPTIMIZERS.offered():
            join.addAction(OPTIMIZERS[key].title).triggered.connect(
                lambda _=False, chosen=key: controller.add_run(chosen)
            )
        self._add(menu, "duplicate", "Duplicate the selected run", controller.duplicate_selected, "Ctrl+D")
        self._add(menu, "remove", "Remove the selected run", controller.remove_selected, "Ctrl+Backspace")
        self._add(menu, "next", "Select the next run", lambda: controller.select_next(1), "PgDown")
        self._add(menu, "previous", "Select the previous run", lambda: controller.select_next(-1), "PgUp")

    def _view_menu(self) -> None:
        menu = self._window.menuBar().addMenu("&View")
        group = QActionGroup(self)
        for name in THEMES:
            action = self._add(menu, f"theme-{name}", f"{name.capitalize()} theme", partial(self.choose_theme, name))
            action.setCheckable(True)
            action.setChecked(name == self._bench.theme.name)
            group.addAction(action)
        self._add(menu, "theme", "Other theme", self._other_theme, "Ctrl+T")
        menu.addSeparator()
        compare = self._add(menu, "compare", "Compare", self.comparing.toggle, "F6")
        compare.setCheckable(True)
        menu.aboutToShow.connect(lambda: compare.setChecked(self.comparing.is_shown))
        for key, (title, keys, _) in PANELS.items():
            self._add(menu, f"panel-{key}", title, partial(self.layout.toggle, key), keys).setCheckable(True)
        self._add(menu, "layout", "Reset layout", self.layout.reset)
        curves = self._bench.curves
        for title, add_choices in (("Choose curves", curves.add_curve_choices), ("X axis", curves.add_axis_choices)):
            choices = add_submenu(menu, title)
            choices.setObjectName(f"choose-{title.rpartition(' ')[2].lower()}")
            choices.aboutToShow.connect(partial(_fill, choices, add_choices))
        self.layout.changed.connect(self._show_panels)
        self._show_panels()
        menu.addSeparator()
        stages = self._bench.stages.values()
        for command in (command for stage in stages for command in stage.commands()):
            self._add(menu, *command)
        self._add(menu, "fit", "Reset the view", lambda: self._bench.shown_stage.reset_view(), "Home")
        menu.addSeparator()
        for command in (command for stage in stages for command in stage.view_commands()):
            self._add(menu, *command)
        for place, kind in enumerate(VIEWS, 1):
            show = partial(self._choose_view, kind.KEY)
            self._add(
                menu, f"view-{kind.KEY}", kind.MENU or kind.TITLE, show, f"Ctrl+{place}" if place <= _VIEW_KEYS else ""
            )

    def _choose_view(self, key: str) -> None:
        self._bench.shown_stage.choose(key)

    def _help_menu(self) -> None:
        menu = self._window.menuBar().addMenu("&Help")
        self._add(menu, "keys", "Keys and what they do", self._show_help, "F1")
        self._add(menu, "notices", "Notices", self.notices.show)
        menu.addSeparator()
        self._add(menu, "about", "About Fall Line", self._show_about)

    def _show_panels(self) -> None:
        """Check the panels that are on screen."""
        for key in PANELS:
            self.by_name[f"panel-{key}"].setChecked(self.layout.is_shown(key))

    def choose_theme(self, name: str) -> None:
        """Change the theme, now and for the next start."""
        theme = THEMES[name]
        self._bench.set_theme(theme)
        self.gallery.set_theme(theme)
        self.library.set_theme(theme)
        self.comparing.set_theme(theme)
        if "tables" in vars(self):
            self.tables.set_theme(theme)
        self.by_name[f"theme-{name}"].setChecked(True)
        self._settings.set("theme", name)

    def _other_theme(self) -> None:
        names = list(THEMES)
        self.choose_theme(names[(names.index(self._bench.theme.name) + 1) % len(names)])

    def _list_recent(self) -> None:
        self._recent.clear()
        for path in self._settings.recent():
            action = self._recent.addAction(path.name)
            action.setToolTip(str(path))
            action.triggered.connect(lambda _=False, chosen=path: self.files.open_path(chosen))
        if self._recent.isEmpty():
            self._recent.addAction("nothing yet").setEnabled(False)

    def _list_kept(self, works: tuple[KeptWork, ...]) -> None:
        """Show the work of former windows in its menu, which may be open already."""
        self._kept.clear()
        for work in works:
            title = named(work) + (", unsaved" if work.crashed else "")
            self._kept.addAction(title).triggered.connect(lambda _=False, chosen=work: self.files.recovery.load(chosen))
        if self._kept.isEmpty():
            self._kept.addAction("nothing").setEnabled(False)

    def _copy_stage(self) -> None:
        QGuiApplication.clipboard().setImage(self._bench.shown_stage.image())
        self._bench.toast.tell("the stage is on the clipboard")

    def _copy_curve(self) -> None:
        next(iter(self._bench.curves.cards.values())).copy_image()
        self._bench.toast.tell("the curve is on the clipboard")

    def _show_history(self) -> None:
        document = self._bench.document
        for name, label in (("undo", document.undo_label), ("redo", document.redo_label)):
            self.by_name[name].setText(f"{name.capitalize()} {label}".strip())
            self.by_name[name].setEnabled(bool(label))

    def _add(self, menu: QMenu, name: str, text: str, slot: Callable[[], object], keys: str = "") -> QAction:
        action = QAction(text, self._window)
        action.setObjectName(name)
        if keys:
            action.setShortcut(QKeySequence(keys))
        action.triggered.connect(lambda _=False: slot())
        menu.addAction(action)
        self.by_name[name] = action
        return action


def _fill(menu: QMenu, add_choices: Callable[[QMenu], None]) -> None:
    """Offer what can be chosen now, as a menu opens."""
    menu.clear()
    add_choices(menu)
