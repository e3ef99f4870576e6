"""`python main.py library`, without a window."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from app.commands import cli
from app.commands import library as command
from app.documents.library.columns import FIRST
from app.documents.library.library import Library
from app.launch.exit_status import REFUSED
from tests.app.documents.library.entries import many

ENTRIES = list(many(40))


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FALL_LINE_CONFIG", str(tmp_path))
    Library().keep(ENTRIES)
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, str]]:
    assert cli.main(["library", *words]) == 0
    head, *rows = capsys.readouterr().out.splitlines()
    return [dict(zip(head.split("\t"), row.split("\t"), strict=True)) for row in rows]


def test_runs_are_listed_searched_and_sorted(capsys: pytest.CaptureFixture[str]) -> None:
    rows = said(capsys)
    assert len(rows) == 40 and list(rows[0]) == [column.key for column in FIRST]
    adams = said(capsys, "--search", "optimizer=adam loss<0.01", "--sort", "loss", "--column", "beta1")
    expected = [entry for entry in ENTRIES if entry.settings["optimizer"] == "adam" and entry.results["loss"] < 0.01]
    losses = sorted(entry.results["loss"] for entry in expected)
    assert [float(row["loss"]) for row in adams] == losses
    assert {row["optimizer.beta1"] for row in adams} == {"0.9"}
    falling = said(capsys, "--sort=-loss")
    assert [float(row["loss"]) for row in falling] == sorted((e.results["loss"] for e in ENTRIES), reverse=True)


def test_a_terminal_gets_columns(capsys: pytest.CaptureFixture[str]) -> None:
    library = Library()
    rows = [*library.rows(library.find().ids, FIRST).values()]
    lines = command.table(rows, FIRST, aligned=True).splitlines()
    assert len(lines) == 41 and "\t" not in "".join(lines)
    assert len({line.index(word) for line, word in zip(lines, ["status", *["finished"] * 40], strict=True)}) == 1


def test_everything_is_exported_to_the_bit(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    path = tmp_path / "runs.csv"
    assert cli.main(["library", "--search", "momentum", "--sort", "seed", "--export", str(path)]) == 0
    assert capsys.readouterr().out == ""
    with open(path, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    expected = [entry for entry in ENTRIES if entry.settings["optimizer"] == "momentum"]
    assert len(rows) == len(expected)
    for row, entry in zip(rows, expected, strict=True):
        for key, value in {**entry.settings, **entry.results}.items():
            assert (float(row[key]) if isinstance(value, float) else row[key].lstrip("'")) == value, key
    assert "optimizer.beta1" not in rows[0]


def test_what_cannot_be_is_refused_in_a_sentence(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for words, told in (
        (["--search", "los<1"], "--search: no run has a setting or result 'los': did you mean loss"),
        (["--sort", "nothing"], "--sort: no run has a setting or result 'nothing'; there are title, run"),
        (["--column", "nothing"], "--column: no run has a setting or result 'nothing'"),
        (["--export", "runs.txt"], "--export must end in .csv, got 'runs.txt'"),
        (["--export", str(tmp_path / "no" / "runs.csv")], "cannot write"),
        (["--nothing"], "unrecognized arguments: --nothing; see"),
    ):
        assert cli.main(["library", *words]) == REFUSED
        out, err = capsys.readouterr()
        assert out == "" and told in err and len(err.splitlines()) == 1


def test_an_empty_library_has_nothing_to_list(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FALL_LINE_CONFIG", str(tmp_path / "new"))
    assert said(capsys) == [] and said(capsys, "--sort", "loss") == [] and not (tmp_path / "new").exists()


def test_a_damaged_library_is_told_beside_the_table(capsys: pytest.CaptureFixture[str], home: Path) -> None:
    (home / "library.sqlite").write_bytes(b"nonsense" * 1000)
    assert cli.main(["library"]) == 0
    out, err = capsys.readouterr()
    assert len(out.splitlines()) == 1 and "set aside as library.damaged-" in err
