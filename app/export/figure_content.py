"""Contents of a figure: a curve, the stage, or another figure of the problem."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from app.curves.curve_catalogue import CURVES
from app.curves.curve_style import X_TYPES, Y_TYPES
from app.curves.x_axes import X_AXES
from app.export.figures import FIGURES
from app.plots.axis_type import AUTOMATIC, LINEAR
from engine import SettingError

Range = tuple[float, float]


@dataclass(frozen=True, slots=True)
class CurveContent:
    """One curve of all visible runs, as on screen. Raises SettingError for an unknown curve.

    x_type, y_type: of the axes. span: updates to average over, 0 for none. Ranges: None shows everything.
    """

    curve: str = "loss"
    along: str = "updates"
    x_type: str = LINEAR.name
    y_type: str = AUTOMATIC
    span: int = 0
    x_range: Range | None = None
    y_range: Range | None = None

    def __post_init__(self) -> None:
        choices = (("curve", CURVES), ("along", X_AXES), ("x_type", X_TYPES), ("y_type", Y_TYPES))
        for name, known in choices:
            if getattr(self, name) not in known:
                raise SettingError(f"{name} must be one of {', '.join(known)}, got {str(getattr(self, name))[:40]!r}")
        if isinstance(self.span, bool) or not isinstance(self.span, int) or not 0 <= self.span <= 10**9:
            raise SettingError(f"smoothing must be over 0 to 10^9 updates, got {str(self.span)[:40]}")
        for name, type in (("x_range", self.x_type), ("y_range", self.y_type)):
            span, log = getattr(self, name), type == "log"
            if span is not None and not (-1e300 <= span[0] < span[1] <= 1e300 and (span[0] > 0.0 or not log)):
                raise SettingError(f"{name} must rise and suit its axis, got {span}")

    def to_dict(self) -> dict[str, Any]:
        known = {name: value for name, value in asdict(self).items() if value is not None}
        return {name: list(value) if isinstance(value, tuple) else value for name, value in known.items()}


@dataclass(frozen=True, slots=True)
class StageContent:
    """The preferred figure of the problem.

    region: (x0, x1, y0, y1) of a plane, None is all that is worth seeing. Raises SettingError for an invalid region.
    """

    region: tuple[float, float, float, float] | None = None

    def __post_init__(self) -> None:
        if self.region is not None:
            x0, x1, y0, y1 = self.region
            if not (-1e12 <= x0 < x1 <= 1e12 and -1e12 <= y0 < y1 <= 1e12):
                raise SettingError(f"region must have x0 < x1 and y0 < y1, got {list(self.region)}")

    def to_dict(self) -> dict[str, Any]:
        return {"stage": list(self.region) if self.region else "whole"}


@dataclass(frozen=True, slots=True)
class ViewContent:
    """One of the figures of the problem. Raises SettingError for an unknown one."""

    figure: str

    def __post_init__(self) -> None:
        if self.figure not in FIGURES:
            raise SettingError(f"figure must be one of {', '.join(FIGURES)}, got {str(self.figure)[:40]!r}")

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)


FigureContent = CurveContent | StageContent | ViewContent
