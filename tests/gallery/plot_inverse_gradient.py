"""What has to hold of the page on the gradient of an inverse problem."""

NAMES = ("torch", "tensorflow")


def test_the_simplified_form_and_the_remedy_have_the_true_slopes(run):
    for form in ("simplified", "remedy"):
        for name in NAMES:
            for order in (0, 1):
                assert run.worst(form, name, order) < 1e-11


def test_the_simplified_form_and_the_remedy_are_right_at_every_distance(run):
    for form in ("simplified", "remedy"):
        for name in NAMES:
            for order in (0, 1):
                assert run.reach(form, name, order) == 0


def test_the_epsilon_form_exaggerates_the_drag_without_bound(gradient):
    for name in NAMES:
        assert abs(gradient["epsilon 1e-8", name][2] / gradient["simplified", name][2]) > 1e24


def test_the_epsilon_form_sees_nothing_but_drag_and_the_clamped_one_everything_but(gradient):
    for name in NAMES:
        assert (gradient["epsilon 1e-8", name] == 0).tolist() == [True, True, False]
        assert (gradient["clamped 1e-4", name] == 0).tolist() == [False, False, True]


def test_the_first_gradient_is_that_of_the_table(guess, gradient):
    assert guess.grad.tolist() == gradient["epsilon 1e-8", "torch"].tolist()
