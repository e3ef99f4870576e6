from __future__ import annotations

import os
import subprocess
import sys
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import TypeVar

import pytest

from app.documents import files as safe_write
from app.documents.experiment_file import open_file, save
from app.documents.file_lock import FileLock, is_held
from app.documents.file_stamp import changed_since, stamp_of
from app.documents.files import FileError, descriptor_of, read, reason, replacing, write
from app.documents.journal import Journal
from app.documents.own_text import read_own_text
from app.documents.presets import first_preset
from app.documents.tables.source import TableSource
from app.documents.trial_journal import TrialJournal

T = TypeVar("T")

posix = pytest.mark.skipif(sys.platform == "win32", reason="permissions and links as POSIX has them")
not_root = pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write everywhere")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "race.toml"
    path.write_bytes(b"old")
    return path


def only(path: Path) -> bool:
    return [entry.name for entry in path.parent.iterdir()] == [path.name]


@pytest.mark.parametrize(
    "name",
    ["a", "with space", "é 日本 😀", "x" * 240 + ".toml", "-rf", "a.b.c", "'quoted'"],
    ids=lambda name: name[:12],
)
def test_any_name_will_do(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    write(path, b"one")
    write(path, b"two")
    assert path.read_bytes() == b"two" and only(path)


def test_an_error_in_the_block_leaves_the_old_file(file: Path) -> None:
    with pytest.raises(ZeroDivisionError), replacing(file) as target:
        target.write(b"half")
        _ = 1 / 0
    assert file.read_bytes() == b"old" and only(file)


@pytest.mark.parametrize("call", ["fsync", "replace", "fdopen"])
def test_a_refusal_of_the_system_leaves_the_old_file(file: Path, call: str, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = os.fdopen

    def fail(*arguments, **names):
        if call == "fdopen":  # the disk is found full when the data are flushed
            os.close(arguments[0])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(safe_write.os, call, fail)
    with pytest.raises(FileError, match=r"cannot write .*race\.toml: no space left on device"):
        write(file, b"new")
    monkeypatch.undo()
    assert os.fdopen is kept
    assert file.read_bytes() == b"old" and only(file)


def test_a_folder_that_cannot_be_synced_is_told(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(folder):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(safe_write, "sync_folder", fail)
    with pytest.raises(FileError, match="may not survive a power failure: input/output error"):
        write(file, b"new")
    assert file.read_bytes() == b"new"


@pytest.mark.parametrize("name", ["none/race.toml", ".", "race.toml/inside", "nul\0byte"])
def test_what_is_no_place_for_a_file_is_refused_by_name(file: Path, name: str) -> None:
    with pytest.raises(FileError, match=r"cannot write .*: "):
        write(f"{file.parent}/{name}", b"new")
    assert only(file)


@posix
def test_a_link_is_followed_and_permissions_stay(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    target = tmp_path / "real" / "race.toml"
    target.write_bytes(b"old")
    target.chmod(0o640)
    link = tmp_path / "link.toml"
    link.symlink_to(target)
    write(link, b"new")
    assert link.is_symlink() and target.read_bytes() == b"new"
    assert target.stat().st_mode & 0o777 == 0o640


@posix
def test_a_new_file_has_the_usual_permissions(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write(tmp_path / "race.toml", b"")
    finally:
        os.umask(before)
    assert (tmp_path / "race.toml").stat().st_mode & 0o777 == 0o640


@posix
@not_root
def test_a_protected_file_or_folder_stays(file: Path) -> None:
    file.chmod(0o444)
    with pytest.raises(FileError, match="write-protected"):
        write(file, b"new")
    file.parent.chmod(0o555)
    try:
        with pytest.raises(FileError, match="permission denied"):
            write(file.parent / "other.toml", b"new")
    finally:
        file.parent.chmod(0o755)
    assert file.read_bytes() == b"old"


@posix
@pytest.mark.parametrize("where", ["/dev/null", "/dev/zero"])
def test_devices_are_neither_read_nor_written(where: str) -> None:
    with pytest.raises(FileError, match=r"cannot write /dev/.*: not a file"):
        write(where, b"new")
    with pytest.raises(FileError, match=r"cannot read /dev/.*: not a file"):
        read(where, 100)


@posix
def test_a_pipe_is_refused_by_whatever_reads_or_writes_files_and_nothing_waits_for_it(tmp_path: Path) -> None:
    pipe, other, blank = tmp_path / "pipe.toml", tmp_path / "other.toml", first_preset().experiment()
    os.mkfifo(pipe)
    regular = os.stat(__file__)

    def exchanged() -> None:
        """The pipe takes the place of a file once that has been looked at."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "stat", lambda *_, **__: regular)
            read(pipe, 100)

    ways: dict[str, Callable[[], object]] = {
        "read": lambda: read(pipe, 100),
        "exchanged": exchanged,
        "write": lambda: write(pipe, b"new"),
        "save": lambda: save(blank, pipe),
        "open": lambda: open_file(pipe),
        "own text": lambda: read_own_text(pipe),
        "table": lambda: TableSource.of_file(pipe).head(),
        "new table": lambda: TableSource.of_file(pipe).size(),
        "journal": lambda: Journal(pipe).begin([{}]),
        "lock": lambda: FileLock(pipe).take(),
        "held": lambda: is_held(pipe),
        "trials": lambda: TrialJournal(pipe),
        "trials that come": lambda: descriptor_of(pipe, os.O_WRONLY | os.O_APPEND | os.O_CREAT),
    }
    assert answered(lambda: changed_since(pipe, stamp_of(__file__, b"")))
    for name, way in ways.items():
        error = answered(lambda way=way: refusal(way))  # type: ignore[misc]
        assert error.endswith("not a file"), (name, error)
    assert answered(lambda: save(blank, other)) and other.exists()


def refusal(way: Callable[[], object]) -> str:
    with pytest.raises((FileError, OSError)) as refused:
        way()
    return reason(refused.value)


def answered(way: Callable[[], T]) -> T:
    """What it returns, within seconds."""
    found: SimpleQueue[T] = SimpleQueue()
    Thread(target=lambda: found.put(way()), daemon=True).start()
    return found.get(timeout=10)


@posix
def test_what_a_killed_process_left_behind_is_swept_away(file: Path) -> None:
    script = (
        "import os, sys\nfrom app.documents.files import replacing\n"
        "with replacing(sys.argv[1]) as file:\n    file.write(b'half'); file.flush(); os._exit(9)"
    )
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run([sys.executable, "-c", script, str(file)], cwd=root, check=False)
    assert done.returncode == 9 and not only(file) and file.read_bytes() == b"old"
    with replacing(file.parent / "other") as living:
        living.write(b"x")
        write(file, b"new")
    (file.parent / "other").unlink()
    assert file.read_bytes() == b"new" and only(file)


def test_a_small_file_takes_little_memory_to_read(file: Path) -> None:
    """The gallery reads every preset as it opens."""
    file.write_bytes(b"x" * 1000)
    tracemalloc.start()
    assert len(read(file, 2**22)) == 1000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2**16


def test_a_file_is_not_replaced_once_that_is_no_longer_wanted(file: Path) -> None:
    """However late: a call of the system that has hung for a minute comes back to it."""
    asked: list[int] = []

    def check() -> None:
        asked.append(1)
        if len(asked) == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(file, b"new", check)
    assert file.read_bytes() == b"old" and only(file)


def test_reading_is_limited_and_refused_in_words(file: Path) -> None:
    assert read(file, 3) == b"old"
    with pytest.raises(FileError, match="longer than"):
        read(file, 2)
    with pytest.raises(FileError, match="it is a folder"):
        read(file.parent, 10)
    with pytest.raises(FileError, match=r"cannot read .*none: no such file"):
        read(file.parent / "none", 10)


def test_a_path_in_a_sentence_cannot_spoil_a_terminal() -> None:
    assert safe_write.shown("a\x1b[31m\nb") == "a?[31m?b"


@posix
def test_hard_links_are_told_and_keep_the_former_content(file: Path) -> None:
    assert write(file, b"newer") == ()
    (file.parent / "other").hardlink_to(file)
    (note,) = write(file, b"new")
    assert note == "race.toml had other names (hard links), which keep the former content"
    assert file.read_bytes() == b"new" and (file.parent / "other").read_bytes() == b"newer"


@posix
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() != 0, reason="only root may give files away")
def test_the_owner_is_kept_and_so_is_what_a_change_of_owner_clears(file: Path) -> None:
    os.chown(file, 12345, 23456)
    file.chmod(0o2674)
    assert write(file, b"new") == ()
    status = file.stat()
    assert (status.st_uid, status.st_gid, status.st_mode & 0o7777) == (12345, 23456, 0o2674)


@posix
def test_what_the_system_does_not_let_be_kept_is_told(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    own = os.fstat

    def of_others(descriptor: int) -> os.stat_result:
        status = list(own(descriptor))
        status[4] += 1
        status[5] += 1
        return os.stat_result(status)

    for name in ("fchown", "fchmod", "setxattr"):
        monkeypatch.setattr(os, name, refuse, raising=False)
    monkeypatch.setattr(os, "fstat", of_others)
    monkeypatch.setattr(os, "listxattr", lambda path: ["user.note"], raising=False)
    monkeypatch.setattr(os, "getxattr", lambda path, name: b"x", raising=False)
    notes = write(file, b"new")
    assert file.read_bytes() == b"new" and only(file)
    assert notes == (
        "race.toml has another owner than before: the system does not let it be kept",
        "race.toml has another group than before: the system does not let it be kept",
        "race.toml has lost extended attributes: operation not permitted",
        "race.toml has other permissions than before: operation not permitted",
    )


@pytest.mark.skipif(not hasattr(os, "setxattr"), reason="extended attributes as Linux has them")
def test_extended_attributes_are_kept(file: Path) -> None:
    try:
        os.setxattr(file, "user.note", b"mine")
    except OSError:
        pytest.skip("this file system has none")
    assert write(file, b"new") == () and os.getxattr(file, "user.note") == b"mine"


def test_a_large_file_is_read_in_pieces_that_can_be_cancelled(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(safe_write, "_PIECE", 2)
    seen: list[int] = []
    assert read(file, 10, lambda: seen.append(1)) == b"old" and len(seen) == 2

    def cancel() -> None:
        raise KeyError("cancelled")

    with pytest.raises(KeyError):
        read(file, 10, cancel)
    assert write(file, b"a longer one") == () and file.read_bytes() == b"a longer one"
