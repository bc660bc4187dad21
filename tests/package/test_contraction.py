"""XLA with fused multiply-add, and without, against the replay in rational numbers."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import numpy as np
import pytest
from removable import selfcheck
from removable.errors import InputError, RemovableError
from removable.systems import SUBJECTS, contraction
from site_under_test import ROOT

POINTS = SUBJECTS[0].points(300)
POINTS = POINTS[POINTS != 2]
X86 = platform.machine() in ("x86_64", "AMD64")

# On Arm nothing was measured, and XLA's flag has no name there for a processor without the
# instruction.
on_x86 = pytest.mark.skipif(not X86, reason="needs instruction sets of Intel's and AMD's processors")


def test_a_fused_multiply_add_is_rounded_once():
    x = 1 + 2.0**-30
    assert contraction.fused(x, x, -1.0) == 2.0**-29 + 2.0**-60
    assert contraction.rounded(x, x, -1.0) == x * x - 1 == 2.0**-29


@on_x86
def test_every_bit_is_that_of_the_replay_rounded_as_often_as_this_processor_has_to():
    has_it = selfcheck.fused_multiply_add() and contraction.WITHOUT not in os.environ.get("XLA_FLAGS", "").split("=")
    once_or_twice = (contraction.fused, contraction.rounded) if has_it else (contraction.rounded, contraction.fused)
    run = contraction.compiled(POINTS)
    assert np.array_equal(run, contraction.replay(POINTS, once_or_twice[0]))
    assert not np.array_equal(run, contraction.replay(POINTS, once_or_twice[1]))


@on_x86
def test_without_the_instruction_every_bit_is_that_of_the_replay_rounded_twice():
    run = contraction.compiled(POINTS, isa=contraction.WITHOUT)
    assert np.array_equal(run, contraction.replay(POINTS, contraction.rounded))
    assert not np.array_equal(run, contraction.replay(POINTS, contraction.fused))


@pytest.fixture(scope="module")
def without() -> list[str]:
    """Output of a process in which XLA may not use the instruction.

    It is about both pages, then about the zones.
    """
    pages = [str(ROOT / "gallery" / "5_beyond" / f"plot_{name}.py") for name in ("fma", "who_simplifies")]
    code = f"""
import pytest
print(int(pytest.main(["-q", "-p", "no:cacheprovider", *{pages}])))
from removable.systems import SUBJECTS, measure
made = measure(["TensorFlow", "JAX"], SUBJECTS[:1])
for version in (("TensorFlow", "jit_compile=True"), ("JAX", "jit"), ("JAX", "eager")):
    print(f"{{made.zone(version, SUBJECTS[0].title):.2e}}")
"""
    environment = {**os.environ, "XLA_FLAGS": f"--xla_cpu_max_isa={contraction.WITHOUT}"}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.splitlines()


@on_x86
def test_without_the_instruction_both_compilers_are_as_bad_as_the_operations_one_by_one(without):
    assert without[-3:] == ["6.66e-07"] * 3


@on_x86
def test_the_published_values_of_both_pages_hold_without_the_instruction(without):
    *said, status = without[:-3]
    assert status == "0", "\n".join(said[-40:])
    assert any("2 passed" in line for line in said)


@pytest.mark.parametrize("step", [contraction.fused, contraction.rounded])
def test_at_2_there_is_nothing_to_replay(step):
    with pytest.raises(InputError, match=r"2\.0 is among the points; leave it out"):
        contraction.replay([3.0, 2.0], step)
    assert np.isnan(contraction.compiled([2.0])).all()


def test_a_process_that_fails_is_one_sentence(monkeypatch):
    monkeypatch.setattr(sys, "executable", "false")
    with pytest.raises(RemovableError, match="JAX did not run with XLA_FLAGS='--xla_cpu_max_isa=AVX'; it said:"):
        contraction.compiled([3.0], isa="AVX")
