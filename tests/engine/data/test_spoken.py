"""The spoken digits: what is in the file, and the formulas that made it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from assets.data import make_spoken
from engine import SettingError, Table, choose, new_network, split_knob
from engine.data import DATASETS, bundled, training_data
from engine.problems.kind import problem_of
from tests.engine.data.made import make

FOLDER = Path(__file__).resolve().parents[3] / "assets" / "data"


def test_each_word_is_there_as_often_as_the_others() -> None:
    examples = make("spoken")
    assert examples.shaped.shape == (1200, 28, 13) and examples.image is None
    assert np.bincount(examples.targets.astype(int)).tolist() == [120] * 10
    assert examples.classes == make_spoken.WORDS
    assert DATASETS["spoken"].shape == (make_spoken.FRAMES, make_spoken.BANDS)
    assert DATASETS["spoken"].step_ms == 1000.0 * make_spoken.HOP
    assert examples.inputs.min() == 0.0
    assert (examples.inputs.max(axis=1) == make_spoken.RANGE).all(), "decibels against the loudest band of the word"
    assert (examples.inputs == np.rint(examples.inputs)).all()
    assert (FOLDER / "spoken.npz").stat().st_size < 300_000


def test_a_tone_is_loudest_in_its_own_band() -> None:
    rate = 22_050
    corners = np.linspace(*(2595 * np.log10(1 + np.array([100.0, 6000.0]) / 700)), 15)
    for band, pitch in enumerate(700 * (10 ** (corners[1:-1] / 2595) - 1)):
        tone = np.sin(2 * np.pi * pitch * np.arange(rate) / rate)
        energies = make_spoken.log_mel(tone, rate)
        assert energies.shape == (28, 13)
        assert (energies[:-1].argmax(axis=1) == band).all()
        louder = make_spoken.log_mel(10 * tone, rate)
        np.testing.assert_allclose(louder[:-1, band] - energies[:-1, band], 20.0, rtol=1e-9)


def test_frames_are_25_ms_every_20_ms() -> None:
    click = np.zeros(22_050)
    click[round(0.1 * 22_050)] = 1.0
    heard = make_spoken.log_mel(click, 22_050).max(axis=1) > -100
    assert np.flatnonzero(heard).tolist() == [4], "frames 4 (80 to 105 ms) and 5, where a window begins at 0"


def test_source_and_licence_are_told_in_the_folder_too() -> None:
    (row,) = (line for line in (FOLDER / "README.md").read_text("utf-8").splitlines() if "`spoken.npz`" in line)
    assert "espeak-ng 1.51" in row and "espeak-ng 1.51" in DATASETS["spoken"].source
    assert "GPL-3.0-or-later" in row and "GPL-3.0-or-later" in DATASETS["spoken"].licence


@pytest.mark.parametrize("content", [None, b"x", b"PK\x03\x04 broken"])
def test_a_file_that_is_missing_or_broken_is_named(
    content: bytes | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / "spoken.npz").write_bytes(content)
    monkeypatch.setattr(bundled.resources, "files", lambda package: tmp_path)
    bundled._measured.cache_clear()
    with pytest.raises(SettingError, match=r"cannot read the bundled file assets/data/spoken\.npz"):
        make("spoken")
    monkeypatch.undo()
    assert len(make("spoken").targets) == 1200


def test_a_split_by_voice_validates_with_voices_never_trained_on() -> None:
    examples = make("spoken")
    assert examples.groups is not None and len(make_spoken.VOICES) == 20
    assert np.bincount(examples.groups).tolist() == [len(make_spoken.WORDS) * make_spoken.TAKES] * 20
    for seed, share, voices in ((1, 0.8, 16), (2, 0.5, 10), (3, 0.01, 1), (4, 1.0, 20)):
        data = training_data(examples, (), "none", share, seed, split="grouped")
        places = {row.tobytes(): voice for row, voice in zip(examples.inputs, examples.groups, strict=True)}
        found = [places[row.tobytes()] for row in data.raw]
        trained, others = set(found[: data.train]), set(found[data.train :])
        assert len(trained) == voices and data.train == 60 * voices and not trained & others


def test_some_of_the_words_keep_their_voices() -> None:
    every, few = make("spoken"), make("spoken", samples=100)
    places = {row.tobytes(): voice for row, voice in zip(every.inputs, every.groups, strict=True)}
    assert [places[row.tobytes()] for row in few.inputs] == few.groups.tolist()


def test_data_without_groups_are_not_split_by_them() -> None:
    told = r"split: the examples of {} belong to no groups \(such as voices\), got grouped: use shuffled or stratified"
    with pytest.raises(SettingError, match=told.format("Iris")):
        new_network("iris", ["sgd"], split="grouped")
    table = Table("mine", ("a", "b"), "class", np.zeros((4, 2)), np.arange(4.0) % 2, ("A", "B"))
    with pytest.raises(SettingError, match=told.format("mine")):
        new_network(table, ["sgd"], split="grouped")
    task = new_network("spoken", ["sgd"], split="grouped", share=0.8).problem
    assert split_knob(task.data).titles == ("shuffled", "stratified", "by voice")
    assert split_knob(choose(DATASETS, "iris")).options == ("shuffled", "stratified")
    assert task.having("data", "iris").split == "shuffled", "other data come with their own split"
    assert problem_of(task).subject.data.train == 960
