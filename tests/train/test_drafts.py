"""Sketches with `??neural`: what stands there, what it reads, and where none can stand."""

from __future__ import annotations

import pytest

from progsynth import registry
from progsynth.errors import ProgramError
from progsynth.lang.printing.pretty import pretty
from progsynth.lang.read import read_program
from progsynth.lang.term import Program
from progsynth.lang.types import parse_type
from progsynth.train import drafts

DSL = registry.pack()


def made(text: str, **options: object) -> tuple[Program, ...]:
    return drafts(read_program(text, DSL), DSL, source=text, **options)  # type: ignore[arg-type]


def declared(text: str, **options: object) -> list[str]:
    """The submodules of each draft, as text."""
    return [
        "; ".join(f"{n.name}({', '.join(map(str, n.types))}) -> {n.result}" for n in program.neural)
        for program in made(text, **options)
    ]


IMAGES = "def f(xs: list[tensor[1, 8, 8]]) -> int:\n    "


def test_a_hole_with_arguments_reads_these() -> None:
    (draft,) = made(f"{IMAGES}return sum(map(lambda x: ??neural[choice[10]](x), xs))\n")
    assert pretty(draft, DSL) == (
        "neural learnt(x: tensor[1, 8, 8]) -> choice[10]\n\n\n"
        "def f(xs: list[tensor[1, 8, 8]]) -> int:\n    return sum(map(learnt, xs))\n"
    )


def test_in_a_lambda_it_reads_what_the_lambda_binds() -> None:
    found = declared(f"{IMAGES}return sum(map(lambda x: ??neural[choice[10]], xs))\n")
    assert found == ["learnt(tensor[1, 8, 8]) -> choice[10]"]


def test_the_place_says_what_it_answers() -> None:
    text = "def f(s: str, x: float) -> float:\n    return 2.0 * x if ??neural(s) else ??neural(x)\n"
    assert declared(text) == ["learnt(str) -> bool; learnt2(float) -> float"]


def test_a_choice_that_the_task_asks_for_is_the_answer() -> None:
    text = "def f(x: tensor[4]) -> choice[3]:\n    return ??neural\n"
    assert declared(text, result=parse_type("choice[3]")) == ["learnt(tensor[4]) -> choice[3]"]


def test_of_several_variables_each_choice_is_a_draft_those_that_read_least_first() -> None:
    text = "def f(x: float, s: str, n: int) -> bool:\n    return ??neural\n"
    assert declared(text) == [
        "learnt(str) -> bool",
        "learnt(float) -> bool",
        "learnt(float, str) -> bool",
    ]


def test_the_state_of_a_loop_is_read_in_it_and_the_whole_input_is_not() -> None:
    text = (
        "def f(xs: list[float]) -> float:\n    s = 0.0\n    for x in xs:\n"
        "        s = ??neural\n    return s\n"
    )
    types = ["(float)", "(float)", "(float, float)"]
    assert declared(text) == [f"learnt{some} -> float" for some in types]
    assert declared(text.replace("??neural", "??neural(xs, x)")) == [
        "learnt(list[float], float) -> float"
    ]


def test_names_that_are_taken_are_left_alone() -> None:
    text = (
        "neural learnt(x: float) -> float\n\n\ndef f(x: float) -> float:\n    return ??neural(x)\n"
    )
    (draft,) = made(text, taken=("learnt2",))
    assert [n.name for n in draft.neural] == ["learnt", "learnt3"]


def test_other_holes_stay() -> None:
    (draft,) = made(f"{IMAGES}return ??(map(lambda x: ??neural[choice[10]](x), xs))\n")
    assert "return ??[int](map(learnt, xs))" in pretty(draft, DSL)


@pytest.mark.parametrize(
    ("body", "column", "message"),
    [
        ("return sum(map(lambda x: ??neural, xs))", 30, r"no whole number.*??neural\[choice\[10\]"),
        ("return len(??neural[str](xs))", 16, "no network answers the type str"),
        ("return 1 if ??neural(len(xs)) else 0", 17, "no architecture reads the type int"),
        ("return 1 if ??neural() else 0", 17, "reads something: give it an argument"),
        ("return 1 if ??neural{sum}(xs) else 0", 17, "leave out the primitives in braces"),
    ],
)
def test_a_hole_where_no_submodule_can_stand_is_shown(body: str, column: int, message: str) -> None:
    with pytest.raises(ProgramError, match=message.replace("??", r"\?\?")) as caught:
        made(f"{IMAGES}{body}\n")
    (problem,) = caught.value.problems
    assert (problem.line, problem.column) == (2, column)
    assert "^^^^^^^^" in str(caught.value)


def test_where_nothing_can_be_read_the_variables_are_named() -> None:
    text = "def f(n: int, s: dict[str, int]) -> bool:\n    return ??neural\n"
    with pytest.raises(ProgramError, match=r"found n: int, s: dict\[str, int\]; expected a float"):
        made(text)


def test_a_hole_in_place_of_a_function_is_told_to_stand_in_a_lambda() -> None:
    with pytest.raises(ProgramError, match=r"a lambda around the hole: lambda x: \?\?neural\(x\)"):
        made(f"{IMAGES}return sum(map(??neural[choice[10]], xs))\n")
