"""The tools of each framework, and the probe, on the cases that the probe is tested with.

Each is given the point at which a case may fail, and asked whether it objects. What each says of
each case is kept for the site. It takes minutes; each framework and corpus has a process of its
own. With the names of corpora a part: ``python benchmarks/bench_peers.py judging_last``.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from removable.scoreboard.peers import GIVEN, NAMES, PROBE, PROBING, corpora, tally
from removable.scoreboard.stored import PEERS, digest, write

for each in NAMES:
    digest(PROBING, each)  # reads the files now, as they are imported


def start(corpus: str, framework: str) -> dict[str, Any]:
    """Measure one corpus in one framework, in a new process with one thread."""
    command = [sys.executable, __file__, "--job", corpus, framework]
    env = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONWARNINGS": "ignore", "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, env=env)
    return json.loads(done.stdout.splitlines()[-1])


def renew(names: Sequence[str] = (), file: Path = PEERS) -> None:
    """Measure all corpora, or those named, and keep what was found."""
    from peers.corpora import CORPORA

    for corpus in names or CORPORA:
        for framework in NAMES:
            found = start(corpus, framework)
            write(["cases", corpus, framework], found["cases"], module=GIVEN, file=file)
            for tool, said in found["said"].items():
                module = PROBING if tool == PROBE else GIVEN
                write(["said", corpus, tool, framework], said, module=module, file=file)
            write(["orders", corpus, framework], found["orders"], module=PROBING, file=file)


def bench_tools_on_the_cases_of_the_probe(capsys):
    """Measure; the probe has to find almost all failing cases of each corpus."""
    with capsys.disabled():
        renew()
        for corpus in corpora():
            found = tally(PROBE, corpora=[corpus])
            print(f"{corpus:<15}{found}")
            assert found.found >= 0.97 * found.failing
            assert found.false_alarms == 0


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpora", nargs="*", help="which, by default all")
    parser.add_argument("--file", type=Path, default=PEERS, help="where to keep what is found")
    parser.add_argument("--job", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.job:
        from peers.measuring import measured

        print(json.dumps(measured(*given.job)))
        return
    renew(given.corpora, given.file)


if __name__ == "__main__":
    main()
