"""The grid of offsets."""

from __future__ import annotations

import numpy as np
import pytest
from removable.errors import InputError
from removable.grid import checked_grid, gamma_grid


def test_is_symmetric_logarithmic_and_holds_zero():
    gamma = gamma_grid()
    assert gamma.size == 40_001
    assert gamma[20_000] == 0
    np.testing.assert_array_equal(gamma, -gamma[::-1])
    positive = gamma[20_001:]
    assert positive[0] == 1e-20
    assert positive[-1] == 1
    ratios = positive[1:] / positive[:-1]
    np.testing.assert_allclose(ratios, ratios[0], rtol=1e-12)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ({"samples_per_side": 1}, "samples_per_side is 1"),
        ({"samples_per_side": 2.5}, "samples_per_side is 2.5"),
        ({"samples_per_side": True}, "samples_per_side is True"),
        ({"smallest": 0.0}, "smallest is 0.0"),
        ({"smallest": 2.0}, "smallest is 2.0"),
        ({"largest": float("inf")}, "largest is inf"),
        ({"smallest": float("nan")}, "smallest is nan"),
    ],
)
def test_refuses_what_is_no_grid(arguments, named):
    with pytest.raises(InputError, match=named):
        gamma_grid(**arguments)


@pytest.mark.parametrize(
    ("gamma", "named"),
    [
        ([], "empty"),
        ([0.0, np.nan], r"gamma\[1\] is nan"),
        ([np.inf], r"gamma\[0\] is inf"),
        ([1j], "complex128"),
        (["a"], "dtype"),
        ([[0.0], [1.0]], r"shape \(2, 1\)"),
    ],
)
def test_offsets_are_checked(gamma, named):
    with pytest.raises(InputError, match=named):
        checked_grid(gamma)


def test_a_single_offset_is_a_grid():
    np.testing.assert_array_equal(checked_grid(1e-9), [1e-9])
