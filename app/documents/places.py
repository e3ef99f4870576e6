"""Where the app keeps a person's own settings."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def config_home() -> Path:
    """The user's configuration folder of Fall Line; FALL_LINE_CONFIG names another."""
    own = os.environ.get("FALL_LINE_CONFIG")
    if own:
        return Path(own).absolute()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "fall-line"
    if sys.platform == "win32":
        return Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming") / "fall-line"
    # A relative path in XDG_CONFIG_HOME is to be ignored, says its specification.
    base = Path(os.environ.get("XDG_CONFIG_HOME", ""))
    return (base if base.is_absolute() else Path.home() / ".config") / "fall-line"
