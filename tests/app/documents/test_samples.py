"""Files for ever: what each version since 0.2.0 has written opens, with the meaning and the numbers it had.

The samples were written by the versions themselves; `numbers.json` has, for each run, how many updates it had done
after 200 more, the last loss and the sum of all losses, as that version computed them.
"""

from __future__ import annotations

import json
import math
import re
from dataclasses import replace
from pathlib import Path

import pytest

from app.documents.experiment_file import load, open_file, save
from app.documents.preferences import load_preferences
from app.documents.version import version
from engine import NUMBERS, Session, full_history, planned
from tests.app.documents import make_samples

ROOT = Path(__file__).resolve().parents[3]
SAMPLES = ROOT / "tests" / "documents-samples"
EXPERIMENTS = sorted(path for path in SAMPLES.glob("*/*.toml") if path.name != "memory.toml")
FIGURES = sorted(path for path in SAMPLES.glob("*/*.*") if path.suffix in (".png", ".svg", ".pdf"))


def name_of(path: Path) -> str:
    return path.relative_to(SAMPLES).as_posix()


@pytest.mark.parametrize("path", EXPERIMENTS, ids=name_of)
def test_an_experiment_of_any_version_opens_and_gives_the_numbers_it_gave(path: Path, tmp_path: Path) -> None:
    experiment = load(path)
    session = Session(experiment)
    session.advance(200)
    runs = json.loads((path.parent / "numbers.json").read_text("utf-8"))[path.stem]
    assert [run.settings.id for run in session.runs] == list(runs)
    for run in session.runs:
        updates, last, total = runs[run.settings.id]
        losses = full_history(run)["loss"]
        assert run.update == updates
        for number, then in ((losses[-1], last), (losses.sum(), total)):
            # Not to the bit: processors with other vectors add in another order. Muon makes small singular values as
            # large as the others, and with them what was rounded.
            allowed = 1e-9 if experiment.numbers == NUMBERS else 1e-6
            allowed = 1e-2 if run.settings.optimizer.kind == "muon" else allowed
            assert math.isclose(number, float.fromhex(then), rel_tol=allowed)
    save(experiment, tmp_path / "again.toml")
    again = load(tmp_path / "again.toml")
    assert again == experiment and again.view == experiment.view and again.numbers == NUMBERS


@pytest.mark.parametrize("path", FIGURES, ids=name_of)
def test_a_figure_of_any_version_opens_as_its_experiment(path: Path) -> None:
    opened = open_file(path)
    assert opened.is_figure
    assert replace(opened.experiment, view={}) == replace(load(path.with_suffix(".toml")), view={})


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*/compared.toml")), ids=name_of)
def test_a_comparison_of_any_version_has_its_meaning_and_its_results(path: Path) -> None:
    experiment = load(path)
    record = experiment.comparison("sweep")
    assert record is not None and record.runs == ("adam",)
    assert path.parent.name != "0.7.0" or experiment.comparisons == (record,), "it had one, by itself"
    plan = planned(experiment, record)
    if experiment.numbers == NUMBERS:
        assert plan.is_finished(record.known()) and plan.result(record.known()).done == 8


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*/memory.toml")), ids=name_of)
def test_the_preferences_of_any_version_are_kept(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FALL_LINE_CONFIG", str(tmp_path))
    (tmp_path / "memory.toml").write_bytes(path.read_bytes())
    found = load_preferences()
    assert [file.name for file in found.files] == ["file 2.toml", "file 1.toml", "file 0.toml"]
    assert found.choices["theme"] == "light" and found.choices["size"] == [89.0, 62.5]


def test_every_version_has_samples_of_every_kind() -> None:
    """Before a version is released, `python -m tests.app.documents.make_samples` writes its own."""
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    versions = re.findall(r"^## (\d+\.\d+\.\d+)$", changes, re.MULTILINE)
    assert versions[-1] == "0.1.0" and "0.2.0" in versions
    for each in versions[versions.index(version()) : -1]:  # what is above is not released yet
        names = {path.name for path in (SAMPLES / each).iterdir()}
        assert {"surface.toml", "formula.toml", "network.toml", "own_data.toml", "classes.toml"} < names
        assert {"surface.png", "surface.svg", "surface.pdf", "numbers.json", "memory.toml"} < names
    assert (SAMPLES / "0.2.0" / "packed.toml").exists()


def test_the_samples_of_this_version_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FALL_LINE_CONFIG", str(tmp_path))  # which it sets
    make_samples.write(tmp_path / "samples")
    written = {path.name for path in (tmp_path / "samples").iterdir()}
    assert {path.name for path in (SAMPLES / version()).iterdir()} == written
    for path in (tmp_path / "samples").glob("[a-ln-z]*.toml"):
        assert load(path).numbers == NUMBERS
