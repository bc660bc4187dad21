"""A check for tests of one's own: a function is differentiated rightly at a point."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from removable.probing.probe import probe

__all__ = ["assert_sound"]


def assert_sound(function: Callable[..., Any], at: Any = None, along: Any = None, **options: Any) -> None:
    """Raise unless a function and its derivatives are right at a point and near it.

    A kink by design passes, for it is what the function is; what is not to be told does not.

    Parameters
    ----------
    function, at, along, **options
        Those of :func:`removable.probing.probe.probe`.

    Raises
    ------
    AssertionError
        If the verdict is neither "sound" nor "kink"; the message is the report.
    removable.errors.InputError
        If an argument has a value that cannot be used.

    Examples
    --------
    >>> import torch
    >>> from removable.testing import assert_sound
    >>> assert_sound(torch.sin, at=0.0)
    >>> assert_sound(lambda x: torch.sin(x) / x, at=0.0)
    Traceback (most recent call last):
    AssertionError: <lambda> in torch: unsound
    ...
    """
    report = probe(function, at, along, **options)
    if report.verdict not in ("sound", "kink"):
        raise AssertionError(str(report))
