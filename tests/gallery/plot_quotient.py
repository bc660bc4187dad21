"""What has to hold of the page on a quotient."""

NAMES = ("torch", "tensorflow")


def test_the_quotient_is_off_by_about_one_and_three_times_it_by_any_amount(runs):
    for name in NAMES:
        assert 0.4 < runs[1].worst("1 * quotient", name, 1) < 10
        assert runs[3].worst("3 * quotient", name, 1) > 100


def test_without_the_factor_the_slope_ends_at_zero(runs, gamma):
    tiny = (abs(gamma) > 0) & (abs(gamma) < 2.0**-54)
    assert tiny.any()
    for name in NAMES:
        assert (runs[1].results["1 * quotient"][name][1][tiny] == 0).all()
        error = runs[1].error("1 * quotient", name, 1)[tiny]
        assert abs(error - 0.5).max() < 1e-15


def test_the_first_point_and_the_sweep(x, gamma):
    assert x.item() == 1e-20
    assert (gamma.size, gamma.max()) == (803, 1.0)
