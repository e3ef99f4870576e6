"""The version of Fall Line."""

from __future__ import annotations

import functools
from pathlib import Path


@functools.cache
def version() -> str:
    """The version declared in pyproject.toml, or "of unknown version" without that file."""
    import tomllib  # for whom it is asked; a window begins without

    try:
        with open(Path(__file__).resolve().parent.parent.parent / "pyproject.toml", "rb") as file:
            return str(tomllib.load(file)["project"]["version"])
    except (OSError, ValueError, KeyError):
        return "of unknown version"
