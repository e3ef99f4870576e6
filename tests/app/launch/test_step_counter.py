from __future__ import annotations

import io

from app.launch.step_counter import Counter


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_file_gets_one_line_a_step():
    stream = io.StringIO()
    counter = Counter(stream, 12)
    counter.step("numpy")
    counter.detail("(1 MB)")
    counter.close()
    assert stream.getvalue() == "[ 1/12] numpy\n"


def test_a_terminal_gets_a_bar_that_fits_and_goes(monkeypatch):
    monkeypatch.setenv("COLUMNS", "50")
    stream = Terminal()
    counter = Counter(stream, 2)
    counter.step("numpy" * 20)
    drawn = stream.getvalue()
    assert drawn.startswith("\r[############------------]  1/2 numpy") and len(drawn) == 50
    counter.step("numba")
    counter.detail("(1 MB)")
    assert "] 2/2 numba (1 MB)" in stream.getvalue().replace("  ", " ")
    counter.say("done")
    assert stream.getvalue().endswith(" \rdone\n")
