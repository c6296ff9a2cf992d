"""Python values to words, and back."""

from __future__ import annotations

import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from progsynth.lang.types import BOOL, FLOAT, INT, Type
from progsynth.lang.values import Value
from progsynth.lang.vm.descriptors import (
    add_descriptor,
    dict_meta,
    items_of,
    sequence_kind,
    tuple_meta,
)
from progsynth.lang.vm.layout import ADDRESS, ADDRESS_BITS, DICT_HEAD, FLAT, HEAD, SMALL_DICT

Words = npt.NDArray[np.int64]


def float_bits(value: float) -> int:
    """The bits of a float as a signed integer."""
    found: int = struct.unpack("<q", struct.pack("<d", value))[0]
    return found


@dataclass(slots=True)
class Image:
    """Words in the making that will lie at `base` of the arena.

    `dicts` lists the dicts with an index still to be filled: address, descriptor of the keys.
    """

    base: int
    words: list[int] = field(default_factory=list)
    descriptors: dict[Type, int] = field(default_factory=dict)
    dicts: list[tuple[int, int]] = field(default_factory=list)
    texts: dict[str, int] = field(default_factory=dict)

    def descriptor(self, type_: Type) -> int:
        """The address of the plain type's descriptor."""
        return add_descriptor(type_, self.words, self.base, self.descriptors)

    def add(self, value: Value, type_: Type) -> int:
        """The word of the value of a plain type; its objects are added."""
        name = type_.name
        if name == "float":
            return float_bits(value)
        if name == "str":
            return self._text(value)
        if name == "list":
            return self._list(value, type_)
        if name == "tuple":
            words = [self.add(v, t) for v, t in zip(value, type_.types, strict=True)]
            return self._place([tuple_meta(type_), *words])
        if name == "dict":
            return self._dict(value, type_)
        return int(value)

    def _place(self, words: list[int]) -> int:
        address = self.base + len(self.words)
        self.words += words
        return address

    def _text(self, value: str) -> int:
        if not value:
            return 0
        found = self.texts.get(value)
        if found is None:
            length = len(value)
            address = self._place([FLAT, length, length, *map(ord, value)])
            found = self.texts[value] = address | length << ADDRESS_BITS
        return found

    def _list(self, value: list[Value], type_: Type) -> int:
        if not value:
            return 0
        item = items_of(type_)
        if item in (INT, BOOL):
            words = value  # numpy makes ints of bools
        elif item == FLOAT:
            words = np.array(value, np.float64).view(np.int64).tolist()
        else:
            words = [self.add(v, item) for v in value]
        length = len(words)
        return self._place([sequence_kind(type_), length, length, *words]) | length << ADDRESS_BITS

    def _dict(self, value: dict[Value, Value], type_: Type) -> int:
        if not value:
            return 0
        key_type, value_type = type_.types
        keys = [self.add(k, key_type) for k in value]
        values = [self.add(v, value_type) for v in value.values()]
        room, slots = len(keys), 0
        if room > SMALL_DICT:
            slots = 32
            while slots < 2 * room:
                slots *= 2
        address = self._place([dict_meta(type_), room, room, slots, *keys, *values, *[0] * slots])
        if slots:
            self.dicts.append((address, self.descriptor(key_type)))
        return address | room << ADDRESS_BITS


def decode(A: Words, F: npt.NDArray[np.float64], place: int, type_: Type) -> Value:
    """The value of the plain type whose word is at `place` of the arena."""
    return _Decoder(A, F).at(place, type_)


class _Decoder:
    def __init__(self, A: Words, F: Any):
        self.A = A
        self.F = F
        self.known: dict[tuple[int, Type], Value] = {}  # what is shared there is shared here

    def at(self, place: int, type_: Type) -> Value:
        return self.items(place, 1, type_)[0]

    def items(self, start: int, count: int, type_: Type) -> list[Value]:
        """The values of `count` words from `start` on."""
        name = type_.name
        if name == "float":
            floats: list[Value] = self.F[start : start + count].tolist()
            return floats
        words = self.A[start : start + count].tolist()
        if name == "bool":
            return list(map(bool, words))
        if name == "str":
            return [self.text(word) for word in words]
        if name == "list":
            return [self.once(word, type_, self.sequence) for word in words]
        if name == "tuple":
            return [self.once(word, type_, self.tuple) for word in words]
        if name == "dict":
            return [self.once(word, type_, self.dict) for word in words]
        return list(words)

    def once(self, word: int, type_: Type, read: Callable[[int, Type], Value]) -> Value:
        found = self.known.get((word, type_))
        if found is None:
            found = self.known[word, type_] = read(word, type_)
        return found

    def sequence(self, word: int, type_: Type) -> Value:
        return self.items((word & ADDRESS) + HEAD, word >> ADDRESS_BITS, type_.types[0])

    def text(self, word: int) -> str:
        start = (word & ADDRESS) + HEAD
        codes = self.A[start : start + (word >> ADDRESS_BITS)].astype("<u4")
        return codes.tobytes().decode("utf-32-le", "surrogatepass")

    def tuple(self, address: int, type_: Type) -> Value:
        return tuple(self.at(address + 1 + i, t) for i, t in enumerate(type_.types))

    def dict(self, word: int, type_: Type) -> Value:
        address, count = word & ADDRESS, word >> ADDRESS_BITS
        if count == 0:
            return {}
        start = address + DICT_HEAD
        keys = self.items(start, count, type_.types[0])
        values = self.items(start + int(self.A[address + 2]), count, type_.types[1])
        return dict(zip(keys, values, strict=True))
