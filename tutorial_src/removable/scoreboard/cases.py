"""The quotients on the scoreboard, with all that somebody has to know who patches one by hand."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from removable import primitives
from removable.functions import Array, Namespace, Program, elementary

__all__ = ["CASES", "Case"]

LOG_2 = math.log(2)


@dataclass(frozen=True, eq=False)
class Case:
    r"""A quotient f/g with a removable singularity.

    Attributes
    ----------
    f : callable
        The numerator, called as ``f(x, xp)``.
    g : callable
        The denominator, called the same way.
    df : callable
        The derivative of the numerator.
    dg : callable
        The derivative of the denominator.
    at : float
        The point :math:`r` where both vanish.
    limit : float
        The value of f/g there.
    slope : float
        The derivative of f/g there.
    by_hand : callable, optional
        The quotient as algebra on paper rewrites it, where it can.
    own : dict of str to callable
        For each framework that ships the function, how it is called there, with x.
    ready_made : callable, optional
        The function in :mod:`removable.primitives`, called with x.
    """

    f: Program
    g: Program
    df: Program
    dg: Program
    at: float
    limit: float
    slope: float
    by_hand: Program | None = None
    own: Mapping[str, Callable[[Array], Array]] = field(default_factory=dict)
    ready_made: Callable[[Array], Array] | None = None

    def typed(self, xp: Namespace) -> Callable[[Array], Array]:
        """Return f/g as one function of x, as somebody types it who has not thought of a numerator.

        Examples
        --------
        >>> import torch
        >>> from removable.scoreboard import CASES
        >>> CASES["sin(x)/x"].typed(torch)(torch.tensor([0.0, 1.0]))
        tensor([   nan, 0.8415])
        """
        # Close over nothing else: what can change is looked at again at each call.
        f, g = self.f, self.g
        return lambda x: f(x, xp) / g(x, xp)


def _x(x: Array, xp: Namespace) -> Array:
    return x


def _one(x: Array, xp: Namespace) -> Array:
    return xp.ones_like(x)


def _torch_sinc(x: Array) -> Array:
    import torch

    return torch.sinc(x / math.pi)


def _tensorflow_sinc(x: Array) -> Array:
    import tensorflow.experimental.numpy as tnp

    return tnp.sinc(x / math.pi)


def _jax_sinc(x: Array) -> Array:
    import jax.numpy as jnp

    return jnp.sinc(x / math.pi)


def _jax_boxcox(x: Array) -> Array:
    import jax.numpy as jnp
    import jax.scipy.special

    return jax.scipy.special.boxcox(2 * jnp.ones_like(x), x)


CASES: Mapping[str, Case] = {
    "(x*x - 4)/(x - 2)": Case(
        f=lambda x, xp: x * x - 4,
        g=lambda x, xp: x - 2,
        df=lambda x, xp: 2 * x,
        dg=_one,
        at=2.0,
        limit=4.0,
        slope=1.0,
        by_hand=lambda x, xp: x + 2,
    ),
    "(sqrt(1 + x) - 1)/x": Case(
        f=lambda x, xp: elementary(xp).sqrt(1 + x) - 1,
        g=_x,
        df=lambda x, xp: 0.5 / elementary(xp).sqrt(1 + x),
        dg=_one,
        at=0.0,
        limit=0.5,
        slope=-0.125,
        by_hand=lambda x, xp: 1 / (elementary(xp).sqrt(1 + x) + 1),
    ),
    "sin(x)/x": Case(
        f=lambda x, xp: xp.sin(x),
        g=_x,
        df=lambda x, xp: xp.cos(x),
        dg=_one,
        at=0.0,
        limit=1.0,
        slope=0.0,
        own={"torch": _torch_sinc, "tensorflow": _tensorflow_sinc, "jax": _jax_sinc},
        ready_made=primitives.sin_over_x,
    ),
    "expm1(x)/x": Case(
        f=lambda x, xp: elementary(xp).expm1(x),
        g=_x,
        df=lambda x, xp: xp.exp(x),
        dg=_one,
        at=0.0,
        limit=1.0,
        slope=0.5,
        ready_made=primitives.expm1_over_x,
    ),
    "x/(exp(x) - 1)": Case(
        f=_x,
        g=lambda x, xp: xp.exp(x) - 1,
        df=_one,
        dg=lambda x, xp: xp.exp(x),
        at=0.0,
        limit=1.0,
        slope=-0.5,
        ready_made=primitives.x_over_expm1,
    ),
    "log1p(x)/x": Case(
        f=lambda x, xp: elementary(xp).log1p(x),
        g=_x,
        df=lambda x, xp: 1 / (1 + x),
        dg=_one,
        at=0.0,
        limit=1.0,
        slope=-0.5,
        ready_made=primitives.log1p_over_x,
    ),
    "tanh(x)/x": Case(
        f=lambda x, xp: xp.tanh(x),
        g=_x,
        df=lambda x, xp: 1 - xp.tanh(x) ** 2,
        dg=_one,
        at=0.0,
        limit=1.0,
        slope=0.0,
        ready_made=primitives.tanh_over_x,
    ),
    "(2**x - 1)/x": Case(
        f=lambda x, xp: elementary(xp).expm1(LOG_2 * x),
        g=_x,
        df=lambda x, xp: LOG_2 * xp.exp(LOG_2 * x),
        dg=_one,
        at=0.0,
        limit=LOG_2,
        slope=LOG_2**2 / 2,
        own={"jax": _jax_boxcox},
        ready_made=lambda x: primitives.boxcox(0 * x + 2, x),
    ),
    "sin(x)/tanh(x)": Case(
        f=lambda x, xp: xp.sin(x),
        g=lambda x, xp: xp.tanh(x),
        df=lambda x, xp: xp.cos(x),
        dg=lambda x, xp: 1 - xp.tanh(x) ** 2,
        at=0.0,
        limit=1.0,
        slope=0.0,
    ),
}
"""Nine quotients, each under the name that a reader would type."""
