from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app.documents import kernel_cache
from app.launch.environment import ROOT

posix = pytest.mark.skipif(os.name == "nt", reason="modes and owners are POSIX")


@pytest.fixture(autouse=True)
def nothing_inherited(monkeypatch, tmp_path):
    """A cache home of the test's own; what `prepare` puts into the environment is taken back."""
    for name in ("NUMBA_CACHE_DIR", "NUMBA_CACHE_LOCATOR_CLASSES"):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("FALL_LINE_CACHE", str(tmp_path / "cache"))


def test_the_folder_is_private_keyed_and_told_to_numba(tmp_path):
    cache = kernel_cache.prepare()
    assert cache.folder == tmp_path / "cache" / "kernels" / kernel_cache.key()
    assert cache.note == ""
    assert os.environ["NUMBA_CACHE_DIR"] == str(cache.folder)
    if os.name != "nt":
        assert cache.folder.stat().st_mode & 0o777 == 0o700
        assert cache.folder.parent.stat().st_mode & 0o777 == 0o700


def test_the_key_changes_with_the_engine(tmp_path):
    engine = tmp_path / "engine"
    (engine / "surfaces").mkdir(parents=True)
    keys = []
    for name, text in [("a.py", "1"), ("a.py", "2"), ("surfaces/b.py", "2"), ("c.py", "")]:
        (engine / name).write_text(text)
        keys.append(kernel_cache.key(engine))
    assert len(set(keys)) == 4
    assert kernel_cache.key(engine) == keys[-1]


def test_the_key_changes_with_the_processor(monkeypatch):
    before = kernel_cache.key()
    monkeypatch.setattr(kernel_cache, "processor", lambda: "another")
    assert kernel_cache.key() != before


def test_choosing_the_folder_does_not_import_numba():
    code = "import sys; from app.documents import kernel_cache as k; k.prepare(); print('numba' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_a_child_uses_its_parents_folder(monkeypatch, tmp_path):
    first = kernel_cache.prepare()
    monkeypatch.setenv("FALL_LINE_CACHE", str(tmp_path / "other"))
    assert kernel_cache.prepare() == first


def test_a_folder_of_another_engine_is_not_inherited(monkeypatch, tmp_path):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    assert kernel_cache.prepare().folder.parent == tmp_path / "cache" / "kernels"


def private_to_nobody(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.chmod(0o777)


def of_somebody_else(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 4242)


def a_link(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.rename(folder.with_name("elsewhere"))
    folder.symlink_to(folder.with_name("elsewhere"))


def a_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder.rmdir()
    folder.write_text("")


def not_writable(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root ignores modes, so the refusal is put where the probe is made."""
    probe = kernel_cache.tempfile.TemporaryFile

    def refuse(dir: Path) -> object:
        if Path(dir) == folder:
            raise PermissionError(13, "Permission denied")
        return probe(dir=dir)

    monkeypatch.setattr(kernel_cache.tempfile, "TemporaryFile", refuse)


def below_a_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = folder.parent / "file"
    place.write_text("")
    monkeypatch.setenv("FALL_LINE_CACHE", str(place / "cache"))


@posix
@pytest.mark.parametrize("level", ["root", "key"])
@pytest.mark.parametrize("spoil", [private_to_nobody, of_somebody_else, a_link, a_file, not_writable, below_a_file])
def test_a_folder_that_cannot_be_trusted_is_replaced(spoil, level, monkeypatch):
    folder = kernel_cache.prepare().folder
    os.environ["NUMBA_CACHE_DIR"] = ""
    if level == "root":
        folder.rmdir()
        folder = folder.parent
    spoil(folder, monkeypatch)
    made: list[Callable[[], None]] = []
    monkeypatch.setattr(kernel_cache.atexit, "register", lambda *a, **k: made.append(lambda: a[0](*a[1:], **k)))

    cache = kernel_cache.prepare()
    try:
        assert cache.note.startswith("kernels are compiled again at every start: ")
        assert cache.folder.name == kernel_cache.key()
        assert not cache.folder.is_relative_to(folder)
        assert cache.folder.stat().st_mode & 0o777 == 0o700
        assert cache.folder.parent.stat().st_mode & 0o777 == 0o700
        assert os.environ["NUMBA_CACHE_DIR"] == str(cache.folder)
    finally:
        for clean in made:
            clean()
    assert len(made) == 1 and not cache.folder.parent.exists()


def test_a_home_that_cannot_be_found_is_no_obstacle(monkeypatch):
    def nowhere() -> Path:
        raise RuntimeError("no home")

    monkeypatch.delenv("FALL_LINE_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("LOCALAPPDATA", "")
    monkeypatch.setattr(Path, "home", nowhere)
    assert "no home" in kernel_cache.prepare().note


def test_only_the_newest_engines_are_kept():
    root = kernel_cache.prepare().folder.parent
    os.environ["NUMBA_CACHE_DIR"] = ""
    now = time.time()
    for age in range(1, 6):
        (root / f"old{age}").mkdir()
        os.utime(root / f"old{age}", (now - 1000 * age,) * 2)
    current = kernel_cache.prepare().folder
    assert sorted(path.name for path in root.iterdir()) == sorted([current.name, "old1", "old2"])


def test_completeness_is_remembered_for_this_copy_of_the_engine(monkeypatch, tmp_path):
    cache = kernel_cache.prepare()
    assert not cache.complete
    cache.completed()
    assert cache.complete
    monkeypatch.setattr(kernel_cache, "ENGINE", tmp_path)
    assert not cache.complete


SOURCE = """
from engine.contracts import SCHEDULE, kernel, routine
from numba import types

@kernel(SCHEDULE)
def doubled(base, t, knobs, loss, memory):
    return 2.0 * base

@routine(types.float64(types.float64))
def tripled(x):
    return 3.0 * x

assert doubled.address
doubled.prepare()
assert tripled(2.0) == 6.0
print("well")
"""


def start(folder: Path, program: Path) -> subprocess.Popen[str]:
    """A process that compiles, or loads, a kernel and a routine."""
    surroundings = {**os.environ, "NUMBA_CACHE_DIR": str(folder), "PYTHONPATH": ROOT}
    return subprocess.Popen(
        [sys.executable, str(program)],
        env=surroundings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def test_two_processes_fill_a_cold_cache_at_once(tmp_path):
    program = tmp_path / "program.py"
    program.write_text(SOURCE)
    both = [start(tmp_path / "cold", program) for _ in range(2)]
    assert [process.communicate(timeout=120)[0] for process in both] == ["well\n"] * 2
    assert [process.returncode for process in both] == [0, 0]
    assert len(list((tmp_path / "cold").rglob("*.nbc"))) == 2


def empty(path: Path) -> None:
    path.write_bytes(b"")


def half(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def garbage(path: Path) -> None:
    path.write_bytes(b"\x93garbage" * 100)


def gone(path: Path) -> None:
    path.unlink()


@pytest.fixture
def declare(tmp_path, monkeypatch):
    """Makes a kernel and a routine anew, as a new process would, over a cache of the test's own."""
    from numba.core import config

    from engine import contracts

    program = tmp_path / "program.py"
    program.write_text(SOURCE)
    config.reload_config()  # else the first compilation would, and forget the folder set here
    monkeypatch.setattr(config, "CACHE_DIR", str(tmp_path / "numba"))
    monkeypatch.setattr(contracts.Kernel, "everyone", [])
    code = compile(SOURCE, str(program), "exec")

    def run() -> None:
        exec(code, {"__name__": "program"})

    run()
    return run


@pytest.mark.parametrize("suffix", ["*.nbi", "*.nbc"])
@pytest.mark.parametrize("damage", [empty, half, garbage, gone])
def test_a_damaged_cache_is_mended(declare, tmp_path, damage, suffix, capsys):
    files = list((tmp_path / "numba").rglob(suffix))
    assert len(files) == 2
    whole = [path.stat().st_size for path in files]
    for path in files:
        damage(path)
    declare()
    assert capsys.readouterr().out == "well\n"
    assert [abs(path.stat().st_size - size) < 200 for path, size in zip(files, whole, strict=True)] == [True] * 2


def test_a_cache_that_fails_for_good_is_done_without(declare, monkeypatch, capsys):
    from numba.core.caching import IndexDataCacheFile

    def refuse(*arguments: object) -> None:
        raise PermissionError(13, "Permission denied")

    for name in ("load", "save", "flush"):
        monkeypatch.setattr(IndexDataCacheFile, name, refuse)
    declare()
    assert capsys.readouterr().out == "well\n"


def test_no_two_kernels_share_a_cache_file():
    """Numba numbers the files of functions of one name and line, and two processes at once mix them up."""
    import engine  # noqa: F401
    from engine.contracts import Kernel

    places = []
    for kernel in Kernel.everyone:
        code = kernel._function.__code__
        places.append((code.co_filename, kernel._function.__qualname__, code.co_firstlineno))
    assert len(set(places)) == len(places) > 50
