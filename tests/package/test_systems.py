"""Every system that the paper names: those that run, the replays, and the optimised programs."""

from __future__ import annotations

import os
import subprocess
import sys
from fractions import Fraction

import numpy as np
import pytest
from removable import frameworks, plots, selfcheck, systems
from removable.errors import InputError, MissingFrameworkError
from removable.systems import SUBJECTS, Board, Ran, Subject, measure, xla
from removable.systems import torch as torch_modes
from removable.systems.board import filled
from removable.systems.retired import Caffe, CaffeUnstable, Torch7

PAPER, EASY, PRODUCT, SINE = (subject.title for subject in SUBJECTS)
NAMED = {"PyTorch", "TensorFlow", "Torch7", "Caffe", "Theano", "JAX"}  # section 1 of the paper


@pytest.fixture(scope="module")
def made() -> Board:
    return measure(samples_per_side=200)


def test_every_system_that_the_paper_names_has_a_row(made):
    assert {*systems.NAMES} == NAMED - {"Theano"} | {"PyTensor", "SymPy"}
    assert {system for system, _ in made.ran} == {*systems.NAMES}
    assert len(made.ran) + len(made.absent) == 18


def test_the_points_are_exact_and_the_singular_one_is_among_them():
    for subject in SUBJECTS:
        x = subject.points(300)
        assert (x == subject.at).sum() == 1
        assert (np.diff(x) > 0).all()
        assert np.abs(x - subject.at)[x != subject.at].min() == (2.0**-52 if subject.at else 2.0**-53)
        assert np.abs(x - subject.at).max() == 1
        for point, offset in zip(x.tolist(), (x - subject.at).tolist(), strict=True):
            assert Fraction(point) - Fraction(subject.at) == Fraction(offset)


def test_eager_modes_and_replays_agree_with_what_they_are_made_of(made):
    x = made.x[PAPER]
    for system, name in (("PyTorch", "torch"), ("TensorFlow", "tensorflow"), ("JAX", "jax")):
        value, slope = frameworks.get(name).derivatives(SUBJECTS[0].program, x)
        assert np.array_equal(made.ran[system, "eager"][PAPER].value, value, equal_nan=True)
        assert np.array_equal(made.ran[system, "eager"][PAPER].slope, slope, equal_nan=True)
    for key in (("PyTorch", "torch.compile"), ("PyTorch", "vmap"), ("Torch7", "replayed")):
        assert np.array_equal(made.ran[key][PAPER].value, made.ran["PyTorch", "eager"][PAPER].value, equal_nan=True)


def test_no_compiler_cancels_and_pytensor_cancels_in_the_value_only(made):
    for title in (EASY, PRODUCT):
        for key in (
            ("PyTorch", "torch.compile"),
            ("TensorFlow", "tf.function"),
            ("TensorFlow", "jit_compile=True"),
            ("JAX", "jit"),
        ):
            assert made.ran[key][title].divisions[0] == 1, key
            assert made.ran[key][title].divisions[1] >= 2, key
            assert made.lost(key, title, 0), key
        for mode in ("FAST_COMPILE", "FAST_RUN"):
            assert made.ran["PyTensor", mode][title].divisions[0] == 0
            assert not made.lost(("PyTensor", mode), title, 0)
            assert made.lost(("PyTensor", mode), title, 1)
        assert made.largest(("PyTensor", "rewritten, then grad"), title) == 0
    assert all(made.lost(key, SINE, order) for key in made.ran for order in (0, 1))


def test_contraction_shows_in_the_slope_of_the_papers_quotient_and_nowhere_else(made):
    compilers = ("TensorFlow", "jit_compile=True"), ("JAX", "jit")
    near = [made.zone(key, PAPER) < 1e-12 for key in compilers]
    assert near == [selfcheck.fused_multiply_add()] * 2
    assert all(made.zone(key, PAPER) > 1e-7 for key in made.ran if key not in (*compilers, ("SymPy", "simplify")))


def test_the_graph_and_xla_share_what_occurs_twice(made):
    graph = made.ran["TensorFlow", "tf.function"][EASY].code[0]
    assert graph.splitlines() == ["sub = Sub(x, 2)", "mul = Mul(sub, x)", "truediv = RealDiv(mul, sub)"]
    assert made.ran["JAX", "jit"][EASY].code[0].count("add(") == 1


def test_the_replays_carry_out_the_published_rules():
    a, b = np.array([3.0, 0.1]), np.array([0.7, 1e-9])

    class Both(tuple):
        def __add__(self, other):
            return Both((*self, *other))

    def slopes(layer):
        left, right = layer(a, lambda s: Both([s])), layer(b, lambda s: Both([s]))
        return (left / right).back(np.ones(2))

    first, second = slopes(Torch7)
    assert np.array_equal(first, 1 / b)
    assert np.array_equal(second, -(1 / b) / b * a)
    y = np.power(b, -1.0)
    first, second = slopes(Caffe)
    assert np.array_equal(first, y)
    assert np.array_equal(second, a * (y / b * -1.0))
    first, second = slopes(CaffeUnstable)
    assert np.array_equal(first, a * y / a)
    assert np.array_equal(second, a * y / y * (y / b * -1.0))


def test_the_unstable_product_of_caffe_has_a_singularity_of_its_own():
    with np.errstate(invalid="ignore"):
        slopes = [
            SUBJECTS[0].program(layer(np.array([-2.0]), lambda s: s), np).back(np.ones(1))
            for layer in (Caffe, CaffeUnstable)
        ]
    assert slopes[0] == 1
    assert np.isnan(slopes[1])


def test_a_missing_compiler_is_a_sentence_and_no_row(tmp_path):
    code = (
        "from removable import systems; made = systems.measure(['PyTorch'], systems.SUBJECTS[:1], samples_per_side=3); "
        "print(made.absent['PyTorch', 'torch.compile']); print(len(made.ran))"
    )
    environment = {**os.environ, "PATH": str(tmp_path), "TORCHINDUCTOR_CACHE_DIR": str(tmp_path / "cache")}
    environment.pop("CXX", None)
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    sentence, rows = done.stdout.splitlines()
    assert sentence.startswith("torch.compile writes C++ and finds no C++ compiler; install one")
    assert rows == "3"


def test_another_failure_of_the_compiler_is_not_hidden(monkeypatch):
    import torch

    def broken(*args, **kwargs):
        raise RuntimeError("something else")

    monkeypatch.setattr(torch, "compile", broken)
    with pytest.raises(RuntimeError, match="something else"):
        torch_modes.MODES["torch.compile"]([SUBJECTS[1].program], [np.array([3.0])])


def test_a_missing_pytensor_is_one_sentence(monkeypatch):
    monkeypatch.setattr(frameworks.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(
        MissingFrameworkError, match=r"^PyTensor is not installed; run: python -m pip install pytensor$"
    ):
        measure(["PyTensor"])


def test_bad_arguments_are_one_sentence(made):
    with pytest.raises(InputError, match="there is no system 'Theano'; give some of 'PyTorch',"):
        measure(["Theano"])
    with pytest.raises(InputError, match="subjects is empty"):
        measure(["SymPy"], [])
    with pytest.raises(InputError, match="title is 'x'; this board holds"):
        made.error(("SymPy", "simplify"), "x")
    with pytest.raises(InputError, match="order is 2; give a whole number from 0 to 1"):
        made.error(("SymPy", "simplify"), PAPER, 2)


@pytest.mark.parametrize(
    ("slope", "left", "right", "largest", "lost"),
    [
        (lambda x: np.ones_like(x), 0.0, 0.0, 0.0, False),
        (lambda x: np.where(x == 0, np.nan, np.where((x >= -0.5) & (x < 0), 1.5, 1.0)), 0.5, 0.0, 0.5, True),
        (lambda x: np.where(x == 0, np.nan, np.where((x > 0) & (x < 0.25), np.inf, 1.0005)), 0.0, 0.25, 0.0005, True),
    ],
)
def test_edges_error_and_loss_are_what_they_are_said_to_be(slope, left, right, largest, lost):
    modes = {"b": lambda programs, points: [Ran(x, slope(x)) for x in points]}
    board = filled({"a": ("a 1", modes)}, [Subject("x", lambda x, xp: x, at=0.0)], samples_per_side=50)
    found = board.edges["a", "b"]["x"]
    assert found.left == pytest.approx(left)
    assert found.right == pytest.approx(right)
    assert board.zone(("a", "b"), "x") == max(found.left, found.right)
    assert board.largest(("a", "b"), "x") == pytest.approx(largest)
    assert board.lost(("a", "b"), "x") == lost


def test_a_mode_that_cannot_run_is_left_out_of_table_and_figure():
    import matplotlib.pyplot as plt

    modes = {"there": lambda programs, points: [Ran(x, np.ones_like(x)) for x in points], "not": lambda *_: "No."}
    board = filled({"s": ("s 1", modes)}, [Subject("x", lambda x, xp: x, at=0.0)], samples_per_side=2)
    assert board.table("x").count("\n") == 2
    fig, axes = plots.zones(board)
    assert [text.get_text() for text in axes[0].get_yticklabels()] == ["s, there"]
    plt.close(fig)


def test_types_in_older_programs_are_left_out():
    text = '  %c.1 = f64[] constant(2)\n  ROOT %d.2 = f64[7]{0} divide(f64[7]{0} %x, f64[] %c.1), metadata={op_name="jit(f)/div"}'
    assert xla.operations(text) == "d.2 = divide(x, 2)"
    assert xla.divisions(xla.operations(text)) == 1
