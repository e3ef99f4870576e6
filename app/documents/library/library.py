"""The run library: keeping, finding, comparing, opening and forgetting runs. Each call is durable when it returns."""

from __future__ import annotations

import hashlib
import math
import sqlite3
import time
import zlib
from array import array
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from app.documents.files import FileError
from app.documents.library.columns import FIELD, FIELDS, KEPT, RESULT, SETTING, SOURCES, Column
from app.documents.library.database import LIMIT, Check, Database, LibrarySetAside, no_check
from app.documents.library.run_entry import KEPT as KEPT_TABLE
from app.documents.library.run_entry import Cell, RunEntry
from app.documents.library.search import EVERYTHING, Search, sql_of
from app.documents.table_store import packed, unpacked
from app.documents.toml_reader import parsed
from app.documents.user_folders import data_home
from engine import Experiment, SettingError, Table

FILE = "library.sqlite"
MOST_COMPARED = 12  # runs side by side

_AT_ONCE = 500  # values in a query
_DAY = 86_400.0
_MAX_TEXT = 256 * 2**20  # bytes of an experiment


@dataclass(frozen=True, slots=True)
class Row:
    """A run as a table shows it. cells: by column; those that it has no value for are left out. picture: a PNG."""

    id: int
    colour: int
    updates: int
    picture: bytes
    cells: Mapping[Column, Cell]


@dataclass(frozen=True, slots=True)
class Contents:
    """What a search has found: the numbers of the runs in order. runs, size: of the whole library, in bytes."""

    ids: array[int]
    runs: int
    size: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Some runs side by side: what differs between them, by column, None where a run has no value."""

    runs: tuple[Row, ...]
    differences: tuple[tuple[Column, tuple[Cell | None, ...]], ...]


@dataclass(frozen=True, slots=True)
class KeptRun:
    """The experiment of a run, which is selected in it, and the update where it stood."""

    experiment: Experiment
    update: int


class Library:
    """The runs of all windows. Its methods may be called from any thread, and raise FileError."""

    def __init__(
        self, path: Path | None = None, limit: int = LIMIT, told: Callable[[str], None] = lambda _: None
    ) -> None:
        """path: of the file, by default in the user's data folder. limit: bytes to which it may grow. told: hears that
        a damaged file was set aside.
        """
        self._file = Database(data_home() / FILE if path is None else path, limit, told)

    @property
    def size(self) -> int:
        """Bytes on disk."""
        return self._file.size

    @property
    def stamp(self) -> tuple[int, int]:
        """Another one once the file has changed, by whatever window."""
        return self._file.stamp

    def keep(self, entries: Sequence[RunEntry], when: float | None = None, check: Check = no_check) -> int:
        """Keep runs, all or none; how many were not known as they are.

        A run that is known already takes the place of its former self if it has gone on, and is left out else.
        when: seconds since 1970, now by default.
        """
        when = time.time() if when is None else when
        try:
            return self._keep(entries, when, check)
        except LibrarySetAside:
            return self._keep(entries, when, check)

    def _keep(self, entries: Sequence[RunEntry], when: float, check: Check) -> int:
        new = 0
        with self._file.writing(check) as connection:
            for entry in entries:
                known = connection.execute("SELECT id, updates FROM runs WHERE digest = ?", (entry.digest,)).fetchone()
                if known is not None and known[1] >= entry.updates:
                    continue
                if known is not None:
                    connection.execute("DELETE FROM runs WHERE id = ?", known[:1])
                check()
                _insert(connection, entry, when)
                new += 1
            if new:
                _remove_unused(connection)
        return new

    def columns(self) -> tuple[Column, ...]:
        """Every column that there is something in."""
        with self._file.reading() as connection:
            return (*FIELDS, *_column_ids(connection))

    def find(
        self,
        search: Search = EVERYTHING,
        order: Column = KEPT,
        descending: bool = True,
        check: Check = no_check,
    ) -> Contents:
        """The runs that fit a search, in the order of a column; those without a value in it come last."""
        way = "DESC" if descending else "ASC"
        with self._file.reading(check) as connection:
            ids = _column_ids(connection)
            where, values = sql_of(search, ids)
            join, first = "", []
            if order.part == FIELD:
                collation = "" if order == KEPT else "COLLATE NOCASE"
                by = f"runs.{SOURCES[order.key]} {collation} {way}"
            else:
                join = "LEFT JOIN entries AS sought ON sought.run = runs.id AND sought.column = ?"
                first = [ids.get(order, -1)]
                by = f"sought.run IS NULL, sought.number IS NULL, sought.number {way}, sought.text COLLATE NOCASE {way}"
            query = f"SELECT runs.id FROM runs {join} WHERE {where} ORDER BY {by}, runs.id DESC"
            found = array("q", (id for (id,) in connection.execute(query, [*first, *values])))
            count = connection.execute("SELECT count(*) FROM runs").fetchone()[0]
        return Contents(found, count, self.size)

    def rows(self, ids: Iterable[int], columns: Iterable[Column]) -> dict[int, Row]:
        """The rows of runs with these columns, by their numbers; those that were forgotten are left out."""
        with self._file.reading() as connection:
            return _rows(connection, list(ids), set(columns))

    def compare(self, ids: Sequence[int]) -> Comparison:
        """Runs side by side, in this order, with what differs between them."""
        with self._file.reading() as connection:
            columns = (*FIELDS, *_column_ids(connection))
            found = _rows(connection, list(ids)[:MOST_COMPARED], set(columns))
        runs = tuple(found[id] for id in ids if id in found)
        rows = ((column, tuple(row.cells.get(column) for row in runs)) for column in columns)
        return Comparison(runs, tuple((column, cells) for column, cells in rows if len(set(cells)) > 1))

    def open(self, id: int, check: Check = no_check) -> KeptRun:
        """The experiment of a run, equal to the bit. Raises FileError and SettingError."""
        with self._file.reading(check) as connection:
            query = (
                "SELECT runs.run, runs.updates, experiments.id, experiments.toml FROM runs "
                "JOIN experiments ON experiments.id = runs.experiment WHERE runs.id = ?"
            )
            found = connection.execute(query, (id,)).fetchone()
            if found is None:
                raise FileError("this run is no longer in the library")
            run, update, number, toml = found
            query = (
                "SELECT digest, content FROM examples JOIN examples_of USING (digest) WHERE examples_of.experiment = ?"
            )
            contents = dict(connection.execute(query, (number,)))
        experiment = _experiment(toml, contents, check)
        return KeptRun(replace(experiment, view={**experiment.view, "selected": run}), update)

    def forget(self, ids: Iterable[int], check: Check = no_check) -> int:
        """Forget runs for good; how many there were. See `compact`."""
        with self._file.writing(check) as connection:
            connection.execute("CREATE TEMP TABLE chosen (id INTEGER PRIMARY KEY)")
            connection.executemany("INSERT OR IGNORE INTO chosen VALUES (?)", ((id,) for id in ids))
            count = connection.execute("DELETE FROM runs WHERE id IN (SELECT id FROM chosen)").rowcount
            _remove_unused(connection)
        return count

    def forget_older(self, days: float, check: Check = no_check) -> int:
        """Forget what was kept so many days ago, or before."""
        return self._forget_until(time.time() - days * _DAY, check)

    def count_older(self, days: float) -> int:
        """How many runs were kept so many days ago, or before."""
        with self._file.reading() as connection:
            before = (time.time() - days * _DAY,)
            count: int = connection.execute("SELECT count(*) FROM runs WHERE kept <= ?", before).fetchone()[0]
            return count

    def forget_all(self, check: Check = no_check, until: float = math.inf) -> int:
        """Forget every run, of those that were kept until then, in seconds since the epoch; how many there were."""
        with self._file.emptying(check) as connection:
            if not connection.execute("SELECT 1 FROM runs WHERE kept > ? LIMIT 1", (until,)).fetchone():
                count = connection.execute("SELECT count(*) FROM runs").fetchone()[0]
                for table in ("entries", "pictures", "examples_of", "runs", "experiments", "examples", "columns"):
                    connection.execute(f"DELETE FROM {table}")
                return int(count)
        return self._forget_until(until, check)

    def _forget_until(self, until: float, check: Check) -> int:
        with self._file.reading(check) as connection:
            ids = [id for (id,) in connection.execute("SELECT id FROM runs WHERE kept <= ?", (until,))]
        return self.forget(ids, check)

    def compact(self, check: Check = no_check) -> None:
        """Give what was forgotten back to the disk if it is much, which takes as much room again for a moment; else the
        next runs take its place.
        """
        self._file.compact(check)


def _insert(connection: sqlite3.Connection, entry: RunEntry, when: float) -> None:
    experiment = _experiment_id(connection, entry)
    words = [entry.title, entry.name, entry.kind, entry.problem]
    cells = (*entry.settings.values(), *entry.results.values())
    words += [cell for cell in cells if isinstance(cell, str) and cell not in ("true", "false")]
    fields = (entry.digest, when, entry.title, entry.name, entry.kind, entry.problem, entry.updates, entry.run)
    values = [_storable(value) for value in (*fields, entry.colour, "\n".join(dict.fromkeys(words)).casefold())]
    marks = ", ".join("?" * (len(values) + 1))
    run = connection.execute(
        "INSERT INTO runs (digest, kept, title, name, kind, problem, updates, run, colour, words, experiment) "
        f"VALUES ({marks})",
        (*values, experiment),
    ).lastrowid
    connection.execute("INSERT INTO pictures VALUES (?, ?)", (run, entry.picture))
    for part, named in ((SETTING, entry.settings), (RESULT, entry.results)):
        for key, cell in named.items():
            number, text = (None, _storable(cell)) if isinstance(cell, str) else (cell, None)
            column = _column_id(connection, Column(key, part))
            connection.execute("INSERT INTO entries VALUES (?, ?, ?, ?)", (run, column, number, text))


def _storable(value: Any) -> Any:
    """Half a surrogate pair cannot be kept as text."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _experiment_id(connection: sqlite3.Connection, entry: RunEntry) -> int:
    """The experiment of a run, which is kept now if it was not."""
    text = entry.toml.encode("utf-8", "replace")
    digest = hashlib.sha256(text).digest()
    known = connection.execute("SELECT id FROM experiments WHERE digest = ?", (digest,)).fetchone()
    if known is not None:
        return int(known[0])
    toml = zlib.compress(text)
    new = connection.execute("INSERT INTO experiments (digest, toml) VALUES (?, ?)", (digest, toml)).lastrowid
    assert new is not None
    for name, table in entry.tables.items():
        if connection.execute("SELECT 1 FROM examples WHERE digest = ?", (name,)).fetchone() is None:
            content = zlib.compress(b"".join(packed(table)), 1)
            connection.execute("INSERT INTO examples VALUES (?, ?)", (name, content))
        connection.execute("INSERT INTO examples_of VALUES (?, ?)", (new, name))
    return new


def _remove_unused(connection: sqlite3.Connection) -> None:
    """Remove experiments without a run, and tables without an experiment."""
    connection.execute("DELETE FROM experiments WHERE id NOT IN (SELECT experiment FROM runs)")
    connection.execute("DELETE FROM examples WHERE digest NOT IN (SELECT digest FROM examples_of)")


def _column_id(connection: sqlite3.Connection, column: Column) -> int:
    key = _storable(column.key), column.part == RESULT
    known = connection.execute("SELECT id FROM columns WHERE key = ? AND is_result = ?", key).fetchone()
    if known is not None:
        return int(known[0])
    new = connection.execute("INSERT INTO columns (key, is_result) VALUES (?, ?)", key).lastrowid
    assert new is not None
    return new


def _column_ids(connection: sqlite3.Connection) -> dict[Column, int]:
    """The numbers of the columns of which any run has an entry: settings first, in the order in which they came."""
    query = (
        "SELECT key, is_result, id FROM columns "
        "WHERE EXISTS (SELECT 1 FROM entries WHERE entries.column = columns.id) ORDER BY is_result, id"
    )
    return {Column(key, RESULT if result else SETTING): id for key, result, id in connection.execute(query)}


def _rows(connection: sqlite3.Connection, ids: list[int], columns: set[Column]) -> dict[int, Row]:
    numbers = {id: column for column, id in _column_ids(connection).items() if column in columns}
    fields = [column for column in FIELDS if column in columns]
    names = ", ".join(f"runs.{SOURCES[column.key]}" for column in FIELDS)
    found: dict[int, Row] = {}
    for at in range(0, len(ids), _AT_ONCE):
        some = ids[at : at + _AT_ONCE]
        marks = ", ".join("?" * len(some))
        cells: dict[int, dict[Column, Cell]] = {id: {} for id in some}
        query = f"SELECT run, column, number, text FROM entries WHERE run IN ({marks})"
        for run, column, number, text in connection.execute(query, some):
            if column in numbers:
                cells[run][numbers[column]] = number if text is None else text
        query = (
            f"SELECT runs.id, runs.colour, runs.updates, pictures.png, {names} FROM runs "
            f"LEFT JOIN pictures ON pictures.run = runs.id WHERE runs.id IN ({marks})"
        )
        for id, colour, updates, png, *values in connection.execute(query, some):
            told = dict(zip(FIELDS, values, strict=True))
            found[id] = Row(id, colour, updates, png or b"", {column: told[column] for column in fields} | cells[id])
    return found


def _experiment(toml: bytes, contents: Mapping[str, bytes], check: Check) -> Experiment:
    """The experiment of a text, with its tables of examples. Raises FileError and SettingError."""
    try:
        unpacker = zlib.decompressobj()
        text = unpacker.decompress(toml, _MAX_TEXT)
        tables: dict[str, Table] = {}
        for digest, content in contents.items():
            check()
            table = unpacked(digest, zlib.decompress(content))
            if table is None:
                raise ValueError("a table of examples is not what it was")
            tables[digest] = table
        return Experiment.from_dict(_with_tables(parsed(text, check), tables), check)
    except (zlib.error, ValueError, KeyError, RecursionError) as error:
        if isinstance(error, SettingError):
            raise
        raise FileError(f"this run cannot be opened, for its entry in the library is damaged: {error}") from None


def _with_tables(data: Any, tables: Mapping[str, Table]) -> Any:
    """Plain data with tables of examples where their digests stand. Raises KeyError."""
    if isinstance(data, dict):
        if set(data) == {KEPT_TABLE} and isinstance(data[KEPT_TABLE], str):
            return tables[data[KEPT_TABLE]]
        return {name: _with_tables(value, tables) for name, value in data.items()}
    return [_with_tables(item, tables) for item in data] if isinstance(data, list) else data
