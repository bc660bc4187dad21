"""Work that runs in another thread, so that no framework traces or transforms it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, TypeVar

__all__ = ["elsewhere"]

Result = TypeVar("Result")


def elsewhere(work: Callable[[], Result]) -> Result:
    """Do something in a thread of its own.

    There no compiler traces, and no transformation is at work. What the frameworks know of tracing,
    of modes and of transformations belongs to the thread.

    Parameters
    ----------
    work : callable
        What to do; it takes no arguments.

    Returns
    -------
    object
        What ``work`` returns.

    Raises
    ------
    BaseException
        What ``work`` raises.

    Examples
    --------
    What is computed while JAX compiles has no value yet, even from constants; there it has:

    >>> import jax
    >>> from removable.remedy.threads import elsewhere
    >>> seen = []
    >>> def square(x):
    ...     seen.append(elsewhere(lambda: float(jax.numpy.exp(0.0))))
    ...     return x * x
    >>> float(jax.jit(jax.grad(square))(3.0)), seen
    (6.0, [1.0])
    """
    done: dict[str, Any] = {}

    def run() -> None:
        try:
            done["result"] = work()
        except BaseException as error:  # it is raised again below
            done["error"] = error

    thread = threading.Thread(target=run, name="removable", daemon=True)
    thread.start()
    thread.join()
    if "error" in done:
        raise done["error"]
    return done["result"]
