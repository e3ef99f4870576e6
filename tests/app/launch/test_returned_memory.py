"""What large arrays took goes back to the system, whatever small things are made in between."""

from __future__ import annotations

import platform
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
CODE = """
import sys
if {returned}:
    from app.launch.returned_memory import return_large_arrays
    return_large_arrays()

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096 / 2**20

first = bytearray(24 * 2**20)
del first  # from this the allocator learns what is large
before, arrays, small = resident(), [], []
for _ in range(20):
    arrays.append(bytearray(8 * 2**20))
    arrays[-1][::4096] = bytes(len(arrays[-1]) // 4096)
    small.append(bytearray(100_000))
full = resident()
arrays.clear()
print(full - before, resident() - before)
"""


def taken(returned: bool) -> tuple[float, float]:
    """MiB that are resident while the arrays are there, and afterwards."""
    code = CODE.format(returned=returned)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    full, left = map(float, done.stdout.split())
    return full, left


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="another allocator")
def test_freed_arrays_are_given_back() -> None:
    full, left = taken(returned=True)
    assert full > 150 and left < 20
    full, left = taken(returned=False)
    assert full > 150 and left > 100, "the allocator gives everything back by itself: what it is told is needless"
