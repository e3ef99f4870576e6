"""A sentence that names a command names one that runs: as the program was started, and with whole paths."""

from __future__ import annotations

import ast
import functools
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app.launch import environment, program
from app.launch.environment import Environment, SetupError

ROOT = Path(__file__).resolve().parents[3]
SOURCES = [*sorted((ROOT / "app").rglob("*.py")), ROOT / "main.py"]
# Commands in backticks, in sentences for a person, by their first word; how each is held to what it says.
TRIED = {
    "git": "test_a_lock_file_that_is_gone_is_fetched_again_by_the_command_that_is_named",
    "chmod": "test_kernels_are_kept_again_once_the_folder_is_private",
    "apt": "test_system_packages_are_those_of_the_advice, in tests/test_readme.py; tried on bare Debian 12 and 13",
    "PYTHON": "test_pip_is_named_as_part_of_the_environment",
    "{": "made by program.command or program.quoted, or a value of the person's own",
    "python": "of the file format: for whoever reads the file, wherever that is",
    "current": "no command, but a value of FALL_LINE_ENV",
}


@functools.cache
def sentences() -> list[tuple[str, str]]:
    """(file, text) of every string in the sources that is no docstring; what is filled in stands as {}."""
    found = []
    for path in SOURCES:
        tree = ast.parse(path.read_text("utf-8"))
        docs = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
        for node in ast.walk(tree):
            if isinstance(node, ast.JoinedStr):
                parts = [str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values]
                found.append((path.name, "".join(parts)))
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs | inside:
                found.append((path.name, node.value))
    return found


def commands() -> set[tuple[str, str]]:
    """(file, command) of everything in backticks; the long texts of --help are tested by themselves."""
    short = [(name, text) for name, text in sentences() if "usage:" not in text and "examples:" not in text]
    return {(name, command) for name, text in short for command in re.findall(r"`([^`]+)`", text)}


def test_every_command_that_a_sentence_names_is_one_that_is_tried() -> None:
    found = commands()
    assert len(found) > 8
    unknown = [pair for pair in found if (pair[1][0] if pair[1][0] == "{" else pair[1].split()[0]) not in TRIED]
    assert not unknown, "name it by app.launch.program, or try it in a test and enter that here"


def test_every_menu_that_a_sentence_names_is_there(open_window, monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("FALL_LINE_CONFIG", str(tmp_path))
    from PySide6.QtWidgets import QMenu

    from app.documents.settings import Settings
    from app.window.actions import Actions

    named = {
        match for _, text in sentences() for match in re.findall(r"\b([A-Z][a-z]+) > ([A-Z][\w ]*?)(?=[.,;:]|$)", text)
    }
    window = open_window()
    actions = Actions(window.shell, window.bench, Settings())
    window.shell.closing.connect(actions.shut_down)
    menus = {menu.title().replace("&", ""): menu for menu in window.shell.menuBar().findChildren(QMenu)}
    there = {(title, action.text()) for title, menu in menus.items() for action in menu.actions()}
    assert named and named <= there


@pytest.mark.skipif(os.name == "nt", reason="another shell")
@pytest.mark.parametrize("name", ["python3", sys.executable])
@pytest.mark.parametrize("script", ["main.py", str(ROOT / "main.py")])
def test_a_refusal_names_the_command_as_it_was_typed(name: str, script: str) -> None:
    if not shutil.which(name):
        pytest.skip(f"there is no {name} here")
    environment = {**os.environ, "FALL_LINE_ENV": "current", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    words = [name, script, "--no-such-option"]
    refused = subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    (named,) = re.findall(r"`(.+)`", refused.stderr)
    first, *rest = shlex.split(named)
    assert rest == [script, "--help"]
    assert first == name or (os.path.isabs(first) and Path(first).name == name), "a shim puts the path for the name"
    told = subprocess.run(named, shell=True, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    program = named.removesuffix(" --help")
    assert f"usage: {program} [FILE]" in told.stdout and "python main.py" not in told.stdout.replace(program, "")


def test_whoever_takes_over_knows_how_the_program_was_started(monkeypatch) -> None:
    monkeypatch.setattr(sys, "orig_argv", ["python3", "main.py"])
    monkeypatch.setattr(sys, "argv", ["main.py"])
    monkeypatch.delenv("FALL_LINE_STARTED_AS", raising=False)
    program.hand_over()
    code = (
        "import os; from app.launch import program; "
        "print(program.command('run', 'FILE'), list(os.environ).count('FALL_LINE_STARTED_AS'))"
    )
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    monkeypatch.delenv("FALL_LINE_STARTED_AS")
    assert told.stdout.split() == ["python3", "main.py", "run", "FILE", "0"], "and does not pass it on"


@pytest.mark.skipif(os.name == "nt", reason="quoted in another way")
def test_paths_with_blanks_are_quoted(monkeypatch) -> None:
    monkeypatch.setattr(sys, "orig_argv", ["/a b/python"])
    monkeypatch.setattr(sys, "argv", ["/my programs/main.py"])
    assert shlex.split(program.command("--help")) == ["/a b/python", "/my programs/main.py", "--help"]
    monkeypatch.delattr(sys, "orig_argv")
    assert shlex.split(program.command())[0] in ("python3", "python", sys.executable), "before Python 3.10"


@pytest.mark.skipif(not shutil.which("git") or os.name == "nt", reason="needs git and a shell")
def test_a_lock_file_that_is_gone_is_fetched_again_by_the_command_that_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "fall line"
    folder.mkdir()
    (folder / "requirements.lock").write_text("numpy==1\n")
    mine = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@b.c"]
    for words in (["init", "-q"], ["add", "."], ["commit", "-qm", "first"]):
        subprocess.run([*mine, *words], check=True, capture_output=True)
    (folder / "requirements.lock").unlink()
    with pytest.raises(SetupError) as refusal:
        Environment(str(folder)).packages(environment.RUN)
    (named,) = re.findall(r"`(.+)`", str(refusal.value))
    subprocess.run(named, shell=True, check=True, capture_output=True, cwd=tmp_path)
    assert Environment(str(folder)).packages(environment.RUN) == b"numpy==1\n"


@pytest.mark.skipif(os.name == "nt", reason="permissions")
def test_kernels_are_kept_again_once_the_folder_is_private(tmp_path: Path) -> None:
    from app.documents.kernel_cache import trouble

    folder = tmp_path / "my kernels"
    folder.mkdir()
    folder.chmod(0o777)
    (named,) = re.findall(r"`(.+)`", trouble(folder))
    subprocess.run(named, shell=True, check=True)
    assert not trouble(folder)


def test_pip_is_named_as_part_of_the_environment() -> None:
    """A system may have no `pip` at all, or one of another Python."""
    from app.launch.installer import _REMEDIES

    (sentence,) = [sentence for _, sentence in _REMEDIES if "cache purge" in sentence]
    (named,) = re.findall(r"`(.+)`", sentence)
    words = named.replace("PYTHON", program.quoted(sys.executable))
    assert subprocess.run(f"{words} --help", shell=True, capture_output=True, check=False).returncode in (0, 1)
    assert shlex.split(named) == ["PYTHON", "-m", "pip", "cache", "purge"]


def test_both_names_of_python_are_in_the_readme() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    for name in ("python", "python3"):
        assert f"    {name} main.py\n    {name} main.py test\n" in readme
    assert "    apt install python3-venv\n" in readme
