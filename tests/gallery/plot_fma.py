"""What has to hold at the end of the script on fused multiply-add."""

import platform

from removable.systems import contraction

X86 = platform.machine() in ("x86_64", "AMD64")


def test_this_processor_has_the_bits_of_the_replay_that_the_probe_expects(replay_of, contracts):
    assert replay_of["this processor"] == ("rounded once" if contracts else "rounded twice") or not X86


def test_without_the_instruction_everything_is_rounded_twice(replay_of):
    assert replay_of["without the instruction"] == "rounded twice" or not X86


def test_the_probe_is_0_or_what_one_rounding_gives(probe):
    assert probe in (0, contraction.fused(0.1, 0.1, -(0.1 * 0.1)))


def test_one_rounding_leaves_a_remainder_where_two_leave_none():
    assert contraction.rounded(0.1, 0.1, -(0.1 * 0.1)) == 0.0
    assert contraction.fused(0.1, 0.1, -(0.1 * 0.1)) != 0
