from __future__ import annotations

import contextlib
import csv
import gc
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from app.commands import cli
from app.commands import run as headless
from app.documents.experiment_file import load, save
from app.documents.presets import presets
from app.launch.exit_status import FAULT, REFUSED, SOME_DIVERGED
from engine import COLUMNS, Session, full_history, new_experiment, new_network, new_run

ROOT = Path(__file__).resolve().parents[3]
needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="signals as POSIX has them")


@pytest.fixture
def race(tmp_path: Path) -> Path:
    runs = [new_run("adam", learning_rate=0.03), new_run("sgd", batch=10)]
    session = Session(new_experiment("rosenbrock", runs, noise=1.0, updates=300, title="Race"))
    session.advance(100)
    session.tweak("adam", "learning_rate", 0.01)
    save(session.experiment(), tmp_path / "race.toml")
    return tmp_path / "race.toml"


@pytest.fixture
def flight(tmp_path: Path) -> Path:
    """One of its runs diverges."""
    runs = [new_run("adam"), new_run("sgd", learning_rate=1.0)]
    save(new_experiment("rosenbrock", runs, updates=300), tmp_path / "flight.toml")
    return tmp_path / "flight.toml"


@pytest.fixture
def nets(tmp_path: Path) -> Path:
    """Two networks on two classes, the second one selected."""
    runs = [new_run("sgd", learning_rate=0.03, batch=10), new_run("adam", learning_rate=0.01, batch=10)]
    experiment = new_network("circle", runs, hidden=(4, 2), output="tanh", loss="half_mse", stop={"updates": 150})
    save(replace(experiment, view={"selected": "adam"}), tmp_path / "nets.toml")
    return tmp_path / "nets.toml"


def rows_of(text: str) -> list[dict[str, str]]:
    head, *rows = (line.split("\t") for line in text.splitlines())
    return [dict(zip(head, row, strict=True)) for row in rows]


def start(*arguments: str, stderr: int = subprocess.PIPE) -> subprocess.Popen[str]:
    code = "import sys; from app.commands import cli; sys.exit(cli.main(sys.argv[1:]))"
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT, text=True, stdout=subprocess.PIPE, stderr=stderr,
    )  # fmt: skip


@contextlib.contextmanager
def on_terminal(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A process whose complaints go to a terminal, and the terminal."""
    import pty

    terminal, other_end = pty.openpty()
    process = start(*arguments, stderr=other_end)
    os.close(other_end)
    try:
        yield process, terminal
    finally:
        process.kill()
        process.communicate()
        os.close(terminal)


def until(terminal: int, sign: bytes = b"") -> bytes:
    """What is said up to a sign, or to the end."""
    said = b""
    with contextlib.suppress(OSError):  # what Linux says when the other end is closed
        while (not sign or sign not in said) and (part := os.read(terminal, 4096)):
            said += part
    return said


def test_the_table_is_for_scripts(race: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["run", str(race)]) == 0
    out, err = capsys.readouterr()
    session = Session(load(race))
    session.advance(300)
    expected = [(run.settings.id, "300", repr(run.peek().loss), "finished") for run in session.runs]
    assert [(row["run"], row["updates"], row["loss"], row["status"]) for row in rows_of(out)] == expected
    assert err == ""


def test_the_table_of_networks_tells_of_both_parts_of_the_examples(
    nets: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["run", str(nets)]) == 0
    rows = rows_of(capsys.readouterr().out)
    session = Session(load(nets))
    session.advance(150)
    for row, run in zip(rows, session.runs, strict=True):
        learner, theta = session.problem.subject, run.machine.theta
        assert learner is not None and (row["run"], row["updates"], row["status"]) == (
            run.settings.id,
            "150",
            "finished",
        )
        for part, examples in (("training", learner.training), ("validation", learner.validation)):
            answers, goals = learner.outputs(theta, examples[0])[:, 0], np.where(examples[1] > 0, 1.0, -1.0)
            loss = float(row["loss" if part == "training" else "validation_loss"])
            assert loss == pytest.approx(0.5 * np.mean((answers - goals) ** 2), rel=1e-12)
            assert float(row[f"{part}_score"]) == np.mean((answers > 0) == (goals > 0))
        assert run.best is not None
        best = float(row["best_validation_loss"]), int(row["best_update"])
        assert best == (run.best.loss, run.best.update) == (min(run.measures.view().column("validation_loss")), best[1])


def test_of_networks_without_validation_nothing_is_invented(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save(new_network("sine", ["adam"], hidden=(3,), share=1.0, stop={"updates": 5}), tmp_path / "a.toml")
    assert cli.main(["run", str(tmp_path / "a.toml")]) == 0
    (row,) = rows_of(capsys.readouterr().out)
    assert (row["validation_loss"], row["validation_score"], row["best_update"]) == ("", "", "")
    assert float(row["loss"]) > 0 and float(row["training_score"]) <= 1


def test_networks_are_written_in_every_form(nets: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    plots = ["stage", "confusion", "diagram", "losses", "layer_gradient_norm"]
    exports = [word for name in plots for word in ("--export", str(tmp_path / f"{name}.svg"), "--plot", name)]
    table = ["--export", str(tmp_path / "rows.csv")]
    assert cli.main(["run", str(nets), "--quiet", "--run", "sgd", *exports, *table]) == 0
    assert capsys.readouterr() == ("", "")
    for name in plots:
        again = load(tmp_path / f"{name}.svg")
        assert again.runs == load(nets).runs and again.view["selected"] == "sgd"
    assert "<!-- Gradient descent, η = 0.03" in (tmp_path / "stage.svg").read_text("utf-8")
    with open(tmp_path / "rows.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len([row for row in rows if row["run"] == "adam" and row["loss"]]) == 150
    assert len([row for row in rows if row["run"] == "adam" and row["validation_loss"]]) > 20


def test_early_stopping_is_an_end_if_anything_validates(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    more = {"hidden": (6,), "stop": {"updates": 0, "patience": 300}, "scaling": "standardise"}
    runs = [new_run("adam", learning_rate=0.05)]
    save(new_network("iris", runs, **more), tmp_path / "a.toml")
    assert cli.main(["run", str(tmp_path / "a.toml")]) == 0
    (row,) = rows_of(capsys.readouterr().out)
    assert row["status"] == "finished" and "no lower validation loss" in row["message"]
    save(new_network("iris", runs, **more, share=1.0), tmp_path / "a.toml")
    assert cli.main(["run", str(tmp_path / "a.toml")]) == REFUSED
    assert "has no end" in capsys.readouterr().err


def test_the_table_on_a_terminal_has_columns() -> None:
    session = Session(new_experiment("rosenbrock", ["adam", "adagrad"]))
    session.advance(10)
    lines = headless.summary(session.picture(), True).splitlines()
    assert len({line.index(word) for line, word in zip(lines, ("status", "running", "running"), strict=True)}) == 1
    assert "\t" not in "".join(lines)


def test_numbers_are_those_of_the_window_to_the_bit(race: Path, tmp_path: Path) -> None:
    assert cli.main(["run", str(race), "--updates", "1000", "--export", str(tmp_path / "out.csv"), "--quiet"]) == 0
    with open(tmp_path / "out.csv", newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    session = Session(load(race))
    session.stop_at({**session.experiment_settings.stop, "updates": 0})
    while session.update < 1000:  # in chunks as uneven as a window's
        session.advance(min(37, 1000 - session.update))
    for run in session.runs:
        exact = full_history(run)
        for name in COLUMNS:
            found = np.array([float(row[name]) for row in rows if row["run"] == run.settings.id])
            assert found.tobytes() == exact[name].tobytes()


def test_every_format_is_written(race: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = ["loss.png", "stage.SVG", "norm.pdf", "rows.csv"]
    exports = [word for name in names for word in ("--export", str(tmp_path / name))]
    plots = ["--plot", "loss", "--plot", "stage", "--plot", "gradient_norm"]
    looks = ["--size", "40x30", "--dpi", "100", "--font", "serif", "--font-size", "6", "--smooth", "5", "--linear-y"]
    more = ["--no-grid", "--title", "--legend", "right", "--along", "epochs", "--line-width", "0.8"]
    assert cli.main(["run", str(race), "--updates", "20", "--quiet", *exports, *plots, *looks, *more]) == 0
    assert capsys.readouterr() == ("", "")
    with Image.open(tmp_path / "loss.png") as picture:
        assert picture.size == (157, 118)
    for name in names[:3]:
        again = load(tmp_path / name)
        assert again.stop["updates"] == 20 and again.runs == load(race).runs
    assert cli.main(["run", str(tmp_path / "norm.pdf"), "--quiet"]) == 0


def test_a_run_that_diverges_is_told_by_the_status(
    flight: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.csv"
    assert cli.main(["run", str(flight), "--export", str(out)]) == SOME_DIVERGED
    rows = rows_of(capsys.readouterr().out)
    assert [row["status"] for row in rows] == ["finished", "diverged"]
    assert "learning rate" in rows[1]["message"] and np.isfinite(float(rows[1]["loss"]))
    assert out.read_text("utf-8").count("\n") > 301


REFUSALS = {
    "no file": (["run"], "FILE"),
    "no such file": (["run", "{folder}/none.toml"], "cannot read .*none.toml: no such file"),
    "a folder": (["run", "{folder}"], "it is a folder"),
    "not TOML": (["run", "{folder}/bad.toml"], "bad.toml: not TOML: .*line 1"),
    "not an experiment": (["run", "{folder}/wrong.toml"], r"wrong.toml: runs\[1\].learning_rate: .*got -1"),
    "no end": (["run", "{folder}/endless.toml"], "has no end .*--updates"),
    "updates 0": (["run", "{race}", "--updates", "0"], r"whole number in \[1, 1e\+15\], got '0'"),
    "updates -3": (["run", "{race}", "--updates", "-3"], "got '-3'"),
    "updates 1.000": (["run", "{race}", "--updates", "1.000"], r"got '1\.000'"),
    "updates 2.5": (["run", "{race}", "--updates", "2.5"], r"got '2\.5'"),
    "updates many": (["run", "{race}", "--updates", "9" * 5000], "whole number"),
    "export kind": (["run", "{race}", "--export", "out.jpg"], "must end in .png, .svg, .pdf or .csv, got 'out.jpg'"),
    "export folder": (["run", "{race}", "--export", "{folder}/none/out.png"], "there is no folder"),
    "export twice": (["run", "{race}", "--export", "{folder}/a.png", "--export", "{folder}/a.png"], "over another"),
    "export onto source": (["run", "{folder}/figure.png", "--export", "{folder}/figure.png"], "over another file"),
    "plot": (
        ["run", "{race}", "--plot", "los", "--export", "{folder}/a.png"],
        "--plot: there is no 'los'; did you mean loss.*",
    ),
    "plots": (["run", "{race}", "--plot", "loss", "--plot", "x", "--export", "{folder}/a.png"], "got 2 for 1 pictures"),
    "plot of others": (["run", "{race}", "--plot", "diagram", "--export", "{folder}/a.png"], "only networks have it"),
    "plot of other data": (["run", "{nets}", "--plot", "fit", "--export", "{folder}/a.png"], "there are boundary, con"),
    "run": (["run", "{nets}", "--run", "rmsprop"], "--run must be one of sgd, adam, got 'rmsprop'"),
    "plot of nothing": (["run", "{race}", "--plot", "loss"], "got 1 for 0 pictures"),
    "size": (["run", "{race}", "--size", "big"], "--size must be single column, .*got 'big'"),
    "small": (["run", "{race}", "--size", "5x5"], r"width must lie in \[20, 1000\], got 5"),
    "dpi": (["run", "{race}", "--dpi", "9999"], r"dpi must be a whole number in \[50, 1200\], got 9999"),
    "pixels": (["run", "{race}", "--size", "1000x1000", "--dpi", "1200", "--export", "{folder}/a.png"], "million"),
    "font": (["run", "{race}", "--font", "Nemo 7", "--export", "{folder}/a.pdf"], "'Nemo 7' is not installed"),
    "number": (["run", "{race}", "--font-size", "x"], "must be a number, got 'x'"),
    "option": (["run", "{race}", "--export-all"], "unrecognized arguments: --export-all"),
    "window: option": (["--fullscreen"], "unknown option --fullscreen"),
    "window: two files": (["a.toml", "b.toml"], "at most one file"),
    "window: no such file": (["{folder}/none.toml"], "there is no such file"),
    "presets": (["presets", "x"], "takes no arguments"),
}  # fmt: skip


@pytest.mark.parametrize(("arguments", "told"), REFUSALS.values(), ids=list(REFUSALS))
def test_what_cannot_be_is_refused_in_a_sentence(
    arguments: list[str], told: str, race: Path, nets: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = race.parent
    (folder / "bad.toml").write_text("= 3")
    (folder / "wrong.toml").write_text("[problem]\n[[runs]]\nlearning_rate = -1")
    (folder / "endless.toml").write_text("[problem]\n[stop]\nupdates = 0\n[[runs]]\n")
    (folder / "figure.png").write_bytes(b"")
    before = {path: path.read_bytes() for path in folder.iterdir()}
    status = cli.main([word.format(folder=folder, race=race, nets=nets) for word in arguments])
    out, err = capsys.readouterr()
    assert status == REFUSED and out == ""
    assert err.startswith("Fall Line: ") and err.count("\n") == 1 and len(err) < 700
    assert re.search(told, err), err
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize("text", ["120", "1.2e2", "12·10", "2^7-8"])
def test_numbers_are_read_as_people_write_them(text: str, race: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["run", str(race), "--updates", text]) == 0
    assert {row["updates"] for row in rows_of(capsys.readouterr().out)} == {"120"}


def test_other_stop_rules_are_an_end(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save(new_experiment("sphere", ["sgd"], updates=0, gradient_below=1e-3), tmp_path / "a.toml")
    assert cli.main(["run", str(tmp_path / "a.toml")]) == 0
    (row,) = rows_of(capsys.readouterr().out)
    assert row["status"] == "finished" and "gradient norm" in row["message"]


def test_help_and_version_and_presets(capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["--help"], ["-h"], ["run", "--help"], ["--version"], ["presets"]):
        assert cli.main(words) == 0
    out, err = capsys.readouterr()
    assert err == ""
    for preset in presets():
        assert f"\t{preset.title}\t" in out
    told = headless.parser().format_help()
    options = [option for action in headless.parser()._actions for option in action.option_strings]
    assert all(option in told for option in options)
    assert all(f"\n  {status} " in cli.HELP for status in (0, 1, 2, 3, 4, 130))


def test_a_defect_is_one_sentence_and_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, race: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("first\nsecond")

    monkeypatch.setenv("FALL_LINE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(headless, "_finished", fail)
    assert cli.main(["run", str(race)]) == FAULT
    err = capsys.readouterr().err
    log = tmp_path / "cache" / "fault.log"
    assert err == f"Fall Line: a defect of the program: ZeroDivisionError: first second; the details are in {log}\n"
    assert "Traceback" in log.read_text("utf-8") and "ZeroDivisionError" in log.read_text("utf-8")


def test_a_missing_package_of_ours_is_a_defect(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "app.launch.start", None)
    try:
        assert cli.main([]) == FAULT
    finally:
        gc.enable()  # until a window stands there are no collections
    assert "ModuleNotFoundError" in capsys.readouterr().err


@needs_signals
@pytest.mark.slow
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_it_can_be_interrupted(race: Path, tmp_path: Path, number: int, status: int) -> None:
    out = tmp_path / "out.csv"
    out.write_text("old")
    with on_terminal("run", str(race), "--updates", str(10**13), "--export", str(out)) as (process, terminal):
        until(terminal, b" updates")
        process.send_signal(number)
        said, _ = process.communicate(timeout=10)
        assert process.returncode == status and said == "" and b"Traceback" not in until(terminal)
    assert out.read_text() == "old" and sorted(path.name for path in tmp_path.iterdir()) == ["out.csv", "race.toml"]


@needs_signals
@pytest.mark.slow
def test_a_reader_that_leaves_is_no_error(race: Path) -> None:
    process = start("run", str(race))
    assert process.stdout is not None and process.stderr is not None
    process.stdout.close()
    assert process.wait(60) == 0 and process.stderr.read() == ""
    process.stderr.close()


@needs_signals
@pytest.mark.slow
def test_a_terminal_gets_a_bar_and_takes_it_away_again(race: Path) -> None:
    with on_terminal("run", str(race), "--updates", "30000000") as (process, terminal):
        said = until(terminal)
        out, _ = process.communicate(timeout=60)
    assert b"] " in said and b" updates" in said and said.endswith(b"\r\x1b[K")
    assert len(rows_of(out)) == 2
