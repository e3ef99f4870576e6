"""The task of training a network: data, shape, loss, initial weights; everything runs of a race share."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from engine.architectures.activations import ACTIVATIONS
from engine.architectures.catalogue import Architecture, Design, Layer, network_of
from engine.architectures.convolutional.network import MAX_STAGES
from engine.architectures.convolutional.stages import STAGES, USUAL_STAGES
from engine.architectures.initializers import INITIALIZERS
from engine.architectures.losses import LOSSES
from engine.architectures.members import ARCHITECTURES, PERCEPTRON
from engine.choices import Choice, choose, plain
from engine.contracts import Check, Hyper, SettingError, Tier, native, no_check, shown
from engine.data.catalogue import DATASETS
from engine.data.examples import INPUTS, LABEL, TargetShape
from engine.data.features import FEATURES, SCALINGS, possible_features
from engine.data.source import (
    count_of,
    example_shape,
    examples_of,
    group_name,
    is_text,
    shape_of,
    target_shape_of,
    vocabulary,
)
from engine.data.splits import GROUPED, SHUFFLED, SPLITS, STRATIFIED
from engine.data.table import Table, checked_table
from engine.data.texts import CONTEXT
from engine.data.weights import CLASS_WEIGHTS, check_class_weights
from engine.memory import MAX_ACTIVATIONS, Need, needed, refuse_beyond_limit
from engine.problems.supervised.queries import understood
from engine.queries import Query
from engine.setting import Setting
from engine.validation import Entries, checked, chosen, text

MAX_LAYERS = 8

UNITS = Hyper("units", "", 4, 1, 512, kind="integer", log=True, slider=(1, 64), help="units of the layer", tier="basic")
SHARE = Hyper(
    "share",
    "",
    0.5,
    0.01,
    1.0,
    slider=(0.1, 0.9),
    help="the part of the examples that is learned from; the rest validates",
)
SPLIT = Hyper(
    "split",
    "",
    SHUFFLED,
    kind="choice",
    options=tuple(SPLITS),
    help="which of the examples are learned from",
    tier="expert",
)
TARGET = Hyper(
    "target",
    "",
    LABEL,
    kind="choice",
    options=(LABEL, INPUTS),
    titles=("as given", "the inputs"),
    help="as given: what the data tell of each example; the inputs: an autoencoder, which answers with what it reads",
)
DROPOUT = Hyper(
    "dropout",
    "p",
    0.0,
    0.0,
    0.95,
    slider=(0.0, 0.8),
    help="the share of each hidden layer's activations that an update leaves out; "
    "the others are divided by what is kept",
)
RESIDUAL = Hyper(
    "residual",
    "",
    False,
    kind="switch",
    help="each hidden layer as wide as what it reads adds that to its activations",
    tier="expert",
)
BATCH_SEED = Hyper(
    "seed",
    "",
    1,
    0,
    2**53,
    kind="integer",
    slider=(0, 999),
    help="of the order of the examples, and of dropout",
    tier="expert",
)
DATA_SEED = Hyper(
    "data_seed",
    "",
    1,
    0,
    2**53,
    kind="integer",
    slider=(0, 999),
    help="of the examples, their noise and the split",
    tier="expert",
)
WEIGHT_SEED = Hyper(
    "weight_seed", "", 1, 0, 2**53, kind="integer", slider=(0, 999), help="of the initial weights", tier="expert"
)

ADD_POINT, ERASE_POINTS = Setting("data", "add"), Setting("data", "erase")
POINT_EDITS = (ADD_POINT, ERASE_POINTS)  # edits of the data by hand

EDITED = ", edited"  # at the end of the name of data that were changed by hand
_USUAL = ("x", "y")  # the features of one or two inputs unless others are chosen
_TABLE_SHARE = 0.8  # of an imported table that is learned from, unless it is said

_PLAIN = {hyper.name: hyper for hyper in (SHARE, SPLIT, DROPOUT, RESIDUAL, BATCH_SEED, DATA_SEED, WEIGHT_SEED)}


_PERCEPTRON = choose(ARCHITECTURES, PERCEPTRON.key)
_SAME = choose(CLASS_WEIGHTS, "none")
# Of the settings that only some architectures have, what a network begins with.
_PARTS: dict[str, Any] = {"hidden": (Layer(4), Layer(2)), "residual": False, "dropout": 0.0, "stages": USUAL_STAGES}
OWN_PARTS = ("architecture", "initializer", *_PARTS)  # what a run may have for itself: its network


@dataclass(frozen=True, slots=True)
class NetworkTask:
    """Train a network on data, from the same initial weights for every run.

    architecture: a choice of ARCHITECTURES; of hidden, residual, dropout and stages (choices of STAGES) only those that
    it has count, the others keep what they begin with. features and scaling say how the examples reach the first layer,
    target (LABEL or INPUTS) what the network is to answer, target_scaling what a regression's answers mean, share how
    many of them are learned from, split how those are chosen, class_weights (a choice of CLASS_WEIGHTS) how much they
    count. seed: of the batches; data_seed: of the examples; weight_seed: of the initial weights.
    """

    data: Choice | Table
    hidden: tuple[Layer, ...]
    output: str
    loss: Choice
    initializer: Choice
    features: tuple[str, ...]
    scaling: str = "none"
    target_scaling: str = "none"
    share: float = 0.5
    split: str = SHUFFLED
    residual: bool = False
    dropout: float = 0.0
    seed: int = 1
    data_seed: int = 1
    weight_seed: int = 1
    architecture: Choice = _PERCEPTRON
    stages: tuple[Choice, ...] = USUAL_STAGES
    class_weights: Choice = _SAME
    target: str = LABEL

    KIND: ClassVar[str] = "network"
    SEEDS: ClassVar[tuple[str, ...]] = ("seed", "data_seed", "weight_seed")
    TIERS: ClassVar[Mapping[str, Tier]] = {  # of what is chosen from a catalogue
        "data": "basic",
        "architecture": "basic",
        "hidden": "basic",
        "stages": "basic",
        "output": "more",
        "features": "more",
        "scaling": "more",
        "target_scaling": "more",
        "class_weights": "more",
        "loss": "more",
        "initializer": "more",
    }

    @property
    def title(self) -> str:
        """The name of the data, for people; edits by hand do not change it."""
        if isinstance(self.data, Table):
            return self.data.name.removesuffix(EDITED)
        return DATASETS[self.data.kind].title

    @property
    def classes(self) -> int:
        """How many classes there are to be told; 0 for a regression."""
        return self.target_shape.classes

    @property
    def target_shape(self) -> TargetShape:
        """What an example is answered with."""
        return target_shape_of(self.data, self.features, self.target)

    @property
    def inputs(self) -> int:
        """How many inputs an example has, before features are made of them."""
        return shape_of(self.data, self.features)[1]

    @property
    def purpose(self) -> str:
        return "classification" if self.classes else "regression"

    @property
    def form(self) -> Architecture:
        """The architecture itself."""
        return ARCHITECTURES[self.architecture.kind]

    @property
    def design(self) -> Design:
        """What the network is made from."""
        inputs, target = shape_of(self.data, self.features)[0], self.target_shape
        shape, is_image = self._shape_for(self.form)
        inputs = math.prod(shape) if self.one_hot else inputs
        return Design(
            architecture=self.architecture,
            inputs=inputs,
            shape=shape,
            is_image=is_image,
            outputs=LOSSES[self.loss.kind].outputs(target.classes) if target.classes else target.width,
            output=self.output,
            loss=self.loss,
            hidden=self.hidden,
            residual=self.residual,
            dropout=self.dropout,
            stages=self.stages,
            tokens=0 if self.one_hot else len(vocabulary(self.data)),
            steps=target.steps,
        )

    @property
    def one_hot(self) -> bool:
        """Whether the examples are tokens that the architecture reads one-hot."""
        return bool(vocabulary(self.data)) and not self.form.embeds

    @property
    def is_table(self) -> bool:
        """Whether the examples are all pairs of two tokens, see Dataset."""
        return isinstance(self.data, Choice) and DATASETS[self.data.kind].table

    def _shape_for(self, form: Architecture) -> tuple[tuple[int, ...], bool]:
        """The shape of an example as an architecture reads it, and whether it is an image."""
        shape, is_image = example_shape(self.data)
        tokens = vocabulary(self.data)
        return (*shape, *([len(tokens)] if tokens and not form.embeds else [])), is_image

    @property
    def network(self) -> Any:
        """The network, as its architecture makes it. Raises SettingError if its parts do not fit each other."""
        return network_of(self.design)

    def understands(self, query: type[Query[Any]]) -> bool:
        """Whether such a network answers queries of this type."""
        own, tokens = self.form.answered(self.network), bool(vocabulary(self.data))
        return understood(query, own, self.target_shape, tokens, is_text(self.data, self.target))

    @property
    def possible_architectures(self) -> tuple[str, ...]:
        """The keys of the architectures that take examples of these data."""
        steps = self.target_shape.steps
        return tuple(key for key, form in ARCHITECTURES.items() if not form.unfit(*self._shape_for(form), steps))

    @property
    def parameters(self) -> int:
        return int(self.network.parameters)

    @property
    def layout(self) -> tuple[object, ...]:
        return self.form.layout(self.network)

    @property
    def identity(self) -> tuple[object, ...]:
        if isinstance(self.data, Table):  # examples may be drawn and erased
            return "table", self.data.name, self.data.columns, self.data.target
        return "network", self.data.kind

    def to_dict(self, tables: Callable[[Table], Any] = Table.to_dict) -> dict[str, Any]:
        """tables: what stands for a table."""
        return {
            "data": {"table": tables(self.data)} if isinstance(self.data, Table) else self.data.to_dict(),
            "features": list(self.features),
            "scaling": self.scaling,
            "target_scaling": self.target_scaling,
            "share": self.share,
            "split": self.split,
            **({} if self.target == LABEL else {"target": self.target}),
            **({} if self.class_weights == _SAME else {"class_weights": self.class_weights.to_dict()}),
            **({} if self.form is PERCEPTRON else {"architecture": self.architecture.to_dict()}),
            **{name: plain(getattr(self, name)) for name in self.form.parts},
            "output": self.output,
            "loss": self.loss.to_dict(),
            "initializer": self.initializer.to_dict(),
            "seed": self.seed,
            "data_seed": self.data_seed,
            "weight_seed": self.weight_seed,
        }

    def having(self, setting: str | Setting, value: Any) -> NetworkTask:
        """This task with one setting changed. Raises SettingError.

        Settings are the fields, a knob of a choice among them (`data.noise`), `hidden.2.activation` and
        `hidden.2.units` (layers from 1), `stages.2` and `stages.2.kernel`, `data.add` (inputs..., target) and
        `data.erase` (see Table). Other data and another target bring features, a loss and an architecture that fit
        them, where the old ones do not; another architecture begins with its usual parts; a loss of logits brings an
        output without activation.
        """
        setting = Setting.of(setting)
        part = setting.part
        changed: Any
        try:
            if part in _PARTS and part not in self.form.parts:
                raise SettingError(f"the architecture {self.form.title} has no such setting")
            if part == TARGET.name and setting.is_whole:
                changed = _replaced(self, part, TARGET.check(value)).fitted()
            elif part in _PLAIN and setting.is_whole:
                changed = _replaced(self, part, _PLAIN[part].check(value))
            elif part == "data":
                changed = self._with_data(setting, value)
            elif part == "hidden":
                changed = replace(self, hidden=_hidden_with(self.hidden, setting, value))
            elif part == "stages":
                changed = replace(self, stages=_stages_with(self.stages, setting, value))
            elif part == "architecture":
                changed = self._with_architecture(_choice(ARCHITECTURES, self.architecture, setting, value))
            elif part in _CHOICES:
                changed = _replaced(self, part, _choice(_CHOICES[part], getattr(self, part), setting, value))
                if changed.loss.kind != self.loss.kind and LOSSES[changed.loss.kind].squash != "clip":
                    changed = replace(changed, output="identity")  # these take what comes before a sigmoid
            elif part in _KEYS and setting.is_whole:
                changed = _replaced(self, part, _key(_KEYS[part], value))
            elif part == "features" and setting.is_whole:
                changed = replace(self, features=_features(value))
            else:
                raise SettingError(f"a network has no setting {shown(setting.path, 60)}")
        except SettingError as error:
            raise error.at(part) from None
        return checked_network(changed)

    def _with_data(self, setting: Setting, value: Any) -> NetworkTask:
        data = self.data
        if setting in POINT_EDITS:
            if target_shape_of(data, self.features, LABEL).kind not in ("class", "value"):
                raise SettingError("points are drawn where an example has one class or one number as its target")
            table, numbers = drawn(data, self.data_seed), _numbers(value)
            changed = table.with_point(numbers) if setting == ADD_POINT else table.without_points(numbers)
            return replace(self, data=changed)
        if not setting.is_whole:
            if isinstance(data, Table):
                if not data.context or setting.rest != CONTEXT.name:
                    raise SettingError(f"a table has no setting {shown(setting.rest)}")
                resized = replace(data, context=int(CONTEXT.check(value)))  # type: ignore[arg-type]
                return replace(self, data=checked_table(resized)).fitted()
            return replace(self, data=choose(DATASETS, data.kind, {**data.values, setting.rest: value})).fitted()
        other = _data(value, "")
        usual = {"target_scaling": _usual_target_scaling(other), "split": usual_split(other)}
        return replace(self, data=other, **usual).fitted()  # type: ignore[arg-type]

    def _with_architecture(self, choice: Choice) -> NetworkTask:
        """With another architecture, which begins with its usual parts, or with other knobs of the same."""
        if choice.kind == self.architecture.kind:
            return replace(self, architecture=choice)
        return replace(self, architecture=self._reading(choice), **_PARTS)

    def _reading(self, choice: Choice) -> Choice:
        """The architecture, on a text as one that does not see what comes."""
        return ARCHITECTURES[choice.kind].reading(choice) if is_text(self.data, self.target) else choice

    def fitted(self) -> NetworkTask:
        """With features, a loss, weights and an architecture that go with the data, where those that are set do not."""
        task = replace(self, features=fitting_features(self.data, self.features))
        if vocabulary(task.data):
            task = replace(task, scaling="none")
        if task.purpose not in LOSSES[task.loss.kind].purposes:
            task = replace(task, loss=choose(LOSSES, default_loss(task.classes)), output="identity")
        try:
            check_class_weights(task.class_weights, task.target_shape)
        except SettingError:
            task = replace(task, class_weights=_SAME)
        if task.form is PERCEPTRON and task.target_shape.steps == 1:
            return task
        task = replace(task, architecture=task._reading(task.architecture))
        usual = replace(task, architecture=task._reading(choose(ARCHITECTURES, task.architecture.kind)), **_PARTS)
        keys = task.possible_architectures
        others = (replace(usual, architecture=task._reading(choose(ARCHITECTURES, key))) for key in keys)
        for possible in (task, usual, *others):
            with suppress(SettingError):
                _ = possible.network
                return possible
        return usual._with_architecture(_PERCEPTRON)

    def continues(self, other: object) -> bool:
        """Whether a run on this task can go on with the other: theta has the same layout and the same beginning."""
        return isinstance(other, NetworkTask) and self._beginning == other._beginning

    @property
    def _beginning(self) -> tuple[object, ...]:
        begun = self.form.beginning(self.network)
        # Of a text other things are measured.
        return (*begun, self.initializer, self.weight_seed, self.seed, is_text(self.data, self.target))

    def differences(self, other: NetworkTask) -> dict[str, Any]:
        """The settings that make the other of this one, where `continues` holds."""
        found = {name: getattr(other, name) for name in self.__slots__ if getattr(self, name) != getattr(other, name)}
        if "data" in found and usual_split(other.data) != other.split:  # which the data would bring with them
            found["split"] = other.split
        return found

    def value(self, setting: str | Setting) -> Any:
        """What a tweak of the setting keeps: the checked value."""
        setting = Setting.of(setting)
        found = getattr(self, setting.part)
        if setting.is_whole:
            return found
        if setting.part == "hidden":
            assert setting.place is not None and setting.knob is not None
            return getattr(self.hidden[setting.place - 1], setting.knob)
        if setting.part == "stages":
            assert setting.place is not None
            stage = self.stages[setting.place - 1]
            return stage if setting.knob is None else stage.values[setting.knob]
        if isinstance(found, Table) and setting.rest == CONTEXT.name:
            return found.context
        return found.values[setting.rest] if isinstance(found, Choice) else found


_CHOICES: dict[str, Any] = {"class_weights": CLASS_WEIGHTS, "loss": LOSSES, "initializer": INITIALIZERS}
_KEYS: dict[str, Any] = {"output": ACTIVATIONS, "scaling": SCALINGS, "target_scaling": SCALINGS}


def _replaced(task: NetworkTask, name: str, value: Any) -> NetworkTask:
    return replace(task, **{name: value})


def default_loss(classes: int) -> str:
    """The usual loss for so many classes; 0 is a regression."""
    return "mse" if classes == 0 else "bce" if classes == 2 else "softmax"


def fitting_features(data: Choice | Table, features: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the features that the data allow, or the usual ones if that leaves none."""
    inputs = data.width if isinstance(data, Table) else DATASETS[data.kind].inputs
    possible = possible_features(inputs)
    return tuple(key for key in features if key in possible) or tuple(key for key in _USUAL if key in possible)


def _usual_share(data: Choice | Table) -> float:
    return _TABLE_SHARE if isinstance(data, Table) else DATASETS[data.kind].share


def usual_split(data: Choice | Table) -> str:
    """How new data are split: an imported table may have classes of one example only."""
    split = isinstance(data, Table) and data.classes and not data.drawn and not data.context
    return STRATIFIED if split else SHUFFLED


def split_knob(data: Choice | Table) -> Hyper:
    """The knob of the split, with those that the data allow, in their words: `by voice`."""
    possible = tuple(split for split in SPLITS if split != GROUPED or group_name(data))
    titles = tuple(f"by {group_name(data)}" if split == GROUPED else split for split in possible)
    told = "; ".join(f"{title}: {SPLITS[split]}" for split, title in zip(possible, titles, strict=True))
    return replace(SPLIT, default=usual_split(data), options=possible, titles=titles, help=told)


def _usual_target_scaling(data: Choice | Table) -> str:
    """Imported numbers may have any size; a network's first answers are about 1."""
    if isinstance(data, Table):
        return "none" if data.classes or data.drawn else "standardise"
    return DATASETS[data.kind].target_scaling


def _begun_with(data: Choice | Table, target: TargetShape) -> str:
    """The architecture of a network on data that do not say which: the first that gives such answers."""
    shape = example_shape(data)
    fitting = (key for key, form in ARCHITECTURES.items() if not form.unfit(*shape, target.steps))
    return next(fitting, PERCEPTRON.key)


def drawn(data: Choice | Table, seed: int) -> Table:
    """The data as a table that can be edited by hand."""
    if isinstance(data, Table):
        return replace(data, drawn=True)
    examples = examples_of(data, seed)
    title = DATASETS[data.kind].title
    return Table(
        f"{title}{EDITED}", examples.names, examples.target, examples.inputs, examples.targets, examples.classes, True
    )


def network_task(entries: Entries, check: Check = no_check) -> NetworkTask:
    """Read a task from a file's entries. check: see Table.from_dict. Raises SettingError."""
    data = _data(entries.take("data"), entries.at("data"), check)
    features = entries.checked("features", _features, list(fitting_features(data, ())))
    target = str(entries.hyper(TARGET))
    wanted = target_shape_of(data, fitting_features(data, features), target)
    architecture = entries.choice("architecture", ARCHITECTURES, _begun_with(data, wanted))
    task = NetworkTask(
        data=data,
        target=target,
        features=features,
        scaling=entries.checked("scaling", lambda value: _key(SCALINGS, value), "none"),
        target_scaling=entries.checked(
            "target_scaling", lambda value: _key(SCALINGS, value), _usual_target_scaling(data)
        ),
        share=entries.hyper(replace(SHARE, default=_usual_share(data))),  # type: ignore[arg-type]
        split=entries.hyper(SPLIT),  # type: ignore[arg-type]
        class_weights=entries.choice("class_weights", CLASS_WEIGHTS, "none"),
        output=entries.checked("output", lambda value: _key(ACTIVATIONS, value), "identity"),
        loss=entries.choice("loss", LOSSES, default_loss(wanted.classes)),
        initializer=entries.choice("initializer", INITIALIZERS, "glorot_uniform"),
        seed=entries.hyper(BATCH_SEED),  # type: ignore[arg-type]
        data_seed=entries.hyper(DATA_SEED),  # type: ignore[arg-type]
        weight_seed=entries.hyper(WEIGHT_SEED),  # type: ignore[arg-type]
        architecture=architecture,
        **_read_parts(entries, ARCHITECTURES[architecture.kind]),
    )
    entries.close()
    try:
        return checked_network(task)
    except SettingError as error:
        raise error.at(entries.path) from None


def own_network(task: NetworkTask) -> tuple[tuple[str, Any], ...]:
    """What makes the network of a task, as a run has it for itself."""
    return tuple((name, getattr(task, name)) for name in ("architecture", "initializer", *task.form.parts))


def with_own_network(task: NetworkTask, own: tuple[tuple[str, Any], ...]) -> NetworkTask:
    """The task with another network on its data. Raises SettingError if that does not fit them."""
    return checked_network(replace(task, **{**_PARTS, **dict(own)}))


def read_own_network(entries: Entries, task: NetworkTask) -> tuple[tuple[str, Any], ...]:
    """The network that a run has for itself, from a file's entries. Raises SettingError."""
    architecture = entries.choice("architecture", ARCHITECTURES, PERCEPTRON.key)
    initializer = entries.choice("initializer", INITIALIZERS, task.initializer.kind)
    parts = _read_parts(entries, ARCHITECTURES[architecture.kind])
    entries.close()
    try:
        return own_network(checked_network(replace(task, architecture=architecture, initializer=initializer, **parts)))
    except SettingError as error:
        raise error.at(entries.path) from None


def _read_parts(entries: Entries, form: Architecture) -> dict[str, Any]:
    """The settings that only some architectures have: those of this one from a file, the others as they begin."""
    read: dict[str, Callable[[], Any]] = {
        "hidden": lambda: entries.checked("hidden", _hidden, plain(_PARTS["hidden"])),
        "residual": lambda: entries.hyper(RESIDUAL),
        "dropout": lambda: entries.hyper(DROPOUT),
        "stages": lambda: entries.checked("stages", _stages, plain(_PARTS["stages"])),
    }
    for name in read:
        if name in entries and name not in form.parts:
            raise SettingError(f"the architecture {form.title} has no such setting", entries.at(name))
    return {name: read[name]() if name in form.parts else value for name, value in _PARTS.items()}


def checked_network(task: NetworkTask) -> NetworkTask:
    """The task, if its parts go together and it fits into memory. Raises SettingError."""
    if len(task.hidden) > MAX_LAYERS:
        raise SettingError(f"there may be up to {MAX_LAYERS} hidden layers, got {len(task.hidden)}", "hidden")
    fitting = fitting_features(task.data, task.features)
    if not task.features and fitting:
        raise SettingError("a network reads at least one feature", "features")
    if fitting != task.features:
        raise SettingError(f"of these data the features are {', '.join(fitting) or 'their columns'}", "features")
    if vocabulary(task.data) and task.scaling != "none":
        told = f"the inputs are tokens, which are names and not numbers: {SCALINGS[task.scaling].title} makes no sense"
        raise SettingError(f"{told}, use none", "scaling")
    possible = split_knob(task.data).options
    if task.split not in possible:
        told = f"the examples of {task.title} belong to no groups (such as voices), got {task.split}"
        raise SettingError(f"{told}: use {' or '.join(possible)}", "split")
    loss = LOSSES[task.loss.kind]
    if task.purpose not in loss.purposes:
        raise SettingError(f"{loss.title} is not a loss for {task.purpose}", "loss")
    try:
        check_class_weights(task.class_weights, task.target_shape)
    except SettingError as error:
        raise error.at("class_weights") from None
    network = task.network  # its parts fit each other
    if is_text(task.data, task.target) and (told := task.form.sees_ahead(network)):
        raise SettingError(f"the next character of a text is what is asked for, and {told}", "architecture")
    refuse_beyond_limit(network_need(task, ("sgd",)), 1)
    return task


def network_need(task: NetworkTask, optimizers: Sequence[str]) -> Need:
    """What runs with these optimizers take, with the data that they share."""
    form, network, examples = task.form, task.network, count_of(task.data)
    _, raw, _ = shape_of(task.data, task.features)  # inputs of an example, before features are made of them
    features, n = network.sizes[0], network.parameters
    packed, work = form.numbers(network, examples)
    target = task.target_shape
    more = examples * target.numbers * 4 if target.numbers > 1 else 0  # raw, scaled, and twice what is predicted
    spared_inputs, spared_goals = form.held_as_places
    if task.one_hot and spared_inputs:
        packed -= examples * features
    if target.classes and network.sizes[-1] > target.steps and spared_goals:  # with a copy while they are packed
        packed -= examples * (network.sizes[-1] - target.steps)
        more += examples * network.sizes[-1]
    more += examples * (2 * raw + features if task.one_hot else 2 * (raw + features))
    data = packed + n + (0 if task.class_weights == _SAME else 2 * examples) + more
    activations = 2 * min(examples * sum(network.sizes[1:]), MAX_ACTIVATIONS)
    return Need(
        needed(n, work, optimizers, data + activations, network.blocks),
        f"a network with {n:,} parameters on {examples:,} examples",
        form.remedy,
    )


def _data(value: object, path: str, check: Check = no_check) -> Choice | Table:
    if isinstance(value, Table):
        return value
    if isinstance(value, Choice):
        return choose(DATASETS, value.kind, value.values)
    if isinstance(value, dict) and "table" in value:
        entries = Entries(value, path)
        table = entries.take("table")
        try:
            table = table if isinstance(table, Table) else Table.from_dict(table, check)
        except SettingError as error:
            raise error.at(entries.at("table")) from None
        entries.close()
        return table
    return chosen(DATASETS, value, path)


def _numbers(value: object) -> tuple[float, ...]:
    value = native(value)
    if isinstance(value, list | tuple):
        value = [native(number) for number in value]
    if not isinstance(value, list) or not all(isinstance(number, int | float) for number in value):
        raise SettingError(f"must be a list of numbers, got {shown(value)}")
    try:
        return tuple(map(float, value))
    except OverflowError:
        raise SettingError(f"must be numbers below 1e308, got {shown(value)}") from None


def _choice(catalogue: Any, old: Choice, setting: Setting, value: Any) -> Choice:
    if not setting.is_whole:
        return choose(catalogue, old.kind, {**old.values, setting.rest: value})
    if isinstance(value, Choice):
        return choose(catalogue, value.kind, value.values)
    return chosen(catalogue, value, "")


def _key(catalogue: Any, value: object) -> str:
    return str(catalogue[text(value)].key)


def _features(value: object) -> tuple[str, ...]:
    if not isinstance(value, list | tuple) or len(value) > len(FEATURES):
        raise SettingError(f"must be a list of features, got {shown(value)}")
    keys = {_key(FEATURES, item) for item in value}
    return tuple(key for key in FEATURES if key in keys)  # in their own order, whatever order they were chosen in


def _hidden(value: object) -> tuple[Layer, ...]:
    if not isinstance(value, list | tuple) or len(value) > MAX_LAYERS:
        raise SettingError(f"must be a list of up to {MAX_LAYERS} layers, got {shown(value)}")
    return tuple(_layer(item, f"[{place}]") for place, item in enumerate(value, 1))


def _layer(value: object, path: str) -> Layer:
    entries = Entries(value.to_dict() if isinstance(value, Layer) else value, path)
    units = int(checked(UNITS, entries.take("units"), entries.at("units")))  # type: ignore[arg-type]
    layer = Layer(units, entries.checked("activation", lambda key: _key(ACTIVATIONS, key), "tanh"))
    entries.close()
    return layer


def _hidden_with(hidden: tuple[Layer, ...], setting: Setting, value: object) -> tuple[Layer, ...]:
    if setting.is_whole:
        return _hidden(value)
    place = setting.place
    if place is None or not 1 <= place <= len(hidden) or setting.knob not in ("units", "activation"):
        raise SettingError(f"there is no layer setting {shown(setting.rest, 60)}")
    layers = list(hidden)
    layers[place - 1] = _layer({**layers[place - 1].to_dict(), setting.knob: value}, f"[{place}]")
    return tuple(layers)


def _stages(value: object) -> tuple[Choice, ...]:
    if not isinstance(value, list | tuple) or len(value) > MAX_STAGES:
        raise SettingError(f"must be a list of up to {MAX_STAGES} stages, got {shown(value)}")
    return tuple(_stage(item, f"[{place}]") for place, item in enumerate(value, 1))


def _stage(value: object, path: str) -> Choice:
    if isinstance(value, Choice):
        return choose(STAGES, value.kind, value.values)
    return chosen(STAGES, value, path)


def _stages_with(stages: tuple[Choice, ...], setting: Setting, value: object) -> tuple[Choice, ...]:
    if setting.is_whole:
        return _stages(value)
    place = setting.place
    if place is None or not 1 <= place <= len(stages):
        raise SettingError(f"there is no stage {shown(setting.rest, 60)}")
    changed, path = list(stages), f"[{place}]"
    if setting.knob is None:
        changed[place - 1] = _stage(value, path)
    else:
        old = stages[place - 1]
        try:
            changed[place - 1] = choose(STAGES, old.kind, {**old.values, setting.knob: value})
        except SettingError as error:
            raise error.at(path) from None
    return tuple(changed)
