"""From nothing to the running window: painted at once, then engine, kernels and parts behind it."""

from __future__ import annotations

import signal
import sys
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QProcess, QTimer, Signal, Slot
from PySide6.QtWidgets import QApplication

from app.documents.kernel_cache import KernelCache
from app.documents.settings import Settings
from app.documents.user_folders import data_home
from app.launch import compile_kernels as warmup
from app.launch.crash_report import FOLDER, CrashReport, left_reports
from app.launch.imports import Imports
from app.launch.leaving import leave
from app.launch.main_window import MainWindow
from app.look.theme import DARK, THEMES, apply
from app.widgets.window_place import PLACE, restore_place

if TYPE_CHECKING:
    from app.documents.experiment_file import Opened
    from app.window.actions import Actions
    from app.window.workbench import Workbench
    from app.workers.latest_job import LatestJob

TURN_SECONDS = 0.0002  # for which a thread keeps Python from the window; each call of a painter waits for it
_CHILD_PATIENCE = 2000  # milliseconds


class Starter(QObject):
    """Brings the shell to life: imports in a thread, kernels in a child process, then the workbench."""

    read = Signal(object, str)  # Opened or None, and a sentence

    def __init__(
        self,
        shell: MainWindow,
        settings: Settings,
        cache: KernelCache,
        file: Path | None,
        report: CrashReport | None = None,
    ) -> None:
        """report: where faults are written down."""
        super().__init__(shell)
        self._report = report
        self._shell, self._settings, self._cache, self._file = shell, settings, cache, file
        self._child: QProcess | None = None
        self._ready = {"imports": False, "kernels": False, "document": False}
        self._is_closed = False
        self._rest = b""
        self.bench: Workbench | None = None
        self.actions: Actions | None = None
        self._opened: Opened | None = None
        self._problem = ""  # why the file could not be read
        self._reading: LatestJob | None = None
        self.read.connect(self._take_read)
        self._imports = Imports(self)
        self._imports.done.connect(self._imported)
        self._imports.later_done.connect(self._freeze)
        shell.closing.connect(self.close)

    @Slot()
    def begin(self) -> None:
        if self._cache.complete:
            self._ready["kernels"] = True
        else:
            self._start_child()
        self._imports.start()

    @Slot(str)
    def _imported(self, problem: str) -> None:
        if problem:
            print(problem, file=sys.stderr)
            self._shell.warm_up.show_failure(
                f"Fall Line cannot start: {problem.strip().splitlines()[-1]}. "
                "Delete the folder .venv and start again; if that does not help, report it."
            )
            return
        self._ready["imports"] = True
        self._read()

    def _start_child(self) -> None:
        from app.documents.presets import first_preset

        child = QProcess(self)
        program, *arguments = warmup.command(self._file or first_preset().path)
        child.setWorkingDirectory(warmup.FOLDER)
        child.readyReadStandardOutput.connect(self._read_child)
        child.finished.connect(self._child_finished)
        child.errorOccurred.connect(self._child_finished)
        self._child = child
        child.start(program, arguments)

    @Slot()
    def _read_child(self) -> None:
        assert self._child is not None
        *lines, self._rest = (self._rest + bytes(self._child.readAllStandardOutput().data())).split(b"\n")
        for line in lines:
            progress = warmup.parse(line.decode("utf-8", "replace"))
            if progress is None:
                continue
            if self.bench is not None:
                self.bench.transport.set_note(_note(progress))
            elif progress.enough:
                self._child_finished()
            else:
                text = f"warming up · kernel {progress.done} of {progress.needed}"
                self._shell.warm_up.show_progress(text, progress.done, progress.needed)

    @Slot()
    def _child_finished(self) -> None:
        """Whatever became of it: what it has not compiled, the engine compiles itself."""
        if not self._ready["kernels"]:
            self._ready["kernels"] = True
            self._build_when_ready()

    def _build_when_ready(self) -> None:
        if all(self._ready.values()) and self.bench is None and not self._is_closed:
            self._build()

    def _build(self) -> None:
        from app.documents.presets import first_preset, is_bundled
        from app.window.actions import Actions
        from app.window.crash_offer import CrashOffer
        from app.window.shortcut_filter import ShortcutFilter
        from app.window.workbench import Workbench

        theme = THEMES.get(str(self._settings.get("theme", DARK.name)), DARK)
        opened, problem = self._opened, self._problem
        path = self._file
        if path is not None and (opened is None or opened.is_figure or is_bundled(path)):
            path = None
        bench = Workbench(theme, opened.experiment if opened is not None else first_preset().experiment(), path)
        if opened is not None and path is not None:
            bench.document.know(path, opened.stamp)
        self.bench = bench
        self._shell.setCentralWidget(bench)
        self.actions = Actions(self._shell, bench, self._settings)
        self._shell.may_close = self.actions.files.may_close
        self.actions.files.recovery.begin()
        self.actions.library.begin()
        application = QApplication.instance()
        assert isinstance(application, QApplication)
        ShortcutFilter(application)
        sys.excepthook = lambda *fault: self._unexpected("".join(traceback.format_exception(*fault)))
        if self._report is not None:
            bench.toast.said.connect(lambda tone, sentence, details, report=self._report: report.add(details))
        if (left := left_reports(data_home() / FOLDER)) is not None:
            CrashOffer(bench, left.text, left.discard)
        bench.shown_stage.setFocus()
        self._freeze()
        if self._cache.note:
            bench.toast.warn(self._cache.note)
        if problem:
            bench.toast.warn(problem)
        else:
            bench.controller.play()

    @Slot()
    def _freeze(self) -> None:
        """What has been imported and built stays: no collection need look through it."""
        if self.bench is not None:
            self.bench.garbage.freeze()

    def _read(self) -> None:
        """Read what to begin with, beside the window; it may be large."""
        from app.workers.latest_job import LatestJob

        self._reading = LatestJob("opening", lambda _, error: self.read.emit(None, str(error)))
        self._reading.offer(lambda _: self.read.emit(*opening(self._file)))

    @Slot(object, str)
    def _take_read(self, opened: Opened | None, problem: str) -> None:
        self._opened, self._problem = opened, problem
        self._ready["document"] = True
        self._build_when_ready()

    def _unexpected(self, details: str) -> None:
        """A fault of ours: told once, with a way to copy it; the window stays."""
        print(details, file=sys.stderr)
        if self.bench is not None:
            self.bench.toast.fail(details)
        elif self._report is not None:
            self._report.add(details)

    @Slot()
    def end(self) -> None:
        """Close the window without a question, because the system wants it; unsaved work is kept for recovery."""
        self._shell.may_close = self.actions.files.may_end if self.actions is not None else lambda: True
        self._shell.close()

    @Slot()
    def close(self) -> None:
        from app.workers.ending import FILE_SECONDS

        self._is_closed = True  # what was read meanwhile still arrives, and would build a window that nobody sees
        if self.actions is not None:
            self.actions.give_up()
        self._imports.stop()
        if self._child is not None and self._child.state() != QProcess.ProcessState.NotRunning:
            self._child.blockSignals(True)  # its end would build the window that is being closed
            self._child.kill()  # Numba replaces whole files, so a kernel is in the cache or it is not
            self._child.waitForFinished(_CHILD_PATIENCE)
        if self._reading is not None:
            self._reading.release(FILE_SECONDS)
        if self.bench is not None:
            self.bench.shut_down()
            if self.actions is not None:
                self.actions.shut_down()


def opening(file: Path | None) -> tuple[Opened | None, str]:
    """What is in the file to begin with, and why it cannot be opened; empty if it can, or if there is none."""
    from app.documents.experiment_file import open_file
    from app.documents.files import FileError
    from engine import SettingError

    try:
        return (open_file(file) if file is not None else None), ""
    except (FileError, SettingError) as error:
        return None, str(error)


def _note(progress: warmup.Progress) -> str:
    """Beside the transport, while kernels that the first experiment does not need are still compiled."""
    return "" if progress.done == progress.total else f"kernel {progress.done} / {progress.total}"


def show_window(file: str | None, cache: KernelCache, mode: str = "") -> int:
    """Run the app until its window is closed; returns the exit status. mode: what the title says besides."""
    report = CrashReport(data_home() / FOLDER)
    report.begin()
    sys.setswitchinterval(TURN_SECONDS)
    application = QApplication(sys.argv[:1])
    application.setApplicationName("Fall Line")
    settings = Settings()
    shell = MainWindow()
    shell.mode = mode
    shell.setWindowTitle("Fall Line")
    restore_place(shell, str(settings.get(PLACE, "")))
    apply(application, THEMES.get(str(settings.get("theme", DARK.name)), DARK), shell)
    shell.show()
    starter = Starter(shell, settings, cache, Path(file) if file else None, report)
    QTimer.singleShot(0, starter.begin)
    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, lambda *_: QTimer.singleShot(0, starter.end))  # not in the middle of a paint
    awake = QTimer()  # Python sees a signal only when it runs
    awake.start(200)
    awake.timeout.connect(lambda: None)
    status = application.exec()
    report.end()
    return leave(status, cache, starter.bench is not None and starter.bench.training.is_running)
