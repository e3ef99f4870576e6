"""Pictures of sessions in every state that a figure has to cope with."""

from __future__ import annotations

import functools
from dataclasses import replace

from app.documents.run_names import run_names
from engine import OPTIMIZERS, Session, SessionPicture, new_experiment, new_network, new_run


@functools.cache
def empty() -> SessionPicture:
    return Session(new_experiment("rosenbrock", ["adam", "sgd"], title="Empty")).picture(naming=run_names)


@functools.cache
def one_row() -> SessionPicture:
    return _after(1, ["adam", "sgd"])


@functools.cache
def race() -> SessionPicture:
    """Four optimizers on Rosenbrock."""
    rates = {"sgd": 1e-3, "momentum": 5e-4, "rmsprop": 1e-2, "adam": 3e-2}
    return _after(2000, [new_run(kind, learning_rate=rate) for kind, rate in rates.items()], title="Four optimizers")


@functools.cache
def diverged() -> SessionPicture:
    """One run flies off, the other has a name that every format has something against."""
    runs = [new_run("sgd", learning_rate=0.5), new_run("adam", learning_rate=0.1, name="_$x^2$ 日本 \x07 <&>]]> =1")]
    return _after(1500, runs, title="\\frac{ <&> \x00 日本")


@functools.cache
def sixteen() -> SessionPicture:
    return _after(200, [new_run(kind, name=f"A very long name of a run, {kind}") for kind in list(OPTIMIZERS)[:16]])


@functools.cache
def tweaked() -> SessionPicture:
    """A noisy run whose history has merged bins, tweaked on its way; one that nobody sees; and a stop rule
    that would have ended it earlier, had it been there from the beginning."""
    runs = [new_run("sgd", learning_rate=5e-4, batch="single"), new_run("adam")]
    session = Session(new_experiment("rosenbrock", runs, noise=10.0, updates=0))
    session.tweak("adam", "visible", False)
    session.advance(70_000)
    session.tweak("sgd", "learning_rate", 1e-4)
    session.advance(70_000)
    session.stop_at({**session.experiment_settings.stop, "updates": 1000})
    return session.picture(naming=run_names)


@functools.cache
def networks() -> SessionPicture:
    """Two networks of three layers, the second one selected; one that nobody sees, and a tweak."""
    runs = [new_run("sgd", learning_rate=0.03, batch=10), new_run("adam", learning_rate=0.01), new_run("momentum")]
    session = Session(replace(new_network("circle", runs, hidden=(4, 3)), view={"selected": "adam"}))
    session.tweak("momentum", "visible", False)
    session.advance(150)
    session.tweak("adam", "learning_rate", 0.03)
    session.advance(106)
    return session.picture(naming=run_names)


@functools.cache
def unmeasured() -> SessionPicture:
    """Networks before their first update, for a regression without anything to validate."""
    return Session(new_network("sine", ["adam"], hidden=(4,), share=1.0)).picture(naming=run_names)


def _after(updates: int, runs: list, **more) -> SessionPicture:
    session = Session(new_experiment("rosenbrock", runs, **more))
    session.advance(updates)
    return session.picture(naming=run_names)


NETWORKS = {make.__name__: make for make in (networks, unmeasured)}
STATES = {make.__name__: make for make in (empty, one_row, race, diverged, sixteen, tweaked)}
