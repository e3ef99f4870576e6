"""Data for networks: generated, measured, imported or drawn; and their preparation for training."""

from __future__ import annotations

# The order of declaration is the order of the menus.
# isort: off
from engine.data import playground as playground
from engine.data import shapes as shapes
from engine.data import curves as curves
from engine.data import lines as lines
from engine.data import arm as arm
from engine.data import patterns as patterns
from engine.data import adding as adding
from engine.data import modular as modular
from engine.data import temporal_order as temporal_order
from engine.data import sine_ahead as sine_ahead
from engine.data import echo as echo
from engine.data import vowels as vowels
from engine.data import bundled as bundled
from engine.data import number_words as number_words
from engine.data import brackets as brackets
from engine.data import prose as prose

# isort: on
from engine.data.catalogue import DATASETS, Dataset
from engine.data.examples import Examples, TextInfo, TrainingData
from engine.data.features import FEATURES, SCALINGS, Feature, Scaling, possible_features
from engine.data.prepare import features_of, training_data
from engine.data.source import Source, examples_of, shape_of
from engine.data.splits import training_count
from engine.data.table import Table, checked_table

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
    "TextInfo",
    "TrainingData",
    "checked_table",
    "examples_of",
    "features_of",
    "possible_features",
    "shape_of",
    "training_count",
    "training_data",
]
