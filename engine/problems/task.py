"""The task of an experiment: what its problem is made from, as the document holds it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Protocol

from engine.contracts import Tier
from engine.data.table import Table
from engine.setting import Setting


class Task(Protocol):
    """What every kind of problem tells of its task: a frozen, hashable dataclass.

    KIND: the key of its kind in PROBLEMS. SEEDS: the settings that are seeds. TIERS: of settings that are chosen from a
    catalogue.
    """

    KIND: ClassVar[str]
    SEEDS: ClassVar[tuple[str, ...]]
    TIERS: ClassVar[Mapping[str, Tier]]

    @property
    def title(self) -> str:
        """Its name, for people."""
        ...

    @property
    def parameters(self) -> int:
        """How many numbers theta has."""
        ...

    @property
    def layout(self) -> tuple[object, ...]:
        """What tells where in theta each number lies: equal for tasks whose parameters have the same places."""
        ...

    @property
    def identity(self) -> tuple[object, ...]:
        """What stays the same while settings of one problem change: equal for the same surface, formula or data."""
        ...

    def to_dict(self, tables: Callable[[Table], Any] = ...) -> dict[str, Any]:
        """Plain data, which its kind reads. tables: what stands for a table of examples."""
        ...

    def having(self, setting: str | Setting, value: Any) -> Task:
        """This task with one setting changed. Raises SettingError."""
        ...

    def value(self, setting: str | Setting) -> Any:
        """The value of a setting, as a tweak keeps it."""
        ...

    def continues(self, other: Any) -> bool:
        """Whether a run on this task can go on with the other: theta keeps its layout and its beginning."""
        ...

    def differences(self, other: Any) -> dict[str, Any]:
        """The settings that make the other of this one, where `continues` holds."""
        ...

    def __hash__(self) -> int: ...
