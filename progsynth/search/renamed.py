"""Inputs with one word changed, and what a program that edits texts ought to give for them.

Where each output is made of words of its inputs, or of their beginnings, and of what all outputs
share, the program moves texts about. Should one word be another, longer or shorter one, the
output ought to change in the same places and in no others (metamorphic testing: Chen, Cheung and
Yiu 1998). A program that cuts at fixed positions, or that goes by the order of the alphabet,
gives something else. No output has to be known for that, so it tells programs apart that are all
right on the examples.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from progsynth.lang.values import Value

MOST = 24  # changed inputs of one task
_WORD = re.compile(r"[A-Za-z]+|[0-9]+")
_BETWEEN = re.compile(r"[^A-Za-z0-9]+")
_LONGEST = 400  # characters of a row that is changed
_NOTHING: frozenset[str] = frozenset()
_CASES: tuple[Callable[[str], str], ...] = (str, str.lower, str.upper, str.capitalize)


@dataclass(frozen=True, slots=True)
class Changed:
    """A row of arguments, and the output that it ought to have."""

    inputs: tuple[Value, ...]
    output: str


def renamed(rows: Sequence[tuple[Value, ...]], outputs: Sequence[Value]) -> tuple[Changed, ...]:
    """The rows with a word changed; none where the outputs are no such texts.

    >>> renamed([("Al Ray",), ("Bo Lee",)], ["Ray", "Lee"])[0]
    Changed(inputs=('All Ray',), output='Ray')
    """
    given = [list(_texts(row)) for row in rows]
    if len(rows) < 2 or not all(isinstance(output, str) for output in outputs):
        return ()
    texts = [str(output) for output in outputs]
    words = [_words(some) for some in given]
    shared = frozenset.intersection(*(frozenset(_WORD.findall(text)) for text in texts))
    if not all(map(lambda text, some: _is_made_of(text, some, shared), texts, words)):
        return ()
    often = Counter(word for some in words for word in some)
    runs = [(run, some) for text, some in zip(texts, words, strict=True) for run in _runs(text)]
    moved = {source[0] for run, some in runs if (source := _source(run, some)) is not None}
    # A word of most inputs that no output has is one to look for, such as "Inc".
    marks = frozenset(w for w in often if 2 * often[w] > len(rows) and w not in moved)
    made = [
        list(_changes(row, text, some, shared, marks))
        for row, text, some in zip(rows, texts, words, strict=True)
    ]
    turns = max(map(len, made), default=0)
    found = [changes[turn] for turn in range(turns) for changes in made if turn < len(changes)]
    return tuple(found[:MOST])


def words_of(rows: Sequence[tuple[Value, ...]]) -> frozenset[str]:
    """The runs of letters and of digits in the texts of the rows.

    >>> sorted(words_of([("a1, b",)]))
    ['1', 'a', 'b']
    """
    return frozenset(w for row in rows for text in _texts(row) for w in _WORD.findall(text))


def separators(rows: Sequence[tuple[Value, ...]]) -> frozenset[str]:
    """What stands between words in each of the rows.

    >>> sorted(separators([("a, b",), ("c d, e",)]))
    [', ']
    """
    found = [frozenset(t for text in _texts(row) for t in _BETWEEN.findall(text)) for row in rows]
    return frozenset.intersection(*found) if found else frozenset()


def _runs(text: str) -> list[str]:
    return _WORD.findall(text)


def _texts(value: Value) -> Iterator[str]:
    """The texts in a value, in order."""
    todo: list[Value] = [value]
    while todo:
        one = todo.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, list | tuple):
            todo += reversed(one)


def _words(texts: Sequence[str]) -> dict[str, None]:
    return dict.fromkeys(word for text in texts for word in _WORD.findall(text))


def _is_made_of(text: str, words: dict[str, None], shared: frozenset[str]) -> bool:
    """Is each word of the text one of these, or the beginning of one, or shared by all?"""
    return all(run in shared or _source(run, words) is not None for run in _WORD.findall(text))


def _source(run: str, words: dict[str, None]) -> tuple[str, Callable[[str], str]] | None:
    """The word that the run is, or else the shortest that it begins, and in what case."""
    for whole in (True, False):
        for word in sorted(words, key=len):
            for case in _CASES:
                changed = case(word)
                if changed == run if whole else changed.startswith(run):
                    return word, case
    return None


def _changes(
    row: tuple[Value, ...],
    output: str,
    words: dict[str, None],
    shared: frozenset[str],
    marks: frozenset[str],
) -> Iterator[Changed]:
    """The row with each word changed but those that all outputs share, and marks to look for."""
    if sum(map(len, _texts(row))) > _LONGEST:
        return
    for word in words:
        if word in shared or word in marks:
            continue
        for other in _others(word):
            if other in words:
                continue
            inputs = tuple(_put(value, word, other) for value in row)
            kept = [_followed(output, word, other, words, some) for some in (shared, _NOTHING)]
            if kept[0] == kept[1]:  # else a word that all outputs share may be of this input
                yield Changed(inputs, kept[0])


def _followed(
    output: str, word: str, other: str, words: dict[str, None], shared: frozenset[str]
) -> str:
    """What the output becomes where that word of the inputs becomes another."""
    return _WORD.sub(lambda found: _follow(found[0], word, other, words, shared), output)


def _follow(run: str, word: str, other: str, words: dict[str, None], shared: frozenset[str]) -> str:
    """The same of one word of the output; those that all outputs share stay."""
    source = None if run in shared else _source(run, words)
    if source is None or source[0] != word:
        return run
    changed = source[1](other)
    return changed if len(run) == len(word) else changed[: len(run)]


def _others(word: str) -> Iterator[str]:
    """Words of the same kind: a longer one, a shorter one, ones that are early or late by order."""
    yield word + word[-1]
    if len(word) > 2:
        yield word[:-1]
    first, last = ("1", "9") if word[0].isdigit() else ("A", "Z") if word[0].isupper() else "az"
    yield first + word[1:]
    yield last + word[1:]


def _put(value: Value, word: str, other: str) -> Value:
    """The value with a word changed in all its texts."""
    # Recursion is as deep as the type, which is bounded.
    if isinstance(value, str):
        return _WORD.sub(lambda m: other if m[0] == word else m[0], value)
    if isinstance(value, list):
        return [_put(item, word, other) for item in value]
    if isinstance(value, tuple):
        return tuple(_put(item, word, other) for item in value)
    return value
