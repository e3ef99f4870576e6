"""What can be done about a run that has diverged is seen without scrolling for it."""

from __future__ import annotations

from engine import new_experiment, new_run

RATES = (0.0001, 0.0002, 0.0003, 0.0004, 0.01)


def test_what_a_diverged_run_offers_is_scrolled_into_view(open_window) -> None:
    runs = [new_run("sgd", learning_rate=rate, id=f"run{place}") for place, rate in enumerate(RATES)]
    window = open_window(new_experiment("rosenbrock", runs, updates=60))
    window.shell.resize(1280, 800)
    window.bench.controller.select("run4")
    window.advance(50)
    window.until(lambda: window.run("run4").status == "diverged")
    line = next(each for each in window.bench.runs_panel.rows if each.id == "run4")
    offered = [button for button in line.remedies.values() if not button.isHidden()]
    assert len(offered) == 4
    shot, frame = line.grab(), offered[0].mapTo(line, offered[0].rect().topLeft())
    seen, behind = (shot.toImage().pixelColor(frame.x() + 20, frame.y() + dy).lightness() for dy in (0, -1))
    assert abs(seen - behind) > 30, "a frame is seen on the chosen row"
    window.until(lambda: all(button.visibleRegion().boundingRect() == button.rect() for button in offered))
