"""The published errors of outputs, where they are not those that the output's type has anyway.

Where a problem has several errors an example, a measure gives as many numbers. What a program
that fails gets is no matter of a measure here.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from progsynth.evaluate import levenshtein

Two = tuple[float, float]
Three = tuple[float, float, float]

_MOST = 1000.0  # that a difference counts
_NO_NUMBER = 1000.0  # where the number that is to be compared is not there
_NO_LINE = 100.0
_NO_STATISTIC = 10_000.0


def wrong(expected: int, found: int) -> float:
    """One for any other number."""
    return float(expected != found)


def edits_of_items(expected: list[int], found: list[int]) -> float:
    """The least number of items to insert, delete or replace."""
    letters = {item: chr(i) for i, item in enumerate(dict.fromkeys([*expected, *found]))}
    left, right = ("".join(letters[item] for item in some) for some in (expected, found))
    return float(levenshtein(left, right))


def gaps_10000(expected: list[int], found: list[int]) -> float:
    """The sum of the differences, and 10,000 for each item too many or too few."""
    return _gaps(expected, found, 10_000.0)


def gaps_1000(expected: list[int], found: list[int]) -> float:
    """The sum of the differences, and 1,000 for each item too many or too few."""
    return _gaps(expected, found, 1000.0)


def gaps_of_two(expected: tuple[list[int], list[int]], found: tuple[list[int], list[int]]) -> Two:
    """`gaps_10000` of two lists each."""
    return gaps_10000(expected[0], found[0]), gaps_10000(expected[1], found[1])


def each_gap(expected: tuple[int, ...], found: tuple[int, ...]) -> tuple[float, ...]:
    """The differences of the parts."""
    return tuple(float(abs(a - b)) for a, b in zip(expected, found, strict=True))


def edits_and_gap(expected: tuple[str, int], found: tuple[str, int]) -> Two:
    """Edits of the text, and the difference of the numbers."""
    return float(levenshtein(expected[0], found[0])), float(abs(expected[1] - found[1]))


def rounded_gap_and_edits(expected: float, found: float) -> Two:
    """The difference to 4 digits, 1,000 at most, and the edits of the texts to 10 digits."""
    gap = abs(expected - found)
    gap = round(gap, 4) if gap < _MOST else _MOST
    return gap, float(levenshtein(f"{expected:.10f}", f"{found:.10f}"))


@dataclass(frozen=True, slots=True)
class EditsAndLetter:
    """Edits, and the difference of the codes of the characters at the place."""

    place: int

    def __call__(self, expected: str, found: str) -> Two:
        pair = [text[self.place :][:1] for text in (expected, found)]
        gap = abs(ord(pair[0]) - ord(pair[1])) if all(pair) else _NO_NUMBER
        return float(levenshtein(expected, found)), float(gap)


def edits_and_lines(expected: str, found: str) -> Two:
    """Edits, and the difference in how many lines are a number and two characters."""
    counts = [len(re.findall(r"(?m)^-?\d+ \S \S$", text)) for text in (expected, found)]
    return float(levenshtein(expected, found)), float(abs(counts[0] - counts[1]))


def edits_and_words(expected: str, found: str) -> Three:
    """Edits, the difference in line ends, and the differences in words, line by line."""
    wanted, given = ([len(line.split()) for line in s.split("\n")] for s in (expected, found))
    ends = abs(len(wanted) - len(given))
    return float(levenshtein(expected, found)), float(ends), _gaps(wanted, given, 1.0)


def edits_and_numbers(expected: str, found: str) -> Three:
    """Edits, the difference in lines, and the differences of the numbers, line by line."""
    lines, others = (text.split("\n") if text else [] for text in (expected, found))
    wanted, given = map(_whole_numbers, (lines, others))
    count = abs(len(lines) - len(others))
    return float(levenshtein(expected, found)), float(count), _gaps(wanted, given, _NO_LINE)


def edits_and_count(expected: str, found: str) -> Two:
    """Edits, and the difference of the numbers at the end."""
    gap = _gap(r"(\d{1,18})$", expected, found, _NO_NUMBER)
    return float(levenshtein(expected, found)), gap


def edits_and_statistics(expected: str, found: str) -> Three:
    """Edits, and the differences in the number of sentences and in their length."""
    count = _gap(r"number of sentences: (-?\d{1,18})", expected, found, _NO_STATISTIC)
    length = r"average sentence length: (-?\d+(?:\.\d+)?)"
    mean = _gap(length, expected, found, _NO_STATISTIC)
    return float(levenshtein(expected, found)), count, mean


def gap_and_edits(expected: float, found: float) -> Two:
    """The difference, and the edits of the texts of both."""
    return abs(expected - found), float(levenshtein(f"{expected:.5f}", f"{found:.5f}"))


def _whole_numbers(lines: Sequence[str]) -> list[int]:
    return [int(line) for line in lines if re.fullmatch(r"-?\d{1,18}", line)]


def _gaps(expected: Sequence[int], found: Sequence[int], missing: float) -> float:
    gaps = sum(abs(a - b) for a, b in zip(expected, found, strict=False))
    return gaps + abs(len(expected) - len(found)) * missing


def _gap(pattern: str, expected: str, found: str, missing: float) -> float:
    pair = [re.search(pattern, text) for text in (expected, found)]
    numbers = [float(match[1]) for match in pair if match]
    return abs(numbers[0] - numbers[1]) if len(numbers) == 2 else missing
