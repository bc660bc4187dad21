"""Plain words for Sphinx roles in the notebooks that readers download.

sphinx-gallery turns the text blocks of a script into Markdown with regular expressions and leaves
roles that it does not know as they are. It has no hook for that step, so its function is wrapped
here.
"""

from __future__ import annotations

import functools
import re
from typing import Any

import sphinx_gallery.notebook
from sphinx.application import Sphinx

from _extensions import folders, stages

_CITE = re.compile(r":cite:[tp]:`([\w,]+)`")
_TITLED = re.compile(r":(?:doc|ref|py:\w+|func|class|mod):`([^`<]+?)\s*<[^`>]+>`")
_PLAIN = re.compile(r":(?:doc|ref|py:\w+|func|class|mod):`~?/?([^`<]+)`")
_TERM = re.compile(r":term:`([^`<]+?)(?:\s*<[^`>]+>)?`")

_TITLED_NOTE = re.compile(r"^\.\. admonition:: (?P<title>.+)\n(?P<indent> +):class: note\n", re.MULTILINE)

_REFERENCES = folders.ROOT / "docs" / "references.bib"


@functools.cache
def citation(key: str) -> str:
    """Return authors and year of an entry of the bibliography; for a source file, its title."""
    from pybtex.database import parse_file  # for speed: most builds cite nothing anew

    entry = parse_file(str(_REFERENCES)).entries[key]
    names = [" ".join(person.last_names).strip("{}") for person in entry.persons["author"]]
    who = f"{names[0]} et al." if len(names) > 2 else " and ".join(names)
    return f"{who} ({entry.fields.get('year', entry.fields['title'])})"


def plain(text: str) -> str:
    r"""Replace roles by what a reader of a notebook can use.

    >>> plain(
    ...     "see :doc:`Figure 2 </auto_gallery/plot_figure_2>` and :doc:`plot_figure_7`, "
    ...     "after :cite:t:`Higham2002`"
    ... )
    'see Figure 2 and ``plot_figure_7``, after Higham (2002)'
    >>> plain("a :term:`sweep` over :term:`Gauss's nodes <node>`")
    "a sweep over Gauss's nodes"
    >>> plain(":cite:p:`Higham2002,Johansson2017`")
    'Higham (2002); Johansson (2017)'
    >>> plain(".. admonition:: Take away\n   :class: note\n\n   - One.\n")
    '.. note::\n\n   **Take away**\n\n   - One.\n'
    """
    # sphinx-gallery knows notes, and none with a title of its own.
    text = _TITLED_NOTE.sub(r".. note::\n\n\g<indent>**\g<title>**\n", text)
    text = _CITE.sub(lambda match: "; ".join(map(citation, match[1].split(","))), text)
    text = _TERM.sub(lambda match: " ".join(match[1].split()), text)
    text = _TITLED.sub(lambda match: " ".join(match[1].split()), text)
    return _PLAIN.sub(lambda match: f"``{match[1].rpartition('/')[2]}``", text)


def wrap(*_: Any) -> None:
    """Wrap the conversion, once for each process; sphinx-gallery calls this before each script."""
    original = sphinx_gallery.notebook.rst2md
    if not hasattr(original, "__wrapped__"):

        @functools.wraps(original)
        def rst2md(text: str, *args: Any, **kwargs: Any) -> str:
            return original(plain(text), *args, **kwargs)

        sphinx_gallery.notebook.rst2md = rst2md


def setup(app: Sphinx) -> dict[str, bool]:
    """Wrap the conversion in the process of the build, too."""
    wrap()
    return stages.SAFE
