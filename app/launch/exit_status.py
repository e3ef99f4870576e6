"""The exit statuses, and the sentence on stderr that goes with a refusal.

Every start passes here, on any Python since 3.7.
"""

from __future__ import annotations

import sys

DONE, FAULT, REFUSED, UNAVAILABLE, SOME_DIVERGED = range(5)
INTERRUPTED, TERMINATED = 130, 143  # 128 and the signal's number, as shells have it


def refuse(sentence: str, status: int = REFUSED) -> int:
    """Say on stderr what cannot be done; the exit status."""
    print(f"Fall Line: {sentence}", file=sys.stderr)
    return status
