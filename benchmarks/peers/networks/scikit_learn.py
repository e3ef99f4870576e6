"""scikit-learn's MLPClassifier and MLPRegressor, a whole epoch at a time."""

from __future__ import annotations

import warnings

from benchmarks.peers import Missing
from benchmarks.peers.networks import BETA1, BETA2, EPS, MOMENTUM, Peer, Work, flat


def start(work: Work) -> Peer:
    try:
        from sklearn.neural_network import MLPClassifier, MLPRegressor
    except ImportError:
        raise Missing("scikit-learn is not installed") from None
    classifies = work.loss == "softmax"
    net = (MLPClassifier if classifies else MLPRegressor)(
        hidden_layer_sizes=work.sizes[1:-1],
        activation=work.activations[0],
        solver="adam" if work.optimizer == "adam" else "sgd",
        alpha=0.0,
        batch_size=work.batch,
        learning_rate_init=work.rate,
        shuffle=False,
        tol=0.0,
        n_iter_no_change=10**9,
        momentum=MOMENTUM if work.optimizer == "momentum" else 0.0,
        nesterovs_momentum=False,
        beta_1=BETA1,
        beta_2=BETA2,
        epsilon=EPS,
        random_state=0,
        warm_start=True,
    )
    targets = work.targets if classifies else work.targets.ravel()

    def run(count: int) -> None:
        net.max_iter = max(1, round(count / work.batches))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            net.fit(work.inputs, targets)

    # It draws its own initial weights, its output is linear in a regression, and its loss has another factor.
    return Peer("scikit-learn", run, lambda: flat(zip((w.T for w in net.coefs_), net.intercepts_, strict=True)), False)
