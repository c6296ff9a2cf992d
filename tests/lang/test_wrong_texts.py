"""Whatever is done to a text, reading it gives a program or a ProgramError with places."""

from __future__ import annotations

import random
import re
from pathlib import Path

import pytest

from progsynth import registry
from progsynth.errors import ProgramError
from progsynth.lang.infer import check_program
from progsynth.lang.read import read_program

PROGRAMS = Path(__file__).parents[1] / "programs"
TOKENS = re.compile(r"\s+|\w+|[^\w\s]")
WORDS = re.split(
    " ",
    "x xs 1 'a' [ ] ( ) : + == in not and if else return while for len map lambda n ?? { } , 0.5 "
    "= += True break continue - t[0] f sort str int inf neural ** // % None print def",
)


def functions() -> list[str]:
    texts = [path.read_text(encoding="utf-8") for path in sorted(PROGRAMS.glob("*.psl"))]
    return [p for text in texts for p in re.split(r"\n\n\n(?=def )", text) if "def " in p]


def spoilt(text: str, choose: random.Random) -> str:
    """The text with a few of its tokens taken out, replaced, added or moved."""
    tokens = TOKENS.findall(text)
    for _ in range(choose.choice([1, 1, 2, 3, 5])):
        place = choose.randrange(len(tokens))
        change = choose.randrange(4)
        if change == 0:
            tokens[place] = ""
        elif change == 1:
            tokens[place] = choose.choice(WORDS)
        elif change == 2:
            tokens.insert(place, f" {choose.choice(WORDS)} ")
        else:
            other = choose.randrange(len(tokens))
            tokens[place], tokens[other] = tokens[other], tokens[place]
    return "".join(tokens)


def read_all(first: int, count: int) -> int:
    """Read spoilt texts of these seeds; how many are still programs."""
    texts, dsl = functions(), registry.pack()
    right = 0
    for seed in range(first, first + count):
        choose = random.Random(seed)
        text = spoilt(choose.choice(texts), choose)
        try:
            program = read_program(text, dsl)
        except ProgramError as error:
            problems = error.problems
        else:
            check_program(program, dsl)
            right += 1
            continue
        lines = text.count("\n") + 1
        assert problems, text
        assert all(0 <= p.line <= lines and p.message for p in problems), text
    return right


def test_spoilt_texts_are_read_or_refused() -> None:
    assert 50 < read_all(0, 1_000) < 500


@pytest.mark.slow
def test_many_spoilt_texts_are_read_or_refused() -> None:
    assert read_all(10_000, 50_000) > 2_000
