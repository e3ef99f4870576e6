"""`python main.py presets`: the experiments that come along, one on each line."""

from __future__ import annotations

import os

from app.documents.presets import presets
from app.launch.exit_status import DONE, refuse


def main(arguments: list[str]) -> int:
    """Print path, title and first words of every preset, separated by tabs; the exit status."""
    if arguments:
        return refuse(f"presets takes no arguments, got {arguments[0][:60]!r}")
    for preset in presets():
        print(f"{os.path.relpath(preset.path)}\t{preset.title}\t{preset.line}")
    return DONE
