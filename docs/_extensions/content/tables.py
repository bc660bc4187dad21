"""Tables as nodes of docutils."""

from __future__ import annotations

from collections.abc import Iterable

from docutils import nodes


def cell(*content: nodes.Node | str, classes: Iterable[str] = ()) -> nodes.entry:
    """Return a cell with one paragraph."""
    inside = (nodes.Text(part) if isinstance(part, str) else part for part in content)
    return nodes.entry("", nodes.paragraph("", "", *inside), classes=[*classes])


def table(
    titles: Iterable[str], widths: Iterable[int], body: Iterable[nodes.row], *classes: str, stub: int = 0
) -> nodes.table:
    """Return a table.

    Parameters
    ----------
    titles : iterable of str
        Heads of the columns.
    widths : iterable of int
        Their widths, relative to each other.
    body : iterable of row
        Rows below the head.
    classes : str
        Classes of the table, for the style sheet.
    stub : int
        How many columns at the left are heads of their rows.
    """
    columns = [nodes.colspec(colwidth=width, **({"stub": 1} if i < stub else {})) for i, width in enumerate(widths)]
    group = nodes.tgroup("", *columns, cols=len(columns))
    group += nodes.thead("", nodes.row("", *map(cell, titles)))
    group += nodes.tbody("", *body)
    return nodes.table("", group, classes=[*classes])
