"""The camera of the 3-D view: an orthographic projection of the box [-1, 1] x [-1, 1] x [0, HEIGHT]."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from PySide6.QtCore import QPointF

Array = np.ndarray

HEIGHT = 0.85
FLATTEST, STEEPEST = 8.0, 89.0
ROOM, SHARE = (54.0, 40.0), 0.14  # pixels for labels on each side, but no more than this part of the view


@dataclass(frozen=True, slots=True)
class Camera:
    """azimuth: degrees the box is turned about its vertical; elevation: degrees above the horizon."""

    azimuth: float = 24.0
    elevation: float = 48.0
    width: int = 100
    height: int = 100

    def turned(self, azimuth: float, elevation: float) -> Camera:
        steep = min(max(self.elevation + elevation, FLATTEST), STEEPEST)
        return replace(self, azimuth=(self.azimuth + azimuth) % 360.0, elevation=steep)

    @property
    def scale(self) -> float:
        """Pixels a unit of the box. It fits at every azimuth, so that turning does not pulse."""
        steep = math.radians(self.elevation)
        high = 2 * math.sqrt(2) * math.sin(steep) + HEIGHT * math.cos(steep)
        beside, above = (min(room, SHARE * size) for room, size in zip(ROOM, (self.width, self.height), strict=True))
        return min((self.width - 2 * beside) / (2 * math.sqrt(2)), (self.height - 2 * above) / high)

    def turn(self, x: Array, y: Array) -> tuple[Array, Array]:
        """(to the right, away from the eye) on the floor of the box."""
        angle = math.radians(self.azimuth)
        return x * math.cos(angle) - y * math.sin(angle), x * math.sin(angle) + y * math.cos(angle)

    def project(self, x: Array, y: Array, height: Array) -> Array:
        """(..., 2) pixels of points in the box."""
        right, away = self.turn(x, y)
        steep, scale = math.radians(self.elevation), self.scale
        up = (height - HEIGHT / 2) * math.cos(steep) + away * math.sin(steep)
        across, down = self.width / 2 + right * scale, self.height / 2 - up * scale
        return np.stack((across, down), axis=-1)

    def point(self, x: float, y: float, height: float) -> QPointF:
        across, down = self.project(np.array(x), np.array(y), np.array(height))
        return QPointF(float(across), float(down))

    def floor(self, at: QPointF, height: Array) -> tuple[Array, Array]:
        """x and y in the box of the points at these heights (n,) that are seen at a pixel."""
        steep, scale = math.radians(self.elevation), self.scale
        right, up = (at.x() - self.width / 2) / scale, (self.height / 2 - at.y()) / scale
        away = (up - (height - HEIGHT / 2) * math.cos(steep)) / math.sin(steep)
        angle = math.radians(self.azimuth)
        return right * math.cos(angle) + away * math.sin(angle), away * math.cos(angle) - right * math.sin(angle)

    @property
    def sight(self) -> tuple[float, float, float]:
        """The unit vector in the box that points to the eye."""
        angle, steep = math.radians(self.azimuth), math.radians(self.elevation)
        level = -math.cos(steep)
        return level * math.sin(angle), level * math.cos(angle), math.sin(steep)
