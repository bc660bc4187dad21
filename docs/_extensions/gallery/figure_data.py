"""The numbers that a figure draws, as a table.

There is one column for each line of each panel, and one row for each abscissa. The label of a line
is the name of its column. A label that begins with an underscore, which keeps the line out of the
legend, counts too; where two lines of a panel then have one name, as markers drawn over every
thousandth dot have, the longer one holds the data. A line without a label is decoration.
"""

from __future__ import annotations

import csv
import io
import math
import re

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

_UNLABELLED = re.compile(r"_child\d+")


def plain(text: str) -> str:
    r"""Take the marks of mathematical typesetting out of a label.

    >>> plain(r"$h'(2 + \\gamma)$"), plain("$2^{-51}/\\gamma^3$"), plain(r"$|\\gamma|$")
    ("h'(2 + gamma)", '2^(-51)/gamma^3', '|gamma|')
    """
    text = re.sub(r"\^\{([^}]*)\}", r"^(\1)", text)
    return " ".join(re.sub(r"[${}\\]", "", text).split())


def _lines(ax: Axes) -> dict[str, Line2D]:
    """Return the lines of a panel that hold data, by name."""
    found: dict[str, Line2D] = {}
    for line in ax.lines:
        label = str(line.get_label())
        if _UNLABELLED.fullmatch(label) or line.get_transform() != ax.transData:
            continue
        name = plain(label.removeprefix("_"))
        if name not in found or len(line.get_xdata()) > len(found[name].get_xdata()):
            found[name] = line
    return found


def table(fig: Figure) -> str:
    """Return the data of a figure as comma-separated values.

    Numbers are written with as many digits as it takes to read the very same number back. The
    header names the quantity, the panel and the line of each column.
    """
    panels = [ax for ax in fig.axes if ax.lines]
    abscissa = next((plain(ax.get_xlabel()) for ax in panels if ax.get_xlabel()), "x")
    header, rows = [abscissa], {}
    title_above: dict[int, str] = {}
    ordinate = ""
    for ax in panels:
        # Panels of one row share the label at the left of it, and those of one column the title
        # above it.
        ordinate = plain(ax.get_ylabel()) or ordinate
        title = title_above.setdefault(ax.get_subplotspec().colspan.start, plain(ax.get_title()))
        for name, line in _lines(ax).items():
            x, y = (np.asarray(values, dtype=float).tolist() for values in line.get_data(orig=True))
            column = len(header)
            header.append(": ".join(filter(None, (title, name, ordinate))))
            seen: dict[float, int] = {}
            for at, value in zip(x, y, strict=True):
                if math.isnan(at):  # a gap in the line
                    continue
                seen[at] = seen.get(at, -1) + 1  # a line may come back to an abscissa
                rows.setdefault((at, seen[at]), {})[column] = value
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(header)
    columns = range(1, len(header))
    for (at, _), cells in sorted(rows.items()):
        writer.writerow([repr(at), *(repr(cells[c]) if c in cells else "" for c in columns)])
    return out.getvalue()
