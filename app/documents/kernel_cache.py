"""The cache of compiled kernels between starts: a private folder for exactly this engine on this machine.

Numba's cache is made of pickles, so whoever can write there can run code here: the folder belongs to the
user alone. It also does not notice that a kernel calls a function of another file that was edited, so the
folder is named after all that the machine code depends on. Numba must not be imported yet: it reads the
place once, at its import.
"""

from __future__ import annotations

import atexit
import contextlib
import hashlib
import importlib.util
import os
import platform
import shlex
import shutil
import stat
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from app.documents.files import FileError, read, write
from app.documents.user_folders import cache_home

ENGINE = Path(__file__).resolve().parent.parent.parent / "engine"
_MAX_MARK = 2**16  # bytes
KEPT = 3  # folders of other engines: the one before an update, and a branch or two


class KernelCache(NamedTuple):
    """The folder in use, and why kernels are not kept for the next start (empty if they are)."""

    folder: Path
    note: str

    @property
    def complete(self) -> bool:
        """Whether a warm-up of this engine has once come to its end here."""
        with contextlib.suppress(FileError):
            return read(self._mark, _MAX_MARK) == os.fsencode(ENGINE)
        return False

    def completed(self) -> None:
        """Remember that every kernel is in the folder."""
        with contextlib.suppress(FileError):
            write(self._mark, os.fsencode(ENGINE))

    def leave(self) -> None:
        """Remove a folder that is not for the next start, at the end of the process."""
        if self.note:
            shutil.rmtree(self.folder.parent, ignore_errors=True)

    @property
    def _mark(self) -> Path:
        return self.folder / "complete"


def prepare() -> KernelCache:
    """Choose the folder and tell Numba, through the environment that child processes inherit.

    A folder that cannot be written, or that others could write, is replaced by a temporary one.
    """
    name = key()
    inherited = Path(os.environ.get("NUMBA_CACHE_DIR", ""))
    if inherited.name == name and not trouble(inherited):
        return KernelCache(inherited, "")
    try:
        root = cache_home() / "kernels"
        problem = _open(root) or _open(root / name)
    except (OSError, RuntimeError) as error:
        problem = str(error)
    if problem:
        temporary = Path(tempfile.mkdtemp(prefix="fall-line-"))
        chosen = KernelCache(temporary / name, f"kernels are compiled again at every start: {problem}")
        atexit.register(chosen.leave)
        chosen.folder.mkdir(mode=0o700)
    else:
        chosen = KernelCache(root / name, "")
        _prune(root, chosen.folder)
    os.environ["NUMBA_CACHE_DIR"] = str(chosen.folder)
    # Without this, Numba would turn to __pycache__ when the folder fails, where kernels can be stale.
    os.environ["NUMBA_CACHE_LOCATOR_CLASSES"] = "UserProvidedCacheLocator"
    return chosen


def key(engine: Path = ENGINE) -> str:
    """A name for all that compiled kernels depend on: the engine's sources, Numba, Python, the processor."""
    kind = f"{sources(engine)} {sys.implementation.cache_tag} {processor()}"
    return hashlib.sha256(kind.encode()).hexdigest()[:24]


def sources(engine: Path = ENGINE) -> str:
    """A name for the engine's sources and Numba: all that results depend on besides the kind of processor."""
    digest = hashlib.sha256()
    for path in sorted(engine.rglob("*.py")):
        content = path.read_bytes()
        digest.update(f"{path.relative_to(engine).as_posix()} {len(content)}\n".encode() + content)
    for package in ("numba", "llvmlite"):
        # The version without the 20 ms that importlib.metadata takes to import.
        found = importlib.util.find_spec(package)
        if found and found.origin:
            digest.update(Path(found.origin).with_name("_version.py").read_bytes())
    return digest.hexdigest()[:24]


def processor() -> str:
    """The processor's name and features, as far as they can be had in a millisecond.

    Numba compares them once more, by itself, on every load.
    """
    names = {"model name", "flags", "CPU implementer", "CPU part", "Features"}
    found = []
    with contextlib.suppress(OSError), open("/proc/cpuinfo", encoding="utf-8", errors="replace") as file:
        for line in file:
            if not line.strip():
                break
            name, _, value = line.partition(":")
            if name.strip() in names:
                found.append(value.strip())
    return " ".join(found) or f"{platform.machine()} {os.environ.get('PROCESSOR_IDENTIFIER', '')}"


def trouble(folder: Path) -> str:
    """Why kernels must not be loaded from a folder; empty if it is private and can be written."""
    try:
        status = folder.lstat()
    except OSError as error:
        return f"{folder}: {error.strerror}"
    if not stat.S_ISDIR(status.st_mode):
        return f"{folder} is not a folder"
    if os.name != "nt":
        if status.st_uid != os.geteuid():
            return f"{folder} belongs to another user"
        if status.st_mode & 0o022:
            return f"{folder} can be written by other users (empty it, then `chmod 700 {shlex.quote(str(folder))}`)"
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        return f"{folder} cannot be written: {error.strerror}"
    return ""


def _open(folder: Path) -> str:
    """Make a private folder if there is none; what is wrong with it otherwise."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    return trouble(folder)


def _prune(root: Path, current: Path) -> None:
    """Mark the current folder as the newest, and drop all but a few of the others."""
    with contextlib.suppress(OSError):
        os.utime(current)
        others = [path for path in root.iterdir() if path.is_dir() and path != current]
        others.sort(key=lambda path: path.stat().st_mtime, reverse=True)
        for path in others[KEPT - 1 :]:
            shutil.rmtree(path, ignore_errors=True)
