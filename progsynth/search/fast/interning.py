"""Values as words: ints, and sequences that are each kept once."""

from __future__ import annotations

from progsynth.search.fast.jit import inlined, kernel, load, pair, peek, poke, prefetch, store
from progsynth.search.fast.layout import (
    ABSENT,
    BIG,
    BIG_AT,
    BIG_MASK,
    BIG_SLOTS,
    BIGS,
    BIGS_END,
    BYTES,
    DEFERRED,
    EMPTY,
    FAIL,
    FULL,
    HALVES,
    KEEP,
    LATER,
    LATER_SIZE,
    MULTIPLIERS,
    NUM_DEFERRED,
    NUM_MULTIPLIERS,
    OUT,
    OVERRUN,
    ROOM,
    SEQUENCE_MASK,
    SEQUENCE_SLOTS,
    SEQUENCES,
    SEQUENCES_END,
    SPILLED,
    STATUS,
    WHOLES,
    WORDS,
    WORDS_END,
    Longs,
    Words,
)

LOW = 0xFFFFFFFF
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


# ------------------------------------------------------------------------- kept sequences


@kernel
def length(A: Words, word: int) -> int:
    """How many items a kept sequence has."""
    return peek(A, word - 1) >> 2


@kernel
def item_of(A: Words, word: int, i: int) -> int:
    """The i-th item of a kept sequence."""
    width = peek(A, word - 1) & 3
    if width == BYTES:
        return load(A, 4 * word + i, 8)
    if width == HALVES:
        return load(A, 2 * word + i, 16)
    return peek(A, word + i)


@kernel
def unpack(A: Words, word: int, to: int, count: int) -> None:
    """Write the first items of a kept sequence as words."""
    width = peek(A, word - 1) & 3
    if width == BYTES:
        for i in range(count):
            poke(A, to + i, load(A, 4 * word + i, 8))
    elif width == HALVES:
        for i in range(count):
            poke(A, to + i, load(A, 2 * word + i, 16))
    else:
        for i in range(count):
            poke(A, to + i, peek(A, word + i))


@kernel
def width_of(A: Words, start: int, count: int) -> int:
    """How wide the words have to be kept."""
    far = 0
    for i in range(start, start + count):
        word = peek(A, i)
        far |= word ^ (word >> 63)
    return BYTES if far < 1 << 7 else HALVES if far < 1 << 15 else WHOLES


@kernel
def is_same(A: Words, word: int, start: int, count: int) -> bool:
    """Has the kept sequence these items?"""
    header = peek(A, word - 1)
    if header >> 2 != count:
        return False
    other, width = 0, header & 3
    if width == BYTES:
        for i in range(count):
            other |= load(A, 4 * word + i, 8) ^ peek(A, start + i)
    elif width == HALVES:
        for i in range(count):
            other |= load(A, 2 * word + i, 16) ^ peek(A, start + i)
    else:
        for i in range(count):
            other |= peek(A, word + i) ^ peek(A, start + i)
    return other == 0


@kernel
def put_items(A: Words, word: int, start: int, count: int, width: int) -> None:
    """Write the items of a sequence that is new, and what stands in front of them."""
    poke(A, word - 1, 4 * count + width)
    if width == BYTES:
        for i in range(count):
            store(A, 4 * word + i, 8, peek(A, start + i))
    elif width == HALVES:
        for i in range(count):
            store(A, 2 * word + i, 16, peek(A, start + i))
    else:
        for i in range(count):
            poke(A, word + i, peek(A, start + i))


# -------------------------------------------------------------------------------- looking up


@kernel
def hash_words(A: Words, Q: Longs, start: int, count: int) -> int:
    """31 bits of a hash of words of A: a product of each two of them, as in XXH3 (Collet 2019)."""
    h, pairs, done = count * MIX, count >> 1, 0
    while done < pairs:
        num, total = min(pairs - done, NUM_MULTIPLIERS), 0
        for i in range(num):
            two = pair(A, start + 2 * (done + i)) ^ load(Q, MULTIPLIERS + i, 64)
            total += two + (two & LOW) * ((two >> 32) & LOW)
        h = finish(h + total)
        done += num
    if count & 1:
        h = (h ^ peek(A, start + count - 1)) * MIX
    return (finish(h) >> 33) & 0x7FFFFFFF


@kernel
def find(A: Words, Q: Longs, start: int, count: int, tag: int) -> int:
    """The word of the sequence of these words; less than 0, less one, is the free slot for it."""
    at = Q[SEQUENCE_SLOTS] + (tag & Q[SEQUENCE_MASK])
    slot = Q[at]
    while slot:
        if slot >> 32 == tag:
            found = slot & 0x7FFFFFFF
            if is_same(A, found, start, count):
                return found
        at += 1
        slot = Q[at]
    return -1 - at


@kernel
def look_up(A: Words, Q: Longs, start: int, count: int, tag: int) -> int:
    """The word of the sequence of these words, which have that hash; a new one where needed."""
    found = find(A, Q, start, count, tag)
    if found >= 0:
        return found
    if not Q[KEEP]:
        return ABSENT
    width = width_of(A, start, count)
    place = Q[WORDS] + 1
    end = place + ((count << width) + 3 >> 2)
    if end > Q[WORDS_END] or Q[SEQUENCES] >= Q[SEQUENCES_END]:
        Q[STATUS] = FULL
        return FAIL
    at, mask = -1 - found, Q[SEQUENCE_MASK]
    if 10 * Q[SEQUENCES] > 7 * mask or at > Q[SEQUENCE_SLOTS] + mask + OVERRUN - 2:
        Q[STATUS] = ROOM
        return FAIL
    put_items(A, place, start, count, width)
    Q[at] = (tag << 32) | place
    Q[WORDS] = end
    Q[SEQUENCES] += 1
    return place


@kernel
def sequence(A: Words, Q: Longs, start: int, count: int) -> int:
    """The word of the sequence of these words of A."""
    if count == 0:
        return EMPTY
    return look_up(A, Q, start, count, hash_words(A, Q, start, count))


@kernel
def result(A: Words, Q: Longs, start: int, count: int) -> int:
    """The sequence of these words of A, which stay as they are until `conclude_deferred`.

    If it begins at the end of the stack it is put on it.
    """
    if count == 0:
        return EMPTY
    if start == Q[OUT]:
        Q[OUT] = start + count
    tag = hash_words(A, Q, start, count)
    prefetch(Q, Q[SEQUENCE_SLOTS] + (tag & Q[SEQUENCE_MASK]))
    one = Q[LATER] + LATER_SIZE * Q[NUM_DEFERRED]
    Q[one], Q[one + 1], Q[one + 2] = start, count, tag
    Q[NUM_DEFERRED] += 1
    return DEFERRED


@inlined
def give(A: Words, Q: Longs, place: int, word: int) -> None:
    """Write the word of a result, now or when it is known."""
    A[place] = word
    if word == DEFERRED:
        Q[Q[LATER] + LATER_SIZE * (Q[NUM_DEFERRED] - 1) + 4] = place


@kernel
def conclude_deferred(A: Words, Q: Longs, first: int) -> None:
    """Look up what was deferred, from the `first` on, and write the words where they belong."""
    later, slots, mask = Q[LATER], Q[SEQUENCE_SLOTS], Q[SEQUENCE_MASK]
    for one in range(later + LATER_SIZE * first, later + LATER_SIZE * Q[NUM_DEFERRED], LATER_SIZE):
        tag = Q[one + 2]
        at = slots + (tag & mask)
        slot = Q[at]
        while slot and slot >> 32 != tag:
            at += 1
            slot = Q[at]
        Q[one + 3] = slot & 0x7FFFFFFF
        if slot:
            prefetch(A, (slot & 0x7FFFFFFF) - 1)
    for one in range(later + LATER_SIZE * first, later + LATER_SIZE * Q[NUM_DEFERRED], LATER_SIZE):
        start, count, word = Q[one], Q[one + 1], Q[one + 3]
        if word == 0 or not is_same(A, word, start, count):
            word = look_up(A, Q, start, count, Q[one + 2])
        A[Q[one + 4]] = word
    Q[NUM_DEFERRED] = first


# ---------------------------------------------------------------------------- opened sequences


@kernel
def opened(A: Words, Q: Longs, word: int) -> int:
    """The address of the items of a kept sequence, laid out on the stack."""
    at = Q[OUT] + 2
    count = length(A, word)
    A[at - 2], A[at - 1] = word, count
    unpack(A, word, at, count)
    Q[OUT] = at + count
    return at


@kernel
def count_of(A: Words, x: int) -> int:
    """How many items an opened sequence has."""
    return peek(A, x - 1)


@kernel
def kept(A: Words, x: int) -> int:
    """The word of an opened sequence."""
    return peek(A, x - 2)


# ---------------------------------------------------------------------------------- tables


@kernel
def put_slot(Q: Longs, slots: int, mask: int, slot: int) -> None:
    """Put a slot where it belongs, or behind."""
    at = slots + ((slot >> 32) & mask)
    while Q[at]:
        at += 1
    Q[at] = slot


@kernel
def widen(Q: Longs, slots: int, old: int, mask: int) -> None:
    """Make a table of slots larger in place: from mask `old` to a mask of more bits.

    What runs over the end of the old table is put aside; then each slot moves down to where it
    belongs or up to where nothing is yet, so that none is met twice.
    """
    spilled = 0
    for at in range(slots + old + 1, slots + old + 1 + OVERRUN):
        if Q[at]:
            Q[Q[SPILLED] + spilled] = Q[at]
            spilled += 1
            Q[at] = 0
    for at in range(slots, slots + old + 1):
        slot = Q[at]
        if slot:
            Q[at] = 0
            put_slot(Q, slots, mask, slot)
    for i in range(spilled):
        put_slot(Q, slots, mask, Q[Q[SPILLED] + i])


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
