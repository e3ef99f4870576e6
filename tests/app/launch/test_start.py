"""From the command to the window, in a process of its own: what comes first, and how it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QProcess

from app.documents.experiment_file import save
from app.documents.settings import Settings
from app.launch.main_window import MainWindow
from app.launch.start import Starter, opening
from engine import new_network

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 60  # seconds; only a failure takes them
WATCH = """
import sys
from PySide6.QtCore import QTimer
from app.launch import main_window as shell

def tell(word):
    print(word, *sorted({"numba", "pyqtgraph", "engine", "matplotlib"} & set(sys.modules)), flush=True)

def painted(self, event):
    if not told:
        told.append(self)
        tell("painted")

told = []
shell.WarmUp.paintEvent = painted
made = shell.MainWindow.__init__

def make(self):
    made(self)
    self.watch = QTimer(self)
    self.watch.timeout.connect(lambda: look(self))
    self.watch.start(20)

def look(self):
    bench = self.centralWidget()
    published = bench.training.published if type(bench).__name__ == "Workbench" else None
    if published and published.picture.update > 5:
        self.watch.stop()
        tell("running")

shell.MainWindow.__init__ = make
from app.commands import cli
sys.exit(cli.main(sys.argv[1:]))
"""


class Started:
    """The app in a process, told apart by what it prints."""

    def __init__(self, tmp_path: Path, *arguments: str) -> None:
        environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "FALL_LINE_CONFIG": str(tmp_path / "config")}
        self.process = subprocess.Popen(
            [sys.executable, "-c", WATCH, *arguments], cwd=ROOT, env=environment, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip
        self._guard = threading.Timer(PATIENCE, self.process.kill)
        self._guard.start()

    def line(self) -> list[str]:
        return self.process.stdout.readline().split()

    def end(self, number: int) -> tuple[int, str]:
        """(exit status, what it had to complain about) after a signal."""
        self.process.send_signal(number)
        _, complaints = self.process.communicate(timeout=PATIENCE)
        self._guard.cancel()
        lines = [line for line in complaints.splitlines() if line and "propagateSizeHints" not in line]
        return self.process.returncode, "\n".join(lines)


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_the_window_is_painted_first_then_runs_and_ends_on_a_signal(tmp_path):
    started = Started(tmp_path)
    assert started.line() == ["painted"], "nothing heavy is imported before the first paint"
    assert started.line()[0] == "running"
    assert started.end(signal.SIGTERM) == (0, "")


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_ended_while_it_warms_up(tmp_path):
    started = Started(tmp_path)
    assert started.line() == ["painted"]
    assert started.end(signal.SIGINT) == (0, "")


def test_closed_while_kernels_are_compiled_it_builds_no_window(qtbot, tmp_path, monkeypatch):
    monkeypatch.setenv("FALL_LINE_CONFIG", str(tmp_path))
    shell = MainWindow()
    qtbot.addWidget(shell)
    starter = Starter(shell, Settings(), SimpleNamespace(complete=False), None)
    starter._ready["imports"] = True
    starter._start_child()
    starter.close()
    assert starter._child.state() == QProcess.ProcessState.NotRunning
    assert starter.bench is None


def test_closed_while_it_reads_what_it_begins_with_it_builds_no_window(qtbot, tmp_path, monkeypatch):
    """What was read arrives after the window is closed: it had built one that nobody saw, which asked not to be closed,
    and the process stayed.
    """
    monkeypatch.setenv("FALL_LINE_CONFIG", str(tmp_path))
    shell = MainWindow()
    qtbot.addWidget(shell)
    starter = Starter(shell, Settings(), SimpleNamespace(complete=True), None)
    monkeypatch.setattr(starter, "_build", lambda: pytest.fail("a window was built"))
    starter._ready |= {"imports": True, "kernels": True}
    starter.close()
    starter.read.emit(None, "")
    assert starter._ready["document"]


def test_closed_it_cancels_what_goes_on_beside_the_window_before_it_waits_for_the_training(qtbot):
    shell, order = MainWindow(), []
    qtbot.addWidget(shell)
    starter = Starter(shell, Settings(), SimpleNamespace(complete=False), None)
    starter.bench = SimpleNamespace(shut_down=lambda: order.append("training"))
    starter.actions = SimpleNamespace(give_up=lambda: order.append("give up"), shut_down=lambda: order.append("rest"))
    starter.close()
    assert order == ["give up", "training", "rest"]


def test_it_begins_with_the_file_so_that_only_its_kernels_are_waited_for(qtbot, tmp_path, monkeypatch):
    monkeypatch.setenv("FALL_LINE_CONFIG", str(tmp_path))
    shell = MainWindow()
    qtbot.addWidget(shell)
    network = new_network("circle", ["adam"], title="Net")
    save(network, tmp_path / "net.toml")
    (tmp_path / "bad.toml").write_text("title = 3\n", "utf-8")
    opened, problem = opening(tmp_path / "net.toml")
    assert (opened.experiment, opened.is_figure, problem) == (network, False, "")
    assert opening(None) == (None, "")
    assert opening(tmp_path / "bad.toml") == (None, "problem: is missing")


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_with_a_file_that_cannot_be_opened_it_still_starts(tmp_path):
    """The window shows the first preset and says what is wrong."""
    bad = tmp_path / "bad.toml"
    bad.write_text("title = 3\n")
    started = Started(tmp_path, str(bad))
    first = started.line()
    if first == ["painted"]:
        started.end(signal.SIGTERM)
    else:  # refused before a window is made: in words, with the status for it
        status = started.process.wait(PATIENCE)
        _, complaint = started.process.communicate()
        started._guard.cancel()
        assert status == 2
        assert "title" in complaint
