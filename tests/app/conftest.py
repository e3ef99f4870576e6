"""The real window for a test to operate, and a sharp eye on what it leaves behind."""

from __future__ import annotations

import gc
import os
import shutil
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QtMsgType
from PySide6.QtWidgets import QApplication, QWidget

from app.documents.settings import Settings
from app.launch.main_window import MainWindow
from app.look.theme import DARK, apply
from app.window.actions import Actions
from app.window.shortcut_filter import ShortcutFilter
from app.window.workbench import Workbench
from engine import Experiment, new_experiment, new_run
from tests.app.cluster import cluster as cluster
from tests.app.columns import fits as fits
from tests.app.columns import show_in_column as show_in_column
from tests.app.comparing import comparing as comparing

PATIENCE = 10_000  # milliseconds; a test that passes needs a few of them
CLOSED_WITHIN = 1.0  # seconds
CONFIG = Path(os.environ["FALL_LINE_CONFIG"])  # of the process, for all tests that have none of their own
_dressed: list[object] = []  # stylesheet and palette as `themed` has left them
HARMLESS = ("This plugin does not support",)  # what the screenless platform has to say about any window


def small_race(**changes) -> Experiment:
    """Two runs on Rosenbrock that never end by themselves."""
    runs = changes.pop("runs", [new_run("adam", learning_rate=0.02), new_run("momentum", learning_rate=1e-4)])
    return new_experiment(changes.pop("surface", "rosenbrock"), runs, **{"updates": 0, **changes})


def idle_deletions() -> None:
    """What the event loop does with `deleteLater`, for as long as deletions ask for more."""
    for _ in range(3):
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        QApplication.processEvents()


def forget_layout() -> None:
    """What windows of earlier tests have remembered for the next: places of splitters, panels that are hidden."""
    for left in CONFIG.iterdir():
        shutil.rmtree(left) if left.is_dir() else left.unlink()


class Window:
    """A shell with a workbench, driven as a person would, and read as a person would."""

    def __init__(self, qtbot, experiment: Experiment) -> None:
        self.qtbot = qtbot
        self.shell = MainWindow()
        apply(QApplication.instance(), DARK, self.shell)  # as at a start: the window has the stylesheet
        self.bench = Workbench(DARK, experiment)
        self.shell.setCentralWidget(self.bench)
        self.shell.closing.connect(self.bench.shut_down)
        with qtbot.waitExposed(self.shell):
            self.shell.show()
        self._size = self.shell.size()

    def begin_again(self, experiment: Experiment) -> None:
        """Open another experiment, at rest and as a new window shows it."""
        self.settle()
        self.pause()
        self.shell.resize(self._size)
        self.bench.toast.hide()
        self.bench.controller.choose_effect(from_start=True)
        self.bench.document.open(experiment)
        self.bench.take_keyboard()
        self.settle()

    def add_menus(self) -> None:
        """Menus and keys, as a start adds them; the keyboard is the window's."""
        if not hasattr(self, "actions"):
            self.actions = Actions(self.shell, self.bench, Settings())
            shortcuts = ShortcutFilter(QApplication.instance())
            self.shell.closing.connect(self.actions.shut_down)
            self.shell.closing.connect(shortcuts.deleteLater)
        self.shell.activateWindow()

    def press(self, key, modifier=Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key where the keyboard is."""
        self.qtbot.keyClick(QApplication.focusWidget() or self.shell, key, modifier)

    @property
    def published(self):
        return self.bench.training.published

    @property
    def picture(self):
        return self.published.picture

    @property
    def update(self) -> int:
        return self.picture.update

    def run(self, id: str):
        return next(run for run in self.picture.runs if run.id == id)

    def until(self, condition) -> None:
        self.qtbot.waitUntil(condition, timeout=PATIENCE)

    def settle(self) -> None:
        """Until every edit has been carried out, no replay is under way, and the views show what came of it."""
        self.until(lambda: self.bench.settled)

    def save_file(self, path) -> None:
        """Save the document, and wait until it is safe on disk or refused."""
        self.bench.document.save(path)
        self.until(lambda: not self.bench.document.is_waiting)

    def open_file(self, path) -> None:
        """Open a file, and wait until it is on screen or refused."""
        self.bench.document.read(path)
        self.until(lambda: not self.bench.document.is_waiting)
        self.settle()

    def current(self) -> Experiment:
        """The document with every edit, and how it is shown."""
        self.settle()
        return self.bench.document.current()

    def advance(self, updates: int) -> None:
        """Single steps, as the worker takes them."""
        goal = self.update + updates
        self.bench.controller.step(updates)
        self.until(lambda: self.update >= goal and self.bench.controller.shown is self.published)

    def play(self, updates: int) -> None:
        """Let the race run on by at least so many updates."""
        goal = self.update + updates
        if not self.published.playing:
            self.bench.controller.toggle_play()
        self.until(lambda: self.update >= goal)

    def pause(self) -> None:
        if self.published.playing:
            self.bench.controller.toggle_play()
        self.until(lambda: not self.published.playing)
        self.settle()

    def let_changes_apply(self, from_start: bool) -> None:
        """From the start of the run, or from here on: with the mouse."""
        self.qtbot.mouseClick(self.bench.effect_switch.choice.button(int(from_start)), Qt.MouseButton.LeftButton)

    def type(self, field, text: str) -> None:
        """Replace what a line edit holds, and press Return."""
        field.setFocus()
        field.selectAll()
        self.qtbot.keyClick(field, Qt.Key.Key_Delete)
        self.qtbot.keyClicks(field, text)
        self.qtbot.keyClick(field, Qt.Key.Key_Return)


def close_and_check(window: Window) -> None:
    """Close the window; within a second nothing of it may be left, neither thread nor widget nor timer."""
    bench, shell = window.bench, window.shell
    training = bench.training
    parts = [shell, training.worker, *shell.findChildren(QObject)]
    begun = time.perf_counter()
    shell.close()
    spent = time.perf_counter() - begun
    assert not training.is_running, "the training thread is still running"
    assert spent <= CLOSED_WITHIN, f"closing took {spent:.2f} s"
    shell.deleteLater()
    idle_deletions()
    left = [part for part in parts if shiboken6.isValid(part)]
    assert not left, f"{len(left)} objects are left alive, such as {left[:3]}"
    window.__dict__.clear()  # pytest keeps what a fixture has given for longer than the test takes


def top_level() -> dict[int, QWidget]:
    """Those that there are, by their addresses: what Python knows them by may be made anew each time."""
    return {shiboken6.getCppPointer(widget)[0]: widget for widget in QApplication.topLevelWidgets()}


@contextmanager
def nothing_left():
    """Neither a widget nor a thread may be left of what is opened inside."""
    widgets = top_level()
    threads, frozen = set(threading.enumerate()), gc.get_freeze_count()
    yield
    if gc.get_freeze_count() > frozen:  # a window was open for so long that it has frozen what it had
        gc.unfreeze()
    gc.collect()
    gc.freeze()  # what is left is imported or kept for other tests: no collection need look through it
    idle_deletions()
    left = [widget for address, widget in top_level().items() if address not in widgets]
    told = [(widget.metaObject().className(), widget.objectName(), widget.parent()) for widget in left]
    assert not left, f"widgets without an owner are left: {told}"
    running = [thread.name for thread in threading.enumerate() if thread not in threads and thread.is_alive()]
    running = [name for name in running if not name.startswith("Dummy")]  # Qt's own, once seen by Python
    assert not running, f"threads are left: {running}"


@contextmanager
def no_complaints(qtlog):
    """Qt must have nothing to say about what is done inside."""
    heard = len(qtlog.records)
    yield
    complaints = [
        record.message
        for record in qtlog.records[heard:]
        if record.type not in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg)
        and not any(word in record.message for word in HARMLESS)
    ]
    assert not complaints, f"Qt said: {complaints[:5]}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Generator[None, object, object]:
    """Garbage is collected between tests, as the window collects it between events: a collection that begins while Qt
    connects two objects, and deletes a third, may wait for ever for the lock that Qt holds.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """A stylesheet that an earlier test has left is taken off: every widget would be made and shown more slowly."""
    application = QApplication.instance()
    if application is not None and "themed" not in getattr(item, "fixturenames", ()) and application.styleSheet():
        application.setStyleSheet("")


@pytest.fixture
def themed(qapp):
    """The application in the dark theme; it is dressed anew only if a test has changed that."""
    if _dressed != [qapp.styleSheet(), qapp.palette()]:
        apply(qapp, DARK)
        _dressed[:] = qapp.styleSheet(), qapp.palette()
    return qapp


class Windows:
    """Opens windows, and closes them with a sharp eye."""

    def __init__(self, qtbot=None) -> None:
        self.qtbot = qtbot
        self.open: list[Window] = []

    def __call__(self, experiment: Experiment | None = None) -> Window:
        self.open.append(window := Window(self.qtbot, experiment or small_race()))
        with hurried(window):
            window.settle()  # if that fails, the window is still closed
        return window

    def close(self, window: Window) -> None:
        self.open.remove(window)
        close_and_check(window)

    def close_all(self) -> None:
        while self.open:
            self.close(self.open[-1])


@contextmanager
def hurried(window: Window):
    """A test need not watch how the parts of a window appear, a part a frame."""
    interval = window.bench.frames.interval()
    window.bench.frames.setInterval(1)
    yield
    window.bench.frames.setInterval(interval)


@pytest.fixture
def open_window(windows_in_use, qtbot, qtlog):
    """Open windows with an experiment each; all are closed and looked after at the end of the test."""
    windows_in_use.close_all()
    forget_layout()
    windows = Windows(qtbot)
    with nothing_left(), no_complaints(qtlog):
        yield windows
        windows.close_all()


@pytest.fixture
def window(open_window):
    return open_window()


@pytest.fixture(scope="module")
def windows_in_use(qapp):
    """The window that tests of a file share, once one of them has opened it."""
    windows = Windows()
    forget_layout()
    with nothing_left():
        yield windows
        windows.close_all()


@pytest.fixture
def used_window(windows_in_use, qtbot, qtlog, request):
    """Begin again with an experiment in a window that earlier tests of the file have used.

    For tests that leave in a window no more than a document, its history, and how that was shown. After one that fails
    the window is not used again.
    """

    def begin(experiment: Experiment | None = None) -> Window:
        windows_in_use.qtbot = qtbot
        if not windows_in_use.open:
            return windows_in_use(experiment)
        (window,) = windows_in_use.open
        window.qtbot = qtbot
        with hurried(window):
            window.begin_again(experiment or small_race())
        return window

    failures = request.session.testsfailed
    with no_complaints(qtlog):
        yield begin
    if request.session.testsfailed > failures:
        windows_in_use.close_all()


@pytest.fixture
def races():
    return SimpleNamespace(small=small_race)
