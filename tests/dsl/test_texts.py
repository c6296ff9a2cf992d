"""The pack's texts: the prelude's files, and what dsl/README.md shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from progsynth.lang.describe import examples_of
from progsynth.lang.interpret import run
from progsynth.lang.read import read_expression, read_prelude
from progsynth.lang.term import Function, Program
from progsynth.lang.text.format import format_text
from progsynth.registry import pack

DSL_FOLDER = Path(__file__).parents[2] / "dsl"
BLOCKS = re.findall(
    r"```python\n(.*?)```", (DSL_FOLDER / "README.md").read_text(encoding="utf-8"), re.DOTALL
)
TEXTS = sorted(DSL_FOLDER.glob("*/*.psl")) + [Path(__file__).with_name("meanings.psl")]


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.name)
def test_texts_are_formatted(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert format_text(text) == text, "run 'progsynth format' on it"


def test_the_readme_shows_a_pack_that_works() -> None:
    scope: dict[str, object] = {}
    exec(next(b for b in BLOCKS if "def make" in b), scope)
    made = scope["make"]()  # type: ignore[operator]
    assert made.name == "turtle"
    ((text, wanted),) = examples_of(made["shout"])
    values = []
    for expression in (text, wanted):
        term, type_ = read_expression(expression, made)
        program = Program((Function("main", (), (), type_, term),))
        values.append(run(program, (), made))
    assert values == ["HEY!", "HEY!"]


def test_what_the_readme_leaves_out_is_left_out_and_can_be_written() -> None:
    text = next(b for b in BLOCKS if "def gcd" in b)
    dsl = read_prelude(text, pack())
    term, type_ = read_expression("gcd(12, -18)", dsl)
    assert run(Program((Function("main", (), (), type_, term),)), (), dsl) in (6, -6)
    for name in ("gcd", "mean", "median", "is_even", "digits"):
        assert not pack().overloads(name)
