"""Tables as nodes of docutils."""

from __future__ import annotations

from _extensions.content import tables
from docutils import nodes


def test_a_table_has_heads_rows_and_widths():
    row = nodes.row("", tables.cell("a"), tables.cell(nodes.literal("", "b"), classes=["c"]))
    table = tables.table(("A", "B"), (3, 7), [row], "one", "two", stub=1)
    assert table["classes"] == ["one", "two"]
    assert [(c["colwidth"], c.get("stub")) for c in table.findall(nodes.colspec)] == [(3, 1), (7, None)]
    assert [entry.astext() for entry in table.findall(nodes.entry)] == ["A", "B", "a", "b"]
    assert [*table.findall(nodes.entry)][-1]["classes"] == ["c"]
