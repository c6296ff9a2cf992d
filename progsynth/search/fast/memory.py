"""The two arrays of a bank, laid out, and the Python values in them."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from progsynth.lang.types import BOOL, FLOAT, INT, STR, Type, tuple_of, walk_type
from progsynth.search.fast import layout as at
from progsynth.search.fast.layout import BIG, Longs, Words
from progsynth.search.fast.running import MAX_STEPS
from progsynth.search.fast.sorting import SPAN
from progsynth.search.fast.tending import add_number, add_sequence, grow_tables

_START_MASK = (1 << 12) - 1
_STACK = 1 << 16  # words that are opened or made before all that waits is looked up
_WIDTHS = (np.int8, np.int16, np.int32)
_TABLES = (
    (at.SEQUENCES, at.SEQUENCE_MASK),
    (at.BIGS, at.BIG_MASK),
    (at.ENTRIES, at.ROW_MASK),
)
_KINDS = {"tuple": at.TUPLE, "float": at.FLOATING, "dict": at.TABLE}
_LONG_FLOAT = struct.Struct("<q"), struct.Struct("<d")
_FLOAT = 36  # bytes of one, with its slots
_SMALL = 4096  # items that any result may have, and elements that any lambda may be called on


@dataclass(frozen=True, slots=True)
class Sizes:
    """How large a bank may get. `width` is the number of examples, `values` the sum of their
    sizes, `cells` the limit of one result, `variables` the most that a lambda sees. With `floats`
    there is room for as many numbers as the entries' rows have."""

    max_bytes: int
    width: int
    values: int
    cells: int
    variables: int
    floats: bool = False


@dataclass
class Memory:
    """Words and longs, and what the types' numbers are."""

    A: Words
    Q: Longs
    types: dict[Type, int] = field(default_factory=dict)
    readers: dict[Type, Callable[[int], Any]] = field(default_factory=dict)

    def type_number(self, type_: Type) -> int:
        """The number of the type's descriptor."""
        if type_ in (INT, BOOL):
            return 0
        found = self.types.get(type_)
        if found is None:
            inside = (tuple_of(*type_.types),) if type_.name == "dict" else type_.types
            parts = [self.type_number(t) for t in inside] or [0]
            found = self.types[type_] = len(self.types) + 1
            here = at.TYPES + 8 * found
            self.Q[here] = _KINDS.get(type_.name, at.SEQUENCE)
            self.Q[here + 1 : here + 1 + len(parts)] = parts
        return found

    def aim(self, type_: Type, tolerance: float) -> None:
        """Say what outputs are: floats among them are right within the tolerance, dicts in any
        order."""
        inexact = any(t == FLOAT or t.name == "dict" for t in walk_type(type_))
        self.Q[at.NEAR_KIND] = self.type_number(type_) if inexact else 0
        self.Q[at.NEAR_WITHIN] = bits_of(tolerance)

    def encode(self, type_: Type, value: Any) -> int:
        """The word of a value of the type."""
        if type_ in (INT, BOOL):
            return self._kept(lambda: add_number(self.Q, int(value)))
        if type_ == FLOAT:
            return self._kept(lambda: add_number(self.Q, bits_of(value)))
        if type_ == STR:
            words = [ord(c) for c in value]
        elif type_.name == "tuple":
            words = [self.encode(t, v) for t, v in zip(type_.types, value, strict=True)]
        elif type_.name == "dict":
            words = [self.encode(tuple_of(*type_.types), pair) for pair in value.items()]
        else:
            words = [self.encode(type_.types[0], v) for v in value]
        start = int(self.Q[at.ROWS])  # beyond the last record: free
        self.A[start : start + len(words)] = words
        return self._kept(lambda: add_sequence(self.A, self.Q, start, len(words)))

    def _kept(self, add: Callable[[], int]) -> int:
        """The word that `add` gives, in larger tables where they are too full for it."""
        self.Q[at.STATUS] = at.GOING
        word = add()
        while self.Q[at.STATUS] == at.ROOM:
            self.grow()
            self.Q[at.STATUS] = at.GOING
            word = add()
        return int(word)

    def grow(self) -> None:
        """Make the hash tables that are full larger."""
        sizes = np.zeros(3, np.int64)
        for i, (count, mask) in enumerate(_TABLES):
            if 2 * int(self.Q[count]) > int(self.Q[mask]):
                sizes[i] = 2 * int(self.Q[mask]) + 1
        grow_tables(self.Q, sizes)

    def decode(self, type_: Type, word: int) -> Any:
        """The value that the word stands for."""
        return self.reader(type_)(word)

    def reader(self, type_: Type) -> Callable[[int], Any]:
        """What gives the value that a word of the type stands for; each is made once."""
        found = self.readers.get(type_)
        if found is None:
            found = self.readers[type_] = self._made(type_)
        return found

    def _made(self, type_: Type) -> Callable[[int], Any]:
        items, number = self._items, self._number
        if type_ == BOOL:
            return bool
        if type_ == INT:
            return number
        if type_ == FLOAT:
            pack, unpack = _LONG_FLOAT[0].pack, _LONG_FLOAT[1].unpack
            return lambda word: unpack(pack(number(word)))[0]
        if type_ == STR:
            return lambda word: "".join(map(chr, items(word)))
        if type_.name == "tuple":
            parts = [self.reader(t) for t in type_.types]
            return lambda word: tuple([read(w) for read, w in zip(parts, items(word), strict=True)])
        if type_.name == "dict":
            pair = self.reader(tuple_of(*type_.types))
            return lambda word: dict([pair(w) for w in items(word)])
        item = self.reader(type_.types[0])
        return lambda word: [item(w) for w in items(word)]

    def _number(self, word: int) -> int:
        return word if word < BIG else int(self.Q[self.Q[at.BIG_AT] + word - BIG])

    def _items(self, word: int) -> list[int]:
        """The items of the sequence at the word."""
        count, width = divmod(int(self.A[word - 1]), 4)
        found: list[int] = self.A[word:].view(_WIDTHS[width])[:count].tolist()
        return found


def reserve(sizes: Sizes) -> Memory:
    """The memory of a bank. It is touched as it fills: what is not used costs nothing."""
    each = 4 * sizes.width + 130 + sizes.floats * _FLOAT * sizes.width
    entries = max(1 << 12, sizes.max_bytes // each)
    bigs = entries * sizes.width if sizes.floats else entries // 4
    rows, words = entries * (5 + sizes.width), entries * 11
    slots = at.OVERRUN + (1 << (10 * (entries + at.BLOCK_LANES) // 7).bit_length())
    lanes = max(_SMALL, 4 * sizes.values)
    items = max(_SMALL, 4 * sizes.cells)
    block = max(at.BLOCK_LANES, sizes.width)
    stack = _STACK + (sizes.width + 8) * (items + lanes)
    in_q = {
        at.SEQUENCE_SLOTS: slots,
        at.BIG_AT: bigs + at.NUM_SPARES,
        at.BIG_SLOTS: max(slots // 2, 1 << (2 * bigs + 1).bit_length()),
        at.ROW_SLOTS: slots,
        at.SORT_KEYS: SPAN + 2 * (items + lanes),
        at.FRAMES: 4 * MAX_STEPS,
        at.SPILLED: at.OVERRUN,
        at.LATER: at.LATER_SIZE * (block + 2 * at.BLOCK_LANES),
    }
    in_a = {
        at.OUT: stack,
        at.INNER: 4 * (items + lanes),
        at.VARIABLES: sizes.variables * lanes,
        at.ELEMENTS: lanes,
        at.SECONDS: lanes,
        at.CODES: lanes,
        at.HISTORY: lanes,
        at.PLACES: lanes,
        at.STARTS: sizes.width + 1,
        at.MISSES: lanes,
        at.ACCUMULATORS: sizes.width,
        at.TAPE: MAX_STEPS * lanes,
        at.OPENED: 3 * at.BLOCK_LANES,
        at.CHOICES: at.CHOICE * at.BLOCK,
        at.ARGUMENTS: 4 * block,
        at.RESULTS: block,
        at.SEEN: 2 * at.NEARBY,
    }
    longs = np.zeros(at.REGISTERS + sum(in_q.values()), np.int64)
    num_a = lanes + sum(in_a.values()) + rows + words  # the first lanes stay zero
    memory = Memory(np.zeros(num_a + _SMALL, np.int32), longs)
    place = at.REGISTERS
    for name, size in in_q.items():
        longs[name] = place
        place += size
    place = lanes
    for name, size in in_a.items():
        longs[name] = place
        place += size
    longs[at.SORT_KEYS] += SPAN  # as many are used in front of it
    longs[at.OUT_LIMIT], longs[at.LANE_ROOM] = longs[at.OUT] + _STACK, block
    longs[at.MULTIPLIERS : at.MULTIPLIERS + at.NUM_MULTIPLIERS] = _multipliers()
    longs[at.ROWS], longs[at.ROWS_END] = place, place + rows
    longs[at.WORDS], longs[at.WORDS_END] = place + rows + _SMALL, num_a + _SMALL
    longs[at.WORDS_START] = longs[at.WORDS]
    longs[at.SEQUENCES_END] = entries
    longs[at.BIGS_END], longs[at.ENTRIES_END] = bigs, entries
    for mask in (at.SEQUENCE_MASK, at.BIG_MASK, at.ROW_MASK):
        longs[mask] = _START_MASK
    longs[at.LANES], longs[at.MAX_ITEMS], longs[at.CELLS] = lanes, items, sizes.cells
    longs[at.KEEP] = 1
    return memory


def bits_of(value: float) -> int:
    """The 64 bits of a float as a number; those of one NaN for all."""
    bits: int = _LONG_FLOAT[0].unpack(_LONG_FLOAT[1].pack(math.nan if value != value else value))[0]
    return bits


def _multipliers() -> Longs:
    """What words are multiplied with in hashes: odd numbers that have nothing in common."""
    drawn = np.random.default_rng(0).integers(-(1 << 63), (1 << 63) - 1, at.NUM_MULTIPLIERS)
    return drawn | 1
