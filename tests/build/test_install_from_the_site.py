"""What downloads say about installing: the head of a script, the first cell of a notebook."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from _extensions import folders
from _extensions.downloads import notebook_install_cell, requirement, scripts
from _extensions.whole_site import site_address

NOWHERE = "http://127.0.0.1:9/"
"""Nothing answers at the port "discard"."""

HIDDEN = """\
import importlib.util

real = importlib.util.find_spec
importlib.util.find_spec = lambda name: None if name in {hidden!r} else real(name)
"""


def run_cell(tmp_path: Path, text: str, *hidden: str) -> subprocess.CompletedProcess[str]:
    """Run a first cell as IPython does, where some modules are not found; pip reaches nothing."""
    cell = notebook_install_cell.install_cell("9.9", text).source
    (tmp_path / "cell.ipy").write_text(HIDDEN.format(hidden=hidden) + cell + "\nprint('installed')\n", encoding="utf-8")
    offline = {"PIP_NO_INDEX": "1", "PIP_RETRIES": "0", "PIP_DRY_RUN": "1", "IPYTHONDIR": str(tmp_path)}
    command = [sys.executable, "-m", "IPython", "--no-banner", "--colors=NoColor", "cell.ipy"]
    return subprocess.run(
        command, cwd=tmp_path, env=os.environ | offline, capture_output=True, text=True, check=False, timeout=600
    )


def metadata(text: str) -> dict[str, object]:
    """Read the head of a script as uv and pipx do."""
    lines = scripts.inline_metadata("9.9", text).splitlines()
    assert lines[0] == "# /// script"
    assert lines[-1] == "# ///"
    assert all(line == "#" or line.startswith("# ") for line in lines)
    return tomllib.loads("\n".join(line[2:] for line in lines[1:-1]))


@pytest.mark.parametrize("hidden", [("removable",), ("flint",), ("torch", "sympy", "removable")])
def test_a_notebook_that_cannot_reach_its_wheel_says_where_to_get_it(tmp_path, monkeypatch, hidden):
    monkeypatch.setenv("SITE_URL", NOWHERE)
    done = run_cell(tmp_path, "import torch", *hidden)
    said = done.stdout + done.stderr
    extras = ",".join(sorted({"torch": "torch"}.get(name, "tutorial") for name in hidden if name != "removable"))
    names = ", ".join(sorted(hidden, key=["torch", "matplotlib", "sympy", "flint", "removable"].index))
    assert (
        f"ModuleNotFoundError: {names} could not be installed; see above. "
        f"Download {NOWHERE}dist/removable-9.9-py3-none-any.whl, "
        "or take removable-9.9-py3-none-any.whl from removable-tutorial.zip, put it beside this notebook, "
        f"and run: %pip install './removable-9.9-py3-none-any.whl[{extras}]'"
    ) in " ".join(said.split())
    assert not done.stdout.rstrip().endswith("\ninstalled")


def test_a_notebook_of_a_site_without_an_address_says_that_it_has_to_be_served(monkeypatch):
    monkeypatch.delenv("SITE_URL", raising=False)
    source = notebook_install_cell.install_cell("9.9", "import torch").source
    assert f"{site_address.LOCAL}dist/removable-9.9-py3-none-any.whl (an address of your own machine" in source
    compile(source.replace("    %pip", "    # %pip"), "cell", "exec")


def test_where_everything_is_there_nothing_is_installed(tmp_path, monkeypatch):
    monkeypatch.setenv("SITE_URL", NOWHERE)
    done = run_cell(tmp_path, "import torch, jax")
    assert (done.stdout.strip(), done.returncode) == ("installed", 0), done.stderr


def test_uv_takes_pytorch_on_linux_from_the_index_without_cuda_in_a_script_and_in_the_project():
    project = tomllib.loads((folders.ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    head = metadata("import torch, tensorflow")
    assert head["tool"]["uv"] == project["tool"]["uv"]
    (index,) = head["tool"]["uv"]["index"]
    (source,) = head["tool"]["uv"]["sources"]["torch"]
    assert (index["url"], index["explicit"]) == (requirement.CPU_INDEX, True)
    assert source == {"index": index["name"], "marker": "sys_platform == 'linux'"}
    # uv applies sources to what a script names itself.
    assert head["dependencies"][1:] == ["torch"]


def test_a_script_without_pytorch_names_no_index_of_it():
    head = metadata("import jax")
    assert "tool" not in head
    assert head["dependencies"] == [f"removable[jax,tutorial] @ {requirement.wheel_address('9.9')}"]


def test_the_address_without_cuda_stands_ready_to_copy_where_something_is_installed():
    places = (
        "README.md",
        "CONTRIBUTING.md",
        "docs/guide/install.md",
        "docs/guide/run-a-script.md",
        "docs/guide/use.md",
    )
    for place in places:
        assert requirement.CPU_INDEX in (folders.ROOT / place).read_text(encoding="utf-8"), place
    cell = notebook_install_cell.install_cell("9.9", "import torch").source
    assert f"# %pip install torch --index-url {requirement.CPU_INDEX}" in cell
    assert json.dumps({"torch": "torch"}) in cell
