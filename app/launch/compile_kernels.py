"""The child process that compiles every kernel into the cache, so that the window never waits for one.

`python -m app.launch.compile_kernels [FILE]` compiles what the experiment in FILE needs first, and prints a line
for each kernel that is done. It ends by itself when its standard input closes, as it
does when the window's process ends.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import pkgutil
import re
import sys
import threading
from typing import TYPE_CHECKING, NamedTuple

from app.documents import kernel_cache

if TYPE_CHECKING:
    from engine.contracts import Kernel, Routine

FOLDER = str(kernel_cache.ENGINE.parent)  # where the command must be started
KINDS = ("engine.architectures.", "engine.problems.")  # whose routines only some kinds of problem need


class Progress(NamedTuple):
    """How many kernels are ready, how many the first experiment needs, of how many, and the last one."""

    done: int
    needed: int
    total: int
    name: str

    @property
    def enough(self) -> bool:
        return self.done >= self.needed


def command(first: str | os.PathLike[str] = "") -> list[str]:
    """Program and arguments of the child; start it in FOLDER, with its standard input held open."""
    return [sys.executable, "-m", "app.launch.compile_kernels", *([os.path.abspath(first)] if first else [])]


def parse(line: str) -> Progress | None:
    """What a line of the child's output says; None if it is not about progress."""
    found = re.fullmatch(r"ready (\d+) (\d+) (\d+) (.+)", line.strip())
    return Progress(int(found[1]), int(found[2]), int(found[3]), found[4]) if found else None


def main(arguments: list[str]) -> int:
    """Compile everything; 1 if some kernel could not be compiled."""
    cache = kernel_cache.prepare()
    _yield_to_others()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    import engine
    from engine.contracts import Kernel

    for module in pkgutil.walk_packages(engine.__path__, "engine."):
        importlib.import_module(module.name)  # kernels are declared by what is imported late, too

    first = _needed(arguments[0]) if arguments else []
    kernels = list(dict.fromkeys([*first, *Kernel.everyone]))
    failures = 0
    for done, kernel in enumerate(kernels, 1):
        try:
            kernel.prepare()
        except Exception as error:  # one defective kernel must not keep the others cold
            failures += 1
            print(f"{kernel.name} does not compile: {error}", file=sys.stderr)
        print(f"ready {done} {len(first) or len(kernels)} {len(kernels)} {kernel.name}", flush=True)
    if not failures:
        cache.completed()
    return min(failures, 1)


def _needed(path: str) -> list[Kernel | Routine]:
    """What the experiment in a file cannot begin without; nothing if the file cannot be read."""
    from app.documents.experiment_file import load
    from app.documents.files import FileError
    from engine import OPTIMIZERS, SCHEDULES, SettingError, kind_of, run_task
    from engine.contracts import Kernel, Routine
    from engine.training.whole_step import whole_step

    try:
        experiment = load(path)
    except (FileError, SettingError):
        return []
    tasks = dict.fromkeys(run_task(experiment.problem, record.settings) for record in experiment.runs)
    everyone = [
        kernel for kernel in Kernel.everyone if isinstance(kernel, Routine) and not kernel.module.startswith(KINDS)
    ]
    found: list[Kernel | Routine] = [*everyone, whole_step]
    for task in tasks:
        found += kind_of(task).kernels(task)
    for record in experiment.runs:
        found.append(OPTIMIZERS[record.settings.optimizer.kind].kernel)
        found.append(SCHEDULES[record.settings.schedule.kind].kernel)
        found += [SCHEDULES[driver.kind].kernel for _, driver in record.settings.drive]
    return list(dict.fromkeys(found))


def _end_with_parent() -> None:
    """Wait for the end of the standard input, then leave at once, whatever is being compiled."""
    with contextlib.suppress(OSError, ValueError):
        while os.read(0, 4096):
            pass
    os._exit(0)


def _yield_to_others() -> None:
    """Let the window and its worker have the processor first."""
    if sys.platform == "win32":
        import ctypes

        below_normal = 0x4000
        ctypes.windll.kernel32.SetPriorityClass(ctypes.windll.kernel32.GetCurrentProcess(), below_normal)
    else:
        os.nice(10)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
