"""Makes optimizers.npz: the paths that PyTorch, Optax and qhoptim take under given gradients.

    pip install torch optax qhoptim        (made with torch 2.13.0, optax 0.2.8, qhoptim 1.1.0)
    python make_optimizers.py

The gradients are prescribed, so that rounding is not amplified by a surface: normal, of changing sign,
zero, tiny (1e-12), huge (1e6), sparse, of constant sign. All in float64. The file holds
- cases: JSON, a list of {name, optimizer, settings, rate, rates, gradients, changes}; the settings are the
  engine's, at changes [[update from 0, settings], ...] new ones; `rate` multiplies rates/<kind>
- gradients/<kind> (300, 6), rates/<kind> (300,), start (6,)
- rows: the updates after which the paths were kept; path/<name> (rows, 6)
"""

import json
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import optax
import optax.contrib
import qhoptim.pyt
import torch

jax.config.update("jax_enable_x64", True)
torch.set_default_dtype(torch.float64)  # NAdam keeps a product in the default type

STEPS, SIZE = 300, 6
ROWS = sorted({*range(1, 21), *range(25, STEPS, 7), STEPS})
BETAS = [(0.9, 0.999), (0.5, 0.9), (0.0, 0.99), (0.95, 0.95)]
CASES = []


def case(optimizer, settings, library, name, arguments, rate=0.01, gradients="hard", rates="steady", changes=()):
    """changes: (update, our settings, the arguments of PyTorch that they mean)."""
    CASES.append(
        {
            "name": f"{len(CASES):03d}-{library}-{optimizer}",
            "optimizer": optimizer,
            "settings": settings,
            "gradients": gradients,
            "rates": rates,
            "rate": rate,
            "changes": [(update, ours) for update, ours, _ in changes],
            "reference": (library, name, arguments, [(update, theirs) for update, _, theirs in changes]),
        }
    )


def declare_cases():
    # Decay through the gradient makes a normalised method flip its sign around 0 where gradients are
    # nearly 0, which amplifies rounding: such cases get the mild gradients.
    case("sgd", {}, "torch", "SGD", {})
    case("sgd", {"weight_decay": 0.1}, "torch", "SGD", {"weight_decay": 0.1})
    for mu, damping in ((0.9, 0.0), (0.5, 0.0), (0.99, 0.1), (0.9, 0.9)):
        ours = {"momentum": mu, "dampening": damping}
        case("momentum", ours, "torch", "SGD", ours)
        case("momentum", ours, "torch", "SGD", ours, rates="live")
    for mu in (0.5, 0.9, 0.99):
        case("nesterov", {"momentum": mu}, "torch", "SGD", {"momentum": mu, "nesterov": True})
        case("nesterov", {"momentum": mu}, "optax", "sgd", {"momentum": mu, "nesterov": True}, rates="live")
    for nu, beta in ((0.7, 0.999), (0.3, 0.9)):
        case("qhm", {"nu": nu, "beta": beta}, "qhoptim", "QHM", {"nu": nu, "momentum": beta}, rates="live")

    case("adagrad", {}, "torch", "Adagrad", {})
    case(
        "adagrad",
        {"eps": 1e-3, "initial_accumulator": 0.1, "lr_decay": 0.01, "weight_decay": 0.1},
        "torch",
        "Adagrad",
        {"eps": 1e-3, "initial_accumulator_value": 0.1, "lr_decay": 0.01, "weight_decay": 0.1},
        gradients="mild",
    )
    case("adagrad", {"lr_decay": 0.01}, "torch", "Adagrad", {"lr_decay": 0.01}, rates="live")
    case("adagrad", {"eps": 1e-7, "eps_inside": True, "initial_accumulator": 0.1}, "optax", "adagrad", {})

    for alpha in (0.9, 0.99):
        for mu in (0.0, 0.9):
            ours = {"alpha": alpha, "momentum": mu}
            theirs = {"decay": alpha, "momentum": mu or None}
            case("rmsprop", ours, "torch", "RMSprop", ours, rates="live")
            case("rmsprop", {**ours, "eps_inside": True}, "optax", "rmsprop", theirs)
            case(
                "rmsprop_centred",
                {**ours, "eps": 1e-3, "eps_inside": False},
                "torch",
                "RMSprop",
                {**ours, "eps": 1e-3, "centered": True},
            )
            case(
                "rmsprop_centred",
                {**ours, "eps": 1e-3},
                "optax",
                "rmsprop",
                {**theirs, "eps": 1e-3, "centered": True},
            )
    case(
        "rmsprop",
        {"alpha": 0.9, "momentum": 0.9, "rate_in_velocity": True, "eps_inside": True},
        "optax",
        "rmsprop",
        {"decay": 0.9, "momentum": 0.9},
        rates="live",
    )
    # Not centred: at the first update Optax takes the root of rounding, which can be below 0.
    case(
        "rmsprop",
        {"alpha": 0.9, "momentum": 0.9, "nesterov": True, "bias_correction": True, "eps_inside": True},
        "optax",
        "rmsprop",
        {"decay": 0.9, "momentum": 0.9, "nesterov": True, "bias_correction": True},
    )
    case("rmsprop", {}, "torch", "RMSprop", {}, changes=[(100, {"alpha": 0.5}, {"alpha": 0.5})])

    case("adadelta", {}, "torch", "Adadelta", {}, 1.0, rates="live")
    ours = {"rho": 0.95, "eps": 1e-3, "weight_decay": 0.1}
    case("adadelta", ours, "torch", "Adadelta", ours, 1.0, "mild")

    for beta1, beta2 in BETAS:
        ours, theirs, pair = (
            {"beta1": beta1, "beta2": beta2},
            {"betas": (beta1, beta2)},
            {"b1": beta1, "b2": beta2},
        )
        decay = {"weight_decay": 0.1}
        case("adam", ours, "torch", "Adam", theirs)
        case("adam", {**ours, **decay}, "torch", "Adam", {**theirs, **decay}, gradients="mild")
        case("adam", {**ours, "eps_root": 1e-6}, "optax", "adam", {**pair, "eps_root": 1e-6})
        case("adamw", {**ours, **decay}, "torch", "AdamW", {**theirs, **decay}, rates="live")
        case("amsgrad", ours, "torch", "Adam", {**theirs, "amsgrad": True}, rates="live")
        case("amsgrad", {**ours, "max_of_corrected": True}, "optax", "amsgrad", pair)
        case("adamax", ours, "torch", "Adamax", theirs, rates="live")
        case("nadam", ours, "torch", "NAdam", theirs, rates="live")
        case(
            "nadam",
            {**ours, **decay, "decoupled": True, "momentum_decay": 0.0},
            "torch",
            "NAdam",
            {**theirs, **decay, "decoupled_weight_decay": True, "momentum_decay": 0.0},
        )
        case("nadam", {**ours, "momentum_decay": 1e6}, "optax", "nadam", pair)
        case("radam", {**ours, "eps": 1e-3}, "torch", "RAdam", {**theirs, "eps": 1e-3}, rates="live")
        case("radam", {**ours, "eps": 1e-3, "eps_corrected": True}, "optax", "radam", {**pair, "eps": 1e-3})
        case("adabelief", ours, "optax", "adabelief", pair)
        case("yogi", ours, "optax", "yogi", pair)
        case(
            "qhadam",
            {**ours, "nu1": 0.7, "nu2": 0.9},
            "qhoptim",
            "QHAdam",
            {**theirs, "nus": (0.7, 0.9)},
            rates="live",
        )
        case("lion", {"beta1": beta1, **decay}, "optax", "lion", {"b1": beta1, **decay}, 0.003, rates="live")
    case("qhadam", {}, "qhoptim", "QHAdam", {"nus": (0.7, 1.0), "betas": (0.995, 0.999)})
    for optimizer, name in (("adam", "Adam"), ("amsgrad", "Adam"), ("adamax", "Adamax"), ("nadam", "NAdam")):
        changes = [
            (90, {"beta2": 0.9}, {"betas": (0.9, 0.9)}),
            (150, {"beta1": 0.5, "beta2": 0.9}, {"betas": (0.5, 0.9)}),
            (222, {"beta1": 0.9, "beta2": 0.999}, {"betas": (0.9, 0.999)}),
        ]
        extra = {"amsgrad": True} if optimizer == "amsgrad" else {}
        case(optimizer, {}, "torch", name, {"betas": (0.9, 0.999), **extra}, changes=changes)

    case("adan", {}, "optax", "adan", {})
    case("adan", {"weight_decay": 0.1}, "optax", "adan", {"weight_decay": 0.1}, rates="live")
    case("adopt", {}, "optax.contrib", "adopt", {}, rates="live")
    case("adopt", {"clipping": False}, "optax.contrib", "adopt", {"use_clipping": False})
    case("rprop", {}, "torch", "Rprop", {}, rates="live")
    case(
        "rprop",
        {"shrink": 0.3, "grow": 1.5, "smallest": 1e-4, "largest": 0.1},
        "torch",
        "Rprop",
        {"etas": (0.3, 1.5), "step_sizes": (1e-4, 0.1)},
        0.05,
    )
    case("signsgd", {}, "optax", "sign_sgd", {}, rates="live")
    case("signum", {}, "optax", "signum", {"beta": 0.9}, rates="live")


def gradient_sequence(hard):
    random = np.random.default_rng(0)
    g = random.standard_normal((STEPS, SIZE)) * np.exp(random.uniform(-3.0, 3.0, (1, SIZE)))
    g += 0.5 * np.sin(np.arange(STEPS) / 7.0)[:, None]
    g *= random.choice([1.0, 1.0, 1.0, -1.0], (STEPS, 1))
    if hard:
        g[:, 0] *= 1e-12
        g[:, 1] *= 1e6
        g[:, 2] = np.where(np.arange(STEPS) % 17 == 0, g[:, 2], 0.0)
        g[:, 3] = np.abs(g[:, 3])
        g[STEPS // 3, :] = 0.0
    return g


def torch_path(make, changes, rates, start, gradients):
    theta = torch.tensor(start, requires_grad=True)
    optimizer = make([theta], lr=float(rates[0]))
    path = []
    for t in range(STEPS):
        theta.grad = torch.as_tensor(gradients[t].copy())  # qhoptim adds decay in place
        optimizer.param_groups[0].update({"lr": float(rates[t]), **changes.get(t, {})})
        optimizer.step()
        path.append(theta.detach().numpy().copy())
    return np.array(path)


def optax_path(make, rates, start, gradients):
    transform = make(lambda count: jnp.asarray(rates)[count])
    theta = jnp.asarray(start)

    def update(carry, g):
        theta, state = carry
        change, state = transform.update(g, state, theta)
        theta = optax.apply_updates(theta, change)
        return (theta, state), theta

    return np.asarray(jax.lax.scan(update, (theta, transform.init(theta)), jnp.asarray(gradients))[1])


def path_of(library, name, arguments, changes, rates, start, gradients):
    if library in ("torch", "qhoptim"):
        kind = getattr(torch.optim if library == "torch" else qhoptim.pyt, name)
        return torch_path(lambda p, lr: kind(p, lr=lr, **arguments), dict(changes), rates, start, gradients)
    kind = getattr(optax.contrib if library == "optax.contrib" else optax, name)
    return optax_path(lambda rate: kind(rate, **arguments), rates, start, gradients)


def main():
    declare_cases()
    start = np.random.default_rng(7).standard_normal(SIZE)
    gradients = {"hard": gradient_sequence(True), "mild": gradient_sequence(False)}
    quarter = np.arange(STEPS) // (STEPS // 4)
    rates = {"steady": np.ones(STEPS), "live": np.array([1.0, 5.0, 0.1, 2.0])[quarter]}
    arrays = {"start": start, "rows": np.array(ROWS)}
    arrays |= {f"gradients/{kind}": g for kind, g in gradients.items()}
    arrays |= {f"rates/{kind}": r for kind, r in rates.items()}
    for entry in CASES:
        rate = entry["rate"] * rates[entry["rates"]]
        path = path_of(*entry.pop("reference"), rate, start, gradients[entry["gradients"]])
        assert np.isfinite(path).all(), entry
        arrays[f"path/{entry['name']}"] = path[np.array(ROWS) - 1]
    arrays["cases"] = np.array(json.dumps(CASES))
    np.savez_compressed(Path(__file__).with_name("optimizers.npz"), **arrays)
    print(len(CASES), "cases")


if __name__ == "__main__":
    main()
