"""The task of learning a policy: the environment, the method, and the shape of the policy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from engine.choices import Choice, choose, plain
from engine.contracts import Catalogue, Hyper, SettingError, Tier, Value, shown
from engine.problems.policy.environment import Environment
from engine.problems.policy.episodes import shape_of, work_size
from engine.problems.policy.members import ENVIRONMENTS
from engine.problems.policy.methods import METHODS
from engine.problems.policy.shape import Shape
from engine.setting import Setting
from engine.validation import Entries, text

DISCOUNT = Hyper(
    "discount",
    "γ",
    0.99,
    0.0,
    1.0,
    slider=(0.8, 1.0),
    help="what a reward is worth one step later; returns are told without it",
    tier="basic",
)
EPISODES = Hyper(
    "episodes",
    "",
    1,
    1,
    10_000,
    log=True,
    kind="integer",
    slider=(1, 100),
    help="episodes of a full batch: an update plays so many, and learns from their mean",
    tier="basic",
)
LONGEST = Hyper(
    "longest",
    "",
    200,
    1,
    2000,
    log=True,
    kind="integer",
    slider=(10, 1000),
    unit="steps",
    help="after so many steps an episode is cut off",
)
HIDDEN = Hyper(
    "hidden",
    "",
    16,
    0,
    256,
    kind="integer",
    slider=(0, 64),
    help="tanh units of the policy, and of a critic that has any; 0 is a table of the states, or a policy that is "
    "linear in what it sees",
    tier="basic",
)
VALUE_RATE = Hyper(
    "value_rate",
    "",
    1.0,
    0.0,
    1000.0,
    log=True,
    slider=(0.01, 100.0),
    help="multiplies the learning rate of the baseline or critic",
)
POLICY_SEED = Hyper("seed", "", 1, 0, 2**53, kind="integer", slider=(0, 999), help="of the episodes", tier="expert")
WEIGHT_SEED = Hyper(
    "weight_seed", "", 1, 0, 2**53, kind="integer", slider=(0, 999), help="of the initial weights", tier="expert"
)
POLICY_KNOBS = (DISCOUNT, EPISODES, LONGEST, HIDDEN, VALUE_RATE, POLICY_SEED, WEIGHT_SEED)

_PLAIN = {knob.name: knob for knob in POLICY_KNOBS}
_CHOICES: Mapping[str, Catalogue[Any]] = {"environment": ENVIRONMENTS, "method": METHODS}
_USUAL = ("discount", "episodes", "longest", "hidden")  # settings that an environment brings
_FIRST = "cart_pole"
OWN_PARTS = ("method", "hidden", "value_rate")  # what a run may have for itself


Own = tuple[tuple[str, Any], ...]


@dataclass(frozen=True, slots=True)
class PolicyTask:
    """Learn a policy in an environment (a choice of ENVIRONMENTS) by a method (of METHODS).

    The other settings are those of POLICY_KNOBS.
    """

    environment: Choice
    method: Choice
    discount: float
    episodes: int
    longest: int
    hidden: int
    value_rate: float = 1.0
    seed: int = 1
    weight_seed: int = 1

    KIND: ClassVar[str] = "policy"
    SEEDS: ClassVar[tuple[str, ...]] = ("seed", "weight_seed")
    TIERS: ClassVar[Mapping[str, Tier]] = {"environment": "basic", "method": "basic"}

    @property
    def title(self) -> str:
        return self.entry.title

    @property
    def entry(self) -> Environment:
        return ENVIRONMENTS[self.environment.kind]

    @property
    def shape(self) -> Shape:
        return shape_of(self.environment, self.method, self.hidden, self.value_rate)

    @property
    def parameters(self) -> int:
        return self.shape.parameters

    @property
    def work_size(self) -> int:
        """How many numbers of scratch memory a run takes."""
        return work_size(self.entry, self.environment.values, self.shape, self.longest)

    @property
    def layout(self) -> tuple[object, ...]:
        return ("policy", *((block.name, block.shape) for block in self.shape.blocks))

    @property
    def identity(self) -> tuple[object, ...]:
        return "policy", self.environment.kind

    def to_dict(self, tables: object = None) -> dict[str, Any]:
        """tables: of no use here, for a policy has none."""
        return {
            "environment": self.environment.to_dict(),
            "method": self.method.to_dict(),
            **{name: getattr(self, name) for name in _PLAIN},
        }

    def having(self, setting: str | Setting, value: Any) -> PolicyTask:
        """This task with one setting changed: `discount`, `environment`, `environment.slip` ... Another environment
        brings its usual settings. Raises SettingError.
        """
        setting = Setting.of(setting)
        changed = self.to_dict()
        if setting.path in _PLAIN:
            changed[setting.path] = value
        elif setting.part not in _CHOICES:
            known = ", ".join((*_CHOICES, *_PLAIN))
            raise SettingError(f"a policy has no setting {shown(setting.path, 60)}; it has {known}")
        elif setting.is_whole:
            key = value.kind if isinstance(value, Choice) else value
            given = value.to_dict() if isinstance(value, Choice) else value
            changed[setting.part] = given if isinstance(given, dict) else text(given, setting.part)
            if setting.part == "environment":
                if key != self.environment.kind:
                    for name in _USUAL:
                        del changed[name]
                changed = _without_what_learns_nothing(changed)
        else:
            old: Choice = getattr(self, setting.part)
            try:
                chosen = choose(_CHOICES[setting.part], old.kind, {**old.values, setting.rest: value})
            except SettingError as error:
                raise error.at(setting.part) from None
            changed[setting.part] = chosen.to_dict()
        return policy_task(Entries(changed, ""))

    def value(self, setting: str | Setting) -> Any:
        setting = Setting.of(setting)
        found = getattr(self, setting.part)
        if not isinstance(found, Choice):
            return found
        return found if setting.is_whole else found.values[setting.rest]

    def continues(self, other: object) -> bool:
        """Whether a run on this task can go on with the other: theta keeps its layout and its beginning."""
        return (
            isinstance(other, PolicyTask)
            and self.identity == other.identity
            and self.layout == other.layout
            and self._beginning == other._beginning
            and self.method.kind == other.method.kind
        )

    @property
    def _beginning(self) -> tuple[object, ...]:
        preferred = self.entry.preferred(self.environment.values)
        table = None if preferred is None else tuple(preferred.ravel().tolist())
        return self.seed, self.weight_seed, table

    def differences(self, other: PolicyTask) -> dict[str, Any]:
        """The settings that make the other of this one, where `continues` holds."""
        found = {name: value for name in _PLAIN if (value := getattr(other, name)) != getattr(self, name)}
        for part in _CHOICES:
            old, new = getattr(self, part).values, getattr(other, part).values
            found |= {Setting(part, name).path: value for name, value in new.items() if old[name] != value}
        return found


def first_policy() -> PolicyTask:
    """The usual task to begin with."""
    return policy_task(Entries({}, ""))


def policy_task(entries: Entries) -> PolicyTask:
    """Read a task from a file's entries. Raises SettingError."""
    environment = entries.choice("environment", ENVIRONMENTS, _FIRST)
    method = entries.choice("method", METHODS, next(iter(METHODS)))
    usual = ENVIRONMENTS[environment.kind].usual
    values: dict[str, Value] = {}
    for name, knob in _PLAIN.items():
        values[name] = entries.hyper(replace(knob, default=getattr(usual, name, knob.default)))
    entry = ENVIRONMENTS[environment.kind]
    if values["hidden"] and not entry.features:
        raise SettingError(
            f"must be 0 for the {entry.title.lower()}, in which a policy sees nothing that hidden units could read, "
            f"got {values['hidden']}",
            entries.at("hidden"),
        )
    if entry.one_step and not METHODS[method.kind].of_one_step(method.values):
        raise SettingError(
            f"must not be {method.values['baseline']} for the {entry.title.lower()}, whose episodes are a single step "
            "and so at their own mean; use mean or none",
            entries.at("method.baseline"),
        )
    entries.close()
    return PolicyTask(environment, method, **values)  # type: ignore[arg-type]


def with_own_policy(task: PolicyTask, own: Own) -> PolicyTask:
    """The task with the method and shape that a run has for itself. Raises SettingError if they do not fit it."""
    return policy_task(Entries({**task.to_dict(), **{name: plain(value) for name, value in own}}, ""))


def read_own_policy(entries: Entries, task: PolicyTask) -> Own:
    """What a run has for itself, from a file's entries; the rest is as the task has it. Raises SettingError."""
    given = {name: entries.take(name) for name in OWN_PARTS if name in entries}
    entries.close()
    try:
        made = policy_task(Entries({**task.to_dict(), **given}, ""))
    except SettingError as error:
        raise error.at(entries.path) from None
    return tuple((name, getattr(made, name)) for name in OWN_PARTS)


def _without_what_learns_nothing(changed: dict[str, Any]) -> dict[str, Any]:
    """Entries of a task; a method that learns nothing from single steps begins anew where there is nothing else."""
    kind = changed["environment"] if isinstance(changed["environment"], str) else changed["environment"].get("kind")
    method = METHODS[changed["method"]["kind"]]
    values = {name: value for name, value in changed["method"].items() if name != "kind"}
    if ENVIRONMENTS[kind].one_step and not method.of_one_step(values):
        return {**changed, "method": method.key}
    return changed
