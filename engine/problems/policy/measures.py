"""What is measured of a policy while it learns: on episodes of its own, always with the same random numbers."""

from __future__ import annotations

from engine.training.measures import LOSS, Measure

FEWEST, MOST = 10, 100  # episodes of a measurement
_ON = f"of {MOST} episodes (fewer if they are long), measured now and then with the same random numbers"
_RETURN = f"its mean: exact where the environment is known, else {_ON}"

POLICY_MEASURES = (
    Measure(
        "return",
        "Return",
        _RETURN,
        direction="rises",
        shown=True,
        tall=1.35,
        tier="basic",
    ),
    Measure("episode_length", "Episode length", f"mean {_ON}", unit="steps", tier="basic"),
    Measure(
        "entropy",
        "Entropy of the policy",
        f"how undecided it is, over the steps {_ON}",
        unit="nats",
        shown=True,
        tier="basic",
    ),
    Measure(
        "value_error",
        "Value error",
        f"root mean square of the critic's value less the discounted return, over the steps {_ON}",
        direction="falls",
        log=True,
    ),
    Measure("measured_loss", "Loss, measured", "minus the return that is measured", role=LOSS, tier="expert"),
)
