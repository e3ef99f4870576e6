"""What a setting is compared with: a fresh problem with the same data."""

from __future__ import annotations

import numpy as np

from app.documents.fresh import fresh
from engine import DATASETS, Table, choose, usual_network
from tests.each import each


@each("key", DATASETS)
def test_each_data_set_brings_its_own_usual_settings(key):
    entry, usual = DATASETS[key], usual_network(choose(DATASETS, key))
    assert usual.share == entry.share and usual.target_scaling == entry.target_scaling
    tokens = entry.tokens(choose(DATASETS, key).values)
    assert usual.scaling == (entry.scaling or ("none" if entry.inputs <= 2 or tokens else "standardise"))
    assert entry.purpose == "classification" or usual.loss.kind in ("half_mse", "mse")


def test_the_fresh_network_differs_in_nothing_from_what_is_usual_for_its_data():
    task = fresh("network").problem
    assert usual_network(task.data) == task


def test_an_imported_table_is_usually_standardised_and_a_drawn_one_is_not():
    made = [
        Table("t", ("a", "b"), "y", np.arange(8.0).reshape(4, 2), np.arange(4.0) % 2, ("no", "yes"), drawn)
        for drawn in (False, True)
    ]
    assert [usual_network(table).scaling for table in made] == ["standardise", "none"]
