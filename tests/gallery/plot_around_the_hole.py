"""What has to hold at the end of the script on circles around a hole."""


def test_the_mean_is_right_on_circles_of_three_decades(inner, outer):
    assert inner < 5e-4
    assert outer > 0.8


def test_the_noise_is_of_the_size_of_the_error_or_larger(sure):
    assert len(sure) == 10
    assert all(error < 2 * noise for noise, error in sure.values())
