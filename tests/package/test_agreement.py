"""How two arrays agree, bit for bit."""

from __future__ import annotations

import numpy as np
import pytest
from removable.errors import InputError
from removable.sweeps.sweep import agreement


def test_agreement_counts_bits():
    a = np.array([0.0, 1.0, np.nan, np.inf, 1.0])
    b = np.array([-0.0, 1.0, np.nan, np.inf, np.nan])
    found = agreement(a, b)
    assert (found.points, found.differing, found.largest) == (5, 2, np.inf)
    step = agreement(np.array([1.0], np.float32), np.array([1 + 2**-23], np.float32))
    assert (step.differing, step.largest) == (1, 1.0)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        (np.zeros(2), np.zeros(3)),
        (np.zeros(2), np.zeros(2, np.float32)),
        (np.zeros(2, int), np.zeros(2, int)),
    ],
)
def test_agreement_refuses_what_cannot_be_compared(a, b):
    with pytest.raises(InputError, match="two floating point arrays"):
        agreement(a, b)
