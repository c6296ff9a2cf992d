"""Types as the VM sees them: which words are references, and descriptors that kernels read."""

from __future__ import annotations

from functools import lru_cache

from progsynth.errors import UnsupportedError
from progsynth.lang.types import INT, Type, dict_of
from progsynth.lang.values import entry_types
from progsynth.lang.vm.layout import (
    CATEGORY,
    D_DICT,
    D_FLOAT,
    D_INT,
    D_LIST,
    D_STR,
    D_TUPLE,
    DICT,
    FLAT,
    KEY_REFERENCES,
    MAX_TUPLE,
    REFERENCES,
    TUPLE,
    TUPLE_MASK_SHIFT,
    TUPLE_SIZE_SHIFT,
    VALUE_REFERENCES,
)

_KINDS = {
    "int": D_INT,
    "bool": D_INT,
    "choice": D_INT,
    "float": D_FLOAT,
    "str": D_STR,
    "list": D_LIST,
    "tuple": D_TUPLE,
    "dict": D_DICT,
}


@lru_cache(maxsize=4096)
def plain(type_: Type) -> Type:
    """The type with graphs and memories as the dicts that they are; variables as ints.

    Raises UnsupportedError for a type that the VM has no values of. Pure, which makes the cache
    invisible.
    """
    if type_.is_variable:  # nothing determines it: no value of it is ever looked at
        return INT
    if type_.name in ("graph", "memory"):
        return plain(dict_of(*entry_types(type_)))
    if type_.name not in _KINDS:
        raise UnsupportedError(f"the VM has no values of type {type_}")
    if type_.name == "tuple" and len(type_.args) > MAX_TUPLE:
        raise UnsupportedError(f"the VM has no tuples of more than {MAX_TUPLE} items")
    if type_.name == "choice" or not type_.args:
        return type_
    return Type(type_.name, tuple(plain(t) for t in type_.types))


def is_reference(type_: Type) -> bool:
    """Is a value of the (plain) type a reference?"""
    return _KINDS[type_.name] >= D_STR


def is_float(type_: Type) -> bool:
    """Is a value of the type the bits of a float?"""
    return type_.name == "float"


def items_of(type_: Type) -> Type:
    """The (plain) type of the items of a list; of a str, int stands for its code points."""
    return type_.types[0] if type_.name == "list" else INT


def sequence_kind(type_: Type) -> int:
    """The kind of objects that lists or strs of the (plain) type are."""
    return REFERENCES if is_reference(items_of(type_)) else FLAT


def tuple_meta(type_: Type) -> int:
    """The meta word of tuples of the (plain) type."""
    mask = sum(1 << i for i, t in enumerate(type_.types) if is_reference(t))
    return TUPLE | len(type_.types) << TUPLE_SIZE_SHIFT | mask << TUPLE_MASK_SHIFT


def dict_meta(type_: Type) -> int:
    """The meta word of dicts of the (plain) type."""
    key, value = type_.types
    return (
        DICT
        | (KEY_REFERENCES if is_reference(key) else 0)
        | (VALUE_REFERENCES if is_reference(value) else 0)
    )


def add_descriptor(type_: Type, words: list[int], base: int, known: dict[Type, int]) -> int:
    """The address of the (plain) type's descriptor, added to `words`, which begin at `base`."""
    found = known.get(type_)
    if found is not None:
        return found
    parts = () if type_.name == "choice" else type_.types
    places = [add_descriptor(t, words, base, known) for t in parts]
    known[type_] = base + len(words)
    number = CATEGORY if type_.name in ("bool", "choice") else len(places)
    words += [_KINDS[type_.name], number, *places]
    return known[type_]
