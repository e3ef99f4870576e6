"""The library's file: an SQLite database that several windows share, and that no fault of the disk may cost.

The journal is the rollback journal and not the write-ahead log, which needs memory that all processes share and so
does not work in a home folder on a network. The file is opened for each piece of work and closed after it, so that a
file that another window has set aside, or the user removed, is not written to any more. It must never be opened by
other means in a process that uses it: closing such a descriptor would drop SQLite's locks.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from app.documents.file_lock import FileLock, LockHeld
from app.documents.files import FileError, reason, shown

FORMAT = 1  # PRAGMA user_version
LIMIT = 10**9  # bytes to which the file may grow

Check = Callable[[], None]

_MARK = 0x46616C6C  # PRAGMA application_id: "Fall"
_PAGE = 4096
_WAIT = 30.0  # seconds for which another window may hold the file
_TRY = 0.1  # seconds of it in one attempt
_LOCK_WAIT = 5.0
_SMALL, _WORTH = 20_000_000, 20  # bytes that are soon written, and one in how many pages is worth more
_BETWEEN = 20_000  # instructions of SQLite between two checks, about a millisecond
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_HELD = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)

_FIRST_ROW = "SELECT 1 FROM sqlite_master LIMIT 1"

# A run's settings and results are entries: a number or a text for a column. Experiments and their tables of examples
# are kept once, however many runs are of them.
_SCHEMA = """
CREATE TABLE experiments (id INTEGER PRIMARY KEY, digest BLOB NOT NULL UNIQUE, toml BLOB NOT NULL);
CREATE TABLE examples (digest TEXT PRIMARY KEY, content BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE examples_of (
    experiment INTEGER NOT NULL REFERENCES experiments ON DELETE CASCADE,
    digest TEXT NOT NULL REFERENCES examples,
    PRIMARY KEY (experiment, digest)
) WITHOUT ROWID;
CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    digest BLOB NOT NULL UNIQUE,
    kept REAL NOT NULL,
    title TEXT NOT NULL,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    problem TEXT NOT NULL,
    updates INTEGER NOT NULL,
    run TEXT NOT NULL,
    colour INTEGER NOT NULL,
    words TEXT NOT NULL,
    experiment INTEGER NOT NULL REFERENCES experiments
);
CREATE INDEX runs_by_time ON runs (kept);
CREATE INDEX runs_by_experiment ON runs (experiment);
CREATE TABLE pictures (run INTEGER PRIMARY KEY REFERENCES runs ON DELETE CASCADE, png BLOB NOT NULL);
CREATE TABLE columns (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    is_result INTEGER NOT NULL,
    UNIQUE (key, is_result)
);
CREATE TABLE entries (
    run INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
    column INTEGER NOT NULL REFERENCES columns,
    number REAL,
    text TEXT,
    PRIMARY KEY (run, column)
) WITHOUT ROWID;
CREATE INDEX entries_by_value ON entries (column, number, text);
"""
_TABLES = {"experiments", "examples", "examples_of", "runs", "pictures", "columns", "entries"}


class LibraryFull(FileError):
    """The library has grown to its limit."""


class LibrarySetAside(FileError):
    """The library turned out to be damaged in the middle of a piece of work, and is a new one now."""


class _Damaged(Exception):
    """The file is no library any more, or holds what none has written."""


class _Empty(Exception):
    """There is nothing in the file yet."""


def no_check() -> None:
    """Lets work go on to its end."""


class Database:
    """A file that may not be there yet. told: a sentence for the user, about a damaged file that was set aside."""

    def __init__(self, path: Path, limit: int = LIMIT, told: Callable[[str], None] = lambda _: None) -> None:
        """limit: bytes to which the file may grow."""
        self.path, self.limit = path, limit
        self._told = told

    @property
    def size(self) -> int:
        """Bytes on disk, 0 if there is no file."""
        try:
            return os.stat(self.path).st_size
        except OSError:
            return 0

    @property
    def stamp(self) -> tuple[int, int]:
        """Another one once the file has changed."""
        try:
            status = os.stat(self.path)
        except OSError:
            return 0, 0
        return status.st_mtime_ns, status.st_size

    @contextlib.contextmanager
    def reading(self, check: Check = no_check) -> Iterator[sqlite3.Connection]:
        """A connection that changes nothing, and sees one state of the file; an empty library if there is no file.

        check: called now and then; what it raises ends the work. Raises FileError.
        """
        with self._connected(False, check) as connection:
            yield connection

    @contextlib.contextmanager
    def writing(self, check: Check = no_check) -> Iterator[sqlite3.Connection]:
        """A transaction, which is durable if the block ends without an error, and undone else. Raises FileError."""
        with self._connected(True, check) as connection:
            yield connection

    @contextlib.contextmanager
    def emptying(self, check: Check = no_check) -> Iterator[sqlite3.Connection]:
        """The same to empty all tables: SQLite drops a whole table at once if it need not look at every row."""
        with self._connected(True, check, ("foreign_keys", "secure_delete")) as connection:
            yield connection

    def compact(self, check: Check = no_check) -> None:
        """Give what is free in the file back to the disk, if it is much: all of the rest is written anew.

        Raises FileError; nothing is lost then.
        """
        with self._errors_told("compact"):
            connection = self._open(True, check)
            try:
                free, pages = (
                    connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("freelist_count", "page_count")
                )
                if pages * _PAGE > _SMALL and free * _WORTH < pages:
                    return
                self._patiently(lambda: connection.execute("VACUUM"), check)
            except sqlite3.OperationalError as error:
                if _code(error) == sqlite3.SQLITE_INTERRUPT:
                    check()
                raise
            finally:
                connection.close()

    @contextlib.contextmanager
    def _connected(self, writes: bool, check: Check, without: tuple[str, ...] = ()) -> Iterator[sqlite3.Connection]:
        with self._errors_told("write" if writes else "read"):
            connection = self._open(writes, check)
            try:
                for name in without:
                    connection.execute(f"PRAGMA {name} = OFF")
                if not writes:
                    connection.execute("BEGIN")  # takes the lock with the first row that is read
                self._patiently(lambda: connection.execute("BEGIN IMMEDIATE" if writes else _FIRST_ROW), check)
                yield connection
                self._patiently(connection.commit, check)
            except BaseException as error:
                with contextlib.suppress(sqlite3.Error):
                    connection.rollback()
                if isinstance(error, sqlite3.Error) and _code(error) == sqlite3.SQLITE_INTERRUPT:
                    check()  # raises what has ended it
                if isinstance(error, sqlite3.Error) and _code(error) in _DAMAGED:
                    connection.close()
                    self._set_aside(check)
                    raise LibrarySetAside("the library of runs was damaged, and is a new one now") from None
                raise
            finally:
                connection.close()

    def _open(self, writes: bool, check: Check) -> sqlite3.Connection:
        """A connection to a library of this format. What is damaged is set aside first. Raises sqlite3.Error, OSError
        and FileError.
        """
        if writes:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        elif not self.path.exists():
            return _nothing()
        try:
            return self._tried(writes, check)
        except _Empty:
            return _nothing()
        except _Damaged:
            self._set_aside(check)
            return self._tried(True, check)

    def _tried(self, writes: bool, check: Check) -> sqlite3.Connection:
        """Raises _Damaged, _Empty, sqlite3.Error and FileError."""
        # Reading opens it for writing too, if it may: what a killed window has left half done is undone first.
        mode = "rwc" if writes else "rw"
        connection = sqlite3.connect(
            f"{self.path.as_uri()}?mode={mode}", uri=True, timeout=_TRY, isolation_level=None, check_same_thread=False
        )
        connection.set_progress_handler(lambda: _stops(check), _BETWEEN)
        try:
            self._patiently(lambda: self._prepare(connection, writes), check)
        except BaseException as error:
            connection.close()
            if isinstance(error, sqlite3.Error) and _code(error) in _DAMAGED:
                raise _Damaged from None
            raise
        return connection

    def _prepare(self, connection: sqlite3.Connection, writes: bool) -> None:
        """Make the tables if there are none yet. Raises _Damaged, _Empty, sqlite3.Error and FileError."""
        ask = connection.execute
        version, tables = _state(connection)
        if not version and not tables:
            if not writes:
                raise _Empty
            _make(connection)
            with contextlib.suppress(OSError):
                os.chmod(self.path, 0o600)  # the user's alone, and so are the journals beside it
            version, tables = _state(connection)
        if version > FORMAT:
            raise FileError(
                f"a later version of Fall Line has written the library {shown(self.path)}, in format {version}; "
                f"this one reads format {FORMAT} and leaves it alone"
            )
        if not tables >= _TABLES or ask("PRAGMA application_id").fetchone()[0] != _MARK:
            raise _Damaged
        ask("PRAGMA foreign_keys = ON")
        ask("PRAGMA secure_delete = ON")  # what is forgotten is gone
        ask(f"PRAGMA max_page_count = {max(self.limit // _PAGE, 1)}")
        if not writes:
            ask("PRAGMA query_only = ON")

    def _patiently(self, action: Callable[[], object], check: Check) -> None:
        """Do it once no other window holds the file. Raises sqlite3.Error, and whatever `check` does."""
        until = time.monotonic() + _WAIT
        while True:
            check()
            try:
                action()
                return
            except sqlite3.OperationalError as error:
                if _code(error) not in _HELD or time.monotonic() > until:
                    raise

    def _set_aside(self, check: Check) -> None:
        """Rename a damaged file, unless another window has done so. Raises FileError."""
        lock = FileLock(self.path.with_suffix(".lock"))
        try:
            with contextlib.suppress(LockHeld, OSError):  # better without a lock than not at all
                lock.take(_LOCK_WAIT)
            if not self._is_damaged(check):
                return
            name = self.path.with_name(f"{self.path.stem}.damaged-{time.time_ns()}{self.path.suffix}")
            os.replace(self.path, name)
            with contextlib.suppress(FileNotFoundError):
                os.replace(_journal(self.path), _journal(name))
        except OSError as error:
            raise FileError(f"the library {shown(self.path)} is damaged, and stays: {reason(error)}") from None
        finally:
            lock.release()
        self._told(f"the library of runs was damaged: it is set aside as {name.name}, and a new one is begun")

    def _is_damaged(self, check: Check) -> bool:
        try:
            if not self.path.exists():
                return False
            connection = self._tried(False, check)
        except _Damaged:
            return True
        except _Empty:
            return False
        try:
            return [row[0] for row in connection.execute("PRAGMA quick_check(1)")] != ["ok"]
        except sqlite3.DatabaseError as error:
            return _code(error) in _DAMAGED
        finally:
            connection.close()

    @contextlib.contextmanager
    def _errors_told(self, what: str) -> Iterator[None]:
        """Turn errors of SQLite and of the system into sentences."""
        place = shown(self.path)
        try:
            yield
        except OSError as error:
            raise FileError(f"cannot {what} the library {place}: {reason(error)}") from None
        except sqlite3.Error as error:
            code = _code(error)
            if code == sqlite3.SQLITE_FULL and self.size >= self.limit - 16 * _PAGE:
                raise LibraryFull(
                    f"the library of runs has grown to its limit of {self.limit / 1e6:,.0f} MB, so nothing more is "
                    "kept: forget some runs in it"
                ) from None
            told = {
                sqlite3.SQLITE_FULL: "the disk is full",
                sqlite3.SQLITE_BUSY: f"another window has held it for {_WAIT:g} seconds",
                sqlite3.SQLITE_READONLY: "it is write-protected",
                sqlite3.SQLITE_CANTOPEN: "the system does not let it be opened",
                sqlite3.SQLITE_IOERR: "the disk has failed",
            }.get(code, str(error))
            raise FileError(f"cannot {what} the library {place}: {told}") from None


def _code(error: sqlite3.Error) -> int:
    """SQLite's primary error code, 0 for an error that is not SQLite's own."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def _stops(check: Check) -> bool:
    """Whether a check ends what is under way."""
    try:
        check()
    except BaseException:
        return True
    return False


def _nothing() -> sqlite3.Connection:
    """An empty library."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    connection.executescript(_SCHEMA)
    return connection


def _make(connection: sqlite3.Connection) -> None:
    """Make the tables, unless another window has been faster."""
    ask = connection.execute
    ask(f"PRAGMA page_size = {_PAGE}")
    ask("BEGIN IMMEDIATE")
    try:
        if _state(connection) == (0, set()):
            for statement in _SCHEMA.split(";"):
                ask(statement)
            ask(f"PRAGMA application_id = {_MARK}")
            ask(f"PRAGMA user_version = {FORMAT}")
        ask("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            ask("ROLLBACK")
        raise


def _state(connection: sqlite3.Connection) -> tuple[int, set[str]]:
    """The number of the format, and the names of all tables."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    named = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return version, {name for (name,) in named}


def _journal(path: Path) -> Path:
    return path.with_name(f"{path.name}-journal")
