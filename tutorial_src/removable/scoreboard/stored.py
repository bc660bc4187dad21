"""Numbers that are measured once and kept with the package: each build would measure others.

A record holds what was measured together, and the stamp of its own measurement: day, versions,
processor, and a digest of the code that was measured. A record whose digest is not that of the code
as it is now is old. ``nox -s bench`` renews the records.

The digest covers the measured module and what it imports from this package, at any depth, but for
the adapters of frameworks that it was not measured in. Comments, docstrings and formatting do not
count.
"""

from __future__ import annotations

import ast
import datetime
import functools
import hashlib
import importlib.util
import json
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from removable import frameworks
from removable.errors import InputError

__all__ = ["Record", "digest", "is_current", "marked", "read", "sources", "stamp", "write"]

ROOT = Path(__file__).parents[2]
FILE = Path(__file__).with_name("measured.json")
TABLES = Path(__file__).with_name("tables.json")
"""Where the records of the tables over a whole corpus are, apart from the others."""
PEERS = Path(__file__).with_name("peers.json")
"""Where the records of other tools are, on the cases that the probe is tested with."""

_MARK = "†"


@dataclass(frozen=True)
class Record:
    """What was measured together, and how.

    Attributes
    ----------
    what : tuple of str
        What was measured; the last word is the framework.
    value : float or list
        What was found: a number, numbers, or rows of a table.
    module : str
        The module that was measured.
    digest : str
        That of the code then.
    day : str
        The day, as in ISO 8601.
    processor : str
        Its architecture, and how many cores there were.
    versions : dict of str to str
        The versions of the framework, of NumPy and of Python.
    """

    what: tuple[str, ...]
    value: float | list[Any]
    module: str
    digest: str
    day: str
    processor: str
    versions: Mapping[str, str]


def sources(module: str, framework: str, *, root: Path | None = None) -> list[str]:
    """List the modules that a measurement depends on.

    Parameters
    ----------
    module : str
        The module that is measured.
    framework : str
        The framework that it is measured in.
    root : pathlib.Path, optional
        The folder that the package is in, by default that of the running one.

    Returns
    -------
    list of str
        The module, and what it imports from its package, at any depth.

    Raises
    ------
    removable.errors.InputError
        If there is no such module.

    Examples
    --------
    >>> from removable.scoreboard.stored import sources
    >>> sources("removable.remedy.closures", "torch")
    ['removable.remedy.closures']
    >>> [name for name in sources("removable.remedy.quotient", "jax") if "frameworks." in name]
    ['removable.frameworks.base', 'removable.frameworks.jax']
    """
    root = root or ROOT
    _source(module, root)
    others = {f"{frameworks.__name__}.{name}" for name in frameworks.NAMES if name != framework}
    modules: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name not in modules | others:
            modules.add(name)
            waiting += _imports(name, root)
    return sorted(modules)


def digest(module: str, framework: str, *, root: Path | None = None) -> str:
    """Digest the code that a measurement depends on, without comments, docstrings and formatting.

    Parameters
    ----------
    module : str
        The module that is measured.
    framework : str
        The framework that it is measured in.
    root : pathlib.Path, optional
        The folder that the package is in, by default that of the running one. A process reads each
        file of it once.

    Returns
    -------
    str
        Sixteen hexadecimal digits.

    Raises
    ------
    removable.errors.InputError
        If there is no such module.

    Examples
    --------
    >>> from removable.scoreboard.stored import digest
    >>> len(digest("removable.remedy.quotient", "torch"))
    16
    >>> digest("removable.remedy.quotient", "torch") == digest("removable.remedy", "jax")
    False
    """
    return _digest(module, framework, root or ROOT)


@functools.cache
def _digest(module: str, framework: str, root: Path) -> str:
    code = "\n".join(f"{name} {_code(_source(name, root))}" for name in sources(module, framework, root=root))
    return hashlib.sha256(code.encode()).hexdigest()[:16]


def _file(module: str, root: Path) -> Path | None:
    path = root.joinpath(*module.split("."))
    return next((file for file in (path.with_suffix(".py"), path / "__init__.py") if file.is_file()), None)


def _source(module: str, root: Path) -> Path:
    file = _file(module, root)
    if file is None:
        raise InputError(f"module is {module!r}; give one of the package, such as 'removable.truth'.")
    return file


@functools.cache
def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_bytes())


def _imports(module: str, root: Path) -> set[str]:
    """The modules of its own package that a module takes something from."""
    file = _source(module, root)
    inside = module if file.name == "__init__.py" else module.rpartition(".")[0]
    names: set[str] = set()
    for node in ast.walk(_tree(file)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = importlib.util.resolve_name("." * node.level + (node.module or ""), inside)
            # What is taken from a package may be a module, and is not in the package's own file
            # then.
            whole = (f"{base}.{alias.name}" for alias in node.names)
            names |= {name if _file(name, root) else base for name in whole}
    package = module.partition(".")[0]
    return {name for name in names if name.partition(".")[0] == package}


@functools.cache
def _code(file: Path) -> str:
    return _plain(_tree(file))


def _plain(node: object) -> str:
    """Write out a tree without what does not run.

    ``ast.dump`` writes it differently in each version of Python.
    """
    if isinstance(node, ast.AST):
        fields = [(name, value) for name, value in ast.iter_fields(node) if name != "kind" and value not in (None, [])]
        return f"{type(node).__name__}({', '.join(f'{name}={_plain(value)}' for name, value in fields)})"
    if isinstance(node, list):
        return f"[{', '.join(_plain(item) for item in node if not _is_text(item))}]"
    return repr(node)


def _is_text(node: object) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def read(*what: str, file: Path | None = None) -> dict[tuple[str, ...], Record]:
    """Return records.

    Parameters
    ----------
    *what : str
        The words that a record begins with. ``"patches", patch, framework`` is the time for value
        and slope of a million points, as a ratio to the naive quotient in the same run;
        ``"remedies", remedy, quotient, "eager" or "compiled", framework`` is such a ratio;
        ``"costs", situation, "eager" or "compiled", framework`` is one for
        :func:`removable.remedy.repair.repair`, or seconds, or a ratio of memory; ``"accuracy",
        remedy, quotient, dtype, framework`` is the worst error in the value, in ulp, and in three
        derivatives. In ``TABLES``, ``"errors", nodes, dtype, framework`` are the worst errors by
        kind of function, ``"above", nodes, dtype, framework`` the functions that exceed the bounds,
        ``"refusals", framework`` what is refused, and ``"transforms", framework`` what is tested of
        each transformation. In ``PEERS``, ``"cases", corpus, framework`` are the cases, ``"said",
        corpus, tool, framework`` is what a tool said of each and how long it took, and ``"orders",
        corpus, framework`` are the orders and widths that the probe told.
    file : pathlib.Path, optional
        Where they are, by default in the package.

    Returns
    -------
    dict of tuple of str to Record
        The records by all their words.

    Examples
    --------
    >>> from removable.scoreboard.stored import read
    >>> sorted(what[-1] for what in read("patches", "naive"))
    ['jax', 'tensorflow', 'torch']
    """
    records = (
        Record(**entry | {"what": tuple(entry["what"])}) for entry in json.loads((file or FILE).read_text("utf-8"))
    )
    return {record.what: record for record in records if record.what[: len(what)] == what}


def write(what: Sequence[str], value: float | list[Any], *, module: str, file: Path | None = None) -> Record:
    """Keep what was measured just now, and leave the other records as they are.

    Parameters
    ----------
    what : list of str
        What was measured; the last word is the framework.
    value : float or list
        What was found: a number, numbers, or rows of a table.
    module : str
        The module that was measured.
    file : pathlib.Path, optional
        Where the records are, by default in the package. Whenever the process ends, it holds all of
        the old records or all of the new ones.

    Returns
    -------
    Record
        The new record.

    Raises
    ------
    removable.errors.InputError
        If there is no such framework, or no such module.
    removable.errors.MissingFrameworkError
        If the framework is not installed.

    Examples
    --------
    >>> from pathlib import Path
    >>> import tempfile
    >>> from removable.scoreboard.stored import is_current, read, write
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "measured.json")
    ...     what, module = ["patches", "naive", "torch"], "removable.scoreboard.patches"
    ...     record = write(what, 1.0, module=module, file=file)
    ...     read(file=file) == {record.what: record}
    True
    >>> is_current(record), list(record.versions)
    (True, ['PyTorch', 'NumPy', 'Python'])
    """
    file, adapter = file or FILE, frameworks.get(what[-1])
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    record = Record(
        what=tuple(what),
        value=value,
        module=module,
        digest=digest(module, adapter.name),
        day=datetime.date.today().isoformat(),
        processor=f"{platform.machine()}, {cores} cores",
        versions={adapter.title: adapter.version, "NumPy": np.__version__, "Python": platform.python_version()},
    )
    existing = read(file=file) if file.exists() else {}
    lines = [json.dumps(asdict(each)) for _, each in sorted((existing | {record.what: record}).items())]
    temporary = file.with_suffix(".tmp")
    temporary.write_text("[\n" + ",\n".join(lines) + "\n]\n", "utf-8")
    os.replace(temporary, file)
    return record


def is_current(record: Record) -> bool:
    """Tell whether the code is still that which was measured.

    Parameters
    ----------
    record : Record
        A record.

    Returns
    -------
    bool
        Whether the digest of the code is the same as then.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from removable.scoreboard.stored import is_current, read
    >>> record = read()["patches", "naive", "torch"]
    >>> changed, gone = replace(record, digest="0" * 16), replace(record, module="removable.gone")
    >>> is_current(changed), is_current(gone)
    (False, False)
    """
    try:
        return record.digest == digest(record.module, record.what[-1])
    except InputError:  # there is no such module any more
        return False


def marked(number: str, records: Iterable[Record]) -> str:
    """Put a dagger to a number if it is old.

    Parameters
    ----------
    number : str
        The number as it is to be shown.
    records : list of Record
        Where it is from.

    Returns
    -------
    str
        The number, with a dagger if one of the records is old.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from removable.scoreboard.stored import marked, read
    >>> record = read()["patches", "naive", "torch"]
    >>> marked("1.0", [replace(record, digest="0" * 16)])
    '1.0†'
    """
    return number if all(map(is_current, records)) else number + _MARK


def stamp(records: Iterable[Record]) -> str:
    """Say when, on what and with what records were measured, and what a dagger means.

    Parameters
    ----------
    records : list of Record
        The records that are shown.

    Returns
    -------
    str
        Two lines, or three. Where records differ, the first and the last day and all versions are
        given.

    Examples
    --------
    >>> from dataclasses import replace
    >>> from removable.scoreboard.stored import read, stamp
    >>> record = read()["patches", "naive", "torch"]
    >>> record = replace(record, processor="x86_64, 2 cores", versions={"NumPy": "2.4.6"})
    >>> other = replace(record, day="2026-01-02", digest="0" * 16, versions={"NumPy": "2.0.0"})
    >>> earlier, newer = replace(other, day="2026-01-01"), replace(other, versions=record.versions)
    >>> print(stamp([other, earlier, newer]))
    Measured 2026-01-01 to 2026-01-02 on x86_64, 2 cores,
    with NumPy 2.0.0 and 2.4.6.
    † measured before the code was changed; renew with nox -s bench
    """
    records = list(records)
    if not records:
        return "Nothing of this was measured."
    days = sorted({record.day for record in records})
    processors = sorted({record.processor for record in records})
    versions: dict[str, set[str]] = {}
    for record in records:
        for name, version in record.versions.items():
            versions.setdefault(name, set()).add(version)
    versions_listed = ", ".join(f"{name} {' and '.join(sorted(versions[name]))}" for name in sorted(versions))
    when = " to ".join(dict.fromkeys((days[0], days[-1])))
    legend = marked("", records) and f"\n{_MARK} measured before the code was changed; renew with nox -s bench"
    return f"Measured {when} on {' and on '.join(processors)},\nwith {versions_listed}.{legend}"
