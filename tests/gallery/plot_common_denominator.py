"""What has to hold of the page on a common denominator."""

NAMES = ("torch", "tensorflow")


def test_the_simplified_form_is_right(run):
    for name in NAMES:
        for order in (0, 1):
            assert run.worst("simplified", name, order) < 1e-15


def test_a_common_denominator_does_not_help(run):
    for name in NAMES:
        assert run.worst("common", name, 1) > 1e15


def test_the_sweep_has_201_distances_on_each_side(gamma):
    assert gamma.size == 403


def test_the_first_number_of_the_page_is_that_of_the_program(x, y, common, tf):
    assert x.numpy() == 3e-9
    assert y.numpy() == common(tf.constant(3e-9, dtype=tf.float64), tf).numpy()
