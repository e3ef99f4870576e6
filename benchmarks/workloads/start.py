"""Start-up times of new processes: to an imported engine, to the first update, and to every kernel."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator

STAGES = {
    "bare Python": "",
    "import numpy, numba": "import numpy, numba",
    "import engine": "import engine",
    "first update": "from engine import *; Session(new_experiment('rosenbrock', ['adam'])).advance(1)",
    "every kernel": "import engine; from engine.contracts import Kernel; [k.prepare() for k in Kernel.everyone]",
}


def measure(rounds: int) -> Iterator[str]:
    found: dict[str, list[float]] = {stage: [] for stage in STAGES}
    for code in STAGES.values():  # fills the cache
        subprocess.run([sys.executable, "-c", code], check=True)
    for _ in range(min(rounds, 5)):
        for stage, code in STAGES.items():
            begun = time.perf_counter()
            subprocess.run([sys.executable, "-c", code], check=True)
            found[stage].append(time.perf_counter() - begun)
    for stage, times in found.items():
        yield f"{stage:20}  {statistics.median(times):.3f} s"
