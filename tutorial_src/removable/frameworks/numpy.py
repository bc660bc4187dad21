r"""NumPy, which has no differentiation of its own.

Its reverse mode is :mod:`removable.tape`, and its forward mode is Taylor arithmetic.

A :class:`Jet` holds the coefficients :math:`c_0, c_1, \dots, c_n` of :math:`\sum_k c_k t^k` as rows
of one array and applies the textbook rules for sums, products and quotients to them in floating
point (:cite:t:`GriewankWalther2008`, chapter 13). That is the chain rule, again without any
simplification: what goes wrong in the frameworks goes wrong here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np

from removable.errors import UnsupportedError
from removable.frameworks.base import Framework, Mode
from removable.functions import Array, Namespace, Program
from removable.tape import Var, gradient, tape


class Jet:
    """Truncated Taylor series of many samples at once, in floating point.

    Parameters
    ----------
    rows : numpy.ndarray
        Taylor coefficients, shape ``(order + 1, n)``.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.frameworks.numpy import Jet
    >>> x = Jet(np.array([[3.0], [1.0], [0.0]]))
    >>> (x * x).rows.ravel()
    array([9., 6., 1.])
    """

    __slots__ = ("rows",)
    __array_ufunc__ = None  # an array on the left of an operator leaves the work to the jet

    def __init__(self, rows: np.ndarray) -> None:
        self.rows = rows

    def _like(self, constant: Any) -> np.ndarray:
        """Return the coefficients of a constant, or of a jet as they are."""
        if isinstance(constant, Jet):
            return constant.rows
        rows = np.zeros_like(self.rows)
        rows[0] = constant
        return rows

    def __add__(self, other: Any) -> Jet:
        return Jet(self.rows + self._like(other))

    __radd__ = __add__

    def __sub__(self, other: Any) -> Jet:
        return Jet(self.rows - self._like(other))

    def __rsub__(self, other: Any) -> Jet:
        return Jet(self._like(other) - self.rows)

    def __mul__(self, other: Any) -> Jet:
        a, b = self.rows, self._like(other)
        return Jet(np.stack([sum(a[j] * b[k - j] for j in range(k + 1)) for k in range(len(a))]))

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Jet:
        return Jet(_divide(self.rows, self._like(other)))

    def __rtruediv__(self, other: Any) -> Jet:
        return Jet(_divide(self._like(other), self.rows))

    def __neg__(self) -> Jet:
        return Jet(-self.rows)

    def __abs__(self) -> Jet:
        return jets.where(self >= 0, self, -self)

    def __lt__(self, other: Any) -> np.ndarray:
        return self.rows[0] < self._like(other)[0]

    def __le__(self, other: Any) -> np.ndarray:
        return self.rows[0] <= self._like(other)[0]

    def __gt__(self, other: Any) -> np.ndarray:
        return self.rows[0] > self._like(other)[0]

    def __ge__(self, other: Any) -> np.ndarray:
        return self.rows[0] >= self._like(other)[0]


def _divide(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Solve ``c * b = a`` for the series c, one coefficient after the other."""
    c = np.empty_like(a)
    for k in range(len(a)):
        c[k] = (a[k] - sum(c[j] * b[k - j] for j in range(k))) / b[0]
    return c


def _ones_like(x: Jet) -> Jet:
    return Jet(x._like(1))


jets = SimpleNamespace(
    where=lambda condition, a, b: Jet(np.where(condition, a.rows, b.rows)),
    ones_like=_ones_like,
    abs=abs,
)
"""The array namespace of jets."""


class NumPy(Framework):
    """NumPy, with the tape as its reverse mode and Taylor arithmetic as its forward mode."""

    name = "numpy"
    title = "NumPy"

    @property
    def namespace(self) -> ModuleType:
        """The module ``numpy``."""
        return np

    @property
    def version(self) -> str:
        """The installed version."""
        return np.__version__

    def asarray(self, values: np.ndarray) -> Array:
        """Return the array itself."""
        return values

    def to_numpy(self, array: Array) -> np.ndarray:
        """Return the array itself."""
        return array

    def cast(self, array: Array, dtype: str) -> Array:
        """Round an array to another precision that NumPy has."""
        return array.astype(dtype)

    def owns(self, array: Any) -> bool:
        """Tell whether this is a NumPy array or a number."""
        return isinstance(array, np.ndarray | np.generic | float | int)

    def precision(self, array: Array) -> str:
        """Return the name of the array's dtype."""
        return str(np.asarray(array).dtype)

    def differentiable_derivatives(self, function: Callable[[Array], Array], x: Array, order: int) -> list[Array]:
        """Return the value; NumPy has no derivatives."""
        if order:
            raise UnsupportedError(
                "NumPy cannot differentiate f and g; use removable.repair, or a tensor of another framework."
            )
        return [function(x)]

    def _differentiate(self, program: Program, x: np.ndarray, order: int, mode: Mode, dtype: str) -> list[np.ndarray]:
        if dtype == "bfloat16":
            raise UnsupportedError("NumPy has no bfloat16; ask for float16, or for another framework.")
        # 0/0 is an answer here, not an accident: the frameworks give none of NumPy's warnings
        # either.
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            if order == 0:
                return [program(x, np)]
            try:
                return super()._differentiate(program, x, order, mode, dtype)
            except AttributeError as error:
                if error.obj is not tape and error.obj is not jets:
                    raise
                raise UnsupportedError(
                    f"the program calls {error.name}, and NumPy's derivatives know arithmetic only; "
                    "ask for another framework."
                ) from None

    def _reverse(self, program: Program, x: Array, order: int) -> list[Array]:
        if order > 1:
            raise UnsupportedError(
                f"order is {order}; the tape goes back once only: "
                'ask for mode="forward", for order 1 or for another framework.'
            )
        variable = Var(x)
        result = program(variable, tape)
        return [result.value, gradient(result, variable)][: order + 1]

    def _forward(self, program: Program, x: Array, order: int, *, over_reverse: bool = False) -> list[Array]:
        if over_reverse:
            raise UnsupportedError('the tape does not know jets; ask for mode="reverse" or mode="forward".')
        rows = np.zeros((order + 1, x.size), dtype=x.dtype)
        rows[0] = x
        if order:
            rows[1] = 1
        namespace: Namespace = jets
        series = program(Jet(rows), namespace).rows
        return [series[k] * series.dtype.type(math.factorial(k)) for k in range(order + 1)]
