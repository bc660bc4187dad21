"""The project's sessions: ``nox -l`` lists them, README.md says when to use which."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import subprocess
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from pathlib import Path

import nox
from packaging.requirements import Requirement  # nox itself needs it

nox.options.default_venv_backend = (
    "venv"  # with pip: other installers pass over a local build of PyTorch and fetch CUDA
)
nox.options.reuse_venv = "yes"
nox.options.sessions = ["docs", "tests"]

ROOT = Path(__file__).parent
BUILD = ROOT / "_build"
SITE = BUILD / "html"
ENVIRONMENT = ROOT / ".nox" / "frameworks"
NEVER_IMPORTED = "/(tests?|testing/_internal|numba|pip)/"
"""Folders of modules that no session imports: to compile them, too, takes longer."""


def digest(paths: Iterable[Path], *words: str) -> str:
    """Digest of files and words, to tell whether anything has changed."""
    result = hashlib.sha256("\0".join(words).encode())
    for path in sorted(paths):
        result.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return result.hexdigest()


def shared_python(session: nox.Session) -> str:
    """Return the Python of the one environment that holds the frameworks, made on first use.

    nox gives each session an environment of its own; these sessions need the same gigabytes, and install them once.
    """
    python = str(ENVIRONMENT / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
    stamp = ENVIRONMENT / "installed"
    wanted = digest([ROOT / "pyproject.toml", ROOT / "constraints.txt"], sys.version, sys.base_prefix, str(ROOT))
    if not stamp.exists() or stamp.read_text() != wanted:
        run(session, sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT))
        # Compiled by pip the frameworks take a minute more; by nobody, every process that cannot keep what it has compiled
        # for itself, as in a build of the site, does so again.
        install = (python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile")
        install += ("-c", "constraints.txt")
        project = nox.project.load_toml(ROOT / "pyproject.toml")["project"]
        extras = project["optional-dependencies"]
        (named,) = map(Requirement, extras["frameworks-cpu"])
        frameworks = [requirement for name in sorted(named.extras) for requirement in extras[name]]
        packages = Path(sysconfig.get_path("purelib", "venv", {"base": str(ENVIRONMENT)}))
        # pip works on one core. The frameworks themselves, half of all there is, are unpacked and compiled on the other; what
        # needs them, and what they need, comes when both are done.
        rest = (*project["dependencies"], *extras["docs"], *extras["test"])
        with beside(session, *install, "--no-warn-conflicts", *rest):
            run(session, *install, "--no-deps", *frameworks)
            folders = [packages / module for module in ("torch", "tensorflow", "jax", "pytensor")]
            session.run(*compiling(python, folders, at_once=1), external=True, success_codes=[0, 1])
        with beside(session, *compiling(python, packages.iterdir()), success_codes=(0, 1)):
            run(session, *install, "-e", ".[frameworks-cpu,docs,test]")
        session.run(*compiling(python, [packages]), external=True, success_codes=[0, 1])
        stamp.write_text(wanted)
    return python


def compiling(python: str, folders: Iterable[Path], at_once: int = 0) -> tuple[str, ...]:
    """Return the command that compiles what has not been, on all cores or some; among packages' tests is what is meant to fail."""
    return (python, "-m", "compileall", "-qq", "-j", str(at_once), "-x", NEVER_IMPORTED, *map(str, folders))


def run(session: nox.Session, *command: str, **env: str) -> None:
    """Run a command that is not installed by this session."""
    session.run(*command, external=True, env={"PYTHONNOUSERSITE": "1", **env})


@contextlib.contextmanager
def beside(session: nox.Session, *command: str, success_codes: Iterable[int] = (0,), **env: str) -> Iterator[None]:
    """Run a command with what something else leaves it of the processor; then wait for it, and fail if it has."""
    polite = {"preexec_fn": functools.partial(os.nice, 10)} if hasattr(os, "nice") else {}
    session.log(f"meanwhile: {' '.join(command)[:300]}")
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONNOUSERSITE": "1", **env}, **polite) as process:
        try:
            yield
        except BaseException:
            process.terminate()
            raise
    if process.returncode not in success_codes:
        session.error(f"{' '.join(command)} ended with status {process.returncode}; see above")


def sphinx(session: nox.Session, python: str, builder: str, doctrees: str, *options: str, **env: str) -> None:
    """Build the site, or something else from its sources; any warning is an error."""
    output = BUILD / builder
    try:
        BUILD.mkdir(exist_ok=True)
    except OSError as error:
        session.error(f"{BUILD} cannot be made ({error.strerror}): make {ROOT} writable and build again")
    strict = ("-q", "-n", "-W", "--keep-going")
    run(
        session,
        python,
        "-m",
        "sphinx",
        *strict,
        "-b",
        builder,
        "-d",
        str(BUILD / doctrees),
        *options,
        "docs",
        str(output),
        **env,
    )


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
    """Bring the site up to date, and run the tests; those that do not look at it begin at once."""
    python = shared_python(session)
    # A file of tests stays with one of the two processes: what it sets up is set up once. One thread each, for more of them
    # would wait for each other.
    pytest = (python, "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile")
    if session.posargs:
        site(session, python)
        run(session, *pytest, "tests", *session.posargs, OMP_NUM_THREADS="1")
        return
    with beside(session, *pytest, "tests", "--ignore=tests/site", OMP_NUM_THREADS="1"):
        site(session, python)
        run(session, *pytest, "tests/site", OMP_NUM_THREADS="1")


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
    """Measure sweeps, the remedy and the build against what is bare, and how soon the explorer answers."""
    python = shared_python(session)
    site(session, python)
    run(session, python, "-m", "pytest", "-q", "-s", "benchmarks", *session.posargs)


@nox.session(python=False)
def linkcheck(session: nox.Session) -> None:
    """Look up every link to the outside, executing nothing."""
    nothing = "(?!)"  # a pattern that no script matches
    options = ("-D", "nb_execution_mode=off")
    sphinx(session, shared_python(session), "linkcheck", "doctrees-linkcheck", *options, REMOVABLE_ONLY=nothing)


@nox.session(python=False)
def downloads(session: nox.Session) -> None:
    """Download from the site as a reader does, install what its page says, run, compare; with --built, from the site as it is."""
    python = shared_python(session)
    if "--built" not in session.posargs:
        site(session, python)
    elif not (SITE / "index.html").exists() or (SITE / ".unfinished").exists():
        session.error(f"{SITE} holds no finished site; leave --built away, or run: nox -s docs")
    others = [word for word in session.posargs if word != "--built"]
    run(session, python, "-m", "pytest", "-q", "checks/as_a_reader.py", *others)


@nox.session(python=False)
def faults(session: nox.Session) -> None:
    """Kill builds, fill disks, damage caches, hide frameworks, in a temporary copy: the site comes out the same."""
    run(session, shared_python(session), "-m", "pytest", "-q", "-ra", "checks/faults.py", *session.posargs)


@nox.session(python=False)
def mutants(session: nox.Session) -> None:
    """Alter constants, then meanings, one at a time, and see that something objects; with names of scripts or modules, those."""
    python = shared_python(session)
    run(session, python, "checks/mutants.py", *session.posargs)
    if not session.posargs:
        run(session, python, "checks/mutants_by_hand.py")


@nox.session(python=False)
def reproducible(session: nox.Session) -> None:
    """Build the site twice, in different folders with different hash seeds, and compare every byte."""
    run(session, shared_python(session), "checks/reproducible.py", *session.posargs)


EVERYTHING = "frameworks-cpu,docs,test"


@nox.session
def oldest(session: nox.Session) -> None:
    """Check everything with the lowest versions allowed; with a requirement such as torch==2.13.0, with that held fixed."""
    kept, pins = kept_fixed(session), str(Path(session.create_tmp(), "lowest.txt"))
    session.install("--quiet", "uv")  # pip knows no lowest versions
    extras = (word for extra in EVERYTHING.split(",") for word in ("--extra", extra))
    how = ("--quiet", "--resolution", "lowest-direct", "--constraint", kept, "--output-file", pins)
    session.run_install("python", "-m", "uv", "pip", "compile", "pyproject.toml", *extras, *how, silent=True)
    session.install("--quiet", "--constraint", pins, "--editable", f".[{EVERYTHING}]")
    session.run("python", "checks/versions.py", "oldest", *session.posargs)


@nox.session
def newest(session: nox.Session) -> None:
    """The same with the newest versions that pip finds, whatever constraints.txt says."""
    new = ("--upgrade", "--upgrade-strategy", "eager")
    session.install("--quiet", *new, "--constraint", kept_fixed(session), "--editable", f".[{EVERYTHING}]")
    session.run("python", "checks/versions.py", "newest", *session.posargs)


def kept_fixed(session: nox.Session) -> str:
    """Write the requirements given on the command line to a file of constraints; return its path."""
    if wrong := [word for word in session.posargs if "==" not in word]:
        session.error(f"{wrong[0]!r} fixes no version; give requirements such as torch==2.13.0")
    path = Path(session.create_tmp(), "kept.txt")
    path.write_text("".join(f"{word}\n" for word in session.posargs), encoding="utf-8")
    return str(path)


@nox.session
def lint(session: nox.Session) -> None:
    """Check formatting, lint, spelling, which module imports which, and types."""
    session.install("--quiet", "-c", "constraints.txt", "ruff", "codespell", "import-linter", "mypy", "numpy")
    session.run("ruff", "format", "--check", ".")
    session.run("ruff", "check", ".")
    session.run("codespell")
    session.run("lint-imports", "--no-cache", env={"PYTHONPATH": "tutorial_src"})
    session.run("mypy")  # reads NumPy's types, and those of no framework


@nox.session(python=False)
def serve(session: nox.Session) -> None:
    """Show the built site on a local address."""
    if not (SITE / "index.html").exists():
        session.error("there is no site yet; run: nox -s docs")
    session.log("press Ctrl+C to stop")
    run(session, sys.executable, "-m", "http.server", "--bind", "127.0.0.1", "--directory", str(SITE), *session.posargs)
