r"""Smooth functions of a length, as functions of its square.

A function of a vector that depends on its length :math:`r = |v|` alone is smooth at :math:`v = 0` if it is even in :math:`r`:
then it is a function of :math:`s = r^2 = v\cdot v`, which every framework differentiates right. The length itself has no
derivative at 0.
"""

from __future__ import annotations

from collections.abc import Callable

from removable import frameworks
from removable.errors import InputError
from removable.functions import Array, elementary
from removable.remedy.repair import Repaired, repair

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
        The function of :math:`s = r^2`: right in value and all derivatives at s = 0, and near 0 for s < 0 too.

    Raises
    ------
    removable.errors.InputError
        If function is not callable.
    removable.errors.NotRemovableError
        When it is called, if the function is not even: then it is not smooth at r = 0.

    Examples
    --------
    The value, gradient and second derivatives of the sine of a length over the length, at a vector of zeros:

    >>> import torch
    >>> sinc = even(lambda r: torch.sin(r) / r)
    >>> v = torch.zeros(3, dtype=torch.float64)
    >>> sinc(v @ v).item(), torch.func.grad(lambda v: sinc(v @ v))(v).tolist()
    (1.0, [-0.0, -0.0, -0.0])
    >>> torch.func.hessian(lambda v: sinc(v @ v))(v).diagonal().tolist()
    [-0.3333333333333333, -0.3333333333333333, -0.3333333333333333]
    """
    if not callable(function):
        raise InputError(f"the function is {function!r}; give a function of a length.")

    def of_the_square(s: Array) -> Array:
        return function(elementary(frameworks.of(s).namespace).sqrt(s))

    return repair(of_the_square, at=0.0)
