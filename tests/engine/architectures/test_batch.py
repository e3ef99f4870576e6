"""Batch selection, told by the gradient of a network with one weight per example."""

from __future__ import annotations

from itertools import chain

import numpy as np
import pytest

from engine.training.stream import FIXED, REPLACED, RESHUFFLED
from tests.engine.architectures.objective import Objective, network


class Teller:
    """Inputs are one-hot: at theta = 0 the derivative by a weight counts how often its example is taken."""

    def __init__(self, examples: int) -> None:
        net = network((examples, 1), "identity", "half_mse")
        self.objective = Objective(net, np.eye(examples), np.ones(examples))
        self.theta = np.zeros(net.parameters)

    def taken(self, count: int, **where) -> np.ndarray:
        """How often each example is in the batch (examples,)."""
        _, gradient = self.objective(self.theta, taken=count, **where)
        counts = -gradient[:-1] * count
        np.testing.assert_allclose(counts, np.round(counts), atol=1e-9)
        assert round(counts.sum()) == count
        return np.round(counts).astype(int)

    def epoch(self, batch: int, **where) -> list[list[int]]:
        """The examples of each batch of an epoch, the last of which may be short."""
        size = self.objective.examples
        found = [self.taken(min(batch, size - start), cursor=start, **where) for start in range(0, size, batch)]
        return [np.repeat(np.arange(size), counts).tolist() for counts in found]


@pytest.mark.parametrize("batch", [1, 7, 10, 64, 150, 200])
@pytest.mark.parametrize("order", [RESHUFFLED, FIXED])
def test_every_example_comes_once_in_an_epoch(order, batch) -> None:
    teller = Teller(150)
    for epoch in range(3):
        batches = teller.epoch(batch, order=order, epoch=epoch)
        assert sorted(chain.from_iterable(batches)) == list(range(150))
        assert len(batches[-1]) == (150 % batch or batch if batch < 150 else 150)


def test_a_fixed_order_is_that_of_the_examples() -> None:
    assert Teller(20).epoch(6, order=FIXED, epoch=5) == [
        [0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11], [12, 13, 14, 15, 16, 17], [18, 19],
    ]  # fmt: skip


def test_epochs_and_seeds_have_orders_of_their_own_that_come_back() -> None:
    teller = Teller(40)
    found = {
        (seed, epoch): teller.epoch(5, order=RESHUFFLED, epoch=epoch, seed=seed)
        for seed in (0, 1, 2**53)
        for epoch in range(4)
    }
    assert len({str(batches) for batches in found.values()}) == 12
    for (seed, epoch), batches in reversed(found.items()):
        assert Teller(40).epoch(5, order=RESHUFFLED, epoch=epoch, seed=seed) == batches
        assert teller.epoch(5, order=RESHUFFLED, epoch=epoch, seed=seed) == batches


def test_every_example_is_as_likely_at_every_place() -> None:
    """Chi squared of 5 places by 5 examples: 16 degrees of freedom, so 45 is passed once in 7,000 times."""
    teller = Teller(5)
    for seed in (1, 2):
        counts = np.array(
            [
                sum(teller.taken(1, cursor=place, order=RESHUFFLED, epoch=epoch, seed=seed) for epoch in range(800))
                for place in range(5)
            ]
        )
        assert ((counts - 160.0) ** 2 / 160.0).sum() < 45.0


def test_with_replacement_every_example_is_as_likely_whenever() -> None:
    """Chi squared with 29 degrees of freedom: 66 is passed once in 10,000 times."""
    teller = Teller(30)
    for seed in (1, 2, 3):
        draws = [teller.taken(20, order=REPLACED, update=update, seed=seed) for update in range(600)]
        counts = np.sum(draws, axis=0)
        assert ((counts - 400.0) ** 2 / 400.0).sum() < 66.0
        assert max(batch.max() for batch in draws) > 1  # one example may come twice
        assert len({batch.tobytes() for batch in draws}) > 590


def test_with_replacement_a_batch_is_the_updates_own() -> None:
    teller = Teller(30)
    first = teller.taken(20, order=REPLACED, update=4)
    assert (teller.taken(20, order=REPLACED, update=4, cursor=7, epoch=3) == first).all()
    assert (teller.taken(20, order=REPLACED, update=4, seed=2) != first).any()
    assert (Teller(30).taken(20, order=REPLACED, update=4) == first).all()


def test_large_batches_with_replacement_draw_all_chunks_anew() -> None:
    counts = Teller(600).taken(600, order=REPLACED)
    assert 0.55 < (counts > 0).mean() < 0.71  # 1 - 1/e of the examples
