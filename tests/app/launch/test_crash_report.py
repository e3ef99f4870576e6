"""A crash leaves a report, whatever ends the process; a window that ends as it should leaves none."""

from __future__ import annotations

import faulthandler
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.launch.crash_report import CrashReport, left_reports

ROOT = Path(__file__).resolve().parents[3]
CHILD = """
import os, sys, faulthandler
from pathlib import Path
from app.launch.crash_report import CrashReport
report = CrashReport(Path(sys.argv[1]))
report.begin()
exec(sys.argv[2])
"""


@pytest.fixture(autouse=True)
def handler():
    """Pytest's own handler is put back."""
    was_on = faulthandler.is_enabled()
    yield
    faulthandler.disable()
    if was_on:
        faulthandler.enable(sys.__stderr__)


def after(folder: Path, code: str) -> int:
    child = subprocess.run([sys.executable, "-c", CHILD, str(folder), code], cwd=ROOT, capture_output=True, check=False)
    return child.returncode


def test_a_crash_leaves_a_report_which_is_offered_until_it_is_discarded(tmp_path: Path) -> None:
    assert after(tmp_path / "crashes", "faulthandler._sigabrt()") != 0
    for _ in range(2):
        left = left_reports(tmp_path / "crashes")
        assert left is not None and "Fatal Python error" in left.text and left.text.startswith("Fall Line ")
    left.discard()
    assert left_reports(tmp_path / "crashes") is None and not list((tmp_path / "crashes").iterdir())


def test_faults_that_were_survived_are_in_it_up_to_a_limit(tmp_path: Path) -> None:
    code = "[report.add(f'Traceback:\\nValueError: {i}') for i in range(100)]; os._exit(1)"
    after(tmp_path, code)
    left = left_reports(tmp_path)
    assert left is not None and "ValueError: 0" in left.text and "ValueError: 19" in left.text
    assert "ValueError: 20" not in left.text


def test_a_good_end_leaves_nothing(tmp_path: Path) -> None:
    assert after(tmp_path, "report.add('Traceback: survived'); report.end()") == 0
    assert left_reports(tmp_path) is None and not list(tmp_path.iterdir())


@pytest.mark.skipif(os.name == "nt", reason="signals")
def test_what_was_killed_has_nothing_to_tell(tmp_path: Path) -> None:
    assert after(tmp_path, "os.kill(os.getpid(), 9)") == -signal.SIGKILL
    assert left_reports(tmp_path) is None and not list(tmp_path.iterdir())


def test_the_report_of_a_window_that_is_still_open_is_left_alone(tmp_path: Path) -> None:
    report = CrashReport(tmp_path)
    report.add("Traceback: survived")
    assert left_reports(tmp_path) is None
    report.end()
    assert not list(tmp_path.iterdir())


def test_without_a_folder_that_can_be_written_there_is_no_report_and_no_error(tmp_path: Path) -> None:
    (tmp_path / "crashes").write_text("a file")
    report = CrashReport(tmp_path / "crashes")
    report.begin()
    report.add("Traceback")
    report.end()
    assert left_reports(tmp_path / "crashes") is None
