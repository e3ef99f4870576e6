"""The task of clustering points: which points, by which model, into how many clusters, from where."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from engine.choices import Choice, choose, plain
from engine.contracts import Catalogue, Check, Hyper, SettingError, Tier, native, no_check, shown
from engine.data.table import Table
from engine.memory import Need, needed
from engine.problems.clustering.models import MODELS, shape_of
from engine.problems.clustering.objective import CHUNK, OWN
from engine.problems.clustering.points import POINTS, check_table, count_of, drawn, title_of
from engine.problems.clustering.shape import Shape
from engine.problems.clustering.starts import START
from engine.setting import Setting
from engine.validation import Entries, checked, chosen

MOST_CLUSTERS = 16

CLUSTERS = Hyper("clusters", "k", 3, 1, MOST_CLUSTERS, kind="integer", help="how many clusters there are", tier="basic")
ORDER_SEED = Hyper(
    "seed", "", 1, 0, 2**53, kind="integer", slider=(0, 999), help="of the order of the points", tier="expert"
)
POINTS_SEED = Hyper(
    "points_seed", "", 1, 0, 2**53, kind="integer", slider=(0, 999), help="of the points", tier="expert"
)
START_SEED = Hyper(
    "start_seed", "", 1, 0, 2**53, kind="integer", slider=(0, 999), help="of where the centres begin", tier="expert"
)
CLUSTERING_KNOBS = (CLUSTERS, START, ORDER_SEED, POINTS_SEED, START_SEED)
_COORDINATE = Hyper("centres", "", 0.0, -1e12, 1e12, help="where a centre begins", tier="basic")

ADD_CLUSTER_POINT, ERASE_CLUSTER_POINTS = Setting("points", "add"), Setting("points", "erase")
CLUSTER_EDITS = (ADD_CLUSTER_POINT, ERASE_CLUSTER_POINTS)

OWN_PARTS = ("model", "clusters", "start", "centres", "start_seed")  # what a run may have for itself
Own = tuple[tuple[str, Any], ...]  # settings by their names, in order

_PLAIN = {knob.name: knob for knob in CLUSTERING_KNOBS}
_FIRST = "uneven"


@dataclass(frozen=True, slots=True)
class ClusteringTask:
    """Cluster points (a choice of POINTS, or a table) by a model (of MODELS).

    centres: where the centres begin, as 2 k numbers x, y, x, y ..., if a person has moved them; else they begin as
    `start` says. The other settings are those of CLUSTERING_KNOBS.
    """

    points: Choice | Table
    model: Choice
    clusters: int = 3
    start: str = START.default  # type: ignore[assignment]
    centres: tuple[float, ...] = ()
    seed: int = 1
    points_seed: int = 1
    start_seed: int = 1

    KIND: ClassVar[str] = "clustering"
    SEEDS: ClassVar[tuple[str, ...]] = ("seed", "points_seed", "start_seed")
    TIERS: ClassVar[Mapping[str, Tier]] = {"points": "basic", "model": "basic"}

    @property
    def title(self) -> str:
        return title_of(self.points)

    @property
    def shape(self) -> Shape:
        return shape_of(self.model, self.clusters)

    @property
    def parameters(self) -> int:
        return self.shape.parameters

    @property
    def layout(self) -> tuple[object, ...]:
        return "clusters", self.clusters, self.shape.spread

    @property
    def identity(self) -> tuple[object, ...]:
        if isinstance(self.points, Table):  # points may be drawn and erased
            return "points", self.points.name, self.points.columns, self.points.target
        return "clustering", self.points.kind

    def to_dict(self, tables: Callable[[Table], Any] = Table.to_dict) -> dict[str, Any]:
        """tables: what stands for a table."""
        return {
            "points": {"table": tables(self.points)} if isinstance(self.points, Table) else self.points.to_dict(),
            "model": self.model.to_dict(),
            **({"centres": list(self.centres)} if self.centres else {}),
            **{name: getattr(self, name) for name in _PLAIN},
        }

    def having(self, setting: str | Setting, value: Any) -> ClusteringTask:
        """This task with one setting changed: `clusters`, `points.noise`, `model.spread`, `points.add` (x, y),
        `points.erase` (x, y, radius) ... Other points, or another number of clusters, let the centres begin as `start`
        says, and so does another `start`. Raises SettingError.
        """
        setting = Setting.of(setting)
        path = setting.path
        if setting in CLUSTER_EDITS:
            return replace(self, points=self._edited(setting, value))
        changed: dict[str, Any] = {**self.to_dict(_as_it_is), "centres": list(self.centres)}
        if path in _PLAIN or path == "centres":
            changed[path] = value
        elif setting.part in ("points", "model"):
            changed[setting.part] = self._chosen(setting, value)
        else:
            known = ", ".join(("points", "model", "centres", *_PLAIN))
            raise SettingError(f"a clustering has no setting {shown(path, 60)}; it has {known}")
        if path in ("points", CLUSTERS.name, START.name, START_SEED.name) and value != self.value(setting):
            changed["centres"] = []
        return clustering_task(Entries(changed, ""))

    def _chosen(self, setting: Setting, value: Any) -> Any:
        catalogue: Catalogue[Any] = POINTS if setting.part == "points" else MODELS
        if setting.is_whole:
            return (
                {"table": value}
                if isinstance(value, Table)
                else value.to_dict()
                if isinstance(value, Choice)
                else value
            )
        old = getattr(self, setting.part)
        if isinstance(old, Table):
            raise SettingError(f"points of a table have no setting {shown(setting.rest, 60)}", setting.path)
        try:
            return choose(catalogue, old.kind, {**old.values, setting.rest: value}).to_dict()
        except SettingError as error:
            raise error.at(setting.part) from None

    def _edited(self, setting: Setting, value: Any) -> Table:
        numbers = _numbers(value, setting.path)
        wanted = 2 if setting == ADD_CLUSTER_POINT else 3
        if len(numbers) != wanted:
            told = "a point is x, y" if wanted == 2 else "a circle is x, y and its radius"
            raise SettingError(f"{told}, got {shown(value)}", setting.path)
        table = drawn(self.points, self.points_seed)
        try:
            return table.with_point(numbers) if wanted == 2 else table.without_points(numbers)
        except SettingError as error:
            raise error.at(setting.path) from None

    def value(self, setting: str | Setting) -> Any:
        setting = Setting.of(setting)
        found = getattr(self, setting.part)
        return found if setting.is_whole or not isinstance(found, Choice) else found.values[setting.rest]

    def continues(self, other: object) -> bool:
        """Whether a run on this task can go on with the other: its centres stay where they are, whatever the points."""
        return isinstance(other, ClusteringTask) and self._beginning == other._beginning

    @property
    def _beginning(self) -> tuple[object, ...]:
        return self.layout, self.start, self.centres, self.seed, self.start_seed

    def differences(self, other: ClusteringTask) -> dict[str, Any]:
        """The settings that make the other of this one, where `continues` holds."""
        return {name: getattr(other, name) for name in self.__slots__ if getattr(self, name) != getattr(other, name)}


def first_clustering() -> ClusteringTask:
    """The usual task to begin with."""
    return clustering_task(Entries({}, ""))


def clustering_task(entries: Entries, check: Check = no_check) -> ClusteringTask:
    """Read a task from a file's entries. check: see Table.from_dict. Raises SettingError."""
    points = _points(entries.take("points", {"kind": _FIRST}), entries.at("points"), check)
    model = entries.choice("model", MODELS, next(iter(MODELS)))
    values: dict[str, Any] = {name: entries.hyper(knob) for name, knob in _PLAIN.items()}
    centres = _numbers(entries.take("centres", []), entries.at("centres"))
    if len(centres) not in (0, 2 * values["clusters"]):
        told = f"{values['clusters']} centres are {2 * values['clusters']} numbers x, y, x, y, ..."
        raise SettingError(f"{told}, got {len(centres)}", entries.at("centres"))
    entries.close()
    return ClusteringTask(points, model, centres=centres, **values)


def clustering_need(task: ClusteringTask, optimizers: Sequence[str]) -> Need:
    """What runs with these optimizers take, with the points that they share."""
    points, k = count_of(task.points), task.clusters
    work = points + CHUNK + OWN * k
    bytes = needed(task.parameters, work, optimizers, 6 * points, task.shape.blocks)
    return Need(bytes, f"{k} clusters of {points:,} points", "fewer points")


def _points(value: object, path: str, check: Check) -> Choice | Table:
    if isinstance(value, dict) and "table" in value:
        entries = Entries(value, path)
        table = entries.take("table")
        try:
            found = check_table(table if isinstance(table, Table) else Table.from_dict(table, check))
        except SettingError as error:
            raise error.at(entries.at("table")) from None
        entries.close()
        return found
    return chosen(POINTS, value, path)


def _numbers(value: object, path: str) -> tuple[float, ...]:
    value = native(value)
    if not isinstance(value, list | tuple):
        raise SettingError(f"must be a list of numbers, got {shown(value)}", path)
    return tuple(float(checked(_COORDINATE, item, path)) for item in value)  # type: ignore[arg-type]


def _as_it_is(table: Table) -> Table:
    return table


def with_own_clusters(task: ClusteringTask, own: Own) -> ClusteringTask:
    """The task with the model and the start that a run has for itself. Raises SettingError."""
    return clustering_task(Entries({**task.to_dict(_as_it_is), **{name: plain(value) for name, value in own}}, ""))


def read_own_clusters(entries: Entries, task: ClusteringTask) -> Own:
    """What a run has for itself, from a file's entries; the rest is as the task has it. Raises SettingError."""
    given = {name: entries.take(name) for name in OWN_PARTS if name in entries}
    entries.close()
    usual = task.to_dict(_as_it_is)
    if CLUSTERS.name in given:
        usual.pop("centres", None)
    try:
        made = clustering_task(Entries({**usual, **given}, ""))
    except SettingError as error:
        raise error.at(entries.path) from None
    return tuple((name, getattr(made, name)) for name in OWN_PARTS)
