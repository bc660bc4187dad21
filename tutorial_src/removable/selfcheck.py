"""Compare the values in a downloaded notebook with those that were published.

The examples in the text of a page become cells of its notebook. Each calls :func:`published`, which
runs them where the reader is; the last cell calls :func:`report`, which counts how many agree and
says why others may not.
"""

from __future__ import annotations

import doctest
import platform
from dataclasses import dataclass
from typing import Any

import numpy as np

from removable import frameworks
from removable.errors import InputError

__all__ = ["FLAGS", "fused_multiply_add", "published", "report", "versions"]

FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
"""In the comparison of values white space does not count, and ``...`` stands for anything."""

_SHOWN = 5  # examples named in full when they differ


@dataclass(frozen=True)
class _Outcome:
    """The outcome of the examples of one cell.

    It has the number of those that show a value, and the sources of those that differ.
    """

    values: int
    differing: tuple[str, ...]


_outcomes: dict[str, _Outcome] = {}


class _Runner(doctest.DocTestRunner):
    """Remember which examples differ, and leave the account of each to the report of the cell."""

    def __init__(self) -> None:
        super().__init__(verbose=False, optionflags=FLAGS)
        self.differing: list[str] = []

    def report_failure(self, out: Any, test: doctest.DocTest, example: doctest.Example, got: str) -> None:
        """Called by doctest when a value is another one."""
        self.differing.append(example.source.strip())
        super().report_failure(out, test, example, got)

    def report_unexpected_exception(
        self, out: Any, test: doctest.DocTest, example: doctest.Example, exc_info: Any
    ) -> None:
        """Called by doctest when an example fails."""
        self.differing.append(example.source.strip())
        super().report_unexpected_exception(out, test, example, exc_info)


def published(examples: str, namespace: dict[str, Any]) -> None:
    r"""Run examples as they were published, and print those whose value is another one here.

    Parameters
    ----------
    examples : str
        Prompts and expected values, as in a docstring.
    namespace : dict
        Where they are run, and where the names that they define are left: ``globals()`` in a
        notebook.

    Raises
    ------
    removable.errors.InputError
        If the text holds no example.

    Examples
    --------
    >>> from removable.selfcheck import published
    >>> published(">>> 1 / 3\n0.333...", {})
    >>> published(">>> 1 + 1\n3", {})
    **********************************************************************
    ...
    Failed example:
        1 + 1
    Expected:
        3
    Got:
        2
    """
    test = doctest.DocTestParser().get_doctest(examples, namespace, "published value", None, 0)
    if not test.examples:
        raise InputError(f"the text {examples!r} holds no example; begin a line with '>>> ' and give its value below.")
    test.globs = namespace  # not a copy: later cells see what the examples define
    runner = _Runner()
    failures: list[str] = []
    runner.run(test, out=failures.append, clear_globs=False)
    values = sum(bool(e.want) or e.source.strip() in runner.differing for e in test.examples)
    # a cell that is run again counts once
    _outcomes[examples] = _Outcome(values, tuple(runner.differing))
    print("".join(failures), end="")


def fused_multiply_add() -> bool:
    """Tell whether this processor can round ``a * b + c`` once, as far as NumPy knows.

    Examples
    --------
    >>> from removable.selfcheck import fused_multiply_add
    >>> fused_multiply_add() in (True, False)
    True
    """
    extensions = np.show_config(mode="dicts").get("SIMD Extensions", {})
    present = {*extensions.get("baseline", ()), *extensions.get("found", ())}
    return bool(present & {"FMA3", "FMA4", "X86_V3", "X86_V4", "AVX2", "NEON_VFPV4", "ASIMD", "VSX", "VX"})


def versions(of: dict[str, str] | None = None) -> dict[str, str]:
    """Return what the values depend on besides the code.

    These are versions, and whether multiply and add can be fused.

    Parameters
    ----------
    of : dict, optional
        The versions of PyTorch and TensorFlow by these names, if they are known: otherwise both are
        imported.

    Returns
    -------
    dict
        For each thing its version, with "yes" or "no" for the processor's fused multiply-add.

    Examples
    --------
    >>> from removable.selfcheck import versions
    >>> list(versions())
    ['Python', 'NumPy', 'PyTorch', 'TensorFlow', 'fused multiply-add']
    """
    if of is None:
        adapters = [frameworks.get(name) for name in ("torch", "tensorflow")]
        of = {adapter.title: adapter.version for adapter in adapters}
    return {
        "Python": platform.python_version(),
        "NumPy": np.__version__,
        **of,
        "fused multiply-add": "yes" if fused_multiply_add() else "no",
    }


def report(then: dict[str, str]) -> None:
    r"""Print how many of the published values agree, and what can explain the others.

    The values are those that :func:`published` has run.

    Parameters
    ----------
    then : dict
        What :func:`versions` said when the page was built.

    Raises
    ------
    removable.errors.InputError
        If :func:`published` has not been called: there is nothing to count.

    Examples
    --------
    >>> from removable.selfcheck import _outcomes, published, report, versions
    >>> _outcomes.clear()
    >>> published(">>> 2 + 2\n4", {})
    >>> report(versions())
    Here: Python ...
    1 of 1 published values agree.
    """
    if not _outcomes:
        raise InputError("no published value has been checked yet; run the cells above this one first.")
    now = versions()
    print("Here: " + ", ".join(f"{name} {version}" for name, version in now.items()) + ".")
    values = sum(outcome.values for outcome in _outcomes.values())
    differing = [source for outcome in _outcomes.values() for source in outcome.differing]
    print(f"{values - len(differing)} of {values} published values agree.")
    if not differing:
        return
    print("These do not:")
    for source in differing[:_SHOWN]:
        print("   ", source.splitlines()[0])
    if len(differing) > _SHOWN:
        print(f"    and {len(differing) - _SHOWN} more")
    changed = [f"{name} {then[name]}, here {now.get(name, 'absent')}" for name in then if then[name] != now.get(name)]
    if changed:
        print("The page was built with " + "; ".join(changed) + ". That can be the reason.")
    else:
        print("The page was built with the very same versions, so this should not be. Please report it.")
