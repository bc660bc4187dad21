"""What has to hold at the end of the script on rewriting."""

import numpy as np


def test_no_mode_has_a_finite_result_where_a_factor_would_have_to_be_cancelled(made):
    assert [key for key in made.ran if np.isfinite(made.row("x*(x - 2)/(x - 2)", *key).at).any()] == []


def test_both_optimisers_of_tensorflow_spoil_a_careful_value(made):
    worse = {row.mode for row in made.changed("TensorFlow") if row.effect[0] == "worse"}
    assert worse == {"tf.function", "jit_compile=True"}


def test_the_graph_mends_the_value_of_the_form_as_typed(near_0):
    assert abs(near_0["typed", "tf.function"] - 1) < 1e-12
    assert abs(near_0["typed", "eager"] - 1) > 0.1
