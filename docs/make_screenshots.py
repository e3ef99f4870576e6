"""Take the screenshots in README.md, in both themes, without a display.

    python -m docs.make_screenshots

from the project's folder, with the Python of `.venv`.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

os.environ["QT_QPA_PLATFORM"] = "offscreen"

from PySide6.QtWidgets import QApplication

from app.documents import kernel_cache
from app.documents.presets import FOLDER as PRESETS

if TYPE_CHECKING:
    from app.launch.main_window import MainWindow
    from app.window.actions import Actions
    from app.window.workbench import Workbench

FOLDER = Path(__file__).parent
SIZE = 1280, 800
PATIENCE = 600.0  # seconds; a first start compiles every kernel
# File, theme, preset, update of the screenshot, whether Explain is open.
PICTURES = (
    ("dark", "dark", "01_four_optimizers", 300, False),
    ("light", "light", "07_different_minima", 60, True),
    ("playground", "dark", "23_playground", 2500, False),
    ("digits", "light", "26_digits", 600, False),
)
COMPARED = "26_digits"  # the preset of the question
SETTLED = 0.5  # seconds until a network's snapshot is on screen, too


def main() -> None:
    """Start the app as `python main.py` does, but with its own settings, and take the screenshots."""
    with tempfile.TemporaryDirectory() as settings_folder:
        os.environ["FALL_LINE_CONFIG"] = settings_folder
        cache = kernel_cache.prepare()  # before Numba is imported
        from app.documents.experiment_file import load
        from app.documents.settings import Settings
        from app.launch.main_window import MainWindow
        from app.launch.start import Starter
        from app.look.theme import DARK, apply

        application = QApplication([])
        shell = MainWindow()
        apply(application, DARK, shell)
        shell.resize(*SIZE)
        shell.show()
        starter = Starter(shell, Settings(), cache, None)
        starter.begin()
        until(lambda: starter.actions is not None and cache.complete)
        bench, actions = starter.bench, starter.actions
        assert bench is not None and actions is not None
        for name, theme, preset, update, explained in PICTURES:
            actions.choose_theme(theme)
            bench.document.open(load(PRESETS / f"{preset}.toml"))
            bench.explain_card.setVisible(explained)
            until(lambda: bench.training.published is not None and bench.training.published.picture.update == 0)
            bench.controller.play()
            until(lambda update=update: bench.training.published.picture.update >= update)
            if bench.training.published.picture.subject.tracked:
                seen = time.monotonic()
                until(lambda seen=seen: time.monotonic() > seen + SETTLED)
            shell.grab().save(str(FOLDER / f"{name}.png"))
        take_comparison(shell, bench, actions)
        shell.close()


def take_comparison(shell: MainWindow, bench: Workbench, actions: Actions) -> None:
    """The workspace, once its question is answered."""
    from app.documents.experiment_file import load

    actions.choose_theme("dark")
    bench.document.open(load(PRESETS / f"{COMPARED}.toml"))
    workspace = actions.comparing.workspace
    actions.comparing.show_place(True)
    begun = time.monotonic()
    until(lambda: time.monotonic() > begun + SETTLED)
    workspace.question.find_out.click()
    until(lambda: bool(workspace.question.answer.text()) and workspace.bar.start.isVisible())
    answered = time.monotonic()
    until(lambda: time.monotonic() > answered + SETTLED)
    shell.grab().save(str(FOLDER / "compare.png"))


def until(condition: Callable[[], bool]) -> None:
    """Process events until a condition holds. Raises TimeoutError."""
    end = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("the window did not reach the expected state")
        QApplication.processEvents()
        time.sleep(0.002)


if __name__ == "__main__":
    main()
