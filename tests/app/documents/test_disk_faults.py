"""Documents, settings and exports on a disk that fails at any call, is full, protected or gone; and kills."""

from __future__ import annotations

import contextlib
import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.documents.experiment_file import load, save
from app.documents.files import FileError
from app.documents.preferences import change_preferences, load_preferences, preferences_file
from app.documents.recovery import WorkKeeper
from app.export.csv_table import write_table
from app.export.figure import write_figure
from app.export.figure_content import CurveContent
from app.export.style import FigureSettings
from engine import Session, new_experiment
from tests.app.documents.faults import FAULTS, SHORT, Fault, Killed, fault_at

ROOT = Path(__file__).resolve().parents[3]
posix = pytest.mark.skipif(sys.platform == "win32", reason="as POSIX has it")
RACE = new_experiment("rosenbrock", ["adam"])


def save_experiment(path: Path, revision: int) -> None:
    save(replace(RACE, title=f"revision {revision}", note="x" * 3000), path)


def experiment_revision(path: Path) -> int:
    return int(load(path).title.split()[1])


def save_settings(path: Path, revision: int) -> None:
    def change(former):
        return former.opened(path).choosing(revision=revision)

    if change_preferences(change) is None:
        raise FileError("not saved")


def settings_revision(path: Path) -> int:
    return int(load_preferences().choices["revision"])


def save_csv(path: Path, revision: int) -> None:
    session = Session(replace(RACE, title=f"revision {revision}"))
    session.advance(revision)
    write_table(path, session.picture())


def csv_revision(path: Path) -> int:
    lines = path.read_text("utf-8").splitlines()
    assert len({line.count(",") for line in lines}) == 1
    return len(lines) - 1


def save_figure(path: Path, revision: int) -> None:
    session = Session(replace(RACE, title=f"revision {revision}"))
    session.advance(5)
    write_figure(path, session.picture(), CurveContent(), FigureSettings())


KINDS: dict[str, tuple[str, Callable[[Path, int], None], Callable[[Path], int]]] = {
    "experiment": ("race.toml", save_experiment, experiment_revision),
    "settings": ("memory.toml", save_settings, settings_revision),
    "csv": ("race.csv", save_csv, csv_revision),
}
FIGURES = {kind: (f"race.{kind}", save_figure, experiment_revision) for kind in ("png", "svg", "pdf")}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FALL_LINE_CONFIG", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    return tmp_path / "home"


def inject(kind: str, fault: Fault, home: Path) -> None:
    """Save over a file with the fault at every call in turn: the file is the former or the new one, and all of it."""
    name, save_revision, revision_of = {**KINDS, **FIGURES}[kind]
    path, call, ended = home / name, 0, False
    while not ended:
        call += 1
        save_revision(path, 1)
        told = False
        with fault_at(call, fault) as counted:
            try:
                save_revision(path, 2)
            except (FileError, Killed) as error:
                told = True
                assert isinstance(error, Killed) or kind == "settings" or name in str(error)
        ended = len(counted) < call or fault == SHORT
        assert revision_of(path) in (1, 2) if told else revision_of(path) == 2, f"call {call} of {counted}"
        if fault.number:
            assert fault != SHORT or not told
            save_revision(path, 3)  # work goes on
            assert revision_of(path) == 3
            left = {file.name for file in home.iterdir()} - {name, "memory.lock"}
            assert not left or fault.sticky, left
        for file in home.iterdir():
            file.unlink()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("fault", [*FAULTS, SHORT], ids=str)
def test_a_fault_at_any_call_leaves_the_former_or_the_new_file(kind: str, fault: Fault, home: Path) -> None:
    inject(kind, fault, home)


@pytest.mark.slow
@pytest.mark.parametrize("kind", FIGURES)
@pytest.mark.parametrize("fault", [Fault(torn=True), Fault(errno.ENOSPC), SHORT], ids=str)
def test_a_fault_at_any_call_leaves_the_former_or_the_new_figure(kind: str, fault: Fault, home: Path) -> None:
    inject(kind, fault, home)


@posix
@pytest.mark.parametrize("kind", [*KINDS, "keeper"])
def test_on_a_full_disk_the_former_file_stays(kind: str, home: Path) -> None:
    """Full as the system says it of a process: no file may grow beyond a limit."""
    import resource

    keeper = WorkKeeper()
    save_experiment(home / "race.toml", 1)
    former = resource.getrlimit(resource.RLIMIT_FSIZE)
    name, save_revision, revision_of = KINDS.get(kind, KINDS["experiment"])
    save_revision(home / name, 1)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20, former[1]))
    try:
        with pytest.raises(FileError, match=r"not saved|cannot write .*: file too large"):
            if kind == "keeper":
                keeper.keep(RACE, 1, None, changed=True)
            else:
                save_revision(home / name, 2)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, former)
    assert revision_of(home / name) == 1 and not list(home.glob("*.tmp"))
    save_revision(home / name, 3)
    keeper.keep(RACE, 1, None, changed=True)
    keeper.close(keep=False)
    assert revision_of(home / name) == 3


@contextlib.contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(folder)], capture_output=True)
    if mounted.returncode:
        pytest.skip("file systems may not be mounted here")
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


@posix
@pytest.mark.slow
@pytest.mark.skipif(shutil.which("mount") is None, reason="there is no mount")
def test_on_a_disk_that_fills_up_work_goes_on_once_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    with small_disk(disk):
        monkeypatch.setenv("FALL_LINE_CONFIG", str(disk))
        keeper = WorkKeeper()
        for name, save_revision, _ in KINDS.values():
            save_revision(disk / name, 1)
        keeper.keep(RACE, 1, None, changed=True)
        with contextlib.suppress(OSError), open(disk / "filler", "wb", buffering=0) as filler:
            while True:
                filler.write(bytes(512))
        for name, save_revision, revision_of in KINDS.values():
            with pytest.raises(FileError, match=r"not saved|no space left on device"):
                save_revision(disk / name, 2)
            assert revision_of(disk / name) == 1
        with pytest.raises(FileError, match="no space left on device"):
            keeper.keep(replace(RACE, note="x" * 4000), 2, None, changed=True)
        (disk / "filler").unlink()
        for name, save_revision, revision_of in KINDS.values():
            save_revision(disk / name, 2)
            assert revision_of(disk / name) == 2
        keeper.keep(replace(RACE, note="x" * 4000), 2, None, changed=True)
        keeper.close(keep=False)


@pytest.fixture
def unprivileged() -> Iterator[Path]:
    """A folder of somebody who may not write everywhere, in a process that is, for now, that somebody's."""
    folder = Path(tempfile.mkdtemp())
    if os.geteuid() == 0:
        os.chown(folder, 65534, 65534)
        os.seteuid(65534)
    try:
        yield folder
    finally:
        os.seteuid(os.getuid())
        for place in (folder, *(entry for entry in folder.iterdir() if entry.is_dir())):
            place.chmod(0o755)
        shutil.rmtree(folder)


ODD_NAMES = ["with space.toml", "é 日本 😀.toml", "x" * 240 + ".toml", "-rf.toml", "a\nb\x1b[31m.toml", "'\"$(x).toml"]


@posix
@pytest.mark.parametrize("name", ODD_NAMES, ids=["space", "unicode", "long", "dash", "control", "quotes"])
def test_at_any_place_the_former_file_stays_and_the_sentence_names_it(name: str, unprivileged: Path) -> None:
    inside = unprivileged / ("deep " * 40)
    inside.mkdir()
    path = inside / name
    save_experiment(path, 1)
    readable = "".join(sign if sign.isprintable() else "?" for sign in str(path))
    for protect, told in ((path, "it is write-protected"), (inside, "permission denied")):
        mode = protect.stat().st_mode & 0o777
        protect.chmod(mode & 0o555)
        with pytest.raises(FileError) as caught:
            save_experiment(path, 2)
        assert str(caught.value) == f"cannot write {readable}: {told}"
        protect.chmod(mode)
        assert experiment_revision(path) == 1
    inside.chmod(0)
    with pytest.raises(FileError) as caught:
        load(path)
    assert str(caught.value) == f"cannot read {readable}: permission denied"
    inside.chmod(0o755)
    save_experiment(path, 2)
    assert experiment_revision(path) == 2 and [file.name for file in inside.iterdir()] == [name]
    shutil.rmtree(inside)
    with pytest.raises(FileError) as caught:
        save_experiment(path, 3)
    assert str(caught.value) == f"cannot write {readable}: no such file or directory"
    assert not list(unprivileged.iterdir())


@posix
def test_a_home_that_cannot_be_written_is_no_obstacle(unprivileged: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FALL_LINE_CONFIG", str(unprivileged))
    unprivileged.chmod(0o555)
    assert change_preferences(lambda former: former.choosing(a=1)) is None
    keeper = WorkKeeper()
    with pytest.raises(FileError, match="permission denied"):
        keeper.keep(RACE, 1, None, changed=True)
    unprivileged.chmod(0o755)
    keeper.keep(RACE, 1, None, changed=True)
    keeper.close(keep=False)
    assert change_preferences(lambda former: former.choosing(a=1)) is not None


SAVER = """
import os, sys
from dataclasses import replace
from pathlib import Path
from tests.app.documents.test_disk_faults import KINDS
name, save, revision_of = KINDS[sys.argv[1]]
path = Path(os.environ["FALL_LINE_CONFIG"]) / name
revision = revision_of(path) if path.exists() else 0
while True:
    revision += 1
    save(path, revision)
    print(revision, flush=True)
"""


@posix
@pytest.mark.slow
@pytest.mark.parametrize("kind", ["experiment", "settings"])
def test_kills_at_random_moments_lose_no_save_that_was_acknowledged(kind: str, home: Path) -> None:
    chance = random.Random(kind)
    name, _, revision_of = KINDS[kind]
    last = 0
    for _ in range(100):
        child = subprocess.Popen([sys.executable, "-c", SAVER, kind], cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert child.stdout is not None
        said = [child.stdout.readline()]
        time.sleep(chance.uniform(0, 0.1))
        child.send_signal(signal.SIGKILL)
        said += child.stdout.read().split("\n")
        child.wait()
        child.stdout.close()
        last = max([last, *(int(line) for line in said if line.strip())])
        assert last <= revision_of(home / name) <= last + 1
        last = revision_of(home / name)
    KINDS[kind][1](home / name, last + 1)
    assert not list(home.glob("*.tmp")), "what the killed have left is swept by the next save"
    assert preferences_file().parent == home
