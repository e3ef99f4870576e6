"""Optimised C: nothing but this network, whose sizes are known to the compiler; examples lie side by side."""

from __future__ import annotations

from itertools import pairwise

from benchmarks.c_training import ADAM, peer
from benchmarks.peers.networks import MOMENTUM, Peer, Work, flat

MOST = 128  # examples at once
LAYER = r"""
static inline void forward(const double *w, const double *bias, const double *in, double *out, int reads, int units) {
    for (int j = 0; j < units; j++) {
        double z[COLUMNS];
        for (int b = 0; b < COLUMNS; b++) z[b] = bias[j];
        for (int k = 0; k < reads; k++)
            for (int b = 0; b < COLUMNS; b++) z[b] += w[j * reads + k] * in[k * COLUMNS + b];
        memcpy(out + j * COLUMNS, z, sizeof z);
    }
}
static inline void tanh_of(double *z, int n) { for (int i = 0; i < n; i++) z[i] = tanh(z[i]); }
static inline void relu_of(double *z, int n) { for (int i = 0; i < n; i++) z[i] = z[i] > 0 ? z[i] : 0; }
static inline void identity_of(double *z, int n) { }
static inline void tanh_back(const double *v, double *d, int n) {
    for (int i = 0; i < n; i++) d[i] *= 1 - v[i] * v[i];
}
static inline void relu_back(const double *v, double *d, int n) {
    for (int i = 0; i < n; i++) d[i] = v[i] > 0 ? d[i] : 0;
}
static inline void identity_back(const double *v, double *d, int n) { }
static inline void backward(const double *in, const double *d, double *w, double *bias, int reads, int units) {
    for (int j = 0; j < units; j++) {
        double total = 0;
        for (int b = 0; b < COLUMNS; b++) total += d[j * COLUMNS + b];
        bias[j] += total;
        for (int k = 0; k < reads; k++) {
            double sum = 0;
            for (int b = 0; b < COLUMNS; b++) sum += d[j * COLUMNS + b] * in[k * COLUMNS + b];
            w[j * reads + k] += sum;
        }
    }
}
static inline void back_through(const double *w, const double *d, double *back, int reads, int units) {
    for (int k = 0; k < reads; k++) {
        double z[COLUMNS] = {0};
        for (int j = 0; j < units; j++)
            for (int b = 0; b < COLUMNS; b++) z[b] += w[j * reads + k] * d[j * COLUMNS + b];
        memcpy(back + k * COLUMNS, z, sizeof z);
    }
}
static inline void half_mse(double *answers, const TARGET *y, int outputs) {
    for (int k = 0; k < outputs; k++)
        for (int b = 0; b < COLUMNS; b++)
            answers[k * COLUMNS + b] = (answers[k * COLUMNS + b] - y[b * outputs + k]) / (BATCH * outputs);
}
static inline void softmax(double *answers, const TARGET *y, int outputs) {
    double most[COLUMNS], total[COLUMNS] = {0};
    memcpy(most, answers, sizeof most);
    for (int i = COLUMNS; i < outputs * COLUMNS; i++)
        most[i % COLUMNS] = answers[i] > most[i % COLUMNS] ? answers[i] : most[i % COLUMNS];
    for (int k = 0; k < outputs; k++)
        for (int b = 0; b < COLUMNS; b++)
            total[b] += answers[k * COLUMNS + b] = exp(answers[k * COLUMNS + b] - most[b]);
    for (int k = 0; k < outputs; k++)
        for (int b = 0; b < COLUMNS; b++) answers[k * COLUMNS + b] /= total[b] * BATCH;
    for (int b = 0; b < COLUMNS; b++) answers[(long)y[b] * COLUMNS + b] -= 1.0 / BATCH;
}
"""
STEP = {
    "sgd": "for (long i = 0; i < PARAMETERS; i++) theta[i] -= rate * gradient[i];",
    "momentum": f"for (long i = 0; i < PARAMETERS; i++) theta[i] -= rate * (first[i] = {MOMENTUM} * first[i] "
    "+ gradient[i]);",
    "adam": ADAM,
}


def start(work: Work) -> Peer:
    columns = next(each for each in range(min(MOST, work.batch), 0, -1) if work.batch % each == 0)
    return peer(
        _source(work), STEP[work.optimizer], flat(work.weights), work.inputs, work.targets, work.rate,
        BATCH=work.batch, COLUMNS=columns,
    )  # fmt: skip


def _source(work: Work) -> str:
    """slope() of the network, layer by layer."""
    shapes, widest = list(pairwise(work.sizes)), max(work.sizes)
    layers, ahead, back, at = [], [], [], 0
    for layer, ((reads, units), bend) in enumerate(zip(shapes, work.activations, strict=True)):
        layers.append(f"static double a{layer + 1}[{units} * COLUMNS] __attribute__((aligned(64)));")
        w, bias, at = at, at + reads * units, at + reads * units + units
        ahead.append(f"forward(theta + {w}, theta + {bias}, a{layer}, a{layer + 1}, {reads}, {units});")
        ahead.append(f"{bend}_of(a{layer + 1}, {units} * COLUMNS);")
        here = [f"{bend}_back(a{layer + 1}, d, {units} * COLUMNS);"]
        here.append(f"backward(a{layer}, d, gradient + {w}, gradient + {bias}, {reads}, {units});")
        if layer:
            here.append(f"back_through(theta + {w}, d, other, {reads}, {units}); swap = d; d = other; other = swap;")
        back[:0] = here
    outputs = work.sizes[-1]
    return f"""{LAYER}
static double a0[FEATURES * COLUMNS] __attribute__((aligned(64)));
static double one[{widest} * COLUMNS] __attribute__((aligned(64)));
static double two[{widest} * COLUMNS] __attribute__((aligned(64)));
{" ".join(layers)}
static void slope(const double *theta, double *gradient, const double *x, const TARGET *y) {{
    memset(gradient, 0, PARAMETERS * sizeof *gradient);
    for (int start = 0; start < BATCH; start += COLUMNS, x += COLUMNS * FEATURES, y += COLUMNS * TARGETS) {{
        double *d = one, *other = two, *swap;
        for (int k = 0; k < FEATURES; k++)
            for (int b = 0; b < COLUMNS; b++) a0[k * COLUMNS + b] = x[b * FEATURES + k];
        {" ".join(ahead)}
        memcpy(d, a{len(shapes)}, {outputs} * COLUMNS * sizeof *d);
        {work.loss}(d, y, {outputs});
        {" ".join(back)}
    }}
}}
"""
