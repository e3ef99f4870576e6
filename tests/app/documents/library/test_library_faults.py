"""The library survives two windows, a kill, a full disk, a damaged file and a later version."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from app.documents.files import FileError
from app.documents.library.database import FORMAT, Database, LibraryFull
from app.documents.library.library import Library
from tests.app.documents.library.entries import many

ROOT = Path(__file__).resolve().parents[4]
posix = pytest.mark.skipif(sys.platform == "win32", reason="as POSIX has it")
WRITER = """
import sys
from pathlib import Path
from app.documents.library.library import Library
from tests.app.documents.library.entries import many

path, seed, count = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
library = Library(path)
print("ready", flush=True)
sys.stdin.readline()
for entry in many(count, seed):
    library.keep([entry])
    print(entry.settings["seed"], flush=True)
"""


def writer(path: Path, seed: int, count: int, code: str = WRITER) -> subprocess.Popen[str]:
    """Another window's process, which waits for a line before it writes."""
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(path), str(seed), str(count)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None and child.stdout.readline() == "ready\n"
    return child


def go(child: subprocess.Popen[str]) -> None:
    assert child.stdin is not None
    child.stdin.write("\n")
    child.stdin.flush()


def count(path: Path) -> int:
    """The runs in a library that is whole."""
    connection = sqlite3.connect(path)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert not connection.execute("PRAGMA foreign_key_check").fetchall()
        found: int = connection.execute("SELECT count(*) FROM runs").fetchone()[0]
        return found
    finally:
        connection.close()


@pytest.mark.slow
def test_two_windows_write_at_once_while_a_third_reads_and_forgets(tmp_path: Path) -> None:
    path = tmp_path / "library.sqlite"
    children = [writer(path, seed, 60) for seed in (1, 2)]
    for child in children:
        go(child)
    library, seen = Library(path), 0
    while any(child.poll() is None for child in children):
        contents = library.find()
        assert contents.runs >= seen
        seen = contents.runs
        assert len(library.rows(contents.ids[:50], ())) == min(50, len(contents.ids))
        library.columns()
    for child in children:
        said, _ = child.communicate()
        assert child.returncode == 0 and len(said.splitlines()) == 60
    assert count(path) == 120 and library.find().runs == 120
    assert library.forget(library.find().ids[:20]) == 20 and count(path) == 100


@posix
@pytest.mark.slow
@pytest.mark.parametrize("attempt", range(6))
def test_whatever_a_killed_window_has_said_to_be_kept_is_there(tmp_path: Path, attempt: int) -> None:
    path = tmp_path / "library.sqlite"
    Library(path).keep(list(many(5, seed=99)))
    child = writer(path, attempt, 10_000)
    go(child)
    time.sleep(random.Random(attempt).uniform(0.05, 0.4))
    child.send_signal(signal.SIGKILL)
    said, _ = child.communicate()
    library = Library(path)
    kept = library.find().runs - 5  # undoes what was half done
    assert len([line for line in said.splitlines(True) if line.endswith("\n")]) <= kept <= len(said.splitlines()) + 1
    assert count(path) == kept + 5
    assert library.keep(list(many(3, seed=98))) == 3


@posix
def test_a_journal_that_a_kill_has_left_is_undone_by_a_reader(tmp_path: Path) -> None:
    """As the disk is when a process dies in the middle of writing pages of the file itself."""
    path = tmp_path / "library.sqlite"
    Library(path).keep(list(many(40)))
    code = (
        "import os, sqlite3, sys; c = sqlite3.connect(sys.argv[1], isolation_level=None);"
        "c.execute('PRAGMA cache_size = 1'); c.execute('PRAGMA cache_spill = 1'); c.execute('BEGIN IMMEDIATE');"
        "c.execute(\"UPDATE runs SET words = words || hex(randomblob(2000))\"); c.execute('DELETE FROM entries');"
        "os.kill(os.getpid(), 9)"
    )
    before = path.read_bytes()
    subprocess.run([sys.executable, "-c", code, str(path)], check=False)
    assert (tmp_path / "library.sqlite-journal").stat().st_size and path.read_bytes() != before
    library = Library(path)
    assert len(library.find().ids) == 40 and len(library.columns()) > 20
    assert path.read_bytes() == before and count(path) == 40


def test_a_full_library_says_so_and_loses_nothing(tmp_path: Path) -> None:
    path = tmp_path / "library.sqlite"
    library = Library(path, limit=200_000)
    entries = list(many(400))
    with pytest.raises(LibraryFull, match="has grown to its limit of 0 MB, so nothing more is kept: forget some runs"):
        for at in range(0, 400, 10):
            library.keep(entries[at : at + 10])
    kept = count(path)
    assert 10 <= kept < 400 and kept % 10 == 0 and library.find().runs == kept
    with pytest.raises(LibraryFull):
        library.keep(entries)
    assert library.forget(library.find().ids[: kept - 5]) == kept - 5, "forgetting makes room"
    assert library.keep(entries[-10:]) == 10
    library.compact()
    assert count(path) == 15 and path.stat().st_size < 200_000


@posix
@pytest.mark.slow
def test_a_disk_without_room_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    """The system refuses to let any file grow."""
    path = tmp_path / "library.sqlite"
    Library(path).keep(list(many(20)))
    code = """
import resource, sys
from pathlib import Path
from app.documents.files import FileError
from app.documents.library.library import Library
from tests.app.documents.library.entries import many

library, entries = Library(Path(sys.argv[1])), list(many(200, 5))
print("ready", flush=True)
sys.stdin.readline()
for room in (0, 700, 5000, 30_000, 90_000):
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, resource.RLIM_INFINITY))
    for action in (lambda: library.keep(entries), library.compact):
        try:
            action()
        except FileError as error:
            print(error, flush=True)
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    print(library.find().runs, len(library.rows(library.find().ids, ())), flush=True)
"""
    child = writer(path, 0, 0, code)
    go(child)
    said = child.communicate()[0].splitlines()
    assert child.returncode == 0
    assert [line for line in said if line[0].isdigit()] == ["20 20"] * 5
    errors = [line for line in said if not line[0].isdigit()]
    assert errors and all(str(path) in line and ("the disk" in line or "the system" in line) for line in errors)
    assert count(path) == 20 and Library(path).keep(list(many(3, seed=5))) == 3


def truncated(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def scribbled(path: Path) -> None:
    with open(path, "r+b") as file:
        for at in range(4096, path.stat().st_size, 4096):
            file.seek(at)
            file.write(b"\xff" * 64)


def another_program(path: Path) -> None:
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE runs (id INTEGER PRIMARY KEY, mine TEXT)")
    connection.close()


def without_a_table(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("DROP TABLE pictures")
    connection.close()


DAMAGES: dict[str, Callable[[Path], object]] = {
    "text": lambda path: path.write_text("no database\n" * 1000),
    "truncated": truncated,
    "scribbled": scribbled,
    "another program's": another_program,
    "without a table": without_a_table,
}


@pytest.mark.parametrize("reads", [False, True])
@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_file_is_set_aside_with_a_notice(tmp_path: Path, damage: str, reads: bool) -> None:
    path, told = tmp_path / "library.sqlite", []
    library = Library(path, told=told.append)
    library.keep(list(many(60)))
    DAMAGES[damage](path)
    before = path.read_bytes()
    if reads:
        for _ in range(2):
            try:
                assert list(library.find().ids) == [] and library.rows([1, 2, 3], library.columns()) == {}
            except FileError as error:
                assert "is a new one now" in str(error)
    assert library.keep(list(many(2, seed=3))) == 2
    (aside,) = tmp_path.glob("library.damaged-*.sqlite")
    assert aside.read_bytes() == before
    assert told == [f"the library of runs was damaged: it is set aside as {aside.name}, and a new one is begun"]
    assert count(path) == 2 and library.find().runs == 2


def test_of_two_windows_that_find_it_damaged_one_sets_it_aside(tmp_path: Path) -> None:
    path, told = tmp_path / "library.sqlite", []
    libraries = [Library(path, told=told.append) for _ in range(6)]
    path.write_bytes(b"nothing of ours" * 1000)
    entries = list(many(6))
    threads = [
        threading.Thread(target=library.keep, args=([entry],))
        for library, entry in zip(libraries, entries, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(told) == 1 and len(list(tmp_path.glob("*damaged*"))) == 1
    assert count(path) == 6


def test_windows_that_begin_it_at_once_begin_one(tmp_path: Path) -> None:
    path, entries = tmp_path / "library.sqlite", list(many(8))
    threads = [threading.Thread(target=Library(path).keep, args=([entry],)) for entry in entries]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(path) == 8


def test_a_library_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    path, told = tmp_path / "library.sqlite", []
    library = Library(path, told=told.append)
    library.keep(list(many(3)))
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {FORMAT + 1}")
    connection.close()
    before = path.read_bytes()
    for action in (library.find, library.columns, lambda: library.keep(list(many(4))), library.forget_all):
        with pytest.raises(
            FileError, match=f"a later version of Fall Line has written .* in format {FORMAT + 1}; this"
        ):
            action()
    assert path.read_bytes() == before and not told and [file.name for file in tmp_path.iterdir()] == [path.name]


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    (tmp_path / "folder").mkdir()
    for path, told in (
        (tmp_path / "file" / "library.sqlite", "cannot write the library .*: "),
        (tmp_path / "folder", "cannot write the library .*: the system does not let it be opened"),
    ):
        with pytest.raises(FileError, match=told):
            Library(path).keep(list(many(1)))
    assert (tmp_path / "file").read_text() == "x" and not list((tmp_path / "folder").iterdir())


def test_another_window_that_holds_it_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "library.sqlite"
    library = Library(path)
    library.keep(list(many(1)))
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN EXCLUSIVE")
    release = threading.Timer(0.3, other.rollback)
    release.start()
    assert library.keep(list(many(1, seed=2))) == 1
    release.join()
    other.execute("BEGIN EXCLUSIVE")
    monkeypatch.setattr("app.documents.library.database._WAIT", 0.2)
    with pytest.raises(FileError, match="another window has held it"):
        library.keep(list(many(1, seed=3)))

    class Closing(Exception):
        pass

    def closing() -> None:
        raise Closing

    begun = time.monotonic()
    with pytest.raises(Closing):
        library.keep(list(many(1, seed=3)), check=closing)
    assert time.monotonic() - begun < 0.2
    other.close()
    assert library.keep(list(many(1, seed=3))) == 1


def test_a_transaction_that_fails_is_undone(tmp_path: Path) -> None:
    file = Database(tmp_path / "library.sqlite")
    with pytest.raises(RuntimeError), file.writing() as connection:
        connection.execute("INSERT INTO columns (key, is_result) VALUES ('x', 0)")
        raise RuntimeError
    with file.reading() as connection:
        assert connection.execute("SELECT count(*) FROM columns").fetchone() == (0,)
        with pytest.raises(sqlite3.OperationalError):
            connection.execute("DELETE FROM runs")
