"""A hand that does anything at random, in the real window while it trains: nothing may raise, and it closes at once.

The fixture of the window fails a test after which a thread, a widget or a complaint of Qt's is left. The same seed does
the same things.
"""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import shiboken6
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractSlider,
    QApplication,
    QComboBox,
    QFileDialog,
    QLineEdit,
    QWidget,
)

from app.documents.experiment_file import load
from app.documents.presets import FOLDER

Key, Button, Modifier = Qt.Key, Qt.MouseButton, Qt.KeyboardModifier
TEXTS = ("x**2+y**2", "sin(x", "9**9**9", "é日本", " ", "0", "-1", "1e9", "nan", "0.03", "-" * 50)
KEYS = (Key.Key_Space, Key.Key_Tab, Key.Key_Escape, Key.Key_Delete, Key.Key_Z, Key.Key_R, Key.Key_Right, Key.Key_Home)
LEFT_ALONE = ("quit", "import", "open")  # actions that end the test, or that a person would go on with


class Hand:
    """Acts on whatever is visible; presses Escape where something opens over the window."""

    def __init__(self, window, seed: int) -> None:
        self.window, self.random = window, random.Random(seed)

    def act(self) -> None:
        over = QApplication.activePopupWidget() or QApplication.activeModalWidget()
        if over is not None and self.random.random() < 0.5:
            QTest.keyClick(over, Key.Key_Escape)
            if shiboken6.isValid(over) and QApplication.activePopupWidget() is over:
                over.close()
            return
        root = over or self.window.shell
        seen = [part for part in root.findChildren(QWidget) if part.isVisible() and part.isEnabled()]
        if self.random.random() < 0.05:
            names = [name for name in self.window.actions.by_name if name not in LEFT_ALONE]
            self.window.actions.by_name[self.random.choice(sorted(names))].trigger()
        else:
            self.touch(self.random.choice(seen or [root]))

    def touch(self, part: QWidget) -> None:
        if isinstance(part, QAbstractButton):
            part.click()
        elif isinstance(part, QAbstractSlider):
            part.setValue(self.random.randint(part.minimum(), part.maximum()))
        elif isinstance(part, QComboBox):
            part.setCurrentIndex(self.random.randrange(max(part.count(), 1)))
        elif isinstance(part, QLineEdit):
            self.type(part)
        else:
            self.handle(part)

    def type(self, field: QLineEdit) -> None:
        if self.random.random() < 0.3:
            field.clear()
        for sign in self.random.choice(TEXTS):
            QApplication.sendEvent(field, QKeyEvent(QKeyEvent.Type.KeyPress, 0, Modifier.NoModifier, sign))
        QTest.keyClick(field, self.random.choice((Key.Key_Return, Key.Key_Backspace, Key.Key_Tab)))

    def handle(self, part: QWidget) -> None:
        at, to = (
            QPoint(self.random.randrange(max(part.width(), 1)), self.random.randrange(max(part.height(), 1)))
            for _ in range(2)
        )
        match self.random.randrange(6):
            case 0:
                QTest.mouseClick(part, Button.LeftButton, pos=at)
            case 1:
                QTest.mouseDClick(part, Button.LeftButton, pos=at)
            case 2:
                QTest.mousePress(part, Button.LeftButton, pos=at)
                QTest.mouseMove(part, to)
                QTest.mouseRelease(part, Button.LeftButton, pos=to)
            case 3:
                turn = QPoint(0, self.random.choice((-120, 120, 1200)))
                where = QPointF(part.mapToGlobal(at))
                phase = Qt.ScrollPhase.NoScrollPhase
                event = QWheelEvent(
                    QPointF(at), where, QPoint(), turn, Button.NoButton, Modifier.NoModifier, phase, False
                )
                QApplication.sendEvent(part, event)
            case 4:
                QTest.keyClick(
                    part,
                    self.random.choice(KEYS),
                    self.random.choice((Modifier.NoModifier, Modifier.ControlModifier)),
                )
            case 5:
                self.window.shell.resize(self.random.randrange(300, 1600), self.random.randrange(200, 1000))


def act(open_window, monkeypatch, tmp_path, preset: str, seed: int, actions: int) -> None:
    from app.documents.settings import Settings
    from app.window.actions import Actions

    pytest.importorskip("matplotlib.figure")  # or a preview of the export would import it in its thread
    monkeypatch.setenv("FALL_LINE_CONFIG", str(tmp_path / "config"))
    window = open_window(load(FOLDER / f"{preset}.toml"))
    window.actions = Actions(window.shell, window.bench, Settings())
    window.shell.closing.connect(window.actions.shut_down)
    hand = Hand(window, seed)
    place = iter(range(actions))
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda *_: (str(Path(tmp_path, f"{next(place, 0) % 5}.toml")), "")
    )
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("", ""))
    faults: list[str] = []
    window.bench.training.failed.connect(faults.append)
    window.bench.document.failed.connect(faults.append)
    window.actions.export.failed.connect(faults.append)
    window.actions.tables.failed.connect(faults.append)
    window.bench.controller.change_stop({"updates": 0})
    for count in range(actions):
        if count % 100 == 0 and not window.published.playing:
            window.bench.controller.play()
        hand.act()
        QApplication.processEvents()
    assert not faults, faults[0]
    while (over := QApplication.activePopupWidget() or QApplication.activeModalWidget()) is not None:
        over.close()
    window.until(lambda: not window.bench.document.is_waiting)


@pytest.mark.parametrize("preset", ["01_four_optimizers", "23_playground"])
def test_anything_a_hand_does_at_random_is_survived(open_window, monkeypatch, tmp_path, preset):
    act(open_window, monkeypatch, tmp_path, preset, 1, 60)


@pytest.mark.slow
@pytest.mark.parametrize("preset", ["01_four_optimizers", "23_playground", "25_spiral", "26_digits"])
@pytest.mark.parametrize("seed", range(2, 4))
def test_anything_a_hand_does_for_long_is_survived(open_window, monkeypatch, tmp_path, preset, seed):
    act(open_window, monkeypatch, tmp_path, preset, seed, 5000)
