"""Checks before Qt is started, for what would make it end the process without an understandable word."""

from __future__ import annotations

import ctypes
import os
import re
import socket
import sys
from pathlib import Path

from app.launch.program import command

HEADLESS = (
    f"start it on a desktop, or use `{command('run', 'FILE.toml')}`, which needs no display, or set "
    "QT_QPA_PLATFORM=offscreen"
)
OFFSCREEN_PACKAGES = "libgl1 libegl1 libxkbcommon0 libfontconfig1 libglib2.0-0 libdbus-1-3"
WINDOW_PACKAGES = "libxkbcommon-x11-0 libxcb-cursor0 libxcb-icccm4 libxcb-keysyms1 libxcb-shape0"


def qt_problem() -> str:
    """Why Qt cannot be used here and what helps; empty if it can. Imports it, but starts nothing."""
    try:
        import PySide6

        problem = pair_problem(PySide6.__version__, sys.version_info[:2])
        if problem:
            return problem
        import PySide6.QtGui
        import PySide6.QtWidgets
    except ImportError as error:
        return missing_library(str(error))
    return ""


def pair_problem(qt: str, python: tuple[int, int]) -> str:
    """Whether these versions abort together: PySide6 6.12 drops references to None, mortal before 3.12."""
    if tuple(map(int, qt.split(".")[:2])) >= (6, 12) and python < (3, 12):
        return (
            f"PySide6 {qt} crashes on Python {python[0]}.{python[1]}; take Python 3.12 or later, or the "
            "PySide6 of requirements.lock (unset FALL_LINE_ENV and start again)"
        )
    return ""


def missing_library(said: str) -> str:
    """The remedy for what the loader of libraries said."""
    library = re.search(r"(lib[\w.+-]+\.so[.\d]*): cannot open shared object", said)
    if not library:
        return f"Qt cannot be loaded: {said}; delete the folder .venv and start again"
    return (
        f"the system library {library[1]} is missing; on Debian or Ubuntu "
        f"`apt install {OFFSCREEN_PACKAGES} {WINDOW_PACKAGES}` as root brings it"
    )


def display_problem() -> str:
    """Why no window can be shown here and what helps; empty if one can. Call it after `qt_problem`."""
    if not sys.platform.startswith("linux"):
        return ""
    chosen = os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0].partition(";")[0]
    if chosen not in ("", "xcb"):
        return _plugin_problem(chosen)
    if not chosen and os.environ.get("WAYLAND_DISPLAY") and _wayland_answers():
        return ""
    display = os.environ.get("DISPLAY")
    if not display:
        return f"there is no display to show a window on; {HEADLESS}"
    return _x11_problem(display)


def _plugins() -> Path:
    import PySide6

    return Path(PySide6.__path__[0], "Qt", "plugins", "platforms")


def _plugin_problem(name: str) -> str:
    """Whether Qt was built with a way of showing windows."""
    known = sorted(path.stem.removeprefix("libq") for path in _plugins().glob("libq*.so"))
    if any(plugin.startswith(name) for plugin in known):
        return ""
    return f"QT_QPA_PLATFORM must be one of {', '.join(known)}, got {name!r}"


def _wayland_answers() -> bool:
    path = Path(os.environ.get("XDG_RUNTIME_DIR", ""), os.environ["WAYLAND_DISPLAY"])
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except OSError:
            return False
    return True


def _x11_problem(display: str) -> str:
    """Load what Qt would load and knock at the display as Qt would, but survive a refusal."""
    try:
        ctypes.CDLL(str(_plugins() / "libqxcb.so"))
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError as error:
        return missing_library(str(error))
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connect.argtypes = [ctypes.c_char_p, ctypes.c_void_p]
    xcb.xcb_connection_has_error.argtypes = xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    failed = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    return f"the display {display} does not answer; {HEADLESS}" if failed else ""
