"""Optimised C: nothing but this network, whose sizes are known to the compiler; examples lie side by side."""

from __future__ import annotations

from benchmarks.c_training import ADAM, peer
from benchmarks.peers import Missing
from benchmarks.peers.architectures import Work
from benchmarks.peers.networks import Peer
from engine.architectures.attention.network import AttentionNetwork
from engine.architectures.recurrent.network import RecurrentNetwork

RECURRENT = r"""
static double given[STEPS][INPUTS][BATCH] __attribute__((aligned(64)));
static double states[STEPS + 1][HIDDEN][BATCH] __attribute__((aligned(64)));
static double deltas[HIDDEN][BATCH] __attribute__((aligned(64))), back[HIDDEN][BATCH] __attribute__((aligned(64)));
static void slope(const double *theta, double *gradient, const double *x, const double *y) {
    const double *entering = theta, *between = entering + HIDDEN * INPUTS, *bias = between + HIDDEN * HIDDEN;
    const double *last = bias + HIDDEN, *end = last + HIDDEN;
    double *into = gradient, *along = into + HIDDEN * INPUTS, *onto = along + HIDDEN * HIDDEN, *to_last = onto + HIDDEN;
    double error[BATCH];
    memset(gradient, 0, PARAMETERS * sizeof *gradient);
    for (int b = 0; b < BATCH; b++)
        for (int t = 0; t < STEPS; t++)
            for (int i = 0; i < INPUTS; i++) given[t][i][b] = x[(b * STEPS + t) * INPUTS + i];
    for (int t = 0; t < STEPS; t++)
        for (int j = 0; j < HIDDEN; j++) {
            double z[BATCH];
            for (int b = 0; b < BATCH; b++) z[b] = bias[j];
            for (int i = 0; i < INPUTS; i++)
                for (int b = 0; b < BATCH; b++) z[b] += entering[j * INPUTS + i] * given[t][i][b];
            for (int k = 0; k < HIDDEN; k++)
                for (int b = 0; b < BATCH; b++) z[b] += between[j * HIDDEN + k] * states[t][k][b];
            for (int b = 0; b < BATCH; b++) states[t + 1][j][b] = tanh(z[b]);
        }
    for (int b = 0; b < BATCH; b++) error[b] = *end - y[b];
    for (int j = 0; j < HIDDEN; j++)
        for (int b = 0; b < BATCH; b++) error[b] += last[j] * states[STEPS][j][b];
    for (int b = 0; b < BATCH; b++) {
        error[b] *= 2.0 / BATCH;
        to_last[HIDDEN] += error[b];
    }
    for (int j = 0; j < HIDDEN; j++)
        for (int b = 0; b < BATCH; b++) {
            to_last[j] += error[b] * states[STEPS][j][b];
            back[j][b] = error[b] * last[j];
        }
    for (int t = STEPS - 1; t >= 0; t--) {
        for (int j = 0; j < HIDDEN; j++) {
            double sum = 0;
            for (int b = 0; b < BATCH; b++) {
                double h = states[t + 1][j][b];
                deltas[j][b] = back[j][b] * (1 - h * h);
                sum += deltas[j][b];
            }
            onto[j] += sum;
            for (int i = 0; i < INPUTS; i++) {
                sum = 0;
                for (int b = 0; b < BATCH; b++) sum += deltas[j][b] * given[t][i][b];
                into[j * INPUTS + i] += sum;
            }
            for (int k = 0; k < HIDDEN; k++) {
                sum = 0;
                for (int b = 0; b < BATCH; b++) sum += deltas[j][b] * states[t][k][b];
                along[j * HIDDEN + k] += sum;
            }
        }
        for (int k = 0; k < HIDDEN; k++) {
            double z[BATCH] = {0};
            for (int j = 0; j < HIDDEN; j++)
                for (int b = 0; b < BATCH; b++) z[b] += between[j * HIDDEN + k] * deltas[j][b];
            memcpy(back[k], z, sizeof z);
        }
    }
}
"""
CONVOLUTIONAL = r"""
enum { MAP = SIDE - KERNEL + 1, POOLED = MAP / 2, READS = CHANNELS * POOLED * POOLED };
static double image[SIDE][SIDE][BATCH] __attribute__((aligned(64)));
static double maps[MAP][MAP][BATCH] __attribute__((aligned(64)));
static double pooled[CHANNELS][POOLED][POOLED][BATCH] __attribute__((aligned(64)));
static double places[CHANNELS][POOLED][POOLED][BATCH] __attribute__((aligned(64)));
static double answers[CLASSES][BATCH] __attribute__((aligned(64)));
static void slope(const double *theta, double *gradient, const double *x, const long *y) {
    const double *filters = theta, *bias = filters + CHANNELS * KERNEL * KERNEL, *last = bias + CHANNELS;
    const double *end = last + CLASSES * READS;
    double *into = gradient, *onto = into + CHANNELS * KERNEL * KERNEL, *to_last = onto + CHANNELS;
    double *to_end = to_last + CLASSES * READS;
    double (*reads)[BATCH] = &pooled[0][0][0];
    for (int b = 0; b < BATCH; b++)
        for (int i = 0; i < SIDE * SIDE; i++) image[i / SIDE][i % SIDE][b] = x[b * SIDE * SIDE + i];
    for (int c = 0; c < CHANNELS; c++) {
        for (int v = 0; v < MAP; v++)
            for (int u = 0; u < MAP; u++) {
                double z[BATCH];
                for (int b = 0; b < BATCH; b++) z[b] = bias[c];
                for (int j = 0; j < KERNEL; j++)
                    for (int i = 0; i < KERNEL; i++)
                        for (int b = 0; b < BATCH; b++)
                            z[b] += filters[(c * KERNEL + j) * KERNEL + i] * image[v + j][u + i][b];
                for (int b = 0; b < BATCH; b++) maps[v][u][b] = z[b] > 0 ? z[b] : 0;
            }
        for (int v = 0; v < POOLED; v++)
            for (int u = 0; u < POOLED; u++)
                for (int b = 0; b < BATCH; b++) {
                    double most = maps[2 * v][2 * u][b], place = 0;
                    for (int p = 1; p < 4; p++) {
                        double value = maps[2 * v + p / 2][2 * u + p % 2][b];
                        place = value > most ? p : place;
                        most = value > most ? value : most;
                    }
                    pooled[c][v][u][b] = most;
                    places[c][v][u][b] = most > 0 ? place : -1;
                }
    }
    for (int k = 0; k < CLASSES; k++) {
        double z[BATCH];
        for (int b = 0; b < BATCH; b++) z[b] = end[k];
        for (int r = 0; r < READS; r++)
            for (int b = 0; b < BATCH; b++) z[b] += last[k * READS + r] * reads[r][b];
        memcpy(answers[k], z, sizeof z);
    }
    double most[BATCH], total[BATCH] = {0};
    memcpy(most, answers[0], sizeof most);
    for (int k = 1; k < CLASSES; k++)
        for (int b = 0; b < BATCH; b++) most[b] = answers[k][b] > most[b] ? answers[k][b] : most[b];
    for (int k = 0; k < CLASSES; k++)
        for (int b = 0; b < BATCH; b++) total[b] += answers[k][b] = exp(answers[k][b] - most[b]);
    for (int k = 0; k < CLASSES; k++)
        for (int b = 0; b < BATCH; b++) answers[k][b] /= total[b] * BATCH;
    for (int b = 0; b < BATCH; b++) answers[y[b]][b] -= 1.0 / BATCH;
    for (int k = 0; k < CLASSES; k++) {
        double sum = 0;
        for (int b = 0; b < BATCH; b++) sum += answers[k][b];
        to_end[k] = sum;
        for (int r = 0; r < READS; r++) {
            sum = 0;
            for (int b = 0; b < BATCH; b++) sum += answers[k][b] * reads[r][b];
            to_last[k * READS + r] = sum;
        }
    }
    memset(gradient, 0, (CHANNELS * KERNEL * KERNEL + CHANNELS) * sizeof *gradient);
    for (int c = 0; c < CHANNELS; c++)
        for (int v = 0; v < POOLED; v++)
            for (int u = 0; u < POOLED; u++) {
                double back[BATCH] = {0};
                int r = (c * POOLED + v) * POOLED + u;
                for (int k = 0; k < CLASSES; k++)
                    for (int b = 0; b < BATCH; b++) back[b] += last[k * READS + r] * answers[k][b];
                for (int p = 0; p < 4; p++) {
                    double delta[BATCH], sum = 0;
                    for (int b = 0; b < BATCH; b++) {
                        delta[b] = places[c][v][u][b] == p ? back[b] : 0;
                        sum += delta[b];
                    }
                    onto[c] += sum;
                    for (int j = 0; j < KERNEL; j++)
                        for (int i = 0; i < KERNEL; i++) {
                            sum = 0;
                            for (int b = 0; b < BATCH; b++)
                                sum += delta[b] * image[2 * v + p / 2 + j][2 * u + p % 2 + i][b];
                            into[(c * KERNEL + j) * KERNEL + i] += sum;
                        }
                }
            }
}
"""


def start(work: Work) -> Peer:
    network = work.network
    if isinstance(network, AttentionNetwork):
        raise Missing("there is no transformer in C to compare with")
    if isinstance(network, RecurrentNetwork) and network.gates > 1:
        raise Missing("there are no gates in C to compare with")
    if isinstance(network, RecurrentNetwork):
        source = RECURRENT
        sizes = {"STEPS": network.length, "INPUTS": network.inputs, "HIDDEN": network.hidden}
    else:
        source = CONVOLUTIONAL
        side, kernel = work.inputs.shape[1], network.stages[0].kernel  # type: ignore[union-attr]
        sizes = {"SIDE": side, "KERNEL": kernel, "CHANNELS": network.planes[1].channels, "CLASSES": network.outputs}
    return peer(source, ADAM, work.theta, work.inputs, work.targets, work.rate, BATCH=work.batch, **sizes)
