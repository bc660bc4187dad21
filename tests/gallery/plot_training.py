"""What has to hold of the page on training."""

from pathlib import Path

import numpy as np

NAMES = ("torch", "tensorflow")


def test_one_naive_step_leaves_no_weight(lost, start):
    assert lost == sum(w.size for w in start) == 84


def test_the_first_gradient_of_both_weight_matrices_is_zero(log):
    for form in ("epsilon 1e-8", "epsilon 1e-3"):
        for name in NAMES:
            assert not log[form, name][0, [2, 4]].any()


def test_only_the_first_gradient_is_bad(log):
    for name in NAMES:
        assert log["epsilon 1e-8", name][0, 1] > 1e6
        assert log["epsilon 1e-8", name][1:, 1].max() < 1


def test_lambda_rests_where_the_constants_of_adam_say(weights):
    n = np.arange(1, 301)
    mean = 0.1 * 0.9 ** (n - 1) / (1 - 0.9**n)
    square = 0.001 * 0.999 ** (n - 1) / (1 - 0.999**n)
    resting_place = 0.01 * np.sum(mean / np.sqrt(square))
    for name in NAMES:
        np.testing.assert_allclose(np.abs(weights["epsilon 1e-8", name][0]), resting_place, rtol=1e-4)


def test_both_frameworks_go_the_same_way(apart):
    assert apart["simplified"] < 1e-3


def test_the_remedy_trains_as_the_simplified_form_does(test):
    for name in NAMES:
        np.testing.assert_allclose(test["remedy", name], test["simplified", name], rtol=0.02)


def test_the_page_and_chapter_4_count_the_forms(forms):
    root = Path(__file__).parents[2]
    page = (root / "gallery" / "4_conclusion" / "plot_training.py").read_text(encoding="utf-8")
    chapter = (root / "docs" / "paper" / "4-conclusion.md").read_text(encoding="utf-8")
    number = {5: "five", 6: "six", 7: "seven"}[len(forms)]
    assert f"spelt in {number} ways" in page
    assert f"is trained in {number} spellings" in chapter
