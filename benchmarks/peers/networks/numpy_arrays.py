"""NumPy: vectorised over the batch, gradients and moments updated in place, BLAS for the products."""

from __future__ import annotations

import numpy as np

from benchmarks.peers.networks import BETA1, BETA2, EPS, MOMENTUM, Array, Peer, Work, flat


def start(work: Work) -> Peer:
    net = _Net(work)
    return Peer("NumPy", net.run, lambda: flat(net.weights))


class _Net:
    def __init__(self, work: Work) -> None:
        self.work = work
        self.theta = flat(work.weights)
        self.gradient, self.first, self.second = (np.zeros_like(self.theta) for _ in range(3))
        self.weights, self.gradients = self._views(self.theta), self._views(self.gradient)
        self.update = 0

    def _views(self, theta: Array) -> list[tuple[Array, Array]]:
        views, at = [], 0
        for w, b in self.work.weights:
            views.append((theta[at : at + w.size].reshape(w.shape), theta[at + w.size : at + w.size + b.size]))
            at += w.size + b.size
        return views

    def run(self, count: int) -> None:
        work = self.work
        places = np.arange(work.batch)
        for _ in range(count):
            at = self.update % work.batches * work.batch
            part = slice(at, at + work.batch)
            self.update += 1
            layers = [work.inputs[part]]
            for (w, b), activation in zip(self.weights, work.activations, strict=True):
                z = layers[-1] @ w.T
                z += b
                if activation == "tanh":
                    np.tanh(z, out=z)
                elif activation == "relu":
                    np.maximum(z, 0.0, out=z)
                layers.append(z)
            self._back(layers, self._delta(layers[-1], work.targets[part], places))
            self._step()

    def _delta(self, answers: Array, targets: Array, places: Array) -> Array:
        if self.work.loss == "half_mse":
            return (answers - targets) / answers.size
        shares = np.exp(answers - answers.max(axis=1, keepdims=True))
        shares /= shares.sum(axis=1, keepdims=True)
        shares[places, targets] -= 1.0
        shares /= len(shares)
        return shares

    def _back(self, layers: list[Array], delta: Array) -> None:
        for layer in range(len(self.weights) - 1, -1, -1):
            if self.work.activations[layer] == "tanh":
                delta = delta * (1.0 - layers[layer + 1] ** 2)
            elif self.work.activations[layer] == "relu":
                delta = delta * (layers[layer + 1] > 0.0)
            w, b = self.gradients[layer]
            np.dot(delta.T, layers[layer], out=w)
            delta.sum(axis=0, out=b)
            if layer:
                delta = delta @ self.weights[layer][0]

    def _step(self) -> None:
        rate, gradient = self.work.rate, self.gradient
        if self.work.optimizer == "sgd":
            self.theta -= rate * gradient
        elif self.work.optimizer == "momentum":
            self.first *= MOMENTUM
            self.first += gradient
            self.theta -= rate * self.first
        else:
            self.first *= BETA1
            self.first += (1.0 - BETA1) * gradient
            self.second *= BETA2
            self.second += (1.0 - BETA2) * gradient * gradient
            root = np.sqrt(self.second / (1.0 - BETA2**self.update))
            root += EPS
            self.theta -= rate / (1.0 - BETA1**self.update) * self.first / root
