"""The piece of text that each item becomes, from whole texts that are made of such pieces.

How long the pieces are follows from the lengths of the texts, as what items add to a total does;
a text whose items' lengths are known falls into pieces. Of others what is known is taken off at
both ends, and where only one item is left, that often over, the rest is that often its piece. And a
piece is known where of those that an item may be in one text all but one cannot stand in others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from progsynth.search.items.system import System

_WIDEST = 6  # characters of a piece of which nothing is known yet
_OFTEN = 2  # times that items occur, at least, where all ways to cut the texts are looked at
_MOST = 4_000  # and at most

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

    >>> rows = [[0, 1], [1, 0, 2, 2], [1], [1, 1], [0, 0], [2]]
    >>> texts = ["aab", "baacc", "b", "bb", "aaaa", "c"]
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
    count = len({item for row in rows for item in row})
    if len(known) < count and _OFTEN * count <= sum(map(len, rows)) <= _MOST:
        return known if _possible(rows, texts, known) else None
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


def _possible(rows: Sequence[Numbers], texts: Sequence[str], known: dict[int, str]) -> bool:
    """Note the items whose piece is the only one that all texts leave possible; False where one
    has none.

    Each text allows an item the pieces that stand where it can stand; what all texts allow is
    looked at again until nothing changes.
    """
    allowed = {item: {piece} for item, piece in known.items()}
    changed = True
    while changed:
        changed = False
        for row, text in zip(rows, texts, strict=True):
            if all(len(allowed.get(item, ())) == 1 for item in row):
                continue
            found = _standing(row, text, allowed)
            for item, some in found.items():
                before = allowed.get(item)
                allowed[item] = some if before is None else before & some
                changed |= before is None or len(allowed[item]) < len(before)
            if not all(allowed[item] for item in row):
                return False
    known.update((item, min(some)) for item, some in allowed.items() if len(some) == 1)
    return True


def _standing(row: Numbers, text: str, allowed: Mapping[int, set[str]]) -> dict[int, set[str]]:
    """The pieces of a text that each of its items may stand for."""
    steps: list[dict[int, list[int]]] = []  # for each place the ends of pieces by their beginning
    reached = {0}
    for item in row:
        ends = {at: _ends(text, at, allowed.get(item)) for at in reached}
        reached = {end for some in ends.values() for end in some}
        steps.append(ends)
    found: dict[int, set[str]] = {}
    left = {len(text)}
    for item, ends in zip(reversed(row), reversed(steps), strict=True):
        pairs = [(at, end) for at, some in ends.items() for end in some if end in left]
        some = {text[at:end] for at, end in pairs}
        found[item] = found[item] & some if item in found else some
        left = {at for at, _ in pairs}
    return found


def _ends(text: str, at: int, allowed: set[str] | None) -> list[int]:
    """Where a piece that begins there may end."""
    if allowed is None:
        return list(range(at, min(len(text), at + _WIDEST) + 1))
    return [at + len(piece) for piece in allowed if text.startswith(piece, at)]
