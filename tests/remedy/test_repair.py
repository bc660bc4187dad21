"""Properties of ``repair``, each on one function."""

from __future__ import annotations

import math
import pickle
import threading

import numpy as np
import pytest
import torch
from remedy.double_precision import D, tensor
from removable import repair
from removable.errors import InputError


def sinc(x):
    return torch.sin(x) / x


h_of_the_module = repair(sinc, at=0.0)


@repair(at=0.0)
def decorated(x):
    return torch.sin(x) / x


def test_pickle_stores_what_has_a_name():
    x = tensor(0.0, 0.5, grad=False)
    h_of_the_module(x)
    for each in (h_of_the_module, decorated):
        assert torch.equal(pickle.loads(pickle.dumps(each))(x), each(x))
    with pytest.raises(InputError, match=r"cannot be pickled.*define it with def at the top"):
        pickle.dumps(repair(lambda x: x, at=0.0))


def test_many_threads_at_once():
    x = torch.linspace(-1, 1, 40001, dtype=D)
    true = torch.sinc(x / math.pi)
    results = {}

    def work(k):
        results[k] = bool(torch.allclose(repair(sinc, at=0.0)(x), true, rtol=1e-15, atol=0)) and torch.equal(
            shared(x), first
        )

    shared = repair(sinc, at=0.0)
    first = repair(sinc, at=0.0)(x)
    threads = [threading.Thread(target=work, args=(k,)) for k in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == dict.fromkeys(range(8), True)


def test_inference_mode_and_no_graph():
    x = torch.linspace(-1, 1, 40001, dtype=D)
    with torch.inference_mode():
        y = repair(sinc, at=0.0)(x)
    assert y[20000].item() == 1.0
    assert torch.allclose(y, torch.sinc(x / math.pi), rtol=1e-15, atol=1e-15)


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_low_precision_has_coefficients_from_double(dtype):
    x = torch.tensor([0.0, 1e-4, 0.01, 0.3], dtype=getattr(torch, dtype), requires_grad=True)
    y = repair(lambda x: (1 - torch.cos(x)) / x**2, at=0.0)(x)
    y.sum().backward()
    exact = x.detach().double()
    true = 2 * (torch.sin(exact / 2) / torch.where(exact == 0, 1.0, exact)) ** 2
    true[0] = 0.5
    eps = torch.finfo(x.dtype).eps
    assert y.dtype == x.dtype
    assert torch.allclose(y.double(), true, rtol=eps, atol=1e-15)
    assert torch.allclose(
        x.grad.double(), -exact / 12 + exact**3 / 180 - exact**5 / 6720 + exact**7 / 453600, rtol=2 * eps, atol=1e-12
    )


def test_a_point_that_the_dtype_does_not_hold():
    x = torch.tensor([math.pi], dtype=torch.float32)
    y = repair(lambda x: torch.sin(x) / (x - math.pi), at=math.pi)(x)
    assert y.item() == -1.0


def test_no_points_and_one():
    assert repair(sinc, at=0.0)(torch.zeros(0, dtype=D)).shape == (0,)
    assert repair(sinc, at=0.0)(torch.zeros((), dtype=D)).item() == 1.0
    assert repair(np.sinc, at=0.0)(0.0) == 1.0
    assert isinstance(repair(lambda x: np.sin(x) / x, at=0.0)(0.0), float)


def test_the_scale_of_a_function_is_found():
    x = tensor(1e8, 1e8 + 1.5, 1e8 - 3e6)
    y = repair(lambda x: (x * x - 1e16) / (x - 1e8), at=1e8)(x)
    (slope,) = torch.autograd.grad(y.sum(), x)
    assert torch.allclose(y, x + 1e8, rtol=1e-15, atol=1e-15)
    assert torch.allclose(slope, torch.ones(3, dtype=D), rtol=1e-10, atol=1e-15)
    z = tensor(0.0, 1.0, 100.0)
    bowl = repair(lambda x: (1 - torch.cos(x / 1000)) / x**2, at=0.0)(z)
    assert torch.allclose(
        bowl, 2 * (torch.sin(z / 2000) / torch.where(z == 0, 1.0, z)) ** 2 + (z == 0) * 5e-7, rtol=1e-14
    )


def test_a_radius_is_no_more_than_the_series_is_good_for():
    x = tensor(0.0, 0.2, 0.5, grad=False)
    assert repair(sinc, at=0.0, radius=0.3).report(x).reach == 0.3
    with pytest.raises(InputError, match=r"radius is 1000\.0, and the polynomial is good up to"):
        repair(sinc, at=0.0, radius=1000.0)(x)


def test_the_report_says_how_sure_it_is():
    x = tensor(0.0, grad=False)
    sure, unsure = (repair(f, at=0.0).report(x) for f in (sinc, lambda x: (1 - torch.cos(x)) / x**2 / (1e-3 - x)))
    assert sure.error < 1e-15 < 1e-12 < unsure.error < 1e-8
    assert sure.kind == "circle"
    assert sure.coefficients[1] == 0.0
    assert "terms up to a distance of" in str(sure)
    line = repair(lambda x: torch.erf(x) / x, at=0.0).report(x)
    assert line.kind == "real line"
    assert "not implemented for 'ComplexDouble'" in line.note


@pytest.mark.parametrize(
    ("program", "true"),
    [
        (lambda x: 3 + (x - torch.sin(x)) / x**3, 3 + 1 / 6),
        (lambda x: 2 + (torch.tan(x) - x) / x**3, 2 + 1 / 3),
        (lambda x: torch.exp((x - torch.sin(x)) / x**3), math.exp(1 / 6)),
        (lambda x: 5 + (torch.exp(x) - 1 - x) / x**2, 5.5),
        (lambda x: 1 + (torch.sin(x) - x + x**3 / 6) / x**5, 1 + 1 / 120),
        (lambda x: 3 + (1 - torch.cos(x)) / x**2 + 0 * torch.erf(x), 3.5),
        (lambda x: 3 + (x - torch.sin(x)) / x**3 + 0 * torch.erf(x), 3 + 1 / 6),
        (lambda x: 1 + (torch.erf(x) - 2 / math.sqrt(math.pi) * x) / x**3, 1 - 2 / 3 / math.sqrt(math.pi)),
    ],
)
def test_a_constant_does_not_hide_that_everything_else_has_cancelled(program, true):
    assert repair(program, at=0.0)(tensor(0.0, grad=False)).item() == pytest.approx(true, rel=1e-13)
