"""What else there is near a singularity: branches, patches, bumps."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from remedy.double_precision import tensor
from removable import repair
from removable.errors import NotRemovableError


def sinc(x):
    return torch.sin(x) / x


def test_a_bump_between_the_nodes_stays_the_programs_own():
    def program(x):
        return torch.sin(x) / x + 1e-3 * torch.exp(-(((x - 0.4) / 1e-4) ** 2))

    x = tensor(0.0, 0.4, 0.98, grad=False)
    y = repair(program, at=0.0)(x)
    assert torch.allclose(y[1:], program(x[1:]), rtol=1e-13, atol=1e-15)
    assert y[0].item() == pytest.approx(1.0, rel=1e-9)


def test_a_hole_inside_is_repaired_along():
    for program, true in (
        (lambda x: (x / torch.tanh(x) - 1) / x, (0.0, 1 / 3)),
        (lambda x: torch.where(x == 0, 5.0, sinc(x)), (1.0, 0.0)),
    ):
        x = tensor(0.0)
        y = repair(program, at=0.0)(x)
        (slope,) = torch.autograd.grad(y, x)
        assert y.item() == pytest.approx(true[0], abs=1e-15)
        assert slope.item() == pytest.approx(true[1], abs=1e-14)


def branches():
    return {
        "twice in a box": lambda x: torch.where(x.abs() <= 1, 2 * x, x),
        "zero in a box": lambda x: torch.where(x.abs() <= 1, 0 * x, x),
        "zero between": lambda x: torch.where((x >= -1) & (x <= 1), 0 * x, x),
        "flow outside its box": lambda x: torch.where(x.abs() <= 1, x * torch.sqrt(1 - x * x), x),
        "hard shrinkage": lambda x: torch.nn.functional.hardshrink(x, 0.5),
        "little shrinkage": lambda x: torch.nn.functional.hardshrink(x, 0.01),
        "clamp": lambda x: torch.clamp(x, -1, 1),
        "relu": lambda x: torch.relu(x - 1),
        "erf of a distance": lambda x: torch.erf(x.abs()),
        "tanh of a distance": lambda x: torch.tanh(5 * x.abs()) + 0 * torch.erf(x),
    }


REFUSED = {
    ("twice in a box", 1.0): "jump: the value tends to 1 from the right and to 2 from the left",
    ("zero in a box", 1.0): "jump: the value tends to 1 from the right and to 0 from the left",
    ("zero between", 1.0): "jump: the value tends to 1 from the right and to 0 from the left",
    ("flow outside its box", 1.0): "branch point: on the left the slope is infinite",
    ("hard shrinkage", -0.5): "jump: the value tends to 0 from the right and to -0.5 from the left",
    ("clamp", 1.0): "kink: the slope tends to 0 from the right and to 1 from the left",
    ("relu", 1.0): "kink: the slope tends to 1 from the right and to 0 from the left",
    ("erf of a distance", 0.0): "kink: the slope tends to 1.128 from the right and to -1.128 from the left",
    ("tanh of a distance", 0.0): "kink: the slope tends to 5 from the right and to -5 from the left",
}


@pytest.mark.parametrize("name", branches())
@pytest.mark.parametrize("at", [-0.5, 0.0, 1.0, 1.5, 3.0])
def test_a_branch_near_by_is_the_programs_own(name, at):
    program, x = branches()[name], tensor(*np.linspace(-4, 4, 321).tolist(), grad=False)
    if sentence := REFUSED.get((name, at)):
        with pytest.raises(NotRemovableError, match=sentence):
            repair(program, at=at)(x)
    else:
        assert torch.allclose(repair(program, at=at)(x), program(x), rtol=1e-13, atol=1e-13)


def test_a_patch_is_replaced():
    x = tensor(0.0, 5e-9, 1e-5, 5e-3, grad=False)
    true = torch.sinc(x / math.pi)
    for width, inside in ((1e-8, 0.0), (1e-4, 5.0), (1e-2, 1.0)):
        patched = repair(lambda x, w=width, c=inside: torch.where(x.abs() < w, c + 0 * x, sinc(x)), at=0.0)
        assert torch.allclose(patched(x), true, rtol=1e-15, atol=0), width
