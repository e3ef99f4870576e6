"""The surfaces, by family: importing a family declares its members."""

from __future__ import annotations

# The order of declaration is the order of the menus.
# isort: off
from engine.problems.surface import bowls as bowls
from engine.problems.surface import valleys as valleys
from engine.problems.surface import saddles as saddles
from engine.problems.surface import several_minima as several_minima
from engine.problems.surface import many_minima as many_minima
from engine.problems.surface import kinks as kinks
from engine.problems.surface import papers as papers
from engine.problems.surface import demos as demos

# isort: on
from engine.problems.surface.catalogue import SURFACES, Surface, surface

__all__ = ["SURFACES", "Surface", "surface"]
