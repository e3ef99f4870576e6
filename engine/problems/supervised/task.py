"""The task of training a network: data, shape, loss, initial weights; everything runs of a race share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from engine.architectures.activations import ACTIVATIONS
from engine.architectures.initializers import INITIALIZERS
from engine.architectures.losses import LOSSES
from engine.architectures.members import ARCHITECTURES
from engine.architectures.network import Network
from engine.choices import Choice, choose
from engine.contracts import Check, Hyper, SettingError, Tier, native, no_check, shown
from engine.data.catalogue import DATASETS
from engine.data.features import FEATURES, SCALINGS, possible_features
from engine.data.source import examples_of, shape_of
from engine.data.table import Table
from engine.memory import MAX_ACTIVATIONS, Need, needed, refuse_beyond_limit
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
SHUFFLED, STRATIFIED = "shuffled", "stratified"
SPLIT = Hyper(
    "split",
    "",
    SHUFFLED,
    kind="choice",
    options=(SHUFFLED, STRATIFIED),
    help="shuffled: the examples to learn from are drawn at random; stratified: so that each class keeps its share",
    tier="expert",
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
_MAX_BUNDLED = 2000  # examples in a measured data set

_PLAIN = {hyper.name: hyper for hyper in (SHARE, SPLIT, DROPOUT, RESIDUAL, BATCH_SEED, DATA_SEED, WEIGHT_SEED)}


@dataclass(frozen=True, slots=True)
class Layer:
    """A hidden layer: how many units, and the key of their activation."""

    units: int
    activation: str = "tanh"

    @property
    def title(self) -> str:
        """In words: `4 Tanh`."""
        return f"{self.units} {ACTIVATIONS[self.activation].title}"

    def to_dict(self) -> dict[str, Any]:
        return {"units": self.units, "activation": self.activation}


@dataclass(frozen=True, slots=True)
class NetworkTask:
    """Train a multi-layer perceptron on data, from the same initial weights for every run.

    features and scaling say how the examples reach the first layer, target_scaling what a regression's answers
    mean, share how many of them are learned from, split how those are chosen.
    seed: of the batches; data_seed: of the examples; weight_seed: of the initial weights.
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

    KIND: ClassVar[str] = "network"
    SEEDS: ClassVar[tuple[str, ...]] = ("seed", "data_seed", "weight_seed")
    TIERS: ClassVar[Mapping[str, Tier]] = {  # of what is chosen from a catalogue
        "data": "basic",
        "hidden": "basic",
        "output": "more",
        "features": "more",
        "scaling": "more",
        "target_scaling": "more",
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
        """How many classes there are; 0 for a regression."""
        return shape_of(self.data, self.features)[2]

    @property
    def inputs(self) -> int:
        """How many inputs an example has, before features are made of them."""
        return shape_of(self.data, self.features)[1]

    @property
    def purpose(self) -> str:
        return "classification" if self.classes else "regression"

    @property
    def network(self) -> Network:
        inputs, _, classes = shape_of(self.data, self.features)
        return Network(
            (inputs, *(layer.units for layer in self.hidden), LOSSES[self.loss.kind].outputs(classes)),
            (*(layer.activation for layer in self.hidden), self.output),
            self.loss,
            self.residual,
            self.dropout,
        )

    @property
    def parameters(self) -> int:
        return self.network.parameters

    @property
    def layout(self) -> tuple[object, ...]:
        return self.network.sizes

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
            "hidden": [layer.to_dict() for layer in self.hidden],
            "output": self.output,
            "residual": self.residual,
            "dropout": self.dropout,
            "loss": self.loss.to_dict(),
            "initializer": self.initializer.to_dict(),
            "seed": self.seed,
            "data_seed": self.data_seed,
            "weight_seed": self.weight_seed,
        }

    def having(self, setting: str | Setting, value: Any) -> NetworkTask:
        """This task with one setting changed. Raises SettingError.

        Settings are the fields, a knob of `data`, `loss` or `initializer` (`data.noise`), `hidden.2.activation`
        and `hidden.2.units` (layers from 1), `data.add` (inputs..., target) and `data.erase` (see Table). Other
        data bring features and a loss that fit them, where the old ones do not; a loss of logits brings an output
        without activation.
        """
        setting = Setting.of(setting)
        part = setting.part
        changed: Any
        try:
            if part in _PLAIN and setting.is_whole:
                changed = _replaced(self, part, _PLAIN[part].check(value))
            elif part == "data":
                changed = self._with_data(setting, value)
            elif part == "hidden":
                changed = replace(self, hidden=_hidden_with(self.hidden, setting, value))
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
            table, numbers = drawn(data, self.data_seed), _numbers(value)
            changed = table.with_point(numbers) if setting == ADD_POINT else table.without_points(numbers)
            return replace(self, data=changed)
        if not setting.is_whole:
            if isinstance(data, Table):
                raise SettingError(f"a table has no setting {shown(setting.rest)}")
            return replace(self, data=choose(DATASETS, data.kind, {**data.values, setting.rest: value})).fitted()
        other = _data(value, "")
        usual = {"target_scaling": _usual_target_scaling(other), "split": usual_split(other)}
        return replace(self, data=other, **usual).fitted()  # type: ignore[arg-type]

    def fitted(self) -> NetworkTask:
        """With features and a loss that go with the data, where those that are set do not."""
        task = replace(self, features=fitting_features(self.data, self.features))
        if task.purpose not in LOSSES[task.loss.kind].purposes:
            return replace(task, loss=choose(LOSSES, default_loss(task.classes)), output="identity")
        return task

    def continues(self, other: object) -> bool:
        """Whether a run on this task can go on with the other: theta has the same layout and the same beginning."""
        return isinstance(other, NetworkTask) and self._beginning == other._beginning

    @property
    def _beginning(self) -> tuple[object, ...]:
        return (self.network.sizes, self.initializer, self.weight_seed, self.seed)

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
        return found.values[setting.rest] if isinstance(found, Choice) else found


_CHOICES: dict[str, Any] = {"loss": LOSSES, "initializer": INITIALIZERS}
_KEYS: dict[str, Any] = {"output": ACTIVATIONS, "scaling": SCALINGS, "target_scaling": SCALINGS}


def _replaced(task: NetworkTask, name: str, value: Any) -> NetworkTask:
    return replace(task, **{name: value})


def default_loss(classes: int) -> str:
    """The usual loss for so many classes; 0 is a regression."""
    return "mse" if classes == 0 else "bce" if classes == 2 else "softmax"


def fitting_features(data: Choice | Table, features: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the features that the data allow, or the usual ones if that leaves none."""
    inputs = len(data.columns) if isinstance(data, Table) else DATASETS[data.kind].inputs
    possible = possible_features(inputs)
    return tuple(key for key in features if key in possible) or tuple(key for key in _USUAL if key in possible)


def _usual_share(data: Choice | Table) -> float:
    return _TABLE_SHARE if isinstance(data, Table) else DATASETS[data.kind].share


def usual_split(data: Choice | Table) -> str:
    """How new data are split: an imported table may have classes of one example only."""
    return STRATIFIED if isinstance(data, Table) and data.classes and not data.drawn else SHUFFLED


def _usual_target_scaling(data: Choice | Table) -> str:
    """Imported numbers may have any size; a network's first answers are about 1."""
    if isinstance(data, Table):
        return "none" if data.classes or data.drawn else "standardise"
    return DATASETS[data.kind].target_scaling


def size_of(data: Choice | Table) -> int:
    """How many examples there are at most, told without making them."""
    if isinstance(data, Table):
        return len(data.targets)
    samples = data.values.get("samples", _MAX_BUNDLED)
    return int(samples) if isinstance(samples, int) else _MAX_BUNDLED


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
    classes = shape_of(data, fitting_features(data, ()))[2]
    task = NetworkTask(
        data=data,
        features=entries.checked("features", _features, list(fitting_features(data, ()))),
        scaling=entries.checked("scaling", lambda value: _key(SCALINGS, value), "none"),
        target_scaling=entries.checked(
            "target_scaling", lambda value: _key(SCALINGS, value), _usual_target_scaling(data)
        ),
        share=entries.hyper(replace(SHARE, default=_usual_share(data))),  # type: ignore[arg-type]
        split=entries.hyper(SPLIT),  # type: ignore[arg-type]
        hidden=entries.checked("hidden", _hidden, [{"units": 4}, {"units": 2}]),
        output=entries.checked("output", lambda value: _key(ACTIVATIONS, value), "identity"),
        residual=entries.hyper(RESIDUAL),  # type: ignore[arg-type]
        dropout=entries.hyper(DROPOUT),  # type: ignore[arg-type]
        loss=entries.choice("loss", LOSSES, default_loss(classes)),
        initializer=entries.choice("initializer", INITIALIZERS, "glorot_uniform"),
        seed=entries.hyper(BATCH_SEED),  # type: ignore[arg-type]
        data_seed=entries.hyper(DATA_SEED),  # type: ignore[arg-type]
        weight_seed=entries.hyper(WEIGHT_SEED),  # type: ignore[arg-type]
    )
    entries.close()
    try:
        return checked_network(task)
    except SettingError as error:
        raise error.at(entries.path) from None


def checked_network(task: NetworkTask) -> NetworkTask:
    """The task, if its parts go together and it fits into memory. Raises SettingError."""
    if len(task.hidden) > MAX_LAYERS:
        raise SettingError(f"there may be up to {MAX_LAYERS} hidden layers, got {len(task.hidden)}", "hidden")
    fitting = fitting_features(task.data, task.features)
    if not task.features and fitting:
        raise SettingError("a network reads at least one feature", "features")
    if fitting != task.features:
        raise SettingError(f"of these data the features are {', '.join(fitting) or 'their columns'}", "features")
    loss = LOSSES[task.loss.kind]
    if task.purpose not in loss.purposes:
        raise SettingError(f"{loss.title} is not a loss for {task.purpose}", "loss")
    refuse_beyond_limit(network_need(task, ("sgd",)), 1)
    return task


def network_need(task: NetworkTask, optimizers: Sequence[str]) -> Need:
    """What runs with these optimizers take, with the data that they share."""
    network, examples = task.network, size_of(task.data)
    _, raw, _ = shape_of(task.data, task.features)  # inputs of an example, before features are made of them
    features, n = network.sizes[0], network.parameters
    constants, work = ARCHITECTURES[network.ARCHITECTURE].memory(network, examples)
    data = constants + work + 2 * examples * (raw + features) + n
    activations = 2 * min(examples * sum(network.sizes[1:]), MAX_ACTIVATIONS)
    return Need(
        needed(n, work, optimizers, data + activations, network.blocks),
        f"a network with {n:,} parameters on {examples:,} examples",
        "fewer or narrower layers, or less data",
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
