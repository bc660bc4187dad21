"""The cells of a notebook that compare the values of its reader with the published ones."""

from __future__ import annotations

import textwrap

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from removable import selfcheck

from _extensions.execute import framework_versions


def check_cell(examples: str) -> NotebookNode:
    """Return a cell that runs the examples of a doctest."""
    # IPython takes prompts away that begin on one of the first two lines, in a string too; hence
    # the comment.
    source = f"# Do you get these values?\npublished(\n    r'''\n{textwrap.indent(examples, '    ')}\n    ''',\n    globals(),\n)"
    return new_code_cell(source, metadata={"tags": ["published"]})


def import_cell() -> NotebookNode:
    """Return the cell that imports ``published``, before the first example."""
    return new_code_cell("from removable.selfcheck import published", metadata={"tags": ["published"]})


def report_cell() -> NotebookNode:
    """Return the last cell: it counts the values that agree."""
    of = {title: framework_versions.installed(module, title) for module, title in framework_versions.TITLES.items()}
    then = ",\n".join(f'        "{name}": "{version}"' for name, version in selfcheck.versions(of).items())
    source = f"""\
# Do you get the published values? The page was built with these versions.
from removable.selfcheck import report

report(
    {{
{then},
    }}
)"""
    return new_code_cell(source, metadata={"tags": ["self-check"]})
