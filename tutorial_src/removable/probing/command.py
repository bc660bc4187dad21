"""``python -m removable probe``: judge a function of one's own from a terminal."""

from __future__ import annotations

import argparse
import ast
import importlib
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

from removable.errors import InputError, RemovableError, first_line, shown
from removable.probing.probe import probe

__all__ = ["main"]

_EXAMPLES = """examples:
  python -m removable probe losses:focal --at 0
  python -m removable probe losses:focal --between -3 3
  python -m removable probe losses:focal --at -1e-3 --dtype float32
  python -m removable probe model:density --at "{'loc': 0.0, 'conc': 0.0}" --along conc --side right
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Returns
    -------
    int
        0 if the function is sound, or has a kink by design; 1 if it is not, or that could not be
        told; 2 if an argument cannot be used.

    Examples
    --------
    >>> from removable.probing.command import main
    >>> main(["probe", "torch:relu", "--at", "0"])  # doctest: +ELLIPSIS
    relu in torch: kink
    x = 0.0: kink; the slope tends to 0 from the left and to 1 from the right
    ...
    0
    """
    parser = argparse.ArgumentParser("python -m removable")
    commands = parser.add_subparsers(dest="command", required=True)
    command = commands.add_parser(
        "probe",
        help="tell whether a function and its derivatives are right at a point",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("function", help="module:function, found from the current folder")
    where = command.add_mutually_exclusive_group(required=True)
    where.add_argument("--at", help="the point: a number, list, tuple or dict, as Python writes it")
    where.add_argument("--between", nargs=2, type=float, metavar=("LOW", "HIGH"), help="an interval to search")
    command.add_argument("--along", help="the argument or element that moves, or a direction")
    command.add_argument("--side", choices=("left", "right"), help="judge one side alone")
    command.add_argument("--order", type=int, default=2, help="the highest derivative, 0 to 3; 2 by default")
    command.add_argument("--framework", choices=("torch", "tensorflow", "jax"))
    command.add_argument("--dtype", help="the dtype of the argument")
    command.add_argument("--json", action="store_true", help="print JSON")
    words = sys.argv[1:] if arguments is None else arguments
    given = parser.parse_args([_no_option(word) for word in words])
    try:
        report = probe(
            _named(given.function),
            None if given.at is None else _literal("--at", given.at),
            None if given.along is None else _along(given.along),
            between=given.between,
            side=given.side,
            order=given.order,
            framework=given.framework,
            dtype=given.dtype,
        )
        printed = report.to_json() if given.json else str(report)
    except RemovableError as error:
        print(error, file=sys.stderr)
        return 2
    except Exception as error:  # whatever a user's function raises
        print(
            f"the probe of {given.function} ended in {first_line(error)}; call it in Python to see where.",
            file=sys.stderr,
        )
        return 2
    print(printed)
    return 0 if report.verdict in ("sound", "kink") else 1


def _named(name: str) -> Callable[..., Any]:
    """Import a function."""
    module, _, attribute = name.partition(":")
    if not module or not attribute:
        raise InputError(f"the function is {name!r}; give module:function.")
    sys.path.insert(0, os.getcwd())
    try:
        found: Any = importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise InputError(f"{module!r} cannot be imported: {error}; run this from the folder that holds it.") from error
    except (Exception, SystemExit) as error:  # whatever a module does when it is imported
        raise InputError(
            f"{module!r} cannot be imported: {first_line(error)}; give a module that can be imported without effect."
        ) from error
    for part in attribute.split("."):
        if not hasattr(found, part):
            raise InputError(f"{module!r} has no {attribute!r}; give the name of a function in it.")
        found = getattr(found, part)
    return found


def _no_option(word: str) -> str:
    """Return a word that no negative number is taken for an option in: one that has a blank."""
    try:
        float(word)
    except ValueError:
        return word
    return f" {word}" if word.startswith("-") else word


def _literal(option: str, text: str) -> Any:
    """Read a value as Python writes it."""
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        raise InputError(
            f"{option} is {shown(text.strip())}; give a number, list, tuple or dict as Python writes it, with text in quotes."
        ) from None


def _along(text: str) -> Any:
    """Read what moves: a name, or a value."""
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return text.strip()
