"""The task of descending a 2-D surface: which one, from where, with how much gradient noise."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from engine.choices import Choice
from engine.contracts import Hyper, SettingError, Tier, shown
from engine.problems.surface import SURFACES
from engine.problems.surface.formula import program
from engine.setting import Setting
from engine.validation import Entries, checked

MAX_PARAMETERS = 8
FORMULA_DOMAIN = (-3.0, 3.0, -3.0, 3.0)  # where a typed formula is shown unless it says otherwise

NOISE = Hyper(
    "noise",
    "σ",
    0.0,
    0.0,
    1e6,
    log=True,
    slider=(1e-3, 100.0),
    help="standard deviation of one example's gradient around the exact one; a batch of B divides it by √B, "
    "full batch has none",
)
SEED = Hyper(
    "seed",
    "",
    1,
    0,
    2**53,
    kind="integer",
    slider=(0, 999),
    help="the same seed gives the same noise, to the bit",
    tier="expert",
)
COORDINATE = Hyper("start", "", 0.0, -1e12, 1e12, help="where every run begins", tier="basic")


@dataclass(frozen=True, slots=True)
class Formula:
    """A surface the user has typed: text in x, y and the parameters; domain = (x0, x1, y0, y1)."""

    text: str
    parameters: Mapping[str, float] = field(default_factory=dict)
    domain: tuple[float, float, float, float] = FORMULA_DOMAIN

    def __hash__(self) -> int:
        return hash((self.text, tuple(self.parameters.items()), self.domain))

    def to_dict(self) -> dict[str, Any]:
        return {"text": self.text, "domain": list(self.domain), "parameters": dict(self.parameters)}


@dataclass(frozen=True, slots=True)
class SurfaceTask:
    """Descend a 2-D surface, from the catalogue or typed, from one start for every run."""

    surface: Choice | Formula
    start: tuple[float, float]
    noise: float = 0.0
    seed: int = 1

    KIND: ClassVar[str] = "surface"
    SEEDS: ClassVar[tuple[str, ...]] = ("seed",)
    TIERS: ClassVar[Mapping[str, Tier]] = {"surface": "basic"}  # of what is chosen from a catalogue

    @property
    def title(self) -> str:
        """The name of the surface, for people."""
        return SURFACES[self.surface.kind].title if isinstance(self.surface, Choice) else "Own formula"

    @property
    def parameters(self) -> int:
        return len(self.start)

    @property
    def layout(self) -> tuple[object, ...]:
        return ("x", "y")

    @property
    def identity(self) -> tuple[object, ...]:
        if isinstance(self.surface, Formula):
            return "formula", self.surface.text
        return "surface", self.surface.kind

    def to_dict(self, tables: object = None) -> dict[str, Any]:
        """tables: of no use here, for a surface has none."""
        name = "surface" if isinstance(self.surface, Choice) else "formula"
        return {"start": list(self.start), "noise": self.noise, "seed": self.seed, name: self.surface.to_dict()}

    def having(self, setting: str | Setting, value: Any) -> SurfaceTask:
        """This task with its `surface`, `start`, `noise` or `seed` changed. Raises SettingError."""
        path = Setting.of(setting).path
        if path not in ("surface", "start", "noise", "seed"):
            raise SettingError(f"a surface has no setting {shown(path, 60)}")
        if path != "surface":
            changed = {**self.to_dict(), path: value}
        elif isinstance(value, Choice | Formula):
            changed = replace(self, surface=value).to_dict()
        else:
            raise SettingError(f"must be a surface, got {shown(value)}", path)
        return surface_task(Entries(changed, ""))

    def value(self, setting: str | Setting) -> Any:
        return getattr(self, Setting.of(setting).path)

    def continues(self, other: object) -> bool:
        """Whether a run on this task can go on with the other: only the noise may differ."""
        return isinstance(other, SurfaceTask) and replace(self, noise=other.noise) == other

    def differences(self, other: SurfaceTask) -> dict[str, Any]:
        """The settings that make the other of this one, where `continues` holds."""
        return {} if self.noise == other.noise else {"noise": other.noise}


def surface_task(entries: Entries) -> SurfaceTask:
    """Read a task from a file's entries. Raises SettingError."""
    surface: Choice | Formula
    if (formula := entries.take("formula", None)) is not None:
        surface = _formula(Entries(formula, entries.at("formula")))
        default_start: tuple[float, float] = (surface.domain[0] * 0.75, surface.domain[3] * 0.75)
    else:
        surface = entries.choice("surface", SURFACES, "rosenbrock")
        default_start = SURFACES[surface.kind].start
    point = entries.take("start", list(default_start))
    if not isinstance(point, list | tuple) or len(point) != 2:
        raise SettingError(f"must be two numbers [x, y], got {shown(point)}", entries.at("start"))
    x, y = (float(checked(COORDINATE, item, entries.at("start"))) for item in point)  # type: ignore[arg-type]
    task = SurfaceTask(surface, (x, y), entries.hyper(NOISE), entries.hyper(SEED))  # type: ignore[arg-type]
    entries.close()
    return task


def _formula(entries: Entries) -> Formula:
    parameters = entries.take("parameters", {})
    place = entries.at("parameters")
    if not isinstance(parameters, dict) or len(parameters) > MAX_PARAMETERS:
        raise SettingError(f"must be a table of up to {MAX_PARAMETERS} numbers", place)
    values = {str(name): float(checked(COORDINATE, v, f"{place}.{str(name)[:60]}")) for name, v in parameters.items()}  # type: ignore[arg-type]
    domain = entries.take("domain", FORMULA_DOMAIN)
    if not isinstance(domain, list | tuple) or len(domain) != 4:
        raise SettingError(f"must be four numbers [x0, x1, y0, y1], got {shown(domain)}", entries.at("domain"))
    x0, x1, y0, y1 = (float(checked(COORDINATE, item, entries.at("domain"))) for item in domain)  # type: ignore[arg-type]
    if not (x0 < x1 and y0 < y1):
        raise SettingError(f"must have x0 < x1 and y0 < y1, got {[x0, x1, y0, y1]}", entries.at("domain"))
    text = entries.text("text")
    try:
        program(text, values)
    except SettingError as error:
        raise error.at(entries.at("text")) from None
    entries.close()
    return Formula(text, values, (x0, x1, y0, y1))
