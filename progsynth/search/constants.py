"""Constants a program may use: small ones, the task's own, and those the examples give away.

Evidence makes a constant cheap. A number is evident when something measured on an example (the
length of the output, where its first item stands in the input, a difference of items) is the
same in all of them; a text, when every output holds it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from itertools import islice
from typing import Any

from progsynth.lang.types import BOOL, FLOAT, INT, STR, Type, walk_type
from progsynth.lang.values import equal
from progsynth.search.bodies import elements
from progsynth.search.space import Constant
from progsynth.task import Example

CHEAP, COMMON, RARE = 1, 2, 3  # what one use costs

_DIGITS = {0: CHEAP, 1: CHEAP, 2: CHEAP, -1: COMMON, **dict.fromkeys(range(3, 10), COMMON)}
_FLOATS = {0.0: CHEAP, 1.0: CHEAP, 2.0: CHEAP, 0.5: COMMON, 10.0: COMMON, 100.0: COMMON}
_MOST_NUMBERS = 12  # mined from the examples, beyond the digits
_MOST_TEXTS = 16
_MOST_SHARED = 3  # numbers that one measure may give
_MOST_EDITS = 3  # changes of words that outputs show
_ALIKE = 0.6  # how like an input the output is of which it is an edited form
_WORDS = re.compile(r"[A-Za-z0-9]+|[^A-Za-z0-9]+")
_LONGEST = 12  # characters of a text that is mined
_NEXT = 2  # characters of one that stands next to an output in few inputs


def mine(
    params: Sequence[Type],
    result: Type,
    examples: Sequence[Example],
    given: Iterable[int | float | bool | str] = (),
    *,
    only: Iterable[int | float | bool | str] | None = None,
) -> tuple[Constant, ...]:
    """The constants for programs from `params` to `result`, the cheapest of each value.

    Examples without inputs are of a hole of which only the output is known. `only` are a pack's
    own, beside those `given`, where it leaves none to be mined.
    """
    found: dict[tuple[Type, str], Constant] = {}

    def add(value: Any, type_: Type, cost: int) -> None:
        key = (type_, repr(value))
        old = found.get(key)
        if old is None or old.cost > cost:
            found[key] = Constant(value, type_, cost)

    types = {t for one in (*params, result) for t in walk_type(one)}
    params = params if all(example.inputs for example in examples) else ()
    for value in (*given, *(only or ())):
        add(value, {bool: BOOL, int: INT, float: FLOAT, str: STR}[type(value)], CHEAP)
    if only is not None:
        return _in_order(found.values())
    for digit, cost in _DIGITS.items():
        add(digit, INT, cost)
    add(True, BOOL, COMMON)
    add(False, BOOL, COMMON)
    for number in _evident(params, result, examples):
        add(number, INT, CHEAP)
    for number in _bounds(result, examples):
        add(number, INT, CHEAP)
    for number, cost in _occurring(params, result, examples, INT):
        add(number, INT, cost)
    if FLOAT in types:
        for real, cost in _FLOATS.items():
            add(real, FLOAT, cost)
        for real, cost in _occurring(params, result, examples, FLOAT):
            add(real, FLOAT, cost)
    if STR in types or any(c.type == STR for c in found.values()):
        for text, cost in _texts(params, result, examples):
            add(text, STR, cost)
    return _in_order(found.values())


def _in_order(found: Iterable[Constant]) -> tuple[Constant, ...]:
    return tuple(sorted(found, key=lambda c: (c.cost, str(c.type), len(repr(c.value)))))


# ------------------------------------------------------------------------------- numbers


def _evident(params: Sequence[Type], result: Type, examples: Sequence[Example]) -> Iterator[int]:
    """Numbers that some measure gives on all examples of which it says anything."""
    if len(examples) < 2:
        return
    for measure in _MEASURES:
        for place, _ in enumerate(params):
            said = [
                some
                for example in examples
                if (some := measure(example.inputs[place], example.output)) is not None
            ]
            if len(said) >= 2:
                shared = sorted(set.intersection(*said))
                yield from (n for n in shared[:_MOST_SHARED] if 2 < abs(n) < 2**31)


def _bounds(result: Type, examples: Sequence[Example]) -> Iterator[int]:
    """The largest number in the outputs and the next one, where many outputs reach it.

    They are the bound of a clamp, and what a remainder is taken by.
    """
    tops = [max(some) for e in examples if (some := list(elements(result, e.output, INT)))]
    often = len(tops) >= 3 and tops.count(max(tops)) >= max(2, len(tops) / 3)
    if often and 2 <= max(tops) < 2**31:
        yield from (n for n in (max(tops), max(tops) + 1) if n > 2)


def _sized(value: Any) -> bool:
    return isinstance(value, list | str | dict)


def _length(given: Any, output: Any) -> set[int] | None:
    return {len(output)} if _sized(output) else None


def _longer(given: Any, output: Any) -> set[int] | None:
    if not (_sized(given) and _sized(output)):
        return None
    return {abs(len(output) - len(given))}


def _positions(given: Any, output: Any) -> set[int] | None:
    """Where the output, or its first item, stands in the input."""
    if not isinstance(given, list | str) or not given:
        return None
    wanted = output[0] if isinstance(output, list | str) and output else output
    return {i for i, item in enumerate(given) if _same(item, wanted)} or None


def _same(left: Any, right: Any) -> bool:
    return type(left) is type(right) and equal(left, right)


def _positions_from_end(given: Any, output: Any) -> set[int] | None:
    """The same, as negative positions."""
    found = _positions(given, output)
    return found and {place - len(given) for place in found}


def _ends(given: Any, output: Any) -> set[int] | None:
    """Where the input stands behind the output's last item, the end of a slice."""
    found = _positions(given, output)
    if found is None or not isinstance(output, list | str) or not output:
        return None
    return {place + len(output) for place in found}


def _items(given: Any, output: Any) -> Iterator[tuple[int, int]]:
    if type(given) is int and type(output) is int:
        yield given, output
    elif isinstance(given, list) and isinstance(output, list) and len(given) == len(output):
        for a, b in zip(given, output, strict=True):
            if type(a) is int and type(b) is int:
                yield a, b


def _difference(given: Any, output: Any) -> set[int] | None:
    return {abs(b - a) for a, b in _items(given, output)} or None


def _ratio(given: Any, output: Any) -> set[int] | None:
    return {b // a if a and b % a == 0 else 0 for a, b in _items(given, output) if a} or None


_MEASURES: tuple[Callable[[Any, Any], set[int] | None], ...] = (
    _length,
    _longer,
    _positions,
    _positions_from_end,
    _ends,
    _difference,
    _ratio,
)


def _occurring(
    params: Sequence[Type], result: Type, examples: Sequence[Example], wanted: Type
) -> Iterator[tuple[Any, int]]:
    """Numbers in the outputs, by how many of them hold each: in all, in most."""
    counts: dict[Any, int] = {}
    for example in examples:
        for value in dict.fromkeys(elements(result, example.output, wanted)):
            if value == value and abs(value) < 2**53:
                counts[value] = counts.get(value, 0) + 1
    total = len(examples)
    ranked = sorted(counts, key=lambda v: (-counts[v], abs(v)))
    for value in islice(ranked, _MOST_NUMBERS):
        if total > 1 and counts[value] == total:
            yield value, CHEAP
        elif counts[value] * 2 >= total and total > 2:
            yield value, COMMON
        elif counts[value] > 1:
            yield value, RARE


# -------------------------------------------------------------------------------- texts


def _texts(
    params: Sequence[Type], result: Type, examples: Sequence[Example]
) -> Iterator[tuple[str, int]]:
    """The empty text, a space, what all outputs or inputs share, separators, single characters."""
    yield "", CHEAP
    yield " ", COMMON
    outputs = ["\n".join(elements(result, e.output, STR)) for e in examples]
    inputs = []
    for e in examples:
        some = [
            v for t, value in zip(params, e.inputs, strict=True) for v in elements(t, value, STR)
        ]
        inputs.append("\n".join(some))
    whole = [t for t, v in ((result, e.output) for e in examples) if t == STR]
    found: dict[str, int] = dict.fromkeys(_edits(params, result, examples), CHEAP)
    if whole and 2 * len({e.output for e in examples}) <= len(examples):  # labels, it seems
        for text in dict.fromkeys(e.output for e in examples):
            found.setdefault(text, COMMON)
    for text in _neighbours(params, result, examples):
        found.setdefault(text, COMMON)
    for text in _shared(outputs):
        # what the inputs do not hold can only come from a constant
        new = not all(text in given for given in inputs)
        found[text] = CHEAP if new else min(found.get(text, COMMON), COMMON)
    for text in _shared(inputs):
        if len(text) == 1 or not text.isalnum():
            cheap = len(text) == 1 and not text.isalnum()
            found.setdefault(text, CHEAP if cheap else COMMON)
    for texts in (outputs, inputs):
        for char in dict.fromkeys("".join(texts)):
            if not char.isalnum() and char != "\n":
                found.setdefault(char, COMMON)
    for text, cost in islice(found.items(), _MOST_TEXTS):
        yield text, cost


def _edits(params: Sequence[Type], result: Type, examples: Sequence[Example]) -> tuple[str, ...]:
    """What was written instead of what, where outputs are inputs with a few words changed.

    Both texts of each change come with what stands before them, and without it. Where the
    changes are many, they are no constants.
    """
    if result != STR:
        return ()
    changes: dict[tuple[str, str, str], None] = {}
    for example in examples:
        given = [v for t, v in zip(params, example.inputs, strict=True) if t == STR]
        changes.update(dict.fromkeys(_changes(given, example.output)))
    if len(changes) > _MOST_EDITS:
        return ()
    pairs = [(old, new) for _, old, new in changes]
    pairs += [(before + old, before + new) for before, old, new in changes if old and new]
    return tuple(dict.fromkeys(text for pair in pairs for text in pair if text))


def _changes(given: Sequence[str], output: str) -> Iterator[tuple[str, str, str]]:
    """What stands before each change of the input that is most like the output, the old text and
    the new one, of words that have nothing to do with those of the inputs."""
    new = _WORDS.findall(output)
    known = {word.lower() for text in given for word in _WORDS.findall(text) if word[0].isalnum()}
    matchers = [
        (SequenceMatcher(None, old, new, autojunk=False), old) for old in map(_WORDS.findall, given)
    ]
    best, old = max(matchers, key=lambda one: one[0].ratio(), default=(None, []))
    if best is None or best.ratio() <= _ALIKE:
        return
    for kind, start, stop, first, last in best.get_opcodes():
        made = [word.lower() for word in new[first:last] if word[0].isalnum()]
        if kind in ("replace", "insert") and made:
            if not any(a in b or b in a for a in made for b in known):
                yield (
                    "".join(old[max(0, start - 1) : start]),
                    "".join(old[start:stop]),
                    "".join(new[first:last]),
                )


def _neighbours(params: Sequence[Type], result: Type, examples: Sequence[Example]) -> Iterator[str]:
    """What stands before the outputs in their inputs, and what stands behind them.

    It marks where an output begins or ends, and need not be there where that is an end of the
    input: "/" before what comes last in a path.
    """
    if result != STR:
        return
    pairs = [
        (value[:at], value[at + len(e.output) :])
        for e in examples
        for type_, value in zip(params, e.inputs, strict=True)
        if type_ == STR and e.output and (at := value.rfind(e.output)) >= 0
    ]
    before = [left[::-1] for left, _ in pairs if left]
    behind = [right for _, right in pairs if right]
    for texts, step in ((before, -1), (behind, 1)):
        shared = _beginning(texts)[: _LONGEST if len(texts) > 1 else _NEXT]
        for size in dict.fromkeys((len(shared), _NEXT)):
            text = shared[:size][::step]
            if len(text) > 1 and not text.isalnum() and "\n" not in text:
                yield text


def _beginning(texts: Sequence[str]) -> str:
    """What all begin with."""
    first, last = min(texts, default=""), max(texts, default="")
    same = 0
    while same < len(first) and first[same] == last[same]:
        same += 1
    return first[:same]


def _shared(texts: Sequence[str]) -> Iterator[str]:
    """The longest text that all hold, and the single characters that all hold."""
    if not texts or not all(texts):
        return
    shortest = min(texts, key=len)[:200]
    longest = ""
    for start in range(len(shortest)):
        for stop in range(start + len(longest) + 1, min(len(shortest), start + _LONGEST) + 1):
            text = shortest[start:stop]
            if "\n" in text or not all(text in other for other in texts):
                break
            longest = text
    if len(longest) > 1 and len(texts) > 1:
        yield longest
    for char in dict.fromkeys(shortest):
        if char != "\n" and len(texts) > 1 and all(char in other for other in texts):
            yield char
