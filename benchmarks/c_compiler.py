"""Optimised C from its source, where the machine has a compiler."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
import tempfile
from pathlib import Path

from benchmarks.peers import Missing

OPTIONS = ("-O3", "-march=native", "-ffast-math", "-fPIC")


def library(source: str, **sizes: int) -> tuple[ctypes.CDLL, str]:
    """The compiled source, in which sizes are macros, and the peer's name. Raises Missing."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        raise Missing("there is no C compiler")
    macros = [f"-D{name}={size}" for name, size in sizes.items()]
    with tempfile.TemporaryDirectory() as folder:
        written, compiled, linked = (Path(folder, f"peer.{end}") for end in ("c", "o", "so"))
        written.write_text(source, "utf-8")
        # Linked separately: with -ffast-math, linking adds code that disables denormals in the whole process.
        commands = ["-c", *OPTIONS, *macros, written, "-o", compiled], ["-shared", compiled, "-o", linked, "-lm"]
        for command in commands:
            made = subprocess.run([compiler, *command], capture_output=True, text=True)
            if made.returncode:
                raise Missing(f"the C compiler failed: {made.stderr[:200]}")
        return ctypes.CDLL(str(linked)), f"C ({Path(compiler).name} {' '.join(OPTIONS[:3])})"
