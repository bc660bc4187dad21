r"""Polynomials of many points in eager PyTorch, as one operation.

The derivatives of the operation are operations of the same kind. Step by step, PyTorch writes every
intermediate result of Horner's rule down, and goes back through all of them. Here a polynomial
:math:`P(t, c) = \sum_k c_k u^k`, of :math:`u = t/\rho` within a reach, keeps t and c alone. What
its derivatives need are polynomials again, and moments :math:`M(g, t)_k = \sum_i g_i u_i^k`:

.. math::

   \partial_t P = P(t, Dc)/\rho,\quad \partial_c^{\mathsf T} P\,g = M(g, t),\quad
   (Dc)_k = (k + 1)\,c_{k+1} .

Beyond the reach the polynomial is held at what it is at the reach, so that nothing overflows.
Nobody reads it there.

It exists for speed alone, and is used where PyTorch does nothing to a program but run and record
it. Compiled, traced, exported or transformed, the plain steps are taken
(:func:`removable.remedy.polynomials.horner`).
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from typing import Any

from removable.functions import Array

__all__ = ["applies", "polynomial"]

_BLOCK = 2**14
"""Points that stay in the processor's cache from one step to the next."""

_MANY = 256
"""Points from which on it pays."""


def applies(t: Array) -> bool:
    """Tell whether points are plain numbers of an eager program, so many that the operation pays.

    Parameters
    ----------
    t : torch.Tensor
        Points.

    Returns
    -------
    bool
        False while anything but running and recording is done to the program.

    Examples
    --------
    >>> import torch
    >>> from removable.remedy.torch_polynomial import applies
    >>> applies(torch.zeros(1000)), applies(torch.zeros(10))
    (True, False)
    >>> torch.func.vmap(lambda t: t * applies(t))(torch.ones(2, 1000)).sum().item()
    0.0
    """
    import torch

    return (
        not torch.compiler.is_compiling()
        and type(t) in (torch.Tensor, torch.nn.Parameter)
        and not torch._C._functorch.is_functorch_wrapped_tensor(t)
        and not torch.jit.is_tracing()
        and not torch._C._len_torch_dispatch_stack()  # make_fx and its like see what is done inside
        and t.device.type == "cpu"
        and t.numel() >= _MANY
        and torch.autograd.forward_ad.unpack_dual(t).tangent is None
    )


def polynomial(t: Array, coefficients: Array, reach: float, radius: float) -> Array:
    """Evaluate a polynomial.

    Parameters
    ----------
    t : torch.Tensor
        Points, of any shape.
    coefficients : torch.Tensor
        From the constant term up, in powers of t over the radius, shape (K,), of the dtype of t.
    reach : float
        The largest distance from 0 at which it is asked for; beyond it the result and its
        derivatives mean nothing.
    radius : float
        The unit of t.

    Returns
    -------
    torch.Tensor
        Shape and dtype of t; it can be differentiated by both, any number of times, in reverse
        mode, and once forward.

    Examples
    --------
    1 + 3u^2 of u = t/2, and its derivative by t, 3t/2:

    >>> import torch
    >>> from removable.remedy.torch_polynomial import polynomial
    >>> t = torch.tensor([0.0, 2.0], requires_grad=True)
    >>> y = polynomial(t, torch.tensor([1.0, 0.0, 3.0]), 2.0, 2.0)
    >>> (slope,) = torch.autograd.grad(y.sum(), t)
    >>> y.tolist(), slope.tolist()
    ([1.0, 4.0], [0.0, 3.0])
    """
    return _operations()[0].apply(t, coefficients, reach, radius)


def _derived(c: Array) -> Array:
    """Return the coefficients of the derivative."""
    import torch

    if len(c) == 1:
        return torch.zeros_like(c)
    return c[1:] * torch.arange(1, len(c), dtype=c.dtype)


def _blocks(t: Array, reach: float, radius: float) -> Iterator[Array]:
    """Yield points block by block, held within the reach, in units of the radius."""
    for points in t.detach().reshape(-1).split(_BLOCK):
        yield points.clamp(-reach, reach).div_(radius)


def _horner(t: Array, c: Array, reach: float, radius: float) -> Array:
    import torch

    numbers = c.tolist()
    even, odd = not any(numbers[1::2]), not any(numbers[::2])  # half the steps are enough then
    used = c.detach()[1::2] if odd and not even else c.detach()[::2] if even else c.detach()
    last, *others = used.unbind()[::-1]
    result = torch.full_like(t, last.item(), memory_format=torch.contiguous_format)
    for block, u in zip(result.view(-1).split(_BLOCK), _blocks(t, reach, radius), strict=True):
        points = u * u if even or odd else u
        for number in others:
            torch.addcmul(number, block, points, out=block)
        if odd and not even:
            block.mul_(u)
    return result


def _moments(g: Array, t: Array, count: int, reach: float, radius: float) -> Array:
    import torch

    moments = torch.zeros(count, dtype=t.dtype)
    for weights, points in zip(g.reshape(-1).split(_BLOCK), _blocks(t, reach, radius), strict=True):
        power = weights.clone()
        for k in range(count):
            moments[k] += power.sum()
            power.mul_(points)
    return moments


@functools.cache
def _operations() -> tuple[Any, Any]:
    import torch

    class Polynomial(torch.autograd.Function):
        @staticmethod
        def forward(t: Array, c: Array, reach: float, radius: float) -> Array:
            return _horner(t, c, reach, radius)

        @staticmethod
        def setup_context(ctx: Any, inputs: tuple[Array, Array, float, float], output: Array) -> None:
            ctx.save_for_backward(*inputs[:2])
            ctx.save_for_forward(*inputs[:2])
            ctx.within = inputs[2:]

        @staticmethod
        def backward(ctx: Any, g: Array) -> tuple[Array | None, Array | None, None, None]:
            t, c = ctx.saved_tensors
            by_t = (
                g * Polynomial.apply(t, _derived(c) / ctx.within[1], *ctx.within) if ctx.needs_input_grad[0] else None
            )
            by_c = Moments.apply(g, t, len(c), *ctx.within) if ctx.needs_input_grad[1] else None
            return by_t, by_c, None, None

        @staticmethod
        def jvp(ctx: Any, dt: Array | None, dc: Array | None, *_: None) -> Array:
            t, c = ctx.saved_tensors
            tangent = torch.zeros_like(t)
            if dt is not None:
                tangent = tangent + dt * Polynomial.apply(t, _derived(c) / ctx.within[1], *ctx.within)
            return tangent if dc is None else tangent + Polynomial.apply(t, dc, *ctx.within)

    class Moments(torch.autograd.Function):
        @staticmethod
        def forward(g: Array, t: Array, count: int, reach: float, radius: float) -> Array:
            return _moments(g, t, count, reach, radius)

        @staticmethod
        def setup_context(ctx: Any, inputs: tuple[Array, Array, int, float, float], output: Array) -> None:
            ctx.save_for_backward(*inputs[:2])
            ctx.save_for_forward(*inputs[:2])
            ctx.count, *ctx.within = inputs[2:]

        @staticmethod
        def backward(ctx: Any, w: Array) -> tuple[Array | None, Array | None, None, None, None]:
            g, t = ctx.saved_tensors
            by_g = Polynomial.apply(t, w, *ctx.within) if ctx.needs_input_grad[0] else None
            by_t = None
            if ctx.needs_input_grad[1]:
                by_t = g * Polynomial.apply(t, _derived(w) / ctx.within[1], *ctx.within)
            return by_g, by_t, None, None, None

        @staticmethod
        def jvp(ctx: Any, dg: Array | None, dt: Array | None, *_: None) -> Array:
            g, t = ctx.saved_tensors
            tangent = torch.zeros(ctx.count, dtype=t.dtype)
            if dg is not None:
                tangent = tangent + Moments.apply(dg, t, ctx.count, *ctx.within)
            if dt is not None and ctx.count > 1:
                steps = torch.arange(1, ctx.count, dtype=t.dtype) / ctx.within[1]
                lower = Moments.apply(g * dt, t, ctx.count - 1, *ctx.within) * steps
                tangent = tangent + torch.cat([torch.zeros(1, dtype=t.dtype), lower])
            return tangent

    return Polynomial, Moments
