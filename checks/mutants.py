"""Alter one constant or operator at a time: a published value, a test or the ledger must object.

``nox -s mutants`` runs it: ``python checks/mutants.py [NAME ...] [--each N]``, where a name is that
of a script or module.

*What is altered.* In every gallery script a number; in ``functions``, ``regions`` and ``truth`` a
number, a comparison or an operation. A whole number gains one, another is doubled, zero becomes
one; ``<`` becomes ``<=`` and the like, ``+`` becomes ``-``, ``*`` becomes ``/``. Left alone in a
script is what nobody could assert: numbers inside calls that draw or print, inside f-strings, in
what is assigned to a name that only such calls read (:func:`only_shown`) and no test of the script
asks for (:func:`asked_for`), and the numbers for which a loop prints a line each. The order of a
derivative becomes one less, since one more computes the same and something besides.

*Which.* From all that could be altered, ``--each`` per file (3 in a script and 8 in a module unless
told), chosen by a digest of the altered line. The choice looks random and does not move when other
lines of the file change.

*What counts as caught.* A script's own doctests, or an exception, or that it does not come to its
end. For a module its doctests and the tests of all three modules, then every script and chapter,
then the ledger.

*What is known to survive* stands in ``mutants.toml`` with the reason. One that is listed and
caught, or listed and not among the candidates, is an error too: the list cannot rot.

mutmut and cosmic-ray know nothing of doctests in the comments of a script. Here a process imports
the frameworks, which takes longer than nearly any script, and runs the mutants of one script after
another, each in a clean namespace. A mutant of a module is a copy of the package, which up to four
commands are run on. The files of the tree are never written.
"""

from __future__ import annotations

import argparse
import ast
import contextlib
import functools
import hashlib
import io
import multiprocessing
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "tutorial_src"
PACKAGE = SOURCE / "removable"
KNOWN = Path(__file__).with_name("mutants.toml")
MODULES = tuple(PACKAGE / f"{name}.py" for name in ("functions", "sweeps/regions", "truth"))
PER_SCRIPT, PER_MODULE = 3, 8
LONGEST = 4 * 3600
"""Seconds after which tests, scripts and chapters are taken to have no end; a busy machine has been
seen to need 600."""

AS_IT_IS = 900
"""Seconds of processor time after which a script without a change is taken to have no end; the
longest needs 60."""

WORKERS = 2

# What draws or prints: functions by their name, methods by the name of what they are called on.
_SHOWING = {"print", "plots", "plt", "fig", "ax", "axes", "axis", "cursor"}
_SHOWING_METHODS = {"format", "table"}
_OPERATORS = {
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Add: ("+", "-"),
    ast.Sub: ("-", "+"),
    ast.Mult: ("*", "/"),
    ast.Div: ("/", "*"),
    ast.Pow: ("**", "*"),
}


class Mutant(NamedTuple):
    """One file with one change: ``start`` and ``end`` are offsets in its text."""

    path: Path
    start: int
    end: int
    replacement: str

    @property
    def original(self) -> str:
        """The text of the file as it is."""
        return _text(self.path)

    @property
    def source(self) -> str:
        """The text of the file with the change."""
        return self.original[: self.start] + self.replacement + self.original[self.end :]

    @property
    def line(self) -> int:
        """The number of the changed line."""
        return self.original.count("\n", 0, self.start) + 1

    @property
    def change(self) -> tuple[str, str]:
        """The line as it is and as it becomes."""
        return tuple(text.split("\n")[self.line - 1].strip() for text in (self.original, self.source))

    def __str__(self) -> str:
        was, becomes = self.change
        return f"{self.path.relative_to(ROOT).as_posix()}:{self.line}  {was}  ->  {becomes}"


class Outcome(NamedTuple):
    """What became of a mutant: ``caught`` says by what, and is empty when nothing objected."""

    mutant: Mutant
    caught: str
    seconds: float


class _Timeout(BaseException):
    """A mutant does not come to its end. Not an :class:`Exception`, which a script might catch."""


@functools.cache
def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def scripts() -> list[Path]:
    """Every script of the gallery."""
    return sorted((ROOT / "gallery").rglob("plot_*.py"))


def altered_number(value: complex) -> str:
    """Return another number.

    It is not so near that rounding could hide it, and not so far that the program becomes another
    one.

    Examples
    --------
    >>> [altered_number(n) for n in (0, 3, 1e-9, 0.0)]
    ['1', '4', '2e-09', '1.0']
    """
    if isinstance(value, int):
        return str(value + 1)
    return repr(2 * value or 1.0)


def _root(node: ast.AST) -> str:
    """Return the name that a chain of attributes, calls and subscripts begins with."""
    while isinstance(node, ast.Attribute | ast.Call | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


def _shows(node: ast.AST) -> bool:
    """Tell a call that draws or prints, or a piece of text, from everything else."""
    if isinstance(node, ast.JoinedStr):
        return True
    if not isinstance(node, ast.Call):
        return False
    method = isinstance(node.func, ast.Attribute) and node.func.attr in _SHOWING_METHODS
    return method or _root(node.func) in _SHOWING


def _is_table(node: ast.AST) -> bool:
    """Tell whether a node is a loop over literal numbers that prints a line for each.

    With another number it prints another true line.
    """
    if not isinstance(node, ast.For):
        return False
    lists = [n for n in ast.walk(node.iter) if isinstance(n, ast.Tuple | ast.List)]
    numbers = any(isinstance(e, ast.Constant | ast.UnaryOp) for n in lists for e in n.elts)
    return numbers and any(isinstance(n, ast.Call) and _root(n.func) == "print" for n in ast.walk(node))


def _names(nodes: Iterable[ast.AST], context: type[ast.expr_context]) -> set[str]:
    return {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, context)}


def _stores_only(node: ast.AST, shown: set[str]) -> bool:
    """Tell an assignment to nothing but names that are only shown."""
    if not isinstance(node, ast.Assign):
        return False
    names = {name for target in node.targets for name in _names(ast.walk(target), ast.Store)}
    return bool(names) and names <= shown


def _matters(node: ast.AST, shown: set[str]) -> Iterator[ast.AST]:
    """Walk a tree, leaving out what draws or prints and what is assigned for that only."""
    if not _shows(node) and not _stores_only(node, shown):
        yield node
        for child in ast.iter_child_nodes(node):
            yield from _matters(child, shown)


def asked_for(script: Path) -> set[str]:
    """Return the variables that the tests of a script take as arguments; it need not have tests."""
    tests = ROOT / "tests" / "gallery" / script.name
    if not tests.exists():
        return set()
    functions = [node for node in ast.parse(_text(tests)).body if isinstance(node, ast.FunctionDef)]
    return {argument.arg for test in functions if test.name.startswith("test_") for argument in test.args.args}


def only_shown(tree: ast.Module, prose: str, tested: set[str] = frozenset()) -> set[str]:
    """Return the names that code reads only to draw or to print.

    Neither a doctest in the prose nor a test reads them.
    """
    assigned = _names(ast.walk(tree), ast.Store) - tested
    prompts = set(re.findall(r"\w+", " ".join(re.findall(r"(?:>>>|\.\.\.) (.*)", prose))))
    shown: set[str] = set()
    while True:  # what only a name of these reads is one of these
        before = shown
        shown = assigned - prompts - _names(_matters(tree, shown), ast.Load)
        if shown == before:
            return shown


def candidates(path: Path) -> list[Mutant]:
    """List all that could be altered in a file, in its order."""
    text = _text(path)
    starts = [0]
    for line in text.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))

    def offset(line: int, column: int) -> int:
        # ast counts columns in bytes
        row = text[starts[line - 1] : starts[line]].encode()
        return starts[line - 1] + len(row[:column].decode())

    tree = ast.parse(text)
    is_script = path not in MODULES
    shown = only_shown(tree, text, asked_for(path)) if is_script else set()
    found = []

    def number(node: ast.Constant, becomes: str) -> Mutant:
        start, end = offset(node.lineno, node.col_offset), offset(node.end_lineno, node.end_col_offset)
        return Mutant(path, start, end, becomes)

    def visit(node: ast.AST) -> None:
        if is_script and _shows(node):
            return
        if is_script and _stores_only(node, shown):
            return
        if is_script and _is_table(node):
            for child in node.body:
                visit(child)
            return
        if isinstance(node, ast.keyword) and node.arg == "order" and isinstance(node.value, ast.Constant):
            # One order more leaves the lower ones as they are; one less is missed.
            if node.value.value:
                found.append(number(node.value, str(node.value.value - 1)))
            return
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            found.append(number(node, altered_number(node.value)))
        if not is_script and isinstance(node, ast.Compare | ast.BinOp):
            operands = [node.left, *(node.comparators if isinstance(node, ast.Compare) else [node.right])]
            operators = node.ops if isinstance(node, ast.Compare) else [node.op]
            for left, operator, right in zip(operands, operators, operands[1:], strict=False):
                if type(operator) in _OPERATORS:
                    was, becomes = _OPERATORS[type(operator)]
                    start = text.index(was, offset(left.end_lineno, left.end_col_offset))
                    if start < offset(right.lineno, right.col_offset):
                        found.append(Mutant(path, start, start + len(was), becomes))
        for child in ast.iter_child_nodes(node):
            visit(child)

    visit(tree)
    return sorted(found, key=lambda mutant: mutant.start)


def chosen(path: Path, number: int) -> list[Mutant]:
    """Choose that many of the candidates of a file, by a digest of their change."""
    everything = candidates(path)

    def digest(mutant: Mutant) -> str:
        same = [other.start for other in everything if other.change == mutant.change]
        return hashlib.sha256(
            "\0".join((path.stem, *mutant.change, str(same.index(mutant.start)))).encode()
        ).hexdigest()

    return sorted(sorted(everything, key=digest)[:number], key=lambda mutant: mutant.start)


def _stop(signal_number: int, frame: object) -> None:
    raise _Timeout


def _run_script(path: Path, source: str, seconds: float) -> str:
    """Run a script with its doctests in this process; return what went wrong, in a few words."""
    import matplotlib.pyplot as plt
    from _extensions.execute import script_doctests, script_isolation

    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder, path.name)
        copy.write_text(source, encoding="utf-8")
        blocks = script_doctests.blocks_of_script.__wrapped__(str(copy))
    script_isolation.reset({}, str(path), "before")
    # Processor time of this process, which does not go on faster when others take the processor
    # away.
    signal.signal(signal.SIGPROF, _stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            script_doctests.run(blocks, {"__name__": "__main__"}, str(path))
    except script_doctests.DoctestError as error:
        example = re.search(r"Failed example:\n\s*(.*)", str(error))
        return f"doctest {example[1]}" if example else "doctest"
    except _Timeout:
        return f"no end within {seconds:.0f} s of processor time"
    except Exception as error:
        return f"{type(error).__name__}: {error}".split("\n")[0]
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        plt.close("all")
    return ""


def _prepare(source: str) -> None:
    """Prepare a process for scripts: extensions of the build, no screen, the frameworks imported.

    Each framework is imported once.
    """
    sys.path[:0] = [source, str(ROOT / "docs")]
    import matplotlib

    matplotlib.use("agg")
    import removable  # noqa: F401
    import tensorflow  # noqa: F401
    import torch  # noqa: F401


def try_script(path: Path, mutants: list[Mutant]) -> list[Outcome]:
    """Run a script as it is, then with each of its mutants."""
    started = time.process_time()
    if trouble := _run_script(path, _text(path), AS_IT_IS):
        raise SystemExit(f"{path.relative_to(ROOT)} fails as it is: {trouble}. Mend that first.")
    # Twenty seconds for what the first run has compiled or imported, and ten times its work: a loop
    # that ends is not cut off.
    limit = 20 + 10 * (time.process_time() - started)
    outcomes = []
    for mutant in mutants:
        started = time.perf_counter()
        caught = _run_script(path, mutant.source, limit)
        outcomes.append(Outcome(mutant, caught, time.perf_counter() - started))
    return outcomes


def _in(package: Path, path: Path) -> Path:
    """Return where a module of the package is in a copy of it."""
    return package / path.relative_to(PACKAGE)


def _checks(package: Path) -> Iterator[tuple[str, list[str]]]:
    """The checks of a changed package with their names, from the quickest to the most thorough."""
    pytest = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-c", str(ROOT / "pyproject.toml")]
    tests = [str(ROOT / "tests" / "package" / f"test_{module.stem}.py") for module in MODULES]
    yield "tests", [*pytest, "--hypothesis-seed=0", *tests]
    yield "doctests of modules", [*pytest, "--doctest-modules", *(str(_in(package, module)) for module in MODULES)]
    yield "ledger", [sys.executable, "-m", "removable.claims"]
    yield "scripts and chapters", [*pytest, str(ROOT / "gallery"), str(ROOT / "docs")]


def try_module(path: Path, mutants: list[Mutant]) -> list[Outcome]:
    """Run the checks on a copy of the package with one changed module, until one objects."""
    outcomes = []
    for mutant in mutants:
        started = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            package = Path(folder, "source", "removable")
            shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("__pycache__"))
            _in(package, path).write_text(mutant.source, encoding="utf-8")
            # Run from the temporary folder: hypothesis keeps its examples where it is started.
            environment = {**os.environ, "PYTHONPATH": str(package.parent), "PYTHONDONTWRITEBYTECODE": "1"}
            caught = ""
            for name, command in _checks(package):
                try:
                    done = subprocess.run(
                        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=LONGEST
                    )
                except subprocess.TimeoutExpired:
                    caught = f"{name}: no end within {LONGEST} s"
                    break
                if done.returncode:
                    failed = re.findall(
                        r"^(?:FAILED|ERROR) .*?(?:::|/)([\w.]+(?:\[.*?\])?)(?: |$)", done.stdout, re.MULTILINE
                    )
                    caught = f"{name}: {failed[0]}" if failed else name
                    break
        outcomes.append(Outcome(mutant, caught, time.perf_counter() - started))
    return outcomes


def judge(outcomes: list[Outcome], known: list[dict[str, str]], everything: list[Mutant]) -> list[str]:
    """Return one sentence for each thing that is not as it should be.

    Parameters
    ----------
    outcomes : list of Outcome
        What became of the mutants that were tried.
    known : list of dict
        The survivors on the list: ``file``, ``was``, ``becomes`` and ``reason``.
    everything : list of Mutant
        All that could be altered in the files looked at.
    """
    listed = {(entry["file"], entry["was"], entry["becomes"]): entry["reason"] for entry in known}

    def key(mutant: Mutant) -> tuple[str, str, str]:
        return (mutant.path.relative_to(ROOT).as_posix(), *mutant.change)

    troubles = [f"survived: {o.mutant}" for o in outcomes if not o.caught and key(o.mutant) not in listed]
    troubles += [
        f"on the list of survivors, but caught by {o.caught}: {o.mutant}"
        for o in outcomes
        if o.caught and key(o.mutant) in listed
    ]
    possible, files = {key(mutant) for mutant in everything}, {key(mutant)[0] for mutant in everything}
    troubles += [
        f"on the list of survivors, but no such line: {' -> '.join(entry[1:])} in {entry[0]}"
        for entry in listed
        if entry not in possible and (entry[0] in files or not (ROOT / entry[0]).exists())
    ]
    troubles += [
        f"on the list of survivors without a reason: {entry}" for entry, reason in listed.items() if not reason.strip()
    ]
    return troubles


def main(arguments: list[str] | None = None) -> int:
    """Try mutants; return 0 when each is caught or known."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="a script or module, such as plot_figure_6 or truth")
    parser.add_argument("--each", type=int, metavar="N", help="mutants per file")
    options = parser.parse_args(arguments)
    files = {path.stem: path for path in (*MODULES, *scripts())}
    if unknown := [name for name in options.names if name not in files]:
        parser.error(f"there is no {unknown[0]!r} to alter; give one of {', '.join(files)}.")
    if options.each is not None and options.each < 1:
        parser.error(f"--each is {options.each}; give a whole number of at least 1.")
    paths = [files[name] for name in options.names or files]
    started = time.perf_counter()
    known = tomllib.loads(KNOWN.read_text(encoding="utf-8")).get("survivor", [])
    outcomes: list[Outcome] = []
    # a fork would take along the threads of a framework
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(WORKERS, context, _prepare, (str(SOURCE),)) as pool:
        jobs = []
        for path in paths:
            is_module = path in MODULES
            mutants = chosen(path, options.each or (PER_MODULE if is_module else PER_SCRIPT))
            # Modules start processes of their own for every mutant: give each mutant to whoever is
            # free.
            jobs += (
                [pool.submit(try_module, path, [m]) for m in mutants]
                if is_module
                else [pool.submit(try_script, path, mutants)]
            )
        for job in as_completed(jobs):
            for outcome in job.result():
                outcomes.append(outcome)
                verdict = f"caught by {outcome.caught}" if outcome.caught else "SURVIVED"
                print(f"{outcome.seconds:5.1f} s  {outcome.mutant}\n         {verdict}", flush=True)
    troubles = judge(outcomes, known, [mutant for path in paths for mutant in candidates(path)])
    caught = sum(1 for outcome in outcomes if outcome.caught)
    print(f"\n{len(outcomes)} mutants in {len(paths)} files, {caught} caught, {time.perf_counter() - started:.0f} s")
    print("\n".join(troubles))
    return 1 if troubles else 0


if __name__ == "__main__":
    raise SystemExit(main())
