"""The page of a script whose prose was edited after its last execution.

sphinx-gallery makes a page from a script and the outputs of its code, and executes the script again
for a changed comma. To show changed prose at once, :func:`updated` replaces the text of a page and
keeps the outputs.
"""

from __future__ import annotations

import re
from pathlib import Path

from sphinx_gallery.gen_rst import codestr2rst
from sphinx_gallery.py_source_parser import split_code_and_text_blocks

Block = tuple[str, str]
"""A piece of a script: ``"text"`` or ``"code"``, and its source."""

_MARKER = re.compile(r"^\.\. GENERATED FROM PYTHON SOURCE LINES .*\n", re.MULTILINE)
_TITLE = re.compile(r"^\.\. _sphx_glr_\S+:\n\n", re.MULTILINE)
_FOOTER = re.compile(r"^\.\. _sphx_glr_download_", re.MULTILINE)


def blocks(script: Path) -> list[Block]:
    """Cut a script as sphinx-gallery does."""
    return [(block.type, block.content) for block in split_code_and_text_blocks(str(script))[1]]


def parts(page: str) -> list[str]:
    """Cut the body of a page after its first block: one part for each block, code with its outputs.

    Parameters
    ----------
    page : str
        Text that sphinx-gallery has written.
    """
    body = page[: _FOOTER.search(page).start()]
    starts = [match.end() for match in _MARKER.finditer(body)]
    ends = [match.start() for match in _MARKER.finditer(body)][1:]
    return [body[start:end] for start, end in zip(starts, [*ends, len(body)], strict=True)]


def updated(page: str, executed: Path, script: Path) -> str:
    """Return a page with the prose and code of a script as it is now.

    Outputs are kept up to the first block whose code has changed.

    Parameters
    ----------
    page : str
        Text that sphinx-gallery has written.
    executed : Path
        The script from which it was written.
    script : Path
        The same script, edited since.
    """
    before, now = blocks(executed), blocks(script)
    if before == now:
        return page
    known = zip(before[1:], parts(page), strict=True)
    with_outputs = [(source, part) for (kind, source), part in known if kind == "code"]
    text, same = page[: _TITLE.search(page).end()], True
    for kind, source in now:
        part = source
        if kind == "code":
            executed_source, shown = with_outputs.pop(0) if with_outputs else ("", "")
            same = same and executed_source.strip() == source.strip()
            part = shown if same else codestr2rst(source, lang="Python")
        text += f"{part}\n\n"
    return text + page[_FOOTER.search(page).start() :]
