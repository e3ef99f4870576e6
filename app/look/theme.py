"""The dark and the light theme: colours, one stylesheet, the bundled font, and icons."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QEvent, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication, QWidget

from app.look.memory_files import memory_file
from app.look.palettes import (
    CLASSES_ON_DARK,
    CLASSES_ON_LIGHT,
    LAYERS_ON_DARK,
    LAYERS_ON_LIGHT,
    ON_DARK,
    ON_LIGHT,
    layer_colours,
)
from app.look.window_style import restyle_parts

if TYPE_CHECKING:
    import numpy as np

ASSETS = Path(__file__).resolve().parent.parent.parent / "assets"
FONT = "Inter"
SIGNS = "DejaVu Sans"  # for mathematical symbols missing from the other
FONT_PIXELS = 13
_DRAWN = "#8b96a8"  # the colour in the icon files
_ICON_SIZES = (16, 32, 64)


@dataclass(frozen=True)
class Theme:
    """The colours of a theme. heat_stops run from the lowest to the highest value of a surface, layer_stops from the
    first layer of a network to its output. class_stops: the colours of classes. neutral: where neither sign, and
    no class, dominates.
    """

    name: str
    window: QColor
    panel: QColor
    field: QColor
    border: QColor
    hover: QColor
    text: QColor
    muted: QColor
    accent: QColor
    on_accent: QColor
    track: QColor
    handle: QColor
    danger: QColor
    warning: QColor
    axis: QColor
    grid: QColor
    contour: QColor
    heat_stops: tuple[str, ...]
    run_colours: tuple[QColor, ...]
    layer_stops: tuple[str, ...]
    class_stops: tuple[str, ...]
    neutral: QColor

    @cached_property
    def heat(self) -> np.ndarray:
        """Colours of the heat map, (256, 3) floats in 0..255, with rising lightness."""
        return _ramp([QColor(stop) for stop in self.heat_stops])

    @property
    def signed_colours(self) -> tuple[QColor, QColor]:
        """The colours of negative and positive numbers, which are also those of the first two classes."""
        negative, positive = self.class_colours(2)
        return negative, positive

    @cached_property
    def diverging(self) -> np.ndarray:
        """Colours from the most negative number through neutral zero to the most positive, (256, 3) in 0..255."""
        negative, positive = self.signed_colours
        return _ramp([negative, self.neutral, positive])

    def class_colours(self, count: int) -> tuple[QColor, ...]:
        """The colours of so many classes; they repeat beyond twelve."""
        return tuple(QColor(self.class_stops[place % len(self.class_stops)]) for place in range(count))

    def layer_colour(self, layer: int, count: int) -> QColor:
        """The colour of a network's layer."""
        return QColor(layer_colours(self.layer_stops, count)[layer])


DARK = Theme(
    name="dark",
    window=QColor("#0f141d"),
    panel=QColor("#171e2a"),
    field=QColor("#0f1622"),
    border=QColor("#263142"),
    hover=QColor("#202a3a"),
    text=QColor("#e6ebf5"),
    muted=QColor("#8b96a8"),
    accent=QColor("#4aa8ff"),
    on_accent=QColor("#07121f"),
    track=QColor("#2a3547"),
    handle=QColor("#e6ebf5"),
    danger=QColor("#ff6b7d"),
    warning=QColor("#ffc24d"),
    axis=QColor("#5a677c"),
    grid=QColor("#222c3b"),
    contour=QColor(255, 255, 255, 40),
    heat_stops=("#0b1b45", "#14477a", "#1f7390", "#4d9d99", "#8dbd9c", "#c7d3a6", "#f2e8b3"),
    run_colours=tuple(map(QColor, ON_DARK)),
    layer_stops=LAYERS_ON_DARK,
    class_stops=CLASSES_ON_DARK,
    neutral=QColor("#1d2736"),
)
LIGHT = Theme(
    name="light",
    window=QColor("#eef1f5"),
    panel=QColor("#ffffff"),
    field=QColor("#f5f7fa"),
    border=QColor("#d7dde6"),
    hover=QColor("#e8edf4"),
    text=QColor("#131a26"),
    muted=QColor("#5a6678"),
    accent=QColor("#0b72d9"),
    on_accent=QColor("#ffffff"),
    track=QColor("#ccd4df"),
    handle=QColor("#ffffff"),
    danger=QColor("#c81e3a"),
    warning=QColor("#9a6200"),
    axis=QColor("#8e9aab"),
    grid=QColor("#e6eaf0"),
    contour=QColor(10, 25, 50, 48),
    heat_stops=("#6498c2", "#87b6d0", "#a8cfd3", "#c6e0d0", "#dbead0", "#ecf1d6", "#f8f6e3"),
    run_colours=tuple(map(QColor, ON_LIGHT)),
    layer_stops=LAYERS_ON_LIGHT,
    class_stops=CLASSES_ON_LIGHT,
    neutral=QColor("#f3f5f8"),
)
THEMES = {theme.name: theme for theme in (DARK, LIGHT)}


def _ramp(colours: list[QColor]) -> np.ndarray:
    """256 colours interpolated evenly between these, (256, 3) floats in 0..255."""
    import numpy as np

    stops = np.array([[colour.red(), colour.green(), colour.blue()] for colour in colours], np.float64)
    places = np.linspace(0, len(stops) - 1, 256)
    return np.stack([np.interp(places, np.arange(len(stops)), stops[:, part]) for part in range(3)], axis=1)


def run_colour(theme: Theme, colour: int) -> str:
    """A run's colour as #rrggbb."""
    return theme.run_colours[colour].name()


def apply(application: QApplication, theme: Theme, window: QWidget | None = None) -> None:
    """Style the application: Fusion, the bundled font, the theme's palette and stylesheet.

    window: its parts get the stylesheet instead of the application, which takes Qt a third of the time.
    """
    _load_fonts()
    font = QFont([FONT, SIGNS])
    font.setPixelSize(FONT_PIXELS)
    font.setFeature(QFont.Tag("tnum"), 1)  # tabular digits: changing numbers do not jitter
    if application.style().name() != "fusion":
        application.setStyle("Fusion")
    application.setFont(font)
    application.setPalette(palette(theme))
    for change in (QEvent.Type.ApplicationFontChange, QEvent.Type.ApplicationPaletteChange):
        QApplication.sendPostedEvents(None, change.value)  # what is put into a window before would keep the old ones
    if window is None:
        application.setStyleSheet(stylesheet(theme))
    else:
        for _ in restyle_parts(window, stylesheet(theme)):
            pass
    application.setWindowIcon(QIcon(str(ASSETS / "icons" / "app.svg")))


def icon(name: str, theme: Theme, colour: str = "", on_accent: bool = False) -> QIcon:
    """An icon of assets/icons in a theme's colour (or another), sharp at any scale."""
    chosen = colour or (theme.on_accent if on_accent else theme.text).name()
    made = QIcon()
    for size in _ICON_SIZES:
        made.addPixmap(_pixmap(name, chosen, size))
        made.addPixmap(_pixmap(name, theme.axis.name(), size), QIcon.Mode.Disabled)
    return made


def _drawing(name: str, colour: str) -> str:
    return (ASSETS / "icons" / f"{name}.svg").read_text(encoding="utf-8").replace(_DRAWN, colour)


@lru_cache(maxsize=512)
def _pixmap(name: str, colour: str, size: int) -> QPixmap:
    pixmap = QPixmap(QSize(size, size))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(_drawing(name, colour).encode())).render(painter, QRectF(0, 0, size, size))
    painter.end()
    return pixmap


@lru_cache(maxsize=1)
def _load_fonts() -> None:
    for path in sorted((ASSETS / "fonts").glob("*.[ot]tf")):
        QFontDatabase.addApplicationFont(str(path))


@lru_cache(maxsize=32)
def _icon_file(name: str, colour: str) -> str:
    """The path of a recoloured icon, since a stylesheet takes only files."""
    return memory_file(f"{name}-{colour.lstrip('#')}.svg", _drawing(name, colour).encode())


def palette(theme: Theme) -> QPalette:
    """The colours of what the stylesheet leaves to Qt, and of what is painted by hand."""
    made = QPalette()
    role = QPalette.ColorRole
    for name, colour in (
        (role.Window, theme.window),
        (role.WindowText, theme.text),
        (role.Base, theme.field),
        (role.AlternateBase, theme.hover),
        (role.Text, theme.text),
        (role.Button, theme.panel),
        (role.ButtonText, theme.text),
        (role.Highlight, theme.accent),
        (role.HighlightedText, theme.on_accent),
        (role.ToolTipBase, theme.panel),
        (role.ToolTipText, theme.text),
        (role.PlaceholderText, theme.muted),
        (role.Link, theme.accent),
        (role.Mid, theme.border),
        (role.Midlight, theme.track),
        (role.Dark, theme.axis),
        (role.BrightText, theme.handle),
    ):
        made.setColor(name, colour)
    for name in (role.Text, role.WindowText, role.ButtonText, role.BrightText):
        made.setColor(QPalette.ColorGroup.Disabled, name, theme.axis)
    made.setColor(QPalette.ColorGroup.Disabled, role.Highlight, theme.track)
    return made


def stylesheet(theme: Theme) -> str:
    """The stylesheet of a window in this theme. To apply it takes Qt a tenth of a millisecond a widget."""
    sheet = _SHEET
    for field in fields(theme):
        value = getattr(theme, field.name)
        if isinstance(value, QColor):
            sheet = sheet.replace(f"@{field.name};", f"{value.name()};")
    for name, drawn, colour in (
        ("chevron", "chevron", theme.muted),
        ("check", "check", theme.text),
        ("dot", "dot", theme.text),
        ("tick", "check", theme.on_accent),
        ("up", "chevron-up", theme.muted),
    ):
        sheet = sheet.replace(f"@{name};", f"url({_icon_file(drawn, colour.name())});")
    return sheet


_SHEET = """
QWidget { color: @text; }
QWidget[pane="true"], #curves, #curvesInside,
#warm-up, QScrollArea { background: @window; }
QFrame#popup QScrollArea { background: transparent; }
QToolTip { background: @panel; color: @text; border: 1px solid @border; padding: 5px 7px; font-size: 12px; }
QFrame#card, QFrame[card="true"] { background: @panel; border: 1px solid @border; border-radius: 9px; }
QLabel { background: transparent; }
#cardTitle { font-weight: 600; }
#muted, #formula, #run-message, #run-detail, #rule, #source { color: @muted; font-size: 12px; }
#knob-name, #knob-unit { color: @muted; font-size: 12px; }
#knob-drive { color: @accent; font-size: 12px; }
#knob-symbol, #section { font-weight: 500; }
#fault { color: @danger; font-size: 12px; }
#fault[waiting="true"] { color: @muted; }
#value, #explain-value, #explain-name { font-weight: 600; }
#explain-name, #explain-formula, #explain-numbers, #explain-value { font-size: 12px; }
#explain-numbers { color: @muted; }
#explain-table, #explain-scroll { background: transparent; }
#explain-line { background: @border; max-height: 1px; min-height: 1px; border: none; }
#status { color: @muted; }
#workspace QScrollArea, #compare-told > QWidget > QWidget { background: transparent; }
#question-word { font-size: 15px; }
#question-answer { font-weight: 600; }
#compare-former { color: @warning; }
#compare-empty { color: @muted; }
#warm-up-title { font-size: 30px; font-weight: 600; }
#warm-up-line { color: @muted; }
QPushButton, QToolButton { background: @hover; border: 1px solid @border; border-radius: 6px; padding: 5px 10px; }
QToolButton { padding: 5px; }
QPushButton:hover, QToolButton:hover { border-color: @axis; }
QPushButton:pressed, QToolButton:pressed { background: @track; }
QPushButton:focus, QToolButton:focus { border-color: @accent; }
QPushButton:checked, QToolButton:checked { background: @track; border-color: @accent; }
QPushButton:disabled, QToolButton:disabled { color: @axis; background: @panel; border-color: @border; }
QPushButton[kind="accent"] {
  background: @accent; color: @on_accent; border-color: @accent; font-weight: 600; padding: 6px 14px; }
QPushButton[kind="accent"]:hover { border-color: @text; }
QPushButton[kind="accent"]:focus { border: 2px solid @text; padding: 5px 13px; }
QPushButton[kind="accent"]:disabled { background: @panel; color: @axis; border-color: @border; }
QPushButton#remedy { background: @panel; border-color: @axis; }
QPushButton#remedy:hover { border-color: @text; }
QPushButton#remedy:pressed { background: @track; }
QPushButton#remedy:focus { border-color: @accent; }
QToolButton::menu-indicator { image: none; width: 0; }
QToolButton#more { background: transparent; border-color: transparent; padding: 2px 5px; color: @muted; }
QToolButton#more:hover { background: @track; color: @text; }
QToolButton#more:focus { border-color: @accent; }
QToolButton#collapsible-header { color: @muted; }
QToolButton#add-run { padding: 3px 8px 3px 5px; }
QToolButton[small="true"] { padding: 2px 7px; font-size: 12px; }
QToolButton#chip { padding: 2px 0; background: @field; color: @muted; }
QToolButton#chip:checked { background: @track; color: @text; border-color: @accent; }
QToolButton#chip:focus { border-color: @text; }
QToolButton#step-by-one { padding: 0; color: @muted; }
QToolButton#step-by-one:hover { color: @text; }
QToolButton#layer-name, QToolButton#layer-count, QToolButton#layer-step, QToolButton#layer-add,
QToolButton#layer-remove {
  padding: 0; border-radius: 4px; font-size: 12px; background: transparent; border-color: transparent; }
QToolButton#layer-name { font-weight: 600; }
QToolButton#layer-step, QToolButton#layer-add, QToolButton#layer-remove { color: @muted; }
QToolButton#layer-step, QToolButton#layer-count { border-color: @border; }
QToolButton#layer-name:hover, QToolButton#layer-count:hover, QToolButton#layer-step:hover, QToolButton#layer-add:hover,
QToolButton#layer-remove:hover { background: @hover; border-color: @axis; color: @text; }
QToolButton#layer-name:focus, QToolButton#layer-count:focus, QToolButton#layer-step:focus,
QToolButton#layer-add:focus, QToolButton#layer-remove:focus { border-color: @accent; }
QToolButton#layer-step:disabled, QToolButton#layer-add:disabled { color: @axis; background: transparent; }
QToolButton#swatch { background: transparent; border: 1px solid transparent; border-radius: 9px; padding: 0; }
QToolButton#swatch:hover { border-color: @axis; }
QToolButton#swatch:focus { border-color: @accent; }
QPushButton#segment { background: @field; color: @muted; border-radius: 0; padding: 4px 6px; margin: 0; }
QPushButton#segment:hover { color: @text; }
QPushButton#segment[place="first"] { border-top-left-radius: 6px; border-bottom-left-radius: 6px; }
QPushButton#segment[place="last"] { border-top-right-radius: 6px; border-bottom-right-radius: 6px; border-left: none; }
QPushButton#segment[place="middle"] { border-left: none; }
QPushButton#segment:checked { background: @accent; color: @on_accent; border-color: @accent; }
QPushButton#segment:checked:disabled { background: @track; color: @axis; border-color: @border; }
QPushButton#segment:focus { border: 1px solid @text; }
QLineEdit, QComboBox, QAbstractSpinBox, QPlainTextEdit {
  background: @field; border: 1px solid @border; border-radius: 6px; padding: 3px 8px;
  selection-background-color: @accent; selection-color: @on_accent; }
QLineEdit:hover, QComboBox:hover { border-color: @axis; }
QLineEdit:focus, QComboBox:focus, QComboBox:on { border-color: @accent; }
QLineEdit:disabled, QComboBox:disabled { color: @axis; }
QLineEdit[bad="true"], QAbstractSpinBox[bad="true"] { border-color: @danger; }
QLineEdit#formula-text { padding: 4px 8px 6px 8px; }
QLineEdit#stepper-field { padding: 0 2px; }
QLineEdit#sweep-from, QLineEdit#sweep-to, QLineEdit#sweep-steps { padding: 4px; }
QPushButton#sweep-names { background: @field; min-height: 20px; padding: 3px 8px; }
QPushButton#sweep-names::menu-indicator { image: @chevron; width: 14px; height: 14px;
  subcontrol-origin: padding; subcontrol-position: center right; right: 6px; }
QLineEdit#run-name-editor { padding: 0 4px; border-radius: 4px; }
QLineEdit#knob-field {
  padding: 0 1px; border-radius: 4px; background: transparent; border-color: transparent; }
QLineEdit#knob-field:hover { border-color: @border; }
QLineEdit#knob-field:focus { background: @field; border-color: @accent; }
QLineEdit#knob-field[bad="true"] { border-color: @danger; color: @danger; }
QComboBox { combobox-popup: 0; min-height: 20px; }
QComboBox QLineEdit { border: none; padding: 0; background: transparent; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox::down-arrow { image: @chevron; width: 14px; height: 14px; }
QComboBox QAbstractItemView, QListView { background: @panel; border: 1px solid @border; outline: none; padding: 4px;
  selection-background-color: @hover; selection-color: @text; }
QMenu { background: @panel; border: 1px solid @border; padding: 5px; menu-scrollable: 1; }
QMenu::item { padding: 4px 26px 4px 12px; border-radius: 5px; }
QMenu::item:selected { background: @hover; }
QMenu::item:disabled { color: @axis; }
QMenu::separator { height: 1px; background: @border; margin: 5px 8px; }
QMenu::icon { padding-left: 8px; }
QMenu::indicator { width: 14px; height: 14px; left: 7px; }
QMenu::indicator:non-exclusive:checked { image: @check; }
QMenu::indicator:exclusive:checked { image: @dot; }
QMenuBar { background: @window; border-bottom: 1px solid @border; padding: 2px 6px; }
QMenuBar::item { background: transparent; padding: 4px 9px; border-radius: 5px; }
QMenuBar::item:selected { background: @hover; }
QSlider { min-height: 15px; max-height: 15px; background: transparent; }
QSlider::groove:horizontal { height: 4px; background: @track; border-radius: 2px; }
QSlider::sub-page:horizontal { background: @accent; border-radius: 2px; }
QSlider::handle:horizontal {
  background: @handle; border: 1px solid @axis; width: 12px; height: 12px; margin: -5px 0; border-radius: 7px; }
QSlider::handle:horizontal:hover { border-color: @accent; }
QSlider::handle:horizontal:focus { border: 2px solid @accent; width: 10px; height: 10px; }
QSlider::handle:horizontal:disabled { background: @axis; }
QSlider::sub-page:horizontal:disabled { background: @track; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: @track; border-radius: 3px; min-height: 24px; min-width: 24px; margin: 2px; }
QScrollBar::handle:hover { background: @axis; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
QProgressBar { background: @track; border: none; border-radius: 3px; max-height: 6px; min-height: 6px; }
QProgressBar::chunk { background: @accent; border-radius: 3px; }
QCheckBox, QRadioButton { spacing: 8px; }
QCheckBox::indicator, QRadioButton::indicator {
  width: 14px; height: 14px; background: @field; border: 1px solid @axis; border-radius: 4px; }
QRadioButton::indicator { border-radius: 8px; }
QCheckBox::indicator:hover, QRadioButton::indicator:hover { border-color: @accent; }
QCheckBox::indicator:checked { background: @accent; border-color: @accent; image: @tick; }
QRadioButton::indicator:checked { border: 5px solid @accent; width: 6px; height: 6px; background: @on_accent; }
QCheckBox::indicator:focus, QRadioButton::indicator:focus { border-color: @text; }
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled { background: @panel; border-color: @border; }
QCheckBox::indicator:checked:disabled { background: @axis; }
QAbstractSpinBox { padding-right: 20px; }
QAbstractSpinBox:focus, QPlainTextEdit:focus, QListView:focus, QTreeView:focus, QTableView:focus {
  border-color: @accent; }
QComboBox QAbstractItemView:focus { border-color: @border; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { width: 20px; border: none; background: transparent; }
QAbstractSpinBox::up-arrow { image: @up; width: 12px; height: 12px; }
QAbstractSpinBox::down-arrow { image: @chevron; width: 12px; height: 12px; }
QTreeView, QTableView {
  background: @field; alternate-background-color: @panel; border: 1px solid @border; border-radius: 6px;
  gridline-color: @grid; outline: none; selection-background-color: @hover; selection-color: @text; }
QHeaderView, QTableCornerButton::section { background: @panel; border: none; }
QHeaderView::section {
  background: @panel; color: @muted; border: none; border-bottom: 1px solid @border; padding: 4px 8px; }
QHeaderView::up-arrow { image: @up; width: 12px; height: 12px; subcontrol-position: right center; right: 6px; }
QHeaderView::down-arrow { image: @chevron; width: 12px; height: 12px; subcontrol-position: right center; right: 6px; }
QTabWidget::pane { border: 1px solid @border; border-radius: 6px; top: -1px; }
QTabBar::tab {
  background: transparent; color: @muted; padding: 5px 12px; border: none; border-bottom: 2px solid transparent; }
QTabBar::tab:hover { color: @text; }
QTabBar::tab:selected { color: @text; border-bottom-color: @accent; }
QTabBar::tab:focus { background: @hover; }
QFrame#run-row { border: 1px solid transparent; border-radius: 7px; }
QFrame#run-row:hover { background: @hover; }
QFrame#run-row[chosen="true"] { background: @hover; border-color: @border; }
QFrame#run-row:focus { border-color: @accent; }
QLabel#run-value { color: @muted; font-size: 12px; }
QFrame#run-row[bad="true"] QLabel#run-value { color: @danger; }
QFrame#run-row[chosen="true"] QLabel#run-name { font-weight: 600; }
QFrame#run-row[off="true"] QLabel#run-name { color: @muted; }
QFrame#toast { background: @panel; border: 1px solid @axis; border-radius: 8px; }
QFrame#toast[tone="warn"] { border-color: @warning; }
QFrame#toast[tone="fail"] { border-color: @danger; }
QFrame#gallery, QFrame#popup { background: @panel; border: 1px solid @border; border-radius: 10px; }
"""
