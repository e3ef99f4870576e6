"""What became of a run, as named numbers: for the table of `run`, and for the library."""

from __future__ import annotations

import math

from engine import LOSS, WATCHED, Interruption, Measure, Pieces, RunPicture, SessionPicture


def result_measures(picture: SessionPicture) -> tuple[Measure, ...]:
    """The measures of the whole that count as results, besides the loss."""
    whole = (measure for measure in picture.measures if not measure.by_layer and measure.tier != "expert")
    return tuple(measure for measure in whole if measure.role != LOSS)


def results(
    picture: SessionPicture, run: RunPicture, interruption: Interruption | None = None
) -> Pieces[dict[str, float]]:
    """Results by their names, NaN where unknown: `loss`, the measures, and of the one that is watched the best.

    They are measured in pieces, at the parameters with which the run is looked at, and without penalties.
    """
    measures = result_measures(picture)
    watched = next((measure for measure in measures if measure.role == WATCHED), None)
    found = {"loss": run.shown.loss}
    if measures:
        values, _ = yield from run.shown.problem.measured(run.shown.evaluated, None, 0.0, 0.0, interruption)
        exact = run.measures.of_role(LOSS, values)
        found["loss"] = run.shown.loss if math.isnan(exact) else exact
        named = dict(zip(run.measures.names, values.tolist(), strict=True))
        found |= {measure.key: named.get(measure.key, math.nan) for measure in measures}
    if watched is not None:
        best = run.best
        found[f"best_{watched.key}"] = best.loss if best is not None else math.nan
        found["best_update"] = best.update if best is not None else math.nan
    return found
