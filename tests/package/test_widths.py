"""The width of the zone: measured, predicted, and one against the other."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from removable import frameworks, truth
from removable.arguments import PRECISIONS
from removable.errors import InputError
from removable.functions import h, h_hat
from removable.sweeps import widths

DTYPES = st.sampled_from(list(PRECISIONS))
ORDERS = st.integers(0, 6)
WITHIN = st.floats(-1.5, 1.5)


def test_the_unit_roundoff_is_that_of_numpy():
    for dtype in ("float64", "float32", "float16"):
        assert widths.unit_roundoff(dtype) == np.finfo(dtype).eps / 2
    assert widths.unit_roundoff("bfloat16") == 2.0**-8


@given(arrays(float, 20, elements=WITHIN), st.sampled_from(["float64", "float32", "float16"]))
def test_offsets_are_those_of_the_rounded_points(wanted, dtype):
    x = np.unique((2 + wanted).astype(dtype).astype(float))
    np.testing.assert_array_equal(widths.offsets(wanted, dtype=dtype), x[x != 2] - 2)


@given(arrays(float, 20, elements=WITHIN))
def test_bfloat16_is_rounded_as_pytorch_does(wanted):
    import torch

    rounded = torch.tensor(2 + wanted).to(torch.bfloat16).to(torch.float64).numpy() - 2
    np.testing.assert_array_equal(widths.offsets(wanted, dtype="bfloat16"), np.unique(rounded[rounded != 0]))


@given(ORDERS, DTYPES, st.floats(1e-9, 1e3), st.floats(1e-3, 1e3))
def test_at_the_predicted_width_the_predicted_error_is_the_tolerance(order, dtype, tolerance, size):
    width = widths.predicted_width(order, dtype=dtype, tolerance=tolerance, size=size)
    assert widths.predicted_error(width, order, dtype=dtype, size=size) == pytest.approx(tolerance)
    wider = widths.predicted_width(order, dtype=dtype, tolerance=tolerance / 2 ** (order + 1), size=size)
    assert wider == pytest.approx(2 * width)


@given(arrays(float, 30, elements=WITHIN), arrays(float, 30, elements=st.floats(-1, 1)), st.floats(1e-3, 0.9))
def test_beyond_the_width_every_sample_is_good_and_at_it_one_is_not(gamma, error, tolerance):
    width = widths.zone_width(2 + gamma, error, np.zeros(30), tolerance=tolerance)
    distance = np.abs((2 + gamma) - 2)
    assert (np.abs(error)[distance > width] <= tolerance).all()
    assert width == 0 or (np.abs(error)[distance == width] > tolerance).any()


def test_what_is_not_finite_is_off_and_the_tolerance_itself_is_not():
    x, true = [1.0, 2.5, 3.5, 4.0], np.zeros(4)
    assert widths.zone_width(x, [0.5, np.nan, 0.0, 0.5], true, tolerance=0.5) == 0.5
    assert widths.zone_width(x, [0.0, 0.0, -np.inf, 0.0], true) == 1.5
    assert widths.zone_width(x, [0.0, 0.0, 0.0, 0.002], true, base=4.0) == 0.0
    assert widths.zone_width(x, [0.002, 0.0, 0.0, 0.0], true, base=4.0) == 3.0


@pytest.mark.parametrize("name", ["torch", "tensorflow", "jax"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_the_law_holds_for_four_derivatives(name, dtype):
    size = np.geomspace(1e-8, 0.9, 4000)
    gamma = widths.offsets(np.concatenate([-size, size]), dtype=dtype)
    found = frameworks.get(name).derivatives(h, 2 + gamma, order=4, dtype=dtype)
    true = truth.derivatives(h_hat, gamma, order=4)
    for n in (1, 2, 3, 4):
        width = widths.zone_width(2 + gamma, found[n], true[n])
        assert 0.9 < width / widths.predicted_width(n, dtype=dtype) < 1.2


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_left_of_the_singularity_the_rounding_is_half_and_the_zone_narrower(order):
    size = np.geomspace(1e-8, 0.1, 4000)
    width = []
    for side in (-1, 1):
        gamma = widths.offsets(side * size)
        found = frameworks.get("torch").derivatives(h, 2 + gamma, order=order)
        width.append(widths.zone_width(2 + gamma, found[order], truth.derivatives(h_hat, gamma, order=order)[order]))
    assert width[0] / width[1] == pytest.approx(0.5 ** (1 / (order + 1)), rel=0.1)


def test_tensorflow_goes_as_far_as_the_third_derivative_forward_over_reverse():
    gamma = widths.offsets(np.geomspace(1e-3, 0.5, 2000), dtype="float32")
    how = {"order": 3, "mode": "forward-over-reverse", "dtype": "float32"}
    found = frameworks.get("tensorflow").derivatives(h, 2 + gamma, **how)
    width = widths.zone_width(2 + gamma, found[3], np.zeros(gamma.size))
    assert 0.9 < width / widths.predicted_width(3, dtype="float32") < 1.2


@pytest.mark.parametrize("order", [1, 2, 3, 4])
def test_where_the_square_of_gamma_is_absorbed_the_error_is_a_factorial(order):
    gamma = 2.0**-30
    found = frameworks.get("torch").derivatives(h, [2 + gamma], order=order)[order, 0]
    error = found - (order == 1)
    assert error == -((-1) ** order) * math.factorial(order) / gamma ** (order - 1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda: widths.unit_roundoff("float8"),
            "dtype is 'float8'; give one of 'float64', 'float32', 'float16', 'bfloat16'",
        ),
        (lambda: widths.offsets([np.nan]), r"gamma\[0\] is nan"),
        (lambda: widths.offsets([1.0], base=np.inf), "base is inf"),
        (lambda: widths.offsets([1.0], dtype="int8"), "dtype is 'int8'"),
        (lambda: widths.zone_width([1.0], [1.0, 2.0], [1.0]), r"shapes \(1,\), \(2,\) and \(1,\); give one for each"),
        (lambda: widths.zone_width([1.0], [1.0], [1.0], tolerance=0.0), "tolerance is 0.0; give a positive"),
        (lambda: widths.zone_width([np.nan], [1.0], [1.0]), "nan"),
        (lambda: widths.predicted_width(1, tolerance=-1.0), "tolerance is -1.0"),
        (lambda: widths.predicted_width(1, size=math.inf), "size is inf"),
        (lambda: widths.predicted_width(-1), "order is -1"),
        (lambda: widths.predicted_error(0.0, 1), "distance is 0.0"),
    ],
)
def test_bad_input_is_named(call, message):
    with pytest.raises(InputError, match=message):
        call()


def last_wrong(side, low, high, tolerance=1e-3):
    """The outermost number with a wrong slope, by looking at every number of a stretch."""
    spacing = 2.0**-51 if side > 0 else 2.0**-52
    x = 2 + side * spacing * np.arange(round(low / spacing), round(high / spacing))
    slope = frameworks.get("torch").derivatives(h, x)[1]
    return np.abs(x - 2)[np.abs(slope - 1) > tolerance].max()


def test_the_edges_of_h_are_those_of_all_numbers_between():
    found = widths.edges(lambda x: frameworks.get("torch").derivatives(h, x)[1], np.ones_like)
    assert found.right == last_wrong(1, 6.65e-7, 6.67e-7)
    assert found.left == last_wrong(-1, 4.70e-7, 4.72e-7)
    assert found.outer == found.right > found.left
    assert str(found) == "4.71e-07 left, 6.66e-07 right"


def test_where_errors_are_as_good_as_random_three_digits_are_right():
    # At this tolerance the rounding error of the square runs through all its values in a millionth
    # of the distance.
    found = widths.edges(lambda x: frameworks.get("torch").derivatives(h, x)[1], np.ones_like, tolerance=1e-6)
    right, left = last_wrong(1, 2.1073e-5, 2.1075e-5, 1e-6), last_wrong(-1, 1.4901e-5, 1.4902e-5, 1e-6)
    assert right * (1 - 5e-4) < found.right <= right
    assert left * (1 - 5e-4) < found.left <= left
    assert str(found) == f"{left:.3g} left, {right:.3g} right" == "1.49e-05 left, 2.11e-05 right"


@given(st.floats(1e-15, 0.9), st.sampled_from([-1, 1]), st.sampled_from([0.0, 2.0, -3.0]))
def test_a_sharp_edge_is_found_to_three_digits(edge, side, at):
    search = widths.EdgeSearch(at, side)
    for _ in range(widths.EdgeSearch.STAGES):
        x = search.points()
        search.narrow((np.abs(x - at) <= edge) & ((x - at) * side > 0))
    inside = np.nextafter(at + side * edge, at)
    assert abs(search.edge - edge) <= max(1e-3 * edge, 2 * abs(abs(inside - at) - edge))


def test_nothing_wrong_has_no_edge_and_a_sample_at_the_point_does_not_count():
    found = widths.edges(lambda x: np.where(x == 2, np.nan, 1.0), np.ones_like)
    assert found == widths.Edges(0.0, 0.0)


def test_what_is_not_finite_is_wrong():
    found = widths.edges(
        lambda x: np.where(x < 2, np.where(x > 1.75, np.nan, 1.0), np.where(x < 2.5, np.inf, 1.0)), np.ones_like
    )
    assert found.left == pytest.approx(0.25, rel=1e-4)
    assert found.right == pytest.approx(0.5, rel=1e-4)


def test_a_relative_tolerance_is_a_share_of_the_truth():
    found = widths.edges(lambda x: 1000 + 1e-3 / np.abs(x - 2), lambda x: np.full(x.shape, 1000.0), relative=True)
    assert found.left == pytest.approx(1e-3, rel=1e-4)
    assert found.right == pytest.approx(1e-3, rel=1e-4)


def test_an_edge_beyond_reach_is_one_sentence():
    with pytest.raises(InputError, match=r"the result is still off at a distance of 0\.5 from 2; give a larger reach"):
        widths.edges(np.zeros_like, np.ones_like, largest=0.5)
    with pytest.raises(InputError, match="the result is still off at a distance of 1 from 0; give a larger reach"):
        widths.edges(np.zeros_like, np.ones_like, at=0.0)
    with pytest.raises(InputError, match=r"smallest is 1\.0 and largest is 0\.5"):
        widths.EdgeSearch(2.0, 1, smallest=1.0, largest=0.5)
