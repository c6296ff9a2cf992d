"""The symbolic view: it means what the hybrid program means when the submodules are decided."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from progsynth.errors import UnsupportedError
from progsynth.lang.engines import run_rows
from progsynth.lang.infer import check_program
from progsynth.lang.primitive import primitive
from progsynth.lang.read import read_prelude, read_program
from progsynth.lang.term import Program
from progsynth.neural.likelihood.layouts import (
    assigned_rows,
    decided_rows,
    layouts,
    outcomes,
    outcomes_of_many,
    stacked_inputs,
)
from progsynth.neural.likelihood.readings import called_submodules, symbolic
from progsynth.registry import pack

PACK = pack()
NEURAL = """
neural digit(image: tensor[1, 2, 2]) -> choice[10]
neural dark(image: tensor[1, 2, 2]) -> bool
neural level(series: tensor[3]) -> float
"""


def program(text: str) -> Program:
    return read_program(NEURAL + text, PACK)


def image(number: float) -> Any:
    return np.full((1, 2, 2), number, np.float32)


TOTAL = program("""
def total(xs: list[tensor[1, 2, 2]]) -> int:
    return sum(map(digit, xs))
""")

BOTH = program("""
def largest(xs: list[tensor[1, 2, 2]], default: int) -> int:
    best = default
    for x in xs:
        if not dark(x):
            best = max(best, digit(x))
    return best
""")


def test_one_submodule_becomes_the_reading_itself() -> None:
    view, dsl = symbolic(TOTAL, PACK)
    assert [str(t) for t in view.entry.types] == ["list[int]"]
    check_program(view, dsl)
    assert dsl is PACK
    assert run_rows(view, [([3, 4],), ([],)], dsl) == [7, 0]


def test_several_submodules_become_items_of_the_reading() -> None:
    view, dsl = symbolic(BOTH, PACK)
    assert [str(t) for t in view.entry.types] == ["list[tuple[int, bool]]", "int"]
    check_program(view, dsl)
    assert run_rows(view, [([(3, False), (9, True)], 1)], dsl) == [3]


def test_only_submodules_that_can_be_called_are_read() -> None:
    unused = program("""
def helper(x: tensor[1, 2, 2]) -> bool:
    return dark(x)

def head(xs: list[tensor[1, 2, 2]]) -> int:
    return digit(xs[0])
""")
    assert [one.name for one in called_submodules(unused, PACK)] == ["digit"]
    view, _ = symbolic(unused, PACK)
    assert [f.name for f in view.functions] == ["head"]


def test_subroutines_of_the_pack_that_take_tensors_are_changed_too() -> None:
    text = 'def second(xs: list[tensor[1, 2, 2]]) -> tensor[1, 2, 2]:\n    "The second."\n'
    dsl = read_prelude(text + "    return xs[1]\n", PACK, "text")
    hybrid = read_program(
        NEURAL + "def f(xs: list[tensor[1, 2, 2]]) -> int:\n    return digit(second(xs))\n", dsl
    )
    view, changed = symbolic(hybrid, dsl)
    check_program(view, changed)
    assert run_rows(view, [([3, 4],)], changed) == [4]


def test_rows_equal_but_for_tensors_share_a_layout() -> None:
    rows = [
        ([image(1), image(2)], 0),
        ([image(3)], 0),
        ([image(4), image(5)], 0),
        ([image(6), image(7)], 1),
    ]
    found = layouts(rows, BOTH.entry.types, called_submodules(BOTH, PACK))
    assert [layout.rows for layout in found] == [(0, 2), (1,), (3,)]
    first = found[0]
    assert [(v.slot, v.submodule.name, v.num_values) for v in first.variables] == [
        (0, "digit", 10),
        (0, "dark", 2),
        (1, "digit", 10),
        (1, "dark", 2),
    ]
    assert first.num_assignments == 400
    assert first.inputs("dark").shape == (2, 2, 1, 2, 2)
    assert first.inputs("dark")[:, :, 0, 0, 0].tolist() == [[1, 2], [4, 5]]
    assert assigned_rows(first, [[3, 1, 4, 0]]) == [([(3, True), (4, False)], 0)]


def test_tensors_are_found_inside_lists_tuples_and_tables() -> None:
    deep = program("""
def f(t: tuple[int, tensor[1, 2, 2]], d: dict[str, list[tensor[1, 2, 2]]], s: tensor[3]) -> int:
    return t[0] + digit(t[1]) + sum(map(digit, d["a"])) * 100
""")
    row = ((5, image(1)), {"a": [image(2), image(3)], "b": []}, np.zeros(3, np.float32))
    (layout,) = layouts([row], deep.entry.types, called_submodules(deep, PACK))
    assert layout.slots[0] == layout.slots[2] != layout.slots[3]
    assert outcomes(deep, layout, [[1, 2, 3]], PACK) == [506]
    assert assigned_rows(layout, [[1, 2, 3]]) == [((5, 1), {"a": [2, 3], "b": []}, 0)]


def test_outcomes_of_many_programs_share_the_rows() -> None:
    neural = BOTH.neural[:2]
    (layout,) = layouts([([image(1), image(2)],)], TOTAL.entry.types, neural)
    first = program("def f(xs: list[tensor[1, 2, 2]]) -> int:\n    return 1 // digit(xs[0])\n")
    found = outcomes_of_many([TOTAL, first], layout, [[3, 0, 4, 1], [0, 0, 1, 0]], PACK)
    assert found[0] == [7, 1]
    assert found[1][0] == 0
    assert str(found[1][1]) == "failure: zero"


def test_decided_rows_give_what_the_program_gives_with_these_decisions() -> None:
    rows = [([image(1), image(2)], 0), ([image(3)], 7), ([image(4), image(5)], 0)]
    found = layouts(rows, BOTH.entry.types, called_submodules(BOTH, PACK))
    decisions: dict[str, list[Any]] = {
        "digit": [int(x[0, 0, 0]) for x in stacked_inputs(found, "digit")],
        "dark": [bool(x[0, 0, 0] == 2) for x in stacked_inputs(found, "dark")],
    }
    decided = decided_rows(found, decisions)
    assert decided[1] == ([(3, False)], 7)
    view, dsl = symbolic(BOTH, PACK)
    assert run_rows(view, decided, dsl) == [1, 7, 5]


def test_real_answers_have_no_assignments_but_can_be_decided() -> None:
    real = program("def f(s: tensor[3]) -> float:\n    return level(s) * 2.0\n")
    rows = [(np.ones(3, np.float32),), (np.zeros(3, np.float32),)]
    found = layouts(rows, real.entry.types, called_submodules(real, PACK))
    assert found[0].num_assignments is None
    view, dsl = symbolic(real, PACK)
    assert run_rows(view, decided_rows(found, {"level": [0.5, 1.5]}), dsl) == [1.0, 3.0]


@primitive("(x: tensor[1, 2, 2]) -> int")
def brightness(x: Any) -> int:
    """A primitive that reads a tensor."""
    return int(x.sum())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "def f(x: tensor[1, 2, 2]) -> int:\n    return digit(x) + brightness(x)\n",
            "primitive 'brightness' (x: tensor[1, 2, 2]) -> int reads tensors itself",
        ),
        (
            "def f(xs: list[tensor[1, 2, 2]]) -> tensor[1, 2, 2]:\n    return xs[digit(xs[0])]\n",
            "outputs without tensors",
        ),
        (
            "neural joined(x: tensor[1, 2, 2], n: int) -> choice[3]\n"
            "def f(x: tensor[1, 2, 2]) -> int:\n    return joined(x, 2)\n",
            "'joined' reads (tensor[1, 2, 2], int)",
        ),
        (
            "neural code(x: tensor[1, 2, 2]) -> tensor[4]\nneural use(x: tensor[4]) -> bool\n"
            "def f(x: tensor[1, 2, 2]) -> bool:\n    return use(code(x))\n",
            "'code' answers tensor[4]",
        ),
        ("def f(x: tensor[1, 2, 2]) -> int:\n    return digit(x) + ??\n", "hole"),
    ],
)
def test_what_is_outside_the_fragment_is_said(text: str, message: str) -> None:
    dsl = PACK.extend(brightness)
    hybrid = read_program(NEURAL + text, dsl)
    with pytest.raises(UnsupportedError) as error:
        symbolic(hybrid, dsl)
    assert message in str(error.value)
