"""The catalogue of kinds of problem: the only place that tells them apart."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from weakref import WeakValueDictionary

from engine.batches import BATCHES
from engine.blocks import Block
from engine.choices import Choice, choose
from engine.contracts import Catalogue, Check, Hyper, Kernel, Routine, SettingError, Tier, no_check, shown
from engine.data.table import Table
from engine.interruption import Interruption, check_of
from engine.memory import Need, needed
from engine.optimizers import OPTIMIZERS
from engine.problems.problem import Problem
from engine.problems.task import Task
from engine.schedules import SCHEDULES
from engine.setting import Setting
from engine.training.measures import WATCHED, Measure
from engine.validation import Entries, text

Own = tuple[tuple[str, Any], ...]  # settings of a task by their names, in order

_SEEDS = 2**53  # whole numbers that a seed may be

KIND = "kind"  # the entry of a problem's table in a file that names its kind


@dataclass(frozen=True, slots=True)
class Offer:
    """A problem of a kind to begin with. A kind may have several; `holds` tells which of them a task is like.

    title, about: its name and a sentence on it, for menus.
    """

    key: str
    title: str
    about: str
    make: Callable[[], Task]
    holds: Callable[[Any], bool] = lambda task: True


class ProblemKind(ABC):
    """One kind of problem: how its task is read, and everything else that depends on the kind.

    A kind overrides what it has; one that says no more than it must has a panel of its knobs, curves of its measures
    and, on the stage, the path of its parameters.

    plural, many: a name for several, and what a list says of them. marks: entries by which the problem of a file that
    does not name its kind is known to be of this one; without any, files name it. knobs: settings of the task with a
    range, for a panel made from them, or with names for their values. measures: every measure that a subject of this
    kind may have. first_curves: the keys of the curves that are there at first. edits: settings that change what is
    there a little further each time, such as points that are drawn. catalogues: by a setting, or a knob of one, whose
    values are their keys. brings_others: settings that may change others with them. randomness: what new seeds renew,
    in words. rates: what the transport bar says of its speed. trains: whether runs see examples, so that their batches
    and examples per second mean something. sampled: whether the loss is drawn anew in every update, so that what
    compares losses is refused (see `refused`). example: what a batch consists of, in a word; empty where that is not
    worth a word. own_parts: settings of the task that a run may have for itself, all of them at once; own_title,
    own_help: of the switch for that.

    """

    key: ClassVar[str]
    title: ClassVar[str]
    plural: ClassVar[str]
    many: ClassVar[str] = ""
    tier: Tier = "more"
    knobs: tuple[Hyper, ...] = ()
    marks: ClassVar[tuple[str, ...]] = ()
    measures: ClassVar[tuple[Measure, ...]] = ()
    first_curves: ClassVar[tuple[str, ...]] = ("loss", "gradient_norm")
    edits: ClassVar[tuple[Setting, ...]] = ()
    catalogues: ClassVar[Mapping[str, Catalogue[Any]]] = {}
    brings_others: ClassVar[tuple[str, ...]] = ()
    randomness: ClassVar[str] = ""
    rates: ClassVar[str] = "Updates per second of every run"
    trains: ClassVar[bool] = False
    sampled: ClassVar[bool] = False
    example: ClassVar[str] = ""
    own_parts: ClassVar[tuple[str, ...]] = ()
    own_title: ClassVar[str] = ""
    own_help: ClassVar[str] = ""

    @property
    @abstractmethod
    def offers(self) -> tuple[Offer, ...]:
        """The problems to begin with; the first is the usual one."""

    @abstractmethod
    def read(self, entries: Entries, check: Check = no_check) -> Task:
        """The task from the entries of a file, each checked. check: see Table.from_dict. Raises SettingError."""

    @abstractmethod
    def problem(self, task: Any, check: Check = no_check) -> Problem:
        """The problem of a task. check: called between the pieces of what takes long. Raises SettingError."""

    def kernels(self, task: Any) -> list[Kernel | Routine]:
        """What must be compiled before a run on this task can take a step, besides what every run needs."""
        return []

    def layers(self, task: Any) -> Mapping[str, tuple[Block, ...]]:
        """The blocks of theta by the titles of their layers; none where theta has no layers."""
        return {}

    def memory(self, task: Any, optimizers: Sequence[str]) -> Need:
        """What runs with these optimizers take in the end, told before anything is allocated."""
        return Need(needed(task.parameters, 0, optimizers), f"a {self.title.lower()}", "fewer parameters")

    def suited(self, optimizer: str) -> tuple[float, Choice]:
        """The learning rate and batches that a run with this optimizer usually has."""
        return OPTIMIZERS[optimizer].learning_rate, choose(BATCHES, "full")

    def refused(self, optimizer: Choice, schedules: Iterable[Choice]) -> str:
        """Why no run on this kind can have these settings, as a sentence; empty if it can."""
        if not self.sampled:
            return ""
        why = f"a {self.title.lower()} has a loss that is drawn anew in every update"
        if OPTIMIZERS[optimizer.kind].asks:
            return f"{why}, and {OPTIMIZERS[optimizer.kind].title} compares it at two places: choose another optimizer"
        watching = next((SCHEDULES[each.kind] for each in schedules if SCHEDULES[each.kind].watches_loss), None)
        if watching is not None:
            return f"{why}, and {watching.title} waits until it no longer falls: choose another schedule"
        return ""

    def batch_words(self, batch: Choice, examples: int) -> str:
        """What an update takes with these batches, below the choice of them; empty if there is nothing to say."""
        return ""

    @property
    def seeds(self) -> str:
        """What the transport bar says of new seeds."""
        return f"New seeds{f': new {self.randomness}' if self.randomness else ''}, restarts all runs"

    def reseeded(self, task: Any, number: int, seed: str = "") -> Task:
        """The task with other seeds, by their number: 0 is the task itself. seed: one of its SEEDS; else all of them.

        What nothing is random in may begin elsewhere instead (see `reseeding`). Raises SettingError.
        """
        if seed and seed not in task.SEEDS:
            raise SettingError(f"there is no seed {shown(seed, 60)}; one of {', '.join(task.SEEDS)}")
        found: Task = task
        for name in (seed,) if seed else task.SEEDS:
            found = found.having(name, (found.value(name) + number) % _SEEDS)
        return found

    def felt(self, task: Any, batches: Collection[str]) -> Task:
        """The task without random numbers that no run feels which has batches of these kinds."""
        found: Task = task
        return found

    def reseeding(self, task: Any) -> str:
        """What differs from seed to seed, in words that follow 'new'."""
        return self.randomness or "random numbers"

    def own_of(self, task: Any) -> Own:
        """Of `own_parts` what a run on this task would have for itself."""
        return tuple((name, getattr(task, name)) for name in self.own_parts)

    def with_own(self, task: Any, own: Own) -> Task:
        """The task with these `own_parts` of a run in place of its own. Raises SettingError if they do not fit it."""
        raise NotImplementedError

    def read_own(self, entries: Entries, task: Any) -> Own:
        """What a file holds of them, each checked. Raises SettingError."""
        entries.close()
        return ()

    def own_words(self, tasks: Sequence[Any]) -> list[str]:
        """Of the tasks of runs that have something for themselves what tells them apart, in a few words."""
        return ["" for _ in tasks]

    @property
    def takes_tables(self) -> bool:
        """Whether a problem of this kind can be made of a table of examples."""
        return False

    def edit_words(self, setting: Setting, value: Any, number: Callable[[float], str]) -> str:
        """One of the `edits` in words. number: how a number is written."""
        return f"{setting.name} {', '.join(map(number, value))}"

    def on_table(self, task: Any, table: Table, fresh: bool) -> Task:
        """A task of this kind with a table for its data. fresh: whether nobody has chosen anything in it yet.

        Raises SettingError.
        """
        raise SettingError(f"a {self.title.lower()} does not learn from a table")

    def validates(self, task: Any) -> bool:
        """Whether the measure that is watched has values on this task."""
        return bool(self.watched)

    @property
    def watched(self) -> str:
        """The measure that is watched for the best parameters and for early stopping, in words; empty without any."""
        return next((measure.key.replace("_", " ") for measure in self.measures if measure.role == WATCHED), "")


PROBLEMS: Catalogue[ProblemKind] = Catalogue("kind of problem")

_MADE: WeakValueDictionary[Task, Problem] = WeakValueDictionary()  # shared by the runs of a session


def kind_of(task: Task) -> ProblemKind:
    """The kind of a task's problem."""
    return PROBLEMS[task.KIND]


def problem_of(task: Task, interruption: Interruption | None = None) -> Problem:
    """The problem of a task, with which Stopped is raised once the interruption is stopped.

    Raises SettingError if it cannot be made, as of a formula that cannot be read.
    """
    problem = _MADE.get(task)
    if problem is None:
        _MADE[task] = problem = kind_of(task).problem(task, check_of(interruption))
    return problem


def kind_of_entries(entries: Any) -> ProblemKind:
    """The kind of problem that a file's entries describe, as far as their names tell. Raises SettingError."""
    if KIND in entries:
        return PROBLEMS[entries[KIND]]
    kinds = list(PROBLEMS.values())
    return next((kind for kind in kinds if any(mark in entries for mark in kind.marks)), kinds[0])


def read_task(entries: Entries, check: Check = no_check) -> Task:
    """Read the task of a problem of any kind from a file's entries. Raises SettingError."""
    kind = entries.checked(KIND, lambda key: PROBLEMS[text(key)], "") if KIND in entries else kind_of_entries(entries)
    return kind.read(entries, check)


def task_entries(task: Task, tables: Callable[[Table], Any] = Table.to_dict) -> dict[str, Any]:
    """What `read_task` reads. tables: what stands for a table of examples."""
    kind = kind_of(task)
    return {**({} if kind.marks else {KIND: kind.key}), **task.to_dict(tables)}


def offers() -> dict[str, Offer]:
    """Every problem to begin with, by its key, in the order of their kinds."""
    return {offer.key: offer for kind in PROBLEMS.values() for offer in kind.offers}


def offer_of(task: Task) -> Offer:
    """The offer that a task is like."""
    found = kind_of(task).offers
    return next((offer for offer in found if offer.holds(task)), found[0])


def kind_of_edit(setting: Setting) -> ProblemKind | None:
    """The kind of which a setting changes what is there a little further each time, such as a point that is drawn."""
    return next((kind for kind in PROBLEMS.values() if setting in kind.edits), None)
