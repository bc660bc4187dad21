"""What has to hold at the end of the script on precision and order."""

from removable.sweeps import widths


def test_a_thousandth_away_the_second_derivative_is_far_off_in_both(curvature_torch, curvature_tensorflow):
    assert curvature_torch(2.001) == curvature_tensorflow(2.001) < -50


def test_widths_are_those_of_the_law_to_a_quarter(fine):
    assert len(fine) == 24
    assert all(0.99 < ratio < 1.25 for ratio in fine)


def test_no_slope_is_off_by_more_than_1_in_pytorch_and_tensorflow(wide, tolerances):
    for name in ("torch", "tensorflow"):
        assert all(wide[name, dtype][1, 1.0].outer == 0 for dtype in tolerances)


def test_with_a_tolerance_of_1_the_law_holds_to_a_third(wide, coarse):
    assert len(coarse) == 48
    for (_, dtype), measured in wide.items():
        for n in (2, 3, 4):
            law = widths.predicted_width(n, dtype=dtype, tolerance=1.0)
            assert 2 / 3 < measured[n, 1.0].outer / law < 4 / 3


def test_in_double_precision_the_law_is_right_to_three_digits(wide):
    for tolerance in (1e-3, 1.0):
        law = widths.predicted_width(2, tolerance=tolerance)
        assert round(wide["torch", "float64"][2, tolerance].outer / law, 3) == 1.0
