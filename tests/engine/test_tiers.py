"""Every declaration has a tier, and the basic ones are what a beginner needs."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

import engine
from engine import (
    ACTIVATIONS,
    ARCHITECTURES,
    BATCHES,
    CLASS_WEIGHTS,
    COMPARISONS,
    DATASETS,
    ENVIRONMENTS,
    FEATURES,
    INITIALIZERS,
    LEARNING_RATE,
    LOSSES,
    METHODS,
    MODELS,
    OPTIMIZERS,
    POINTS,
    PROBLEMS,
    SCALINGS,
    SCHEDULES,
    SEED,
    STAGES,
    STOP,
    SURFACES,
    TIERS,
    Catalogue,
    Hyper,
    NetworkTask,
    RunSettings,
    SurfaceTask,
)

CATALOGUES: tuple[Catalogue, ...] = (
    ACTIVATIONS, ARCHITECTURES, BATCHES, CLASS_WEIGHTS, COMPARISONS, DATASETS, FEATURES, INITIALIZERS, LOSSES,
    OPTIMIZERS, PROBLEMS, ENVIRONMENTS, METHODS, MODELS, POINTS, SCALINGS, SCHEDULES, STAGES, SURFACES,
)  # fmt: skip
ALONE = [found for name in engine.__all__ if isinstance(found := getattr(engine, name), Hyper)]
SAID_OTHERWISE = {"id", "name", "colour", "visible", "pinned"}  # of a run: the list of runs edits these


def test_the_public_catalogues_are_all_walked():
    public = {id(found) for name in engine.__all__ if isinstance(found := getattr(engine, name), Catalogue)}
    assert public == {id(catalogue) for catalogue in CATALOGUES}


@pytest.mark.parametrize("catalogue", CATALOGUES, ids=lambda catalogue: catalogue.kind)
def test_every_entry_and_each_of_its_knobs_has_a_tier(catalogue):
    for key, entry in catalogue.items():
        assert entry.tier in TIERS, key
        assert all(knob.tier in TIERS for knob in entry.knobs), key
    assert any(entry.tier == "basic" for entry in catalogue.values()), "a beginner needs one to begin with"
    tiers = [TIERS.index(catalogue[key].tier) for key in catalogue.offered()]
    assert sorted(catalogue.offered()) == sorted(catalogue) and tiers == sorted(tiers)


def test_every_other_setting_has_a_tier():
    assert len(ALONE) > 10 and all(hyper.tier in TIERS for hyper in (*ALONE, *STOP))
    assert LEARNING_RATE.tier == "basic"
    seeds = [hyper for hyper in ALONE if "seed" in hyper.name]
    assert SEED in seeds and all(hyper.tier == "expert" for hyper in seeds)


@pytest.mark.parametrize("owner", [NetworkTask, SurfaceTask, RunSettings])
def test_every_field_of_a_document_is_a_declared_knob_or_a_choice_with_a_tier(owner):
    alone = {hyper.name for hyper in ALONE}
    named = {field.name for field in fields(owner)} - SAID_OTHERWISE
    assert owner.TIERS.keys() <= named and set(owner.TIERS.values()) <= set(TIERS)
    assert named - owner.TIERS.keys() <= alone


def test_few_knobs_of_an_optimizer_are_basic():
    for key, entry in OPTIMIZERS.items():
        basic = [knob.name for knob in entry.knobs if knob.tier == "basic"]
        assert len(basic) <= 1, key
        assert not {"eps", "decoupled"} & {knob.name for knob in entry.knobs if knob.tier != "expert"}, key


def test_an_unknown_tier_is_refused():
    made: Catalogue = Catalogue("thing")
    entry = SURFACES["quadratic"]
    with pytest.raises(ValueError, match="a tier is one of basic, more, expert"):
        made.add(replace(entry, tier="rare"))
    with pytest.raises(ValueError, match="a tier is one of basic, more, expert"):
        made.add(replace(entry, knobs=(replace(entry.knobs[0], tier="rare"),)))
    assert not made


@pytest.mark.parametrize("catalogue", [BATCHES, FEATURES, SCALINGS], ids=lambda catalogue: catalogue.kind)
def test_what_is_offered_in_a_row_of_buttons_is_declared_in_the_order_of_its_tiers(catalogue):
    assert catalogue.offered() == tuple(catalogue)
