r"""Gauss's rule for the mean of a derivative.

The mean is a function divided by a power of :math:`t = x - r`.

If :math:`f` vanishes at :math:`r` to order :math:`m`, then :math:`f(r + t) = t^m F(t)` with

.. math::

   F(t) = \int_0^1 \frac{(1 - s)^{m-1}}{(m-1)!}\, f^{(m)}(r + s\,t)\,ds ,

the remainder of Taylor's theorem. The weights of Gauss's rule are positive: nothing cancels.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

__all__ = ["NODES", "Rule", "rule"]

NODES = 8
"""Nodes of the rule; it is exact for polynomials of degree 15."""


@dataclass(frozen=True)
class Rule:
    r"""A rule :math:`\sum_i w_i u(s_i)` for an integral over [0, 1].

    Attributes
    ----------
    nodes : tuple of float
        The :math:`s_i`.
    weights : tuple of float
        The :math:`w_i`.
    """

    nodes: tuple[float, ...]
    weights: tuple[float, ...]

    def __iter__(self) -> Iterator[tuple[float, float]]:
        """Yield each node with its weight."""
        return zip(self.nodes, self.weights, strict=True)


@functools.cache
def rule(order: int, count: int = NODES) -> Rule:
    r"""Return the rule of Gauss and Legendre for a zero of order :math:`m`.

    The weight of the rule is :math:`(1-s)^{m-1}/(m-1)!`.

    Parameters
    ----------
    order : int
        The order of the zero.
    count : int
        The number of nodes.

    Returns
    -------
    Rule
        Its nodes and weights, in the order in which they are summed up.

    Examples
    --------
    >>> from removable.remedy.gauss import rule
    >>> one = rule(1)
    >>> len(one.nodes), sum(one.weights)
    (8, 1.0)
    >>> round(sum(rule(3).weights), 12) == round(1 / 6, 12)
    True
    """
    s, w = np.polynomial.legendre.leggauss(count)
    # From the ends inwards: the small weights are added first, and the sum of all is then 1 to the
    # last bit.
    inwards = sorted(range(count), key=lambda i: min(i, count - 1 - i))
    s, w = (s[inwards] + 1) / 2, w[inwards] / 2
    return Rule(tuple(s.tolist()), tuple((w * (1 - s) ** (order - 1) / math.factorial(order - 1)).tolist()))
