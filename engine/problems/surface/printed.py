"""The formula of a surface in print."""

from __future__ import annotations

from engine.choices import Choice
from engine.expressions.expression import parse
from engine.expressions.notation import ExpressionError
from engine.expressions.typesetting import typeset
from engine.problems.surface import SURFACES
from engine.problems.surface.task import Formula


def typeset_surface(surface: Choice | Formula) -> str:
    """The formula of a surface in print, its knobs as symbols."""
    if isinstance(surface, Formula):
        return typeset(parse(surface.text, ("x", "y", *surface.parameters)))
    entry = SURFACES[surface.kind]
    try:
        tree = parse(entry.formula, ("x", "y", *(knob.name for knob in entry.knobs)))
    except ExpressionError:  # a formula for display only
        return entry.formula
    return typeset(tree, {knob.name: knob.symbol for knob in entry.knobs if knob.symbol})
