"""Where a person's own files of Fall Line are: settings, and what can be computed again."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def config_home() -> Path:
    """The user's configuration folder of Fall Line; FALL_LINE_CONFIG names another."""
    return _home("FALL_LINE_CONFIG", "Application Support", ("APPDATA", "Roaming"), ("XDG_CONFIG_HOME", ".config"))


def cache_home() -> Path:
    """The user's cache folder of Fall Line; FALL_LINE_CACHE names another."""
    return _home("FALL_LINE_CACHE", "Caches", ("LOCALAPPDATA", "Local"), ("XDG_CACHE_HOME", ".cache"))


def _home(own: str, mac: str, windows: tuple[str, str], xdg: tuple[str, str]) -> Path:
    """The folder that the variable `own` names, or the system's; windows, xdg: a variable and what stands in for it."""
    if named := os.environ.get(own):
        return Path(named).absolute()
    if sys.platform == "darwin":
        return Path.home() / "Library" / mac / "fall-line"
    if sys.platform == "win32":
        return Path(os.environ.get(windows[0]) or Path.home() / "AppData" / windows[1]) / "fall-line"
    # A relative path in such a variable is to be ignored, says its specification.
    base = Path(os.environ.get(xdg[0], ""))
    return (base if base.is_absolute() else Path.home() / xdg[1]) / "fall-line"
