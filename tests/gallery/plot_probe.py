"""What has to hold at the end of the script on the picture of a probe."""

import itertools


def test_each_order_is_wrong_further_out_than_the_one_before(widths):
    for zones in widths.values():
        assert all(10 * inner < outer for inner, outer in itertools.pairwise(zones))


def test_the_truth_is_that_of_the_series(reports):
    for report in reports.values():
        value, slope, second = (order.true for order in report.orders)
        assert abs(value - 2) < 1e-9
        assert abs(slope + 2) < 1e-8
        assert abs(second - 16 / 3) < 1e-6


def test_the_cause_is_the_line_of_the_function(reports):
    for report in reports.values():
        assert report.cause.kind == "not finite"
        assert report.cause.source.startswith("return ")
        assert report.cause.source.endswith("/ shape")
