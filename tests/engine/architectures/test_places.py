"""What is read one-hot is held as places where examples are packed in chunks."""

from __future__ import annotations

import tracemalloc

import numpy as np

from engine import Session, new_network, new_run, text_table
from engine.architectures import chunked
from engine.architectures.packing import packed_inputs
from engine.problems.supervised.task import network_need


def test_tokens_and_classes_take_a_number_each_and_are_spread_again(monkeypatch) -> None:
    """Texts with large vocabularies: the same numbers to the bit as of rows that are held one-hot."""
    text = "".join(chr(97 + (3 * i + i // 7) % 23) for i in range(16 * 40 + 1))
    found = []
    for held in (True, False):
        if not held:
            monkeypatch.setattr(chunked, "_places", lambda numbers: None)
        experiment = new_network(
            text_table("text", text, 16), [new_run("adam", learning_rate=0.01, batch=8)],
            architecture={"kind": "recurrent", "cell": "gru", "units": 5}, share=0.75 if held else 0.7501,
        )  # fmt: skip
        session = Session(experiment)
        session.advance(30)
        learner = session.problem.subject
        found.append((session.runs[0].machine.theta.copy(), learner.inspect(session.runs[0].machine.theta).gradient))
        np.testing.assert_array_equal(packed_inputs(learner.packed), learner.training[0])
        windows, width, outputs = learner.data.train, 16 * 23, 16 * 23
        wide = windows * (width + outputs)
        assert (session.problem.constants.size < wide / 10) == held
    for mine, other in zip(*found, strict=True):
        np.testing.assert_array_equal(mine, other)


def test_what_a_text_needs_is_told_before_it_is_taken() -> None:
    signs = [chr(0x4E00 + i) for i in range(200)]
    text = "".join(signs[(7 * i + i * i // 11) % 200] for i in range(6400)) + "".join(signs)
    tracemalloc.start()
    try:
        experiment = new_network(text_table("text", text, 64), [new_run("adam")])
        told = network_need(experiment.problem, ("adam",)).bytes
        session = Session(experiment)
        session.advance(3)
        session.picture()
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    held = session.problem.constants.nbytes + session.problem.subject.data.inputs.nbytes
    assert held < most < told < 6 * most
    assert session.problem.constants.nbytes < 0.05 * session.problem.subject.data.inputs.nbytes
