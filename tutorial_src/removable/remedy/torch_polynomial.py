r"""Polynomials of many points in eager PyTorch, as an operation whose derivatives are operations of the same kind.

Step by step, PyTorch writes every intermediate result of Horner's rule down, and goes back through all of them. Here a polynomial
:math:`P(u, c) = \sum_k c_k u^k` keeps u and c alone. What its derivatives need are polynomials again, and moments
:math:`M(g, u)_k = \sum_i g_i u_i^k`:

.. math::

   \partial_u P = P(u, Dc),\quad \partial_c^{\mathsf T} P\,g = M(g, u),\quad (Dc)_k = (k + 1)\,c_{k+1} .

It exists for speed alone, and is used where PyTorch does nothing to a program but run and record it. Compiled, traced, exported or
transformed, the plain steps are taken (:func:`removable.remedy.polynomials.horner`).
"""

from __future__ import annotations

import functools
from typing import Any

from removable.functions import Array

__all__ = ["applies", "polynomial"]

_BLOCK = 2**14
"""Points that stay in the processor's cache from one step to the next."""

_MANY = 256
"""Points from which on it pays."""


def applies(u: Array) -> bool:
    """Tell whether points are plain numbers of an eager program, so many that the operation pays.

    Parameters
    ----------
    u : torch.Tensor
        Points.

    Returns
    -------
    bool
        False while anything but running and recording is done to the program.

    Examples
    --------
    >>> import torch
    >>> applies(torch.zeros(1000)), applies(torch.zeros(10))
    (True, False)
    >>> torch.func.vmap(lambda u: u * applies(u))(torch.ones(2, 1000)).sum().item()
    0.0
    """
    import torch

    return (
        not torch.compiler.is_compiling()
        and type(u) in (torch.Tensor, torch.nn.Parameter)
        and not torch._C._functorch.is_functorch_wrapped_tensor(u)
        and not torch.jit.is_tracing()
        and not torch._C._len_torch_dispatch_stack()  # make_fx and its like see what is done inside
        and u.device.type == "cpu"
        and u.numel() >= _MANY
        and torch.autograd.forward_ad.unpack_dual(u).tangent is None
    )


def polynomial(u: Array, coefficients: Array) -> Array:
    """Evaluate a polynomial.

    Parameters
    ----------
    u : torch.Tensor
        Points, of any shape.
    coefficients : torch.Tensor
        From the constant term up, shape (K,), of the dtype of u.

    Returns
    -------
    torch.Tensor
        Shape and dtype of u; it can be differentiated by both, any number of times, in reverse mode, and once forward.

    Examples
    --------
    >>> import torch
    >>> u = torch.tensor([0.0, 2.0], requires_grad=True)
    >>> y = polynomial(u, torch.tensor([1.0, 0.0, 3.0]))
    >>> (slope,) = torch.autograd.grad(y.sum(), u)
    >>> y.tolist(), slope.tolist()
    ([1.0, 13.0], [0.0, 12.0])
    """
    return _operations()[0].apply(u, coefficients)


def _derived(c: Array) -> Array:
    """Return the coefficients of the derivative."""
    import torch

    if len(c) == 1:
        return torch.zeros_like(c)
    return c[1:] * torch.arange(1, len(c), dtype=c.dtype)


def _horner(u: Array, c: Array) -> Array:
    import torch

    numbers = c.tolist()
    result = torch.full_like(u, numbers[-1], memory_format=torch.contiguous_format)
    flat = u.detach().reshape(-1)
    for block, points in zip(result.view(-1).split(_BLOCK), flat.split(_BLOCK), strict=True):
        for number in numbers[-2::-1]:
            block.mul_(points).add_(number)
    return result


def _moments(g: Array, u: Array, count: int) -> Array:
    import torch

    found = torch.zeros(count, dtype=u.dtype)
    for weights, points in zip(g.reshape(-1).split(_BLOCK), u.reshape(-1).split(_BLOCK), strict=True):
        power = weights.clone()
        for k in range(count):
            found[k] += power.sum()
            power.mul_(points)
    return found


@functools.cache
def _operations() -> tuple[Any, Any]:
    import torch

    class Polynomial(torch.autograd.Function):
        @staticmethod
        def forward(u: Array, c: Array) -> Array:
            return _horner(u, c)

        @staticmethod
        def setup_context(ctx: Any, inputs: tuple[Array, Array], output: Array) -> None:
            ctx.save_for_backward(*inputs)
            ctx.save_for_forward(*inputs)

        @staticmethod
        def backward(ctx: Any, g: Array) -> tuple[Array | None, Array | None]:
            u, c = ctx.saved_tensors
            by_u = g * Polynomial.apply(u, _derived(c)) if ctx.needs_input_grad[0] else None
            by_c = Moments.apply(g, u, len(c)) if ctx.needs_input_grad[1] else None
            return by_u, by_c

        @staticmethod
        def jvp(ctx: Any, du: Array | None, dc: Array | None) -> Array:
            u, c = ctx.saved_tensors
            found = torch.zeros_like(u)
            if du is not None:
                found = found + du * Polynomial.apply(u, _derived(c))
            return found if dc is None else found + Polynomial.apply(u, dc)

    class Moments(torch.autograd.Function):
        @staticmethod
        def forward(g: Array, u: Array, count: int) -> Array:
            return _moments(g, u, count)

        @staticmethod
        def setup_context(ctx: Any, inputs: tuple[Array, Array, int], output: Array) -> None:
            ctx.save_for_backward(*inputs[:2])
            ctx.save_for_forward(*inputs[:2])
            ctx.count = inputs[2]

        @staticmethod
        def backward(ctx: Any, w: Array) -> tuple[Array | None, Array | None, None]:
            g, u = ctx.saved_tensors
            by_g = Polynomial.apply(u, w) if ctx.needs_input_grad[0] else None
            by_u = g * Polynomial.apply(u, _derived(w)) if ctx.needs_input_grad[1] else None
            return by_g, by_u, None

        @staticmethod
        def jvp(ctx: Any, dg: Array | None, du: Array | None, _: None) -> Array:
            g, u = ctx.saved_tensors
            found = torch.zeros(ctx.count, dtype=u.dtype)
            if dg is not None:
                found = found + Moments.apply(dg, u, ctx.count)
            if du is not None and ctx.count > 1:
                lower = Moments.apply(g * du, u, ctx.count - 1) * torch.arange(1, ctx.count, dtype=u.dtype)
                found = found + torch.cat([torch.zeros(1, dtype=u.dtype), lower])
            return found

    return Polynomial, Moments
