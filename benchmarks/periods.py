"""After how many updates a run measures everything again, so that rounds can hold whole periods."""

from __future__ import annotations

import time

import numpy as np

from engine import Session


def period(session: Session) -> tuple[int, float]:
    """How many updates lie between two measurements of the layers, after which everything repeats; and seconds."""
    run = session.runs[0]
    known, begun, first = len(run.measures.view().layers_at), time.perf_counter(), session.update
    while len(run.measures.view().layers_at) < known + 2:
        session.advance(256)
    updates = int(np.diff(run.measures.view().layers_at[-2:])[0])
    return updates, (time.perf_counter() - begun) / (session.update - first) * updates
