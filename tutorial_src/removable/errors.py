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


class MissingExtraError(RemovableError, ImportError):
    """A part of the tutorial is used, and a package that it needs cannot be imported.

    The remedy and the probe need NumPy and a framework, and none of these packages.

    Parameters
    ----------
    part : str
        What is used.
    package : str
        What it needs.

    Examples
    --------
    >>> from removable.errors import MissingExtraError
    >>> print(MissingExtraError("removable.plots", "matplotlib"))
    removable.plots needs matplotlib, which cannot be imported;
        run: python -m pip install 'removable[tutorial]'
    """

    def __init__(self, part: str, package: str) -> None:
        run = "python -m pip install 'removable[tutorial]'"
        super().__init__(f"{part} needs {package}, which cannot be imported; run: {run}")


class UnsupportedError(RemovableError, NotImplementedError):
    """The framework exists but has no such feature, second derivatives by the tape for instance."""


def first_line(error: BaseException) -> str:
    r"""Return what an exception says, in a line of bounded length.

    Examples
    --------
    >>> from removable.errors import first_line
    >>> first_line(ValueError("no such axis\nin a tensor of shape ()"))
    'ValueError: no such axis'
    >>> first_line(NotImplementedError())
    'NotImplementedError'
    >>> first_line(ValueError("no such axis. " + 50 * "Read all about it "))
    'ValueError: no such axis.'
    """
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {_cut(lines[0])}" if lines else type(error).__name__


def _cut(line: str, most: int = 200) -> str:
    """Cut a line after its last sentence, or its last word, that ends in time."""
    if len(line) <= most:
        return line
    sentence = line[:most].rpartition(". ")[0]
    return f"{sentence}." if sentence else f"{line[:most].rpartition(' ')[0] or line[:most]} ..."


def shown(value: object, most: int = 100) -> str:
    """Return how Python writes a value, in a line of bounded length.

    Examples
    --------
    >>> from removable.errors import shown
    >>> shown("zero")
    "'zero'"
    >>> shown(list(range(1000)))
    '[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, ...'
    >>> shown(10**5000)
    'a whole number of about 5000 digits'
    """
    if isinstance(value, int) and value.bit_length() > 4 * most:
        return f"a whole number of about {round(value.bit_length() * 0.30103)} digits"
    try:
        text = " ".join(repr(value).split())
    except Exception:  # an object of the user's that cannot be written
        text = f"an object of type {type(value).__name__}"
    return text if len(text) <= most else f"{text[: most - 15].rstrip()}..."
