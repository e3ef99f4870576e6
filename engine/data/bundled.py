"""Bundled data: spoken digits, pages of text, and scikit-learn's digits, iris, wine, breast cancer and diabetes."""

from __future__ import annotations

import zipfile
from functools import lru_cache, partial
from importlib import resources

import numpy as np

from engine.contracts import Hyper, SettingError
from engine.data.catalogue import Array, Grouping, dataset, deviation
from engine.random_generator import RandomGenerator

CC_BY = "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/"
UCI = "UCI Machine Learning Repository"
NOISE = deviation(
    0.0, 3.0, "noise added to each input, in units of its standard deviation; 0 leaves the data as measured"
)
MEASURES = (
    "radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity", "concave points", "symmetry",
    "fractal dimension",
)  # fmt: skip

PACKED = ("spoken",)  # examples of bytes in an .npz file; the others are CSV files
FRAMES, BANDS, FRAME_STEP = 28, 13, 20  # of a spoken word; milliseconds from one frame to the next
SAID = 60  # words by one voice, which follow each other in the file

measured = partial(dataset, group="Measured", share=0.8)


def used(examples: int) -> Hyper:
    """The knob for how many of the measured examples are used."""
    return Hyper(
        "samples",
        "n",
        examples,
        10,
        examples,
        kind="integer",
        help="how many of the examples are used, chosen at random",
    )


def voices(rng: RandomGenerator, samples: int, noise: float) -> Array:
    """By which voice each of the chosen spoken words is, (n,)."""
    return _chosen("spoken", rng, samples) // SAID


@dataset(
    "spoken",
    "Spoken digits",
    used(1200),
    NOISE,
    group="Speech",
    names=tuple(f"{FRAME_STEP * frame} ms, band {band + 1}" for frame in range(FRAMES) for band in range(BANDS)),
    target="word",
    labels=("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
    shape=(FRAMES, BANDS),
    step_ms=FRAME_STEP,
    groups=Grouping("voice", voices),
    share=0.8,
    summary="Ten words by twenty synthetic voices, as the energy of 13 mel bands in 28 frames, in decibels.",
    source="Spoken for this program by espeak-ng 1.51, https://github.com/espeak-ng/espeak-ng; mel scale: "
    "O'Shaughnessy 1987, Speech Communication",
    licence="that of this program; what espeak-ng says is not covered by its own (GPL-3.0-or-later)",
)
def spoken(rng: RandomGenerator, samples: int, noise: float) -> tuple[Array, Array]:
    return _subset("spoken", rng, samples, noise)


@measured(
    "digits",
    "Digits",
    used(1797),
    NOISE,
    names=tuple(f"pixel {row} {column}" for row in range(8) for column in range(8)),
    target="digit",
    labels=tuple("0123456789"),
    image=(8, 8),
    summary="Handwritten digits as 8 x 8 pixel images.",
    source=f"E. Alpaydin & C. Kaynak 1998, Optical Recognition of Handwritten Digits, {UCI}, "
    "https://doi.org/10.24432/C50P49",
    licence=CC_BY,
    tier="basic",
)
def digits(rng: RandomGenerator, samples: int, noise: float) -> tuple[Array, Array]:
    return _subset("digits", rng, samples, noise)


@measured(
    "iris",
    "Iris",
    used(150),
    NOISE,
    names=("sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"),
    target="species",
    labels=("setosa", "versicolor", "virginica"),
    summary="Three iris species by the size of their sepals and petals; two of them overlap.",
    source=f"R. A. Fisher 1936, Iris, {UCI}, https://doi.org/10.24432/C56C76",
    licence=CC_BY,
    tier="basic",
)
def iris(rng: RandomGenerator, samples: int, noise: float) -> tuple[Array, Array]:
    return _subset("iris", rng, samples, noise)


@measured(
    "wine",
    "Wine",
    used(178),
    NOISE,
    names=(
        "alcohol", "malic acid", "ash", "alcalinity of ash", "magnesium", "total phenols", "flavanoids",
        "nonflavanoid phenols", "proanthocyanins", "color intensity", "hue", "od280/od315 of diluted wines", "proline",
    ),
    target="cultivar",
    labels=("cultivar 1", "cultivar 2", "cultivar 3"),
    summary="Three grape cultivars by the chemistry of their wines; the columns differ a thousandfold in scale.",
    source=f"S. Aeberhard & M. Forina 1992, Wine, {UCI}, https://doi.org/10.24432/C5PC7J",
    licence=CC_BY,
)  # fmt: skip
def wine(rng: RandomGenerator, samples: int, noise: float) -> tuple[Array, Array]:
    return _subset("wine", rng, samples, noise)


@measured(
    "breast_cancer",
    "Breast cancer",
    used(569),
    NOISE,
    names=tuple(f"mean {name}" for name in MEASURES)
    + tuple(f"{name} error" for name in MEASURES)
    + tuple(f"worst {name}" for name in MEASURES),
    target="diagnosis",
    labels=("malignant", "benign"),
    summary="Malignant and benign tumours by measurements of their cell nuclei.",
    source="W. Wolberg, O. Mangasarian, N. Street & W. Street 1993, Breast Cancer Wisconsin (Diagnostic), "
    f"{UCI}, https://doi.org/10.24432/C5DW2B",
    licence=CC_BY,
)
def breast_cancer(rng: RandomGenerator, samples: int, noise: float) -> tuple[Array, Array]:
    return _subset("breast_cancer", rng, samples, noise)


@measured(
    "diabetes",
    "Diabetes",
    used(442),
    NOISE,
    names=("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6"),
    target="progression",
    target_scaling="standardise",
    summary="Disease progression after one year, from ten measurements of each patient; much of it is noise.",
    source="B. Efron, T. Hastie, I. Johnstone & R. Tibshirani 2004, Least Angle Regression, "
    "https://doi.org/10.1214/009053604000000067",
    licence="no licence stated; distributed by scikit-learn under BSD 3-Clause, https://scikit-learn.org",
)
def diabetes(rng: RandomGenerator, samples: int, noise: float) -> tuple[Array, Array]:
    return _subset("diabetes", rng, samples, noise)


def _subset(key: str, rng: RandomGenerator, samples: int, noise: float) -> tuple[Array, Array]:
    """A subset of `samples` examples in file order, with noise added to their inputs."""
    inputs, targets = _measured(key)
    if samples < len(targets):
        chosen = _chosen(key, rng, samples)
        inputs, targets = inputs[chosen], targets[chosen]
    if noise > 0.0:
        deviations = _measured(key)[0].std(axis=0)
        inputs = inputs + noise * deviations * rng.child(1).normal(inputs.shape)
    return inputs, targets


def _chosen(key: str, rng: RandomGenerator, samples: int) -> Array:
    """The places in the file (n,) of the examples that are used, in their order."""
    return np.asarray(np.sort(rng.child(0).permutation(len(_measured(key)[1]))[:samples]))


@lru_cache
def _measured(key: str) -> tuple[Array, Array]:
    """The numbers of a file, read-only: inputs (n, d) and targets (n,). Raises SettingError."""
    name = f"{key}.{'npz' if key in PACKED else 'csv'}"
    try:
        numbers = _read(name)
    except (ImportError, OSError, ValueError, KeyError, zipfile.BadZipFile) as error:
        raise SettingError(f"cannot read the bundled file assets/data/{name}: {error}") from None
    inputs, targets = np.ascontiguousarray(numbers[:, :-1]), numbers[:, -1].copy()
    inputs.flags.writeable = targets.flags.writeable = False
    return inputs, targets


@lru_cache
def page(key: str) -> str:
    """The text of a file. Raises SettingError."""
    try:
        return (resources.files("assets.data") / f"{key}.txt").read_text("utf-8")
    except (ImportError, OSError, ValueError) as error:
        raise SettingError(f"cannot read the bundled file assets/data/{key}.txt: {error}") from None


def _read(name: str) -> Array:
    """The numbers (n, d + 1) of a file, the target last."""
    file = resources.files("assets.data") / name
    if name.endswith(".npz"):
        with file.open("rb") as content, np.load(content, allow_pickle=False) as arrays:
            return np.asarray(arrays["examples"].astype(np.float64))
    return np.loadtxt(file.read_text("utf-8").splitlines(), delimiter=",", skiprows=1)
