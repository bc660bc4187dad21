r"""Smooth functions of the length of a vector, as functions of its square.

A function of a vector that depends on its length :math:`r = |v|` alone is smooth at :math:`v = 0`
if it is even in :math:`r`: then it is a function of :math:`s = r^2 = v\cdot v`, which every
framework differentiates right. The length itself has no derivative at 0.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
from collections.abc import Callable
from typing import Any

import numpy as np

from removable import frameworks
from removable.errors import InputError, NotRemovableError
from removable.functions import Array, elementary
from removable.remedy.backends import Backend, backend
from removable.remedy.plan import NotTakenError, Plan, of_squares
from removable.remedy.repair import Repaired

__all__ = ["even"]


def even(function: Callable[[Array], Array]) -> Repaired:
    r"""Return an even function of a length as a function of the square of the length.

    Parameters
    ----------
    function : callable
        A function of the length :math:`r`, even in :math:`r`, called as ``function(r)``.

    Returns
    -------
    Repaired
        The function of :math:`s = r^2`: right in value and all derivatives at s = 0, and near 0 for
        s < 0 too.

    Raises
    ------
    removable.errors.InputError
        If function is not callable.
    removable.errors.NotRemovableError
        When it is called, if the function is not even: then it is not smooth at r = 0.

    Examples
    --------
    The value, gradient and second derivatives of the sine of a length over the length, at a vector
    of zeros:

    >>> import torch
    >>> from removable import even
    >>> sinc = even(lambda r: torch.sin(r) / r)
    >>> v = torch.zeros(3, dtype=torch.float64)
    >>> sinc(v @ v).item(), torch.func.grad(lambda v: sinc(v @ v))(v).tolist()
    (1.0, [-0.0, -0.0, -0.0])
    >>> torch.func.hessian(lambda v: sinc(v @ v))(v).diagonal().numpy().round(15).tolist()
    [-0.333333333333333, -0.333333333333333, -0.333333333333333]
    """
    if not callable(function):
        raise InputError(f"the function is {function!r}; give a function of a length.")

    def of_the_square(s: Array) -> Array:
        return function(elementary(frameworks.of(s).namespace).sqrt(s))

    return _Even(function, of_the_square)


class _Even(Repaired):
    """A function of the square of a length, which says of the length why it is refused."""

    def __init__(self, of_the_length: Callable[[Array], Array], of_the_square: Callable[[Array], Array]) -> None:
        super().__init__(of_the_square, at=0.0)
        self.of_the_length = of_the_length

    def _bound_to(self, instance: Any) -> Repaired:
        return even(self.of_the_length.__get__(instance))

    def _look(self, framework: str, precision: str) -> Plan:
        b = backend(framework)
        of_the_length = functools.partial(self._on_the_right, b, "64", precision, 0, None)
        return self._explained("_look", (framework, precision), of_the_length)

    def _look_again(self, b: Backend, at: float, dims: int, parameters: tuple[Array, ...], like: Array) -> Plan:
        of_the_length = functools.partial(self._on_the_right, b, b.wide(), b.dtype(like), dims, like)
        return self._explained("_look_again", (b, at, dims, parameters, like), of_the_length)

    def _on_the_right(self, b: Backend, bits: str, precision: str, dims: int, like: Array | None, note: str) -> Plan:
        """Look at squares greater than 0 alone."""
        look = b.in_double if like is None else b.looking

        def on_line(s: np.ndarray, kind: str = "float64") -> np.ndarray:
            with look():
                return self._values(b, kind, dims, (), 0.0, like, s)

        bits, single = self._bits(bits, precision, on_line, 0.0)
        kind = f"float{bits}"
        plan = of_squares(functools.partial(on_line, kind=kind), 2.0**-53 if bits == "64" else 2.0**-24, single or note)
        return dataclasses.replace(plan, dtype=kind, dims=dims)

    def _explained(self, look: str, arguments: tuple[Any, ...], of_the_length: Callable[[str], Plan]) -> Plan:
        try:
            return getattr(super(), look)(*arguments)
        except NotRemovableError as refusal:
            # a program of lengths without complex numbers
            with contextlib.suppress(NotRemovableError, NotTakenError):  # the reason is looked for below
                return of_the_length("the program takes no complex numbers, and no negative squares")
            in_the_length = Repaired(self.of_the_length, at=0.0)
            raise _reason(lambda: getattr(in_the_length, look)(*arguments)) or refusal from None


def _reason(look: Callable[[], Plan]) -> NotRemovableError | None:
    """Return the error that says why a function is not smooth as a function of a vector.

    The function is looked at as a function of the length.
    """
    try:
        plan = look()
    except NotRemovableError as refusal:
        return refusal
    series = plan.coefficients[:, 0] / plan.radius ** np.arange(plan.terms)
    odd = np.flatnonzero(np.abs(series[1::2]) > 1e-9 * np.max(np.abs(series)))
    if not odd.size:
        return None
    order = int(2 * odd[0] + 1)
    what = (
        "is not differentiable there" if order == 1 else f"has derivatives up to order {order - 1} there, and no more"
    )
    return NotRemovableError(
        f"the function is not even in the length: its term of order {order} at 0 is {series[order]:.4g} r^{order}; "
        f"as a function of the vector it {what}"
    )
