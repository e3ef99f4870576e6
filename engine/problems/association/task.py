"""The task of an associative memory: how many pairs there are, how frequent they are, and as which vectors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from engine.contracts import Hyper, SettingError, Tier, shown
from engine.problems.association.pairs import BASIS, ROTATED
from engine.setting import Setting
from engine.validation import Entries

PAIRS = Hyper(
    "pairs", "", 8, 2, 32, kind="integer", help="keys, each of which belongs to a value of its own", tier="basic"
)
EXPONENT = Hyper(
    "exponent",
    "α",
    1.0,
    0.0,
    4.0,
    slider=(0.0, 2.0),
    help="Zipf's law: the n-th pair is n to the power of -α as frequent as the first. 0: all the same; words have 1",
    tier="basic",
)
ORDER_SEED = Hyper(
    "seed", "", 1, 0, 2**53, kind="integer", slider=(0, 999), help="of the order of the pairs in batches", tier="expert"
)
BASIS_SEED = Hyper(
    "basis_seed", "", 1, 0, 2**53, kind="integer", slider=(0, 999), help="of the rotations", tier="expert"
)
ASSOCIATION_KNOBS = (PAIRS, EXPONENT, BASIS, ORDER_SEED, BASIS_SEED)
_PLAIN = {knob.name: knob for knob in ASSOCIATION_KNOBS}


@dataclass(frozen=True, slots=True)
class AssociationTask:
    """Remember pairs in one matrix, which begins at 0. The settings are those of ASSOCIATION_KNOBS."""

    pairs: int = 8
    exponent: float = 1.0
    basis: str = BASIS.default  # type: ignore[assignment]
    seed: int = 1
    basis_seed: int = 1

    KIND: ClassVar[str] = "association"
    SEEDS: ClassVar[tuple[str, ...]] = ("seed", "basis_seed")
    TIERS: ClassVar[Mapping[str, Tier]] = {}

    @property
    def title(self) -> str:
        return "Associative memory"

    @property
    def parameters(self) -> int:
        return self.pairs * self.pairs

    @property
    def layout(self) -> tuple[object, ...]:
        return "association", self.pairs

    @property
    def identity(self) -> tuple[object, ...]:
        return ("association",)

    def to_dict(self, tables: object = None) -> dict[str, Any]:
        """tables: of no use here, for a memory has none."""
        return {name: getattr(self, name) for name in _PLAIN}

    def having(self, setting: str | Setting, value: Any) -> AssociationTask:
        """This task with one of its settings changed. Raises SettingError."""
        path = Setting.of(setting).path
        if path not in _PLAIN:
            told = f"an associative memory has no setting {shown(path, 60)}; it has {', '.join(_PLAIN)}"
            raise SettingError(told)
        return association_task(Entries({**self.to_dict(), path: value}, ""))

    def value(self, setting: str | Setting) -> Any:
        return getattr(self, Setting.of(setting).path)

    def continues(self, other: object) -> bool:
        """Whether a run on this task can go on with the other: with other frequencies, of the same pairs."""
        return isinstance(other, AssociationTask) and self._beginning == other._beginning

    @property
    def _beginning(self) -> tuple[object, ...]:
        return self.pairs, self.basis, self.seed, self.basis_seed if self.basis == ROTATED else None

    def differences(self, other: AssociationTask) -> dict[str, Any]:
        """The settings that make the other of this one, where `continues` holds."""
        return {name: value for name, value in other.to_dict().items() if value != getattr(self, name)}


def association_task(entries: Entries) -> AssociationTask:
    """Read a task from a file's entries. Raises SettingError."""
    task = AssociationTask(**{name: entries.hyper(knob) for name, knob in _PLAIN.items()})  # type: ignore[arg-type]
    entries.close()
    return task
