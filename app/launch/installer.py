"""A first start: make `.venv`, fill it from the locked requirements, and say how far it is.

Standard library only. Whatever interrupts it, the stamp says `unfinished` and the next start begins anew.
"""

from __future__ import annotations

import contextlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from app.launch.environment import PYTHON, RUN, TEST, UNFINISHED, Environment, SetupError
from app.launch.exit_status import INTERRUPTED
from app.launch.program import quoted
from app.launch.step_counter import Counter

# Runs a command, gives each line of its output to a listener, returns the exit status. The number is the
# descriptor of the lock: the command inherits it, so that no other start begins while an orphan still writes.
Runner = Callable[[list[str], Callable[[str], None], int], int]

DISK_SPACE = 900 * 2**20  # a finished .venv, and the largest package on its way there


def install(environment: Environment, purpose: str, run: Runner | None = None) -> None:
    """Make the environment complete for a purpose, or wait for another start that is doing so.

    Raises SetupError.
    """
    try:
        with _alone(Path(environment.root, ".venv.lock")) as lock:
            if not environment.ready(purpose):
                _Work(environment, purpose, run or _run, lock).do()
    except KeyboardInterrupt:
        raise SetupError("the set-up was interrupted; start again to complete it", INTERRUPTED) from None
    except OSError as error:
        raise SetupError(_trouble(error, environment.root)) from None


class _Work:
    """One set-up: its steps in order."""

    def __init__(self, environment: Environment, purpose: str, run: Runner, lock: int) -> None:
        self.environment = environment
        self.purpose = purpose
        self.run = run
        self.lock = lock
        packages = re.findall(rb"(?m)^[\w.-]+==", environment.packages(purpose))
        self.counter = Counter(sys.stderr, len(packages) + 2)
        self.output: list[str] = []
        self.changed = False

    def do(self) -> None:
        started = time.monotonic()
        before = self.environment.stamped()
        usable = PYTHON in before and os.path.exists(self.environment.python)
        verb = "updating" if usable else "making"
        self.counter.say(f"Fall Line: {verb} its Python environment in {self.environment.folder}")
        try:
            if usable:
                self.counter.step("keeping .venv")
                self.environment.mark([UNFINISHED])
            else:
                self._make()
            self._fill()
        except SetupError:
            if usable and not self.changed:
                self.environment.mark(before)
            raise
        finally:
            self.counter.close()
        purposes = (RUN, TEST) if self.purpose == TEST else (RUN,)
        self.environment.mark([PYTHON, *map(self.environment.line, purposes)])
        self.counter.say(f"Fall Line: ready after {time.monotonic() - started:.0f} s")

    def _make(self) -> None:
        """An empty environment, marked unfinished from its first moment."""
        if not (importlib.util.find_spec("venv") and importlib.util.find_spec("ensurepip")):
            name = f"python3.{sys.version_info.minor}"
            raise SetupError(
                f"this Python comes without venv and pip; on Debian or Ubuntu `apt install {name}-venv` as root "
                "brings them, elsewhere take the Python of python.org"
            )
        free = shutil.disk_usage(self.environment.root).free
        if free < DISK_SPACE:
            raise SetupError(_full(f"only {free // 2**20} MB are free"))
        self.counter.step("making .venv")
        self._clear()
        os.mkdir(self.environment.folder)
        self.environment.mark([UNFINISHED])
        command = [sys.executable, "-I", "-m", "venv", self.environment.folder]
        if self.run(command, self.output.append, self.lock) != 0:
            raise self._failure("making .venv")

    def _clear(self) -> None:
        """Make room. What is not of our making may be dear to somebody and is kept aside."""
        folder = Path(self.environment.folder)
        aside = folder.with_name(".venv.before")
        if os.path.lexists(folder) and not self.environment.stamped():
            if aside.is_dir() and not aside.is_symlink():
                shutil.rmtree(aside)
            folder.replace(aside)
            self.counter.say("Fall Line: the .venv that was there is now .venv.before")
        elif folder.exists():
            shutil.rmtree(folder)

    def _fill(self) -> None:
        """Let pip install what the lock file lists, and nothing else."""
        command = [self.environment.python, "-I", "-u", "-m", "pip", "install", "--require-hashes"]
        command += ["--only-binary=:all:", "--no-deps", "--no-user", "--no-input", "--progress-bar=off"]
        command += ["--disable-pip-version-check", "--retries=3", "-r", self.environment.lock(self.purpose)]
        self.output.clear()
        if self.run(command, self._hear, self.lock) != 0:
            raise self._failure("installing the packages")

    def _hear(self, line: str) -> None:
        """Turn a line of pip's into progress."""
        self.output.append(line)
        package = re.match(
            r"(?:Collecting |Requirement already satisfied: )([\w.-]+)==(\S+)|"
            r"Processing (?:.*[/\\])?([\w.]+)-([\w.+]+)-[^/\\]*\.whl",
            line,
        )
        size = re.match(r"\s*(?:Downloading|Using cached) .*(\([\d.]+ \w+\))", line)
        if package:
            self.counter.step(" ".join(filter(None, package.groups())))
        elif size:
            self.counter.detail(size[1])
        elif line.startswith("Ignoring "):
            self.counter.total -= 1
        elif line.startswith("Installing collected packages"):
            self.changed = True
            self.counter.step("unpacking")

    def _failure(self, doing: str) -> SetupError:
        """The remedy for what a command said before it gave up; all it said goes to a file."""
        log = Path(self.environment.folder, "set-up.log")
        with contextlib.suppress(OSError):
            log.write_text("\n".join(self.output), "utf-8")
        said = "\n".join(self.output)
        for pattern, sentence in _REMEDIES:
            if re.search(pattern, said):
                return SetupError(sentence.replace("PYTHON", quoted(self.environment.python)))
        errors = [line for line in self.output if "error" in line.lower()] or self.output or ["no output"]
        return SetupError(f"{doing} failed: {errors[-1].strip()[:300]}; all that was said is in {log}")


def _full(finding: str) -> str:
    return f"the disk is full: {finding}, {DISK_SPACE // 2**20} MB are needed; make room and start again"


_REMEDIES = (  # PYTHON stands for that of the environment
    (r"No space left on device|Errno 28|not enough space", _full("installing stopped")),
    (
        r"NewConnectionError|NameResolutionError|name resolution|ConnectTimeout|ReadTimeout|ProxyError|"
        r"Connection (?:refused|reset|aborted)|Network is unreachable|getaddrinfo failed|SSLError|timed out|"
        r"Max retries exceeded",
        "the packages could not be fetched, there seems to be no network; connect this machine "
        "(behind a proxy, set HTTPS_PROXY) and start again",
    ),
    (
        r"DO NOT MATCH THE HASHES",
        "a package is not the one that the lock file names and was refused; run `PYTHON -m pip cache purge` and "
        "start again, and if that does not help, do not trust this network",
    ),
    (
        r"No matching distribution|not a supported wheel",
        "a package has no build for this machine: Fall Line runs on 64-bit Linux (glibc 2.34 or later), "
        "Windows and Macs with Apple silicon (not on Intel Macs, nor with Windows on Arm's own Python)",
    ),
)


def _trouble(error: OSError, root: str) -> str:
    """What an error of the file system means, and what helps."""
    place = error.filename or root
    if error.errno == 28:
        return _full(f"cannot write {place}")
    return (
        f"cannot change {place}: {error.strerror}; close other windows of Fall Line, and make sure that "
        f"you may write in {root}"
    )


def _run(command: list[str], heard: Callable[[str], None], lock: int) -> int:
    """Run a command (see Runner)."""
    # A stray PIP_TARGET or PIP_USER would send the packages elsewhere; indexes and proxies stay in force.
    stray = {"PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER", "PIP_REQUIRE_VIRTUALENV", "PIP_QUIET"}
    surroundings = {name: value for name, value in os.environ.items() if name not in stray}
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=surroundings,
        encoding="utf-8",
        errors="replace",
        pass_fds=() if os.name == "nt" else (lock,),
    ) as process:
        assert process.stdout is not None
        for line in process.stdout:
            heard(line.rstrip())
    return process.returncode


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[int]:
    """Hold the set-up's lock, after whoever holds it now; gives its descriptor.

    It is the system's own lock on an open file: it ends with the processes that hold it, however they end.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        waiting = False
        while not _locked(descriptor):
            if not waiting:
                print("Fall Line: another start is setting up .venv; waiting for it", file=sys.stderr)
            waiting = True
            time.sleep(0.2)
        yield descriptor
    finally:
        os.close(descriptor)


if sys.platform == "win32":
    import msvcrt

    def _locked(descriptor: int) -> bool:
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def _locked(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
