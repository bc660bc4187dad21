"""What has to hold at the end of the script on functions of the frameworks."""

WRONG = {
    ("torch", "sinc"): [2],
    ("torch", "special.i0e"): [1, 2],
    ("torch", "linalg.norm, squared"): [2],
    ("torch", "logaddexp, a tie"): [],
    ("tensorflow", "experimental.numpy.sinc"): [1, 2],
    ("tensorflow", "math.bessel_i1e"): [2],
    ("tensorflow", "norm, squared"): [2],
    ("tensorflow", "math.cumprod"): [1, 2],
    ("jax", "numpy.sinc"): [1, 2],
    ("jax", "scipy.special.i0"): [1, 2],
    ("jax", "scipy.special.spence"): [1, 2],
    ("jax", "numpy.logaddexp, a tie"): [],
}


def test_the_orders_that_are_wrong(reports):
    assert {key: [k for k, o in enumerate(r.orders) if o.is_wrong] for key, r in reports.items()} == WRONG


def test_the_truth_is_that_of_the_books(reports):
    true = {key: [order.true for order in report.orders] for key, report in reports.items()}
    assert abs(true["torch", "sinc"][2] + 3.289868133696453) < 1e-6
    assert abs(true["jax", "scipy.special.i0"][1]) < 1e-6
    assert abs(true["jax", "scipy.special.spence"][1] + 1) < 1e-6
    assert abs(true["tensorflow", "math.cumprod"][1] - 6) < 1e-6


def test_only_the_dilogarithm_is_wrong_everywhere(reports):
    everywhere = [key for key, report in reports.items() if any(order.at_least for order in report.orders)]
    assert everywhere == [("jax", "scipy.special.spence")]
