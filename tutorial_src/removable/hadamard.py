r"""Hadamard's quotient of one function by a power of :math:`t = x - r`, as a mean of its derivative.

If :math:`f` vanishes at :math:`r` to order :math:`m`, then :math:`f(r + t) = t^m F(t)` with

.. math::

   F(t) = \int_0^1 \frac{(1 - s)^{m-1}}{(m-1)!}\, f^{(m)}(r + s\,t)\,ds ,

the remainder of Taylor's theorem. The integral is taken by Gauss's rule, whose weights are positive: nothing cancels.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from removable.errors import InputError
from removable.frameworks import Framework
from removable.functions import Array, Program
from removable.taylor import check_zeros

__all__ = ["Plan", "Rule", "inspect", "mean", "rule", "unseen"]

_RADIUS_UNSEEN = 0.25
"""The radius where f and g cannot be looked at beforehand, because what they close over is traced, or large."""

_NODES = 8
"""Nodes of Gauss's rule; it is exact for polynomials of degree 15."""

_FEWER = (1, 2, 4, 6)
"""Numbers of nodes that may be enough, too: the derivative of x - r is its own mean."""

_RADII = 2.0 ** (-np.arange(80) / 2)
"""Radii that are tried, the largest first."""

_SLACK = (5.0, 50.0, 450.0, 450.0)
"""Error allowed to Gauss's rule in value and first three derivatives, in units of rounding."""

_NEAR = 0.25
"""How close to the point the derivatives on both sides are compared, as a part of the radius."""

_LARGEST = 10**7
"""Numbers that an inspection may make."""


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


@dataclass(frozen=True)
class Plan:
    r"""How far out Gauss's rule is used, and which.

    Attributes
    ----------
    radius : float
        The largest distance from the point.
    of_f : Rule
        The rule for the numerator.
    of_g : Rule
        The rule for the denominator.
    """

    radius: float
    of_f: Rule
    of_g: Rule


def rule(order: int, count: int = _NODES) -> Rule:
    r"""Return the rule of Gauss and Legendre with the weight :math:`(1-s)^{m-1}/(m-1)!` of an order :math:`m`.

    Examples
    --------
    >>> one = rule(1)
    >>> len(one.nodes), sum(one.weights)
    (8, 1.0)
    >>> round(sum(rule(3).weights), 12) == round(1 / 6, 12)
    True
    """
    s, w = np.polynomial.legendre.leggauss(count)
    # From the ends inwards: the small weights are added first, and the sum of all is then 1 to the last bit.
    inwards = sorted(range(count), key=lambda i: min(i, count - 1 - i))
    s, w = (s[inwards] + 1) / 2, w[inwards] / 2
    return Rule(tuple(s.tolist()), tuple((w * (1 - s) ** (order - 1) / math.factorial(order - 1)).tolist()))


def mean(adapter: Framework, program: Program, at: float, t: Array, order: int, gauss: Rule) -> Array:
    """Evaluate the quotient of a program by a power of t, without dividing.

    Parameters
    ----------
    adapter : Framework
        The framework that ``t`` belongs to.
    program : callable
        Called as ``program(x, xp)``.
    at : float
        The point r.
    t : array
        Distances from it, any shape.
    order : int
        The power.
    gauss : Rule
        The rule for that order.

    Returns
    -------
    array
        Shape and dtype of ``program(at + t, xp)``.

    Examples
    --------
    >>> import torch
    >>> from removable import frameworks, functions
    >>> mean(frameworks.get("torch"), functions.f, 2.0, torch.tensor([0.0, 1.0]).double(), 1, rule(1)).tolist()
    [4.0, 5.0]
    """
    xp = adapter.namespace

    def value(x: Array) -> Array:
        return program(x, xp)

    total = None
    for node, weight in gauss:
        part = weight * adapter.tangents(value, at + node * t, order)[order]
        total = part if total is None else total + part
    return total


def rows(
    adapter: Framework, f: Program, g: Program, at: float, t: Array, order: int, plan: Plan, highest: int
) -> list[Array]:
    r"""Evaluate F/G and its derivatives, each from derivatives of f and g at the nodes.

    Under the integral, a derivative of F is that of f times a power of the node; those of the quotient q follow from the
    product rule for F = q G. Nothing but f and g is differentiated, which costs much less than to differentiate the mean.

    Parameters
    ----------
    adapter, at, t, order
        As for :func:`mean`.
    f, g : callable
        Called as ``f(x, xp)``.
    plan : Plan
        The rules for f and g.
    highest : int
        The order of the highest derivative of the quotient.

    Returns
    -------
    list of array
        The value and the derivatives, as constants.

    Examples
    --------
    >>> import torch
    >>> from removable import frameworks, functions
    >>> t = torch.tensor([0.0, 1.0]).double()
    >>> [r.tolist() for r in rows(frameworks.get("torch"), functions.f, functions.g, 2.0, t, 1, unseen(1), 2)]
    [[4.0, 5.0], [1.0, 1.0], [0.0, 0.0]]
    """
    numerator, denominator = (
        _means(adapter, program, at, t, order, gauss, highest) for program, gauss in ((f, plan.of_f), (g, plan.of_g))
    )
    found: list[Array] = []
    for k, row in enumerate(numerator):
        for j, lower in enumerate(found):
            row = row - math.comb(k, j) * lower * denominator[k - j]
        found.append(row / denominator[0])
    return found


def _means(
    adapter: Framework, program: Program, at: float, t: Array, order: int, gauss: Rule, highest: int
) -> list[Array]:
    """Evaluate the mean, and its derivatives up to an order."""
    xp, totals = adapter.namespace, []
    for node, weight in gauss:
        seen = adapter.rows(lambda x: program(x, xp), at + node * t, order + highest)[order:]
        parts = [weight * node**k * row for k, row in enumerate(seen)]
        totals = [total + part for total, part in zip(totals, parts, strict=True)] if totals else parts
    return totals


def unseen(order: int) -> Plan:
    """Return the plan where nothing is known about f and g.

    Examples
    --------
    >>> unseen(1).radius, len(unseen(1).of_f.nodes)
    (0.25, 8)
    """
    return Plan(_RADIUS_UNSEEN, rule(order), rule(order))


def inspect(
    adapter: Framework,
    f: Program,
    g: Program,
    *,
    at: float,
    order: int,
    like: Array,
    rounding: float,
    constant: bool = False,
) -> Plan | None:
    """Look at f and g around the point: refuse what is not removable, and find how far out Gauss's rule is good.

    Parameters
    ----------
    adapter : Framework
        The framework in which they are evaluated.
    f, g : callable
        Called as ``f(x, xp)``.
    at : float
        The point.
    order : int
        The order of the zero.
    like : array
        An array of the dtype and with the number of dimensions of those to come.
    rounding : float
        The rounding error of that dtype.
    constant : bool
        Whether f and g are the same at every call, so that fewer nodes may do for good if they do now.

    Returns
    -------
    Plan or None
        The radius and the rules; None if nothing is known, for what f and g close over is being traced.

    Raises
    ------
    removable.errors.InputError
        If g has no zero of that order there, or if f or g is not smooth.
    removable.errors.PoleError
        If f has no zero of that order there.

    Examples
    --------
    >>> import numpy as np, torch
    >>> from removable import frameworks, functions
    >>> pair = {"f": functions.f, "g": functions.g, "at": 2.0, "order": 1, "constant": True}
    >>> plan = inspect(frameworks.get("torch"), **pair, like=torch.ones(3).double(), rounding=2.0**-53)
    >>> plan.radius, len(plan.of_f.nodes), len(plan.of_g.nodes)
    (1.0, 1, 1)
    """
    highest = order + len(_SLACK) - 1
    rules = [rule(order, count) for count in (*_FEWER, _NODES, 2 * _NODES)]
    one_side = np.array([*(node for each in rules for node in each.nodes), _NEAR])
    around = _RADII[:, None, None] * np.array([1.0, -1.0])[:, None] * one_side
    offsets = np.array([0.0, *around.ravel()])
    elements = [_derivatives(adapter, program, at, offsets[:1], 0, like) for program in (f, g)]
    if elements[0] is None or elements[1] is None:
        return None
    large = offsets.size * max(table.size for table in elements) > _LARGEST
    tables = [_derivatives(adapter, program, at, offsets[: 1 if large else None], highest, like) for program in (f, g)]
    here = np.broadcast_arrays(*[table[:, :, :1] for table in tables])
    for column in range(here[0].shape[1]):
        rows = [table[:, column, 0] for table in here]
        sizes = [[abs(value) / math.factorial(k) for k, value in enumerate(row.tolist())] for row in rows]
        check_zeros(*sizes, at=at, order=order, rounding=4 * rounding, values=[row[0] for row in rows])
    if large:
        return unseen(order)
    seen = [table[order:, :, 1:].reshape(-1, table.shape[1], *around.shape) for table in tables]
    good = [_good(table, rules, rounding) for table in seen]
    usable = good[0][-1] & good[1][-1] & (16 * rounding * abs(at) <= _RADII)  # with less, all points are the same
    if not usable.any():
        raise InputError(
            f"f or g is not smooth at {at!r}: Gauss's rule finds no mean of its derivatives, at no distance; "
            "a singularity of that kind is not removable."
        )
    radius = int(np.argmax(usable))
    enough = [rules[int(np.argmax(row[:, radius])) if constant else len(_FEWER)] for row in good]
    return Plan(float(_RADII[radius]), *enough)


def _derivatives(
    adapter: Framework, program: Program, at: float, offsets: Sequence[float], highest: int, like: Array
) -> np.ndarray | None:
    """Return derivatives at points, shape ``(highest + 1, elements closed over, points)``; None while tracing."""
    xp = adapter.namespace
    # The points come first, so that the other dimensions are free for what a program closes over.
    z = adapter.constant(at + np.reshape(offsets, (-1, *[1] * len(like.shape))), like)
    rows = [adapter.concrete(row) for row in adapter.tangents(lambda x: program(x, xp), z, highest)]
    if any(row is None for row in rows):
        return None
    shape = np.broadcast_shapes(tuple(z.shape), *[row.shape for row in rows])
    return np.stack([np.broadcast_to(row, shape).reshape(shape[0], -1).T for row in rows])


def _good(table: np.ndarray, rules: Sequence[Rule], rounding: float) -> np.ndarray:
    """Tell for every rule but the last, and for every radius, whether the rule is good there.

    It must agree with the last at both ends, in all derivatives; and no derivative may jump at the point: a rule takes any
    mean of 1 and -1 for a number. The table has shape ``(derivatives, elements, radii, sides, nodes)``.
    """
    good = np.ones((len(rules) - 1, table.shape[2]), dtype=bool)
    ends = np.cumsum([len(each.nodes) for each in rules])
    with np.errstate(all="ignore"):
        for d, (row, slack) in enumerate(zip(table, _SLACK, strict=True)):
            largest = np.max(np.abs(row), axis=(-2, -1))
            jump = np.abs(row[..., 0, -1] - row[..., 1, -1])
            smooth = np.all(jump <= 0.75 * largest, axis=0)
            *means, best = (
                row[..., end - len(each.nodes) : end] @ (np.array(each.weights) * np.array(each.nodes) ** d)
                for each, end in zip(rules, ends, strict=True)
            )
            for k, mean_of_few in enumerate(means):
                agree = np.abs(mean_of_few - best) <= slack * rounding * largest[..., None]
                good[k] &= smooth & np.all(agree, axis=(0, -1))
    return good
