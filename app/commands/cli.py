"""The command line: which of the things Fall Line can do is asked for."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import traceback
from collections.abc import Callable
from types import FrameType

from app.documents.version import version
from app.launch import bootstrap
from app.launch.exit_status import DONE, FAULT, INTERRUPTED, TERMINATED, refuse
from app.launch.own_threads import keep_to_own_threads
from app.launch.program import command
from app.launch.returned_memory import return_large_arrays
from app.launch.safe_mode import OPTION

HELP = """\
Fall Line: watch, steer and compare gradient descent.

usage: python main.py [FILE]                 open the window, with an experiment or an exported figure
       python main.py --safe-mode [FILE]     the same, with nothing that was kept: default settings and layout,
                                             no recovery, kernels compiled anew
       python main.py run FILE [options]     run an experiment without a window or a display
       python main.py sweep FILE [options]   compare runs over many seeds, rates or settings, on all cores or a cluster
       python main.py library [options]      list finished runs that windows have kept
       python main.py table FILE             tell as JSON what a table of examples would be read as
       python main.py presets                list the experiments that come along
       python main.py test [options]         run the test suite; options are pytest's
       python main.py --version
       python main.py --help                 and `python main.py run --help` for the options of run, or of sweep

The first start makes the folder .venv and installs the packages of requirements.lock there.

examples:
  python main.py
  python main.py assets/presets/01_four_optimizers.toml
  python main.py run race.toml --updates 10000 --export loss.pdf --export race.csv
  python main.py sweep race.toml --kind seeds --set seeds=20 --export trials.csv
  python main.py table prices.csv --target price
  python main.py library --search "optimizer=adam loss<0.01" --sort loss
  python main.py run race.toml --plot stage --export stage.svg --size "double column"

environment:
  FALL_LINE_ENV=current   use the packages of the Python that was started instead of .venv
  FALL_LINE_CACHE         folder for compiled kernels
  FALL_LINE_CONFIG        folder for recent files, choices and finished runs
  QT_QPA_PLATFORM         how Qt shows the window; offscreen shows none

exit status:
  0    done
  1    a defect of the program; the details are in the file that the message names
  2    the command line is wrong, or a file cannot be read, understood or written
  3    Fall Line cannot start: its packages, a system library or a display is missing
  4    run, sweep: done and everything written, but at least one run or trial diverged
  130  interrupted (Ctrl-C);  143  terminated
"""


class Terminated(BaseException):
    """The process was asked to end."""


def main(arguments: list[str]) -> int:
    """Do what the arguments ask for; the exit status."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError, ValueError):
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    keep_to_own_threads()
    return_large_arrays()
    try:
        status = _guarded(lambda: _dispatch(arguments))
        sys.stdout.flush()
        return status
    except BrokenPipeError:
        # Whoever read the output has seen enough; Python would complain once more when it flushes.
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE


def _dispatch(arguments: list[str]) -> int:
    first, rest = (arguments or [""])[0], arguments[1:]
    if first in ("-h", "--help", "help"):
        print(HELP.replace("python main.py", command()), end="")
        return DONE
    if first == "--version":
        print(f"Fall Line {version()}")
        return DONE
    if first == "run":
        from app.documents import kernel_cache

        kernel_cache.prepare()  # before Numba is imported
        from app.commands import run

        return run.main(rest)
    if first == "sweep":
        from app.documents import kernel_cache

        kernel_cache.prepare()  # before Numba is imported
        from app.commands import sweep

        return sweep.main(rest)
    if first == "library":
        from app.documents import kernel_cache

        kernel_cache.prepare()  # before Numba is imported
        from app.commands import library

        return library.main(rest)
    if first == "table":
        from app.documents import kernel_cache

        kernel_cache.prepare()  # before Numba is imported
        from app.commands import table

        return table.main(rest)
    if first == "presets":
        from app.commands import presets

        return presets.main(rest)
    if first.startswith("-") and first != OPTION:
        return refuse(f"unknown option {first[:60]}; see `{command('--help')}`")
    from app.commands import window

    return window.main(arguments)


def _guarded(action: Callable[[], int]) -> int:
    """The action's exit status; what it did not expect becomes a sentence."""
    before = None
    with contextlib.suppress(ValueError, OSError):  # only the main thread may set it
        before = signal.signal(signal.SIGTERM, _terminate)
    try:
        return action()
    except KeyboardInterrupt:
        print("Fall Line: interrupted", file=sys.stderr)
        return INTERRUPTED
    except Terminated:
        return TERMINATED
    except BrokenPipeError:
        raise
    except ModuleNotFoundError as missing:
        try:
            damage = bootstrap.damage(missing)
        except ModuleNotFoundError as ours:
            return _defect(ours)
        return refuse(str(damage), damage.status)
    except Exception as error:
        return _defect(error)
    finally:
        if before is not None:
            signal.signal(signal.SIGTERM, before)


def _terminate(number: int, frame: FrameType | None) -> None:
    raise Terminated


def _defect(error: Exception) -> int:
    """Report a defect in one line, with the details in a file."""
    from app.documents.user_folders import cache_home

    place = ""
    with contextlib.suppress(OSError, RuntimeError):
        log = cache_home() / "fault.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(f"Fall Line {version()}, Python {sys.version}\n{traceback.format_exc()}", "utf-8", "replace")
        place = f"; the details are in {log}"
    said = " ".join(str(error).split())[:200]
    print(f"Fall Line: a defect of the program: {type(error).__name__}: {said}{place}", file=sys.stderr)
    return FAULT
