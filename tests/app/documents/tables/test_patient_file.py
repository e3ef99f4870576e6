"""A file on a drive that does not answer holds nobody up: whoever waits can give up, and the process can end."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from app.documents.files import FileError, open_regular
from app.documents.tables import patient_file
from app.documents.tables.dialect import DialectOptions, sniff
from app.documents.tables.patient_file import PatientFile
from app.documents.tables.source import TableSource, no_progress

ROOT = Path(__file__).resolve().parents[4]


class GivenUp(Exception):
    pass


class Hang:
    """A call of the system that hangs until it is let go; `reached` says that it does."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
        self.reached, self.released = threading.Event(), threading.Event()
        monkeypatch.setattr(patient_file, "open_regular", self._open if call == "open" else self._slow)

    def _wait(self) -> None:
        self.reached.set()
        self.released.wait(20)

    def _open(self, *what, **how):
        self._wait()
        return open_regular(*what, **how)

    def _slow(self, *what, **how):
        file, hang = open_regular(*what, **how), self  # closed by the reader

        class Slow:
            def read(self, most: int) -> bytes:
                hang._wait()
                return file.read(most)

            def fileno(self) -> int:
                return file.fileno()

            def close(self) -> None:
                file.close()

        return Slow()


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    path = tmp_path / "in.csv"
    path.write_text("x,y\n1,2\n3,5\n")
    return path


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "table-file"]


@pytest.fixture
def hang(monkeypatch, request):
    before = len(threads())
    made = Hang(monkeypatch, request.param)
    yield made
    made.released.set()
    for thread in threads()[before:]:
        thread.join(10)
    assert len(threads()) == before


@pytest.mark.parametrize("hang", ["open", "read"], indirect=True)
def test_whoever_waits_can_give_up(hang: Hang, plain: Path) -> None:
    asked: list[int] = []

    def waiting() -> None:
        asked.append(1)
        if len(asked) == 3:
            raise GivenUp

    with pytest.raises(GivenUp):
        sniff(TableSource.of_file(plain), DialectOptions(), waiting)
    assert hang.reached.is_set() and len(asked) == 3


@pytest.mark.parametrize("hang", ["read"], indirect=True)
def test_what_answers_late_is_read(hang: Hang, plain: Path) -> None:
    source = TableSource.of_file(plain)
    assert "".join(source.blocks("utf-8", lambda _: hang.released.set())) == "x,y\n1,2\n3,5\n"


@pytest.mark.parametrize("hang", ["read"], indirect=True)
def test_only_so_many_files_may_hang_at_once(hang: Hang, plain: Path) -> None:
    def give_up() -> None:
        raise GivenUp

    for _ in range(patient_file._MOST):
        with pytest.raises(GivenUp):
            TableSource.of_file(plain).head(give_up)
    with pytest.raises(FileError, match="8 files do not answer; is a drive gone"):
        TableSource.of_file(plain).head(give_up)


def test_every_byte_arrives_in_order(tmp_path: Path) -> None:
    data = bytes(range(256)) * 3000
    (tmp_path / "in").write_bytes(data)
    with PatientFile(tmp_path / "in", lambda: None) as file:
        assert file.size() == len(data)
        pieces = iter(lambda: file.read(10_007), b"")
        assert b"".join(pieces) == data
    with pytest.raises(FileError, match="no such file"):
        next(TableSource.of_file(tmp_path / "other").blocks("utf-8", no_progress))


def test_the_process_ends_while_a_call_hangs(plain: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from app.documents.tables import patient_file\n"
        "patient_file.open_regular = lambda *what, **how: time.sleep(60)\n"
        "def give_up(): raise KeyboardInterrupt\n"
        "try:\n"
        f"    with patient_file.PatientFile(Path({str(plain)!r}), give_up) as file: file.read(10)\n"
        "except KeyboardInterrupt: print('given up')\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=20)
    assert (done.returncode, done.stdout, done.stderr) == (0, "given up\n", "")
