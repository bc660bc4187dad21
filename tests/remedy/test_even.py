"""Functions of the length of a vector, which ``even`` repairs."""

from __future__ import annotations

import math

import pytest
import torch
from remedy.double_precision import D, tensor
from removable import even
from removable.errors import NotRemovableError


def length_kernels():
    root = math.sqrt(5)
    return {
        5: lambda r: (1 + root * r + 5 * r * r / 3) * torch.exp(-root * r),
        3: lambda r: (1 + math.sqrt(3) * r) * torch.exp(-math.sqrt(3) * r),
        1: lambda r: torch.exp(-r),
    }


@pytest.mark.parametrize("order", [1, 3, 5])
def test_a_function_that_is_not_even_is_refused_with_its_first_odd_term(order):
    v = torch.zeros(3, dtype=D)
    with pytest.raises(NotRemovableError, match=rf"not even in the length: its term of order {order} at 0 is"):
        even(length_kernels()[order])(v @ v)


def test_a_function_of_a_length_has_gradient_and_hessian_at_the_origin():
    p = tensor(2.0)
    scaled = even(lambda r: torch.sin(p * r) / r)
    v = torch.zeros(3, dtype=D)
    assert scaled(v @ v).item() == pytest.approx(2.0, rel=1e-14)
    hessian = torch.func.hessian(lambda v: scaled(v @ v))(v)
    assert torch.allclose(hessian, torch.eye(3, dtype=D) * (-8 / 3), rtol=1e-13, atol=1e-14)
    (by_p,) = torch.autograd.grad(scaled(v @ v), p)
    assert by_p.item() == pytest.approx(1.0, rel=1e-13)
    s = tensor(-1.0, -0.25, 0.0, 0.25)
    true = [math.sinh(1.0), math.sinh(0.5) / 0.5, 1.0, math.sin(0.5) / 0.5]
    assert even(lambda r: torch.sin(r) / r)(s).tolist() == pytest.approx(true, rel=1e-15)


def test_an_even_function_that_takes_no_complex_numbers():
    p, s = tensor(2.0), tensor(0.0, 1e-12, 0.1, 1.0, -0.01)
    for h in (even(lambda r: torch.erf(2.0 * r) / r), even(lambda r: torch.erf(p * r) / r)):
        value = h(s)
        (slope,) = torch.autograd.grad(value.sum(), s)
        # erf(2 r)/r = (2/sqrt(pi)) (2 - 8 s/3 + 16 s^2/5 - ...)
        assert value[0].item() == pytest.approx(4 / math.sqrt(math.pi), rel=1e-13)
        assert slope[0].item() == pytest.approx(-16 / 3 / math.sqrt(math.pi), rel=1e-11)
        assert value[2].item() == pytest.approx(math.erf(2 * math.sqrt(0.1)) / math.sqrt(0.1), rel=1e-12)
        series = sum((-1) ** k * 2 ** (2 * k + 1) * (-0.01) ** k / math.factorial(k) / (2 * k + 1) for k in range(20))
        assert value[4].item() == pytest.approx(2 / math.sqrt(math.pi) * series, rel=1e-12)
    (by_p,) = torch.autograd.grad(even(lambda r: torch.erf(p * r) / r)(s[0]), p)
    assert by_p.item() == pytest.approx(2 / math.sqrt(math.pi), rel=1e-12)
    with pytest.raises(NotRemovableError, match="not even in the length: its term of order 1"):
        even(lambda r: torch.erf(r))(s)
