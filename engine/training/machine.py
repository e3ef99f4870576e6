"""The mutable state of one run: the arrays that the training loop reads and writes.

A copy of a machine is a checkpoint that continues to the same numbers, bit for bit.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any, Self

import numpy as np

from engine.batches import BATCHES, ORDERS, Batch
from engine.blocks import block_table
from engine.contracts import Value
from engine.interruption import Interruption, Pieces, address_of
from engine.optimizers import OPTIMIZERS, context
from engine.optimizers.catalogue import AVERAGES, NONE
from engine.problems.kind import problem_of
from engine.problems.problem import Problem
from engine.schedules import SCHEDULES
from engine.setting import Setting
from engine.simd.alignment import aligned_zeros
from engine.training import loop, stream
from engine.training.block_rates import block_rates
from engine.training.drive import PART as DRIVE
from engine.training.drive import driven_knob, driven_layer, driven_layers
from engine.training.experiment import RunSettings, followed, of_run, of_theta, parameter_place
from engine.training.history import COLUMNS, NO_EXTREMES, History
from engine.training.looks import Looks
from engine.training.whole_step import whole_step

Array = np.ndarray

_COPIED = ("theta", "averaged", "slots", "hyper", "knobs", "memory", "controls", "stream")
_PROGRESS = (stream.DONE, stream.PART, stream.WITHIN, stream.HELD)  # of an evaluation under way
_EXTRA = 3  # after a schedule's memory: the length of the path, the previous update's loss, the best loss
_NOTHING = np.empty(0)
_NO_LOOKS, _NO_THETAS = np.empty(0, np.int64), np.empty((0, 0))
_ONE_BIN = 62  # a shift that puts every update into bin 0


class Machine:
    """theta (n,), the optimizer's slots, the schedule's memory and the stream, for one run's settings.

    changes: how often something was set from outside. An update that was interrupted is part of the state: `grad` and
    the stream hold what is known of its gradient, until something is set on which the gradient depends.
    """

    def __init__(
        self,
        problem: Problem,
        settings: RunSettings,
        stop: Mapping[str, Value],
        interruption: Interruption | None = None,
    ) -> None:
        self.problem = problem
        self.interruption = interruption
        self.changes = 0
        self.settings = settings
        self.theta = problem.start.copy()
        self.before = np.full_like(self.theta, np.nan)
        self.grad = np.zeros_like(self.theta)
        self.averaged = _NOTHING
        self._context = np.zeros(context.CONTEXT, np.int64)
        self.memory = np.array([0.0, 0.0, np.inf])
        self._notes: dict[str, tuple[str, int, int]] = {}  # where the memory of which schedule of a knob lies
        self.stream = np.zeros(stream.STREAM, np.int64)
        self.stream[stream.FLAG] = address_of(interruption)
        self.controls = np.zeros(loop.CONTROLS)
        self.stop_at(stop)
        self._load_problem()
        self._load_optimizer(fresh=True)
        self._load_schedules()
        self._load_settings()

    @property
    def update(self) -> int:
        return int(self.stream[stream.UPDATE])

    @property
    def counts(self) -> tuple[int, int, int]:
        """(updates, examples seen, gradient evaluations)."""
        return self.update, int(self.stream[stream.SEEN]), self.update + int(self.stream[stream.MORE_EVALUATIONS])

    @property
    def size(self) -> int:
        """Size of a copy in bytes."""
        return sum(int(getattr(self, name).nbytes) for name in _COPIED)

    def taken_with(self, count: int) -> Batch:
        """The batch of the next update, if its size is so many examples."""
        places = (stream.EPOCH, stream.CURSOR, stream.EXAMPLES, stream.ORDER)
        epoch, first, examples, order = (int(self.stream[place]) for place in places)
        if order != stream.REPLACED:
            count = min(count, examples - first)
        return Batch(epoch, first, count, examples, ORDERS[order])

    def copy(self) -> Self:
        """A checkpoint, without the objective's scratch memory and the last step."""
        twin = copy.copy(self)
        for name in _COPIED:
            setattr(twin, name, getattr(self, name).copy())
        # Memory that is not written to takes none: most checkpoints never take a step.
        twin.before = np.empty_like(self.before)
        if self.stream[stream.WITHIN] > 0:  # scratch memory holds the chunk for one of the two
            twin.stream[list(_PROGRESS)] = 0
        known = twin.stream[stream.DONE] or twin.stream[stream.ASKED]
        twin.grad = self.grad.copy() if known else np.empty_like(self.grad)
        twin._scratch, twin._context = np.empty_like(self._scratch), self._context.copy()
        twin._saved = np.empty_like(self._saved)
        return twin

    def with_scratch(self, scratch: dict[int, Array]) -> Self:
        """This checkpoint for another thread: it shares all but the scratch memory.

        scratch: what stands there for each memory, by the id of that.
        """
        twin = copy.copy(self)
        twin._work = scratch.setdefault(id(self._work), aligned_zeros(self._work.size))
        return twin

    def stop_at(self, stop: Mapping[str, Value]) -> None:
        """Set the stop rules that the loop watches (not the number of updates), and look for a plateau from here on."""
        self.look_for_plateau(self.update)
        self.watch(stop)

    def look_for_plateau(self, update: int) -> None:
        """Know of no loss that was better than those after an update."""
        self.memory[-1] = np.inf
        self.stream[stream.BEST_UPDATE] = update

    def watch(self, stop: Mapping[str, Value]) -> None:
        """Set the stop rules that the loop watches, which go on from what is known."""
        for place, name in (
            (loop.LOSS_BELOW, "loss_below"),
            (loop.GRADIENT_BELOW, "gradient_below"),
            (loop.PLATEAU_UPDATES, "plateau_updates"),
            (loop.PLATEAU_GAIN, "plateau_gain"),
        ):
            self.controls[place] = stop[name]

    def set(self, setting: Setting, value: Any) -> Any:
        """Change one setting between updates; returns it as a tweak keeps it. Raises SettingError.

        Choosing an optimizer or schedule resets its slots or memory, even if it is the same one; theta stays.
        """
        self.settings, task, kept = followed(self.settings, self.problem.task, setting, value)
        self.changes += 1
        if of_run(setting):
            self._load_optimizer(fresh=setting == Setting("optimizer"))
            self._load_schedules(setting)
            self._load_settings()
            if setting.part == "batch" or setting.path.startswith("drive.batch"):
                self._begin_epoch()
        elif of_theta(setting):
            self.theta[parameter_place(setting, self.theta.size)] = kept
            self._drop_gradient()
        else:
            self.problem = problem_of(task, self.interruption)
            self._load_problem()
            self._load_schedules(setting)
            self._load_settings()
        return kept

    @property
    def evaluated(self) -> Array:
        """theta (n,), or the running average of it that is to be measured and looked at in its place."""
        return self.averaged if self.averaged.size else self.theta

    def advance(self, updates: int, history: History, looks: Looks | None = None) -> int:
        """Take up to `updates` steps, for which `history` must have room; returns why they ended (see loop.advance).

        looks: keep there what is evaluated.
        """
        reason = self._advance(updates, history.last, history.low, history.high, history.shift, history.first, looks)
        history.updates = self.update
        return reason

    def repeat(self, updates: int, looks: Looks | None = None) -> int:
        """Take up to `updates` steps that are recorded already; returns why they ended, as `advance`."""
        row = np.zeros((len(COLUMNS), 1))
        return self._advance(updates, row, NO_EXTREMES, NO_EXTREMES, _ONE_BIN, 0, looks)

    def trial_step(self) -> Pieces[Array]:
        """Take one unrecorded step, ignoring the stop rules; its row of COLUMNS."""
        self._never_stop()
        row = np.full((len(COLUMNS), 1), np.nan)
        yield from self._go_on(self.update + 1, row)
        return row[:, 0]

    def measured(self, layers: bool) -> Pieces[tuple[Array, Array | None]]:
        """What Subject.measured tells at what is evaluated; of the layers only if they are asked for."""
        step = self.theta - self.before if layers else None
        return self.problem.measured(self.evaluated, step, *self.penalties, self.interruption)

    def measured_along(self, thetas: Array) -> Pieces[Array]:
        """What Subject.measured_along tells at thetas (b, n)."""
        return self.problem.measured_along(thetas, *self.penalties, self.interruption)

    @property
    def penalties(self) -> tuple[float, float]:
        """The weights of L1 and L2 in the loss."""
        values = self.settings.optimizer.values
        l1, l2 = (float(values[name]) for name in ("l1", "weight_decay"))  # type: ignore[arg-type]
        return l1, 0.0 if values["decoupled"] else l2

    def take_gradient(self, other: Machine) -> None:
        """Take over what another machine knows of the same gradient, if its update was interrupted.

        Within a chunk nothing is known without the scratch memory: the gradient begins again and takes whole chunks,
        so that it comes to its end however often this happens.
        """
        if other.stream[stream.ASKED]:
            return
        if other.stream[stream.WITHIN] > 0:
            self.grad = np.zeros_like(self.grad)
            self.stream[list(_PROGRESS)] = 0
            self.stream[stream.DONE], self.stream[stream.WITHIN] = 1, -1
        else:
            self.grad = other.grad
            for place in _PROGRESS:
                self.stream[place] = other.stream[place]

    def replay_to(self, update: int) -> Pieces[None]:
        """Replay to an update that was reached before, recording nothing."""
        self._never_stop()
        yield from self._go_on(update, np.zeros((len(COLUMNS), 1)))

    def loss_after(self, updates: int) -> Pieces[float | None]:
        """The loss `updates` later, recording nothing; None if a number is no longer finite by then."""
        self._never_stop()
        row = np.zeros((len(COLUMNS), 1))
        finite = yield from self._go_on(self.update + updates, row)
        return float(row[0, 0]) if finite else None

    def _go_on(self, target: int, row: Array) -> Pieces[bool]:
        """Take the steps up to an update, of which `row` holds the last; False if a number is no longer finite."""
        while self.update < target:
            reason = self._advance(target - self.update, row, NO_EXTREMES, NO_EXTREMES, _ONE_BIN, 0)
            if reason not in (loop.GOING, loop.INTERRUPTED):
                return False
            if self.update < target:
                yield
        return True

    def _never_stop(self) -> None:
        self.controls[loop.LOSS_BELOW] = -np.inf
        self.controls[loop.GRADIENT_BELOW] = self.controls[loop.PLATEAU_UPDATES] = 0.0

    def _advance(
        self, updates: int, last: Array, low: Array, high: Array, shift: int, first: int, looks: Looks | None = None
    ) -> int:
        due, seen = (_NO_LOOKS, _NO_THETAS) if looks is None else (looks.due(self.update), looks.thetas)
        whole = bool(self._asks or self._rates.size or self.averaged.size)
        self._context[context.KERNEL], self._context[context.ASKS] = self._step, self._asks
        for place, array in (
            (context.SCRATCH, self._scratch),
            (context.RATES, self._rates),
            (context.AVERAGED, self.averaged),
        ):
            self._context[place] = array.ctypes.data if array.size else 0
        return int(
            loop.advance(
                updates, self.problem.objective, self._schedule, whole_step.address if whole else self._step, self._own,
                self._owns_decay, self.theta, self.before, self.grad, self.slots, self.hyper, self.knobs,
                self.memory, self._saved, self.controls, self.stream, self._context, self._table, self._driven,
                self._bounds, self.problem.constants, self._work, last, low, high, shift, first,
                due, self.evaluated, seen,
            )
        )  # fmt: skip

    def _load_problem(self) -> None:
        """Switch to another problem for the same theta; a new epoch begins if its examples differ."""
        problem = self.problem
        self._work = aligned_zeros(max(problem.work_size, 1))
        self._table = block_table(problem.blocks)
        self._drop_gradient()
        self.stream[stream.SEED] = problem.seed
        self.stream[stream.EXAMPLES] = problem.examples
        self.controls[loop.NOISE] = problem.noise
        self._begin_epoch()

    def _drop_gradient(self) -> None:
        """Begin the update under way again: what is known of its gradient belongs to another one."""
        self.stream[[*_PROGRESS, stream.ASKED, stream.FIRST_LOSS]] = 0

    def _drop_step(self) -> None:
        """Begin the step under way again, if it has asked for a gradient that depends on what is set."""
        if self.stream[stream.ASKED]:
            self.stream[list(_PROGRESS)], self.stream[stream.ASKED] = 0, 1

    def _begin_epoch(self) -> None:
        self._drop_gradient()
        if self.stream[stream.CURSOR]:
            self.stream[stream.CURSOR] = 0
            self.stream[stream.EPOCH] += 1

    def _load_optimizer(self, fresh: bool) -> None:
        choice = self.settings.optimizer
        entry = OPTIMIZERS[choice.kind]
        self._step, self._own = entry.kernel.address, sum(knob.width for knob in entry.knobs[: entry.own])
        self._asks, self._owns_decay = int(entry.asks), int(entry.owns_decay)
        # After the optimizer's own numbers come the rates of layers that schedules drive, as these have them now.
        self.hyper = np.array([*choice.packed(entry.knobs), *(1.0 for _ in self._driven_layers)])
        self._drop_step()
        if fresh:
            self.slots = np.zeros(max(entry.size(self.theta.size), 1))
            self._scratch = np.zeros(max(entry.scratch(self.problem.blocks), 1))
            self.stream[stream.OPTIMIZER_UPDATE] = self.update
        self._load_average()

    def _load_average(self) -> None:
        """Begin a running average as a copy of theta where one has been chosen, and leave it where it no longer is."""
        average = self.settings.optimizer.values["average"]
        if average == AVERAGES[NONE]:
            self.averaged = _NOTHING
        elif not self.averaged.size:
            self.averaged = self.theta.copy()
            self.stream[stream.AVERAGED] = 0

    def _load_schedules(self, changed: Setting | None = None) -> None:
        """Load the schedule of the learning rate, and those of the knobs that others drive, one after the other.

        changed: what has been set; a schedule that was chosen anew, or for another knob, begins with no memory.
        """
        settings = self.settings
        schedules = {"schedule": settings.schedule} | {f"{DRIVE}.{path}": driver for path, driver in settings.drive}
        notes: dict[str, tuple[str, int, int]] = {}
        parts: list[Array] = []
        knobs: list[float] = []
        rows, bounds = [], []
        for path, choice in schedules.items():
            entry, size = SCHEDULES[choice.kind], sum(part.size for part in parts)
            kind, start, stop = self._notes.get(path, ("", 0, 0))
            stays = kind == choice.kind and (changed is None or changed.path != path)
            parts.append(self.memory[start:stop] if stays else np.zeros(entry.memory))
            notes[path] = choice.kind, size, size + entry.memory
            if path != "schedule":
                target, whole, bound = self._target(path.removeprefix(f"{DRIVE}."))
                rows.append((entry.kernel.address, target, len(knobs), size, whole))
                bounds.append(bound)
            knobs += choice.packed(entry.knobs)
        self._schedule, self._notes = SCHEDULES[settings.schedule.kind].address, notes
        self.knobs = np.array(knobs or [0.0])
        self.memory = np.concatenate([*parts, self.memory[-_EXTRA:]])
        self._driven = np.array(rows, np.int64).reshape(-1, loop.DRIVEN)
        self._bounds = np.array(bounds).reshape(-1, loop.BOUNDS)
        self._saved = np.empty_like(self.memory) if self._asks or rows else _NOTHING

    def _target(self, path: str) -> tuple[int, bool, tuple[float, float, float]]:
        """Of a driven knob: its place (see loop.TARGET), whether it is a whole number, and (base, low, high)."""
        settings = self.settings
        hyper = driven_knob(path, settings.optimizer, settings.batch)
        base = float(settings.value(path))  # type: ignore[arg-type]
        bound = base, hyper.low, hyper.high
        if path.startswith("batch."):
            return loop.BATCH_SIZE, True, (base, hyper.low, float(self.problem.examples))
        knobs = OPTIMIZERS[settings.optimizer.kind].knobs
        if (title := driven_layer(path)) is not None:
            return self._driven_layers[title], False, bound
        place = sum(knob.width for knob in knobs[: knobs.index(hyper)])
        return place, hyper.kind == "integer", bound

    @property
    def _driven_layers(self) -> dict[str, int]:
        """The layers whose rates a schedule drives, by their titles, and where in hyper these are."""
        begin = sum(knob.width for knob in OPTIMIZERS[self.settings.optimizer.kind].knobs)
        return {title: begin + place for place, title in enumerate(driven_layers(self.settings.drive))}

    @property
    def driven(self) -> dict[str, float]:
        """The knobs that a schedule drives, by their paths, as the last update has taken them."""
        names = [path for path, _ in self.settings.drive]
        places = self._driven[:, loop.TARGET].tolist()
        return {
            name: float(self.stream[stream.BATCH] if place == loop.BATCH_SIZE else self.hyper[place])
            for name, place in zip(names, places, strict=True)
        }

    @property
    def block_rates(self) -> Array:
        """(k,): how many times as far as its step each block goes; empty if all go as far as it."""
        if not self._rates.size:
            return self._rates
        fixed, places = self._rates[0], self._rates[1].astype(np.int64)
        return np.where(places >= 0, fixed * self.hyper[places], fixed)

    def _load_settings(self) -> None:
        settings, problem = self.settings, self.problem
        rates = block_rates(problem.task, problem.blocks, settings.rates, self._driven_layers)
        self._rates = rates if (rates[0] != 1.0).any() or (rates[1] >= 0.0).any() else _NOTHING
        self.controls[loop.RATE] = settings.learning_rate
        self.controls[loop.WARMUP] = settings.warmup
        self.controls[loop.WARMUP_START] = settings.warmup_start
        batch = BATCHES[settings.batch.kind]
        self.stream[stream.BATCH] = batch.size(settings.batch.values, problem.examples)
        self.stream[stream.ORDER] = batch.order(settings.batch.values) if problem.ordered else stream.REPLACED
