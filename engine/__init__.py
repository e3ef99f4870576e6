"""Fall Line's engine: compiled, bit-for-bit reproducible gradient descent on surfaces and small networks.

    from engine import Session, full_history, new_experiment, new_network, new_run

    session = Session(new_experiment("rosenbrock", [new_run("adam", learning_rate=0.03), "sgd"]))
    session.advance(1000)
    loss = full_history(session.run("adam"))["loss"]        # (1000,) float64

    session = Session(new_network("circle", [new_run("sgd", learning_rate=0.03, batch=10)], hidden=(4, 2)))
    session.advance(1000)
    session.run("sgd").measures.view().column("validation_loss")

It uses no clock, no threads, no GUI, and no files but its own data sets.
"""

from engine.architectures.activations import ACTIVATIONS, Activation
from engine.architectures.catalogue import Architecture, Layer
from engine.architectures.convolutional.network import MAX_STAGES
from engine.architectures.convolutional.stages import STAGES
from engine.architectures.forward import activations
from engine.architectures.initializers import INITIALIZERS
from engine.architectures.inspection import Inspection
from engine.architectures.losses import LOSSES
from engine.architectures.members import ARCHITECTURES
from engine.architectures.network import Network
from engine.architectures.queries import (
    Attending,
    Attention,
    CellInTime,
    Code,
    Decoded,
    FeatureMaps,
    Field,
    Gates,
    NarrowLayer,
    PartInTime,
    RunningOutputs,
    StageMaps,
    StepsInTime,
    TimeSteps,
    TokenVectors,
    UnitMaps,
)
from engine.batches import BATCHES, ORDERS, SURFACE_EXAMPLES
from engine.blocks import ROLES, Block
from engine.building import experiment_on, new_run
from engine.choices import Choice, choose
from engine.contracts import TIERS, Catalogue, Entry, Hyper, SettingError, Tier, Value, is_compiling
from engine.data import (
    DATASETS,
    FEATURES,
    SCALINGS,
    Dataset,
    Table,
    TrainingData,
    checked_table,
    features_of,
    possible_features,
)
from engine.data.examples import INPUTS, LABEL, TargetShape
from engine.data.table import MAX_CLASSES, MAX_COLUMNS, MAX_NAME, MAX_NUMBERS, MAX_SIZE, checked_shape, text_table
from engine.data.texts import CONTEXT, MAX_CHARACTERS, checked_text, visible
from engine.data.weights import CLASS_WEIGHTS
from engine.decimation import block_extremes, envelope, envelope_between, smooth, thin_path
from engine.expressions.notation import ExpressionError
from engine.expressions.typed_number import read_number
from engine.expressions.typesetting import print_signs, symbol
from engine.insight.explain import Line, explain, formula
from engine.insight.parameter_plane import (
    Plane,
    SliceError,
    coordinates,
    error_of,
    framed,
    plane_losses,
    principal_plane,
    slice_error,
    weights_plane,
)
from engine.insight.slice_plan import LossSlice, PathRequest, ProjectedPath, SlicePlan, SliceRequest, path_request
from engine.interruption import Interruption, Pieces, Stopped, finish
from engine.optimizers import COMMON, OPTIMIZERS, Optimizer
from engine.problems.association.building import new_memory
from engine.problems.association.memory import Memory
from engine.problems.association.queries import Associations, Remembered
from engine.problems.association.task import AssociationTask
from engine.problems.clustering.building import new_clustering
from engine.problems.clustering.clustered import Clustered
from engine.problems.clustering.models import MODELS, Model
from engine.problems.clustering.points import POINTS, PointSet
from engine.problems.clustering.queries import Clusters, ClustersSeen, DividedPlane, Division
from engine.problems.clustering.task import (
    ADD_CLUSTER_POINT,
    CLUSTERING_KNOBS,
    ERASE_CLUSTER_POINTS,
    ClusteringTask,
)
from engine.problems.kind import (
    Offer,
    ProblemKind,
    kind_of,
    kind_of_edit,
    kind_of_entries,
    offer_of,
    offers,
    problem_of,
)
from engine.problems.kinds import PROBLEMS
from engine.problems.policy.agent import Agent
from engine.problems.policy.bandit import Arms, ArmsSeen
from engine.problems.policy.building import new_policy
from engine.problems.policy.cart_pole import PolicySlice, SliceSeen
from engine.problems.policy.corridor import CorridorPolicy, CorridorSeen, corridor_return
from engine.problems.policy.environment import PLACE, STATE, Environment
from engine.problems.policy.grid import GridPolicy, GridSeen
from engine.problems.policy.members import ENVIRONMENTS
from engine.problems.policy.methods import METHODS, Method
from engine.problems.policy.queries import Episode, Played
from engine.problems.policy.task import POLICY_KNOBS, PolicyTask
from engine.problems.problem import Problem
from engine.problems.subject import Reference, Snapshot, Subject, snapshot_of, snapshot_pieces
from engine.problems.supervised.building import new_network
from engine.problems.supervised.learner import Learner, NetworkSnapshot
from engine.problems.supervised.measures import LAYER_MEASURES, MEASURES
from engine.problems.supervised.queries import (
    Activations,
    Classify,
    Gradients,
    Predicted,
    Predictions,
    SoughtInputs,
)
from engine.problems.supervised.task import (
    BATCH_SEED,
    DATA_SEED,
    DROPOUT,
    MAX_LAYERS,
    POINT_EDITS,
    RESIDUAL,
    SHARE,
    SPLIT,
    TARGET,
    UNITS,
    WEIGHT_SEED,
    NetworkTask,
    drawn,
    split_knob,
)
from engine.problems.supervised.text_queries import LOSS_OF_EACH, TEMPERATURE, ReadText, SampledText, TextReading
from engine.problems.supervised.usual import usual_network, usual_settings
from engine.problems.surface import SURFACES, Surface
from engine.problems.surface.building import new_experiment
from engine.problems.surface.formula import read_formula
from engine.problems.surface.kind import SurfaceInfo
from engine.problems.surface.printed import typeset_surface
from engine.problems.surface.task import COORDINATE, MAX_PARAMETERS, NOISE, SEED, Formula, SurfaceTask
from engine.problems.task import Task
from engine.queries import Query
from engine.schedules import SCHEDULES, Schedule, preview
from engine.setting import PARAMETER, Setting
from engine.training.block_rates import layers_with_rates, rate_words
from engine.training.branches import depths
from engine.training.drive import PART as DRIVE
from engine.training.drive import UNDRIVEN, drive_words, driven_knob, is_drivable
from engine.training.experiment import (
    FORMAT,
    LEARNING_RATE,
    MAX_RUNS,
    MAX_TWEAKS,
    NEVER,
    NUMBERS,
    STOP,
    WARMUP,
    WARMUP_START,
    Experiment,
    RunRecord,
    RunSettings,
    Tweak,
    distinct,
    fitted,
    of_run,
    patience_for,
    run_task,
)
from engine.training.history import COLUMNS, HistoryView
from engine.training.layer_rate import PART as RATES
from engine.training.layer_rate import layer_rate
from engine.training.measures import LAYER, LOSS, WATCHED, Best, Measure, MeasuresView
from engine.training.origin import Origin
from engine.training.own_problem import PART as OWN
from engine.training.peek import Peek
from engine.training.rows import full_history, rows
from engine.training.run import DIVERGED, FINISHED, READY, RUNNING, Run
from engine.training.session import RunPicture, Session, SessionPicture
from engine.training.trail import Trail
from engine.trials.arms import Arm, arms_of
from engine.trials.axes import MAX_POINTS, Axis, axis, spaced
from engine.trials.comparison import Comparison, Known, Plan, Result, plan_of, planned
from engine.trials.comparison_record import ComparisonRecord
from engine.trials.members import COMPARISONS
from engine.trials.named_values import named_settings, possible_values, value_names, value_now
from engine.trials.race import RaceResult
from engine.trials.rate_sweep import RateResult
from engine.trials.score_sheet import BASELINE, Cell, Score, ScoreResult
from engine.trials.seeds import ArmOverSeeds, Pair, SeedsResult
from engine.trials.spread import Work, Workers, run_trials
from engine.trials.statistics import Spread, spread
from engine.trials.summary import Summary, line_of, of_line
from engine.trials.sweep import Row, SweepResult
from engine.trials.trial import Trial, countable, counted_of, curve_updates, processor, trial
from engine.trials.tuning import RATE, RateCurve
from engine.trials.words import SURE
from engine.trials.workloads import WORKLOADS, Workload

__all__ = [
    "ACTIVATIONS",
    "ADD_CLUSTER_POINT",
    "ARCHITECTURES",
    "BASELINE",
    "BATCHES",
    "BATCH_SEED",
    "CLASS_WEIGHTS",
    "CLUSTERING_KNOBS",
    "COLUMNS",
    "COMMON",
    "COMPARISONS",
    "CONTEXT",
    "COORDINATE",
    "DATASETS",
    "DATA_SEED",
    "DIVERGED",
    "DRIVE",
    "DROPOUT",
    "ENVIRONMENTS",
    "ERASE_CLUSTER_POINTS",
    "FEATURES",
    "FINISHED",
    "FORMAT",
    "INITIALIZERS",
    "INPUTS",
    "LABEL",
    "LAYER",
    "LAYER_MEASURES",
    "LEARNING_RATE",
    "LOSS",
    "LOSSES",
    "LOSS_OF_EACH",
    "MAX_CHARACTERS",
    "MAX_CLASSES",
    "MAX_COLUMNS",
    "MAX_LAYERS",
    "MAX_NAME",
    "MAX_NUMBERS",
    "MAX_PARAMETERS",
    "MAX_POINTS",
    "MAX_RUNS",
    "MAX_SIZE",
    "MAX_STAGES",
    "MAX_TWEAKS",
    "MEASURES",
    "METHODS",
    "MODELS",
    "NEVER",
    "NOISE",
    "NUMBERS",
    "OPTIMIZERS",
    "ORDERS",
    "OWN",
    "PARAMETER",
    "PLACE",
    "POINTS",
    "POINT_EDITS",
    "POLICY_KNOBS",
    "PROBLEMS",
    "RATE",
    "RATES",
    "READY",
    "RESIDUAL",
    "ROLES",
    "RUNNING",
    "SCALINGS",
    "SCHEDULES",
    "SEED",
    "SHARE",
    "SPLIT",
    "STAGES",
    "STATE",
    "STOP",
    "SURE",
    "SURFACES",
    "SURFACE_EXAMPLES",
    "TARGET",
    "TEMPERATURE",
    "TIERS",
    "UNDRIVEN",
    "UNITS",
    "WARMUP",
    "WARMUP_START",
    "WATCHED",
    "WEIGHT_SEED",
    "WORKLOADS",
    "Activation",
    "Activations",
    "Agent",
    "Architecture",
    "Arm",
    "ArmOverSeeds",
    "Arms",
    "ArmsSeen",
    "AssociationTask",
    "Associations",
    "Attending",
    "Attention",
    "Axis",
    "Best",
    "Block",
    "Catalogue",
    "Cell",
    "CellInTime",
    "Choice",
    "Classify",
    "Clustered",
    "ClusteringTask",
    "Clusters",
    "ClustersSeen",
    "Code",
    "Comparison",
    "ComparisonRecord",
    "CorridorPolicy",
    "CorridorSeen",
    "Dataset",
    "Decoded",
    "DividedPlane",
    "Division",
    "Entry",
    "Environment",
    "Episode",
    "Experiment",
    "ExpressionError",
    "FeatureMaps",
    "Field",
    "Formula",
    "Gates",
    "Gradients",
    "GridPolicy",
    "GridSeen",
    "HistoryView",
    "Hyper",
    "Inspection",
    "Interruption",
    "Known",
    "Layer",
    "Learner",
    "Line",
    "LossSlice",
    "Measure",
    "MeasuresView",
    "Memory",
    "Method",
    "Model",
    "NarrowLayer",
    "Network",
    "NetworkSnapshot",
    "NetworkTask",
    "Offer",
    "Optimizer",
    "Origin",
    "Pair",
    "PartInTime",
    "PathRequest",
    "Peek",
    "Pieces",
    "Plan",
    "Plane",
    "Played",
    "PointSet",
    "PolicySlice",
    "PolicyTask",
    "Predicted",
    "Predictions",
    "Problem",
    "ProblemKind",
    "ProjectedPath",
    "Query",
    "RaceResult",
    "RateCurve",
    "RateResult",
    "ReadText",
    "Reference",
    "Remembered",
    "Result",
    "Row",
    "Run",
    "RunPicture",
    "RunRecord",
    "RunSettings",
    "RunningOutputs",
    "SampledText",
    "Schedule",
    "Score",
    "ScoreResult",
    "SeedsResult",
    "Session",
    "SessionPicture",
    "Setting",
    "SettingError",
    "SliceError",
    "SlicePlan",
    "SliceRequest",
    "SliceSeen",
    "Snapshot",
    "SoughtInputs",
    "Spread",
    "StageMaps",
    "StepsInTime",
    "Stopped",
    "Subject",
    "Summary",
    "Surface",
    "SurfaceInfo",
    "SurfaceTask",
    "SweepResult",
    "Table",
    "TargetShape",
    "Task",
    "TextReading",
    "Tier",
    "TimeSteps",
    "TokenVectors",
    "Trail",
    "TrainingData",
    "Trial",
    "Tweak",
    "UnitMaps",
    "Value",
    "Work",
    "Workers",
    "Workload",
    "activations",
    "arms_of",
    "axis",
    "block_extremes",
    "checked_shape",
    "checked_table",
    "checked_text",
    "choose",
    "coordinates",
    "corridor_return",
    "countable",
    "counted_of",
    "curve_updates",
    "depths",
    "distinct",
    "drawn",
    "drive_words",
    "driven_knob",
    "envelope",
    "envelope_between",
    "error_of",
    "experiment_on",
    "explain",
    "features_of",
    "finish",
    "fitted",
    "formula",
    "framed",
    "full_history",
    "is_compiling",
    "is_drivable",
    "kind_of",
    "kind_of_edit",
    "kind_of_entries",
    "layer_rate",
    "layers_with_rates",
    "line_of",
    "named_settings",
    "new_clustering",
    "new_experiment",
    "new_memory",
    "new_network",
    "new_policy",
    "new_run",
    "of_line",
    "of_run",
    "offer_of",
    "offers",
    "path_request",
    "patience_for",
    "plan_of",
    "plane_losses",
    "planned",
    "possible_features",
    "possible_values",
    "preview",
    "principal_plane",
    "print_signs",
    "problem_of",
    "processor",
    "rate_words",
    "read_formula",
    "read_number",
    "rows",
    "run_task",
    "run_trials",
    "slice_error",
    "smooth",
    "snapshot_of",
    "snapshot_pieces",
    "spaced",
    "split_knob",
    "spread",
    "symbol",
    "text_table",
    "thin_path",
    "trial",
    "typeset_surface",
    "usual_network",
    "usual_settings",
    "value_names",
    "value_now",
    "visible",
    "weights_plane",
]
