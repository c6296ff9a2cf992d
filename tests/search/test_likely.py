"""Bits of programs: what is longer, or holds odder literals, is less likely."""

from __future__ import annotations

import numpy as np
import pytest

from progsynth.lang.read import read_expression
from progsynth.lang.term import Call, Var
from progsynth.lang.types import STR
from progsynth.registry import pack
from progsynth.search.likely import bits_of_literal, bits_of_term
from progsynth.search.varied import MOST, varied


def bits(text: str, *known: str) -> float:
    term, _ = read_expression(text, pack(), ("s",), (STR,))
    return bits_of_term(term, pack(), known)


@pytest.mark.parametrize(
    ("likelier", "other"),
    [
        ('before(s, " ")', 'before(s, "t")'),
        ('before(s, " ")', "s[:7]"),
        ("last(words(s))", "s[4:7]"),
        ("s[1:]", "s[5:]"),
        ("s[5:]", "s[5:29]"),
        ("upper(s)", "upper(upper(s))"),
        ("map_chars(lambda c: c + s, s)", "map_chars(lambda c: s + s, s)"),
        ('s + ","', 's + ", and so on"'),
    ],
)
def test_of_two_programs_the_plainer_is_likelier(likelier: str, other: str) -> None:
    assert bits(likelier) < bits(other)


def test_a_text_that_all_examples_have_is_pointed_at() -> None:
    assert bits('after(s, "= ")', "= ") < bits('after(s, "= ")')
    assert bits('after(s, "= ")', "= ") < bits("last(words(s))")


def test_a_piece_of_one_word_of_the_inputs_is_an_unlikely_text() -> None:
    def weight(text: str, *words: str) -> float:
        term, _ = read_expression(text, pack(), ("s",), (STR,))
        return bits_of_term(term, pack(), (), words)

    words = ("oct", "1956", "thatwill", "thathave")
    assert weight('after(s, "6")', *words) == weight('after(s, "6")') + 8
    for text in ('after(s, "oct")', 'after(s, "that")', 'after(s, "th")', 's + "."', 's + "new"'):
        assert weight(text, *words) == weight(text), text


def test_literals_count_by_their_size() -> None:
    ordered = [0, 2, 3, 7, 24, 1000, 10**9]
    assert sorted(ordered, key=bits_of_literal) == ordered
    assert bits_of_literal(2.0) == bits_of_literal(2) < bits_of_literal(2.71)
    assert bits_of_literal(True) == bits_of_literal(False)


def test_a_term_may_be_deep() -> None:
    term = Var(0)
    for _ in range(20_000):
        term = Call("negate", (term,))  # type: ignore[assignment]
    assert bits_of_term(term, pack()) > 20_000


def test_rows_are_varied_in_one_argument_each() -> None:
    rows = [([3, 1, 2], 4), ([5], 6)]
    found = varied(rows)
    assert ([2, 1, 3], 4) in found and ([3, 1, 2], 5) in found and ([5], 7) in found
    assert all(row not in rows for row in found)
    assert len(varied([(list(range(9)), "word", 5)] * 9)) == MOST
    assert varied([]) == ()


def test_rows_of_tensors_are_varied_too() -> None:
    image = np.zeros((2, 2), np.float32)
    assert [len(batch) for batch, _ in varied([([image, image], 0.5)])] == [1, 1, 3], (
        "the reverse is the same"
    )
