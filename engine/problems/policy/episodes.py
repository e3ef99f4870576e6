"""Episodes, compiled: played with a policy, credited by a method, and turned into a gradient.

An episode is a pure function of theta, the seed, the update and its number in the batch. What it needs besides lies in
scratch memory and is forgotten.
"""

from __future__ import annotations

import math

import numpy as np
from numba import types

from engine.architectures.layout import Allocator, floats, integers, padded
from engine.choices import Choice
from engine.contracts import OBJECTIVE, inline, is_raised, kernel, pointer, routine, standalone
from engine.problems.policy.environment import (
    BEGIN,
    DRAWS,
    ENVIRONMENTS,
    OVER,
    PLACE,
    Environment,
    Values,
    call_transition,
)
from engine.problems.policy.methods import LEARNED, MEAN, METHODS, NO_CRITIC, call_credit
from engine.problems.policy.shape import Shape
from engine.rng import bits, uniform
from engine.simd.elementary import exp, tanh
from engine.simd.vectors import LANES, at, load, noinline, store
from engine.training.stream import DONE, FLAG, PART, QUIET, SEED, TAKEN, UPDATE

Array = np.ndarray

MOST_EPISODES = 1 << 20  # of an update; more would share their random numbers with the next one

# constants begin with HEAD integers (int64 bit patterns); DISCOUNT, KNOBS and NUMBERS are places of numbers in the
# constants, those named ..._AT of rows in work: per step its state, features, hidden units and probabilities, action,
# reward, value, hidden units of the critic, return, credit and goal; then the deltas of hidden units.
(
    TRANSITION, CREDIT, ACTIONS, FEATURES, HIDDEN, STATES, SIZE, CRITIC, POLICY_SIZE, PARAMETERS, LONGEST,
    DISCOUNT, KNOBS, NUMBERS, STATE_AT, SEEN_AT, HIDDEN_AT, CHANCES_AT, CHOSEN_AT, REWARDS_AT, VALUES_AT, CRITIC_AT,
    RETURNS_AT, CREDITS_AT, GOALS_AT, DELTAS_AT, HEAD,
) = range(27)  # fmt: skip

RETURN, LENGTH, ENTROPY, ERROR, SUMS = range(5)  # of what is measured, sums over episodes; ERROR over their steps


def packed(environment: Choice, method: Choice, shape: Shape, longest: int, discount: float) -> tuple[Array, int]:
    """The constants of `policy_objective`, and the size of its scratch memory."""
    entry, credit = ENVIRONMENTS[environment.kind], METHODS[method.kind]
    head, size = _head(entry, environment.values, shape, longest)
    head[TRANSITION], head[CREDIT] = entry.transition.address, credit.kernel.address
    knobs, numbers = method.packed(credit.knobs), entry.pack(environment.values)
    head[DISCOUNT] = HEAD
    head[KNOBS] = HEAD + 1
    head[NUMBERS] = HEAD + 1 + len(knobs)
    return np.concatenate([head.view(np.float64), [discount], knobs, numbers]), size


def work_size(entry: Environment, values: Values, shape: Shape, longest: int) -> int:
    """How many numbers of scratch memory an objective takes."""
    return _head(entry, values, shape, longest)[1]


def _head(entry: Environment, values: Values, shape: Shape, longest: int) -> tuple[Array, int]:
    work, head = Allocator(), np.zeros(HEAD, np.int64)
    actions, features, hidden = len(shape.actions), len(entry.features), padded(shape.hidden)
    head[ACTIONS], head[FEATURES], head[HIDDEN] = actions, features, shape.hidden
    head[STATES] = shape.states if shape.is_table else 0
    head[SIZE], head[CRITIC] = entry.size, shape.critic
    head[POLICY_SIZE], head[PARAMETERS], head[LONGEST] = shape.policy_size, shape.parameters, longest
    head[STATE_AT] = work.take((longest + 1) * entry.size)
    head[SEEN_AT] = work.take((longest + 1) * max(features, 1))
    head[HIDDEN_AT] = work.take((longest + 1) * hidden)
    head[CHANCES_AT] = work.take(longest * padded(actions))
    head[CRITIC_AT] = work.take((longest + 1) * hidden if shape.critic == LEARNED else 0)
    for place in (CHOSEN_AT, REWARDS_AT, VALUES_AT, RETURNS_AT, CREDITS_AT, GOALS_AT):
        head[place] = work.take(longest + 1)
    head[DELTAS_AT] = work.take(hidden)
    return head, work.size


def shape_of(environment: Choice, method: Choice, hidden: int, value_rate: float) -> Shape:
    """The shape of a policy with its critic in an environment."""
    entry = ENVIRONMENTS[environment.kind]
    return Shape(
        entry.states(environment.values),
        entry.features,
        hidden,
        entry.actions(environment.values),
        METHODS[method.kind].critic(method.values),
        value_rate,
    )


@inline
def _rows(count):
    """`count` numbers, rounded up to whole vectors."""
    return (count + LANES - 1) // LANES * LANES


@standalone
def _apply(part, states, features, hidden, outputs, place, seen, units, out):
    """out (outputs,): of the table or network `part` of theta where one stands; units (hidden,) of the network too."""
    noinline()
    if states > 0:
        for k in range(outputs):
            out[k] = part[place * outputs + k]
        return
    inputs, read, weights = features, seen, part
    if hidden > 0:
        biases = at(part, hidden * features)
        for j in range(hidden):
            z = biases[j]
            for i in range(features):
                z += part[j * features + i] * seen[i]
            units[j] = z
        for j in range(hidden, _rows(hidden)):
            units[j] = 0.0
        for j in range(0, hidden, LANES):
            store(units, j, tanh(load(units, j)))
        inputs, read, weights = hidden, units, at(biases, hidden)
    biases = at(weights, outputs * inputs)
    for k in range(outputs):
        z = biases[k]
        for i in range(inputs):
            z += weights[k * inputs + i] * read[i]
        out[k] = z


@standalone
def _add_gradient(part, grad, states, features, hidden, outputs, place, seen, units, slopes, deltas):
    """Add to grad, like `part`, what derivatives slopes (outputs,) of the outputs mean for the table or network."""
    noinline()
    if states > 0:
        for k in range(outputs):
            grad[place * outputs + k] += slopes[k]
        return
    inputs, read, first = features, seen, 0
    if hidden > 0:
        inputs, read, first = hidden, units, hidden * (features + 1)
    weights, grads = at(part, first), at(grad, first)
    biases = at(grads, outputs * inputs)
    for k in range(outputs):
        slope = slopes[k]
        biases[k] += slope
        for i in range(inputs):
            grads[k * inputs + i] += slope * read[i]
    if hidden > 0:
        for j in range(hidden):
            back = 0.0
            for k in range(outputs):
                back += slopes[k] * weights[k * hidden + j]
            deltas[j] = back * (1.0 - units[j] * units[j])
        biases = at(grad, hidden * features)
        for j in range(hidden):
            biases[j] += deltas[j]
            for i in range(features):
                grad[j * features + i] += deltas[j] * seen[i]


@standalone
def _softmax(chances, actions):
    """Preferences (actions,) turned into probabilities, in place; beyond them zeros, to whole vectors."""
    noinline()
    highest = chances[0]
    for k in range(1, actions):
        highest = max(highest, chances[k])
    for k in range(actions):
        chances[k] -= highest
    for k in range(actions, _rows(actions)):
        chances[k] = -math.inf
    for k in range(0, actions, LANES):
        store(chances, k, exp(load(chances, k)))
    total = 0.0
    for k in range(actions):
        total += chances[k]
    for k in range(actions):
        chances[k] /= total


@inline
def _value(theta, table, work, t):
    """What the critic says at step t; 0 without one."""
    if table[CRITIC] == NO_CRITIC:
        return 0.0
    part, values = at(theta, table[POLICY_SIZE]), at(work, table[VALUES_AT])
    if table[CRITIC] == MEAN:
        return part[0]
    state, wide = at(work, table[STATE_AT] + t * table[SIZE]), _rows(table[HIDDEN])
    _apply(
        part, table[STATES], table[FEATURES], table[HIDDEN], 1, np.int64(state[PLACE]),
        at(work, table[SEEN_AT] + t * table[FEATURES]), at(work, table[CRITIC_AT] + t * wide), at(values, t),
    )  # fmt: skip
    return values[t]


@standalone
def _play(theta, table, constants, work, seed):
    """Play one episode into the rows of work, with returns; its length. values[length]: 0 unless it was cut off."""
    noinline()
    actions, features, hidden, size = table[ACTIONS], table[FEATURES], table[HIDDEN], table[SIZE]
    numbers, chosen, rewards = at(constants, table[NUMBERS]), at(work, table[CHOSEN_AT]), at(work, table[REWARDS_AT])
    values, returns = at(work, table[VALUES_AT]), at(work, table[RETURNS_AT])
    wide, row = _rows(hidden), _rows(actions)
    lots = np.int64(bits(seed, -1))
    state, seen = at(work, table[STATE_AT]), at(work, table[SEEN_AT])
    call_transition(table[TRANSITION], state, BEGIN, lots, 0, numbers, seen)
    length = 0
    while length < table[LONGEST] and state[OVER] == 0.0:
        chances = at(work, table[CHANCES_AT] + length * row)
        _apply(
            theta, table[STATES], features, hidden, actions, np.int64(state[PLACE]), seen,
            at(work, table[HIDDEN_AT] + length * wide), chances,
        )  # fmt: skip
        _softmax(chances, actions)
        left = uniform(seed, length)
        action = actions - 1
        for k in range(actions - 1):
            left -= chances[k]
            if left <= 0.0:
                action = k
                break
        values[length] = _value(theta, table, work, length)
        chosen[length] = action
        after = at(state, size)
        for k in range(size):
            after[k] = state[k]
        state, seen = after, at(seen, features)
        rewards[length] = call_transition(table[TRANSITION], state, action, lots, (length + 1) * DRAWS, numbers, seen)
        length += 1
    values[length] = _value(theta, table, work, length) if state[OVER] == 0.0 else 0.0
    ahead = 0.0
    for back in range(length):
        t = length - 1 - back
        ahead = rewards[t] + constants[table[DISCOUNT]] * ahead
        returns[t] = ahead
    return length


@inline
def _total(rewards, length):
    """The return of an episode as it is told: without a discount."""
    found = 0.0
    for t in range(length):
        found += rewards[t]
    return found


@standalone
def _learn(theta, grad, table, constants, work, length, share):
    """Add to grad what an episode in work says, weighted by share: minus the credits times the gradients of log pi,
    summed over its steps; and the critic's half squared error, averaged over them.
    """
    noinline()
    actions, features, hidden, row = table[ACTIONS], table[FEATURES], table[HIDDEN], _rows(table[ACTIONS])
    wide = _rows(hidden)
    credits, goals, values = at(work, table[CREDITS_AT]), at(work, table[GOALS_AT]), at(work, table[VALUES_AT])
    call_credit(
        table[CREDIT], at(work, table[REWARDS_AT]), values, length, constants[table[DISCOUNT]],
        at(constants, table[KNOBS]), at(work, table[RETURNS_AT]), credits, goals,
    )  # fmt: skip
    chosen, deltas, first = at(work, table[CHOSEN_AT]), at(work, table[DELTAS_AT]), table[POLICY_SIZE]
    for t in range(length):
        slopes = at(work, table[CHANCES_AT] + t * row)
        weight = share * credits[t]
        for k in range(actions):
            slopes[k] *= weight
        slopes[np.int64(chosen[t])] -= weight
        place = np.int64(work[table[STATE_AT] + t * table[SIZE] + PLACE])
        seen = at(work, table[SEEN_AT] + t * features)
        units = at(work, table[HIDDEN_AT] + t * wide)
        _add_gradient(theta, grad, table[STATES], features, hidden, actions, place, seen, units, slopes, deltas)
        if table[CRITIC] == NO_CRITIC:
            continue
        miss = (values[t] - goals[t]) * share / length
        if table[CRITIC] == MEAN:
            grad[first] += miss
            continue
        goals[t] = miss
        _add_gradient(
            at(theta, first), at(grad, first), table[STATES], features, hidden, 1, place, seen,
            at(work, table[CRITIC_AT] + t * wide), at(goals, t), deltas,
        )  # fmt: skip


@inline
def _episode_seed(seed, quiet, update, number):
    """The seed of an episode; those that are looked at are others than those of training."""
    return np.int64(bits(seed, -1 - number if quiet > 0 else update * MOST_EPISODES + number))


@kernel(OBJECTIVE)
def policy_objective(theta, grad, stream, constants, work):
    """Minus the mean return of a batch of episodes; grad: that of the surrogate at the actions that were taken.

    The surrogate is -(1/B) sum over episodes and steps of credit log pi(action), plus the critic's half squared error,
    averaged over the steps of an episode and the episodes; credits and the critic's goals are constants.
    """
    table = integers(constants)
    taken, done = stream[TAKEN], stream[DONE]
    part = at(floats(stream), PART)
    told = part[0] if done > 0 else 0.0
    stream[DONE] = 0
    part[0] = 0.0
    if done == 0:
        for place in range(table[PARAMETERS]):
            grad[place] = 0.0
    share = 1.0 / taken
    for episode in range(done, taken):
        seed = _episode_seed(stream[SEED], stream[QUIET], stream[UPDATE], episode)
        length = _play(theta, table, constants, work, seed)
        _learn(theta, grad, table, constants, work, length, share)
        told += _total(at(work, table[REWARDS_AT]), length)
        if episode + 1 < taken and is_raised(stream[FLAG]):
            stream[DONE] = episode + 1
            part[0] = told
            return -share * told
    return -share * told


_f, _i = types.float64, types.int64


@routine(_i(_f[::1], _i, _i, _i, _i, _f[::1], _f[::1], _f[::1]))
def measure_episodes(theta, seed, first, count, flag, constants, work, sums):
    """Add to sums (SUMS,) what episodes first, first + 1, ... of `count` that are looked at come to.

    Returns how many are done: count, or if the flag at an address was raised the `first` of the next call.
    """
    p_theta, p_constants, p_work = pointer(theta), pointer(constants), pointer(work)
    table = integers(p_constants)
    actions, row = table[ACTIONS], _rows(table[ACTIONS])
    values, returns = at(p_work, table[VALUES_AT]), at(p_work, table[RETURNS_AT])
    for episode in range(first, count):
        length = _play(p_theta, table, p_constants, p_work, _episode_seed(seed, 1, 0, episode))
        sums[RETURN] += _total(at(p_work, table[REWARDS_AT]), length)
        sums[LENGTH] += length
        for t in range(length):
            chances = at(p_work, table[CHANCES_AT] + t * row)
            for k in range(actions):
                if chances[k] > 0.0:
                    sums[ENTROPY] -= chances[k] * math.log(chances[k])
            sums[ERROR] += (values[t] - returns[t]) * (values[t] - returns[t])
        if is_raised(flag):
            return episode + 1
    return count


@routine(_i(_f[::1], _i, _i, _i, _i, _f[::1], _f[::1], _f[::1]))
def play_episode(theta, seed, quiet, update, number, constants, work, credited):
    """Play one episode into work, those of training if `quiet` is 0; its length.

    credited (2, LONGEST) flat: the credits, then the goals of the critic, of its steps.
    """
    p_theta, p_constants, p_work = pointer(theta), pointer(constants), pointer(work)
    table = integers(p_constants)
    length = _play(p_theta, table, p_constants, p_work, _episode_seed(seed, quiet, update, number))
    p_credited = pointer(credited)
    call_credit(
        table[CREDIT], at(p_work, table[REWARDS_AT]), at(p_work, table[VALUES_AT]), length,
        p_constants[table[DISCOUNT]], at(p_constants, table[KNOBS]), at(p_work, table[RETURNS_AT]),
        p_credited, at(p_credited, table[LONGEST]),
    )  # fmt: skip
    return length
