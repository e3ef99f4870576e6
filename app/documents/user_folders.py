"""The user's folders: configuration, data and cache."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def config_home() -> Path:
    """The user's configuration folder for Fall Line; FALL_LINE_CONFIG overrides it."""
    return _home("FALL_LINE_CONFIG", "Application Support", ("APPDATA", "Roaming"), ("XDG_CONFIG_HOME", ".config"))


def data_home() -> Path:
    """The user's folder for unsaved work; FALL_LINE_CONFIG overrides it too."""
    windows, xdg = ("LOCALAPPDATA", "Local"), ("XDG_DATA_HOME", ".local/share")
    return _home("FALL_LINE_CONFIG", "Application Support", windows, xdg)


def cache_home() -> Path:
    """The user's cache folder for Fall Line; FALL_LINE_CACHE overrides it."""
    return _home("FALL_LINE_CACHE", "Caches", ("LOCALAPPDATA", "Local"), ("XDG_CACHE_HOME", ".cache"))


def _home(own: str, mac: str, windows: tuple[str, str], xdg: tuple[str, str]) -> Path:
    """The folder in the variable `own`, or the system's; windows, xdg: a variable and its fallback."""
    if named := os.environ.get(own):
        return Path(named).absolute()
    if sys.platform == "darwin":
        return Path.home() / "Library" / mac / "fall-line"
    if sys.platform == "win32":
        return Path(os.environ.get(windows[0]) or Path.home() / "AppData" / windows[1]) / "fall-line"
    # The XDG specification says to ignore relative paths.
    base = Path(os.environ.get(xdg[0], ""))
    return (base if base.is_absolute() else Path.home() / xdg[1]) / "fall-line"
