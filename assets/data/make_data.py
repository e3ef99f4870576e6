"""Write the CSV files of this folder from scikit-learn's copies, number for number.

    python assets/data/make_data.py

with scikit-learn installed (it is not needed to run the program).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from sklearn import datasets

FOLDER = Path(__file__).parent
TARGETS = {
    "iris": "species",
    "wine": "cultivar",
    "breast_cancer": "diagnosis",
    "digits": "digit",
    "diabetes": "progression",
}


def text(number: float) -> str:
    """The shortest text that reads back as the same number."""
    return str(int(number)) if number == int(number) else repr(float(number))


def main() -> None:
    """Write every file."""
    for key, target in TARGETS.items():
        bunch = getattr(datasets, f"load_{key}")()
        header = [str(name).replace("_", " ") for name in bunch.feature_names] + [target]
        rows = np.column_stack([bunch.data, bunch.target]).tolist()
        lines = [",".join(header), *(",".join(map(text, row)) for row in rows)]
        (FOLDER / f"{key}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
