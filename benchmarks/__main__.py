"""The benchmark command: runs all workloads, or those named."""

from __future__ import annotations

import argparse
import os
import sys

# One core for everyone: the workloads are single trajectories.
for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(name, "1")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def main(arguments: list[str]) -> int:
    from app.documents import kernel_cache

    kernel_cache.prepare()
    from benchmarks.environment import describe
    from benchmarks.workloads import WORKLOADS

    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    listed = "; ".join(f"{key}: {workload.title}" for key, workload in WORKLOADS.items())
    parser.add_argument("workload", nargs="*", help=f"all if none is named. {listed}")
    parser.add_argument("--rounds", type=int, default=9, help="times each contender runs (default: %(default)s)")
    options = parser.parse_args(arguments)
    if options.rounds < 1:
        parser.error(f"--rounds must be at least 1, got {options.rounds}")
    for key in options.workload:
        if key not in WORKLOADS:
            parser.error(f"there is no workload {key!r}; there are {', '.join(WORKLOADS)}")
    print(describe())
    for key in options.workload or WORKLOADS:
        print(f"\n{key}: {WORKLOADS[key].title}")
        for line in WORKLOADS[key].measure(options.rounds):
            print(f"  {line}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
