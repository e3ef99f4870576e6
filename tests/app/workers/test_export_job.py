"""Exports beside the window: every file is written, of the previews the latest is drawn, and cancelling is told."""

from __future__ import annotations

import threading

import pytest

from app.export.figure_content import CurveContent
from app.export.style import FigureSettings
from app.workers import export_job
from app.workers.export_job import ExportJob, ExportRequest
from tests.app.export import states

CANCELLED = "the export was cancelled; nothing was written"


@pytest.fixture
def job(qapp):
    made = ExportJob()
    made.heard = []
    for name in ("preview_drawn", "written", "refused", "failed", "progressed"):
        getattr(made, name).connect(lambda *what, name=name: made.heard.append((name, *what)))
    yield made
    made.stop()


@pytest.fixture
def drawing(monkeypatch):
    """Figures that stand at a gate while they are drawn; `asked` lists them by the keys of their curves."""

    class Drawing:
        def __init__(self) -> None:
            self.asked: list[str] = []
            self.begun, self.gate = threading.Event(), threading.Event()

        def __call__(self, format, picture, plot, settings, clocks, progress, interruption) -> bytes:
            self.asked.append(plot.curve)
            self.begun.set()
            assert self.gate.wait(10)
            progress(plot.curve, 0.5)
            return b""

    made = Drawing()
    monkeypatch.setattr(export_job, "figure_bytes", made)
    monkeypatch.setattr(export_job, "write_figure", lambda path, *rest: path.write_bytes(made("", *rest)))
    yield made
    made.gate.set()


def request(curve: str, path=None) -> ExportRequest:
    return ExportRequest(states.race(), CurveContent(curve), FigureSettings(), {}, path)


def test_of_the_previews_the_latest_is_drawn_and_every_file_is_written(job, drawing, qtbot, tmp_path):
    job.request(request("loss"))
    assert drawing.begun.wait(10)
    for preview, file in (("x", "step_norm"), ("y", "learning_rate"), ("gradient_norm", "excess_loss")):
        job.request(request(preview))
        job.request(request(file, tmp_path / f"{file}.svg"))
    drawing.gate.set()
    qtbot.waitUntil(lambda: job.idle)
    assert drawing.asked == ["loss", "step_norm", "learning_rate", "gradient_norm", "excess_loss"]
    assert len(list(tmp_path.iterdir())) == 3
    qtbot.waitUntil(lambda: sum(name == "written" for name, *_ in job.heard) == 3)


def test_a_cancelled_file_is_not_written_and_that_is_told(job, drawing, qtbot, tmp_path):
    job.request(request("loss", tmp_path / "under way.svg"))
    job.request(request("x", tmp_path / "waiting.svg"))
    assert drawing.begun.wait(10)
    job.cancel()
    drawing.gate.set()
    qtbot.waitUntil(lambda: job.heard == [("refused", CANCELLED)] * 2)
    assert drawing.asked == ["loss"] and not list(tmp_path.iterdir())
    job.request(request("y", tmp_path / "next.svg"))
    qtbot.waitUntil(lambda: ("written", str(tmp_path / "next.svg")) in job.heard)
    assert ("progressed", "y", 0.5) in job.heard


def test_a_fault_is_told_with_its_traceback(job, qtbot, monkeypatch):
    monkeypatch.setattr(export_job, "figure_bytes", lambda *_: 1 / 0)
    job.request(request("loss"))
    qtbot.waitUntil(lambda: bool(job.heard))
    assert [name for name, *_ in job.heard] == ["failed"] and "ZeroDivisionError" in job.heard[0][1]


def test_a_real_preview_is_an_image(job, qtbot):
    pytest.importorskip("matplotlib.figure")
    with qtbot.waitSignal(job.preview_drawn, timeout=20_000) as drawn:
        job.request(request("loss"))
    assert drawn.args[0].width() > 100
