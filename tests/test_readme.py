"""What the documents say is so: examples run, files load, commands parse, numbers and names agree."""

from __future__ import annotations

import importlib.util
import re
import shlex
import tomllib
from pathlib import Path

import pytest

from app.commands import cli, sweep
from app.commands import run as headless
from app.documents import user_folders as places
from app.documents.version import version
from app.export.csv_table import HEAD
from app.launch import exit_status, preflight
from engine import (
    COMPARISONS,
    MAX_LAYERS,
    MAX_RUNS,
    OPTIMIZERS,
    SCHEDULES,
    UNITS,
    Experiment,
    Session,
    planned,
)

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")
DOCUMENTS = ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md")


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    """The indented lines that start the program, without their comments."""
    lines = re.findall(r"^    (python main\.py.*)$", README, re.MULTILINE)
    return [line.partition("#")[0].strip() for line in lines]


def table(head: str) -> dict[str, str]:
    """The rows of the table that begins with a heading, by their first cell."""
    rows = README[README.index(head) :].partition("\n\n")[0].splitlines()[2:]
    return {first.strip(): second.strip() for _, first, second, _ in (row.split("|") for row in rows)}


def test_the_notebook_example_runs(capsys: pytest.CaptureFixture[str]) -> None:
    code, _ = blocks("python")
    names: dict[str, object] = {}
    exec(compile(code, "README.md", "exec"), names)
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 2 and all(" finished " in line for line in said)
    session = names["session"]
    assert isinstance(session, Session)
    assert [tweak.update for tweak in session.run("adam").tweaks] == [1000]


def test_the_example_of_a_network_runs(capsys: pytest.CaptureFixture[str]) -> None:
    _, code = blocks("python")
    names: dict[str, object] = {}
    exec(compile(code, "README.md", "exec"), names)
    said = capsys.readouterr().out.splitlines()
    assert len(said) == 2 and all(float(line.split()[-2]) > 0.8 for line in said)
    session = names["session"]
    assert isinstance(session, Session)
    assert all(
        [(tweak.update, tweak.setting.path) for tweak in run.tweaks] == [(500, "data.noise")] for run in session.runs
    )


def test_the_file_of_a_network_loads_and_runs() -> None:
    _, text, _ = blocks("toml")
    session = Session(Experiment.from_dict(tomllib.loads(text)))
    session.advance(450)
    (run,) = session.runs
    assert run.update == 450 and run.machine.problem.task.data.values["noise"] == 0.3


def test_the_comparison_example_is_one_of_that_network() -> None:
    _, network, comparison = blocks("toml")
    experiment = Experiment.from_dict({**tomllib.loads(network), **tomllib.loads(comparison)})
    (kept,) = experiment.comparisons
    plan = planned(experiment, kept)
    assert plan.expected({}) == 7 * 3 * 3 and {trial.updates for trial in plan.trials({})} == {500}
    told = re.findall(r"\"(\w+)\"", comparison.splitlines()[1])
    assert set(told) == set(COMPARISONS)


def test_the_experiment_example_loads_and_runs() -> None:
    text, _, _ = blocks("toml")
    experiment = Experiment.from_dict(tomllib.loads(text))
    session = Session(experiment)
    session.advance(1000)
    assert [run.status for run in session.runs] == ["finished", "finished"]
    own = text[text.index("# [problem.formula]") :].partition("\n\n")[0].replace("# ", "")
    problem = tomllib.loads(own)["problem"] | {"start": [1.0, 1.0]}
    assert Experiment.from_dict({"problem": problem, "runs": [{"optimizer": "adam"}]})


def test_the_commands_are_those_of_the_program() -> None:
    known = {"", "run", "sweep", "library", "table", "presets", "test"}
    assert {"python main.py", "python main.py test"} <= set(commands())
    for command in commands():
        words = shlex.split(command)[2:]
        assert (words[0] if words else "") in known, command
        if words[:1] == ["run"] and "--help" not in words:
            chosen = headless.parser().parse_args(words[1:])
            assert all(Path(name).suffix in (".pdf", ".svg", ".png", ".csv") for name in chosen.export)
        if words[:1] == ["sweep"] and "--help" not in words:
            sweep.parser().parse_args(words[1:])


@pytest.mark.parametrize("draws", [False, pytest.param(True, marks=pytest.mark.slow)])
def test_the_commands_do_what_they_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, draws: bool) -> None:
    """One after the other, with the first example; but those of a window, a library or a cluster."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "race.toml").write_text(blocks("toml")[0], "utf-8")
    (tmp_path / "data.csv").write_text("x,y\n" + "".join(f"{i},{i * i}\n" for i in range(20)), "utf-8")
    (tmp_path / "assets").symlink_to(ROOT / "assets")
    done = 0
    for command in commands():
        words = shlex.split(command)[2:]
        if not words or words[0] in ("test", "library") or {"--help", "--scheduler", "--processes"} & set(words):
            continue
        if not draws and any(word.endswith((".pdf", ".svg", ".png")) for word in words):
            continue
        assert cli.main(words) in (exit_status.DONE, exit_status.SOME_DIVERGED), command
        for place, word in enumerate(words):
            assert word != "--export" or (tmp_path / words[place + 1]).stat().st_size > 0, command
        done += 1
    assert done > (8 if draws else 5)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_modules_that_are_started_are_there(name: str) -> None:
    for module in re.findall(r"python -m ([\w.]+)", (ROOT / name).read_text("utf-8")):
        found = importlib.util.find_spec(module)
        # A folder without code is found too, but cannot be started.
        assert found and (found.origin or importlib.util.find_spec(f"{module}.__main__")), module


@pytest.mark.parametrize("name", ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"))
def test_nothing_that_can_be_added_to_is_counted(name: str) -> None:
    """Else adding an optimizer would touch the documents too; the changelog counts what there was in a version."""
    counted = "optimizers|[a-z-]* ?schedules|surfaces|presets|data sets|activations|initializers|losses|curves|views"
    text = (ROOT / name).read_text("utf-8")
    assert not re.findall(rf"\b[1-9]\d*\s+(?:{counted})\b", text)


def test_limits_are_those_of_the_engine() -> None:
    assert f"up to {MAX_RUNS} runs" in README
    assert f"up to {MAX_LAYERS} hidden layers of up to {UNITS.high:g} units" in README


def test_examples_of_what_there_is_are_there() -> None:
    """The kinds that the README names, by the words of the catalogues."""
    titles = {entry.title.lower() for catalogue in (OPTIMIZERS, SCHEDULES) for entry in catalogue.values()}
    told = re.sub(r"\s+", " ", README[README.index("**Race**") : README.index("**Tweak**")])
    for name in ("gradient descent", "momentum", "AdaGrad", "Adam", "Adan", "Lion", "step", "cosine", "one-cycle"):
        assert name in told and name.lower() in titles, name


def test_columns_of_the_table_are_named_in_order() -> None:
    told = README[README.index("A **CSV**") :].partition(". ")[0]
    assert tuple(re.findall(r"`(\w+)`", told)) == HEAD


def test_exit_statuses_are_those_of_the_program() -> None:
    told = {int(number) for cell in table("| exit status |") for number in cell.split(",")}
    assert told == {value for name, value in vars(exit_status).items() if name.isupper()}
    assert all(re.search(rf"^  .*\b{number}\b", cli.HELP, re.MULTILINE) for number in told)


def test_environment_variables_are_those_of_the_help() -> None:
    names = README[README.index("## Environment variables") :]
    told = set(re.findall(r"^\| `(\w+)", names, re.MULTILINE))
    listed = cli.HELP[cli.HELP.index("environment:") :].partition("\n\n")[0]
    assert told == set(re.findall(r"^  ([A-Z_]+)", listed, re.MULTILINE))


def test_variables_lead_where_they_say(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("FALL_LINE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("FALL_LINE_CONFIG", str(tmp_path / "config"))
    assert places.cache_home() == tmp_path / "cache" and places.config_home() == tmp_path / "config"


def test_system_packages_are_those_of_the_advice() -> None:
    for packages in (preflight.OFFSCREEN_PACKAGES, preflight.WINDOW_PACKAGES):
        assert f"apt install {packages}\n" in README


def test_every_font_has_its_licence_named() -> None:
    licences = [path.name for path in (ROOT / "assets" / "fonts").glob("*.txt")]
    assert licences and all(f"(assets/fonts/{name})" in README for name in licences)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_and_pictures_are_there(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    for target in re.findall(r"\]\(([^)#]+)\)", text):
        assert target.startswith("https://") or (ROOT / target).is_file(), target


@pytest.mark.parametrize("name", ("README.md", "ARCHITECTURE.md", "CONTRIBUTING.md"))
def test_files_that_are_named_are_there(name: str) -> None:
    for path in re.findall(r"`((?:app|assets|engine|tests|docs)/[\w./]*)`", (ROOT / name).read_text("utf-8")):
        assert (ROOT / path).exists() or (ROOT / f"{path}.py").exists(), path


def test_the_house_is_the_one_in_the_plan() -> None:
    """Every name in the plan is there, and every package of engine and app, of any depth, is in the plan."""
    plan = re.search(r"^```\n(.*?)^```$", (ROOT / "ARCHITECTURE.md").read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert plan
    told: set[Path] = set()
    floor = ROOT
    for line in plan[1].splitlines():
        first, *others = re.findall(r"(?<![\w/])[\w.]+(?:\.py|/)(?=[ ,:;)]|$)", line)
        room = (ROOT if line[0] != " " else floor) / first
        floor = room if line[0] != " " else floor
        assert room.exists(), line
        for name in others:
            assert (room / name).exists() or (room.parent / name).exists(), line
        told |= {room, *(room / name for name in others)}
    packages = {path.parent for name in ("engine", "app") for path in (ROOT / name).rglob("__init__.py")}
    assert not packages - told, "not in ARCHITECTURE.md"


def test_what_is_imported_in_passing_is_there() -> None:
    for module, name in re.findall(r"`from ([\w.]+) import (\w+)", README):
        assert hasattr(importlib.import_module(module), name) or importlib.util.find_spec(f"{module}.{name}"), module


def test_the_changelog_tells_of_this_version() -> None:
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    versions = re.findall(r"^## (\S+)", changes, re.MULTILINE)
    assert version() in versions[:2], "above it only what is not released yet"
