from __future__ import annotations

from app.curves.tweak_text import sentence
from engine import Layer, Session, Setting, Tweak, new_network
from tests.app.curves.histories import history_of, run_of


def test_tweaks_in_words():
    tweaks = (
        Tweak(512, Setting.of("optimizer.beta1"), 0.97),
        Tweak(600, Setting.of("optimizer.beta1"), 0.5),
        Tweak(700, Setting.of("learning_rate"), 0.25),
        Tweak(1800, Setting.of("optimizer"), "sgd"),
        Tweak(1900, Setting.of("noise"), 0.5),
        Tweak(2000, Setting.of("noise"), 1.0),
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


def test_tweaks_of_a_network_in_words():
    session = Session(new_network("circle", ["sgd"], (4, 2)))
    session.advance(10)
    changes = {
        "data.noise": 20, "dropout": 0.25, "hidden.2.activation": "relu", "hidden": (Layer(4), Layer(2)),
        "features": ("x", "y"), "data": "moons",
    }  # fmt: skip
    for path, value in changes.items():
        session.problem_changed({path: value})
    session.tweak("sgd", "parameter.3", 1.5)
    session.tweak("sgd", "learning_rate", 0.5)
    run = session.picture().runs[0]
    assert [sentence(run, place) for place in range(len(run.tweaks))] == [
        "noise → 20 at update 10",
        "dropout → 0.25 at update 10",
        "hidden 2 activation → relu at update 10",
        "hidden → 4 tanh, 2 tanh at update 10",
        "features → x, y at update 10",
        "data → moons at update 10",
        "parameter 3 → 1.5 at update 10",
        f"η {run.initial.learning_rate:g} → 0.5 at update 10",
    ]
