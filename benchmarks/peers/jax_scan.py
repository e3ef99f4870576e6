"""JAX at its best: the whole trajectory in one compiled lax.scan, float64, nothing recorded."""

from __future__ import annotations

from functools import partial

from benchmarks.peers import BETA1, BETA2, EPS, RATE, START, Missing, Peer


def start() -> Peer:
    try:
        import jax
        import jax.numpy as jnp
    except ImportError:
        raise Missing("JAX is not installed") from None
    jax.config.update("jax_enable_x64", True)
    gradient = jax.grad(lambda p: (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2)

    @partial(jax.jit, static_argnums=1)
    def descend(p, count):
        def update(state, _):
            p, m, v, power1, power2 = state
            g = gradient(p)
            power1, power2 = power1 * BETA1, power2 * BETA2
            m = BETA1 * m + (1 - BETA1) * g
            v = BETA2 * v + (1 - BETA2) * g * g
            p = p - RATE * (m / (1 - power1)) / (jnp.sqrt(v / (1 - power2)) + EPS)
            return (p, m, v, power1, power2), None

        zero, one = jnp.zeros_like(p), jnp.ones((), p.dtype)
        return jax.lax.scan(update, (p, zero, zero, one, one), None, length=count)[0][0]

    def run(count: int) -> tuple[float, float]:
        p = descend(jnp.array(START), count).block_until_ready()
        return float(p[0]), float(p[1])

    return Peer(f"JAX {jax.__version__} lax.scan", run)
