"""Calls that may never return, as those of a file system on a drive that has gone: once cancelled, they are left."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from app.workers.latest_job import Ticket

PATIENCE = 0.5  # seconds for which a call that is cancelled is waited for
_LOOK = 0.05  # seconds between two looks at whether it is


def carried_out(work: Callable[[Ticket], None], ticket: Ticket) -> bool:
    """Do the work of a job in a thread of its own; False if it was cancelled and does not end, so that it is left.

    What the work raises is raised here.
    """
    ended = threading.Event()
    raised: list[BaseException] = []

    def run() -> None:
        try:
            work(ticket)
        except BaseException as error:
            raised.append(error)
        finally:
            ended.set()

    # A daemon, for the process must be able to end while the call hangs.
    thread = threading.Thread(target=run, name=f"call {ticket.number}", daemon=True)
    thread.start()
    since = 0.0
    while not ended.wait(_LOOK):
        if ticket.cancelled:
            since = since or time.monotonic()
            if time.monotonic() - since > PATIENCE:
                return False
    thread.join()
    if raised:
        raise raised[0]
    return True
