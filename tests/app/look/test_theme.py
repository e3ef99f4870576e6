from __future__ import annotations

import itertools
import re
from dataclasses import fields

import numpy as np
import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QColor, QFont, QFontMetrics, QGuiApplication, QPalette, QRawFont
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QFrame, QLabel

from app.export.figure import figure_bytes
from app.export.figure_content import CurveContent
from app.export.style import FigureSettings
from app.look.theme import ASSETS, DARK, FONT, FONT_PIXELS, LIGHT, SIGNS, THEMES, apply, icon, run_colour
from engine import COMMON, LEARNING_RATE, MAX_RUNS, OPTIMIZERS, SCHEDULES, Session, new_experiment, new_run
from tests.each import each

ICONS = sorted(path.stem for path in (ASSETS / "icons").glob("*.svg"))
# Machado, Oliveira and Fernandes 2009, severity 1, on linear RGB.
SIGHT = {
    "normal": np.eye(3),
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
}
XYZ = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
WHITE = np.array([0.95047, 1.0, 1.08883])


def linear(colours) -> np.ndarray:
    """(n, 3) linear RGB of sRGB in 0..255."""
    shares = np.asarray(colours, float) / 255.0
    return np.where(shares <= 0.04045, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)


def lab(rgb: np.ndarray) -> np.ndarray:
    """CIELAB (D65) of linear RGB."""
    ratio = rgb @ XYZ.T / WHITE
    root = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    x, y, z = root.T
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=1)


def numbers(colours: tuple[QColor, ...]) -> np.ndarray:
    return np.array([colour.getRgb()[:3] for colour in colours])


def contrast(one: QColor, other: QColor) -> float:
    """WCAG's ratio of luminances."""
    light = sorted(float(part @ XYZ[1]) for part in linear(numbers((one, other))))
    return (light[1] + 0.05) / (light[0] + 0.05)


@pytest.fixture(params=THEMES)
def theme(request):
    return THEMES[request.param]


@pytest.mark.parametrize("sight", SIGHT)
def test_the_first_eight_run_colours_stay_apart_for_everyone(theme, sight):
    seen = lab(np.clip(linear(numbers(theme.run_colours[:8])) @ np.array(SIGHT[sight]).T, 0, 1))
    nearest = min(float(np.linalg.norm(a - b)) for a, b in itertools.combinations(seen, 2))
    assert nearest >= 18.0


def test_all_sixteen_run_colours_differ(theme):
    assert len(theme.run_colours) == MAX_RUNS
    seen = lab(linear(numbers(theme.run_colours)))
    assert min(float(np.linalg.norm(a - b)) for a, b in itertools.combinations(seen, 2)) >= 12.0


def test_the_first_run_colours_differ_in_grey_print(theme):
    lightness = np.sort(lab(linear(numbers(theme.run_colours[:8])))[:, 0])
    assert np.diff(lightness).min() >= 2.5 and lightness[-1] - lightness[0] >= 20.0
    four = np.sort(lab(linear(numbers(theme.run_colours[:4])))[:, 0])
    assert np.diff(four).min() >= 5.0


@each("sight", SIGHT)
@each("count", range(1, 10))
def test_layers_get_lighter_with_depth_for_everyone(theme, sight, count):
    colours = tuple(theme.layer_colour(layer, count) for layer in range(count))
    assert min(contrast(theme.panel, colour) for colour in colours) >= 3.0
    seen = lab(np.clip(linear(numbers(colours)) @ np.array(SIGHT[sight]).T, 0, 1))
    assert (np.diff(seen[:, 0]) >= 2.0).all()
    assert min((float(np.linalg.norm(a - b)) for a, b in itertools.pairwise(seen)), default=99.0) >= 9.0


def test_run_colours_are_seen_on_a_card(theme):
    assert min(contrast(colour, theme.panel) for colour in theme.run_colours) >= 3.0


@pytest.mark.parametrize("sight", SIGHT)
def test_class_colours_stay_apart_for_everyone(theme, sight):
    seen = lab(np.clip(linear(numbers(theme.class_colours(10))) @ np.array(SIGHT[sight]).T, 0, 1))
    assert min(float(np.linalg.norm(a - b)) for a, b in itertools.combinations(seen, 2)) >= 15.0
    assert min(contrast(colour, theme.panel) for colour in theme.class_colours(12)) >= 3.0


def test_classes_begin_with_the_colours_of_the_signs_and_come_again(theme):
    negative, positive = theme.signed_colours
    assert negative.red() > negative.blue() and positive.blue() > positive.red()
    colours = theme.class_colours(30)
    assert colours[:2] == (negative, positive)
    assert len(colours) == 30 and len({colour.name() for colour in colours}) == 12
    assert colours[12:24] == colours[:12]


def test_the_diverging_map_goes_from_sign_to_sign_over_the_neutral(theme):
    ends = numbers((*theme.signed_colours, theme.neutral))
    assert (theme.diverging[[0, -1]] == ends[:2]).all()
    assert np.abs(theme.diverging[127:129].mean(axis=0) - ends[2]).max() < 1.0
    distance = np.linalg.norm(lab(linear(theme.diverging)) - lab(linear(ends[2:])), axis=1)
    assert (np.diff(distance[:128]) < 0).all() and (np.diff(distance[128:]) > 0).all()


def test_figures_and_the_light_theme_have_the_same_run_colours():
    runs = [new_run("adam", name=f"run {place}", colour=place) for place in range(MAX_RUNS)]
    session = Session(new_experiment("sphere", runs))
    session.advance(2)
    text = figure_bytes("svg", session.picture(), CurveContent(), FigureSettings(markers=False)).decode()
    for place in range(MAX_RUNS):  # in the legend a line stands before its name
        line, _, _ = text.partition(f"<!-- run {place} -->")
        assert re.findall(r"stroke: (#\w{6})", line)[-1] == run_colour(LIGHT, place)


def test_text_is_readable(theme):
    for ground in (theme.window, theme.panel, theme.field, theme.hover):
        assert contrast(theme.text, ground) >= 7.0
        assert contrast(theme.muted, ground) >= 4.4
    assert contrast(theme.on_accent, theme.accent) >= 4.5
    for colour in (theme.danger, theme.warning):
        assert contrast(colour, theme.panel) >= 4.5


def test_the_heat_map_rises_evenly_in_lightness(theme):
    assert theme.heat.shape == (256, 3)
    lightness = lab(linear(theme.heat))[:, 0]
    steps = np.diff(lightness)
    assert steps.min() > 0.0
    assert steps.max() < 6.0 * steps.min()
    assert lightness[-1] - lightness[0] > 30.0


def test_both_themes_have_every_colour_and_are_what_they_say():
    assert DARK.window.lightness() < 60 and LIGHT.window.lightness() > 200
    for field in fields(DARK):
        if isinstance(getattr(DARK, field.name), QColor):
            assert getattr(DARK, field.name).isValid() and getattr(LIGHT, field.name).isValid(), field.name


def test_a_theme_dresses_the_application(qapp, theme, qtbot):
    apply(qapp, theme)
    assert qapp.palette().color(QPalette.ColorRole.Window) == theme.window
    assert qapp.font().family() == FONT and qapp.font().pixelSize() == FONT_PIXELS
    assert "@" not in qapp.styleSheet()
    window = QFrame()
    window.setObjectName("workbench")
    QLabel("text", window)
    window.setFixedSize(60, 30)
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    image = window.grab().toImage()
    ground = image.pixelColor(image.width() - 2, image.height() - 2)
    assert ground == theme.window
    assert max(contrast(image.pixelColor(x, y), theme.window) for x in range(50) for y in range(30)) > 5.0


def test_the_stylesheet_has_nothing_qt_does_not_know(qapp, theme, qtlog):
    apply(qapp, theme)
    assert [
        record.message for record in qtlog.records if "arse" in record.message or "property" in record.message
    ] == []


def test_files_named_in_the_stylesheet_exist_in_memory_alone(qapp, theme):
    apply(qapp, theme)
    named = re.findall(r"url\(\"?([^)\"]+)\"?\)", qapp.styleSheet())
    assert len(named) > 4
    for path in named:
        assert path.startswith(":/"), "a file on disk would be left behind by a process that is killed"
        assert QSvgRenderer(path).isValid()


@each("name", ICONS)
def test_every_icon_is_drawn_in_the_theme_s_colour(qapp, name):
    for theme in THEMES.values():
        for size in (16, 48):
            image = icon(name, theme).pixmap(QSize(size, size), 1.0).toImage()
            assert image.width() == size
            places = [image.pixelColor(x, y) for x in range(size) for y in range(size)]
            inked = {place.name() for place in places if place.alpha() > 240}
            assert theme.text.name() in inked or name == "app", "the app's own icon has colours of its own"
            assert inked, "nothing is drawn"


def test_an_icon_is_sharp_on_a_dense_screen(qapp):
    assert icon("play", DARK).pixmap(QSize(16, 16), 2.0).width() == 32


def test_a_disabled_icon_differs(qapp):
    made = icon("rewind", DARK)
    shown, off = (made.pixmap(QSize(16, 16), 1.0, mode).toImage() for mode in (made.Mode.Normal, made.Mode.Disabled))
    assert shown != off


def test_digits_have_one_width(qapp):
    apply(qapp, DARK)
    metrics = QFontMetrics(QGuiApplication.font())
    assert len({metrics.horizontalAdvance(digit * 10) for digit in "0123456789"}) == 1


def test_the_bundled_font_has_the_signs_of_the_formulas(qapp):
    apply(qapp, DARK)
    font = QFont(FONT)
    font.setPixelSize(FONT_PIXELS)
    raw, more = QRawFont.fromFont(font), QRawFont.fromFont(QFont(SIGNS))
    assert raw.familyName() == FONT and more.familyName() == SIGNS
    signs = set("αβγδεηθλμνρστφψω⁰¹²³⁴⁵⁶⁷⁸⁹⁻₀₁₂₃₄₅₆₇₈₉←→√∂∞≤≥≠±×·−–…‖\u0302")
    for catalogue in (OPTIMIZERS, SCHEDULES):
        for entry in catalogue.values():
            for hyper in entry.knobs:
                signs.update(hyper.symbol)
    for hyper in (*COMMON, LEARNING_RATE):
        signs.update(hyper.symbol)
    assert [sign for sign in sorted(signs) if not raw.supportsCharacter(ord(sign))] == []
    assert [sign for sign in "∇⌊⌋⌈⌉∙⋅✕⋯∈⟨⟩" if not more.supportsCharacter(ord(sign))] == []


def test_the_fonts_come_with_their_licences():
    folder = ASSETS / "fonts"
    assert "SIL OPEN FONT LICENSE Version 1.1" in (folder / "OFL.txt").read_text(encoding="utf-8")
    assert "Bitstream Vera Fonts Copyright" in (folder / "LICENSE-DejaVu.txt").read_text(encoding="utf-8")
    assert {path.stem.split("-")[0] for path in folder.glob("*.[ot]tf")} == {"Inter", "DejaVuSans"}
