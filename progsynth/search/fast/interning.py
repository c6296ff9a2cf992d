"""Values as words: ints, and sequences that are each kept once."""

from __future__ import annotations

from progsynth.search.fast.jit import kernel
from progsynth.search.fast.layout import (
    ABSENT,
    BIG,
    BIG_AT,
    BIG_MASK,
    BIG_SLOTS,
    BIGS,
    BIGS_END,
    EMPTY,
    FAIL,
    FULL,
    KEEP,
    ROOM,
    SEQUENCE_MASK,
    SEQUENCE_SLOTS,
    SEQUENCES,
    SEQUENCES_END,
    STATUS,
    WORDS,
    WORDS_END,
    WORDS_START,
    Longs,
    Words,
)

MIX = -7046029254386353131  # the golden ratio's 64 bits, as a signed number


@kernel
def finish(h: int) -> int:
    """The hash with its high bits folded into the low ones."""
    h ^= h >> 32
    h *= MIX
    return h ^ (h >> 29)


@kernel
def number(Q: Longs, word: int) -> int:
    """The int that the word stands for."""
    return word if word < BIG else Q[Q[BIG_AT] + word - BIG]


@kernel
def word_of(Q: Longs, value: int) -> int:
    """The word of an int."""
    if -BIG <= value < BIG:
        return value
    return big_word(Q, value)


@kernel
def big_word(Q: Longs, value: int) -> int:
    """The word of an int of more than 30 bits."""
    mask, slots, base = Q[BIG_MASK], Q[BIG_SLOTS], Q[BIG_AT]
    at = finish(value) & mask
    while Q[slots + at]:
        found = Q[slots + at] - 1
        if Q[base + found] == value:
            return found + BIG
        at = (at + 1) & mask
    if not Q[KEEP]:
        return ABSENT
    count = Q[BIGS]
    if count >= Q[BIGS_END]:
        Q[STATUS] = FULL
        return FAIL
    if 2 * count > mask:
        Q[STATUS] = ROOM
        return FAIL
    Q[base + count] = value
    Q[slots + at] = count + 1
    Q[BIGS] = count + 1
    return count + BIG


@kernel
def length(A: Words, word: int) -> int:
    """How many items the sequence has."""
    return int(A[word - 1])


@kernel
def items(word: int) -> int:
    """The address of the sequence's items."""
    return word


@kernel
def hash_words(A: Words, start: int, count: int) -> int:
    """A hash of words of A."""
    h = count
    for i in range(start, start + count):
        h = (h ^ A[i]) * MIX
        h ^= h >> 31
    return finish(h)


@kernel
def sequence(A: Words, Q: Longs, start: int, count: int) -> int:
    """The word of the sequence of these words of A; a new one where there was none."""
    if count == 0:
        return EMPTY
    h = hash_words(A, start, count)
    tag = (h >> 33) & 0x3FFFFFFF
    mask, slots = Q[SEQUENCE_MASK], Q[SEQUENCE_SLOTS]
    at = h & mask
    slot = Q[slots + at]
    while slot:
        if slot >> 32 == tag:
            found = slot & 0xFFFFFFFF
            if A[found - 1] == count:
                i = 0
                while i < count and A[found + i] == A[start + i]:
                    i += 1
                if i == count:
                    return found
        at = (at + 1) & mask
        slot = Q[slots + at]
    if not Q[KEEP]:
        return ABSENT
    place = Q[WORDS] + 1
    if place + count > Q[WORDS_END] or Q[SEQUENCES] >= Q[SEQUENCES_END]:
        Q[STATUS] = FULL
        return FAIL
    if 5 * Q[SEQUENCES] > 3 * mask:
        Q[STATUS] = ROOM
        return FAIL
    A[place - 1] = count
    for i in range(count):
        A[place + i] = A[start + i]
    Q[slots + at] = (tag << 32) | place
    Q[WORDS] = place + count
    Q[SEQUENCES] += 1
    return place


@kernel
def rehash_sequences(A: Words, Q: Longs, mask: int) -> None:
    """Make the table of sequences larger, within its reserved place."""
    slots = Q[SEQUENCE_SLOTS]
    for i in range(mask + 1):
        Q[slots + i] = 0
    Q[SEQUENCE_MASK] = mask
    place = Q[WORDS_START] + 1
    while place < Q[WORDS]:
        h = hash_words(A, place, int(A[place - 1]))
        at = h & mask
        while Q[slots + at]:
            at = (at + 1) & mask
        Q[slots + at] = (((h >> 33) & 0x3FFFFFFF) << 32) | place
        place += A[place - 1] + 1


@kernel
def rehash_bigs(Q: Longs, mask: int) -> None:
    """Make the table of large ints larger, within its reserved place."""
    slots, base = Q[BIG_SLOTS], Q[BIG_AT]
    for i in range(mask + 1):
        Q[slots + i] = 0
    Q[BIG_MASK] = mask
    for one in range(Q[BIGS]):
        at = finish(Q[base + one]) & mask
        while Q[slots + at]:
            at = (at + 1) & mask
        Q[slots + at] = one + 1
