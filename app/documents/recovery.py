"""Autosave and crash recovery: each window keeps its work in a folder of its own, whatever ends the process.

A folder holds a lock, which tells whether its process lives; a journal of the work's small parts; and the tables of
examples in files of their own. Nothing here stops a window from opening: what is damaged is passed over.
"""

from __future__ import annotations

import contextlib
import json
import operator
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.documents.file_lock import FileLock, LockHeld, is_held
from app.documents.files import FileError, open_regular, process_exists, reason, shown, sync_folder
from app.documents.former_views import with_present_names
from app.documents.journal import Journal, read_journal
from app.documents.toml_reader import parsed
from app.documents.user_folders import config_home, data_home

if TYPE_CHECKING:
    from engine import Experiment, Table, Tweak

FORMAT = 1
MAX_CLOSED = 10
MAX_CLOSED_BYTES = 256 * 2**20
DAMAGED_DAYS = 30  # for which a damaged folder stays

_GROWTH = 2**20  # bytes by which a journal exceeds twice its beginning before it begins anew
_TWEAKS = 2000  # in a record
_LOCK, _JOURNAL = "lock", "journal"
_KEPT = "kept"  # {"kept": digest} stands for a table
_LOCK_WAIT = 1.0  # seconds, for those who only ask whether it is held
_HEAD = 2**16  # bytes in which the title of last.toml stands


@dataclass(frozen=True, slots=True)
class KeptWork:
    """One session's work as it was kept on disk.

    path: of its document, None if it had none. when: seconds since 1970. changed: whether it has unsaved work.
    crashed: whether its process died. update: how far its runs had come.
    """

    title: str
    path: Path | None
    when: float
    changed: bool
    crashed: bool
    update: int
    place: Path = field(repr=False)

    def load(self) -> tuple[Experiment, int]:
        """The experiment, equal to the bit, and the update. Raises FileError or SettingError."""
        from app.documents.experiment_file import load
        from app.documents.table_store import stored
        from engine import Experiment

        if not self.place.is_dir():
            return load(self.place), self.update
        tables: dict[str, Table] = {}

        def with_tables(found: dict[str, Any]) -> Any:
            digest = found.get(_KEPT)
            if len(found) != 1 or not isinstance(digest, str):
                return found
            if digest not in tables:
                tables[digest] = stored(digest, self.place)
            return tables[digest]

        state = _folded(read_journal(self.place / _JOURNAL, with_tables))
        if state is None:
            raise FileError(f"cannot read {shown(self.place)}: it is damaged")
        runs = [{**settings, "tweaks": tweaks} for settings, tweaks in zip(state["runs"], state["tweaks"], strict=True)]
        compared = {"comparison": state["comparison"]} if state.get("comparison") is not None else {}
        entries = with_present_names({**state["experiment"], **compared, "runs": runs})
        return Experiment.from_dict(entries), int(state["update"])

    def discard(self) -> None:
        """Remove it from disk, as far as the system lets us."""
        if self.place.is_dir():
            shutil.rmtree(self.place, ignore_errors=True)
        else:
            with contextlib.suppress(OSError):
                self.place.unlink()


class WorkKeeper:
    """Keeps the work of one window. Its methods may be called from any thread."""

    def __init__(self) -> None:
        self._one_at_a_time = threading.Lock()
        self._folder: Path | None = None
        self._lock: FileLock | None = None
        self._journal: Journal | None = None
        self._written: _Parts | None = None  # what the journal says, None if that is not known
        self._begun = 0  # length of the journal when it began
        self._closed = False

    def keep(self, experiment: Experiment, update: int, path: Path | None, changed: bool) -> None:
        """Keep the work as it stands; it is durable on return. Does nothing after `close`.

        Raises FileError; what was kept before then still is.
        """
        with self._one_at_a_time:
            if self._closed:
                return
            parts = _Parts.of(experiment, update, path, changed)
            written, self._written = self._written, None
            try:
                if written is None or not self._append(parts, written):
                    self._begin(parts)
            except (TypeError, ValueError) as error:  # something that JSON does not know
                raise FileError(f"cannot keep the work on {experiment.title[:80]}: {error}") from None
            self._written = parts

    def close(self, keep: bool) -> None:
        """The window has come to its end; keep: whether its work may be opened again. Raises nothing."""
        with self._one_at_a_time:
            self._closed = True
            keep = keep and self._journal is not None  # else nothing could be kept
            if keep and self._journal:
                with contextlib.suppress(FileError):
                    self._journal.append({"set": {"closed": time.time()}, "tweaks": {}})
            elif self._folder is not None:
                shutil.rmtree(self._folder, ignore_errors=True)
            if self._lock is not None:
                self._lock.release()
            if self._folder is not None and not keep:
                shutil.rmtree(self._folder, ignore_errors=True)  # what an open lock has held, on Windows
        closed()  # removes what are too many

    def _append(self, parts: _Parts, written: _Parts) -> bool:
        """Add what is new to the journal; False if it has to begin anew."""
        record, journal = parts.since(written), self._journal
        if record is None or journal is None or self._folder is None or not journal.is_whole():
            return False
        if not record["set"] and not record["tweaks"]:
            return True
        if journal.length > 2 * self._begun + _GROWTH:
            return False
        parts.store(self._folder)
        record["set"]["when"] = time.time()
        return journal.append(record)

    def _begin(self, parts: _Parts) -> None:
        """Begin the journal with all the parts, and remove tables that it no longer names."""
        folder = self._prepared()
        parts.store(folder)
        journal = Journal(folder / _JOURNAL)
        journal.begin(parts.records())
        self._journal, self._begun = journal, journal.length
        for file in folder.glob("*.table"):
            if file.stem not in parts.tables:
                with contextlib.suppress(OSError):
                    file.unlink()

    def _prepared(self) -> Path:
        """The folder, locked; made anew if somebody has removed it. Raises FileError."""
        home = data_home() / "work"
        try:
            if self._folder is None or not (self._folder / _LOCK).exists():
                home.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._folder = Path(tempfile.mkdtemp(prefix=f"{os.getpid()}-", dir=home))
                if self._lock is not None:
                    self._lock.release()
                self._lock = FileLock(self._folder / _LOCK)
                with contextlib.suppress(LockHeld, OSError):  # without locks, the process's number has to do
                    self._lock.take(_LOCK_WAIT)
                sync_folder(home)
        except (OSError, RuntimeError) as error:
            raise FileError(f"cannot keep the work in {shown(home)}: {reason(error)}") from None
        return self._folder


def left_behind() -> tuple[KeptWork, ...]:
    """Unsaved work of processes that died, newest first."""
    return tuple(work for work in _ended() if work.crashed and work.changed)


def closed() -> tuple[KeptWork, ...]:
    """Work of windows that were closed, or that died with everything saved, newest first; older work is removed.

    The file in which earlier versions kept the last experiment is one of them.
    """
    kept: list[KeptWork] = []
    size = 0
    for work in (work for work in _ended() if not (work.crashed and work.changed)):
        size += _size(work.place)
        if len(kept) < MAX_CLOSED and (size <= MAX_CLOSED_BYTES or not kept):
            kept.append(work)
        else:
            work.discard()
    return tuple(kept)


def _ended() -> list[KeptWork]:
    """All kept work that no living process owns, newest first; damaged folders are removed once they are old."""
    found = []
    with contextlib.suppress(OSError, RuntimeError):
        for folder in (data_home() / "work").iterdir():
            with contextlib.suppress(OSError):
                if _is_alive(folder):
                    continue
                work = _work_in(folder)
                if work is not None:
                    found.append(work)
                elif time.time() - folder.stat().st_mtime > DAMAGED_DAYS * 86_400:
                    shutil.rmtree(folder, ignore_errors=True)
    with contextlib.suppress(OSError, RuntimeError):
        found += _last_of_earlier_versions(config_home() / "last.toml")
    return sorted(found, key=lambda work: work.when, reverse=True)


def _is_alive(folder: Path) -> bool:
    try:
        return is_held(folder / _LOCK)
    except OSError:  # a file system without locks
        owner = folder.name.partition("-")[0]
        return owner.isdecimal() and process_exists(int(owner))


def _work_in(folder: Path) -> KeptWork | None:
    """The work in a folder; None if it is damaged, or is of a later version."""
    try:
        state = _folded(read_journal(folder / _JOURNAL))
        if state is None:
            return None
        title, path = str(state["experiment"]["title"]), state["path"]
        when, ended = float(state["when"]), state.get("closed")
        changed, update = bool(state["changed"]), int(state["update"])
        return KeptWork(title, Path(path) if path else None, when, changed, ended is None, update, folder)
    except (FileError, KeyError, TypeError, ValueError, OverflowError):
        return None


def _folded(records: Sequence[Any]) -> dict[str, Any] | None:
    """What the records of a journal add up to; None if they make no sense."""
    try:
        if records[0]["format"] != FORMAT or len(records) < records[0]["beginning"]:
            return None
        state, tweaks = dict(records[0]["set"]), [list(of_run) for of_run in records[0]["tweaks"]]
        for record in records[1:]:
            state.update(record["set"])
            for place, more in record["tweaks"].items():
                tweaks[int(place)] += more
        return {**state, "tweaks": tweaks}
    except (LookupError, TypeError, ValueError, AttributeError):
        return None


def _last_of_earlier_versions(path: Path) -> Iterator[KeptWork]:
    """The file in which versions before 0.4 kept the experiment on screen when the window was closed."""
    if path.is_file():
        with open_regular(path) as file:
            head = file.read(_HEAD).decode("utf-8", "replace").partition("\n[")[0]
        title = "Untitled"
        with contextlib.suppress(ValueError):
            title = str(parsed(head).get("title", title))
        yield KeptWork(title, None, path.stat().st_mtime, True, False, 0, path)


def _size(place: Path) -> int:
    with contextlib.suppress(OSError):
        return sum(file.stat().st_size for file in (place.iterdir() if place.is_dir() else (place,)))
    return 0


@dataclass(frozen=True, slots=True)
class _Parts:
    """Work taken apart. small: plain data but tweaks and tables; texts: the same in JSON; tables: by digest."""

    small: dict[str, Any]
    texts: dict[str, str]
    tweaks: tuple[tuple[Tweak, ...], ...]
    tables: dict[str, Table]

    @classmethod
    def of(cls, experiment: Experiment, update: int, path: Path | None, changed: bool) -> _Parts:
        from engine import Table

        tables: dict[str, Table] = {}

        def named(table: Table) -> dict[str, str]:
            tables[table.digest] = table
            return {_KEPT: table.digest}

        plain = replace(experiment, runs=(), comparisons=()).to_dict(named)
        del plain["runs"]
        ids = [run.settings.id for run in experiment.runs]
        tweaks = tuple(run.tweaks for run in experiment.runs)
        for tweak in (tweak for of_run in tweaks for tweak in of_run if isinstance(tweak.value, Table)):
            named(tweak.value)
        small = {
            "experiment": plain,
            # By themselves, because they are long if they have results, and seldom others.
            "comparison": [each.to_dict(ids) for each in experiment.comparisons] or None,
            "runs": [replace(run, tweaks=()).to_dict() for run in experiment.runs],
            "update": update,
            "path": os.fspath(path) if path is not None else None,
            "changed": changed,
        }
        return cls(small, {name: json.dumps(value) for name, value in small.items()}, tweaks, tables)

    def store(self, folder: Path) -> None:
        """Write the tables that are not there yet. Raises FileError."""
        if self.tables:
            from app.documents.table_store import store

            for table in self.tables.values():
                store(table, folder)

    def records(self) -> list[dict[str, Any]]:
        """The beginning of a journal, which holds only as a whole. Each is written in one go, so none is long."""
        tweaks = [
            {"set": {}, "tweaks": {str(place): _plain_tweaks(of_run[at : at + _TWEAKS])}}
            for place, of_run in enumerate(self.tweaks)
            for at in range(0, len(of_run), _TWEAKS)
        ]
        head = {"format": FORMAT, "beginning": 1 + len(tweaks), "tweaks": [[] for _ in self.tweaks]}
        return [{**head, "set": {**self.small, "when": time.time()}}, *tweaks]

    def since(self, before: _Parts) -> dict[str, Any] | None:
        """What makes these of those before, as a record of the journal; None if that takes another beginning."""
        if len(self.tweaks) != len(before.tweaks):
            return None
        more = {}
        for place, (old, new) in enumerate(zip(before.tweaks, self.tweaks, strict=True)):
            if not 0 <= len(new) - len(old) <= _TWEAKS or not all(map(operator.is_, old, new)):
                return None
            if len(new) > len(old):
                more[str(place)] = _plain_tweaks(new[len(old) :])
        # By their texts, because 1 equals 1.0 and True, and 0.0 equals -0.0.
        changed = {name: value for name, value in self.small.items() if self.texts[name] != before.texts[name]}
        return {"set": changed, "tweaks": more}


def _plain_tweaks(tweaks: Sequence[Tweak]) -> list[dict[str, Any]]:
    return [tweak.to_dict(lambda table: {_KEPT: table.digest}) for tweak in tweaks]
