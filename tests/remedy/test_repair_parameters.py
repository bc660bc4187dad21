"""Parameters of a repaired function: their derivatives, their motion."""

from __future__ import annotations

import copy
import math

import numpy as np
import pytest
import tensorflow as tf
import torch
from remedy.double_precision import D, tensor
from removable import repair


def test_a_parameter_has_its_derivatives_mixed_and_second():
    p, x = tensor(1.5), tensor(0.0, 1e-9, 0.2, 3.0)
    y = repair(lambda x: torch.sin(p * x) / x, at=0.0)(x)
    _, by_p = torch.autograd.grad(y.sum(), (x, p), create_graph=True)
    mixed, second = torch.autograd.grad(by_p, (x, p))
    px = (p * x).detach()
    assert torch.allclose(y.detach(), 1.5 * torch.sinc(px / math.pi), rtol=1e-14, atol=0)
    assert by_p.item() == pytest.approx(torch.cos(px).sum().item(), rel=1e-14)
    assert torch.allclose(mixed, -1.5 * torch.sin(px), rtol=1e-13, atol=1e-14)
    assert second.item() == pytest.approx(-(x.detach() * torch.sin(px)).sum().item(), rel=1e-13)


def test_a_parameter_that_moves_far_is_followed():
    p, h = tensor(1.0, grad=False), None
    h = repair(lambda x: torch.sin(p * x) / x, at=0.0)
    for value in (1.0, 1.01, 20.0, 50.0, 1e-3, -7.0, 0.0):
        p.fill_(value)
        x = tensor(0.0, 1e-4, 0.03, grad=False)
        true = value * torch.sinc(value * x / math.pi)
        assert torch.allclose(h(x), true, rtol=2e-14, atol=1e-300), value


def test_a_parameter_at_its_own_special_value():
    x, lam = tensor(0.5, 1.0, 4.0), tensor(0.0)
    y = repair(lambda lam: (x**lam - 1) / lam, at=0.0)(lam)
    by_lam, by_x = torch.autograd.grad(y.sum(), (lam, x))
    log = torch.log(x.detach())
    assert torch.allclose(y.detach(), log, rtol=1e-14, atol=1e-15)
    assert by_lam.item() == pytest.approx((log * log / 2).sum().item(), rel=1e-14)
    assert torch.allclose(by_x, 1 / x.detach(), rtol=1e-14, atol=1e-15)


def test_a_vector_of_parameters_and_one_point():
    p = tensor(*np.linspace(0.5, 3, 64).tolist())
    x = tensor(0.0)
    y = repair(lambda x: torch.sin(p * x) / x, at=0.0)(x)
    assert torch.allclose(y, p, rtol=2e-14, atol=0)
    assert y.shape == (64,)
    (by_p,) = torch.autograd.grad(y.sum(), p)
    assert torch.allclose(by_p, torch.ones(64, dtype=D), rtol=1e-13, atol=1e-15)


def test_a_number_that_a_function_closes_over_is_read_at_each_call():
    b = 1.0

    def program(x):
        return torch.sin(b * x) / x

    h, zero = repair(program, at=0.0), tensor(0.0, grad=False)
    assert h(zero).item() == 1.0
    b = 3.0
    assert h(zero).item() == pytest.approx(3.0, rel=1e-15)


def test_a_point_that_is_another_variable():
    divided = repair(lambda x, y: (torch.exp(x) - torch.exp(y)) / (x - y), at=lambda y: y)
    for other in (divided, lambda x, y: repair(lambda x: (torch.exp(x) - torch.exp(y)) / (x - y), at=y)(x)):
        x, y = tensor(1.0, 2.0 + 1e-9, -0.5, 3.0), tensor(1.0, 2.0, -0.5 - 1e-5, 0.5)
        v = other(x, y)
        by_x, by_y = torch.autograd.grad(v.sum(), (x, y))
        a, b = x.detach().numpy(), y.detach().numpy()
        phi = np.where(np.abs(a - b) < 1, np.expm1(a - b) / np.where(a == b, 1, a - b), 0)
        phi = np.where(a == b, 1.0, phi)
        true = np.where(np.abs(a - b) < 1, np.exp(b) * phi, (np.exp(a) - np.exp(b)) / np.where(a == b, 1, a - b))
        assert np.allclose(v.detach().numpy(), true, rtol=2e-14, atol=1e-15)
        # both at once only shift the exponents
        assert np.allclose((by_x + by_y).numpy(), true, rtol=1e-12, atol=1e-15)
        assert by_x[0].item() == pytest.approx(math.e / 2, rel=1e-12)


def test_equal_rates_of_absorption_and_elimination():
    ka, ke, t = tensor(0.75), tensor(0.75), 2.0
    bateman = repair(lambda ke, ka: (torch.exp(-ke * t) - torch.exp(-ka * t)) / (ka - ke), at=lambda ka: ka)
    by_ke, by_ka = torch.autograd.grad(bateman(ke, ka), (ke, ka))
    true = -(t**2) * math.exp(-0.75 * t) / 2
    assert by_ke.item() == pytest.approx(true, rel=1e-12)
    assert by_ka.item() == pytest.approx(true, rel=1e-12)


def test_hidden_values_give_a_number_or_nan():
    def slope(p):
        return torch.func.grad(
            lambda p: repair(lambda x: torch.sin(p * x) / x, at=0.0)(tensor(0.0, 0.3, grad=False)).sum()
        )(p)

    assert slope(tensor(2.0, grad=False)).item() == pytest.approx(1 + math.cos(0.6), rel=1e-13)
    x = tensor(0.0, 0.3, grad=False)
    pole = torch.func.vmap(lambda p: repair(lambda x: (x + p) / x, at=0.0)(x))(tensor(1.0, 2.0, grad=False))
    assert pole[:, 0].isnan().all()
    assert torch.allclose(pole[:, 1], (0.3 + tensor(1.0, 2.0, grad=False)) / 0.3)
    kink = torch.func.vmap(lambda p: repair(lambda x: p * abs(x), at=0.0)(x))(tensor(1.0, 2.0, grad=False))
    assert kink[:, 0].isnan().all()


def test_tensorflow_casts_parameters_that_it_is_given():
    x, p = tf.constant([0.0, 1e-9, 0.3], tf.float64), tf.Variable(2.0, dtype=tf.float64)
    h = repair(lambda x, p: tf.sin(p * x) / x, at=0.0)
    for call in (h, tf.function(h), tf.function(h, jit_compile=True)):
        with tf.GradientTape() as tape:
            y = call(x, p)
        assert np.allclose(tape.gradient(y, p).numpy(), 2 + math.cos(0.6), rtol=1e-12, atol=1e-15)
    assert repair(lambda x: tf.sin(p * x) / x, at=0.0).report(x).kind == "real line"


class Wave(torch.nn.Module):
    """A repaired function that reads a parameter of its module."""

    def __init__(self):
        super().__init__()
        self.a = torch.nn.Parameter(torch.tensor(2.0, dtype=D))
        self.wave = repair(lambda x: torch.sin(self.a * x) / x, at=0.0)

    def forward(self, x):
        """Call it."""
        return self.wave(x)


def test_a_copied_module_follows_its_own_parameters():
    one = Wave()
    two = copy.deepcopy(one)
    with torch.no_grad():
        two.a.fill_(5.0)
    zero = tensor(0.0, grad=False)
    assert one(zero).item() == pytest.approx(2.0, rel=1e-14)
    assert two(zero).item() == pytest.approx(5.0, rel=1e-14)


def test_a_moving_point_keeps_its_digits_at_all_sizes():
    for n in (2, 3, 4, 5, 7):
        divided = repair(lambda x, y, n=n: (x**n - y**n) / (x - y), at=lambda y: y)
        y = tensor(1e-3, 0.3, 2.0, 100.0)
        x = y.detach().clone().requires_grad_()
        value = divided(x, y)
        by_x, by_y = torch.autograd.grad(value.sum(), (x, y))
        assert torch.allclose(value, n * y ** (n - 1), rtol=1e-14, atol=1e-15)
        slope = n * (n - 1) / 2 * y ** (n - 2)
        assert torch.allclose(by_x, slope, rtol=1e-13, atol=1e-15)
        assert torch.allclose(by_y, slope, rtol=1e-13, atol=1e-15)
