"""What has to hold of the page on hacks in training."""

import numpy as np

NAMES = ("torch", "tensorflow")


def test_descent_loses_every_weight_within_two_steps(losses, weights):
    for name in NAMES:
        assert sum(np.isnan(w).sum() for w in weights["naive", name, "descent"]) == 84
        assert len(losses["epsilon 1e-8", name, "descent"]) == 2


def test_clipping_saves_the_small_epsilon(test):
    for name in NAMES:
        assert test["epsilon 1e-8", name, "clipped"] < 1.2 * test["simplified", name, "clipped"]


def test_behind_the_wall_of_the_large_epsilon_a_lambda_stays_negative(weights):
    for name in NAMES:
        signs = [weights[f, name, "clipped"][0][1] > 0 for f in ("epsilon 1e-8", "simplified", "epsilon 1e-3")]
        assert signs == [True, True, False]


def test_the_remedy_trains_as_the_simplified_form_does(test, methods):
    for name in NAMES:
        for method in methods:
            np.testing.assert_allclose(test["remedy", name, method], test["simplified", name, method], rtol=0.02)


def test_the_first_step_throws_lambda_away(lam):
    np.testing.assert_allclose(lam.detach().numpy(), [1105873, -1794401, -314025], rtol=1e-2)
