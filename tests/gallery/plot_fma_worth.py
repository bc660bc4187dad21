"""What has to hold at the end of the script on the worth of a fused multiply-add."""


def test_rounded_once_the_value_has_no_error_but_its_own_rounding(once):
    assert once[0] < 1e-15


def test_rounded_once_the_slope_is_still_wrong_by_1(once):
    assert once[1] == 1.0


def test_the_offsets_are_those_of_the_proof(gamma):
    assert gamma.size == 745
