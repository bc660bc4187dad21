"""The first cell of a notebook, in Colab and elsewhere: it installs the package.

What is there already stays as it is. Where the package cannot be had, one sentence says what to do.
"""

from __future__ import annotations

import json

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from _extensions.downloads.requirement import CPU_INDEX, TUTORIAL, frameworks_of, wheel_address, wheel_name
from _extensions.whole_site import site_address


def _elsewhere(release: str) -> str:
    """Return the sentence for a reader whose notebook cannot reach the wheel."""
    local = "" if site_address.public() else " (an address of your own machine, where nox -s serve has to be running)"
    return (
        f"Download {wheel_address(release)}{local}, or take {wheel_name(release)} from removable-tutorial.zip, "
        f"put it beside this notebook, and run: %pip install './{wheel_name(release)}[{{extras}}]'"
    )


def install_cell(release: str, text: str) -> NotebookNode:
    """Return the first cell of a notebook, which installs what is missing."""
    modules = json.dumps(frameworks_of(text))
    source = f"""\
# Installs what this notebook needs and is not here yet.
from importlib import invalidate_caches
from importlib.util import find_spec

modules = {modules}
modules |= dict.fromkeys(["matplotlib", "sympy", "flint"], "{TUTORIAL}")
missing = [name for name in [*modules, "removable"] if not find_spec(name)]
if missing:
    extras = ",".join(sorted({{modules[name] for name in missing if name in modules}}))
    # On Linux pip takes PyTorch with CUDA, several gigabytes. For the one without, run before this:
    # %pip install torch --index-url {CPU_INDEX}
    %pip install --quiet "removable[{{extras}}] @ {wheel_address(release)}"
    invalidate_caches()
    missing = [name for name in missing if not find_spec(name)]
    if missing:
        raise ModuleNotFoundError(
            f"{{', '.join(missing)}} could not be installed; see above. "
            f"{_elsewhere(release)}"
        )"""
    return new_code_cell(source, metadata={"tags": ["install"]})
