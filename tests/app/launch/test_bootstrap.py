from __future__ import annotations

import ast
import os
import subprocess
import sys
import threading
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from app.launch import bootstrap, installer
from app.launch.environment import LOCKS, PYTHON, ROOT, RUN, TEST, UNFINISHED, Environment, SetupError
from app.launch.exit_status import INTERRUPTED

LOCK = "numpy==1.0 \\\n    --hash=sha256:00\nold==1.0 ; python_full_version < '3.0' \\\n    --hash=sha256:11\n"
PIP_SAYS = [
    "Ignoring old: markers do not match",
    "Collecting numpy==1.0 (from x)",
    "  Downloading a.whl (1 MB)",
]


class Machine:
    """Stands in for venv and pip: makes the files that matter here, says what it is told to say."""

    def __init__(self, environment: Environment) -> None:
        self.environment = environment
        self.commands: list[str] = []
        self.says = [*PIP_SAYS, "Installing collected packages: numpy"]
        self.status = 0
        self.before_pip: Callable[[], None] = lambda: None

    def __call__(self, command: list[str], heard: Callable[[str], None], lock: int) -> int:
        if "venv" in command:
            self.commands.append("venv")
            python = Path(self.environment.python)
            python.parent.mkdir(parents=True)
            python.write_text("")
            return 0
        self.commands.append("pip " + Path(command[-1]).name)
        self.before_pip()
        for line in self.says:
            heard(line)
        return self.status


@pytest.fixture(autouse=True)
def not_passed_on(monkeypatch):
    """What a start leaves to the process that takes its place is not left to the other tests."""
    monkeypatch.setenv("FALL_LINE_STARTED_AS", "")


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    for name in LOCKS.values():
        (tmp_path / name).write_text(LOCK)
    return Environment(str(tmp_path))


@pytest.fixture
def machine(environment: Environment) -> Machine:
    return Machine(environment)


def install(machine: Machine, purpose: str = RUN) -> None:
    installer.install(machine.environment, purpose, machine)


def refusal(machine: Machine, purpose: str = RUN) -> str:
    with pytest.raises(SetupError) as caught:
        install(machine, purpose)
    assert caught.value.status != 0
    return str(caught.value)


def test_a_first_start_makes_the_environment_and_the_second_does_nothing(machine, capfd):
    install(machine)
    assert machine.commands == ["venv", "pip requirements.lock"]
    assert machine.environment.ready(RUN) and not machine.environment.ready(TEST)
    said = capfd.readouterr()
    assert said.out == ""
    assert "[ 1/4] making .venv\n[ 2/3] numpy 1.0\n[ 3/3] unpacking\n" in said.err

    install(machine)
    assert len(machine.commands) == 2
    assert capfd.readouterr().err == ""


def test_the_tests_packages_include_those_of_a_run(machine):
    install(machine)
    install(machine, TEST)
    assert machine.commands == ["venv", "pip requirements.lock", "pip requirements-test.lock"]
    assert machine.environment.ready(RUN) and machine.environment.ready(TEST)


def test_a_changed_lock_file_updates_in_place(machine):
    install(machine)
    Path(machine.environment.lock(RUN)).write_text(LOCK.replace("1.0", "1.1"))
    assert not machine.environment.ready(RUN)
    install(machine)
    assert machine.commands == ["venv", "pip requirements.lock", "pip requirements.lock"]
    assert machine.environment.ready(RUN)


def test_line_ends_of_a_windows_checkout_are_no_change(environment):
    line = environment.line(RUN)
    Path(environment.lock(RUN)).write_bytes(LOCK.replace("\n", "\r\n").encode())
    assert environment.line(RUN) == line


def damaged_python(environment: Environment) -> None:
    os.unlink(environment.python)


def damaged_link(environment: Environment) -> None:
    os.unlink(environment.python)
    os.symlink("/nowhere/python", environment.python)


def damaged_stamp(environment: Environment) -> None:
    Path(environment.stamp).write_bytes(b"\xff\x00 half")


def damaged_by_a_kill(environment: Environment) -> None:
    environment.mark([UNFINISHED])


def damaged_by_another_python(environment: Environment) -> None:
    lines = environment.stamped()
    environment.mark(["python cpython-310", *lines[1:]])


@pytest.mark.parametrize(
    "damage",
    [damaged_python, damaged_link, damaged_stamp, damaged_by_a_kill, damaged_by_another_python],
)
def test_a_damaged_environment_is_made_anew(machine, damage):
    install(machine)
    leftover = Path(machine.environment.folder, "leftover")
    leftover.write_text("")
    damage(machine.environment)
    assert not machine.environment.ready(RUN)
    machine.commands.clear()
    install(machine)
    assert machine.commands == ["venv", "pip requirements.lock"]
    assert machine.environment.ready(RUN) and not leftover.exists()


@pytest.mark.parametrize("kind", ["folder", "file", "link"])
def test_a_venv_of_somebody_else_is_kept_aside(machine, tmp_path, kind):
    folder, aside = Path(machine.environment.folder), tmp_path / ".venv.before"
    aside.mkdir()
    if kind == "folder":
        folder.mkdir()
        (folder / "precious").write_text("mine")
    elif kind == "file":
        folder.write_text("mine")
    else:
        folder.symlink_to(tmp_path / "elsewhere")
    install(machine)
    assert machine.environment.ready(RUN)
    assert os.path.lexists(aside)
    if kind == "folder":
        assert (aside / "precious").read_text() == "mine"


def test_an_interrupted_set_up_is_never_ready(machine):
    def interrupt() -> None:
        assert machine.environment.stamped() == [UNFINISHED]
        raise KeyboardInterrupt

    machine.before_pip = interrupt
    with pytest.raises(SetupError, match="interrupted; start again") as caught:
        install(machine)
    assert caught.value.status == INTERRUPTED
    assert not machine.environment.ready(RUN)
    machine.before_pip = lambda: None
    install(machine)
    assert machine.environment.ready(RUN)


@pytest.mark.parametrize(
    ("said", "remedy"),
    [
        (
            "WARNING: Retrying ... NewConnectionError('...: Temporary failure in name resolution')",
            "no network",
        ),
        ("ERROR: ReadTimeoutError: Read timed out.", "no network"),
        ("ERROR: Could not install: [Errno 28] No space left on device", "disk is full"),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE", "pip cache purge"),
        ("ERROR: No matching distribution found for numba==1.0", "no build for this machine"),
        ("ERROR: something new", "installing the packages failed: ERROR: something new"),
    ],
)
def test_what_pip_says_becomes_one_sentence(machine, said, remedy):
    machine.says, machine.status = [said], 1
    sentence = refusal(machine)
    assert remedy in sentence and "\n" not in sentence
    assert said in Path(machine.environment.folder, "set-up.log").read_text()
    assert not machine.environment.ready(RUN)


def test_a_failed_update_that_changed_nothing_leaves_the_app_usable(machine):
    install(machine)
    machine.says, machine.status = PIP_SAYS, 1
    refusal(machine, TEST)
    assert machine.environment.ready(RUN)


def test_an_update_that_failed_half_way_is_made_anew(machine):
    install(machine)
    machine.status = 1
    refusal(machine, TEST)
    assert not machine.environment.ready(RUN)


def test_a_python_without_venv_names_the_package(machine, monkeypatch):
    monkeypatch.setattr(installer.importlib.util, "find_spec", lambda name: None)
    assert f"apt install python3.{sys.version_info.minor}-venv" in refusal(machine)


def test_a_full_disk_is_noticed_first(machine, monkeypatch):
    monkeypatch.setattr(installer, "DISK_SPACE", 2**70)
    assert "disk is full" in refusal(machine)
    assert machine.commands == []


def test_a_folder_that_cannot_be_written_is_named(machine, monkeypatch):
    def refuse(*arguments: object) -> int:
        raise PermissionError(13, "Permission denied", str(machine.environment.folder))

    monkeypatch.setattr(installer.os, "mkdir", refuse)
    sentence = refusal(machine)
    assert machine.environment.folder in sentence and "Permission denied" in sentence


def test_the_lock_files_absence_has_its_sentence(machine):
    os.unlink(machine.environment.lock(RUN))
    assert "requirements.lock" in (sentence := refusal(machine)) and " checkout -- " in sentence


def test_two_starts_at_once_make_one_environment(machine):
    entered, go_on = threading.Event(), threading.Event()

    def hold() -> None:
        entered.set()
        assert go_on.wait(20)

    machine.before_pip = hold
    starts = [threading.Thread(target=install, args=(machine,)) for _ in range(2)]
    starts[0].start()
    assert entered.wait(20)
    starts[1].start()
    go_on.set()
    for start in starts:
        start.join(20)
    assert machine.commands == ["venv", "pip requirements.lock"]


@pytest.mark.skipif(os.name == "nt", reason="the lock is inherited on POSIX only")
def test_an_orphaned_pip_keeps_the_next_start_waiting(environment, tmp_path):
    """The command inherits the lock: it is free again when the last process that holds it has ended."""
    path = tmp_path / "lock"
    with installer._alone(path) as lock:
        orphan = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=(lock,))
    descriptor = os.open(path, os.O_RDWR)
    try:
        assert not installer._locked(descriptor)
        orphan.communicate(b"\n", timeout=20)
        assert installer._locked(descriptor)
    finally:
        os.close(descriptor)


def test_a_command_is_heard_line_by_line(tmp_path):
    heard: list[str] = []
    descriptor = os.open(tmp_path / "lock", os.O_CREAT | os.O_RDWR)
    code = "import sys; print('one'); print('two', file=sys.stderr); sys.exit(7)"
    try:
        assert installer._run([sys.executable, "-u", "-c", code], heard.append, descriptor) == 7
    finally:
        os.close(descriptor)
    assert heard == ["one", "two"]


@pytest.mark.parametrize(
    ("version", "problem"),
    [((3, 8, 18), True), ((3, 10, 0), True), ((3, 11, 0), False), ((3, 13, 9), False), ((3, 14, 0), True)],
)
def test_the_range_of_pythons(version, problem):
    sentence = bootstrap.python_problem(version, "", "cpython", True)
    assert bool(sentence) == problem
    if problem:
        assert "3.11 to 3.13" in sentence and ".".join(map(str, version)) in sentence


@pytest.mark.parametrize(
    "other",
    [
        ("3.12 [PyPy]", "pypy", True),
        ("3.13 free-threading build", "cpython", True),
        ("3.12", "cpython", False),
    ],
)
def test_other_kinds_of_python_are_refused(other):
    assert "64-bit" in bootstrap.python_problem((3, 12, 0), *other)


def imported(statements: list[ast.stmt]) -> list[str]:
    """The modules, or names in them, that these statements import."""
    found = []
    for node in statements:
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found += [f"{node.module}.{alias.name}" for alias in node.names]
    return found


def reached(name: str) -> set[str]:
    """The files of the program that importing this one imports, itself among them."""
    found, waiting = set(), [name]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        found.add(name)
        for module in imported(ast.parse(Path(ROOT, name).read_text("utf-8")).body):
            parts = module.split(".")
            for end in range(1, len(parts) + 1):
                folder = Path(*parts[:end])
                files = (folder / "__init__.py", folder.with_suffix(".py"))
                waiting += [file.as_posix() for file in files if Path(ROOT, file).is_file()]
    return found


EVERY_START = sorted(reached("main.py"))
FIRST_START = sorted(reached("app/launch/installer.py"))


def test_every_start_passes_few_files():
    assert {"main.py", "app/__init__.py", "app/launch/bootstrap.py", "app/launch/environment.py"} <= set(EVERY_START)
    assert len(EVERY_START) < 8


@pytest.mark.parametrize("name", EVERY_START)
def test_an_old_python_can_at_least_read_the_refusal(name):
    ast.parse(Path(ROOT, name).read_text("utf-8"), feature_version=(3, 7))
    lint = tomllib.loads(Path(ROOT, "pyproject.toml").read_text("utf-8"))["tool"]["ruff"]["lint"]
    assert name.endswith("__init__.py") or "UP" in lint["per-file-ignores"][name]


@pytest.mark.parametrize("name", sorted({*EVERY_START, *FIRST_START}))
def test_the_set_up_needs_the_standard_library_only(name):
    tree = ast.parse(Path(ROOT, name).read_text("utf-8"))
    for module in imported([node for node in ast.walk(tree) if isinstance(node, ast.stmt)]):
        assert module.partition(".")[0] in {*sys.stdlib_module_names, "app"}, module


class Handed(Exception):
    """In place of the other process."""


@pytest.fixture
def handed(monkeypatch):
    """The Pythons that a start was handed over to, which ends it."""
    pythons: list[str] = []

    def hand_over(python: str, arguments: list[str], root: str) -> None:
        pythons.append(python)
        raise Handed(python, arguments)

    monkeypatch.setattr(bootstrap, "hand_over", hand_over)
    monkeypatch.delenv("FALL_LINE_ENV", raising=False)
    return pythons


def test_outside_a_ready_environment_goes_on_inside(handed, machine):
    install(machine)
    with pytest.raises(Handed) as caught:
        bootstrap.enter(["--help"], machine.environment.root)
    assert caught.value.args == (machine.environment.python, ["--help"])


def test_inside_a_ready_environment_returns(handed, machine, monkeypatch):
    install(machine)
    monkeypatch.setattr(sys, "prefix", machine.environment.folder)
    bootstrap.enter([], machine.environment.root)
    assert not handed and machine.commands == ["venv", "pip requirements.lock"], "nothing was left to do"
    with pytest.raises(Handed):  # the packages of the tests are not there
        bootstrap.enter(["test"], machine.environment.root)


def test_inside_a_stale_environment_steps_out_first(handed, machine, monkeypatch):
    install(machine)
    monkeypatch.setattr(sys, "prefix", machine.environment.folder)
    with pytest.raises(Handed) as caught:
        bootstrap.enter(["test"], machine.environment.root)
    assert caught.value.args == (sys._base_executable, ["test"])


def test_the_current_python_can_be_chosen(handed, environment, monkeypatch):
    monkeypatch.setenv("FALL_LINE_ENV", "current")
    bootstrap.enter([], environment.root)
    assert not handed and not os.path.exists(environment.folder)
    monkeypatch.setenv("FALL_LINE_ENV", "conda")
    with pytest.raises(SetupError, match=r"FALL_LINE_ENV must be `current`.*'conda'"):
        bootstrap.enter([], environment.root)


def test_a_python_that_cannot_be_started_is_named(tmp_path):
    with pytest.raises(SetupError, match=r"cannot start .*python: .*delete the folder \.venv"):
        bootstrap.hand_over(str(tmp_path / "python"), [], str(tmp_path))


def test_a_missing_package_is_repaired_at_the_next_start(machine, monkeypatch):
    install(machine)
    monkeypatch.setattr(sys, "prefix", machine.environment.folder)
    problem = bootstrap.damage(ModuleNotFoundError(name="numba.core"), machine.environment.root)
    assert "numba is missing" in str(problem)
    assert not machine.environment.ready(RUN)
    with pytest.raises(ModuleNotFoundError):
        bootstrap.damage(ModuleNotFoundError(name="engine.nothing"), machine.environment.root)


def test_the_stamp_names_this_python(machine):
    install(machine)
    assert machine.environment.stamped()[0] == PYTHON == f"python {sys.implementation.cache_tag}"


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-test.lock"])
def test_lock_files_pin_with_hashes_and_name_no_address(name):
    text = Path(ROOT, name).read_text("utf-8")
    assert "://" not in text
    blocks = [block for block in text.replace("\\\n", " ").splitlines() if block and block[0] != "#"]
    assert blocks and all("==" in block and "--hash=sha256:" in block for block in blocks)


def test_the_tests_lock_holds_all_of_the_other():
    run, test = (Path(ROOT, name).read_text("utf-8") for name in LOCKS.values())
    pins = [line for line in run.splitlines() if "==" in line and line[0] not in "# "]
    assert len(pins) > 10 and all(pin in test.splitlines() for pin in pins)
