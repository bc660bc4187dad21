"""JAX: the cause of wrong results, and no operation named for right ones."""

from __future__ import annotations

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from probing import cause_judging, cause_judging_again, cause_tuning
from probing.cause_case import Case, complaint, search
from removable import frameworks
from removable.probing.cause import find
from removable.probing.cause.jax import trace
from removable.probing.cause.tape import Tape

Array = jax.Array
CASES = [case for corpus in (cause_tuning, cause_judging, cause_judging_again) for case in corpus.WRONG + corpus.RIGHT]


def versed(x: Array) -> Array:
    return (1 - jnp.cos(x)) / x**2


@pytest.mark.parametrize("case", [case for case in CASES if "jax" in case.frameworks], ids=str)
def test_the_cause_is_named(case: Case) -> None:
    assert complaint(case, search("jax", case)) == ""


def turns(x: Array) -> Array:
    """Return what takes a scan, a loop, a branch, a rule of its own and a nested function."""

    @jax.custom_jvp
    def cube(x: Array) -> Array:
        return x**3

    cube.defjvp(lambda p, t: (cube(p[0]), 3 * p[0] ** 2 * t[0]))
    total, rows = jax.lax.scan(lambda c, k: (c * x + k, jnp.sin(c)), x, jnp.arange(1.0, 4.0), reverse=True)
    total = total + jax.lax.cond(x > 0.1, lambda x: jnp.exp(x), lambda x: x, x)
    total = total + jax.lax.fori_loop(0, 3, lambda _, c: c * x + 1, x)
    return jax.jit(cube)(total) + rows[0] * rows[2] + jax.checkpoint(jnp.tanh)(x)


@pytest.mark.parametrize("order", [0, 1, 2])
def test_a_program_is_interpreted_as_it_is_meant(order: int) -> None:
    value = trace(turns, order, "float64")(Tape(), 0.4)
    wanted = frameworks.get("jax").derivatives(lambda x, xp: turns(x[0])[None], np.array([0.4]), order=order)
    assert float(value.array) == pytest.approx(float(np.ravel(wanted[order])[0]), rel=1e-12)


def test_a_rule_of_the_user_is_looked_into_for_digits() -> None:
    @jax.custom_jvp
    def rest(x: Array) -> Array:
        return 1 - jnp.cos(x)

    rest.defjvp(lambda p, t: (rest(p[0]), jnp.sin(p[0]) * t[0]))
    cause = find("jax", lambda x: rest(x) / x**2, 1e-8)
    assert (cause.kind, cause.operation) == ("digits", "sub")


def test_what_is_transposed_says_so() -> None:
    cause = find("jax", lambda x: jnp.log(x) / (x - 1), 1 + 1e-13, order=1)
    assert (cause.kind, cause.operation) == ("digits", "add_any, transposed")


def test_code_of_a_library_has_the_line_of_its_caller() -> None:
    cause = find("jax", lambda x: jax.scipy.special.xlogy(x, 2.0) + jnp.log(jax.nn.sigmoid(x) * 0), 0.3)
    assert cause.kind == "not finite"
    assert cause.where.startswith("test_cause_jax.py:")


def test_the_four_turns_of_a_scan_lose_the_digits_together() -> None:
    def program(x: Array) -> Array:
        return jax.lax.scan(lambda c, _: (c + (1 - jnp.cos(x)) * 0.1, None), x * 0, None, length=4)[0] / x**2

    cause = find("jax", program, 1e-8)
    assert len(cause.together) == 4
    assert {cause.operation} == {"sub"}


def test_keys_of_random_numbers_are_no_arrays() -> None:
    def program(x: Array) -> Array:
        return jnp.sum(jnp.sin(x) * jax.random.normal(jax.random.key(3), (4,)))

    assert find("jax", program, 0.3, order=1, beside=(0.2, 0.4)).kind == "none"


@pytest.mark.parametrize("dtype", ["bfloat16", "float16", "float32"])
def test_lower_precision(dtype: str) -> None:
    assert find("jax", lambda x: jnp.exp(x) * x, 0.3, order=1, dtype=dtype).kind == "none"


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_no_setting_is_changed(dtype: str) -> None:
    before = jax.config.jax_enable_x64
    find("jax", versed, 1e-8, order=1, dtype=dtype, beside=(-0.05, 0.05))
    assert jax.config.jax_enable_x64 == before
    with pytest.raises(ZeroDivisionError):
        find("jax", lambda x: x / (1 // 0), 1e-8)
    assert jax.config.jax_enable_x64 == before


def test_single_precision_is_that_of_the_user() -> None:
    seen = []

    def program(x: Array) -> Array:
        seen.append(jnp.zeros(2).dtype.name)
        return x * 2

    find("jax", program, 0.3, dtype="float32")
    assert set(seen) == {"float64" if jax.config.jax_enable_x64 else "float32"}


def test_a_vmapped_and_a_compiled_program() -> None:
    def program(x: Array) -> Array:
        return jax.jit(jax.vmap(versed))(jnp.stack([x, 2 * x]))[1]

    cause = find("jax", program, 1e-8)
    assert (cause.kind, cause.operation) == ("digits", "sub")


def test_an_operation_that_is_solved_as_a_whole() -> None:
    def program(x: Array) -> Array:
        return jnp.linalg.solve(jnp.array([[2.0, 1.0], [1.0, 3.0]]) * jnp.exp(x), jnp.array([1.0, x]))[0]

    assert find("jax", program, 0.3, order=1, scale=1.0, beside=(0.2, 0.4)).kind == "none"
