from __future__ import annotations

import numpy as np

from app.stage.examples.images import ImagesView
from app.stage.examples.reconstructions import ReconstructionsView
from engine import Session, new_network, new_run

ADAM = new_run("adam", learning_rate=0.01, batch=32)
AUTO = {"target": "inputs", "look": False, "updates": (0, 30)}


def test_it_is_for_autoencoders_of_several_numbers():
    for data, settings, fits in (
        ("digits", {"target": "inputs"}, True),
        ("digits", {}, False),
        ("iris", {"target": "inputs"}, True),
        ("line", {"target": "inputs"}, False),
        ("sine", {"target": "inputs"}, False),
    ):
        picture = Session(new_network(data, ["sgd"], **settings)).picture()
        assert ReconstructionsView.fits(picture) == fits
        assert not (fits and ImagesView.fits(picture))


def test_images_stand_beside_what_is_made_of_them(make, shown):
    data = {"kind": "digits", "samples": 60}
    picture, snapshots = make.learned(data, [ADAM], (8,), scaling="common", loss="half_sse", **AUTO)
    view = shown(ReconstructionsView, (picture, snapshots))
    assert view.tiles.count == 12 and view.tiles.image(0).width() == 17
    told = view.title.text()
    assert "Validation: loss" in told and "PCA with 8 components" in told
    before = view.tiles.image(0)
    view.show_snapshot(snapshots[0])
    after = view.tiles.image(0)
    same = [before.pixel(x, y) == after.pixel(x, y) for x in range(17) for y in range(8)]
    assert all(same[: 8 * 8]), "the originals" and not all(same[9 * 8 :])
    view.part.button("training").click()
    assert view.tiles.count == 48 and view.view() == {"network_reconstructions_part": "training"}
    view.tiles.point(0)
    assert view.card.isVisible() and "root mean square error" in view.card.text


def test_columns_are_lines_and_their_error_is_told(make, shown):
    picture, snapshots = make.learned("iris", [ADAM], (2,), scaling="standardise", **AUTO)
    view = shown(ReconstructionsView, (picture, snapshots))
    last = snapshots[-1]
    missed = last.predicted.predictions - last.learner.data.targets
    example = view.tiles.examples[3]
    assert np.isclose(view.tiles.errors(np.array([example]))[0], np.sqrt((missed[example] ** 2).mean()))
    assert not view.grab().isNull()
