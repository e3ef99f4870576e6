"""How this program was started, so that a sentence that names a command names one that runs here.

Some systems have `python`, others `python3` or `py` alone. Every start passes here, on any Python since 3.7.
"""

from __future__ import annotations

import os
import sys

SCRIPT = "main.py"
_VARIABLE = "FALL_LINE_STARTED_AS"  # how the process was started that hands over to this one
_handed_over = os.environ.pop(_VARIABLE, "")


def command(*arguments: str) -> str:
    """The command line that starts the program with arguments, as it was typed this time."""
    return " ".join([started_as(), *arguments])


def started_as() -> str:
    """The words that started the program: Python as it was named, and the script."""
    if _handed_over:
        return _handed_over
    script = sys.argv[0] if os.path.basename(sys.argv[0]) == SCRIPT else SCRIPT
    return quoted(_python(), script)


def hand_over() -> None:
    """Tell the process that takes the place of this one how the program was started."""
    os.environ[_VARIABLE] = started_as()


def quoted(*words: str) -> str:
    """Words as a shell of this system takes them."""
    if os.name == "nt":
        import subprocess

        return subprocess.list2cmdline(words)
    import shlex

    return " ".join(map(shlex.quote, words))


def _python() -> str:
    """Python as it was named on the command line; else a name that is found, or its path."""
    named = getattr(sys, "orig_argv", [""])[0]  # since Python 3.10
    if named:
        return str(named)
    import shutil

    return next((name for name in ("python3", "python") if shutil.which(name)), sys.executable)
