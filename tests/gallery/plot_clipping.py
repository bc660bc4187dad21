"""What has to hold of the page on clipping."""

import numpy as np

NAMES = ("torch", "tensorflow")


def test_the_gradient_of_the_simplified_form_is_the_true_one(gradients, run):
    for name in NAMES:
        assert gradients["simplified", name][0] == run.meant[1, 0]
        assert (gradients["simplified", name] == 1).all()


def test_billionths_are_left_of_the_other_entries(left):
    assert len(left) == 2
    for part in left:
        assert 1e-9 < part < 1e-8


def test_what_is_left_follows_the_law(share, sizes):
    for name in NAMES:
        np.testing.assert_allclose(share[name], 1 / np.sqrt(sizes**2 + 9), rtol=1e-5)


def test_the_sizes_go_from_one_to_a_billion(sizes):
    assert (sizes[0], sizes[-1], sizes.size) == (1, 1e9, 91)
