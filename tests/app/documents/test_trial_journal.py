"""The journal of trials: it survives torn and damaged lines, several writers, and a disk that is full."""

from __future__ import annotations

import errno
import multiprocessing
import os
from dataclasses import replace
from pathlib import Path

import pytest

from app.documents import trial_journal
from app.documents.files import FileError
from app.documents.trial_journal import TrialJournal, beside, of_the_windows, set_aside
from engine import NUMBERS, Summary


def summary(value: float, processor: str = "zen") -> Summary:
    return Summary(7, value, curve=(value, float("inf")), processor=processor, numbers=NUMBERS)


def written(path: Path, count: int = 5) -> None:
    journal = TrialJournal(path)
    for place in range(count):
        journal.add(f"key{place}", summary(place))
    journal.close()
    assert not journal.notices


def test_what_was_added_is_known_by_key_and_processor(tmp_path: Path) -> None:
    path = beside(tmp_path / "race.toml")
    assert path.name == "race.toml.trials"
    written(path)
    journal = TrialJournal(path)
    journal.add("key1", summary(10, "lake"))
    journal.add("key1", summary(1))
    journal.add("bad", replace(summary(1), failed="no memory"))
    journal.add("old", replace(summary(1), numbers=NUMBERS - 1))
    journal.close()
    again = TrialJournal(path)
    assert again.known(["zen"]) == {f"key{place}": summary(place) for place in range(5)}
    assert again.known(["lake"]) == {"key1": summary(10, "lake")} and not again.notices
    assert path.read_bytes().count(b"key1") == 2


def test_lines_that_are_torn_or_damaged_cost_themselves_alone(tmp_path: Path) -> None:
    path = tmp_path / "trials"
    written(path)
    whole = path.read_bytes()
    lines = whole.split(b"\n")
    path.write_bytes(whole[:-30])  # killed while it wrote
    journal = TrialJournal(path)
    assert set(journal.known(["zen"])) == {f"key{place}" for place in range(4)}
    assert journal.notices == [f"{path}: a line was damaged: that trial is done again"]
    journal.add("key9", summary(9))
    journal.close()
    assert set(TrialJournal(path).known(["zen"])) == {"key0", "key1", "key2", "key3", "key9"}
    for place, line in enumerate(lines):
        damaged = [*lines[:place], line[: len(line) // 2] + b"\xff" + line[len(line) // 2 :], *lines[place + 1 :]]
        path.write_bytes(b"\n".join(damaged))
        found = TrialJournal(path)
        assert len(found.known(["zen"])) >= 4 and "damaged" in found.notices[0]
    path.write_bytes(b"something\nelse\n")
    with pytest.raises(FileError, match="no journal of trials"):
        TrialJournal(path)


def add_many(path: Path, name: str) -> None:
    journal = TrialJournal(path)
    for place in range(200):
        journal.add(f"{name}{place}", summary(place))
    journal.close()


def test_several_processes_write_at_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=add_many, args=(tmp_path / "trials", name)) for name in "ab"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
        writer.close()
    found = TrialJournal(tmp_path / "trials")
    assert len(found.known(["zen"])) == 400 and not found.notices


def test_a_full_disk_is_told_once_and_what_waits_is_written_when_there_is_room(tmp_path: Path, monkeypatch) -> None:
    path, write = tmp_path / "trials", os.write
    journal = TrialJournal(path)
    journal.add("a", summary(1))

    def full(descriptor: int, data: bytes) -> int:
        if len(data) > 10:
            return write(descriptor, data[:10])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(trial_journal.os, "write", full)
    journal.add("b", summary(2))
    journal.add("c", summary(3))
    assert len(journal.notices) == 1 and "no space left" in journal.notices[0]
    assert set(journal.known(["zen"])) == {"a", "b", "c"}
    monkeypatch.setattr(trial_journal.os, "write", write)
    journal.close()
    assert set(TrialJournal(path).known(["zen"])) == {"a", "b", "c"}


def test_a_large_one_is_set_aside_for_as_long_as_another_is_not(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("FALL_LINE_CONFIG", str(tmp_path / "home"))
    path = of_the_windows()
    one, other = TrialJournal(path), None
    one.make_room()
    one.add("a", summary(1))
    other = TrialJournal(path)
    monkeypatch.setattr(trial_journal, "_OWN_BYTES", 10)
    other.make_room()
    assert not path.exists() and set_aside(path).exists()
    one.add("b", summary(2))  # into the file that was set aside
    other.add("c", summary(3))
    assert set(TrialJournal(path, set_aside(path)).known(["zen"])) == {"a", "b", "c"}
    one.make_room()
    one.add("d", summary(4))
    one.close()
    other.close()
    assert set(TrialJournal(path, set_aside(path)).known(["zen"])) == {"c", "d"}, "it does not grow without bound"

    def stopped() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        TrialJournal(path, check=stopped)
