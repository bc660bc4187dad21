"""The line of the user from which an operation was called, among the lines of libraries."""

from __future__ import annotations

import itertools
import linecache
import os
import sysconfig
from collections.abc import Iterable
from pathlib import Path

__all__ = ["SourceLine", "user_line"]

_PACKAGE = str(Path(__file__).parents[2])

_SEARCH = str(Path(__file__).parent) + os.sep
"""The folder of those who call the program, and who record its operations."""

_LIBRARIES = tuple(
    dict.fromkeys([*(sysconfig.get_paths()[kind] for kind in ("stdlib", "platstdlib", "purelib", "platlib")), _PACKAGE])
)
"""Folders whose files are not the user's."""

_NOTEBOOK = f"{os.sep}ipykernel_"
"""In the names that a notebook gives to its cells; the rest of them is numbers."""

_TYPED = ("<doctest", "<ipython", "<stdin")
"""Names of code that a user typed; other names in angle brackets are those of generated code."""


class SourceLine(str):
    """A line of a program: the place as a string, with the text that stands there.

    The same line has another number in a page, a script and a notebook. Its text is the same.

    Attributes
    ----------
    text : str
        The line without its indent; empty if the source is not at hand.

    Examples
    --------
    >>> from removable.probing.cause.lines import SourceLine
    >>> line = SourceLine("model.py:12", "y = 1 - cos(x)")
    >>> line, line.text
    ('model.py:12', 'y = 1 - cos(x)')
    """

    text: str

    def __new__(cls, place: str = "", text: str = "") -> SourceLine:
        """Make the string, with its text."""
        line = super().__new__(cls, place)
        line.text = text
        return line


def user_line(frames: Iterable[tuple[str, int]]) -> SourceLine:
    """Return the innermost line of the program that is not one of a library.

    Frames of this sub-package are passed over while they are innermost; where they come again, the
    program ends, and what follows is whoever looks for the cause.

    Parameters
    ----------
    frames : list of tuple
        File and line of the calls, the innermost first.

    Returns
    -------
    SourceLine
        ``"file.py:12"``, without the folder; ``"line 12 of the cell"`` in a notebook; empty if
        there is none.

    Examples
    --------
    >>> import os
    >>> from removable.probing.cause.lines import user_line
    >>> user_line([(os.__file__, 10), ("/home/me/model.py", 12), ("/home/me/main.py", 1)])
    'model.py:12'
    >>> user_line([("<string>", 1)])
    ''
    >>> user_line([(os.path.join(os.sep, "ipykernel_12", "34.py"), 5)])
    'line 5 of the cell'
    """
    for file, line in itertools.dropwhile(lambda frame: frame[0].startswith(_SEARCH), frames):
        if file.startswith(_SEARCH):
            break
        if _NOTEBOOK in file:
            return SourceLine(f"line {line} of the cell", linecache.getline(file, line).strip())
        typed = file.startswith(_TYPED)
        library = file.startswith("<") or any(file.startswith(folder + os.sep) for folder in _LIBRARIES)
        if typed or (file and not library and "site-packages" not in file):
            return SourceLine(f"{os.path.basename(file)}:{line}", linecache.getline(file, line).strip())
    return SourceLine()
