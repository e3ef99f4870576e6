"""Safe mode: a start with nothing that is kept between starts, should something of it be the trouble."""

from __future__ import annotations

import os

OPTION = "--safe-mode"


def begin() -> None:
    """Give this process empty folders of its own for settings, work and kernels, which go with it.

    So there are the choices and the layout of a first start, no recent files, nothing to recover, and every kernel is
    compiled anew; finished runs are not kept. To be called before any of these folders is asked for.
    """
    import atexit
    import shutil
    import tempfile
    from pathlib import Path

    from app.documents.preferences import KEEPS_RUNS, change_preferences

    folder = Path(tempfile.mkdtemp(prefix="fall-line-safe-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    os.environ["FALL_LINE_CONFIG"] = str(folder / "config")
    os.environ["FALL_LINE_CACHE"] = str(folder / "cache")
    os.environ.pop("NUMBA_CACHE_DIR", None)
    change_preferences(lambda none: none.choosing(**{KEEPS_RUNS: False}))
