"""Values from outside made values of the language: copies in its own types, of the type asked.

What a file, NumPy, torch or a user's own subclasses give is first made `plain`. `conform` then
makes a plain value one of a type, or says why it is none: ints become floats where the type has
floats, arrays become lists or tensors as the type says.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from progsynth.errors import TaskError
from progsynth.lang.tensor import is_array, is_frozen
from progsynth.lang.types import FLOAT, MAX_DEPTH, Type
from progsynth.lang.values import Value, entry_types, misfit, show

# --------------------------------------------------------------------------- plain values


def plain(value: Any, where: str, *, arrays: bool = False, depth: int = 0) -> Value:
    """A copy of the value in Python's own types; `where` is its place, for messages.

    Arrays of numbers are kept, for `conform`, where `arrays` says so. Raises TaskError.
    """
    for cls, make in _SCALARS:
        if isinstance(value, cls):
            made = make(value)
            return made if cls is not str else _whole_text(made, where)
    if depth > MAX_DEPTH:
        top = ", ".join(where.split(", ")[:2])
        raise TaskError(f"{top}: expected at most {MAX_DEPTH} levels of nesting, found more")

    def inside(item: Any, place: str) -> Value:
        return plain(item, f"{where}, {place}", arrays=arrays, depth=depth + 1)

    if isinstance(value, list | tuple):  # most items are numbers: they need no place
        items = [
            item if type(item) in _NUMBERS else inside(item, f"item {i}")
            for i, item in enumerate(value)
        ]
        return items if isinstance(value, list) else tuple(items)
    if isinstance(value, dict):
        keys = [inside(key, f"key {show(key)}") for key in value]
        values = [inside(item, f"key {show(key)}") for key, item in value.items()]
        return dict(zip(keys, values, strict=True))
    if type(value).__module__.partition(".")[0] in ("numpy", "torch"):
        return _from_array(value, where, arrays, inside)
    hint = _HINTS.get(type(value).__name__, "give int, float, bool, str, list, tuple or dict")
    raise TaskError(f"{where}: expected a value of the language, found {show(value)}; {hint}")


def _whole_text(text: str, where: str) -> str:
    if not text.isascii() and _SURROGATE.search(text):
        raise TaskError(
            f"{where}: expected whole characters, found half a surrogate pair in {show(text)}"
        )
    return text


_SCALARS: tuple[tuple[type, Callable[[Any], Value]], ...] = (
    (bool, bool),
    (int, int.__int__),
    (float, float.__float__),
    (str, str.__str__),
)

_NUMBERS = frozenset((bool, int, float))
_SURROGATE = re.compile("[\ud800-\udfff]")

_HINTS = {
    "NoneType": "the language has no None: leave the value out, or stand something else for it",
    "set": "give a sorted list of its items",
    "frozenset": "give a sorted list of its items",
    "range": "give list(...) of it",
    "bytes": "decode it to text, or give a list of ints",
    "complex": "give a tuple of two floats",
}


def _from_array(value: Any, where: str, arrays: bool, inside: Callable[[Any, str], Value]) -> Value:
    if is_array(value) and is_frozen(value):
        return value
    rank = len(getattr(value, "shape", ()))
    if not hasattr(value, "tolist") or (rank and not arrays):
        shape = tuple(getattr(value, "shape", ()))
        raise TaskError(
            f"{where}: expected a value of the language, found an array of shape {shape}; give "
            "array.tolist(), or write a request with list[float], list[list[float]] or "
            f"{Type('tensor', shape)} there"
        )
    array = _from_torch(value, where) if hasattr(value, "detach") else value
    if rank and is_array(array) and array.dtype.kind in _NUMERIC:
        return array
    return inside(array.tolist(), "the array")


_NUMERIC = "biuf"  # NumPy's kinds of items that are bools, ints and floats


def _from_torch(value: Any, where: str) -> Any:
    """The torch tensor as an array in the CPU's memory, which it may share."""
    known_to_numpy = value.float() if "bfloat16" in str(value.dtype) else value
    try:
        return known_to_numpy.numpy(force=True)
    except (TypeError, RuntimeError) as error:  # sparse, quantised
        raise TaskError(
            f"{where}: expected a tensor that NumPy can hold, found one of {value.dtype} "
            f"({str(error).splitlines()[0]}); give tensor.to_dense().float()"
        ) from None


# ------------------------------------------------------------------------------- tensors


def make_tensor(data: Any, type_: Type, where: str) -> npt.NDArray[np.float32]:
    """The value of the tensor type that an array, a number or nested lists of numbers write.

    It is a copy that cannot be made writeable. Raises TaskError, with the place, for another
    shape, for what are no numbers, and for numbers that are not finite in float32.
    """
    if is_array(data) and is_frozen(data) and data.shape == type_.args:
        made: npt.NDArray[np.float32] = data
    else:
        array = _numbers(data, type_, where)
        with np.errstate(over="ignore"):  # what becomes infinite is told below
            narrow = array.astype(np.float32)
        made = np.ndarray(array.shape, np.float32, buffer=narrow.tobytes())
    if not np.isfinite(made).all():
        place = tuple(int(i) for i in np.argwhere(~np.isfinite(made))[0])
        shown = np.asarray(data)[place]
        raise TaskError(
            f"{where}: expected {type_} of finite numbers that float32 holds, found {shown} at "
            f"{list(place)}; leave the example out, or put a number in its place"
        )
    return made


def _numbers(data: Any, type_: Type, where: str) -> npt.NDArray[Any]:
    """The data as an array of numbers of the type's shape."""
    try:
        array = np.asarray(data)
    except ValueError:  # rows of different lengths
        raise TaskError(
            f"{where}: expected {type_}, found rows of different lengths in {show(data)}"
        ) from None
    if array.dtype.kind not in _NUMERIC:
        raise TaskError(f"{where}: expected {type_}, found {show(data)}; give numbers")
    if array.shape != type_.args:
        raise TaskError(f"{where}: expected {type_}, found {_shape_text(array, type_)}")
    return array


def _shape_text(array: npt.NDArray[Any], type_: Type) -> str:
    """The array's shape, and what may be done about it."""
    found = f"an array of shape {array.shape}" if array.ndim else f"the number {array}"
    wanted = type_.args
    if array.ndim and array.size == np.prod([int(str(n)) for n in wanted]):
        return f"{found}; give array.reshape{wanted}"
    if array.shape[1:] == wanted:
        return f"{found}; {len(array)} of them are a list[{type_}]: write that in the request"
    return found


# ----------------------------------------------------------------------------- conforming


def conform(value: Value, type_: Type, where: str) -> Value:
    """The plain value as one of the type; see the top of this file.

    Raises TaskError, with the place, when the value is not one of the type.
    """
    made = _imposed(value, type_, where)
    why = misfit(made, type_)
    if why:
        raise TaskError(f"{where}{', ' if why.startswith(('item', 'key')) else ': '}{why}")
    return made


def _imposed(value: Value, type_: Type, where: str) -> Value:
    """The value with all made of it that the type asks for, where that can be done at all."""
    if type_.name == "tensor":
        return make_tensor(value, type_, where)
    if type_ == FLOAT and type(value) is int:
        try:
            return float(value)
        except OverflowError:
            raise TaskError(f"{where}: expected a float, found {show(value)}, too large") from None
    if is_array(value):
        return _from_rows(value, type_, where)
    if type_.name == "list" and isinstance(value, list):
        item = type_.types[0]
        if item.name in _AS_THEY_ARE:
            return value
        return [_imposed(v, item, f"{where}, item {i}") for i, v in enumerate(value)]
    if type_.name == "tuple" and isinstance(value, tuple) and len(value) == len(type_.args):
        items = enumerate(zip(value, type_.types, strict=True))
        return tuple(_imposed(v, t, f"{where}, item {i}") for i, (v, t) in items)
    if type_.name in ("dict", "graph", "memory") and isinstance(value, dict):
        item = entry_types(type_)[1]
        return {k: _imposed(v, item, f"{where}, key {show(k)}") for k, v in value.items()}
    return value


_AS_THEY_ARE = frozenset(("int", "bool", "str", "choice"))  # types that ask for nothing


def _from_rows(array: Any, type_: Type, where: str) -> Value:
    """The array as nested lists, of tensors where the type says so."""
    if type_.name != "list":
        raise TaskError(f"{where}: expected {type_}, found an array of shape {array.shape}")
    item = type_.types[0]
    if item.name == "tensor":
        return [make_tensor(row, item, f"{where}, item {i}") for i, row in enumerate(array)]
    rows = array.tolist() if array.ndim == 1 else list(array)
    return [_imposed(row, item, f"{where}, item {i}") for i, row in enumerate(rows)]
