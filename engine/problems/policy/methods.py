"""Methods of the policy gradient: what each step of an episode is credited with, and what a critic learns from it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from numba import types
from numba.extending import intrinsic

from engine.contracts import Catalogue, Floats, Hyper, Kernel, Tier, Value, caller

# rewards (length,), values (length + 1,) of the states as the critic takes them, the last being that after the episode,
# length, discount, knobs, returns (length,): discounted, from each step on -> credits (length,), goals (length,) of the
# critic. Both are constants for the gradient.
CREDIT = types.void(Floats, Floats, types.int64, types.float64, Floats, Floats, Floats, Floats)

NO_CRITIC, MEAN, LEARNED = range(3)  # what values are: none, one number, or a function of the state
_TINY = 1e-8  # beside the standard deviation of returns


@intrinsic
def call_credit(typing_context, address, rewards, values, length, discount, knobs, returns, credits, goals):
    """Call the CREDIT kernel at an address, inside another kernel."""
    return caller(CREDIT, 8)()


@dataclass(frozen=True, slots=True)
class Method:
    """One method. critic(knob values): NO_CRITIC, MEAN or LEARNED. formula: of a step's part in the gradient.

    of_one_step(knob values): whether it learns anything from episodes of a single step.
    """

    key: str
    title: str
    knobs: tuple[Hyper, ...]
    formula: str
    summary: str
    source: str
    critic: Callable[[Mapping[str, Value]], int]
    kernel: Kernel
    of_one_step: Callable[[Mapping[str, Value]], bool] = lambda values: True
    tier: Tier = "basic"


METHODS: Catalogue[Method] = Catalogue("method")


def method(key: str, title: str, *knobs: Hyper, **declared: Any) -> Callable[[Callable[..., None]], Method]:
    """Decorator: declare a method over its CREDIT kernel."""
    return lambda function: METHODS.add(Method(key, title, knobs, kernel=Kernel(function, CREDIT), **declared))


NONE, RUNNING_MEAN, VALUE, NORMALISED = BASELINES = ("none", "mean", "value", "normalised")
BASELINE = Hyper(
    "baseline",
    "b",
    NONE,
    kind="choice",
    options=BASELINES,
    titles=("none", "running mean", "learned value", "normalised"),
    help="what is taken from the return: nothing; its running mean; a learned value of the state; or the mean of its "
    "own episode, after which returns are divided by their standard deviation",
    tier="basic",
)
LAMBDA = Hyper(
    "lambda",
    "λ",
    0.0,
    0.0,
    1.0,
    slider=(0.0, 1.0),
    help="how far ahead a step is credited: 0 looks one step ahead, 1 to the end of the episode",
    tier="basic",
)


def _critic_of_baseline(values: Mapping[str, Value]) -> int:
    return {RUNNING_MEAN: MEAN, VALUE: LEARNED}.get(str(values["baseline"]), NO_CRITIC)


@method(
    "reinforce",
    "REINFORCE",
    BASELINE,
    formula="∇ log π(aₜ | sₜ) (Gₜ - b)",
    summary="Every action becomes likelier by the return from it on, less a baseline: unbiased, but noisy.",
    source="Williams 1992, https://doi.org/10.1007/BF00992696",
    critic=_critic_of_baseline,
    of_one_step=lambda values: values["baseline"] != NORMALISED,
)
def reinforce(rewards, values, length, discount, knobs, returns, credits, goals):
    """Credit: the return less the value; normalised: its deviation from the episode's mean, in standard deviations."""
    mean, deviation = 0.0, 1.0
    if knobs[0] == 3.0:
        for t in range(length):
            mean += returns[t] / length
        variance = 0.0
        for t in range(length):
            variance += (returns[t] - mean) * (returns[t] - mean) / length
        deviation = math.sqrt(variance) + _TINY
    for t in range(length):
        goals[t] = returns[t]
        credits[t] = (returns[t] - values[t] - mean) / deviation


@method(
    "actor_critic",
    "Actor-critic",
    LAMBDA,
    formula="∇ log π(aₜ | sₜ) Aₜ,  Aₜ = δₜ + γ λ Aₜ₊₁,  δₜ = rₜ + γ v(sₜ₊₁) - v(sₜ)",
    summary="A critic learns the value of every state, and an action becomes likelier if it does better than that.",
    source="Sutton & Barto 2018, section 13.5; Schulman et al. 2016, https://arxiv.org/abs/1506.02438",
    critic=lambda values: LEARNED,
)
def actor_critic(rewards, values, length, discount, knobs, returns, credits, goals):
    """Credit: the sum of the errors delta of the critic, discounted by gamma lambda; its goal: the value plus that."""
    ahead = 0.0
    for back in range(length):
        t = length - 1 - back
        delta = rewards[t] + discount * values[t + 1] - values[t]
        ahead = delta + discount * knobs[0] * ahead
        credits[t] = ahead
        goals[t] = values[t] + ahead
