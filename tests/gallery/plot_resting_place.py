"""What has to hold of the page on where Adam leaves a parameter."""

import numpy as np

NAMES = ("torch", "tensorflow")


def test_every_gradient_from_one_on_leads_along_the_predicted_path(paths, predicted):
    for name in NAMES:
        for size in (1.0, 1e4, 1e8):
            np.testing.assert_allclose(paths[name, size], predicted, rtol=2e-5)


def test_a_smaller_gradient_leads_there_too(paths, resting_place, sizes):
    assert min(sizes) == 0.01
    for name in NAMES:
        np.testing.assert_allclose(paths[name, 0.01][-1], resting_place, rtol=1e-3)


def test_the_first_number_of_the_page_is_the_end_of_the_path(lam, paths):
    assert lam.item() == paths["torch", 1e8][-1]
