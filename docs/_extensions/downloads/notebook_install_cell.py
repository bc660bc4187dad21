"""The first cell of a notebook, in Colab and elsewhere: it installs the package.

What is there already stays as it is.
"""

from __future__ import annotations

import json

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from _extensions.downloads.requirement import frameworks_of, wheel_address


def install_cell(release: str, text: str) -> NotebookNode:
    """Return the first cell of a notebook, which installs what is missing."""
    modules = json.dumps(frameworks_of(text))
    source = f"""\
# Installs what this notebook needs and is not here yet.
from importlib.util import find_spec

modules = {modules}
extras = ",".join(extra for name, extra in modules.items() if not find_spec(name))
if extras or not find_spec("removable"):
    %pip install --quiet "removable[{{extras}}] @ {wheel_address(release)}\""""
    return new_code_cell(source, metadata={"tags": ["install"]})
