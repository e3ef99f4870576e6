"""The surfaces, by family: importing a family declares its members."""

from __future__ import annotations

# The order of declaration is the order of the menus.
# isort: off
from engine.surfaces import bowls as bowls
from engine.surfaces import valleys as valleys
from engine.surfaces import saddles as saddles
from engine.surfaces import several_minima as several_minima
from engine.surfaces import many_minima as many_minima
from engine.surfaces import kinks as kinks
from engine.surfaces import papers as papers
from engine.surfaces import demos as demos

# isort: on
from engine.surfaces.catalogue import SURFACES, Surface, surface

__all__ = ["SURFACES", "Surface", "surface"]
