"""Sign tests and quartiles by SciPy and NumPy, stored beside: `python -m tests.engine.reference.make_sign_tests`."""

from __future__ import annotations

import json
from pathlib import Path

HERE = Path(__file__).parent


def main() -> None:
    import numpy as np
    from scipy.stats import binomtest

    tests = [
        [wins, losses, binomtest(wins, wins + losses, 0.5).pvalue]
        for wins, losses in [(17, 3), (6, 0), (0, 6), (5, 5), (1, 0), (60, 40), (400, 330), (3, 9), (1000, 1)]
    ]
    rng = np.random.default_rng(3)
    columns = [rng.normal(size=count).tolist() for count in (1, 2, 3, 4, 7, 20)]
    quartiles = [[numbers, np.quantile(numbers, [0.25, 0.5, 0.75]).tolist()] for numbers in columns]
    (HERE / "sign_tests.json").write_text(json.dumps({"sign_tests": tests, "quartiles": quartiles}, indent=1) + "\n")


if __name__ == "__main__":
    main()
