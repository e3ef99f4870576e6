"""Publishes the training for the views, and requests the snapshots and loss slices that they show."""

from __future__ import annotations

import time

from app.workers.loss_slices import LossSlices
from app.workers.published import Published
from app.workers.snapshots import SnapshotRequest, Snapshots
from app.workers.training import Training
from engine import SessionPicture, SliceRequest, path_request

PATH_SECONDS = 0.2  # between two looks at the paths of runs that move


class Publisher:
    """Replaces `newest` in one assignment; requests snapshots and loss slices of the selected run as it is shown."""

    def __init__(self, snapshots: Snapshots, slices: LossSlices) -> None:
        self.newest: Published | None = None
        self._snapshots, self._slices = snapshots, slices
        self._sliced: SliceRequest | None = None
        self._last_paths = 0.0

    def publish(self, training: Training) -> None:
        pace, history = training.pace, training.history
        picture = training.picture()
        self._request_snapshot(training, picture)
        self._request_slice(training, picture)
        self.newest = Published(
            picture=picture,
            document=training.document,
            serial=training.serial,
            playing=training.playing,
            speed=pace.speed,
            updates_per_second=pace.reached_rate if training.playing else 0.0,
            clocks=training.clocks.published(training.session.runs),
            replaying=training.replaying,
            can_stop=training.can_stop,
            recompute_seconds=training.recompute_seconds,
            undo_label=history.undo_label,
            redo_label=history.redo_label,
        )

    def _request_snapshot(self, training: Training, picture: SessionPicture) -> None:
        focus = training.focus
        shown = next((run.shown for run in picture.runs if run.id == focus.run), None)
        understands = picture.subject.understands
        queries = frozenset(query for query in focus.queries if understands(type(query)))
        if queries and shown is not None:
            request = SnapshotRequest(picture.problem, shown.evaluated, queries, focus.run, shown.update)
            self._snapshots.request(request, training.moving)

    def _request_slice(self, training: Training, picture: SessionPicture) -> None:
        """Ask for a loss slice if one is shown: at once in a pause, now and then while the runs move."""
        focus, subject = training.focus, picture.subject
        # What a view has asked for may wait while another problem takes the place of its own.
        has_slices = subject.tracked and not subject.sampled and picture.problem.start.size > 1
        if focus.slice is None or not has_slices:
            self._slices.rest()
            return
        if all(run.id != focus.run for run in picture.runs):
            return
        now = time.perf_counter()
        soon = now - self._last_paths < PATH_SECONDS or self._slices.resting
        if training.moving and focus.slice == self._sliced and soon:
            return
        self._sliced, self._last_paths = focus.slice, now
        self._slices.request(path_request(picture, training.session, focus.run, focus.slice, training.moving))
