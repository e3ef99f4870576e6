"""Ten English vowels by their first two formants, drawn from the published means."""

from __future__ import annotations

import numpy as np

from engine.contracts import Hyper
from engine.data.catalogue import Array, Values, dataset, samples
from engine.random_generator import RandomGenerator

# First and second formant in hertz of 33 men, each vowel by a word with it.
FORMANTS = {
    "heed": (270.0, 2290.0),
    "hid": (390.0, 1990.0),
    "head": (530.0, 1840.0),
    "had": (660.0, 1720.0),
    "hod": (730.0, 1090.0),
    "hawed": (570.0, 840.0),
    "hood": (440.0, 1020.0),
    "who'd": (300.0, 870.0),
    "hud": (640.0, 1190.0),
    "heard": (490.0, 1350.0),
}
_CENTRES = np.array(list(FORMANTS.values()))
_LEAST = 1e-6  # percent of spread, with which the densities of no spread are told apart


def most_probable(inputs: Array, values: Values) -> Array:
    """The vowel (n,) with the highest density at formants (n, 2): no rule is right more often."""
    noise = values["noise"]
    assert isinstance(noise, float)
    deviations = _CENTRES * (max(noise, _LEAST) / 100.0)
    away = (inputs[:, None, :] - _CENTRES) / deviations
    return np.asarray(np.argmax(-0.5 * (away**2).sum(axis=2) - np.log(deviations).sum(axis=1), axis=1))


@dataset(
    "vowels",
    "Ten vowels",
    samples(1000),
    Hyper(
        "noise",
        "σ",
        8.0,
        0.0,
        30.0,
        unit="%",
        help="standard deviation of each formant, in percent of its mean; at 8 % even the best of all rules gets "
        "only 92 of 100 right",
    ),
    group="Speech",
    names=("F1 (Hz)", "F2 (Hz)"),
    target="vowel",
    labels=tuple(FORMANTS),
    view=(150.0, 950.0, 400.0, 3000.0),
    share=0.8,
    scaling="standardise",
    best=most_probable,
    summary="Ten vowels by their first two formants, in hertz: hundreds of one and thousands of the other.",
    source="Means of the men in G. E. Peterson & H. L. Barney 1952, Control Methods Used in a Study of the Vowels, "
    "https://doi.org/10.1121/1.1906875",
)
def vowels(rng: RandomGenerator, samples: int, noise: float) -> tuple[Array, Array]:
    places = np.arange(samples) % len(FORMANTS)
    return _CENTRES[places] * (1.0 + noise / 100.0 * rng.child(0).normal((samples, 2))), places.astype(float)
