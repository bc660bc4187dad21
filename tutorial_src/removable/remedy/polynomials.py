"""Polynomials by Horner's rule, in a framework's own plain operations."""

from __future__ import annotations

from collections.abc import Sequence

from removable.functions import Array
from removable.remedy import torch_polynomial
from removable.remedy.backends import Backend

__all__ = ["horner", "with_numbers"]


def horner(b: Backend, coefficients: Sequence[Array] | Array, count: int, u: Array) -> Array:
    """Evaluate a polynomial whose coefficients are numbers or arrays, from the constant term up."""
    if b.adapter.name == "torch" and torch_polynomial.applies(u):
        found = b.one_for_all(coefficients, count, u)
        if found is not None:
            return torch_polynomial.polynomial(u, found)
    result = coefficients[count - 1] + 0 * u
    for k in range(count - 2, -1, -1):
        result = result * u + coefficients[k]
    return result


def with_numbers(b: Backend, coefficients: Sequence[float], u: Array) -> Array:
    """Evaluate a polynomial with numbers for coefficients; in half the steps, if it is even or odd."""
    even, odd = coefficients[::2], coefficients[1::2]
    if not any(odd):
        return horner(b, even, len(even), u * u)
    if not any(even):
        return horner(b, odd, len(odd), u * u) * u
    return horner(b, coefficients, len(coefficients), u)
