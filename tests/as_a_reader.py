"""Do what the page "Run a downloaded script" says, in a new environment, with nothing but the built site and pip.

Not collected with the other tests, for it installs both frameworks once more: ``nox -s downloads`` runs it.
"""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from site_under_test import served

GUIDE = "guide/run-a-script.html"
PAGE = "auto_gallery/3_derivatives/plot_figure_6.html"
CLEAN = {**os.environ, "PYTHONNOUSERSITE": "1"}
for _name in ("PYTHONPATH", "MPLBACKEND"):
    CLEAN.pop(_name, None)


def fetch(address: str) -> bytes:
    with urllib.request.urlopen(address) as answer:
        return answer.read()


def commands(page: str) -> list[str]:
    """The lines with a dollar prompt in the console blocks of a page."""
    blocks = re.findall(r'<div class="highlight-console.*?<pre>(.*?)</pre>', page, re.DOTALL)
    text = html.unescape(re.sub(r"<[^>]+>", "", "\n".join(blocks)))
    return [line.removeprefix("$ ") for line in text.splitlines() if line.startswith("$ ")]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with served() as address:
        yield address


@pytest.fixture(scope="module")
def folder(address: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the downloads, and the environment that the guide's own commands make in it."""
    folder = tmp_path_factory.mktemp("reader")
    guide = fetch(f"{address}/{GUIDE}").decode()
    page = fetch(f"{address}/{PAGE}").decode()
    for text, base, pattern in [
        (guide, GUIDE, r'href="([^"]+\.whl)"'),
        (guide, GUIDE, r'href="([^"]+constraints\.txt)"'),
        (page, PAGE, r'href="([^"]+plot_figure_6\.py)"'),
        (page, PAGE, r'href="([^"]+plot_figure_6\.ipynb)"'),
    ]:
        link = urllib.parse.urljoin(f"{address}/{base}", re.search(pattern, text)[1])
        (folder / link.rpartition("/")[2]).write_bytes(fetch(link))
    make, activate, install, *_ = commands(guide)
    assert make.startswith("python -m venv"), make
    assert install.startswith("python -m pip install"), install
    subprocess.run(make.replace("python", sys.executable, 1), shell=True, cwd=folder, env=CLEAN, check=True)
    in_environment(folder, f"{install} --quiet --disable-pip-version-check", activate)
    return folder


def in_environment(folder: Path, command: str, activate: str = ". removable-env/bin/activate") -> str:
    done = subprocess.run(
        f"{activate} && {command}", shell=True, cwd=folder, env=CLEAN, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def published_output(page: str) -> list[str]:
    """Every line that the page shows as output of its code."""
    blocks = re.findall(r"sphx-glr-script-out.*?<pre>(.*?)</pre>", page, re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", "", "\n".join(blocks))).split()


def test_the_script_prints_what_its_page_shows(folder, address):
    page = fetch(f"{address}/{PAGE}").decode()
    printed = in_environment(folder, "MPLBACKEND=agg python plot_figure_6.py")
    assert printed.split() == published_output(page)


def test_the_notebook_runs_and_prints_the_same(folder, address):
    in_environment(
        folder, "python -m pip install --quiet --disable-pip-version-check -c constraints.txt nbclient ipykernel"
    )
    in_environment(folder, "jupyter execute --inplace plot_figure_6.ipynb")
    cells = json.loads((folder / "plot_figure_6.ipynb").read_text())["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", ())]
    assert not [o for o in outputs if o.get("name") == "stderr"]
    printed = "".join("".join(o["text"]) for o in outputs if o["output_type"] == "stream")
    page = fetch(f"{address}/{PAGE}").decode()
    assert printed.split() == published_output(page)
    assert [o for o in outputs if "image/png" in o.get("data", {})], "the notebook shows no figure"
