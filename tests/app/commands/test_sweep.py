"""`python main.py sweep`, without a window: what it says, writes and keeps, and how it goes on after a kill."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from app.commands import cli
from app.documents.experiment_file import load, save
from app.documents.trial_journal import TrialJournal, beside
from app.launch.exit_status import DONE, INTERRUPTED, REFUSED, SOME_DIVERGED
from engine import new_experiment, new_run
from engine import processor as own_processor

ROOT = Path(__file__).resolve().parents[3]
SEEDS = ("--kind", "seeds", "--set", "seeds=3", "--set", "updates=40")
posix = pytest.mark.skipif(os.name == "nt", reason="signals as POSIX has them")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "race.toml"
    save(new_experiment("rosenbrock", ["adam", new_run("sgd", learning_rate=1.0)]), path)
    return path


def rows_of(path: Path) -> list[dict[str, str]]:
    with open(path, newline="", encoding="utf-8") as table:
        return list(csv.DictReader(table))


def test_a_sweep_is_told_exported_kept_and_taken_up(file: Path, tmp_path: Path, capsys) -> None:
    table = tmp_path / "trials.csv"
    words = ["sweep", str(file), *SEEDS, "--workers", "2", "--export", str(table), "--keep"]
    assert cli.main(words) == SOME_DIVERGED
    told = capsys.readouterr()
    sentences, lines, computed = told.out.split("\n\n")
    assert "Adam ends" in sentences and "diverged" in sentences
    head, *rows = [line.split("\t") for line in lines.splitlines()]
    assert head == ["run", "trials", "median", "lower", "upper", "diverged", "failed"]
    assert [row[:2] for row in rows] == [["adam", "3"], ["sgd", "3"]] and rows[1][5] == "3"
    assert computed.split() == ["processor", "trials", own_processor(), "6"]

    found = rows_of(table)
    assert list(found[0])[:4] == ["run", "seed", "value", "best"] and len(found) == 6
    assert {(row["run"], row["seed"]) for row in found} == {(run, str(n)) for run in ("adam", "sgd") for n in range(3)}
    assert all(row["diverged_at"] for row in found if row["run"] == "sgd") and found[0]["processor"] == own_processor()
    assert float(found[0]["value"]) in {summary.value for summary in load(file).comparisons[0].known().values()}

    beside(file).unlink()
    known = load(file).comparisons[0].known()
    assert cli.main(["sweep", str(file), "--export", str(table)]) == SOME_DIVERGED, "the file holds the comparison"
    again = capsys.readouterr()
    assert again.out == told.out and "6 trials are known" in again.err
    assert [row["seconds"] for row in rows_of(table)] == [row["seconds"] for row in found], "nothing is computed again"
    save(replace(load(file), comparisons=(replace(load(file).comparisons[0], results=""),)), file)
    assert cli.main(["sweep", str(file), "--keep", "--quiet"]) == SOME_DIVERGED
    anew = load(file).comparisons[0].known()
    assert capsys.readouterr().out == ""
    assert {key: one.digest for key, one in anew.items()} == {key: one.digest for key, one in known.items()}


def test_settings_are_varied_and_a_comparison_of_the_file_is_changed_by_options(file: Path, capsys, tmp_path) -> None:
    table = tmp_path / "trials.csv"
    vary = ["--vary", "learning_rate=1e-4..0.01:3:log", "--vary", "optimizer.beta1=0.5,0.9", "--runs", "adam"]
    words = ["sweep", str(file), "--kind", "sweep", "--set", "updates=20", *vary, "--keep", "--export", str(table)]
    assert cli.main(words) == DONE
    found = rows_of(table)
    assert {float(row["learning_rate"]) for row in found} == {1e-4, 1e-3, 0.01}
    assert {row["optimizer.beta1"] for row in found} == {"0.5", "0.9"} and len(found) == 6
    assert "\nadam\t0.0001\t0.5\t1\t" in capsys.readouterr().out
    assert cli.main(["sweep", str(file), "--set", "seeds=2", "--quiet", "--export", str(table)]) == DONE
    assert len(rows_of(table)) == 12 and load(file).comparison("sweep").choice.values["seeds"] == 1


def test_what_cannot_be_is_refused_in_a_sentence(file: Path, tmp_path: Path, capsys) -> None:
    for words, told in (
        ([], "has no comparison; name one with --kind: race, seeds"),
        (["--kind", "horses"], "invalid choice: 'horses'"),
        (["--kind", "seeds", "--set", "seeds=0"], "seeds must be a whole number in [1, 1000], got 0"),
        (["--kind", "seeds", "--set", "seeds"], "--set must be like NAME=VALUE, got 'seeds'"),
        (["--kind", "seeds", "--set", "cows=1"], "unknown setting"),
        (["--kind", "seeds", "--runs", "nobody"], "--runs must be among adam, sgd, got 'nobody'"),
        (["--kind", "race", "--optimizers", "horses"], "unknown optimizer 'horses'"),
        (["--kind", "seeds", "--measure", "horses"], "must be one of"),
        (["--kind", "seeds", "--vary", "learning_rate=1,2"], "varies no settings"),
        (["--kind", "sweep", "--vary", "learning_rate=0..1:3:log"], "above 0"),
        (["--kind", "sweep", "--vary", "learning_rate=-1,1"], "learning_rate"),
        (["--kind", "sweep", "--vary", "learning_rate=1e-4..1:1000000:log"], "steps must be a whole number in [1, 1"),
        (["--kind", "sweep", "--vary", "learning_rate=1e-4..1"], "a range must be like 0.001..1:9"),
        ([*SEEDS, "--scheduler", ""], "--scheduler must be like tcp://host:8786, got ''"),
        ([*SEEDS, "--scheduler", "2 threads"], "--scheduler must be like tcp://host:8786"),
        ([*SEEDS, "--workers", "many"], "must be like 2 threads"),
        ([*SEEDS, "--workers", "1", "--processes", "1"], "not allowed with"),
        ([*SEEDS, "--scheduler", "nowhere"], "must be like"),
        ([*SEEDS, "--export", "out.txt"], "--export must end in .csv, .png, .svg, .pdf"),
        ([*SEEDS, "--export", str(tmp_path / "no" / "x.csv")], "there is no folder"),
    ):
        assert cli.main(["sweep", str(file), *words]) == REFUSED, words
        said = capsys.readouterr()
        assert said.out == "" and told in said.err and said.err.count("\n") == 1, (words, said.err)
    beside(file).write_bytes(b"mine\nnot yours\n")
    assert cli.main(["sweep", str(file), *SEEDS]) == REFUSED
    assert "it is no journal of trials" in capsys.readouterr().err and beside(file).read_bytes() == b"mine\nnot yours\n"


def test_several_comparisons_stand_in_a_file_and_optimizers_join_runs(file: Path, capsys) -> None:
    asked = ["--runs", "adam", "--optimizers", "rmsprop"]
    assert cli.main(["sweep", str(file), *SEEDS, *asked, "--keep", "--quiet"]) == DONE
    small = ["--set", "updates=10", "--set", "seeds=1", "--runs", "adam"]
    assert cli.main(["sweep", str(file), "--kind", "rates", *small, "--keep", "--quiet"]) == DONE
    kinds = [record.choice.kind for record in load(file).comparisons]
    assert kinds == ["seeds", "rates"] and load(file).comparison("seeds").optimizers == ("rmsprop",)
    assert cli.main(["sweep", str(file)]) == REFUSED
    assert "has several comparisons, seeds, rates; name one with --kind" in capsys.readouterr().err
    assert cli.main(["sweep", str(file), "--kind", "seeds"]) == DONE, "with knobs and results that are in the file"
    told = capsys.readouterr()
    assert "RMSprop ends" in told.out and "6 trials are known" in told.err


def started(file: Path, *words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "main.py", "sweep", str(file), *words],
        cwd=ROOT,
        env={**os.environ, "FALL_LINE_ENV": "current"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finished(file: Path) -> int:
    path = beside(file)
    return len(TrialJournal(path).known([own_processor()])) if path.exists() else 0


@posix
@pytest.mark.slow
def test_a_sweep_goes_on_where_it_was_killed_or_interrupted(file: Path, tmp_path: Path) -> None:
    words = ("--kind", "seeds", "--set", "seeds=8", "--set", "updates=1000000", "--runs", "adam")
    for number in (signal.SIGKILL, signal.SIGINT):
        before = finished(file)
        process = started(file, *words, "--processes" if number == signal.SIGINT else "--workers", "2")
        end = time.monotonic() + 60
        while finished(file) < before + 2:
            assert time.monotonic() < end and process.poll() is None
            time.sleep(0.02)
        process.send_signal(number)
        _, said = process.communicate(timeout=30)
        if number == signal.SIGINT:
            assert process.returncode == INTERRUPTED and "Traceback" not in said
            assert "the same command goes on from there" in said and said.endswith("Fall Line: interrupted\n")
    known = finished(file)
    assert 4 <= known < 8
    process = started(file, *words, "--export", str(tmp_path / "a.csv"))
    _, said = process.communicate(timeout=120)
    assert process.returncode == DONE and f"{known} trials are known" in said
    beside(file).unlink()
    process = started(file, *words, "--workers", "1", "--export", str(tmp_path / "b.csv"), "--quiet")
    process.communicate(timeout=120)
    digests = [[row["digest"] for row in rows_of(tmp_path / name)] for name in ("a.csv", "b.csv")]
    assert digests[0] == digests[1] and len(set(digests[0])) == 8
