from __future__ import annotations

from app.curves.tweak_text import sentence
from engine import Tweak
from tests.app.curves.histories import history_of, run_of


def test_tweaks_in_words():
    tweaks = (
        Tweak(512, "optimizer.beta1", 0.97),
        Tweak(600, "optimizer.beta1", 0.5),
        Tweak(700, "learning_rate", 0.25),
        Tweak(1800, "optimizer", "sgd"),
        Tweak(1900, "noise", 0.5),
        Tweak(2000, "noise", 1.0),
    )
    run = run_of(history_of([1.0]), tweaks=tweaks)
    rate = f"{run.initial.learning_rate:g}"
    assert [sentence(run, place) for place in range(len(tweaks))] == [
        "β₁ 0.9 → 0.97 at update 512",
        "β₁ 0.97 → 0.5 at update 600",
        f"η {rate} → 0.25 at update 700",
        "optimizer Adam → Gradient descent at update 1,800",
        "σ → 0.5 at update 1,900",
        "σ 0.5 → 1 at update 2,000",
    ]
