"""Optimizers against PyTorch, Optax and qhoptim, against their own rules, and against closed forms."""

import ctypes
import json
import math
from decimal import Decimal, getcontext
from pathlib import Path

import numpy as np
import pytest
from numba import types

from engine.contracts import pointer, routine
from engine.expressions.expression import parse
from engine.optimizers import COMMON, OPTIMIZERS
from engine.optimizers.context import CONTEXT
from engine.optimizers.shared import bias_correction
from tests.each import each

with np.load(Path(__file__).parent / "reference" / "optimizers.npz") as file:
    STORED = dict(file)
CASES = json.loads(str(STORED["cases"]))
EVERY = each("key", OPTIMIZERS)
# Each parameter by itself, from its gradient alone; the others are in test_matrices.py and test_second_gradients.py.
ALONE = [key for key, entry in OPTIMIZERS.items() if entry.matrix is None and not entry.asks]
EACH = pytest.mark.parametrize("key", ALONE)

# Whatever the gradient is, their step is at most the learning rate (ADOPT: times the fourth root of t).
BOUNDED = {"lion", "rprop", "signsgd", "signum", "adopt"}

_DOUBLES = ctypes.POINTER(ctypes.c_double)
_COUNTS = ctypes.POINTER(ctypes.c_int64)
_STEP = ctypes.CFUNCTYPE(
    None, _DOUBLES, _DOUBLES, _DOUBLES, _DOUBLES, ctypes.c_double, ctypes.c_int64, ctypes.c_int64, _COUNTS
)


MANY, ENDS = 19, [0, -1]  # parameters in vectors, and some that are left over at the end


class Stepper:
    """One optimizer's kernel with its arrays; weight decay as the training loop applies it."""

    def __init__(self, key, theta, **settings):
        self.entry = OPTIMIZERS[key]
        self.values = {knob.name: knob.default for knob in self.entry.knobs} | settings
        assert len(self.values) == len(self.entry.knobs), f"{key} has no {settings}"
        self.theta = np.array(theta, float)
        self.slots = np.zeros(self.entry.size(self.theta.size) + 1)
        self.t = 0
        self._call = _STEP(self.entry.kernel.address)
        self._context = np.zeros(CONTEXT, np.int64)

    @property
    def hyper(self):
        own = self.entry.knobs[: self.entry.own]
        return np.array([float(self.values[knob.name]) for knob in own] + [math.nan])

    def slot(self, name):
        n = self.theta.size
        at = self.entry.slots.index(name) * n
        return self.slots[at : at + n]

    def step(self, gradient, rate):
        """Change theta in place, and return it."""
        gradient = np.array(gradient, float)
        if self.values["decoupled"]:
            self.theta *= 1.0 - rate * self.values["weight_decay"]
        else:
            gradient += self.values["weight_decay"] * self.theta
        self.t += 1
        self.call(gradient, self.hyper, rate)
        return self.theta

    def call(self, gradient, hyper, rate):
        """Step number t, without decay."""
        arrays = (self.theta, gradient, self.slots, hyper)
        pointers = (a.ctypes.data_as(_DOUBLES) for a in arrays)
        self._call(*pointers, rate, self.t, self.theta.size, self._context.ctypes.data_as(_COUNTS))


def descend(stepper, gradient, rate, updates):
    for _ in range(updates):
        stepper.step(gradient(stepper.theta), rate)
    return stepper.theta


@EVERY
def test_declarations_are_complete(key):
    entry = OPTIMIZERS[key]
    own = [knob.name for knob in entry.knobs[: entry.own]]
    assert [knob.name for knob in entry.knobs[entry.own :]] == [knob.name for knob in COMMON]
    assert entry.title and entry.summary and "https://" in entry.source
    assert entry.learning_rate > 0.0
    for knob in entry.knobs:
        assert knob.help.endswith(".") and knob.symbol
        if knob.slider:
            assert knob.low <= knob.slider[0] < knob.slider[1] <= knob.high
            assert knob.default == 0.0 or knob.slider[0] <= knob.default <= knob.slider[1]
    assigned = [name for name, _ in entry.assignments()]
    read = {name for _, tree in entry.assignments() for name in tree.names}
    assert assigned[-1] == "step" and len(set(assigned)) == len(assigned)
    assert set(entry.slots) <= set(assigned) and set(entry.given) <= read
    assert set(own) <= read or entry.matrix is not None
    assert entry.momentum in ("", *entry.slots)
    assert not {*own, *entry.slots} & {"g", "theta", "eta", "t", "step", "e", "pi"}


@each("case", CASES)
def test_same_path_as_the_libraries(case):
    rates = case["rate"] * STORED[f"rates/{case['rates']}"]
    gradients = STORED[f"gradients/{case['gradients']}"]
    stepper = Stepper(case["optimizer"], STORED["start"], **case["settings"])
    changes = dict(case["changes"])
    path = []
    for t, (gradient, rate) in enumerate(zip(gradients, rates, strict=True)):
        stepper.values |= changes.get(t, {})
        path.append(stepper.step(gradient, rate).copy())
    expected = STORED[f"path/{case['name']}"]
    gap = np.abs(np.array(path)[STORED["rows"] - 1] - expected).max(axis=1)
    assert (gap <= 1e-12 * np.maximum.accumulate(np.abs(expected).max(axis=1))).all()


def test_every_optimizer_is_compared_with_a_library():
    assert {case["optimizer"] for case in CASES} == set(ALONE)


def variations(key):
    """The defaults, all numbers changed, and each switch the other way."""
    own = OPTIMIZERS[key].knobs[: OPTIMIZERS[key].own]
    # The spread of the first gradients is rounding; a larger eps keeps it out of the result.
    base = {"eps": 1e-3} if key == "rmsprop_centred" else {}
    yield base
    changed = {}
    for knob in own:
        if knob.kind == "real":
            reach = knob.slider[1] if knob.slider else knob.high
            changed[knob.name] = max(knob.low, 0.7 * knob.default or 0.3 * min(1.0, reach))
    if changed:
        yield changed | base
    for knob in own:
        if knob.kind == "switch":
            yield changed | base | {knob.name: not knob.default}


@each("key, settings", [(key, settings) for key in ALONE for settings in variations(key)])
def test_rule_is_what_the_kernel_does(key, settings):
    # RAdam's rho is a difference of two numbers near 2000, which the rule takes as written.
    tolerance = 1e-10 if key == "radam" else 1e-12
    random = np.random.default_rng(3)
    stepper = Stepper(key, np.zeros(3), **settings)
    entry = stepper.entry
    hyper = dict(zip([knob.name for knob in entry.knobs], stepper.hyper[:-1], strict=False))
    switches = {knob.name: hyper[knob.name] for knob in entry.knobs[: entry.own] if knob.kind == "switch"}
    plain, decided = entry.assignments(), entry.assignments(switches)
    for t in range(1, 71):
        g = random.standard_normal(3)
        eta = 0.01 * random.uniform(0.5, 2.0)
        before = {name: stepper.slot(name).copy() for name in entry.slots}
        stepper.theta[:] = 0.0  # so that theta is the step itself, unrounded
        stepper.step(g, eta)
        if 8 < t < 62:
            continue
        for i in range(3):
            start = {name: slot[i] for name, slot in before.items()}
            values = {**hyper, **start, "g": g[i], "eta": eta, "t": float(t), "theta": 0.0}
            chosen = dict(values)
            for (name, tree), (_, short) in zip(plain, decided, strict=True):
                values[name] = tree.evaluate(values)
                chosen[name] = short.evaluate(chosen)
            assert values == chosen
            assert stepper.theta[i] == pytest.approx(values["step"], rel=tolerance, abs=1e-14)
            for name in entry.slots:
                assert stepper.slot(name)[i] == pytest.approx(values[name], rel=tolerance, abs=1e-14)


def test_assignments_leave_out_the_branches_not_taken():
    corrected, raw = (dict(OPTIMIZERS["adam"].assignments({"bias_correction": on}))["mhat"] for on in (1.0, 0.0))
    assert corrected.names == ("m", "beta1", "t") and raw.names == ("m",)
    first, later = (dict(OPTIMIZERS["momentum"].assignments({"t": t}))["v"] for t in (1.0, 2.0))
    assert first.names == ("g",) and "dampening" in later.names


@EACH
@each("n", [1, 2, MANY])
def test_kernels_keep_to_their_arrays_and_treat_every_parameter_alike(key, n):
    random = np.random.default_rng(n)
    theta = random.standard_normal(n)
    together, alone = Stepper(key, theta), [Stepper(key, [value]) for value in theta]
    together.slots[-1] = 123.0
    for _ in range(6):
        g = random.standard_normal(n)
        given, hyper = g.copy(), together.hyper
        together.t += 1
        together.call(g, hyper, 0.1)
        np.testing.assert_array_equal(g, given)
        np.testing.assert_array_equal(hyper, together.hyper)
        for value, one in zip(given, alone, strict=True):
            one.values["weight_decay"] = 0.0
            one.step([value], 0.1)
    assert together.slots[-1] == 123.0
    np.testing.assert_allclose(together.theta, [one.theta[0] for one in alone], rtol=1e-14)


@EACH
@each("calm_updates", [0, 1, 5])
def test_nan_reaches_theta(key, calm_updates):
    stepper = Stepper(key, np.ones(MANY))
    descend(stepper, lambda theta: np.linspace(0.3, -0.2, MANY), 0.01, calm_updates)
    theta = stepper.step([math.nan, *np.linspace(0.1, 0.2, MANY - 2), math.nan], 0.01)
    assert np.isnan(theta[ENDS]).all() and np.isfinite(theta[1:-1]).all()
    # Rprop's sizes and NAdam's product do not depend on how large a gradient is, Adan's d not on the first.
    for name in set(stepper.entry.slots) - {"size", "product", "d" if key == "adan" else ""}:
        assert np.isnan(stepper.slot(name)[ENDS]).all()


@pytest.mark.parametrize("key", sorted(set(ALONE) - BOUNDED))
def test_infinity_reaches_theta(key):
    stepper = Stepper(key, np.ones(MANY))
    descend(stepper, lambda theta: np.linspace(0.3, -0.2, MANY), 0.01, 3)
    theta = stepper.step([math.inf, *np.linspace(0.1, 0.2, MANY - 2), -math.inf], 0.01)
    assert not np.isfinite(theta[ENDS]).any() and np.isfinite(theta[1:-1]).all()


@each("key", ["adam", "adamw"])
def test_adam_steps_as_its_definition_from_gradients_of_every_size(key):
    """Squares underflow below 1e-162 and overflow above 1e154: then eps is all that divides, or nothing moves."""
    sizes = [0.0, 5e-324, 1e-310, 1e-170, 1e-160, 1e-80, 1e-8, 1.0, 1e8, 1e80, 1e150, 1e154, 1e155, 1e300]
    g = np.array([sign * size for size in sizes for sign in (1.0, -1.0)])
    stepper, theta, m, v = Stepper(key, np.zeros(g.size), weight_decay=0.0), np.zeros(g.size), 0.0, 0.0
    for t in range(1, 4):
        with np.errstate(over="ignore", under="ignore"):
            m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
            theta = theta - 0.01 / (1.0 - 0.9**t) * m / (np.sqrt(v / (1.0 - 0.999**t)) + 1e-8)
        np.testing.assert_allclose(stepper.step(g, 0.01), theta, rtol=1e-13, atol=5e-324)


@pytest.mark.parametrize("key", [key for key in ALONE if key != "yogi"])  # its mean starts at 1e-6
def test_no_gradient_no_step(key):
    theta = descend(Stepper(key, [1.5, -2.0], weight_decay=0.0), lambda theta: [0.0, 0.0], 0.1, 4)
    assert theta.tolist() == [1.5, -2.0]


@routine(types.void(types.float64[::1], types.float64[::1]))
def complements(betas, out):
    memory = np.zeros(2)
    for t in range(1, betas.size + 1):
        out[t - 1] = bias_correction(betas[t - 1], t, pointer(memory), 0)


@pytest.mark.parametrize("betas", [(0.9,), (0.999,), (0.999999,), (0.0,), (1e-300,), (0.999, 0.9, 0.0, 0.9999)])
def test_one_minus_a_power_is_exact_for_the_beta_of_the_moment(betas):
    updates = 2000
    used = np.repeat(betas, math.ceil(updates / len(betas)))[:updates]
    got = np.empty(updates)
    complements(used, got)
    getcontext().prec = 60
    expected = np.array([float(1 - Decimal(float(beta)) ** (t + 1)) for t, beta in enumerate(used)])
    np.testing.assert_allclose(got, expected, rtol=1e-14)


def test_nadams_product_does_not_linger_in_denormal_numbers():
    stepper = Stepper("nadam", [1.0])
    descend(stepper, lambda theta: [1.0], 1e-6, 10_000)
    assert stepper.slot("product")[0] == 0.0


# What is known in closed form


@pytest.mark.parametrize("product", [1.9, 1.999, 2.0, 2.001, 2.1])
def test_gradient_descent_on_a_parabola(product):
    curvature = 25.0
    theta = descend(Stepper("sgd", [1.0]), lambda theta: curvature * theta, product / curvature, 2000)
    assert abs(theta[0]) == pytest.approx(abs(1.0 - product) ** 2000, rel=1e-6)


def test_optimal_rates_on_an_ill_conditioned_quadratic():
    curvatures = np.array([1.0, 100.0])
    descent = Stepper("sgd", [1.0, 1.0])
    theta = descend(descent, lambda theta: curvatures * theta, 2.0 / 101.0, 200)
    np.testing.assert_allclose(np.abs(theta), (99.0 / 101.0) ** 200, rtol=1e-9)

    rate, share = (2.0 / 11.0) ** 2, (9.0 / 11.0) ** 2
    ball = Stepper("momentum", [1.0, 1.0], momentum=share)
    scaled = []
    for t in range(1, 61):
        ball.step(curvatures * ball.theta, rate)
        scaled.append(ball.theta * np.array([1.0, -1.0]) ** t / (9.0 / 11.0) ** t)
    # Both roots coincide, so the error is (a + b t) r^t with r = 9/11: a straight line once divided by r^t.
    np.testing.assert_allclose(np.diff(scaled, 2, axis=0), 0.0, atol=1e-9)


@pytest.mark.parametrize(
    "key, settings, limit",
    [
        ("sgd", {}, 2.0),
        ("momentum", {"momentum": 0.0}, 2.0),
        ("momentum", {"momentum": 0.5}, 3.0),
        ("momentum", {"momentum": 0.9}, 3.8),
        ("momentum", {"momentum": 0.9, "dampening": 0.5}, 7.6),
        ("nesterov", {"momentum": 0.0}, 2.0),
        ("nesterov", {"momentum": 0.5}, 1.5),
        ("nesterov", {"momentum": 0.9}, 1.3571428571),
        ("qhm", {"nu": 0.7, "beta": 0.9}, 5.9375),
        ("qhm", {"nu": 1.0, "beta": 0.5}, 6.0),
        ("qhm", {"nu": 0.7, "beta": 0.999}, None),
    ],
)
def test_largest_stable_rate(key, settings, limit):
    curvature = 200.0
    stability = parse(OPTIMIZERS[key].stability, (*settings, "dampening"))
    declared = stability.evaluate({"dampening": 0.0} | settings)
    assert limit is None or declared == pytest.approx(limit)
    ends = [
        descend(
            Stepper(key, [1.0], **settings),
            lambda theta: curvature * theta,
            share * declared / curvature,
            4000,
        )
        for share in (0.99, 1.01)
    ]
    assert abs(ends[0][0]) < 1e-8 and abs(ends[1][0]) > 1e8


@pytest.mark.parametrize("beta1, limit", [(0.0, 2.0), (0.5, 6.0), (0.9, 38.0)])
def test_largest_stable_rate_of_adam_on_its_preconditioned_curvature(beta1, limit):
    eps = 1e100  # far above sqrt(v), so that the preconditioner stands still
    ends = [
        descend(Stepper("adam", [1.0], beta1=beta1, eps=eps), lambda theta: theta, share * limit * eps, 4000)
        for share in (0.99, 1.01)
    ]
    assert abs(ends[0][0]) < 1e-8 and abs(ends[1][0]) > 1e8


@pytest.mark.parametrize("scale", [1e-3, 1.0, -7.0, 1e6])
def test_adams_first_step_is_the_learning_rate(scale):
    theta = Stepper("adam", [0.0]).step([scale], 0.01)
    assert theta[0] == pytest.approx(-math.copysign(0.01, scale), rel=1e-4)


@pytest.mark.parametrize("beta2, factor", [(0.99, 1.0), (0.999, 10.0**0.5), (0.9999, 10.0)])
def test_adams_first_step_without_correction(beta2, factor):
    theta = Stepper("adam", [0.0], beta2=beta2, bias_correction=False).step([5.0], 0.01)
    assert theta[0] == pytest.approx(-0.01 * factor, rel=1e-6)


def test_correction_may_be_switched_while_it_runs():
    stepper = Stepper("adam", [0.0], eps=1e-30)
    for t in range(1, 200):
        stepper.values["bias_correction"] = not 20 < t < 150
        stepper.theta[:] = 0.0
        theta = stepper.step([3.0], 0.01)
        factor = 1.0 if stepper.values["bias_correction"] else (1.0 - 0.9**t) / math.sqrt(1.0 - 0.999**t)
        assert theta[0] == pytest.approx(-0.01 * factor, rel=1e-12)


def test_adagrad_under_a_constant_gradient():
    theta = descend(Stepper("adagrad", [0.0]), lambda theta: [4.0], 0.1, 10_000)
    assert theta[0] == pytest.approx(-19.854, abs=1e-3)
    assert theta[0] == pytest.approx(-0.1 * sum(t**-0.5 for t in range(1, 10_001)), rel=1e-9)


def test_rmsprop_under_a_constant_gradient():
    theta = descend(Stepper("rmsprop", [0.0], alpha=0.9, eps=1e-30), lambda theta: [4.0], 0.1, 100)
    assert theta[0] == pytest.approx(-0.1 * sum((1.0 - 0.9**t) ** -0.5 for t in range(1, 101)), rel=1e-12)


def test_decay_alone():
    def end(key, **settings):
        return descend(Stepper(key, [1.0], weight_decay=0.1, **settings), lambda theta: [0.0], 1e-3, 500)[0]

    assert end("adamw") == pytest.approx((1.0 - 1e-4) ** 500, rel=1e-9)
    assert end("adamw") == pytest.approx(0.95123, abs=1e-5)
    assert end("adam") == pytest.approx(0.56, abs=0.01)


def test_adam_goes_the_wrong_way_where_amsgrad_does_not():
    """Reddi, Kale & Kumar 2018: the mean gradient is 10/101 up, Adam forgets the rare large one."""

    def end(key, updates):
        stepper = Stepper(key, [0.0], beta2=0.99)
        for t in range(updates):
            stepper.step([1010.0 if t % 101 == 0 else -10.0], 0.01)
            stepper.theta[0] = min(max(stepper.theta[0], -1.0), 1.0)
        return stepper.theta[0]

    assert end("adam", 8_000) > 0.9
    assert end("amsgrad", 28_000) < -0.2


def test_qhm_and_qhadam_contain_their_relatives():
    random = np.random.default_rng(5)
    gradients = random.standard_normal((100, 2))
    pairs = [
        (Stepper("qhm", [1.0, 2.0], nu=0.0), Stepper("sgd", [1.0, 2.0]), 1.0),
        (Stepper("qhm", [1.0, 2.0], nu=1.0, beta=0.9), Stepper("momentum", [1.0, 2.0]), 0.1),
        (Stepper("qhadam", [1.0, 2.0], nu1=1.0, beta1=0.9), Stepper("adam", [1.0, 2.0]), 1.0),
    ]
    for ours, relative, factor in pairs:
        for gradient in gradients:
            ours.step(gradient, 0.01)
            relative.step(gradient, 0.01 * factor)
        np.testing.assert_allclose(ours.theta, relative.theta, rtol=1e-12)


def test_rprop_looks_at_the_rate_only_once():
    one, other = Stepper("rprop", [1.0]), Stepper("rprop", [1.0])
    for t, gradient in enumerate([1.0, 2.0, -1.0, 3.0, 3.0]):
        one.step([gradient], 0.01)
        other.step([gradient], 0.01 if t == 0 else 5.0)
    assert one.theta == other.theta
