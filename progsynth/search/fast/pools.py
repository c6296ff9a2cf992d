"""Where the elements that lambdas are called on stand in the rows of bodies.

The elements of each pool are kept in one hash table; those met outside are added to it without
a place, which is how a search learns of them.
"""

from __future__ import annotations

from progsynth.search.fast.interning import MIX, finish
from progsynth.search.fast.jit import kernel
from progsynth.search.fast.layout import NOTED, NOTED_END, POOL_MASK, Longs, Words

SCOPE_KEY, ROW_KEY, LEFT_KEY, RIGHT_KEY, PLACE = 0, 1, 2, 3, 4  # columns of the elements
NUM_ELEMENT = 5


@kernel
def slot_at(
    Q: Longs, elements: Words, slots: Words, scope: int, row: int, left: int, right: int
) -> int:
    """The slot of the element, or the free one for it."""
    h = (((scope * MIX ^ row) * MIX ^ left) * MIX ^ right) * MIX
    mask = Q[POOL_MASK]
    at = finish(h) & mask
    while slots[at]:
        one = slots[at] - 1
        if (
            elements[one, LEFT_KEY] == left
            and elements[one, RIGHT_KEY] == right
            and elements[one, SCOPE_KEY] == scope
            and elements[one, ROW_KEY] == row
        ):
            return at
        at = (at + 1) & mask
    return at


@kernel
def free_slot(
    Q: Longs, elements: Words, slots: Words, scope: int, row: int, left: int, right: int
) -> int:
    """The free slot for the element; -1 where it is known."""
    at = slot_at(Q, elements, slots, scope, row, left, right)
    return -1 if slots[at] else at


@kernel
def place_of(
    Q: Longs, elements: Words, slots: Words, scope: int, row: int, left: int, right: int
) -> int:
    """The element's place in the pool of that scope and row; -1 outside, where it is noted."""
    at = slot_at(Q, elements, slots, scope, row, left, right)
    if slots[at]:
        return int(elements[slots[at] - 1, PLACE])
    add_element(Q, elements, slots, at, scope, row, left, right, -1)
    return -1


@kernel
def add_element(
    Q: Longs,
    elements: Words,
    slots: Words,
    at: int,
    scope: int,
    row: int,
    left: int,
    right: int,
    place: int,
) -> None:
    """Put an element into the free slot `at`, while there is room."""
    one = Q[NOTED]
    if one >= Q[NOTED_END]:
        return
    elements[one, SCOPE_KEY] = scope
    elements[one, ROW_KEY] = row
    elements[one, LEFT_KEY] = left
    elements[one, RIGHT_KEY] = right
    elements[one, PLACE] = place
    slots[at] = one + 1
    Q[NOTED] = one + 1
