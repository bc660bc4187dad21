"""PyTorch: the cause of wrong results, and no operation named for right ones."""

from __future__ import annotations

import pytest
import torch
from probing import cause_judging, cause_judging_again, cause_tuning
from probing.cause_case import Case, complaint, search
from removable.probing.cause import find
from removable.probing.cause.tape import Tape
from removable.probing.cause.torch import trace

Array = torch.Tensor
CASES = [case for corpus in (cause_tuning, cause_judging, cause_judging_again) for case in corpus.WRONG + corpus.RIGHT]


def versed(x: Array) -> Array:
    return (1 - torch.cos(x)) / x**2


@pytest.mark.filterwarnings("ignore:Error detected in")
@pytest.mark.parametrize("case", [case for case in CASES if "torch" in case.frameworks], ids=str)
def test_the_cause_is_named(case: Case) -> None:
    assert complaint(case, search("torch", case)) == ""


def test_the_operation_of_a_backward_pass_is_named_with_its_rule() -> None:
    cause = find("torch", torch.sinc, 1e-9, order=2)
    assert cause.operation == "sub in SincBackward0"
    cause = find("torch", lambda x: torch.linalg.vector_norm(torch.stack([x, 2 * x])) ** 2, 0.0, order=2)
    assert cause.operation == "div in DivBackward0 of LinalgVectorNormBackward0"


def test_a_view_is_no_operation() -> None:
    tape = Tape()
    trace(lambda x: x.reshape(1).expand(3)[1:].sum(), 0, "float64")(tape, 0.5)
    assert tape.names == ["sum"]


def test_an_operation_in_place_is_known_by_the_storage() -> None:
    def program(x: Array) -> Array:
        row = torch.zeros(4, dtype=x.dtype)
        row[1:3] = torch.cos(x)
        row[2].sub_(1)
        return row[2] / x**2

    cause = find("torch", program, 1e-8)
    assert cause.operation == "sub_"
    assert cause.kind == "digits"


def test_memory_of_a_run_is_given_back() -> None:
    """The storage that an operation wrote to is not kept until the run ends."""
    alive = []

    def program(x: Array) -> Array:
        first = torch.exp(x)
        pointer = first.untyped_storage()._cdata
        del first
        others = [torch.exp(x + k) for k in range(20)]
        alive.append(pointer in {other.untyped_storage()._cdata for other in others})
        return torch.stack(others).sum()

    trace(program, 0, "float64")(Tape(), 0.5)
    assert alive == [False]  # nor is its address given to another storage


@pytest.mark.parametrize("dtype", ["bfloat16", "float16"])
def test_half_precision(dtype: str) -> None:
    assert find("torch", lambda x: torch.exp(x) * x, 0.3, order=1, dtype=dtype).kind == "none"
    cause = find("torch", lambda x: x * x - (x - 1) * (x + 1), 100.0, dtype=dtype)
    assert (cause.kind, cause.operation) == ("digits", "sub")


def test_random_numbers_are_the_same_in_every_run() -> None:
    torch.manual_seed(5)
    before = torch.get_rng_state()
    cause = find("torch", lambda x: torch.nn.functional.dropout(torch.sin(x) * torch.ones(50), 0.5).sum(), 0.3, order=2)
    assert cause.kind == "none"
    assert torch.equal(before, torch.get_rng_state())


def test_no_setting_is_changed() -> None:
    assert not torch.is_anomaly_enabled()
    find("torch", versed, 1e-8, order=1)
    assert not torch.is_anomaly_enabled()
    with torch.no_grad():
        find("torch", versed, 1e-8, order=1)
        assert not torch.is_grad_enabled()

    def broken(x: Array) -> Array:
        raise RuntimeError("the user's")

    before = torch.get_rng_state()
    with pytest.raises(RuntimeError, match="the user's"):
        find("torch", broken, 1e-8)
    assert not torch.is_anomaly_enabled()
    assert torch.equal(before, torch.get_rng_state())


def test_a_right_product_that_computes_its_error_is_accused() -> None:
    def program(x: Array) -> Array:
        square = x * x
        big = 134217729.0 * x
        high = big - (big - x)
        low = x - high
        return ((square - 4) + (((high * high - square) + 2 * high * low) + low * low)) / (x - 2)

    assert program(torch.tensor(2 + 2.0**-40, dtype=torch.float64)).item() == 4 + 2.0**-40
    assert find("torch", program, 2 + 2.0**-40).kind == "digits"


def test_a_series_that_ends_too_early_has_no_spread() -> None:
    """Nothing is lost but what was never there."""
    cause = find("torch", lambda x: 1 - x**2 / 6, 1.5, beside=(1.4, 1.6))
    assert cause.kind == "none"


def test_samples_do_not_estimate_the_error() -> None:
    """The error is 1; the samples scatter more."""
    at = 2 + 1e-9
    x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
    ((x * x - 4) / (x - 2)).backward()
    assert abs(x.grad.item() - 1) < 2
    cause = find("torch", lambda x: (x * x - 4) / (x - 2), at, order=1)
    assert cause.kind == "digits"


def test_a_compiled_program() -> None:
    compiled = torch.compile(versed, backend="aot_eager")
    cause = find("torch", compiled, 1e-8)
    assert (cause.kind, cause.operation) == ("digits", "rsub")


def test_a_large_array_of_weights() -> None:
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(1, 32), torch.nn.LayerNorm(32), torch.nn.GELU(), torch.nn.Linear(32, 1))
    net = net.double()

    def program(x: Array) -> Array:
        return versed(1e-8 * (2 + net(x.reshape(1, 1)).tanh()))

    cause = find("torch", program, 0.4, order=1, scale=1.0)
    assert cause.kind == "digits"
    assert cause.where.startswith("test_cause_torch.py:")


def test_integer_and_sparse_tensors_pass_through() -> None:
    def program(x: Array) -> Array:
        index = torch.tensor([0, 2])
        sparse = torch.tensor([[0.0, 2.0], [1.0, 0.0]], dtype=x.dtype).to_sparse()
        row = torch.stack([x, 2 * x, 3 * x])[index]
        return torch.sparse.mm(sparse, row[:, None]).sum()

    assert find("torch", program, 0.4).kind == "none"
