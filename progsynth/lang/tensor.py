"""Tensors as values of programs: NumPy arrays of float32, known without loading NumPy.

Whoever holds an array has loaded NumPy; whoever has none must not wait for it. So arrays are
known by the name of their class, and asked only by their own methods.
"""

from __future__ import annotations

import sys
from collections.abc import Hashable
from typing import Any

from progsynth.lang.types import Type

DTYPE = "float32"
_KIND = "<f4" if sys.byteorder == "little" else ">f4"  # what NumPy calls it


def is_array(value: Any) -> bool:
    """Is it a NumPy array, of any kind of items?"""
    cls = type(value)
    return cls.__name__ == "ndarray" and cls.__module__ == "numpy"


def is_frozen(array: Any) -> bool:
    """Is it a float32 array that fills a `bytes` object, so that nobody can ever change it?"""
    data = array.base
    return (
        type(data) is bytes
        and len(data) == array.nbytes
        and array.flags.c_contiguous
        and array.dtype == DTYPE
    )


def tensor_type(array: Any) -> Type | None:
    """The type of the array as a value; None when its items are no float32."""
    return Type("tensor", tuple(array.shape)) if array.dtype == DTYPE else None


def tensor_misfit(array: Any, type_: Type) -> str:
    """Why the array is not a value of the tensor type; '' when it is."""
    if array.dtype != DTYPE:
        return f"expected {type_}, whose items are {DTYPE}, found {array_text(array)}"
    return "" if array.shape == type_.args else f"expected {type_}, found {array_text(array)}"


def tensor_key(array: Any) -> Hashable:
    """A key that arrays share when their kinds, shapes and items do, bit by bit."""
    if is_frozen(array):  # the common case: no copy, and bytes remember their hash
        return ("tensor", _KIND, array.shape, array.base)
    return ("tensor", array.dtype.str, array.shape, array.tobytes())


def same_shape(left: Any, right: Any) -> bool:
    """Are both arrays, of one shape?"""
    return is_array(left) and is_array(right) and left.shape == right.shape


def numbers_of(array: Any) -> list[float]:
    """The items, in order, as Python's numbers."""
    items: list[float] = array.ravel().tolist()
    return items


def array_text(array: Any) -> str:
    """The array for messages: its shape and the range of its items, or what kind they are."""
    shape = ", ".join(map(str, array.shape))
    if array.dtype != DTYPE:
        return f"array[{shape}] of {array.dtype}"
    items = numbers_of(array)
    return f"tensor[{shape}]" + (f"({min(items):.3g}..{max(items):.3g})" if items else "")
