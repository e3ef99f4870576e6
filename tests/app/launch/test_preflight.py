from __future__ import annotations

import os
import subprocess
import sys

import pytest

from app.launch import preflight
from app.launch.environment import ROOT

on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="about Linux displays")


def test_this_machine_can_run_the_tests():
    assert preflight.qt_problem() == ""


@pytest.mark.parametrize(
    ("qt", "python", "bad"),
    [
        ("6.12.0", (3, 11), True),
        ("6.12.0", (3, 12), False),
        ("6.10.3", (3, 11), False),
        ("7.0.0", (3, 11), True),
    ],
)
def test_the_pair_that_aborts_is_refused(qt, python, bad):
    assert bool(preflight.pair_problem(qt, python)) == bad


def test_this_pair_keeps_its_references_to_none():
    from PySide6.QtCore import QRectF

    rectangle = QRectF()
    before = sys.getrefcount(None)
    for _ in range(10_000):
        rectangle.setTop(1.0)
    assert abs(sys.getrefcount(None) - before) < 1_000


def test_a_missing_library_names_its_packages():
    sentence = preflight.missing_library("libEGL.so.1: cannot open shared object file: No such file")
    assert "libEGL.so.1" in sentence and "apt install libgl1 libegl1" in sentence
    assert ".venv" in preflight.missing_library("undefined symbol")


def test_an_import_that_fails_becomes_a_sentence(monkeypatch):
    monkeypatch.setitem(sys.modules, "PySide6.QtGui", None)
    assert "PySide6.QtGui" in preflight.qt_problem()


@on_linux
@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, "no display"),
        ({"DISPLAY": ":4094"}, "display :4094 does not answer"),
        ({"WAYLAND_DISPLAY": "nothing", "XDG_RUNTIME_DIR": "/nowhere"}, "no display"),
        ({"QT_QPA_PLATFORM": "xcb"}, "no display"),
        ({"QT_QPA_PLATFORM": "offscreen"}, ""),
        ({"QT_QPA_PLATFORM": "minimal:enable_fonts"}, ""),
        ({"QT_QPA_PLATFORM": "window"}, "QT_QPA_PLATFORM must be one of"),
    ],
)
def test_a_display_that_cannot_be_used_is_said(settings, expected):
    """In a process of its own: a bare Linux lacks the libraries of a window and says so instead."""
    names = ("DISPLAY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR", "QT_QPA_PLATFORM")
    surroundings = {name: value for name, value in os.environ.items() if name not in names} | settings
    code = "from app.launch import preflight; print(preflight.display_problem())"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=surroundings, capture_output=True, text=True, check=True
    )
    said = done.stdout.strip()
    if "system library" in said and "DISPLAY" in settings:
        pytest.skip(said)
    assert expected in said and bool(said) == bool(expected)
    assert done.stderr == ""
