"""The versions of everything that the program is made of, for About and for reports."""

from __future__ import annotations

import platform
import sys
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of

import PySide6
from PySide6.QtCore import qVersion
from PySide6.QtGui import QGuiApplication

from app.documents.version import version
from engine import NUMBERS

_PACKAGES = ("pyqtgraph", "numpy", "numba", "Matplotlib")


def versions() -> dict[str, str]:
    """Name and version of the program, its libraries and the system, in the order in which they are shown."""
    return {
        "Fall Line": version(),
        "Numbers of the engine": str(NUMBERS),
        "Python": sys.version.split()[0],
        "Qt": f"{qVersion()} ({QGuiApplication.platformName()})",
        "PySide6": PySide6.__version__,
        **{name: _installed(name) for name in _PACKAGES},
        "System": f"{platform.platform()}, {platform.machine()}",
    }


def about_text() -> str:
    """The versions as text, a line each."""
    return "\n".join(f"{name}: {text}" for name, text in versions().items())


def _installed(package: str) -> str:
    try:
        return version_of(package)
    except PackageNotFoundError:
        return "unknown"
