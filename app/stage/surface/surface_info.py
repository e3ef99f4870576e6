"""The surface that a terrain was sampled from."""

from __future__ import annotations

from app.stage.terrain import Terrain
from engine import SurfaceInfo


def surface_of(terrain: Terrain) -> SurfaceInfo:
    """What is known of it. Raises TypeError for a plane through the parameters of another kind of problem."""
    if not isinstance(terrain.landmarks, SurfaceInfo):
        raise TypeError("a surface is needed, not a plane through parameters")
    return terrain.landmarks
