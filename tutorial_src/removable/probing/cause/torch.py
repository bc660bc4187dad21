"""PyTorch: every operation as it reaches a kernel, those of backward passes as well.

A ``TorchDispatchMode`` sees them below the automatic differentiation. Views are no operations here:
which operation made a tensor is known by its storage. Which rule a backward operation belongs to,
and to which line of the user, is known from the record of anomaly detection, which is on during a
run, without its checks.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import FrameType
from typing import Any

import numpy as np
import torch
from torch.multiprocessing.reductions import StorageWeakRef
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten, tree_unflatten

from removable.probing.cause.lines import user_line
from removable.probing.cause.plain import checked_single, eps_of
from removable.probing.cause.tape import ARGUMENT, Arrays, Operation, Run, Tape, Value

__all__ = ["trace"]

_OFF = "gradients are switched off there, as by torch.no_grad"
_NO_RULE = "PyTorch has no derivative of it"
_AFTERWARDS = "what it returned is detached later"
_A_NUMBER = "a number is taken out of PyTorch, as by float or item"

_FRAME = re.compile(r'File "([^"]+)", line (\d+)')

_FUNCTIONS = torch.autograd.function.__file__


def trace(program: Callable[[Any], Any], order: int, dtype: str) -> Run:
    """Return a program, or a derivative of it, as a run with a tape.

    Parameters
    ----------
    program : callable
        Takes a tensor of no dimension, and returns a tensor of one element.
    order : int
        Order of the derivative, by reverse mode.
    dtype : str
        The precision.

    Returns
    -------
    callable
        Every run starts with the same state of the random number generator and leaves it as it was.

    Examples
    --------
    >>> import torch
    >>> from removable.probing.cause.tape import Tape
    >>> from removable.probing.cause.torch import trace
    >>> tape = Tape()
    >>> trace(lambda x: (1 - torch.cos(x)) / x, 0, "float64")(tape, 0.5).array
    array(0.24483488)
    >>> tape.names
    ['cos', 'rsub', 'div']
    """

    def run(tape: Tape, at: float) -> Value:
        watch = _Watch(tape)
        record = torch.autograd.set_detect_anomaly(True, check_nan=False)
        with torch.random.fork_rng(devices=[]), torch.inference_mode(mode=False), torch.enable_grad(), record:
            x = torch.tensor(at, dtype=getattr(torch, dtype), requires_grad=order > 0 or tape.whole)
            watch.made(x, ARGUMENT)
            with watch:
                result = program(x)
                checked_single(result.shape)
                for k in range(order):
                    result = _derivative(result, x, more=tape.whole or k + 1 < order)
            if tape.whole:
                _tell_own_rules(tape, result)
                watch.tell_cuts()
            return Value(watch.producer(result), _plain(result))

    return run


def _tell_own_rules(tape: Tape, result: torch.Tensor) -> None:
    """Tell of each ``torch.autograd.Function``; a kernel is not told that it belongs to one."""
    seen: set[Any] = set()
    ahead = [result.grad_fn]
    while ahead:
        node = ahead.pop()
        if node is not None and node not in seen:
            seen.add(node)
            ahead += [following for following, _ in node.next_functions]
            if isinstance(node, torch.autograd.function.BackwardCFunction):
                tape.own_rule(node.name(), _line(node))


def _derivative(result: torch.Tensor, x: torch.Tensor, *, more: bool) -> torch.Tensor:
    if not result.requires_grad:  # it has no record of how it depends on x
        return torch.zeros_like(x)
    return torch.autograd.grad(result.reshape(()), x, create_graph=more, materialize_grads=True)[0]


class _Watch(TorchDispatchMode):
    """Tells a tape of each operation."""

    def __init__(self, tape: Tape) -> None:
        super().__init__()
        self._tape = tape
        self._producers: dict[int, int] = {}
        # While a weak reference lives, no other storage gets the same address.
        self._references: list[StorageWeakRef] = []
        self._recorded: list[_Recorded] = []

    def producer(self, tensor: torch.Tensor) -> int | None:
        """Return the operation that wrote to the storage of a tensor last."""
        return self._producers.get(tensor.untyped_storage()._cdata)

    def _origin(self, tensor: torch.Tensor) -> int | None:
        """Return the producer; that of the argument for a record whose operations are not seen."""
        producer = self.producer(tensor)
        return ARGUMENT if producer is None and self._tape.whole and tensor.requires_grad else producer

    def made(self, tensor: torch.Tensor, producer: int) -> None:
        """Note which operation wrote to the storage of a tensor."""
        storage = tensor.untyped_storage()
        if storage._cdata not in self._producers:
            self._references.append(StorageWeakRef(storage))
        self._producers[storage._cdata] = producer

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        leaves, structure = tree_flatten((args, kwargs or {}))
        floats = [place for place, leaf in enumerate(leaves) if _has_digits(leaf)]
        # copied before the operation runs: it may work in place
        inputs = [Value(self._origin(leaves[place]), _plain(leaves[place])) for place in floats]
        call = _Call(func, leaves, structure, floats)
        if self._tape.whole:
            call.keep_others()
        result = func(*args, **(kwargs or {}))
        if self._tape.whole and _ends_a_record(func, [leaves[place] for place in floats]):
            return self._cut(call, inputs, result)
        outputs = [leaf for leaf in tree_flatten(result)[0] if _has_digits(leaf)]
        if outputs and not _is_view(func):
            self._add(call, inputs, outputs)
        elif floats and _is_outcome(result):
            self._compare(func, result)
        return result

    def _add(self, call: _Call, inputs: list[Value], outputs: list[torch.Tensor]) -> None:
        name, where = _place(call.func)
        eps = max(eps_of(_dtype(output)) for output in outputs)
        computed = [_plain(output) for output in outputs]
        pull = call.pull if self._tape.whole else None
        answer = self._tape.add(Operation(name, where, inputs, computed, eps, call.again, pull, call.numbers))
        for output, old, new in zip(outputs, computed, answer, strict=True):
            if new is not old:
                output.copy_(_tensor(new, output))
            self.made(output, self._tape.last)
        if self._tape.whole and call.is_recorded and not _in_own_forward():
            self._recorded.append(_Recorded(self._tape.last, call, outputs, torch.is_grad_enabled()))

    def _cut(self, call: _Call, inputs: list[Value], result: Any) -> Any:
        """Tell of a view, or of a number for Python, that ends the record of differentiation."""
        name, where = _place(call.func)
        is_tensor = isinstance(result, torch.Tensor)
        computed = _plain(result) if is_tensor else np.array(float(result))
        (answer,) = self._tape.add(
            Operation(name, where, inputs, [computed], eps_of(_dtype(result) if is_tensor else "float64"))
        )
        if not _in_own_forward():
            self._tape.cut(self._tape.last, _OFF if not torch.is_grad_enabled() else "" if is_tensor else _A_NUMBER)
        if answer is computed:
            return result
        return _tensor(answer, result) if is_tensor else float(answer)

    def tell_cuts(self) -> None:
        """Tell the tape of operations that had a recorded input, and whose outputs have no record.

        It is known when the program has run: the record is made behind the kernel.
        """
        for one in self._recorded:
            if not any(output.requires_grad for output in one.outputs):
                switched_on = _AFTERWARDS if one.enabled and one.call.has_rule() else _NO_RULE
                self._tape.cut(one.place, switched_on if one.enabled else _OFF)

    def _compare(self, func: Any, result: torch.Tensor) -> None:
        name, where = _place(func)
        outcome = result.detach().cpu().numpy()
        answer = self._tape.compare(name, where, outcome)
        if answer is not outcome:
            result.copy_(torch.from_numpy(np.array(answer)))


class _Call:
    """An operation with its arguments, to be run again with other numbers."""

    def __init__(self, func: Any, leaves: list[Any], structure: Any, floats: list[int]) -> None:
        self.func, self._leaves, self._structure, self._floats = func, leaves, structure, floats
        self.is_recorded = any(leaves[place].requires_grad for place in floats)
        self.numbers = tuple(leaf for leaf in leaves if isinstance(leaf, float))

    def keep_others(self) -> None:
        """Copy the tensors that are not floating, which later operations may write to."""
        numbers = set(self._floats)
        self._leaves = [
            leaf.clone() if isinstance(leaf, torch.Tensor) and place not in numbers else leaf
            for place, leaf in enumerate(self._leaves)
        ]

    def _run(self, tensors: Sequence[torch.Tensor]) -> list[torch.Tensor]:
        leaves = list(self._leaves)
        for place, tensor in zip(self._floats, tensors, strict=True):
            leaves[place] = tensor
        args, kwargs = tree_unflatten(leaves, self._structure)
        with torch.random.fork_rng(devices=[]):
            result = self.func(*args, **kwargs)
        return [leaf for leaf in tree_flatten(result)[0] if _has_digits(leaf)]

    def _tensors(self, inputs: Arrays) -> list[torch.Tensor]:
        return [_tensor(array, self._leaves[place]) for array, place in zip(inputs, self._floats, strict=True)]

    def again(self, inputs: Arrays) -> Arrays:
        """Run the operation on other inputs."""
        return [_plain(output) for output in self._run(self._tensors(inputs))]

    def pull(self, inputs: Arrays, cotangents: Arrays) -> list[np.ndarray | None]:
        """Run the operation's own rule of reverse mode; None for each input if there is none."""
        with torch.inference_mode(mode=False), torch.enable_grad():
            points = [tensor.requires_grad_() for tensor in self._tensors(inputs)]
            outputs = self._run([point * 1 for point in points])  # it may write to its arguments
            weights = [_tensor(array, output) for array, output in zip(cotangents, outputs, strict=True)]
            known = [(o, w) for o, w in zip(outputs, weights, strict=True) if o.requires_grad]
            if not known:
                return [None for _ in inputs]
            given, pulled = zip(*known, strict=True)
            slopes = torch.autograd.grad(given, points, pulled, materialize_grads=True)
        return [_plain(slope) for slope in slopes]

    def has_rule(self) -> bool:
        """Tell whether PyTorch records the operation where it is asked to."""
        with torch.inference_mode(mode=False), torch.enable_grad():
            points = [self._leaves[place].detach().requires_grad_() for place in self._floats]
            return any(output.requires_grad for output in self._run([point * 1 for point in points]))


@dataclass(frozen=True)
class _Recorded:
    """An operation on something that has a record, and its outputs."""

    place: int
    call: _Call
    outputs: list[torch.Tensor]
    enabled: bool


def _ends_a_record(func: Any, tensors: Sequence[torch.Tensor]) -> bool:
    """Tell whether it is no operation but that what comes out has no record of what went in."""
    if not any(tensor.requires_grad for tensor in tensors):
        return False
    if func in (torch.ops.aten.detach.default, torch.ops.aten._local_scalar_dense.default):
        return True
    return _is_view(func) and not torch.is_grad_enabled()


def _in_own_forward() -> bool:
    """Tell whether this is inside the forward pass of a function with a rule of the user."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        code = frame.f_code
        if code.co_filename == _FUNCTIONS and code.co_qualname == "Function.apply":
            return True
        frame = frame.f_back
    return False


def _has_digits(leaf: Any) -> bool:
    if not isinstance(leaf, torch.Tensor) or leaf.layout is not torch.strided:
        return False
    if leaf.is_meta or leaf._is_zerotensor():  # without numbers, or with zeros that are not stored
        return False
    return leaf.is_floating_point() or leaf.is_complex()


def _is_outcome(result: Any) -> bool:
    if not isinstance(result, torch.Tensor) or result.is_meta:
        return False
    return not (result.is_floating_point() or result.is_complex())


def _is_view(func: Any) -> bool:
    returns = func._schema.returns
    return all(r.alias_info is not None and not r.alias_info.is_write for r in returns)


def _dtype(tensor: torch.Tensor) -> str:
    return str(tensor.dtype).removeprefix("torch.")


def _plain(tensor: torch.Tensor) -> np.ndarray:
    tensor = tensor.detach().cpu()
    if tensor.is_complex():
        tensor = torch.view_as_real(tensor.resolve_conj())
    if tensor.dtype is not torch.float64:
        tensor = tensor.float()
    return np.array(tensor.resolve_neg().numpy())


def _tensor(array: np.ndarray, like: torch.Tensor) -> torch.Tensor:
    """Return a new tensor of the dtype of another one."""
    tensor = torch.from_numpy(np.array(array))
    return torch.view_as_complex(tensor) if like.is_complex() else tensor.to(like.dtype)


def _place(func: Any) -> tuple[str, str]:
    """Return the name of an operation, in a backward pass with its rule, and the user's line."""
    name = func._schema.name.removeprefix("aten::")
    node = torch._C._current_autograd_node()
    if node is None:
        return name, user_line(_stack())
    forward = node
    while forward.metadata.get("parent_") is not None:
        forward = forward.metadata["parent_"]
    rule = node.name() if forward is node else f"{node.name()} of {forward.name()}"
    return f"{name} in {rule}", _line(forward)


def _line(node: Any) -> str:
    """Return the line of the user at which a node of the graph was made."""
    text = "".join(node.metadata.get("traceback_", []))
    frames = [(file, int(line)) for file, line in _FRAME.findall(text)]
    return user_line(reversed(frames))


def _stack() -> Iterator[tuple[str, int]]:
    frame = sys._getframe(1)
    while frame is not None:
        yield frame.f_code.co_filename, frame.f_lineno
        frame = frame.f_back  # type: ignore[assignment]
