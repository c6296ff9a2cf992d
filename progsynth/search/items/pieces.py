"""The piece of text that each item becomes, from whole texts that are made of such pieces.

How long the pieces are follows from the lengths of the texts, as what items add to a total does;
a text whose items' lengths are known falls into pieces. Of others what is known is taken off at
both ends, and where only one item is left, that often over, the rest is that often its piece.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from progsynth.search.items.system import System

Numbers = Sequence[int]  # of the items of a text, in order


def lengths_of(
    rows: Sequence[Numbers], texts: Sequence[str], system: System
) -> dict[int, int] | None:
    """The lengths of the pieces, as far as they are determined; all the same where that may be,
    None where nothing can be."""
    sizes = [len(text) for text in texts]
    whole = sum(map(len, rows))
    each = sum(sizes) // whole if whole else 0
    if each and all(size == each * len(row) for size, row in zip(sizes, rows, strict=True)):
        return dict.fromkeys((item for row in rows for item in row), each)
    found = system.shares(sizes)
    return None if found is None else found.known


def pieces(
    rows: Sequence[Numbers], texts: Sequence[str], lengths: Mapping[int, int] | None
) -> dict[int, str] | None:
    """The pieces of those items of which they are known, from the lengths of some of them;
    None where texts are not made of pieces of these lengths.

    >>> rows = [[0, 1], [1, 0, 2, 2], [1]]
    >>> texts = ["aab", "baacc", "b"]
    >>> pieces(rows, texts, lengths_of(rows, texts, System(rows, 3)))
    {0: 'aa', 1: 'b', 2: 'c'}
    """
    if lengths is None or any(length < 0 for length in lengths.values()):
        return None
    known: dict[int, str] = {}
    for row, text in zip(rows, texts, strict=True):
        if all(item in lengths for item in row) and not _cut(row, text, lengths, known):
            return None
    before = -1
    while before < len(known):
        before = len(known)
        for row, text in zip(rows, texts, strict=True):
            if not _narrow(row, text, known):
                return None
    return known


def _cut(row: Numbers, text: str, lengths: Mapping[int, int], known: dict[int, str]) -> bool:
    """Note the pieces of a text; False where an item would have two."""
    at = 0
    for item in row:
        piece = text[at : at + lengths[item]]
        at += lengths[item]
        if known.setdefault(item, piece) != piece:
            return False
    return at == len(text)


def _narrow(row: Numbers, text: str, known: dict[int, str]) -> bool:
    """Note the piece of the one item between known ones; False where known ones do not fit."""
    start, stop, first, last = 0, len(text), 0, len(row)
    while first < last and row[first] in known:
        piece = known[row[first]]
        if not text.startswith(piece, start):
            return False
        start, first = start + len(piece), first + 1
    while last > first and row[last - 1] in known:
        piece = known[row[last - 1]]
        if stop - len(piece) < start or not text.endswith(piece, start, stop):
            return False
        stop, last = stop - len(piece), last - 1
    rest = row[first:last]
    unknown = {item for item in rest if item not in known}
    if len(unknown) != 1:
        return bool(rest) or start == stop
    (item,) = unknown
    often = sum(one == item for one in rest)
    given = sum(len(known[one]) for one in rest if one != item)
    length, over = divmod(stop - start - given, often)
    if over or length < 0:
        return False
    known[item] = text[start : start + length]
    return "".join(known[one] for one in rest) == text[start:stop]
