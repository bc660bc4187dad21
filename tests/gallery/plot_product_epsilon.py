"""What has to hold of the page on an epsilon in a product."""

NAMES = ("torch", "tensorflow")


def test_the_simplified_form_is_right(run):
    for name in NAMES:
        for order in (0, 1):
            assert run.worst("simplified", name, order) < 2e-15


def test_the_simplified_form_is_exact_at_zero(run, gamma):
    for name in NAMES:
        assert run.results["simplified"][name][:, gamma == 0].ravel().tolist() == [1.0, -0.5]


def test_the_epsilon_form_has_a_pole(epsilon, torch, tf):
    at = -1e-8
    assert epsilon(torch.tensor(at, dtype=torch.float64), torch).item() < -1e7
    assert epsilon(tf.constant(at, dtype=tf.float64), tf).numpy() < -1e7


def test_the_sweep_has_401_distances_on_each_side(gamma):
    assert gamma.size == 803


def test_the_first_number_of_the_page_is_that_of_the_program(x, y, epsilon, tf):
    assert x.numpy() == 0.0
    assert y.numpy() == epsilon(tf.constant(0.0, dtype=tf.float64), tf).numpy()


def test_the_first_slope_of_the_page_is_one_over_epsilon(slope_torch, slope_tensorflow):
    assert slope_torch == slope_tensorflow == 1e8
