from __future__ import annotations

import numpy as np
import pytest

from tests.app.curves.histories import HARD


@pytest.fixture(params=list(HARD))
def hard_loss(request: pytest.FixtureRequest) -> np.ndarray:
    return HARD[request.param]
