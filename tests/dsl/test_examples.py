"""Everything in the default pack is documented, and its examples are true."""

from __future__ import annotations

import pytest

from progsynth.lang.describe import examples_of
from progsynth.lang.interpret import run
from progsynth.lang.primitive import Primitive, primitive
from progsynth.lang.read import read_expression
from progsynth.lang.term import Call, Function, Program, subterms
from progsynth.lang.types import Type
from progsynth.lang.values import Value
from progsynth.registry import pack

NAMES = tuple(pack())


def value_of(text: str, expected: Type | None = None) -> tuple[Value, Type]:
    """The value of an expression without variables, and its type."""
    term, type_ = read_expression(text, pack(), expected=expected)
    return run(Program((Function("main", (), (), type_, term),)), (), pack()), type_


@pytest.mark.parametrize("name", NAMES)
def test_examples_are_true(name: str) -> None:
    examples = examples_of(pack()[name])
    assert examples, f"{name} has no example"
    for text, wanted in examples:
        value, type_ = value_of(text)
        assert (value, type_) == value_of(wanted, type_), text


@pytest.mark.parametrize("name", NAMES)
def test_it_says_what_it_is_in_a_sentence(name: str) -> None:
    first = pack()[name].doc.split("\n\n")[0].strip()
    assert first and first[-1] in ".?", f"{name}: {first!r}"


@pytest.mark.parametrize("name", NAMES)
def test_each_example_uses_what_it_shows(name: str) -> None:
    """Read back, the example calls the instance it is given for, not one of the same surface."""
    found = set()
    for text, _ in examples_of(pack()[name]):
        term, _ = read_expression(text, pack())
        found |= {node.name for node in subterms(term) if isinstance(node, Call)}
    assert name in found


def test_primitives_of_the_pack_are_not_checked_at_each_call() -> None:
    assert not any(p.user for p in pack().primitives.values() if isinstance(p, Primitive))


def test_withholding_a_primitive_withholds_what_is_made_of_it() -> None:
    rest = pack().without("sort", "min_by")
    gone = set(pack()) - set(rest)
    assert {"sort.list", "sort.str", "min_by", "shortest_paths", "distance"} <= gone
    assert not {"sort_by", "max_by", "breadth_first"} & gone


def test_a_pack_extended_by_a_function_of_the_user_runs_it_in_the_prelude() -> None:
    @primitive("(n: int) -> int")
    def double(n: int) -> int:
        """Twice n."""
        return 2 * n

    dsl = pack().extend(double)
    term, type_ = read_expression("map(double, take([1, 2, 3], 2))", dsl)
    assert run(Program((Function("main", (), (), type_, term),)), (), dsl) == [2, 4]
