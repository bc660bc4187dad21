"""The exceptions of the package.

Every message is one sentence that names the value, what was expected and what to do.
"""

from __future__ import annotations


class RemovableError(Exception):
    """Base class of every exception that this package raises on purpose."""


class InputError(RemovableError, ValueError):
    """An argument has a value that the function cannot use."""


class NotRemovableError(RemovableError, ArithmeticError):
    """No value continues the function to the point.

    At the point there is a jump, a kink or a branch point, or the domain of the function ends.
    """


class PoleError(NotRemovableError):
    """The function has a true pole where a finite value was asked for: nothing cancels it.

    Attributes
    ----------
    order : int or None
        The order of the pole, where it was measured.
    leading : float or None
        The coefficient of the highest negative power; the residue, if the order is 1.
    """

    def __init__(self, message: str, order: int | None = None, leading: float | None = None) -> None:
        super().__init__(message)
        self.order, self.leading = order, leading


class PrecisionError(RemovableError, ArithmeticError):
    """Exact arithmetic could not certify the result within the largest precision allowed."""


class MissingFrameworkError(RemovableError, ImportError):
    """A framework is asked for that is not installed, or not in a usable version."""


class UnsupportedError(RemovableError, NotImplementedError):
    """The framework exists but has no such feature, second derivatives by the tape for instance."""


def first_line(error: BaseException) -> str:
    r"""Return what an exception says, in a line of bounded length.

    Examples
    --------
    >>> first_line(ValueError("no such axis\nin a tensor of shape ()"))
    'ValueError: no such axis'
    >>> first_line(NotImplementedError())
    'NotImplementedError'
    """
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0][:200]}" if lines else type(error).__name__
