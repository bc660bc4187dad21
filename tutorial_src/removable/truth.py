r"""The truth: values and derivatives of a program without rounding, with certified error bounds.

A program from :mod:`removable.functions` is run on the power series :math:`x + t`, whose
coefficients are *balls*: a high-precision midpoint and a rigorous bound on its error
(python-flint's ``arb_series``, :cite:t:`Johansson2017`). The coefficient of :math:`t^k` in the
result, times :math:`k!`, is the k-th derivative. A division of two series first cancels their
common power of :math:`t`, so the quotient ``(x*x - 4) / (x - 2)`` at exactly 2 is the series ``4 +
t``: no special case, and no 0/0.

Two truths are kept apart everywhere in this package: *the function meant* (``h_hat``, say) and *the
program as written* (``h1``, perturbed on purpose). Both are evaluated here, at the exact sum of the
base point and the offset.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from removable.arguments import checked_base, checked_order, checked_whole
from removable.errors import MissingExtraError, PoleError, PrecisionError
from removable.functions import Program
from removable.grid import checked_grid

try:
    import flint
except ImportError as error:
    raise MissingExtraError("removable.truth", "python-flint") from error

__all__ = ["Series", "derivatives", "exact", "expansion"]

_FIRST_BITS = 256
"""Working precision to start with: offsets down to 1e-20 leave more than a hundred correct bits of
it."""

_FIRST_EXTRA_TERMS = 1
"""Terms carried beyond the order asked for, to start with: enough for a simple common zero."""

_MOST_EXTRA_TERMS = 64
"""Terms carried beyond the order asked for, and so the largest order of a common zero, before a
zero counts as a pole."""

_LAST_BITS = 8192
"""Working precision at which a result that is still uncertain is given up."""

_GOOD_BITS = 75
"""Relative accuracy, in bits, of a certified result: rounding it to float64 is then right to
0.5000003 ulp."""

_NEGLIGIBLE = 1e-320
"""A ball around zero whose radius is below this is zero in float64, whatever it contains."""


class _MoreBitsError(Exception):
    """A comparison or a coefficient is not certain at the present precision."""


class _MoreTermsError(Exception):
    """A division has left fewer coefficients than are asked for."""


class Series:
    """A truncated power series over certified balls, with the operators that the programs use.

    Comparisons look at the constant coefficient alone, as a branch in a program looks at the value
    alone.

    Parameters
    ----------
    coefficients : flint.arb_series
        The series.

    Examples
    --------
    >>> import flint
    >>> from removable.truth import Series
    >>> x = Series(flint.arb_series([2, 1]))
    >>> (x * x - 4) / (x - 2)
    Series(4.00000000000000 + 1.00000000000000*x + O(x^9))
    """

    __slots__ = ("coefficients",)

    def __init__(self, coefficients: flint.arb_series) -> None:
        self.coefficients = coefficients

    def __repr__(self) -> str:
        return f"Series({self.coefficients})"

    def __add__(self, other: Any) -> Series:
        return Series(self.coefficients + _raw(other))

    __radd__ = __add__

    def __sub__(self, other: Any) -> Series:
        return Series(self.coefficients - _raw(other))

    def __rsub__(self, other: Any) -> Series:
        return Series(_raw(other) - self.coefficients)

    def __mul__(self, other: Any) -> Series:
        return Series(self.coefficients * _raw(other))

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Series:
        return Series(_quotient(self.coefficients, _raw(other)))

    def __rtruediv__(self, other: Any) -> Series:
        return Series(_quotient(flint.arb_series([_raw(other)]), self.coefficients))

    def __pow__(self, power: Any) -> Series:
        """Raise to a power.

        A whole power is computed by repeated multiplication, any other by exp and log.
        """
        if isinstance(power, int):
            product = exact.ones_like(self)
            for _ in range(abs(power)):
                product = product * self
            return product if power >= 0 else 1 / product
        return exact.exp(power * exact.log(self))

    def __rpow__(self, base: Any) -> Series:
        return exact.exp(self * exact.log(base))

    def __neg__(self) -> Series:
        return Series(-self.coefficients)

    def __abs__(self) -> Series:
        return exact.where(self >= 0, self, -self)

    def __lt__(self, other: Any) -> bool:
        left, right = self._constant(), _constant(other)
        return _decided(left < right, left >= right)

    def __le__(self, other: Any) -> bool:
        left, right = self._constant(), _constant(other)
        return _decided(left <= right, left > right)

    def __gt__(self, other: Any) -> bool:
        return not self <= other

    def __ge__(self, other: Any) -> bool:
        return not self < other

    def _constant(self) -> flint.arb:
        return self.coefficients[0]


def _raw(value: Any) -> Any:
    """Return what flint can compute with: a Python float is taken at its exact binary value."""
    if isinstance(value, Series):
        return value.coefficients
    return flint.arb(value)


def _quotient(a: flint.arb_series, b: Any) -> flint.arb_series:
    """Divide, without claiming terms that are not known.

    flint takes a numerator of which no term is known to differ from zero for zero, and keeps its
    number of terms. A zero of order m in the denominator costs m of them.
    """
    if isinstance(b, flint.arb_series) and b.valuation() >= 0 and b[b.valuation()].contains(0):
        raise _MoreBitsError  # a zero, or a small number: more precision tells
    quotient = a / b
    if isinstance(b, flint.arb_series) and a.length() == 0 and b.valuation() > 0:
        return flint.arb_series([], prec=max(0, a.prec - b.valuation()))
    return quotient


def _constant(value: Any) -> flint.arb:
    return value._constant() if isinstance(value, Series) else flint.arb(value)


def _decided(yes: bool, no: bool) -> bool:
    """Turn the two certain answers of ball arithmetic into one, or ask for more precision."""
    if yes == no:
        raise _MoreBitsError
    return yes


def _elementary(name: str) -> Callable[[Any], Series]:
    """Return flint's power series of an elementary function.

    It is a function of a series or a number.
    """

    def function(x: Any) -> Series:
        raw = _raw(x)
        return Series(getattr(raw if isinstance(raw, flint.arb_series) else flint.arb_series([raw]), name)())

    return function


exact: SimpleNamespace = SimpleNamespace(
    where=lambda condition, a, b: a if condition else b,
    ones_like=lambda x: Series(flint.arb_series([1])),
    abs=abs,
    # Exact arithmetic has no cancellation to avoid, so the careful variants are the plain ones.
    expm1=lambda x: exact.exp(x) - 1,
    log1p=lambda x: exact.log(x + 1),
    tanh=lambda x: (exact.exp(2 * x) - 1) / (exact.exp(2 * x) + 1),
    **{name: _elementary(name) for name in ("exp", "log", "sin", "cos", "tan", "sqrt", "asin", "acos", "atan")},
)
"""The array namespace of exact arithmetic. It works on one sample at a time, so ``where`` is a
plain choice."""


def derivatives(program: Program, gamma: ArrayLike, *, base: float = 2.0, order: int = 1) -> np.ndarray:
    r"""Value and derivatives of a program at ``base + gamma``, evaluated without rounding.

    Parameters
    ----------
    program : callable
        Called as ``program(x, exact)``.
    gamma : array_like
        Offsets, shape ``(n,)``, float64. The sum ``base + gamma`` is exact: it is *not* rounded to
        float64 first.
    base : float
        The point that the offsets are measured from.
    order : int
        The highest derivative, at least 0.

    Returns
    -------
    numpy.ndarray
        Shape ``(order + 1, n)``, float64: row k holds the k-th derivative, rounded once, from a
        certified enclosure.

    Raises
    ------
    removable.errors.InputError
        If ``gamma`` or ``order`` cannot be used.
    removable.errors.PoleError
        If the program divides by zero where its numerator does not vanish to the same order.
    removable.errors.PrecisionError
        If no precision up to 8192 bits certifies the result.

    Examples
    --------
    >>> from removable.functions import h, h1
    >>> from removable.truth import derivatives
    >>> derivatives(h, [0.0, 1e-9], order=2)
    array([[4., 4.],
           [1., 1.],
           [0., 0.]])
    >>> derivatives(h1, [0.0], order=1)
    array([[0.e+00],
           [4.e+08]])
    """
    offsets = checked_grid(gamma)
    order = checked_order(order)
    base = checked_base(base)
    rows = np.empty((offsets.size, order + 1))
    bits_next: dict[int, int] = {}  # of the points that need more than one attempt
    # To set the precision takes as long as to compute with it: it is set once, and again for the
    # few that need more.
    with working(_FIRST_BITS, order + 1 + _FIRST_EXTRA_TERMS):
        for k, offset in enumerate(offsets.tolist()):
            try:
                rows[k] = _attempt(program, base, offset, order)
            except _MoreBitsError:
                bits_next[k] = 2 * _FIRST_BITS
            except (_MoreTermsError, ValueError, ZeroDivisionError):
                bits_next[k] = _FIRST_BITS
    for k, bits in bits_next.items():
        rows[k] = _attempts(program, base, float(offsets[k]), order, bits)
    return rows.T.copy()


def expansion(program: Program, *, at: float, terms: int, bits: int = 1024) -> list[flint.arb]:
    r"""Coefficients of the power series of a program at a point, as certified balls.

    Parameters
    ----------
    program : callable
        Called as ``program(x, exact)``.
    at : float
        The point, taken at its exact binary value.
    terms : int
        How many coefficients, at least 1: entry k is the k-th derivative over :math:`k!`.
    bits : int
        The working precision to begin with.

    Returns
    -------
    list of flint.arb
        The coefficients; what is beyond the known terms of a series that lost some to a division is
        left out.

    Raises
    ------
    removable.errors.PoleError
        If the program divides by zero.
    removable.errors.PrecisionError
        If the program branches, or divides, by what 8192 bits cannot tell from zero.

    Examples
    --------
    >>> from removable.functions import f
    >>> from removable.truth import expansion
    >>> [float(c) for c in expansion(f, at=2.0, terms=4)]
    [0.0, 4.0, 1.0, 0.0]
    """
    with working(bits, checked_whole("terms", terms, least=1)):
        try:
            series = _raw(program(Series(flint.arb_series([flint.arb(at), 1])), exact))
        except (ValueError, ZeroDivisionError) as error:
            raise PoleError(f"the function has a pole at {at!r}; expand it elsewhere.") from error
        except _MoreBitsError:
            return _expanded_further(program, at, terms, bits)
        if not isinstance(series, flint.arb_series):  # a constant
            series = flint.arb_series([series])
        row = [series[k] for k in range(min(terms, series.prec))]
        if _settled(row, bits):
            return row
    return _expanded_further(program, at, terms, bits)


def _expanded_further(program: Program, at: float, terms: int, bits: int) -> list[flint.arb]:
    """Expand again with more precision, if there is more."""
    if 2 * bits > _LAST_BITS:
        raise PrecisionError(
            f"the expansion at {at!r} is not certain at {_LAST_BITS} bits; a condition or a divisor is too close to 0."
        )
    return expansion(program, at=at, terms=terms, bits=2 * bits)


def _settled(row: list[flint.arb], bits: int) -> bool:
    """Tell whether every coefficient is known, or zero to sufficient accuracy.

    The accuracy is half of the digits of the nearest known coefficient.
    """
    known = [k for k, c in enumerate(row) if c.rel_accuracy_bits() >= _GOOD_BITS]
    for k, c in enumerate(row):
        if c.is_zero() or k in known:
            continue
        size = abs(row[min(known, key=lambda j: abs(j - k))]) if known else flint.arb(1)
        if not c.abs_upper() < size * flint.arb(2) ** (-bits // 2):
            return False
    return True


def _attempt(program: Program, base: float, offset: float, order: int) -> list[float]:
    """Return value and derivatives, if the present precision and number of terms certify them."""
    x = Series(flint.arb_series([flint.arb(base) + flint.arb(offset), 1]))
    series = program(x, exact).coefficients
    if series.prec <= order:
        raise _MoreTermsError
    return [_rounded(series[k], math.factorial(k)) for k in range(order + 1)]


def _attempts(program: Program, base: float, offset: float, order: int, bits: int) -> list[float]:
    """Raise the precision, and the number of terms, until every coefficient is certified."""
    extra_terms = _FIRST_EXTRA_TERMS
    while bits <= _LAST_BITS and extra_terms <= 4 * _MOST_EXTRA_TERMS:
        try:
            with working(bits, order + 1 + extra_terms):
                return _attempt(program, base, offset, order)
        except _MoreBitsError:
            bits *= 2
        except _MoreTermsError:  # a common zero of order m costs the quotient its last m terms
            extra_terms *= 4
        except (ValueError, ZeroDivisionError) as error:
            # A pole, or a common zero of so high an order that the terms carried do not reach
            # beyond it.
            if extra_terms >= _MOST_EXTRA_TERMS:
                message = f"the function has a pole at {base!r} + {offset!r}; leave that point out of gamma."
                raise PoleError(message) from error
            extra_terms *= 4
    raise PrecisionError(
        f"the derivatives at {base!r} + {offset!r} are not certain at {_LAST_BITS} bits; "
        "the function is singular there, or cancels more digits than any float64 holds."
    )


@contextmanager
def working(bits: int, terms: int) -> Iterator[None]:
    """Set the precision and the number of terms that flint computes with.

    Examples
    --------
    >>> import flint
    >>> from removable.truth import working
    >>> with working(bits=100, terms=3):
    ...     flint.ctx.prec, flint.ctx.cap
    (100, 3)
    """
    flint.ctx.cap, before = terms, flint.ctx.cap
    try:
        with flint.ctx.workprec(bits):
            yield
    finally:
        flint.ctx.cap = before


def _rounded(ball: flint.arb, factor: int) -> float:
    """Round a certified ball to float64, if it is not too wide for that."""
    if ball.rel_accuracy_bits() >= _GOOD_BITS:
        return float(ball.mid() * factor)
    if ball.is_zero() or float(ball.abs_upper()) < _NEGLIGIBLE:
        return 0.0
    raise _MoreBitsError
