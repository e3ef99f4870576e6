"""The ten vowels: their formants, their spread, and what can be known of them at best."""

from __future__ import annotations

import numpy as np
import pytest

from engine import new_network, new_run
from engine.data import DATASETS
from engine.data.vowels import FORMANTS
from engine.problems.supervised.usual import usual_settings
from engine.training.session import Session
from tests.engine.data.formants import best_vowels
from tests.engine.data.made import make


def test_formants_are_spread_in_percent_of_their_means() -> None:
    examples = make("vowels", samples=20_000, noise=8.0)
    for place, (word, means) in enumerate(FORMANTS.items()):
        drawn = examples.inputs[examples.targets == place]
        assert examples.classes[place] == word
        np.testing.assert_allclose(drawn.mean(axis=0), means, rtol=0.01)
        np.testing.assert_allclose(drawn.std(axis=0), 0.08 * np.array(means), rtol=0.1)


def test_even_the_best_rule_is_right_as_often_as_the_help_says() -> None:
    examples = make("vowels", samples=20_000)
    right = np.mean(best_vowels(examples.inputs) == examples.targets)
    (noise,) = (knob for knob in DATASETS["vowels"].knobs if knob.name == "noise")
    assert noise.default == 8.0 and f"only {100 * right:.0f} of 100" in noise.help


def test_the_best_rule_is_known_of_every_example_and_drawn_beside_the_accuracy() -> None:
    for noise in (3.0, 8.0, 30.0):
        examples = make("vowels", noise=noise)
        assert (examples.best == best_vowels(examples.inputs, noise)).all()
    clean = make("vowels", noise=0.0)
    assert (clean.best == clean.targets).all()
    learner = Session(new_network("vowels", ["sgd"], (3,), share=0.8)).problem.subject
    data = learner.data
    (best,) = learner.references
    assert (data.best == best_vowels(data.raw)).all() and best.curves == ("score",)
    assert best.value == np.mean(data.best[:800] == data.targets[:800])
    assert Session(new_network("blobs", ["sgd"], (3,))).problem.subject.references == ()
    assert "best" not in str(Session(new_network("vowels", ["sgd"], (1,), target="inputs")).problem.subject.references)


def test_a_fresh_network_on_them_begins_with_standardised_hertz() -> None:
    assert usual_settings(DATASETS["vowels"])["scaling"] == "standardise"
    assert usual_settings(DATASETS["circle"])["scaling"] == "none"


@pytest.mark.slow
@pytest.mark.parametrize("rate", [1e-4, 1e-3, 1e-2, 0.1, 1.0])
def test_in_raw_hertz_no_rate_tells_four_in_ten_apart(rate: float) -> None:
    for seed in range(1, 5):
        run = new_run("sgd", learning_rate=rate, batch=32)
        session = Session(new_network("vowels", [run], [16], share=0.8, weight_seed=seed, data_seed=seed))
        session.advance(5000)
        scores = session.runs[0].measures.view().series("training_score", None)[1]
        assert len(scores) > 1 and scores.max() < 0.4
