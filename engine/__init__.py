"""Fall Line's engine: gradient descent on surfaces, compiled, and the same to the bit every time.

    from engine import Session, full_history, new_experiment, new_run

    session = Session(new_experiment("rosenbrock", [new_run("adam", learning_rate=0.03), "sgd"]))
    session.advance(1000)
    loss = full_history(session.run("adam"))["loss"]        # (1000,) float64

It knows no clock, no files, no threads and no window.
"""

from engine.batches import BATCHES, SURFACE_EXAMPLES
from engine.building import distinct, new_experiment, new_run
from engine.contracts import Catalogue, Entry, Hyper, SettingError, Value
from engine.decimation import envelope, envelope_between, smooth, thin_path
from engine.experiment import (
    COORDINATE,
    LEARNING_RATE,
    MOST_PARAMETERS,
    MOST_RUNS,
    NEVER,
    NOISE,
    SEED,
    STOP,
    WARMUP,
    WARMUP_START,
    Choice,
    Experiment,
    Formula,
    RunRecord,
    RunSettings,
    SurfaceTask,
    Tweak,
    choose,
)
from engine.explain import Line, explain, formula, typeset_surface
from engine.expressions import ExpressionError
from engine.history import COLUMNS, HistoryView
from engine.optimizers import COMMON, OPTIMIZERS, Optimizer
from engine.problem import Ground, Problem, problem_of
from engine.rows import full_history, rows
from engine.run import DIVERGED, FINISHED, READY, RUNNING, Peek, Run
from engine.schedules import SCHEDULES, Schedule, preview
from engine.session import RunPicture, Session, SessionPicture
from engine.surfaces import SURFACES, Surface
from engine.surfaces.formula import read_formula
from engine.typesetting import symbol

__all__ = [
    "BATCHES",
    "COLUMNS",
    "COMMON",
    "COORDINATE",
    "DIVERGED",
    "FINISHED",
    "LEARNING_RATE",
    "MOST_PARAMETERS",
    "MOST_RUNS",
    "NEVER",
    "NOISE",
    "OPTIMIZERS",
    "READY",
    "RUNNING",
    "SCHEDULES",
    "SEED",
    "STOP",
    "SURFACES",
    "SURFACE_EXAMPLES",
    "WARMUP",
    "WARMUP_START",
    "Catalogue",
    "Choice",
    "Entry",
    "Experiment",
    "ExpressionError",
    "Formula",
    "Ground",
    "HistoryView",
    "Hyper",
    "Line",
    "Optimizer",
    "Peek",
    "Problem",
    "Run",
    "RunPicture",
    "RunRecord",
    "RunSettings",
    "Schedule",
    "Session",
    "SessionPicture",
    "SettingError",
    "Surface",
    "SurfaceTask",
    "Tweak",
    "Value",
    "choose",
    "distinct",
    "envelope",
    "envelope_between",
    "explain",
    "formula",
    "full_history",
    "new_experiment",
    "new_run",
    "preview",
    "problem_of",
    "read_formula",
    "rows",
    "smooth",
    "symbol",
    "thin_path",
    "typeset_surface",
]
