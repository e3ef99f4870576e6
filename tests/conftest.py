"""What every test needs before anything is imported: one kernel cache, and no screen.

The cache is the app's own, so whatever has been compiled once, by a test or by the app, is compiled for
all of them; tests that start processes hand it on through the environment.
"""

from __future__ import annotations

import os

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from app.launch import kernel_cache

kernel_cache.prepare()
