"""Legends large enough to be read, below all panels, in as many columns as fit.

Scripts and charts choose the places and the labels of their legends. Their size is the same in all
figures of the site, and is set here.
"""

from __future__ import annotations

import re
from typing import Any

SIZE = 11.0
"""Points: 14 pixels at least on a page 1400 pixels wide, and on a phone. Between these widths the
picture, and its text with it, is smaller."""

_WORDS = re.compile(r"(?:\$[^$]*\$|[^\s$])+")
_MOST_COLUMNS = 4


def enlarge(fig: Any) -> None:
    """Draw each legend again in the size of this module, and the wider ones in fewer columns."""
    for legend in list(fig.legends):
        _draw_again(fig, [legend])
    for ax in fig.axes:
        if ax.get_legend():
            for text in ax.get_legend().get_texts():
                text.set_fontsize(SIZE)


def gather(fig: Any) -> None:
    """Put the legends of the figure and of its panels below all panels, each label once."""
    inside = [ax.get_legend() for ax in fig.axes if ax.get_legend()]
    if fig.legends or inside:
        _draw_again(fig, [*fig.legends, *inside])


def wrap(text: Any, length: float) -> None:
    """Break a text into lines that are not longer than so many pixels, but not within a formula.

    A line with a word or a formula that is longer stays as it is.
    """
    lines = []
    for line in text.get_text().split("\n"):
        first, *words = _WORDS.findall(line) or [""]
        lines.append(first)
        for word in words:
            text.set_text(f"{lines[-1]} {word}")
            if max(text.get_window_extent().size) <= length:
                lines[-1] = text.get_text()
            else:
                lines.append(word)
    text.set_text("\n".join(lines))


def _draw_again(fig: Any, legends: list[Any]) -> None:
    """Replace legends by one, in the most columns with which it is not wider than the figure."""
    shown: dict[str, Any] = {}
    for legend in legends:
        for handle, text in zip(legend.legend_handles, legend.get_texts(), strict=True):
            shown.setdefault(text.get_text(), handle)
        legend.remove()
    columns = min(_MOST_COLUMNS, len(shown))
    while True:
        rows = -(-len(shown) // columns)
        columns = -(-len(shown) // rows)  # no more than it takes for so many rows
        new = fig.legend(
            shown.values(), shown.keys(), loc="outside lower center", ncols=columns, frameon=False, fontsize=SIZE
        )
        room = fig.bbox.width - new.get_window_extent().width
        if room >= 0 or columns == 1:
            break
        new.remove()
        columns -= 1
    for text in new.get_texts() if room < 0 else ():
        wrap(text, text.get_window_extent().width + room)
