"""What has to hold of the page on powers, logarithms and roots."""

NAMES = ("torch", "tensorflow")


def test_careful_values_are_right_and_careful_slopes_are_not(runs):
    for run in runs.values():
        for name in NAMES:
            assert run.worst("careful", name, 0) < 5e-15
            assert run.worst("careful", name, 1) > 0.05


def test_the_simplified_forms_are_right(runs):
    for run in runs.values():
        for name in NAMES:
            for order in (0, 1):
                assert run.worst("simplified", name, order) < 2e-14


def test_the_naive_logarithm_is_lost(runs):
    for name in NAMES:
        assert runs["logarithm"].worst("naive", name, 1) > 1e16


def test_two_values_are_nan_at_zero_and_the_power_is_not(runs, gamma):
    for function, expected in (("power", False), ("logarithm", True), ("root", True)):
        for name in NAMES:
            value = runs[function].results["naive"][name][0, gamma == 0]
            assert (value != value).item() == expected


def test_the_slope_with_an_epsilon_is_its_inverse(runs, gamma):
    for function, expected in (("power", 1e8), ("logarithm", 1e8), ("root", 5e7)):
        for name in NAMES:
            slope = runs[function].results["epsilon"][name][1, gamma == 0].item()
            assert abs(slope / expected - 1) < 1e-6


def test_the_sweep_has_73_points_on_either_side(gamma):
    assert (gamma.size, gamma.max()) == (2 * 73 + 1, 0.5)
