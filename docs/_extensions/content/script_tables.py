"""Tables that a script prints, as tables on its page.

The script prints text, which a terminal shows. On the page the columns of that text are cells, with
the first column fixed while the others scroll. The text version of the page keeps the text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from docutils import nodes
from sphinx.application import Sphinx

from _extensions import stages
from _extensions.content import tables

TABLES = {
    "plot_remedies": {"pairs": "patch", "algebra": "patch"},
    "plot_training": {"framework": "form"},
}
"""For each script, a word in the last line of the head of each table, and its first column."""

_CELL = re.compile(r"\S+(?: \S+)*")


class Parsed(NamedTuple):
    """A table in the output of a script.

    Attributes
    ----------
    groups : list of (str, int, int)
        What stands over several columns: its text, its first column, and the number of columns.
    titles : list of str
        Heads of the columns.
    rows : list of list of str
        Cells below the head.
    note : str
        What the output says below the table.
    """

    groups: list[tuple[str, int, int]]
    titles: list[str]
    rows: list[list[str]]
    note: str


def parsed(text: str, word: str, first: str) -> Parsed | None:
    r"""Read a table whose columns are two or more spaces apart; None if the text has none.

    Parameters
    ----------
    text : str
        Output of a script.
    word : str
        A word in the last line of the head.
    first : str
        Title of the first column, for a head that leaves it empty.

    Examples
    --------
    >>> found = parsed("     pairs  at  near\na b  2      1   0\nA note.", "pairs", "name")
    >>> found.titles, found.rows, found.note
    (['name', 'pairs', 'at', 'near'], [['a b', '2', '1', '0']], 'A note.')
    >>> parsed("one  two", "pairs", "name") is None
    True
    """
    lines = text.rstrip().split("\n")
    found = (i for i, line in enumerate(lines) if word in _CELL.findall(line))
    head = next(found, None)
    if head is None or head + 1 == len(lines):
        return None
    starts = sorted({0, *(cell.start() for cell in _CELL.finditer(lines[head]))})
    titles = _cut(lines[head], starts)
    titles[0] = titles[0] or first
    end = head + 1
    while end < len(lines) and _is_row(lines[end], starts):
        end += 1
    over = [cell for line in lines[:head] for cell in _CELL.finditer(line) if cell.start() in starts]
    edges = [*(starts.index(cell.start()) for cell in over), len(starts)]
    groups = [(cell[0], left, right - left) for cell, (left, right) in zip(over, pairwise(edges), strict=True)]
    return Parsed(groups, titles, [_cut(line, starts) for line in lines[head + 1 : end]], "\n".join(lines[end:]))


def _cut(line: str, starts: Sequence[int]) -> list[str]:
    return [line[left:right].strip() for left, right in pairwise([*starts, None])]


def _is_row(line: str, starts: Sequence[int]) -> bool:
    """Tell a row from a sentence below the table, which has single spaces and no columns."""
    return len(_CELL.findall(line)) > 1 and all(line[start - 1 : start].strip() == "" for start in starts[1:])


def as_nodes(table: Parsed, text: str) -> nodes.container:
    """Return a table with its note, and the text that both are made from."""
    widths = [max(map(len, column)) for column in zip(table.titles, *table.rows, strict=True)]
    body = [nodes.row("", *map(tables.cell, row)) for row in table.rows]
    made = tables.table(table.titles, widths, body, "script-table", stub=1)
    if not _has_title(table, text):
        next(iter(made.findall(nodes.entry)))["classes"].append("not-printed")
    if table.groups:
        _add_groups(made, table)
    box = nodes.container("", made, classes=["script-table-box"], plain=text)
    if table.note:
        box += nodes.paragraph("", table.note)
    return box


def _has_title(table: Parsed, text: str) -> bool:
    """Tell whether the first column has its title in the output, too."""
    lines = map(_CELL.findall, text.split("\n"))
    return table.titles[0] in next(cells for cells in lines if set(table.titles[1:]) <= set(cells))


def _add_groups(made: nodes.table, table: Parsed) -> None:
    """Put a row above the head; a column without a group has its title in it, two rows high."""
    head = next(iter(made.findall(nodes.thead)))
    (lower,) = head.children
    titles = list(lower.children)
    upper = nodes.row()
    first = table.groups[0][1]
    for title in titles[:first]:
        lower.remove(title)
        title["morerows"] = 1
        upper += title
    for name, _, columns in table.groups:
        upper += nodes.entry("", nodes.paragraph("", name), morecols=columns - 1)
    head.insert(0, upper)


def replace(app: Sphinx, doctree: nodes.document) -> None:
    """Replace the outputs of a script that are tables."""
    words = TABLES.get(app.env.docname.rpartition("/")[2], {})
    for block in list(doctree.findall(nodes.literal_block)) if words else ():
        if "sphx-glr-script-out" not in block["classes"]:
            continue
        text = block.astext()
        found = (parsed(text, word, first) for word, first in words.items())
        if table := next(filter(None, found), None):
            block.replace_self(as_nodes(table, text))


def setup(app: Sphinx) -> dict[str, bool]:
    """Run when a page has been read."""
    stages.listen(app, stages.Stage.DOCTREE_READ, replace)
    return stages.SAFE
