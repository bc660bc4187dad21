"""Values and derivatives of a program along a line, by each framework."""

from __future__ import annotations

from functools import cache

from removable.probing.evaluation.base import Evaluator

__all__ = ["Evaluator", "evaluator"]


@cache
def evaluator(name: str) -> Evaluator:
    """Return the evaluator of a framework; it imports the framework.

    Parameters
    ----------
    name : {"torch", "tensorflow", "jax"}
        The framework.
    """
    if name == "torch":
        from removable.probing.evaluation.torch import TorchEvaluator

        return TorchEvaluator()
    if name == "tensorflow":
        from removable.probing.evaluation.tensorflow import TensorFlowEvaluator

        return TensorFlowEvaluator()
    from removable.probing.evaluation.jax import JaxEvaluator

    return JaxEvaluator()
