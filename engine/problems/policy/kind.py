"""Policies that are learned by trial, as a kind of problem."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from engine.batches import BATCHES
from engine.blocks import Block
from engine.choices import Choice, choose
from engine.contracts import Check, Kernel, Routine, no_check
from engine.memory import Need, needed
from engine.optimizers import OPTIMIZERS
from engine.problems.kind import Offer, Own, ProblemKind
from engine.problems.policy.agent import Agent
from engine.problems.policy.episodes import measure_episodes, packed, play_episode, policy_objective
from engine.problems.policy.measures import POLICY_MEASURES
from engine.problems.policy.members import ENVIRONMENTS
from engine.problems.policy.methods import METHODS
from engine.problems.policy.task import (
    OWN_PARTS,
    POLICY_KNOBS,
    PolicyTask,
    first_policy,
    policy_task,
    read_own_policy,
    with_own_policy,
)
from engine.problems.problem import Problem
from engine.validation import Entries

_SLOWEST, _FASTEST = 0.01, 0.05  # usual rates lie between


class PolicyKind(ProblemKind):
    """Policies in small environments, by the methods of the policy gradient."""

    key = "policy"
    title = "Policy"
    plural = "Policies"
    many = "Reinforcement learning"
    knobs = POLICY_KNOBS
    measures = POLICY_MEASURES
    first_curves = ("return", "gain", "entropy")
    catalogues = {"environment": ENVIRONMENTS, "method": METHODS}
    brings_others = ("environment",)
    randomness = "episodes and initial weights"
    rates = "Updates per second of every run; episodes per second of all runs together"
    sampled = True
    example = "episode"
    own_parts = OWN_PARTS
    own_title = "method of this run alone"
    own_help = "on: the selected run has a method of its own in the same environment; method and policy edit that one"

    @property
    def offers(self) -> tuple[Offer, ...]:
        return (Offer("policy", "Policy", "A policy that learns from the rewards of its own actions", first_policy),)

    def read(self, entries: Entries, check: Check = no_check) -> PolicyTask:
        return policy_task(entries)

    def problem(self, task: PolicyTask, check: Check = no_check) -> Problem:
        shape = task.shape
        constants, work_size = packed(task.environment, task.method, shape, task.longest, task.discount)
        agent = Agent(task, constants, work_size)
        _ = agent.best_return  # here, where nobody waits for the next frame
        return Problem(
            task=task,
            objective=policy_objective.address,
            constants=constants,
            work_size=work_size,
            start=shape.start(task.entry.preferred(task.environment.values), task.weight_seed),
            blocks=shape.blocks,
            examples=task.episodes,
            seed=task.seed,
            subject=agent,
        )

    def with_own(self, task: PolicyTask, own: Own) -> PolicyTask:
        return with_own_policy(task, own)

    def read_own(self, entries: Entries, task: PolicyTask) -> Own:
        return read_own_policy(entries, task)

    def own_words(self, tasks: Sequence[PolicyTask]) -> list[str]:
        """Such as `actor-critic`, or the knob of the method where that does not tell: `baseline mean`."""
        return [
            ", ".join(f"{name} {value}" for name, value in task.method.values.items())
            if any(other.method.kind == task.method.kind and other != task for other in tasks)
            else METHODS[task.method.kind].title.replace("Actor", "actor")
            for task in tasks
        ]

    def layers(self, task: PolicyTask) -> Mapping[str, tuple[Block, ...]]:
        """The policy and its critic."""
        blocks, first = task.shape.blocks, task.shape.policy_size
        parts = {
            "policy": tuple(block for block in blocks if block.start < first),
            "critic": tuple(block for block in blocks if block.start >= first),
        }
        return {title: found for title, found in parts.items() if found}

    def kernels(self, task: PolicyTask) -> list[Kernel | Routine]:
        credit = METHODS[task.method.kind].kernel
        return [policy_objective, task.entry.transition, credit, measure_episodes, play_episode]

    def memory(self, task: PolicyTask, optimizers: Sequence[str]) -> Need:
        work, blocks = 3 * task.work_size, task.shape.blocks
        bytes = needed(task.parameters, work, optimizers, blocks=blocks)
        return Need(
            bytes, f"a policy with episodes of {task.longest:,} steps", "shorter episodes or fewer hidden units"
        )

    def batch_words(self, batch: Choice, examples: int) -> str:
        """Such as `an update plays 3 episodes`."""
        count = BATCHES[batch.kind].size(batch.values, examples)
        return f"an update plays {count:,} episode{'s' * (count > 1)}"

    def suited(self, optimizer: str) -> tuple[float, Choice]:
        return min(max(OPTIMIZERS[optimizer].learning_rate, _SLOWEST), _FASTEST), choose(BATCHES, "full")
