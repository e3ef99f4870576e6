"""Paths of settings: each is parsed to what it means, and written as it was."""

from __future__ import annotations

import pytest

from engine import PARAMETER, Setting

PATHS = {
    "learning_rate": Setting("learning_rate"),
    "optimizer.beta2": Setting("optimizer", "beta2"),
    "data.add": Setting("data", "add"),
    "hidden.2.units": Setting("hidden", "units", 2),
    "hidden.2": Setting("hidden", None, 2),
    "parameter.17": Setting(PARAMETER, place=17),
    "": Setting(""),
    "optimizer.": Setting("optimizer", ""),
    "a.b.c": Setting("a", "b.c"),
    "hidden.².units": Setting("hidden", "².units"),
    "parameter.-1": Setting(PARAMETER, "-1"),
    f"parameter.{10**18}": Setting(PARAMETER, str(10**18)),
}


@pytest.mark.parametrize("path", PATHS)
def test_a_path_is_parsed_and_written_as_it_was(path) -> None:
    setting = Setting.of(path)
    assert setting == PATHS[path]
    assert setting.path == path
    assert Setting.of(setting) is setting


def test_what_it_sets() -> None:
    assert Setting.of("optimizer").is_whole
    assert not Setting.of("optimizer.").is_whole and not Setting.of("parameter.0").is_whole
    assert Setting.of("hidden.2.units").rest == "2.units"
    assert Setting.of("parameter.0").rest == "0"


@pytest.mark.parametrize(
    ("path", "words", "name"),
    [
        ("learning_rate", "learning rate", "learning rate"),
        ("optimizer.beta2", "optimizer beta2", "beta2"),
        ("schedule.decay_rate", "schedule decay rate", "decay rate"),
        ("hidden.2.units", "hidden 2 units", "hidden 2 units"),
        ("parameter.17", "parameter 17", "parameter 17"),
    ],
)
def test_in_words(path, words, name) -> None:
    assert (Setting.of(path).words, Setting.of(path).name) == (words, name)
