"""A report as HTML, for notebooks: a table for each line that was probed."""

from __future__ import annotations

import html
from collections.abc import Iterable

from removable.probing.report_text import HEADS, heading, rows
from removable.probing.verdict import Judged

__all__ = ["as_html"]


def as_html(head: str, parts: Iterable[tuple[str, Judged, list[tuple[str, str]]]]) -> str:
    """Return a report as HTML without styles of its own.

    Parameters
    ----------
    head : str
        What stands over everything.
    parts : list of tuple
        For each line the place, the verdict and the remarks.

    Examples
    --------
    >>> import torch
    >>> from removable import probe
    >>> from removable.probing.report_html import as_html
    >>> judged = probe(torch.abs, at=0.0, order=1).worst.judged
    >>> print(as_html("abs in torch: kink", [("x = 0.0", judged, [])]))
    <p><strong>abs in torch: kink</strong></p>
    <table>
    <caption>x = 0.0: kink; the slope tends to -1 from the left and to 1 from the right</caption>
    <thead>
    <tr><td></td>
    <th scope="col">at the point</th>
    <th scope="col">true</th>
    <th scope="col">verdict</th></tr>
    </thead>
    <tbody>
    <tr><th scope="row">value</th><td>0</td><td>0</td><td>right</td></tr>
    <tr><th scope="row">slope</th><td>0</td><td>-1 left, 1 right</td><td>right</td></tr>
    </tbody>
    </table>
    """
    lines = [f"<p><strong>{html.escape(head)}</strong></p>"]
    for place, judged, said in parts:
        lines += _table(heading(place, judged), judged)
        lines += _remarks(said)
    return "\n".join(lines)


def _table(caption: str, judged: Judged) -> list[str]:
    """Return a row for each derivative."""
    heads = "".join(f'\n<th scope="col">{head}</th>' for head in HEADS[1:])
    lines = ["<table>", f"<caption>{html.escape(caption)}</caption>"]
    lines += ["<thead>", f"<tr><td></td>{heads}</tr>", "</thead>", "<tbody>"]
    for name, *cells in rows(judged):
        text = "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
        lines.append(f'<tr><th scope="row">{name}</th>{text}</tr>')
    return [*lines, "</tbody>", "</table>"]


def _remarks(said: list[tuple[str, str]]) -> list[str]:
    """Return a list of titles with their sentences."""
    if not said:
        return []
    items = [f"<dt>{title}</dt><dd>{html.escape(sentence, quote=False)}</dd>" for title, sentence in said]
    return ["<dl>", *items, "</dl>"]
