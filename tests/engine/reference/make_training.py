"""Makes training.npz: whole training runs of `trainings` as PyTorch's modules, autograd and optimizers do them.

    pip install torch numba        (made with torch 2.13.0)
    PYTHONPATH=. python tests/engine/reference/make_training.py        (in the project's folder)

All in float64. The engine gives the examples, the first weights, and which examples are in the batch of an update;
where a batch begins and ends, and everything that is computed from it, is done here. For each name the file holds
- rows/<name> (3, updates): loss of the batch, norm of its gradient, norm of the step
- measures/<name> (4, updates + 1): training loss, validation loss, training score, validation score (accuracy or R²)
  before each update, and at the end
- theta/<name> (n,): the weights and biases at the end, or their running average if there is one
"""

from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from make_networks import ACTIVATIONS, LOSSES
from numba import types
from torch import nn
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from engine import problem_of
from engine.architectures import layout
from engine.architectures.batch import batch_order
from engine.contracts import pointer, routine
from engine.training.stream import (
    CURSOR,
    EPOCH,
    EXAMPLES,
    FIXED,
    ORDER,
    REPLACED,
    RESHUFFLED,
    SEED,
    STREAM,
    TAKEN,
    UPDATE,
)
from tests.engine.reference.trainings import TRAININGS

torch.set_default_dtype(torch.float64)
torch.set_num_threads(1)

ORDERS = {"reshuffled": RESHUFFLED, "fixed": FIXED, "replaced": REPLACED}


@routine(types.void(types.int64[::1], types.float64[::1], types.float64[::1], types.int64[::1]))
def list_batch(stream, constants, work, chosen):
    """chosen (k,): the examples that the engine takes at a place of the stream."""
    found = batch_order(pointer(stream), layout.integers(pointer(constants)), pointer(work), 0, chosen.size)
    for b in range(chosen.size):
        chosen[b] = found[b]


def batches(problem, batch, updates):
    """The examples of every update."""
    examples = problem.examples
    if batch.kind == "full":
        yield from (np.arange(examples) for _ in range(updates))
        return
    size = min(batch.values.get("size", 1), examples)
    order = ORDERS[batch.values["order"]]
    work, stream = np.zeros(problem.work_size), np.zeros(STREAM, np.int64)
    epoch = cursor = 0
    for update in range(updates):
        taken = size if order == REPLACED else min(size, examples - cursor)
        for place, value in (
            (SEED, problem.seed), (UPDATE, update), (EXAMPLES, examples), (EPOCH, epoch), (CURSOR, cursor),
            (TAKEN, taken), (ORDER, order),
        ):  # fmt: skip
            stream[place] = value
        chosen = np.empty(taken, np.int64)
        list_batch(stream, problem.constants, work, chosen)
        yield chosen
        cursor += taken
        if cursor == examples:
            epoch, cursor = epoch + 1, 0


class Perceptron(nn.Module):
    """nn.Linear layers with the weights of theta."""

    def __init__(self, network, theta):
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(reads, units) for reads, units in pairwise(network.sizes))
        self.activations = [ACTIVATIONS[key] for key in network.activations]
        self.residual = network.residual
        parts = torch.tensor(theta).split([numbers.numel() for numbers in self.parameters()])
        for numbers, part in zip(self.parameters(), parts, strict=True):
            numbers.data = part.reshape(numbers.shape).clone()

    def forward(self, h):
        for place, (layer, activation) in enumerate(zip(self.layers, self.activations, strict=True)):
            a = activation(layer(h))
            hidden = place < len(self.layers) - 1
            h = a + h if self.residual and hidden and layer.in_features == layer.out_features else a
        return h


def targets_of(learner):
    """What the loss compares the outputs with."""
    goals, loss = torch.tensor(learner.data.scaled_targets), learner.network.loss.kind
    if not learner.classes:
        return goals[:, None]
    if loss == "softmax":
        return goals.long()
    if learner.network.sizes[-1] == 1:
        return goals[:, None] if loss == "bce" else 2.0 * goals[:, None] - 1.0
    return F.one_hot(goals.long()).double()


def score_of(outputs, goals, classes):
    if not classes:
        return 1.0 - F.mse_loss(outputs[:, 0], goals) / goals.var(correction=0)
    found = outputs.argmax(1) if outputs.shape[1] > 1 else outputs[:, 0] > 0.0
    return (found == goals).double().mean()


def optimizer_of(settings, network):
    knobs, rate = settings.optimizer.values, settings.learning_rate
    weights = [numbers for name, numbers in network.named_parameters() if name.endswith("weight")]
    biases = [numbers for name, numbers in network.named_parameters() if name.endswith("bias")]
    coupled = 0.0 if knobs["decoupled"] else knobs["weight_decay"]
    rates = dict(settings.rates)
    titles = (*(f"hidden {place + 1}" for place in range(len(weights) - 1)), "output")
    groups = [
        {"params": [part[layer]], "weight_decay": decay, "lr": rate * rates.get(title, 1.0)}
        for part, decay in ((weights, coupled), (biases, 0.0))
        for layer, title in enumerate(titles)
    ]
    match settings.optimizer.kind:
        case "sgd":
            return torch.optim.SGD(groups, rate)
        case "momentum" | "nesterov" as kind:
            return torch.optim.SGD(groups, rate, momentum=knobs["momentum"], nesterov=kind == "nesterov")
        case "rmsprop":
            return torch.optim.RMSprop(groups, rate, alpha=knobs["alpha"], eps=knobs["eps"])
        case "adamw":
            for group in groups[: len(weights)]:
                group["weight_decay"] = knobs["weight_decay"]
            return torch.optim.AdamW(groups, rate, betas=(knobs["beta1"], knobs["beta2"]), eps=knobs["eps"])
        case "adam" | "radam" | "nadam" as kind:
            made = {"adam": torch.optim.Adam, "radam": torch.optim.RAdam, "nadam": torch.optim.NAdam}[kind]
            return made(groups, rate, betas=(knobs["beta1"], knobs["beta2"]), eps=knobs["eps"])
        case "sam":
            return Sam(groups, rate, knobs)
        case "muon":
            return Muon(network, rate, knobs)
        case kind:
            raise ValueError(kind)


class Sam:
    """SAM as in github.com/davda54/sam, over torch.optim.SGD; `ask` computes the gradients anew."""

    def __init__(self, groups, rate, knobs):
        self.base = torch.optim.SGD(groups, rate, momentum=knobs["momentum"])
        self.rho, self.param_groups, self.zero_grad = knobs["rho"], self.base.param_groups, self.base.zero_grad

    def ask_again(self, ask):
        """Climb to the worse point, take its gradients, and come back."""
        every = [p for group in self.param_groups for p in group["params"]]
        norm = torch.norm(torch.stack([p.grad.norm(p=2) for p in every]), p=2)
        scale = self.rho / (norm + 1e-12)
        kept = [p.data.clone() for p in every]
        for p in every:
            p.data.add_(p.grad * scale)
        ask()
        for p, old in zip(every, kept, strict=True):
            p.data = old

    def step(self):
        self.base.step()


class Muon:
    """torch.optim.Muon in float64 for the matrices, torch.optim.AdamW for the rest."""

    ADJUST = {"original": "original", "match_rms": "match_rms_adamw"}

    def __init__(self, network, rate, knobs):
        layers = [layer.weight for layer in network.layers]
        matrices = layers if knobs["layers"] == "all" else layers[1:-1]
        chosen = {id(weight) for weight in matrices}
        rest = [weight for weight in layers if id(weight) not in chosen]
        companion, decay = rate * knobs["companion_rate"], knobs["weight_decay"]
        groups = [
            {"params": rest, "weight_decay": decay},
            {"params": [layer.bias for layer in network.layers], "weight_decay": 0.0},
        ]
        betas = knobs["beta1"], knobs["beta2"]
        self.parts = [
            torch.optim.Muon(
                matrices,
                rate,
                weight_decay=decay,
                momentum=knobs["momentum"],
                nesterov=knobs["nesterov"],
                ns_steps=knobs["steps"],
                adjust_lr_fn=self.ADJUST[knobs["scale"]],
            ),
            torch.optim.AdamW([group for group in groups if group["params"]], companion, betas=betas, eps=knobs["eps"]),
        ]
        self.param_groups = self.parts[0].param_groups

    def zero_grad(self):
        for part in self.parts:
            part.zero_grad()

    def step(self):
        kept, torch.Tensor.bfloat16 = torch.Tensor.bfloat16, lambda numbers: numbers.clone()
        for part in self.parts:
            part.step()
        torch.Tensor.bfloat16 = kept


def average_of(settings, network):
    """The running average of torch.optim.swa_utils that a run keeps, if any."""
    knobs = settings.optimizer.values
    match knobs["average"]:
        case "EMA":
            return AveragedModel(network, multi_avg_fn=get_ema_multi_avg_fn(knobs["average_decay"]))
        case "uniform":
            return AveragedModel(network)
        case _:
            return None


def flat(network):
    return torch.cat([numbers.detach().reshape(-1) for numbers in network.parameters()])


def train(experiment, updates):
    """(rows, measures, theta) of the one run of an experiment."""
    problem, settings = problem_of(experiment.problem), experiment.runs[0].settings
    learner, knobs = problem.subject, settings.optimizer.values
    network = Perceptron(learner.network, problem.start)
    inputs, goals, targets = (
        torch.tensor(learner.data.inputs),
        targets_of(learner),
        torch.tensor(learner.data.scaled_targets),
    )
    compare, loss_knobs = LOSSES[learner.network.loss.kind], learner.network.loss.values
    parts = slice(0, problem.examples), slice(problem.examples, None)
    optimizer = optimizer_of(settings, network)
    schedule = None
    if settings.schedule.kind == "cosine":
        schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, settings.schedule.values["length"])
    average, rows, measures = average_of(settings, network), [], []

    def evaluated():
        is_averaged = average is not None and average.n_averaged > 0
        return average.module if is_averaged else network

    def measure():
        with torch.no_grad():
            answers = evaluated()(inputs)
            losses = [compare(answers[part], goals[part], loss_knobs) for part in parts]
            scores = [score_of(answers[part], targets[part], learner.classes) for part in parts]
            measures.append([float(number) for number in losses + scores])

    measure()
    for chosen in batches(problem, settings.batch, updates):
        loss = compare(network(inputs[chosen]), goals[chosen], loss_knobs)
        optimizer.zero_grad()
        loss.backward()
        norm = torch.cat([numbers.grad.reshape(-1) for numbers in network.parameters()]).norm()
        if knobs["clip_norm"]:
            nn.utils.clip_grad_norm_(network.parameters(), knobs["clip_norm"])
        before = flat(network)
        if isinstance(optimizer, Sam):

            def ask(chosen=chosen):
                optimizer.zero_grad()
                compare(network(inputs[chosen]), goals[chosen], loss_knobs).backward()

            optimizer.ask_again(ask)
        for layer, group in zip(network.layers, optimizer.param_groups, strict=False):
            layer.weight.grad += knobs["l1"] * layer.weight.detach().sign()
            if knobs["decoupled"] and settings.optimizer.kind not in ("adamw", "muon"):
                layer.weight.data *= 1.0 - group["lr"] * knobs["weight_decay"]
        optimizer.step()
        if schedule is not None:
            schedule.step()
        if average is not None and len(rows) >= knobs["average_from"]:
            average.update_parameters(network)
        rows.append([loss.item(), norm.item(), (flat(network) - before).norm().item()])
        measure()
    return np.array(rows).T, np.array(measures).T, flat(evaluated()).numpy()


if __name__ == "__main__":
    stored = {}
    for name, (experiment, updates) in TRAININGS.items():
        found = train(experiment, updates)
        stored |= {
            f"{part}/{name}": numbers for part, numbers in zip(("rows", "measures", "theta"), found, strict=True)
        }
    np.savez_compressed(Path(__file__).parent / "training.npz", **stored)
