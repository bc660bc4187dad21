"""The matrix that makes coefficients of the values on a circle."""

from __future__ import annotations

import numpy as np
import pytest


def test_the_rule_on_a_circle_loses_no_digit_in_high_coefficients():
    """A rounded angle, multiplied by 63, would leave 1e-14."""
    from removable.remedy import circles

    rule = circles.matrices(circles.unit_nodes(128))
    constant = rule @ np.concatenate([np.full(64, 3.0), np.zeros(64)])
    assert constant[64] == pytest.approx(3.0, rel=1e-15)
    assert np.abs(np.delete(constant, 64)).max() < 1e-15
