"""Break the build as machines do: it has to end in the same site or in one clear sentence.

Not collected with the other tests, for it builds the site many times over, in a temporary copy:
``nox -s faults`` runs it, ``nox -s faults -- -k killed`` a part of it. One clean build is the
reference; every fault ends with a build that must leave the very bytes of it. File systems are
mounted and networks cut off inside the temporary folder; that takes a Linux on which this user may
do so, and without one those tests skip themselves, unless ``REMOVABLE_REQUIRE_MOUNTS`` is set.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SEED = int(os.environ.get("REMOVABLE_FAULTS_SEED", "20211"))
MEASUREMENTS = {"guide/build.json"}
"""What a build measures of itself differs between two builds."""
LONGEST = 4 * 3600
"""Seconds after which a build is taken to have no end; a clean one takes eight minutes on two cores
that do nothing else."""

FRAMEWORKS = {"torch": "PyTorch", "tensorflow": "TensorFlow"}


def may(*command: str) -> bool:
    """Tell whether this user may do such a thing."""
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def needs(command: tuple[str, ...], what: str) -> pytest.MarkDecorator:
    """Skip a test on a machine that cannot run it, except where it is required."""
    required = os.environ.get("REMOVABLE_REQUIRE_MOUNTS")
    return pytest.mark.skipif(not required and not may(*command), reason=f"this user may not {what}")


needs_mounts = needs(("unshare", "-m", "mount", "-t", "tmpfs", "removable-test", "/mnt"), "mount a file system")
needs_no_network = needs(("unshare", "-n", "true"), "cut off the network")


class Tree:
    """A copy of this project in which anything may be broken."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.site = path / "_build" / "html"
        self.gallery = path / "docs" / "auto_gallery"

    def command(self, *before: str) -> list[str]:
        """Return what builds the site, after a command that starts another."""
        strict = ["-q", "-n", "-W", "--keep-going", "-b", "html", "-d", "_build/doctrees"]
        return [*before, sys.executable, "-m", "sphinx", *strict, "docs", "_build/html"]

    def environment(self, *shims: Path) -> dict[str, str]:
        """Return the environment in which it runs.

        Shims are folders with modules that come before all others.
        """
        outside = {k: v for k, v in os.environ.items() if k not in ("REMOVABLE_ONLY", "MPLBACKEND")}
        path = os.pathsep.join(map(str, (*shims, self.path / "tutorial_src")))
        return {**outside, "PYTHONPATH": path, "PYTHONNOUSERSITE": "1"}

    def build(self, *before: str, shims: tuple[Path, ...] = ()) -> subprocess.CompletedProcess[str]:
        """Build, to the end."""
        return subprocess.run(
            self.command(*before),
            cwd=self.path,
            env=self.environment(*shims),
            capture_output=True,
            text=True,
            check=False,
            timeout=LONGEST,
        )

    def start(self) -> subprocess.Popen[bytes]:
        """Begin to build, in a group of processes that can be killed as one."""
        return subprocess.Popen(
            self.command(),
            cwd=self.path,
            env=self.environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def looks_finished(self) -> bool:
        """Tell whether somebody could publish this."""
        return (self.site / "index.html").exists() and not (self.site / ".unfinished").exists()

    def first(self, pattern: str) -> Path:
        """Return the first file of a pattern."""
        return next(iter(sorted(self.path.glob(pattern))))


def site(tree: Tree) -> dict[str, str]:
    """Digests of everything that is published."""
    files = {p.relative_to(tree.site).as_posix(): p for p in sorted(tree.site.rglob("*")) if p.is_file()}
    return {n: hashlib.sha256(p.read_bytes()).hexdigest() for n, p in files.items() if n not in MEASUREMENTS}


def same(tree: Tree, reference: dict[str, str]) -> None:
    found = site(tree)
    differing = sorted(name for name in {*found, *reference} if found.get(name) != reference.get(name))
    assert not differing, f"{len(differing)} files differ from a clean build: {differing[:10]}"


def succeeds(tree: Tree, reference: dict[str, str], *before: str) -> None:
    done = tree.build(*before)
    assert done.returncode == 0, done.stderr[-3000:]
    same(tree, reference)


def refused(done: subprocess.CompletedProcess[str], tree: Tree, *words: str) -> None:
    """A build that stopped says why in its last line.

    It says nothing that only its developers understand.
    """
    assert done.returncode != 0, "the build takes itself for a success"
    assert "Traceback" not in done.stderr, done.stderr[-3000:]
    said = [line for line in done.stderr.splitlines() if line.strip()]
    assert len(said) == 1, f"more than one sentence, or none: {done.stderr[-3000:]}"
    assert not [word for word in words if word not in said[0]], said[0]


def populate(path: Path) -> None:
    """Copy what git knows, and what it would ask about."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (ROOT / name).is_file():
            (path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, path / name)
    if (ROOT / ".git").is_dir():
        shutil.copytree(ROOT / ".git", path / ".git", symlinks=True)


@pytest.fixture(scope="module")
def states(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the project before its first build, ``sources``, and after it, ``finished``."""
    folder = tmp_path_factory.mktemp("faults")
    populate(folder / "sources")
    shutil.copytree(folder / "sources", folder / "tree", symlinks=True)
    done = Tree(folder / "tree").build()
    assert done.returncode == 0, done.stderr[-3000:]
    (folder / "tree").rename(folder / "finished")
    return folder


@pytest.fixture(scope="module")
def reference(states: Path) -> dict[str, str]:
    found = site(Tree(states / "finished"))
    assert len(found) > 100
    return found


def restored(states: Path, name: str) -> Tree:
    """Put a state back to the one place in which everything is built, for Sphinx notices a move."""
    shutil.rmtree(states / "tree", ignore_errors=True)
    shutil.copytree(states / name, states / "tree", symlinks=True)
    return Tree(states / "tree")


@pytest.fixture
def sources(states: Path) -> Tree:
    return restored(states, "sources")


@pytest.fixture
def finished(states: Path) -> Tree:
    return restored(states, "finished")


# Killed


def scripts_done(count: int) -> Callable[[Tree, float], bool]:
    return lambda tree, since: len(list(tree.gallery.rglob("*.py.md5"))) >= count


def is_newer(paths: Iterable[Path], since: float) -> bool:
    """Tell whether one was written since then; what the last build has left was not."""
    with contextlib.suppress(FileNotFoundError):  # a file that is being replaced
        return any(path.stat().st_mtime > since for path in paths)
    return False


def is_reading(tree: Tree, since: float) -> bool:
    return is_newer((tree.path / "_build" / "doctrees").rglob("*.doctree"), since)


def is_writing(tree: Tree, since: float) -> bool:
    return is_newer(tree.site.rglob("*.html"), since)


def has_written(tree: Tree, since: float) -> bool:
    return is_newer(tree.site.glob("searchindex.js"), since)


MOMENTS: list[tuple[str, Callable[[Tree, float], bool], float]] = [
    ("as it starts", lambda tree, since: True, 6),
    ("in the gallery", scripts_done(1), 4),
    ("in the gallery, with chapters and the ledger beside it", scripts_done(3), 4),
    ("later in the gallery", scripts_done(6), 4),
    ("as it reads pages", is_reading, 0.5),
    ("further on in reading", is_reading, 4),
    ("as it writes pages", is_writing, 0.5),
    ("further on in writing", is_writing, 2),
    ("far on in writing", is_writing, 4),
    ("after the last page", has_written, 0.3),
]
"""When a build is killed: what has to have happened, and up to how many seconds later."""


def kill(tree: Tree, happened: Callable[[Tree, float], bool], delay: float) -> bool:
    """Build, and kill it and everything that it has started; return False if it was faster."""
    since = time.time()
    process = tree.start()
    try:
        while process.poll() is None and not happened(tree, since):
            time.sleep(0.01)
        time.sleep(delay)
        return process.poll() is None
    finally:
        with contextlib.suppress(ProcessLookupError):  # it has ended by itself
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def test_killed_at_ten_random_moments_it_goes_on(sources, reference):
    moments = random.Random(SEED)
    print(f"\nseed {SEED}")
    for when, happened, longest in MOMENTS:
        delay = moments.uniform(0, longest)
        # If it came to its end before, or all but the end of its process, what is there is right,
        # and is written once more.
        while not kill(sources, happened, delay) or sources.looks_finished():
            same(sources, reference)
            shutil.rmtree(sources.site)
            delay /= 2
        written = len(list(sources.site.rglob("*.html"))) if sources.site.exists() else 0
        done = len(list(sources.gallery.rglob("*.py.md5"))) if sources.gallery.exists() else 0
        print(f"killed {when}, {delay:.2f} s later: {done} scripts executed, {written} pages written")
    succeeds(sources, reference)


# Disks


@pytest.fixture
def mounted() -> Iterator[Callable[..., None]]:
    """Mount file systems, and take them away again in the end."""
    points: list[Path] = []

    def mount(*arguments: str, at: Path) -> None:
        subprocess.run(["mount", *arguments, str(at)], check=True)
        if at not in points:  # mounted once more with other options, it is still one mount
            points.append(at)

    yield mount
    for point in reversed(points):
        subprocess.run(["umount", "--lazy", str(point)], check=True)


@needs_mounts
@pytest.mark.parametrize(
    "folder",
    [
        "docs/auto_gallery",
        "_build/jupyter-cache",
        "_build/claims",
        "_build/saboteurs",
        "_build/inventories",
        "_build/doctrees",
        "_build/html",
        "_build",
        "",
    ],
)
def test_a_folder_that_is_read_only(folder, finished, reference, mounted):
    there = finished.path / folder
    mounted("--bind", str(there), at=there)
    mounted("-o", "remount,bind,ro", at=there)
    refused(finished.build(), finished, str(there), "writable")
    subprocess.run(["mount", "-o", "remount,bind,rw", str(there)], check=True)
    succeeds(finished, reference)


def free(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def resize(tree: Tree, spare: int) -> None:
    """Leave so many bytes free on the disk of a tree."""
    total = shutil.disk_usage(tree.path).used + spare
    subprocess.run(["mount", "-o", f"remount,size={total}", str(tree.path)], check=True)


MB = 2**20


@needs_mounts
def test_a_disk_that_fills_up_and_is_enlarged(states, reference, mounted):
    shutil.rmtree(states / "tree", ignore_errors=True)
    (states / "tree").mkdir()
    mounted("-t", "tmpfs", "-o", "size=1g", "removable-faults", at=states / "tree")
    shutil.copytree(states / "sources", states / "tree", symlinks=True, dirs_exist_ok=True)
    tree = Tree(states / "tree")
    refusals = 0
    for spare in (0, MB // 4, 2 * MB, 8 * MB, 24 * MB, 40 * MB):
        resize(tree, spare)
        done = tree.build()
        if done.returncode == 0:
            break
        refused(done, tree, "disk", "full")
        assert not tree.looks_finished()
        refusals += 1
        print(f"\nwith {spare / MB:.2f} MB left: {done.stderr.strip()}")
    assert refusals >= 4
    resize(tree, 500 * MB)
    succeeds(tree, reference)


@needs_mounts
@pytest.mark.parametrize("spare", [1, 6, 20, 45])
def test_a_disk_that_fills_up_while_pages_are_made(spare, states, reference, mounted):
    shutil.rmtree(states / "tree", ignore_errors=True)
    (states / "tree").mkdir()
    mounted("-t", "tmpfs", "-o", "size=1g", "removable-faults", at=states / "tree")
    left_out = shutil.ignore_patterns("html", "doctrees")
    shutil.copytree(states / "finished", states / "tree", symlinks=True, dirs_exist_ok=True, ignore=left_out)
    tree = Tree(states / "tree")
    resize(tree, spare * MB)
    done = tree.build()
    refused(done, tree, "disk", "full")
    assert not tree.looks_finished()
    resize(tree, 500 * MB)
    succeeds(tree, reference)


# Damage


def truncate(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def spoil(path: Path) -> None:
    path.write_bytes(b"\x00garbage\xff" * 50)


def test_damaged_results_are_made_again(finished, reference):
    scripts = sorted(path.with_suffix("").with_suffix("") for path in finished.gallery.rglob("plot_*.py.md5"))
    for script, (ending, damage) in zip(
        scripts,
        [(".rst", truncate), (".py.md5", spoil), (".codeobj.json", spoil), (".zip", truncate), (".ipynb", truncate)],
        strict=False,
    ):
        damage(script.with_suffix(ending))
    later = scripts[5:]
    images = [path.parent / "images" / f"sphx_glr_{path.stem}_001.svg" for path in later]
    truncate(next(path for path in images if path.exists()))
    spoil(next(path for path in reversed(images) if path.exists()).with_suffix(".json"))
    truncate(finished.first("_build/jupyter-cache/*/executed/*/base.ipynb"))
    spoil(finished.first("_build/claims/*.json"))
    truncate(finished.first("_build/saboteurs/*.json"))
    succeeds(finished, reference)


def empty_notebook(tree: Tree) -> None:
    """Damage that leaves a file which can be read: a chapter without its outputs."""
    path = tree.first("_build/jupyter-cache/*/executed/*/base.ipynb")
    notebook = json.loads(path.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        cell["outputs"] = []
    path.write_text(json.dumps(notebook), encoding="utf-8")
    os.utime(tree.first("docs/paper/*.md"))


DAMAGE: dict[str, Callable[[Tree], None]] = {
    "database": lambda tree: spoil(tree.first("_build/jupyter-cache/*/global.db")),
    "database-cut": lambda tree: truncate(tree.first("_build/jupyter-cache/*/global.db")),
    "notebook": empty_notebook,
    "environment": lambda tree: truncate(tree.path / "_build/doctrees/environment.pickle"),
    "doctree": lambda tree: truncate(tree.path / "_build/doctrees/index.doctree"),
    "page": lambda tree: truncate(tree.site / "index.html"),
    "figure": lambda tree: truncate(tree.first("_build/html/_images/*_dark.svg")),
    "no-page": lambda tree: (tree.site / "glossary.html").unlink(),
    "record": lambda tree: truncate(tree.first("_build/doctrees/finished-*.json")),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE.keys())
def test_damage(damage, finished, reference):
    damage(finished)
    succeeds(finished, reference)


# Network


@needs_no_network
def test_without_a_network(sources, reference):
    up = ("unshare", "-n", "sh", "-c", 'ip link set lo up && exec "$@"', "sh")
    succeeds(sources, reference, *up)


# Frameworks

HIDING = """\
import importlib.abc
import importlib.util
import sys


class Hidden(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == {module!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
        return None


found = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name == {module!r} else found(name, *rest)
sys.meta_path.insert(0, Hidden())
"""


def shim_hiding(folder: Path, module: str) -> Path:
    (folder / "sitecustomize.py").write_text(HIDING.format(module=module), encoding="utf-8")
    return folder


def shim_of_old_version(folder: Path, module: str) -> Path:
    about = folder / f"{module}-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {module}\nVersion: 1.0\n", encoding="utf-8")
    (about / "top_level.txt").write_text(f"{module}\n", encoding="utf-8")
    return folder


def shim_broken(folder: Path, module: str) -> Path:
    (folder / f"{module}.py").write_text("raise OSError('libsomething.so.1: no such file')\n", encoding="utf-8")
    return folder


SHIMS = {
    "missing": (shim_hiding, "is not installed; run: python -m pip install"),
    "old": (shim_of_old_version, "1.0 is installed and"),
    "broken": (shim_broken, "cannot be imported (OSError: libsomething.so.1: no such file)"),
}


@pytest.mark.parametrize("module", FRAMEWORKS)
@pytest.mark.parametrize(("shim", "words"), SHIMS.values(), ids=SHIMS.keys())
def test_a_framework_that_is_missing_old_or_broken(module, shim, words, sources, tmp_path):
    done = sources.build(shims=(shim(tmp_path, module),))
    refused(done, sources, FRAMEWORKS[module], words)
    assert not sources.looks_finished()


def test_after_a_refusal_the_site_is_as_it_was(finished, reference, tmp_path):
    refused(finished.build(shims=(shim_hiding(tmp_path, "torch"),)), finished, "PyTorch is not installed")
    same(finished, reference)
    succeeds(finished, reference)
