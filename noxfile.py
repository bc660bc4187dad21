"""The project's sessions: ``nox -l`` lists them, README.md says when to use which."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import nox

# With pip: other installers pass over a local build of PyTorch and fetch CUDA.
nox.options.default_venv_backend = "venv"
nox.options.reuse_venv = "yes"
nox.options.sessions = ["docs", "tests"]

ROOT = Path(__file__).parent
BUILD = ROOT / "_build"
SITE = BUILD / "html"
PAGES = BUILD / "prose" / "html"
EVERYTHING = "frameworks-cpu,docs,test"


def run(session: nox.Session, *command: str, **env: str) -> None:
    """Run a program from outside the environment that nox makes for this session."""
    session.run(*command, external=True, env={"PYTHONNOUSERSITE": "1", **env})


def environment(session: nox.Session, name: str, extras: str) -> str:
    """Return the Python of the environment ``.nox/NAME``, with this project and some of its extras.

    nox gives each session an environment of its own. The frameworks take 4 GB, so the sessions that
    need them share one. It is made on first use, and again when the requirements or the pins
    change.
    """
    folder = ROOT / ".nox" / name
    python = str(folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
    project = nox.project.load_toml(ROOT / "pyproject.toml")["project"]
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8")
    needed = json.dumps([project, pins, extras, sys.version, sys.base_prefix, str(ROOT)])
    digest = hashlib.sha256(needed.encode()).hexdigest()
    stamp = folder / "installed"
    if stamp.exists() and stamp.read_text() == digest:
        return python
    session.log(f"installing removable[{extras}] into .nox/{name}; the next run finds it there")
    run(session, sys.executable, "-m", "venv", "--clear", str(folder))
    bar = "on" if sys.stdout.isatty() else "off"  # in a log: a line for each package
    install = ("-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", bar)
    run(session, python, *install, "-c", "constraints.txt", "-e", f".[{extras}]")
    stamp.write_text(digest)
    return python


def shared_python(session: nox.Session) -> str:
    """Return the Python that has the frameworks."""
    return environment(session, "frameworks", EVERYTHING)


def prose_python(session: nox.Session) -> str:
    """Return a Python that builds pages and has no framework."""
    return environment(session, "prose", "tutorial,docs,preview")


@contextlib.contextmanager
def beside(session: nox.Session, *command: str, **env: str) -> Iterator[None]:
    """Run a command in the background, and fail at the end if it failed."""
    session.log(f"in the background: {' '.join(command)}")
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONNOUSERSITE": "1", **env}) as process:
        try:
            yield
        except BaseException:
            process.terminate()
            raise
    if process.returncode:
        session.error(f"{' '.join(command)} ended with status {process.returncode}; see above")


def sphinx(session: nox.Session, python: str, builder: str, doctrees: str, *options: str, **env: str) -> None:
    """Build the site, or something else from its sources; any warning is an error."""
    try:
        BUILD.mkdir(exist_ok=True)
    except OSError as error:
        session.error(f"{BUILD} cannot be made ({error.strerror}): make {ROOT} writable and build again")
    strict = ("-q", "-n", "-W", "--keep-going")
    folders = ("-d", str(BUILD / doctrees), "docs", str(BUILD / builder))
    run(session, python, "-m", "sphinx", *strict, "-b", builder, *options, *folders, **env)


def site(session: nox.Session, python: str) -> None:
    """Build the site; what has not changed is neither executed nor written again."""
    sphinx(session, python, "html", "doctrees")
    session.log((BUILD / "page-weight.txt").read_text(encoding="utf-8").partition("\n\n")[0])


@nox.session(python=False)
def docs(session: nox.Session) -> None:
    """Build the site and run all doctests; with the name of a script, execute that one only."""
    known = sorted(path.stem for path in (ROOT / "gallery").rglob("plot_*.py"))
    if unknown := [name for name in session.posargs if name not in known]:
        session.error(f"the gallery has no script {unknown[0]!r}; give one of {', '.join(known)}")
    python = shared_python(session)
    if session.posargs:
        sphinx(session, python, "html", "doctrees", REMOVABLE_ONLY=rf"/(?:{'|'.join(session.posargs)})\.py$")
        session.log(f"a partial site is in {SITE}")
        return
    site(session, python)
    session.log(f"the site is in {SITE}")


@nox.session(python=False)
def tests(session: nox.Session) -> None:
    """Bring the site up to date and run the tests; with paths, those tests alone.

    With paths the site is built only if one of them is in ``tests/site``, since no other test looks
    at it. Options of pytest are passed on.
    """
    python = shared_python(session)
    # loadfile: the tests of a file run in one process, so that its fixtures are set up once. One
    # thread for each process: more threads than cores would slow each other down.
    pytest = (python, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile")
    if session.posargs:
        paths = given_paths(session.posargs)
        if not paths or any(looks_at_the_site(path) for path in paths):
            site(session, python)
        run(session, *pytest, *(() if paths else ("tests",)), *session.posargs, OMP_NUM_THREADS="1")
        return
    # The tests that do not look at the site run while it is built.
    with beside(session, *pytest, "tests", "--ignore=tests/site", OMP_NUM_THREADS="1"):
        site(session, python)
        run(session, *pytest, "tests/site", OMP_NUM_THREADS="1")


def given_paths(words: Iterable[str]) -> list[Path]:
    """Return the files and folders among the arguments of pytest, also those of ``FILE::TEST``."""
    return [path for word in words if (path := (ROOT / word.partition("::")[0]).resolve()).exists()]


def looks_at_the_site(path: Path) -> bool:
    """Tell whether tests of the built site are in this file or folder."""
    tests_of_the_site = (ROOT / "tests" / "site").resolve()
    return path.is_relative_to(tests_of_the_site) or tests_of_the_site.is_relative_to(path)


@nox.session(python=False)
def prose(session: nox.Session) -> None:
    """Build all pages without the frameworks, executing nothing; each page says so."""
    build_prose(session, prose_python(session), "-W")
    session.log(f"the pages are in {PAGES}; nothing was executed for them")


@nox.session(python=False)
def preview(session: nox.Session) -> None:
    """Show all pages on a local address; reload them when a source is saved; execute nothing."""
    python = prose_python(session)
    build_prose(session, python)
    watched = ("--watch", "gallery", "--watch", "tutorial_src", "--watch", "CONTRIBUTING.md")
    written = ("--ignore", "docs/auto_gallery", "--re-ignore", "__pycache__")
    server = ("-m", "sphinx_autobuild", "--no-initial", "--host", "127.0.0.1", "--port", "8000")
    session.log("press Ctrl+C to stop")
    run(session, python, *server, *watched, *written, "-q", *PROSE, *session.posargs, REMOVABLE_EXECUTE="0")


PROSE = ("-n", "-d", str(BUILD / "prose" / "doctrees"), "docs", str(PAGES))
"""Arguments of Sphinx for pages without execution."""


def build_prose(session: nox.Session, python: str, *options: str) -> None:
    """Write all pages anew: results of the last build of the site may have changed since."""
    session.log("building all pages, about a minute")
    run(session, python, "-m", "sphinx", "-E", "-a", "--keep-going", *options, *PROSE, REMOVABLE_EXECUTE="0")


@nox.session(python=False)
def doctest(session: nox.Session) -> None:
    """Run the doctests alone, without building a page: scripts, chapters and docstrings."""
    python = shared_python(session)
    what = session.posargs or ["gallery", "docs", "tutorial_src"]
    run(session, python, "-m", "pytest", "-q", "--doctest-modules", *what)


@nox.session(python=False)
def verify(session: nox.Session) -> None:
    """Test the claims of the paper and print the ledger; with the names of claims, those alone."""
    run(session, shared_python(session), "-m", "removable.claims", *session.posargs)


@nox.session(python=False)
def bench(session: nox.Session) -> None:
    """Measure sweeps, the remedy, the probe beside other tools, the build and the explorer."""
    python = shared_python(session)
    site(session, python)
    run(session, python, "-m", "pytest", "-q", "-s", "benchmarks", *session.posargs)


@nox.session(python=False)
def linkcheck(session: nox.Session) -> None:
    """Look up every link to the outside, executing nothing."""
    nothing = "(?!)"  # a pattern that no script matches
    options = ("-D", "nb_execution_mode=off")
    python = shared_python(session)
    sphinx(session, python, "linkcheck", "doctrees-linkcheck", *options, REMOVABLE_ONLY=nothing)


@nox.session(python=False)
def downloads(session: nox.Session) -> None:
    """Use the downloads of the site as a reader does; with --built, of the site as it is."""
    python = shared_python(session)
    if "--built" not in session.posargs:
        site(session, python)
    elif not (SITE / "index.html").exists() or (SITE / ".unfinished").exists():
        session.error(f"{SITE} holds no finished site; leave --built away, or run: nox -s docs")
    others = [word for word in session.posargs if word != "--built"]
    run(session, python, "-m", "pytest", "-q", "checks/as_a_reader.py", *others)


@nox.session(python=False)
def faults(session: nox.Session) -> None:
    """Check that builds on full disks, with damaged caches or killed end in the same site."""
    run(session, shared_python(session), "-m", "pytest", "-q", "-ra", "checks/faults.py", *session.posargs)


@nox.session(python=False)
def mutants(session: nox.Session) -> None:
    """Alter constants and meanings, one at a time: a test objects; with names, in those files."""
    python = shared_python(session)
    run(session, python, "checks/mutants.py", *session.posargs)
    if not session.posargs:
        run(session, python, "checks/mutants_by_hand.py")


@nox.session(python=False)
def reproducible(session: nox.Session) -> None:
    """Build the site twice, in two folders with different hash seeds, and compare every byte."""
    run(session, shared_python(session), "checks/reproducible.py", *session.posargs)


@nox.session
def oldest(session: nox.Session) -> None:
    """Check everything with the lowest versions allowed.

    An argument such as ``torch==2.13.0`` holds that package fixed.
    """
    kept, pins = kept_fixed(session), str(Path(session.create_tmp(), "lowest.txt"))
    session.install("--quiet", "uv")  # pip knows no lowest versions
    extras = (word for extra in EVERYTHING.split(",") for word in ("--extra", extra))
    # Without the sources of pyproject.toml: PyTorch comes from where pip finds it.
    how = ("--quiet", "--no-sources", "--resolution", "lowest-direct", "--constraint", kept, "--output-file", pins)
    session.run_install("python", "-m", "uv", "pip", "compile", "pyproject.toml", *extras, *how, silent=True)
    session.install("--quiet", "--constraint", pins, "--editable", f".[{EVERYTHING}]")
    session.run("python", "checks/versions.py", "oldest", *session.posargs)


@nox.session
def newest(session: nox.Session) -> None:
    """Check everything with the newest versions that pip finds, whatever constraints.txt says."""
    new = ("--upgrade", "--upgrade-strategy", "eager")
    session.install("--quiet", *new, "--constraint", kept_fixed(session), "--editable", f".[{EVERYTHING}]")
    session.run("python", "checks/versions.py", "newest", *session.posargs)


def kept_fixed(session: nox.Session) -> str:
    """Write the requirements given on the command line to a file of constraints.

    Return its path.
    """
    if wrong := [word for word in session.posargs if "==" not in word]:
        session.error(f"{wrong[0]!r} fixes no version; give requirements such as torch==2.13.0")
    path = Path(session.create_tmp(), "kept.txt")
    path.write_text("".join(f"{word}\n" for word in session.posargs), encoding="utf-8")
    return str(path)


LINTERS = (
    # Packages to install, at the versions in constraints.txt, and the command to run.
    ("", "python checks/pins.py"),
    ("hatchling twine", "python checks/metadata.py"),
    ("ruff", "ruff format --check ."),
    ("ruff", "ruff check ."),
    ("codespell", "codespell"),
    ("import-linter", "lint-imports --no-cache"),
    ("mypy numpy", "mypy"),  # reads NumPy's types, and those of no framework
)


@nox.session
def lint(session: nox.Session) -> None:
    """Check pins, metadata, formatting, lint, spelling, which module imports which, and types."""
    packages = sorted({package for packages, _ in LINTERS for package in packages.split()})
    session.install("--quiet", "-c", "constraints.txt", *packages)
    for _, command in LINTERS:
        session.run(*command.split(), env={"PYTHONPATH": "tutorial_src"})


@nox.session(python=False)
def serve(session: nox.Session) -> None:
    """Show the built site on a local address."""
    if not (SITE / "index.html").exists():
        session.error("there is no site yet; run: nox -s docs")
    session.log("press Ctrl+C to stop")
    run(session, sys.executable, "-m", "http.server", "--bind", "127.0.0.1", "--directory", str(SITE), *session.posargs)
