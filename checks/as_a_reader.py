"""Follow the page "Run a downloaded script" in a new environment, with only the built site and pip.

Every script, every notebook and the archive of everything is downloaded from the served site and
run; what it prints is compared with what its page shows. Each runs in a process of its own. Most of
these are forks of two in which the frameworks have been imported already, see ``warm_python``:
importing them would take more time than everything else. The script in the archive and the
notebooks in :data:`FROM_NOTHING` begin as a reader's do.

Not collected with the other tests, for it installs both frameworks once more: ``nox -s downloads``
runs it.
"""

from __future__ import annotations

import contextlib
import html
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile
import time
import tomllib
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest
from bs4 import BeautifulSoup, Tag
from packaging.requirements import Requirement
from site_under_test import SITE, Page, pages, served

GUIDE = "guide/run-a-script.html"
CLEAN = {**os.environ, "PYTHONNOUSERSITE": "1", "MPLBACKEND": "agg"}
for _name in ("PYTHONPATH", "PYTHONDONTWRITEBYTECODE", "REMOVABLE_ONLY"):
    CLEAN.pop(_name, None)
# a kernel shows its figures itself
NOTEBOOK = {name: value for name, value in CLEAN.items() if name != "MPLBACKEND"}
AT_ONCE = 4
"""About how many notebooks one command runs: it takes two seconds to start.

After a notebook that fails the command executes no other.
"""
FROM_NOTHING = ("plot_figure_6.ipynb", "2-trivial-example.ipynb")
ARCHIVE = "everything.zip"
"""What its run is called here."""
INLINE = NOTEBOOK | {"MPLBACKEND": "module://matplotlib_inline.backend_inline"}
FRAMEWORKS = ("torch", "torch._dynamo", "tensorflow")
"""PyTorch imports its compiler, and SymPy with it, as soon as there is an optimiser.

Without this list each program would import them for itself.
"""
WARM = {
    "script": (CLEAN, FRAMEWORKS),
    "notebook": (INLINE, (*FRAMEWORKS[::-1], "ipykernel.kernelapp", "ipykernel.debugger")),
}
"""The two processes that are forked: their environment variables, and what they import first.

Each has the backend of its programs from the beginning. What one imports first, the other then
finds compiled.
"""
XLA_ONCE = {
    "JAX_PERSISTENT_CACHE_MIN_COMPILE_TIME_SECS": "0",
    "JAX_PERSISTENT_CACHE_MIN_ENTRY_SIZE_BYTES": "-1",
    # with a limit JAX locks the folder, which several write to
    "JAX_COMPILATION_CACHE_MAX_SIZE": str(2**30),
}
"""What a script has had compiled by XLA, operation by operation, its notebook finds in JAX's own
cache."""
LONGEST = 4 * 3600
"""Seconds after which an installation or a program is taken to have no end; each takes minutes on a
machine that is not busy."""

WARM_PYTHON = Path(__file__).with_name("warm_python.py")
QUICKLY = "--quiet --disable-pip-version-check --no-compile"
CONSTRAINED = f"python -m pip install {QUICKLY} -c constraints.txt"


def offered(ending: str) -> dict[str, tuple[str, Page]]:
    """Where each download with this ending is, and the page that offers it, by its name."""
    found = {}
    for page in pages().values():
        for link in page.links:
            if "/downloads/" in f"/{link}" and link.endswith(ending) and "://" not in link:
                found[link.rpartition("/")[2]] = (urllib.parse.urljoin(page.name, link), page)
    return found


SCRIPTS, NOTEBOOKS = offered(".py"), offered(".ipynb")


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
    """A folder with every download, and the environment that the guide's own commands make."""
    folder = tmp_path_factory.mktemp("reader")
    guide = pages()[GUIDE]
    wanted = [link for link in guide.links if link.endswith((".whl", "constraints.txt", ".zip"))]
    assert len(wanted) == 3, wanted
    links = [urllib.parse.urljoin(GUIDE, link) for link in wanted]
    for link in [*links, *(link for link, _ in (*SCRIPTS.values(), *NOTEBOOKS.values()))]:
        (folder / link.rpartition("/")[2]).write_bytes(fetch(f"{address}/{link}"))
    make, activate, install, *_ = commands(guide.html)
    assert make.startswith("python -m venv"), make
    assert activate == ". removable-env/bin/activate"
    assert install.startswith("python -m pip install"), install
    subprocess.run(make.replace("python", sys.executable, 1), shell=True, cwd=folder, env=CLEAN, check=True)
    in_environment(folder, f"{install} {QUICKLY}")
    in_environment(folder, f"{CONSTRAINED} nbclient ipykernel")
    return folder


def in_environment(folder: Path, command: str, env: dict[str, str] = CLEAN, cwd: Path | None = None) -> str:
    done = subprocess.run(
        f". {folder}/removable-env/bin/activate && {command}",
        shell=True,
        cwd=cwd or folder,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@contextlib.contextmanager
def warm_pythons(folder: Path) -> Iterator[dict[str, list[str]]]:
    """Import the frameworks in processes that are forked for each program.

    Yield the commands in place of ``python``.
    """
    python = folder / "removable-env" / "bin" / "python"
    with contextlib.ExitStack() as stack:
        short = stack.enter_context(tempfile.TemporaryDirectory())  # the path of a socket has to be
        commands, serving = {}, {}
        for kind, (environment, first) in WARM.items():
            commands[kind] = [str(python), str(WARM_PYTHON), str(Path(short, kind))]
            command = [*commands[kind], "--serve", *first]
            environment = environment | XLA_ONCE | {"JAX_COMPILATION_CACHE_DIR": str(folder / "xla")}
            serving[kind] = stack.enter_context(subprocess.Popen(command, cwd=folder, env=environment))
            stack.callback(serving[kind].terminate)
        for kind, process in serving.items():
            while not Path(short, kind).exists():
                assert process.poll() is None, "the reader's environment cannot import the frameworks; see above"
                time.sleep(0.1)
        yield commands


def warm_kernel(folder: Path, command: list[str]) -> None:
    """Make a kernel that notebooks can be executed in by its name."""
    kernel = folder / "removable-env" / "share" / "jupyter" / "kernels" / "warm" / "kernel.json"
    kernel.parent.mkdir(parents=True)
    argv = [*command, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    kernel.write_text(json.dumps({"argv": argv, "display_name": "warm", "language": "python"}), encoding="utf-8")


def durations() -> dict[str, float]:
    """Seconds that each download took when the site was built, by its name without the ending."""
    record = json.loads((SITE / "guide" / "build.json").read_text(encoding="utf-8"))["pages"]
    return {Path(row["source"]).stem: row["seconds"] for row in record.values() if "seconds" in row}


@pytest.fixture(scope="module")
def runs(folder: Path) -> Iterator[dict[str, Future]]:
    """Every script by itself, and a few notebooks by one command.

    The tests below wait for the one they ask about.
    """
    seconds = durations()
    with (
        warm_pythons(folder) as python,
        ThreadPoolExecutor(3) as pool,
    ):  # one more than has work: starting a kernel is waiting
        warm_kernel(folder, python["notebook"])
        # What took longest first: at the end all are busy. The notebooks of one command are a
        # mixture. Scripts come before them, so that what both have compiled is there.
        scripts, warm = (sorted(names, key=lambda name: -seconds[Path(name).stem]) for names in (SCRIPTS, NOTEBOOKS))
        warm = [name for name in warm if name not in FROM_NOTHING]
        commands = -(-len(warm) // AT_ONCE)
        started = {ARCHIVE: pool.submit(run_archive, folder)}
        for name in scripts:
            started[name] = pool.submit(in_environment, folder, shlex.join([*python["script"], name]))
        for named, some in [("", FROM_NOTHING), *(("--kernel_name=warm", warm[i::commands]) for i in range(commands))]:
            command = f"jupyter execute {named} --inplace {' '.join(some)}"
            started |= dict.fromkeys(some, pool.submit(in_environment, folder, command, NOTEBOOK))
        yield started
        for future in started.values():
            future.cancel()


def published_output(page: Page) -> list[str]:
    """Every word that the page shows as printed by its code."""
    selector = ".sphx-glr-script-out" if page.name.startswith("auto_gallery/") else ".output.stream"
    blocks = BeautifulSoup(page.html, "html.parser").select(selector)
    return words("\n".join(as_printed(block) for block in blocks))


def as_printed(block: Tag) -> str:
    """Return the text of an output; that of a table as the script has printed it, row by row."""
    if not block.table:
        return block.pre.get_text()
    heads = block.table.thead.find_all("tr")
    cells = [cell for row in heads for cell in row.find_all("th")]
    over = [cell for cell in heads[0].find_all("th") if len(heads) > 1 and not cell.get("rowspan")]
    titles = [cell for cell in cells if cell not in over and "not-printed" not in cell.get("class", ())]
    parts = [*over, *titles, block.table.tbody, *block.find_all("p", recursive=False)]
    return " ".join(part.get_text(" ") for part in parts)


def words(printed: str) -> list[str]:
    """Every word that was printed, the places of lines of source aside.

    A report shows the text of a line and where it stands: in the source of the page, in the script
    with its header, or in a cell of the notebook.
    """
    return re.sub(r"\((?:[\w-]+\.py:\d+|line \d+ of the cell)\)", "(a place)", " ".join(printed.split())).split()


def without_the_count(printed: str) -> tuple[str, str]:
    """Part what a script or notebook prints from the count of its values at the end."""
    head, found, count = printed.partition("Here: Python ")
    return head, count if found else ""


@pytest.mark.parametrize("name", SCRIPTS)
def test_each_script_prints_what_its_page_shows(runs, name):
    printed, count = without_the_count(runs[name].result())
    page = SCRIPTS[name][1]
    assert words(printed) == published_output(page)
    # a chapter counts its values, a script of the gallery has them in its comments
    if not name.startswith("plot_"):
        assert re.search(r"^(\d+) of \1 published values agree\.$", count, re.MULTILINE), count


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_each_notebook_runs_prints_the_same_and_finds_the_published_values(runs, folder, name):
    runs[name].result()
    cells = json.loads((folder / name).read_text(encoding="utf-8"))["cells"]
    outputs = [output for cell in cells for output in cell.get("outputs", ())]
    assert not [o for o in outputs if o.get("name") == "stderr"]
    printed = "".join("".join(o["text"]) for o in outputs if o["output_type"] == "stream")
    printed, count = without_the_count(printed)
    page = NOTEBOOKS[name][1]
    assert words(printed) == published_output(page)
    assert re.search(r"^(\d+) of \1 published values agree\.$", count, re.MULTILINE), count
    if name.startswith("plot_"):
        assert [o for o in outputs if "image/png" in o.get("data", {})], "the notebook shows no figure"


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_metadata_of_each_script_leads_to_the_wheel_of_this_site(folder, address, name):
    text = (folder / name).read_text(encoding="utf-8")
    (block,) = re.findall(r"^# /// script\n((?:#.*\n)+?)# ///$", text, re.MULTILINE)
    metadata = tomllib.loads("".join(line.removeprefix("#").removeprefix(" ") for line in block.splitlines(True)))
    needed, *torch = map(Requirement, metadata["dependencies"])
    more = {name for name in ("jax", "pytensor") if re.search(rf"\b{name}\b", text.replace(block, ""))}
    assert (needed.name, needed.extras) == ("removable", {"torch", "tensorflow-cpu", "tutorial"} | more)
    # PyTorch is named by itself for uv, which is sent to PyTorch's own index for it alone.
    assert [*map(str, torch)] == ["torch"]
    assert [*metadata["tool"]["uv"]["sources"]] == ["torch"]
    # The address is the one that the site was built for; here it is served at another.
    path = urllib.parse.urlsplit(needed.url).path
    wheel = path[path.index("/dist/") :]
    assert fetch(address + wheel) == (folder / wheel.rpartition("/")[2]).read_bytes()


def run_archive(folder: Path) -> str:
    """Unpack the archive of everything, and run a script in it on the package in it.

    Return what that prints.
    """
    (path,) = folder.glob("*.zip")
    with zipfile.ZipFile(path) as archive:
        archive.extractall(folder / "unpacked")
    (top,) = (folder / "unpacked").iterdir()
    # Without the package that is installed, a script runs on it alone.
    (wheel,) = top.glob("*.whl")
    (top / "package").mkdir()
    in_environment(folder, f"python -m pip install --quiet --no-deps --target {top / 'package'} {wheel}")
    on_it = CLEAN | {"PYTHONPATH": str(top / "package")}
    return in_environment(folder, "python scripts/plot_figure_6.py", on_it, cwd=top)


def test_the_archive_holds_everything_and_runs(runs, folder):
    assert words(runs[ARCHIVE].result()) == published_output(SCRIPTS["plot_figure_6.py"][1])
    (top,) = (folder / "unpacked").iterdir()
    assert (top / "README.txt").read_text(encoding="utf-8").count("\n") == 3
    for name in SCRIPTS:
        assert (top / "scripts" / name).read_bytes() == (folder / name).read_bytes()
    assert {p.name for p in (top / "notebooks").iterdir()} == {*NOTEBOOKS}
    for page in pages():
        assert (top / "site" / page).exists(), page
    assert (top / "constraints.txt").read_bytes() == (folder / "constraints.txt").read_bytes()
