"""Reading the optimised programs of XLA, the compiler of JAX and of ``jit_compile``."""

from __future__ import annotations

import re

__all__ = ["divisions", "operations"]

_OPERATION = re.compile(r"^\s*(?:ROOT )?%?([\w.-]+) = \S+ ([\w-]+)\((.*?)\)(?:,|$)")
_CARRYING = {"parameter", "fusion", "tuple", "call"}
_TYPE = re.compile(r"\w+\[[\d,]*\](?:\{[\d,]*\})? ")


def operations(text: str) -> str:
    r"""Return the operations of an optimised program, one on a line, without layouts and types.

    Parameters
    ----------
    text : str
        HLO, as XLA writes it.

    Returns
    -------
    str
        The lines. Constants stand where they are used, and what only hands results from one
        computation to another is left out.

    Examples
    --------
    >>> from removable.systems.xla import operations
    >>> text = "%c = f64[] constant(-2)\n%b.3 = f64[4]{0} broadcast(f64[] %c), dimensions={}"
    >>> text += '\nROOT %add.3 = f64[4]{0} add(%x, f64[4]{0} %b.3), metadata={op_name="jit(f)/sub"}'
    >>> print(operations(text))
    add.3 = add(x, -2)
    """
    constants: dict[str, str] = {}
    lines = []
    for match in filter(None, map(_OPERATION.match, text.splitlines())):
        name, operation, arguments = match[1], match[2], _TYPE.sub("", match[3]).replace("%", "")
        words = [constants.get(word, word) for word in arguments.split(", ")]
        if operation == "constant":
            constants[name] = arguments
        elif operation == "broadcast" and words[0] != arguments:
            constants[name] = words[0]
        elif operation not in _CARRYING:
            lines.append(f"{name} = {operation}({', '.join(words)})")
    return "\n".join(lines)


def divisions(text: str) -> int:
    r"""Count the divisions in what :func:`operations` has returned.

    Examples
    --------
    >>> from removable.systems.xla import divisions
    >>> divisions("g = add(x, c)\nk = divide(one, g)\nm = multiply(k, g)")
    1
    """
    return text.count(" = divide(")
