"""Values and errors in a few words, for the sentences that errors are."""

from __future__ import annotations

import contextlib
from typing import Any

__all__ = ["described", "summary"]


def described(value: Any) -> str:
    """Say what a value is that cannot be used.

    Parameters
    ----------
    value : object
        Anything.

    Returns
    -------
    str
        A short value as it is, of anything else the type.

    Examples
    --------
    >>> import numpy as np
    >>> from removable.remedy.wording import described
    >>> described(None), described("zero"), described(np.zeros(3))
    ('None', "'zero'", 'an object of type ndarray')
    """
    text = ""
    if isinstance(value, str | bytes | int | float | complex | list | tuple | None):
        with contextlib.suppress(ValueError):  # Python refuses to print very long integers
            text = repr(value)
    return text if 0 < len(text) <= 40 else f"an object of type {type(value).__name__}"


def summary(error: BaseException) -> str:
    r"""Return what an error says, in one short line.

    Parameters
    ----------
    error : BaseException
        The error.

    Returns
    -------
    str
        Its type and its first line.

    Examples
    --------
    >>> from removable.remedy.wording import summary
    >>> summary(ValueError("of two lines\nthe first"))
    'ValueError: of two lines'
    """
    lines = str(error).strip().splitlines() or ["no reason given"]
    return f"{type(error).__name__}: {lines[0][:160]}"
