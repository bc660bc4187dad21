"""The remedy and the probe need NumPy and one framework; what needs more names the extra."""

from __future__ import annotations

import subprocess
import sys
import tomllib

import pytest
from packaging.requirements import Requirement
from site_under_test import ROOT

TUTORIAL = ("matplotlib", "sympy", "flint")
FRAMEWORKS = ("torch", "tensorflow", "jax")

BLOCKED = '''
import sys


class Blocked:
    """Refuse to import some packages, as where they are not installed.

    PyTorch requires SymPy itself, and gets it.
    """

    def find_spec(self, name, path=None, target=None):
        frame = sys._getframe(1)
        while frame.f_code.co_filename.startswith("<frozen importlib"):
            frame = frame.f_back
        importer = frame.f_globals.get("__name__", "").partition(".")[0]
        if name.partition(".")[0] in {names!r} and importer not in ("torch", "sympy"):
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)


sys.meta_path.insert(0, Blocked())
'''

PACKAGE = """
import numpy as np
import removable
import removable.testing
from removable import primitives

h = removable.repair(lambda x: (x**2 - 4) / (x - 2), at=2.0)
assert h(np.array([2.0, 3.0])).round(12).tolist() == [4.0, 5.0]
assert primitives.sin_over_x(0.0) == 1.0
"""

TORCH = """
import torch

x = torch.tensor([2.0, 3.0], dtype=torch.float64, requires_grad=True)
removable.repair(lambda x: (x**2 - 4) / (x - 2), at=2.0)(x).sum().backward()
assert x.grad.numpy().round(12).tolist() == [1.0, 1.0]
x = torch.tensor(0.0, dtype=torch.float64, requires_grad=True)
(removable.quotient(torch.sin, lambda x: x, at=0.0)(x) + primitives.expm1_over_x(x)).backward()
assert round(x.grad.item(), 12) == 0.5
"""

TENSORFLOW = """
import tensorflow as tf


def slope(function, at):
    x = tf.constant(at, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    return tape.gradient(y, x).numpy().round(12).tolist()


assert slope(removable.repair(lambda x: (x**2 - 4) / (x - 2), at=2.0), [2.0, 3.0]) == [1.0, 1.0]
quotient = removable.quotient(tf.sin, lambda x: x, at=0.0)
assert slope(lambda x: quotient(x) + primitives.expm1_over_x(x), 0.0) == 0.5
"""

JAX = """
import jax
import jax.numpy as jnp

jax.config.update("jax_enable_x64", True)
h = removable.repair(lambda x: (x**2 - 4) / (x - 2), at=2.0)
assert jax.vmap(jax.grad(h))(jnp.array([2.0, 3.0])).round(12).tolist() == [1.0, 1.0]
quotient = removable.quotient(jnp.sin, lambda x: x, at=0.0)
assert round(float(jax.grad(lambda x: quotient(x) + primitives.expm1_over_x(x))(0.0)), 12) == 0.5
"""

PROBE = """
import json

from removable.probing.command import main

report = removable.probe(hole, at=0.0, framework={framework!r})
assert report.verdict == "unsound" and report.cause is not None
assert "removable.repair(hole, at=0.0)" in str(report)
assert json.loads(report.to_json())["verdict"] == "unsound"
assert "unsound" in report._repr_html_()
removable.testing.assert_sound(smooth, at=0.0, framework={framework!r})
assert main(["probe", "{module}:sin", "--at", "0", "--framework", {framework!r}]) == 0
"""

HOLES = {
    "torch": (TORCH, "torch", "torch.sin(x) / x", "torch.sin(x)"),
    "tensorflow": (TENSORFLOW, "tensorflow", "tf.sin(x) / x", "tf.sin(x)"),
    "jax": (JAX, "jax.numpy", "jnp.sin(x) / x", "jnp.sin(x)"),
}


def run(program: str, *blocked: str, arguments: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    """Run a program in a process of its own, in which some packages cannot be imported."""
    command = [sys.executable, "-c", BLOCKED.format(names=blocked) + program, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def succeeded(done: subprocess.CompletedProcess[str]) -> bool:
    assert done.returncode == 0, done.stderr[-2000:]
    return True


def test_importing_the_package_loads_numpy_alone():
    program = (
        "before = {*sys.modules}\nimport removable, removable.primitives, removable.testing\n"
        "found = {name.partition('.')[0] for name in {*sys.modules} - before} - {*sys.stdlib_module_names}\n"
        "print(*sorted(name for name in found if not name.startswith('_')))"
    )
    done = run(program, *TUTORIAL, *FRAMEWORKS, "pytensor")
    assert succeeded(done)
    assert done.stdout == "numpy removable\n"


def test_numpy_alone_is_enough_for_the_remedy():
    assert succeeded(run(PACKAGE, *TUTORIAL, *FRAMEWORKS))


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_one_framework_is_enough_for_the_remedy_and_the_probe(framework):
    remedy, module, hole, smooth = HOLES[framework]
    functions = f"def hole(x):\n    return {hole}\n\n\ndef smooth(x):\n    return {smooth}\n"
    others = [name for name in FRAMEWORKS if name != framework]
    program = PACKAGE + remedy + functions + PROBE.format(framework=framework, module=module)
    assert succeeded(run(program, *TUTORIAL, *others, "pytensor"))


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_command_works_with_one_framework(framework):
    others = [name for name in FRAMEWORKS if name != framework]
    program = "import runpy\nrunpy.run_module('removable', run_name='__main__', alter_sys=True)"
    module = HOLES[framework][1]
    arguments = ("probe", f"{module}:sin", "--at", "0", "--framework", framework, "--json")
    done = run(program, *TUTORIAL, *others, "pytensor", arguments=arguments)
    assert succeeded(done)
    assert '"verdict": "sound"' in done.stdout


NEEDED = {
    "import removable.plots": ("removable.plots", "matplotlib"),
    "import removable.truth": ("removable.truth", "python-flint"),
    "import removable.sweeps.sweep": ("removable.truth", "python-flint"),
    "import removable.scoreboard": ("removable.truth", "python-flint"),
    "import removable.claims": ("removable.claims", "python-flint and SymPy"),
}


@pytest.mark.parametrize("program", NEEDED)
def test_what_needs_more_names_the_extra(program):
    part, package = NEEDED[program]
    done = run(program, *TUTORIAL)
    assert done.returncode == 1
    sentence = f"{part} needs {package}, which cannot be imported; run: python -m pip install 'removable[tutorial]'"
    assert done.stderr.splitlines()[-1] == f"removable.errors.MissingExtraError: {sentence}"


@pytest.mark.parametrize(
    "program",
    [
        "from removable import systems\nsystems.measure(['SymPy'], samples_per_side=2)",
        "from removable.scoreboard import CASES, PATCHES\n"
        "[patch.build(next(iter(CASES.values()))) for patch in PATCHES.values() if 'sympy' in patch.build.__name__]",
    ],
)
def test_where_sympy_alone_is_missing_the_extra_is_named(program):
    done = run(program, "sympy")
    assert "needs SymPy, which cannot be imported; run: python -m pip install 'removable[tutorial]'" in done.stderr


def test_the_extra_has_what_the_sentences_name_and_the_package_asks_for_numpy_alone():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert [Requirement(line).name for line in project["dependencies"]] == ["numpy"]
    tutorial = {Requirement(line).name for line in project["optional-dependencies"]["tutorial"]}
    assert tutorial == {"matplotlib", "python-flint", "sympy"}
