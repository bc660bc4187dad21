"""Measure ``repair`` over the corpus of the tests: errors, refusals and transformations.

A refusal is kept with its sentence, a transformation with what comes of it. Each finding is kept
for the site, in a file of its own beside that of the other measurements. All of it takes a few
minutes; two processes compute. With the names of frameworks, or with a step, a part: ``python
benchmarks/bench_tables.py --step 16 --file FILE`` looks at every sixteenth function, and must not
write to the file that the site shows.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import json
import os
import subprocess
import sys
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import ROUND_CEILING, Context, Decimal
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from remedy import corpus, measure, refusals, transforms
from removable import frameworks, repair
from removable.errors import RemovableError
from removable.scoreboard.stored import TABLES, digest, write

MODULE = "removable.remedy.repair"
DTYPES = ("float64", "float32")
PLACES = ("at the point", "near it", "before the switch", "just outside")
"""Where a function is looked at; the switch is at the reach, where the polynomial ends, and before
it is the last tenth."""

BOUNDS = {"circle": (8.0, 1e-13, 1e-13, 1e-13), "real line": (450.0, 1e-12, 1e-10, 1e-10)}
"""For each kind of nodes the bounds that are promised within the reach.

They are units of the last place for the value, and relative errors for three derivatives. 450 units
are 1e-13. In single precision the same multiples of its own rounding hold, but no more than 16
units: the coefficients come from double precision.
"""

UP = Context(prec=2, rounding=ROUND_CEILING)

COUNT = 128
"""Points of each function. Fewer are filled up: JAX compiles each operation anew for each size."""

for each in corpus.ALL:
    digest(MODULE, each)  # reads the files now, as they are imported


def bounds(nodes: str, dtype: str) -> tuple[float, ...]:
    """Return the bounds: units in the last place of the value, relative for three derivatives."""
    ulp, *derivatives = BOUNDS[nodes]
    if dtype == "float64":
        return (ulp, *derivatives)
    return (min(ulp, 16.0), *(bound * 2.0**29 for bound in derivatives))


def double(framework: str) -> contextlib.AbstractContextManager:
    """Switch double precision on where it is off by default."""
    if framework != "jax":
        return contextlib.nullcontext()
    import jax

    return jax.enable_x64(True)


def places(case: corpus.Case, x: np.ndarray, reach: float, dtype: str) -> dict[str, np.ndarray]:
    """Tell which points are at which place.

    The point itself is the number of the precision that is nearest to it.
    """
    at = np.dtype(dtype).type(case.at).astype(np.float64)
    far = np.abs(x - case.at) / reach
    edges = (x == at, (x != at) & (far < 0.9), (far >= 0.9) & (far < 1), far >= 1)
    return dict(zip(PLACES, edges, strict=True))


def measured(case: corpus.Case, framework: str, dtype: str) -> dict[str, Any]:
    """Hold one repaired function against the truth, in reverse mode.

    Where it is refused, all errors are infinite.
    """
    adapter = frameworks.get(framework)
    with double(framework), np.errstate(all="ignore"):
        repaired = repair(case.function(framework), at=case.at)
        try:
            report = repaired.report(adapter.asarray(np.array([case.at + 0.1 * case.scale], dtype)))
            nodes, reach = report.kind, report.reach
            x = corpus.points(case, reach=reach, dtype=dtype)
            filled = np.concatenate([x, np.full(max(0, COUNT - len(x)), x[0])])
            found = adapter.derivatives(lambda x, _: repaired(x), filled, order=3, dtype=dtype)[:, : len(x)]
        except RemovableError as error:
            print(f"{case} is refused in {framework}, {dtype}: {error}", file=sys.stderr)
            nodes, reach = {"real": "real line"}.get(case.families[framework], "circle"), case.scale
            x = corpus.points(case, reach=reach, dtype=dtype)
            found = np.full((4, len(x)), np.nan)
    rows = {}
    for place, those in places(case, x, reach, dtype).items():
        if those.any():
            seen = measure.compared(found[:, those], case, x[those], dtype)
            rows[place] = ([seen.ulp_of_size, *seen.relative[1:]], list(seen.where))
    return {"name": case.name, "kind": case.kind, "nodes": nodes, "rows": rows}


def refused(framework: str) -> list[list[str]]:
    """Return kind, name, class of the error and sentence of everything that is to be refused."""
    found = []
    with double(framework):
        for each in refusals.REFUSALS:
            if framework in each.frameworks:
                error = refusals.attempt(each, repair, framework).error
                found.append([each.kind, each.name, type(error).__name__, str(error)])
    return found


def work(framework: str, dtype: str, step: int) -> dict[str, Any]:
    """Do one job, in a process of its own."""
    cases = [case for case in corpus.CASES if framework in case.families][::step]
    found = []
    for number, case in enumerate(cases, 1):
        found.append(measured(case, framework, dtype))
        if number % 50 == 0 or number == len(cases):
            print(f"{framework:<11}{dtype:<9}{number:4} of {len(cases)} functions", file=sys.stderr, flush=True)
    return {"functions": found, "refusals": refused(framework) if dtype == DTYPES[0] else []}


def start(job: tuple[str, str, int]) -> dict[str, Any]:
    """Do one job in a new process, one thread each."""
    command = [sys.executable, __file__, "--job", *map(str, job)]
    env = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore", "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=env)
    return json.loads(done.stdout.splitlines()[-1])


def rounded(number: float) -> float:
    """Keep two digits, and make an error no smaller."""
    return float(UP.plus(Decimal(repr(float(number)))))


def worst(functions: Iterable[dict[str, Any]], nodes: str, dtype: str) -> list[list[Any]]:
    """Return rows for each kind and place: number of functions, worst four errors, worst function.

    The worst function is the one whose errors are the largest multiple of their bounds.
    """
    rows = []
    for kind in corpus.KINDS:
        those = [each for each in functions if each["kind"] == kind]
        for place in PLACES:
            seen = [(each["name"], each["rows"][place][0]) for each in those if place in each["rows"]]
            if seen:
                name, _ = max(seen, key=lambda row: max(np.divide(row[1], bounds(nodes, dtype))))
                errors = np.max([errors for _, errors in seen], axis=0)
                rows.append([kind, place, len(seen), [rounded(error) for error in errors], name])
    return rows


def above(functions: Iterable[dict[str, Any]], nodes: str, dtype: str) -> list[list[Any]]:
    """Return the errors above their bounds within the reach.

    Each comes with the name, the place, which derivative it is, and how far out its point lies.
    """
    rows = []
    for each in functions:
        for place in PLACES[:-1]:
            errors, far = each["rows"].get(place, ((), ()))
            for k, (error, bound) in enumerate(zip(errors, bounds(nodes, dtype), strict=False)):
                if not error <= bound:
                    rows.append([each["name"], place, k, rounded(error), float(f"{far[k]:.2g}")])
    return rows


def renew(names: Sequence[str] = corpus.ALL, step: int = 1, file: Path = TABLES) -> None:
    """Measure everything, and keep it."""
    keep = functools.partial(write, module=MODULE, file=file)
    # What takes longest is first.
    jobs = [(name, dtype, step) for name in reversed(names) for dtype in DTYPES]
    with ThreadPoolExecutor(2) as pool:
        for (name, dtype, _), found in zip(jobs, pool.map(start, jobs), strict=True):
            for nodes in BOUNDS:
                functions = [each for each in found["functions"] if each["nodes"] == nodes]
                keep(["errors", nodes, dtype, name], worst(functions, nodes, dtype))
                keep(["above", nodes, dtype, name], above(functions, nodes, dtype))
            if found["refusals"]:
                keep(["refusals", name], found["refusals"])
    for name, column in zip(corpus.ALL, range(1, 4), strict=True):
        if name in names:
            keep(["transforms", name], [[row[0], row[column]] for row in transforms.rendered()])


def bench_tables(capsys):
    """Measure the tables of the site."""
    with capsys.disabled():
        renew()


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("frameworks", nargs="*", default=[*corpus.ALL], help="which, by default all")
    parser.add_argument("--step", type=int, default=1, help="look at every so manieth function")
    parser.add_argument("--file", type=Path, default=TABLES, help="where to keep what is found")
    parser.add_argument("--job", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.job:
        name, dtype, step = given.job
        print(json.dumps(work(name, dtype, int(step))))
        return
    if given.step > 1 and given.file == TABLES:
        parser.error("a part of the functions is not for the site: give --file, too")
    renew(given.frameworks, given.step, given.file)


if __name__ == "__main__":
    main()
