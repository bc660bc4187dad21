"""What has to hold of the page on an angle."""

NAMES = ("torch", "tensorflow")


def test_the_careful_value_is_right_and_the_careful_slope_is_not(run):
    for name in NAMES:
        assert run.worst("careful", name, 0) < 5e-15
        assert run.worst("careful", name, 1) > 0.05


def test_the_simplified_form_is_right(run):
    for name in NAMES:
        for order in (0, 1):
            assert run.worst("simplified", name, order) < 2e-14


def test_the_error_of_the_naive_slope_is_bounded(run):
    for name in NAMES:
        assert run.worst("naive", name, 1) < 1


def test_both_frameworks_differentiate_acos_with_the_square_inside(slopes, inside, outside):
    for slope in slopes:
        assert abs(slope / inside - 1) < 1e-14
        assert abs(slope / outside - 1) > 1e-10


def test_an_epsilon_is_worse_further_out(run):
    for name in NAMES:
        assert run.reach("epsilon", name, 1) > 10 * run.reach("naive", name, 1)


def test_the_first_point_is_a_billionth_away(at):
    assert at == 1 - 1e-9
