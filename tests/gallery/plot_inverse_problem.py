"""What has to hold of the page on an inverse problem."""

import numpy as np

NAMES = ("torch", "tensorflow")


def test_the_ball_outruns_light(fits):
    for name in NAMES:
        (_, v, k), misfit = fits["epsilon 1e-8", name, 0.0]
        assert misfit[0] > 1e9
        assert v > 299792458
        assert f"{v * k * (k + 1e-8) / (9.81 * 1e-8):.2f}" == "1.00"


def test_from_no_drag_only_two_forms_find_the_velocity(fits, forms):
    right = []
    for form in forms:
        if all(np.abs(fits[form, name, 0.0][0][:2] - 14).max() < 0.05 for name in NAMES):
            right.append(form)
    assert right == ["simplified", "remedy"]


def test_from_some_drag_an_epsilon_does_no_harm(fits):
    for name in NAMES:
        for form in ("epsilon 1e-8", "clamped 1e-4"):
            assert np.abs(fits[form, name, 0.1][0] - fits["simplified", name, 0.1][0]).max() < 1e-4
