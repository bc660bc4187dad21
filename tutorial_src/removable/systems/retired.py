"""Torch7 and Caffe, which are no longer developed.

The rules that they published, replayed in NumPy.

A :class:`Layer` is a module of either system with everything before it. It knows its output, and it
carries a slope back to the input as the module did: operation for operation, in the order of the
published source. What reaches the input over several ways is added in the order of the ways, as
``nn.ConcatTable`` and Caffe's ``SplitLayer`` add it.

Neither system has a layer for the sine. It is supplied here, as a user would have written one.
"""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from removable.functions import Program
from removable.systems.modes import Mode, Ran

__all__ = ["CAFFE", "TORCH7", "Caffe", "CaffeUnstable", "Layer", "Torch7"]


class Layer:
    """The output of a module, and the way back from it to the input.

    Parameters
    ----------
    value : numpy.ndarray
        The output.
    back : callable
        Turns the slope of the result with respect to this output into that with respect to the
        input.
    """

    def __init__(self, value: np.ndarray, back: Callable[[np.ndarray], np.ndarray]) -> None:
        self.value, self.back = value, back

    def __add__(self, constant: float) -> Layer:
        return type(self)(self.value + constant, self.back)

    def __sub__(self, constant: float) -> Layer:
        return self + -constant

    def __mul__(self, other: Layer) -> Layer:
        raise NotImplementedError

    def __truediv__(self, other: Layer) -> Layer:
        raise NotImplementedError

    def sin(self) -> Layer:
        """Return the sine, by a layer of the user's."""
        return type(self)(np.sin(self.value), lambda slope: self.back(slope * np.cos(self.value)))


class Torch7(Layer):
    """``nn.CMulTable`` and ``nn.CDivTable`` of Torch7, :cite:p:`Torch7nn`.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.systems.retired import Torch7
    >>> x = Torch7(np.array([2 + 1e-9]), lambda slope: slope)
    >>> ((x * x - 4) / (x - 2)).back(np.ones(1))
    array([2.])
    """

    def __mul__(self, other: Layer) -> Layer:
        a, b = self, other
        return Torch7(a.value * b.value, lambda slope: a.back(slope * b.value) + b.back(slope * a.value))

    def __truediv__(self, other: Layer) -> Layer:
        a, b = self, other

        def back(slope: np.ndarray) -> np.ndarray:
            first = slope / b.value  # gradInput[1]: copy(gradOutput):cdiv(input[2])
            # zero():addcdiv(-1, gradInput[1], input[2]):cmul(input[1])
            second = (0 + -1 * first / b.value) * a.value
            return a.back(first) + b.back(second)

        return Torch7(a.value / b.value, back)


class Caffe(Layer):
    """``EltwiseLayer`` and ``PowerLayer`` of Caffe, :cite:p:`CaffeSource`, as they are by default.

    Caffe has no layer that divides. A quotient is a product with a power: ``Eltwise { operation:
    PROD }`` of the numerator and ``Power { power: -1 }`` of the denominator.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.systems.retired import Caffe
    >>> x = Caffe(np.array([2 + 1e-9]), lambda slope: slope)
    >>> ((x * x - 4) / (x - 2)).back(np.ones(1))
    array([2.])
    """

    stable_prod_grad = True

    def __mul__(self, other: Layer) -> Layer:
        a, b = self, other
        top = a.value * b.value

        def back(slope: np.ndarray) -> np.ndarray:
            if self.stable_prod_grad:
                return a.back(b.value * slope) + b.back(a.value * slope)
            return a.back(top / a.value * slope) + b.back(top / b.value * slope)

        return type(self)(top, back)

    def _reciprocal(self) -> Layer:
        """Return the power -1, whose slope is power * y / x."""
        y = np.power(self.value, -1.0)
        return type(self)(y, lambda slope: self.back(slope * (y / self.value * -1.0)))

    def __truediv__(self, other: Any) -> Layer:
        return self * other._reciprocal()


class CaffeUnstable(Caffe):
    """Caffe with ``stable_prod_grad: false``.

    The slope of a product is the product divided by the factor.

    Examples
    --------
    At -2 the numerator is 0, and nothing is singular: the quotient is 0, and its slope 1.

    >>> import numpy as np
    >>> from removable.systems.retired import CaffeUnstable
    >>> x = CaffeUnstable(np.array([-2.0]), lambda slope: slope)
    >>> with np.errstate(invalid="ignore"):
    ...     ((x * x - 4) / (x - 2)).back(np.ones(1))
    array([nan])
    """

    stable_prod_grad = False


_namespace = SimpleNamespace(sin=lambda x: x.sin())


def _replayed(layer: type[Layer], program: Program, x: np.ndarray) -> Ran:
    with np.errstate(all="ignore"):  # 0/0 was an answer there
        result = program(layer(x, lambda slope: slope), _namespace)
        return Ran(result.value, result.back(np.ones_like(x)))


def _mode(layer: type[Layer]) -> Mode:
    return lambda programs, points: [_replayed(layer, p, x) for p, x in zip(programs, points, strict=True)]


TORCH7: dict[str, Mode] = {"replayed": _mode(Torch7)}
"""The modes of Torch7, by name."""

CAFFE: dict[str, Mode] = {"replayed": _mode(Caffe), "replayed, unstable": _mode(CaffeUnstable)}
"""The modes of Caffe, by name."""
