"""Runs for a library: real ones, and as many like them as are wanted."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from app.documents.library.run_entry import RunEntry, entry_of
from engine import Experiment, Session, finish, new_experiment, new_run


def a_race(updates: int = 20, **changes) -> Experiment:
    runs = [new_run("adam", learning_rate=0.02), new_run("momentum", learning_rate=1e-4)]
    return new_experiment("rosenbrock", runs, **{"updates": updates, **changes})


def finished(experiment: Experiment, updates: int = 10**4) -> Session:
    session = Session(experiment)
    session.advance(updates)
    return session


def entries_of(session: Session) -> list[RunEntry]:
    picture = session.picture(step=False)
    return [finish(entry_of(picture, run)) for run in picture.runs]


def many(count: int, seed: int = 0) -> Iterator[RunEntry]:
    """Runs with settings and results of their own, in experiments of eight."""
    chance = np.random.default_rng(seed)
    first = entries_of(finished(a_race()))
    for place in range(count):
        like = first[place % len(first)]
        rate, loss = float(10.0 ** chance.uniform(-5, 0)), float(10.0 ** chance.normal(-2, 2))
        yield replace(
            like,
            digest=hashlib.sha256(f"{seed} {place}".encode()).digest(),
            title=f"Experiment {place // 8}",
            name=f"{like.name.partition(',')[0]}, η = {rate:.2g}",
            settings={**like.settings, "learning_rate": rate, "seed": float(place)},
            results={**like.results, "loss": loss},
            toml=like.toml.replace("seed = 1", f"seed = {place // 8}"),
        )
