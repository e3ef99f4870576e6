"""Data for networks: generated, measured, imported or drawn; and their preparation for training."""

from __future__ import annotations

# The order of declaration is the order of the menus.
# isort: off
from engine.datasets import playground as playground
from engine.datasets import shapes as shapes
from engine.datasets import curves as curves
from engine.datasets import bundled as bundled

# isort: on
from engine.datasets.catalogue import DATASETS, Dataset
from engine.datasets.examples import Examples, TrainingData
from engine.datasets.features import FEATURES, SCALINGS, Feature, Scaling, possible_features
from engine.datasets.prepare import features_of, training_count, training_data
from engine.datasets.source import Source, examples_of, shape_of
from engine.datasets.table import Table, checked_table

__all__ = [
    "DATASETS",
    "FEATURES",
    "SCALINGS",
    "Dataset",
    "Examples",
    "Feature",
    "Scaling",
    "Source",
    "Table",
    "TrainingData",
    "checked_table",
    "examples_of",
    "features_of",
    "possible_features",
    "shape_of",
    "training_count",
    "training_data",
]
