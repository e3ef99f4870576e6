"""Speak the ten digits with espeak-ng and write spoken.npz: log mel energies of 25 ms frames, quantised to 1 dB.

    python assets/data/make_spoken.py

with espeak-ng on the path (Debian: apt-get install espeak-ng; the file was made with 1.51). It is not needed to run the
program. Each word is spoken by `espeak-ng -v VOICE -s WORDS_A_MINUTE -p PITCH --stdout WORD`, which writes a wave file
of 16-bit samples.
"""

from __future__ import annotations

import io
import subprocess
import wave
from pathlib import Path

import numpy as np

Array = np.ndarray

FOLDER = Path(__file__).parent
WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
ACCENTS = ("en-us", "en-gb", "en-gb-scotland", "en-029")
SPEAKERS = ("m1", "m2", "m3", "m4", "m7", "f1", "f2", "f3", "f4", "f5")
VOICES = tuple(f"{ACCENTS[place % len(ACCENTS)]}+{speaker}" for place, speaker in enumerate(2 * SPEAKERS))
TAKES = 6  # of each word by each voice, at a speed and a pitch of its own
SPEEDS, PITCHES = (150, 230), (20, 80)  # words a minute; espeak-ng's scale from 0 to 99

FRAMES, BANDS = 28, 13
FRAME, HOP = 0.025, 0.020  # seconds
LOWEST, HIGHEST = 100.0, 6000.0  # hertz
POINTS = 1024  # of the Fourier transform
RANGE = 40.0  # dB that are kept below the loudest band of a word
SILENT = 0.02  # of the largest sample: less of it is before the word, or after it
LATE = 0.06  # seconds that a word begins after the first frame, at most
QUIET, LOUD = 0.0, 15.0  # dB between a word and the noise behind it


def spoken(word: str, voice: str, speed: int, pitch: int) -> tuple[Array, int]:
    """The samples of a word without the silence around it, and how many there are in a second."""
    call = ["espeak-ng", "-v", voice, "-s", str(speed), "-p", str(pitch), "--stdout", word]
    made = subprocess.run(call, capture_output=True, check=True).stdout
    with wave.open(io.BytesIO(made)) as file:
        rate = file.getframerate()
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.float64)
    heard = np.flatnonzero(np.abs(samples) > SILENT * np.abs(samples).max())
    return samples[heard[0] : heard[-1] + 1], rate


def mel(hertz: Array | float) -> Array:
    """Hertz in mels, m = 2595 log10(1 + f / 700): O'Shaughnessy 1987, Speech Communication."""
    return np.asarray(2595.0 * np.log10(1.0 + np.asarray(hertz) / 700.0))


def filters(rate: int) -> Array:
    """Triangles (BANDS, POINTS // 2 + 1) over the frequencies of the transform, whose corners are equal mels apart."""
    corners = np.linspace(mel(LOWEST), mel(HIGHEST), BANDS + 2)
    places = mel(np.fft.rfftfreq(POINTS, 1.0 / rate))
    low, middle, high = (corners[start : start + BANDS, None] for start in range(3))
    return np.asarray(np.maximum(0.0, np.minimum((places - low) / (middle - low), (high - places) / (high - middle))))


def log_mel(samples: Array, rate: int) -> Array:
    """Energies (FRAMES, BANDS) in dB of frames under a Hann window: 10 log10 of filters times |FFT| squared."""
    width, hop = round(FRAME * rate), round(HOP * rate)
    starts = hop * np.arange(FRAMES)[:, None]
    frames = np.pad(samples, (0, starts[-1, 0] + width))[starts + np.arange(width)]
    power = np.abs(np.fft.rfft(frames * np.hanning(width), POINTS)) ** 2
    return np.asarray(10.0 * np.log10(power @ filters(rate).T + 1e-12))


def example(word: str, voice: str, rng: np.random.Generator) -> Array:
    """One take: whole decibels (FRAMES, BANDS) from 0 to RANGE, the loudest band of the word, in white noise."""
    speed, pitch = (int(rng.integers(low, high + 1)) for low, high in (SPEEDS, PITCHES))
    samples, rate = spoken(word, voice, speed, pitch)
    heard = np.zeros(round((FRAME + HOP * FRAMES) * rate))
    begin = int(rng.uniform(0.0, LATE) * rate)
    samples = samples[: len(heard) - begin]
    heard[begin : begin + len(samples)] = samples
    power = float(np.mean(samples**2)) * 10.0 ** (-rng.uniform(QUIET, LOUD) / 10.0)
    energies = log_mel(heard + np.sqrt(power) * rng.standard_normal(len(heard)), rate)
    return np.asarray(np.rint(np.clip(energies - energies.max() + RANGE, 0.0, RANGE)).astype(np.uint8))


def main() -> None:
    """Write the file: examples (n, FRAMES * BANDS + 1), frame by frame, the place of the word last."""
    rng = np.random.default_rng(1)
    rows = [
        np.append(example(word, voice, rng).ravel(), np.uint8(place))
        for voice in VOICES
        for _ in range(TAKES)
        for place, word in enumerate(WORDS)
    ]
    np.savez_compressed(FOLDER / "spoken.npz", examples=np.stack(rows))


if __name__ == "__main__":
    main()
