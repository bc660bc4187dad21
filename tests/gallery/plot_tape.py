"""What has to hold at the end of the script that builds a tape."""


def test_the_square_of_the_offset_is_gone_in_the_third_step(Number, steps, at):  # noqa: N803, the name in the script
    steps.clear()
    x = Number(at)
    (x * x - 4) / (x - 2)
    assert len(steps) == 5
    assert steps[2].value == 4 * steps[3].value


def test_the_tape_has_every_bit_of_both_frameworks(same):
    assert list(same) == ["torch", "tensorflow"]
    assert all(compared.identical and compared.points == 26598 for compared in same.values())
