"""Tasks: what examples may be, what is inferred from them, what is refused."""

from __future__ import annotations

import dataclasses
import math
import pickle
from collections import Counter, OrderedDict, namedtuple
from enum import IntEnum
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from progsynth.errors import TaskError
from progsynth.lang.primitive import DSL
from progsynth.lang.types import FLOAT, INT, fn_of, list_of, parse_type
from progsynth.plain import make_tensor
from progsynth.request import parse_request
from progsynth.task import Example, Suite, Task

pairs_of = Task.from_pairs


def request_of(*pairs: tuple[object, object], **options: object) -> str:
    return str(pairs_of("t", pairs, **options).request)


# ------------------------------------------------------------------------------- requests


@pytest.mark.parametrize(
    "text", ["list[int], int -> bool", "(list[int], int) -> bool", " ( list[ int ],int )->bool "]
)
def test_a_request_is_read_with_and_without_parentheses(text: str) -> None:
    assert parse_request(text) == parse_type("(list[int], int) -> bool")


def test_a_tuple_is_one_parameter() -> None:
    assert parse_request("tuple[int, int] -> int").types[0].name == "tuple"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("int", "found no '->' in it"),
        ("int -> int -> int", "expected one '->', found 2"),
        ("(int -> int", "expected as many ')' as '(', found 0 and 1"),
        ("integer -> int", "no type 'integer'"),
        ("-> int", "expected one parameter or more, found none"),
        ("list -> int", "'list' takes 1 type argument(s), found 0"),
        ("a -> int", "found the variable 'a'"),
        ("((int) -> int, int) -> int", "a function cannot be given in an example"),
        ("dict[float, int] -> int", "dict keys must be int, bool, str or tuples of these"),
    ],
)
def test_wrong_requests_are_refused(text: str, message: str) -> None:
    with pytest.raises(TaskError) as error:
        parse_request(text)
    assert message in str(error.value)


# ------------------------------------------------------------------------------ inferring


def test_the_request_is_inferred() -> None:
    assert request_of(([1, 2], 3)) == "(list[int]) -> int"
    assert request_of((("a", 2), True)) == "(str, int) -> bool"
    assert request_of(({"a": [1]}, (1, "b"))) == "(dict[str, list[int]]) -> tuple[int, str]"


def test_ints_among_floats_are_floats_everywhere() -> None:
    task = pairs_of("t", [([1, 2], {"a": 1}), ([0.5], {"a": 2.5})], validation=[([3], {"b": 1})])
    assert str(task.request) == "(list[float]) -> dict[str, float]"
    assert task.train[0] == Example(([1.0, 2.0],), {"a": 1.0})
    assert type(task.train[0].inputs[0][0]) is float
    assert type(task.validation[0].output["b"]) is float


def test_bools_are_no_numbers() -> None:
    with pytest.raises(TaskError, match="expected items of one type, found int and bool"):
        pairs_of("t", [([1, True], 1)])


def test_empty_lists_take_their_type_from_other_examples() -> None:
    assert request_of(([], []), ([[], ["a"]], [1])) == "(list[list[str]]) -> list[int]"
    assert request_of(({}, 1), ({1: ()}, 1)) == "(dict[int, tuple]) -> int"


def test_lists_that_are_always_empty_are_ambiguous() -> None:
    with pytest.raises(TaskError) as error:
        pairs_of("t", [([], 0), ([], 0)])
    assert str(error.value) == (
        "task 't': cannot tell the type of input 1: found only list[?] in the examples, every "
        "list or dict there is empty; write the request, for example 'list[int] -> int'"
    )


def test_tests_do_not_take_part_in_the_inference() -> None:
    with pytest.raises(TaskError, match="cannot tell the type of input 1"):
        pairs_of("t", [([], 0)], test=[([1], 1)])
    with pytest.raises(TaskError, match=r"test example 1, input 1: expected int, found 1.5"):
        pairs_of("t", [(1, 1)], test=[(1.5, 1)])


def test_examples_of_different_types_contradict_each_other() -> None:
    with pytest.raises(TaskError) as error:
        pairs_of("t", [([1], 1), ([], 2), (["a"], 3)])
    assert str(error.value) == (
        "task 't': training example 3, input 1: expected list[int], as in training example 1, "
        "found list[str]: ['a']; every example has values of the same types"
    )


def test_the_first_example_that_contradicts_is_named() -> None:
    with pytest.raises(TaskError, match="expected int, as in training example 1, found str: 'a'"):
        pairs_of("t", [((1, 1), 0), ((1.5, 1), 0), (("a", 1), 0)])


def test_examples_with_different_numbers_of_inputs_are_refused() -> None:
    with pytest.raises(TaskError) as error:
        pairs_of("t", [((1, 2), 3), (1, 3)])
    assert "training example 2: expected 2 input(s), as in training example 1, found 1" in str(
        error.value
    )


@pytest.mark.parametrize("kind", ["validation", "test"])
def test_same_inputs_with_different_outputs_contradict_each_other(kind: str) -> None:
    with pytest.raises(TaskError) as error:
        pairs_of("t", [([1], 3)], **{kind: [([2], 3), ([1], 4)]})
    assert str(error.value) == (
        f"task 't': {kind} example 2: expected the output 3, as in training example 1, which has "
        "the same inputs ([1]), found 4; take the wrong one out"
    )


def test_equal_examples_and_outputs_within_tolerance_do_not_contradict() -> None:
    task = pairs_of("t", [(1, 0.1), (1, 0.1 + 1e-12), (2, math.nan), (2, math.nan)])
    assert len(task.train) == 4


def test_inputs_that_python_takes_for_equal_are_told_apart() -> None:
    assert len(pairs_of("t", [(0.0, 1), (-0.0, 2)]).train) == 2
    assert len(pairs_of("t", [({"a": 1, "b": 2}, 1), ({"b": 2, "a": 1}, 2)]).train) == 2


# --------------------------------------------------------------------------------- values


def test_the_users_later_changes_change_nothing() -> None:
    data = {"a": [1]}
    task = pairs_of("t", [(data, 1)])
    data["a"].append(2)
    assert task.train[0].inputs[0] == {"a": [1]}


def test_values_of_pythons_kin_become_plain() -> None:
    class Colour(IntEnum):
        RED = 1

    point = namedtuple("point", "x y")
    task = pairs_of("t", [((Colour.RED, OrderedDict(a=1), Counter("a"), point(1, 2)), 1)])
    inputs = task.train[0].inputs
    assert [type(value) for value in inputs] == [int, dict, dict, tuple]


def test_numpy_scalars_become_plain() -> None:
    task = pairs_of("t", [((np.int64(3), np.float32(0.5), np.bool_(True)), np.str_("a"))])
    assert str(task.request) == "(int, float, bool) -> str"
    assert [type(v) for v in task.train[0].inputs] == [int, float, bool]


def test_numpy_arrays_are_lists_where_the_request_says_so() -> None:
    array = np.array([[1, 2], [3, 4]])
    task = pairs_of("t", [(array, 1)], request="list[list[float]] -> int")
    assert task.train[0].inputs[0] == [[1.0, 2.0], [3.0, 4.0]]
    with pytest.raises(TaskError, match=r"found an array of shape \(2, 2\); give array.tolist()"):
        pairs_of("t", [(array, 1)])
    deeper = pairs_of("t", [(np.zeros((1, 1, 1)), 1)], request="list[list[list[float]]] -> int")
    assert deeper.train[0].inputs[0] == [[[0.0]]]
    with pytest.raises(TaskError, match=r"item 0: expected float, found an array of shape \(2,\)"):
        pairs_of("t", [(array, 1)], request="list[float] -> int")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (None, "found None; the language has no None"),
        ({1, 2}, "found {1, 2}; give a sorted list of its items"),
        (b"a", "found b'a'; decode it to text"),
        (range(3), "found range(0, 3); give list(...) of it"),
        ({1.5: 1}, "dict keys must be int, bool, str or tuples of these, found float"),
        ([1, [None]], "training example 1, input 1, item 1, item 0: expected a value"),
        ("\ud800", "found half a surrogate pair in"),
        (object, "expected a value of the language"),
    ],
)
def test_what_is_no_value_of_the_language_is_refused(value: object, message: str) -> None:
    with pytest.raises(TaskError) as error:
        pairs_of("t", [(value, 1)])
    assert str(error.value).startswith("task 't': training example 1, input 1")
    assert message in str(error.value)


def test_values_nested_without_end_are_refused() -> None:
    endless: list[object] = []
    endless.append(endless)
    with pytest.raises(TaskError, match="expected at most 24 levels of nesting, found more"):
        pairs_of("t", [(endless, 1)])


def test_integers_have_64_bits() -> None:
    assert pairs_of("t", [(2**63 - 1, -(2**63))]).train[0].output == -(2**63)
    with pytest.raises(TaskError) as error:
        pairs_of("t", [([0, 2**63], 1)])
    assert str(error.value) == (
        "task 't': training example 1, input 1, item 1: expected an integer of 64 bits, found "
        "9223372036854775808; the request is list[int] -> int"
    )
    with pytest.raises(TaskError, match="too large"):
        pairs_of("t", [(10**400, 1)], request="float -> int")


def test_values_fit_the_request() -> None:
    with pytest.raises(TaskError) as error:
        pairs_of("t", [([1], 1), ([1, "a"], 1)], request="list[int] -> int")
    assert str(error.value) == (
        "task 't': training example 2, input 1, item 1: expected int, found 'a'; "
        "the request is list[int] -> int"
    )


def test_graphs_and_memories_are_dicts_of_their_type() -> None:
    task = pairs_of(
        "t", [(({1: {2: 1}, 2: {}}, {"a": 1}), 1)], request="graph[int], memory[int] -> int"
    )
    assert task.train[0].inputs[0] == {1: {2: 1.0}, 2: {}}


# ---------------------------------------------------------------------------------- pairs


def test_a_given_request_decides_what_a_tuple_is() -> None:
    one = pairs_of("t", [((1, 2), 3)], request="tuple[int, int] -> int")
    two = pairs_of("t", [((1, 2), 3)], request="int, int -> int")
    assert (one.train[0].inputs, two.train[0].inputs) == (((1, 2),), (1, 2))


def test_without_a_request_a_tuple_is_the_inputs() -> None:
    assert request_of(((1, 2), 3)) == "(int, int) -> int"
    assert request_of((((1, 2),), 3)) == "(tuple[int, int]) -> int"


@pytest.mark.parametrize(
    ("pair", "request_", "message"),
    [
        ((1,), None, "training pair 1: expected (input, output)"),
        (1, None, "training pair 1: expected (input, output)"),
        (([1, 2], 3), "int, int -> int", "expected a tuple of 2 inputs, found [1, 2]"),
        (((1, 2, 3), 3), "int, int -> int", "expected a tuple of 2 inputs, found (1, 2, 3)"),
        (((), 3), None, "expected one input or more, found none"),
    ],
)
def test_wrong_pairs_are_refused(pair: object, request_: str | None, message: str) -> None:
    with pytest.raises(TaskError) as error:
        pairs_of("t", [pair], request=request_)  # type: ignore[list-item]
    assert message in str(error.value)


# ------------------------------------------------------------------------------- settings


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"withheld": "map"}, "withheld: expected a list of names, found 'map'"),
        ({"constants": 3}, "constants: expected a list of scalars, found 3"),
        ({"constants": [1, [2]]}, "constant 2: expected an int of 64 bits"),
        ({"constants": [2**63]}, "constant 1: expected an int of 64 bits"),
        ({"tolerance": -1}, "tolerance: expected a number from 0, found -1"),
        ({"tolerance": math.nan}, "tolerance: expected a number from 0, found nan"),
        ({"fuel": 0}, "fuel: expected a whole number from 1, found 0"),
        ({"cells": 1.5}, "cells: expected a whole number from 1, found 1.5"),
        ({"params": ["a", "b"]}, "params: expected 1 name(s), found 2: a, b"),
        ({"params": ["a b"]}, "params: expected names such as 'xs' or 'first_word', found 'a b'"),
        ({"params": ["lambda"]}, "params: expected names such as 'xs' or 'first_word', found"),
        ({"sketch": 1}, "sketch: expected a text, found 1"),
        ({"pack": 1}, "pack: expected a language pack or its name, found 1"),
        ({"error": 1}, "error: expected None or a function"),
    ],
)
def test_wrong_settings_are_refused(options: dict[str, object], message: str) -> None:
    with pytest.raises(TaskError) as error:
        pairs_of("t", [(1, 1)], **options)
    assert f"task 't': {message}" in str(error.value)


def test_a_task_needs_a_name_and_an_example() -> None:
    with pytest.raises(TaskError, match="name: expected a text that is not empty, found ''"):
        pairs_of("", [(1, 1)])
    with pytest.raises(TaskError, match="expected one training example or more, found none"):
        pairs_of("t", [], request="int -> int")


def test_params_are_different_names() -> None:
    with pytest.raises(TaskError, match="params: expected different names, found a, a"):
        pairs_of("t", [((1, 2), 1)], params=["a", "a"])


def test_parameters_without_names_get_short_ones() -> None:
    task = pairs_of("t", [(([1], 2, [3], 4, "a"), 1)])
    assert task.names == ("xs", "n", "ys", "m", "s")
    assert pairs_of("t", [(tuple(range(30)), 1)]).names[-1] == "n26"
    assert pairs_of("t", [(1, 1)], params=["size"]).names == ("size",)


def test_a_task_is_made_directly_and_changed_by_replace() -> None:
    task = Task(
        "t", fn_of((list_of(FLOAT),), INT), (Example(([1],), 2),), pack=DSL("p", {}, {}, {})
    )
    assert task.train[0].inputs == ([1.0],)
    assert dataclasses.replace(task, fuel=7).limits.fuel == 7
    assert pickle.loads(pickle.dumps(task)) == task  # noqa: S301
    with pytest.raises(dataclasses.FrozenInstanceError):
        task.name = "u"  # type: ignore[misc]
    with pytest.raises(TaskError, match="fuel"):
        dataclasses.replace(task, fuel=-1)


# --------------------------------------------------------------------------------- suites


def test_a_suite_finds_tasks_by_name() -> None:
    suite = Suite("s", tuple(pairs_of(name, [(1, 1)]) for name in ("double", "sum", "sort")))
    assert (suite["sum"].name, len(suite), next(iter(suite)).name) == ("sum", 3, "double")
    with pytest.raises(TaskError) as error:
        suite["doubel"]
    assert str(error.value) == "no task 'doubel' among the 3 of 's'; did you mean 'double'?"
    with pytest.raises(TaskError) as error:
        suite["xyz"]
    assert str(error.value) == "no task 'xyz' among the 3 of 's'; there is 'double', 'sum', 'sort'"


def test_names_in_a_suite_are_different() -> None:
    task = pairs_of("t", [(1, 1)])
    with pytest.raises(TaskError, match="tasks 1 and 2 are both named 't'"):
        Suite("s", (task, task))


def test_a_suite_says_which_of_its_tasks_are_quick() -> None:
    tasks = tuple(pairs_of(name, [(1, 1)]) for name in ("double", "sum", "sort"))
    suite = Suite("s", tasks, "generated", quick=["sort", "double"])  # type: ignore[arg-type]
    assert suite.quick == ("sort", "double")
    quick = suite.subset(suite.quick)
    assert [task.name for task in quick] == ["sort", "double"]
    assert (quick.name, quick.format) == ("s", "generated")
    with pytest.raises(TaskError, match="no task 'sorted' among the 3 of 's'; did you mean 'sort'"):
        Suite("s", tasks, quick=("sorted",))
    with pytest.raises(TaskError, match="quick: expected a list of names, found 'sort'"):
        Suite("s", tasks, quick="sort")  # type: ignore[arg-type]


# ------------------------------------------------------------------------------ properties

_scalars = st.one_of(st.integers(-(2**63), 2**63 - 1), st.booleans(), st.text(max_size=3))
_values = st.recursive(
    _scalars, lambda inner: st.lists(inner, max_size=1) | st.tuples(inner, inner), max_leaves=6
)


@given(_values.filter(lambda value: not isinstance(value, tuple)))
def test_what_is_inferred_fits(value: object) -> None:
    """A value alone never contradicts itself: it is accepted as it is, or is ambiguous."""
    try:
        task = pairs_of("t", [(value, 1)])
    except TaskError as error:
        assert "cannot tell the type" in str(error)  # noqa: PT017
    else:
        assert task.train[0].inputs == (value,)


# ------------------------------------------------------ tensors, accuracy, neural submodules


IMAGES = "list[tensor[1, 2, 2]] -> int"
DIGIT = "digit(image: tensor[1, 2, 2]) -> choice[10]"


def images(count: int, value: float = 0.5) -> Any:
    return np.full((count, 1, 2, 2), value)


def test_tensors_are_copied_and_checked_with_their_place() -> None:
    mine = images(2)
    task = pairs_of("t", [(mine, 1)], request=IMAGES, validation=[(images(1), 2)])
    mine[:] = 9
    assert task.train[0].inputs[0][1].max() == 0.5
    with pytest.raises(TaskError) as error:
        pairs_of("t", [(mine, 1)], request=IMAGES, test=[(mine, 1), ([mine[0], mine], 2)])
    assert str(error.value) == (
        "task 't': test example 2, input 1, item 1: expected tensor[1, 2, 2], found an array of "
        "shape (2, 1, 2, 2); 2 of them are a list[tensor[1, 2, 2]]: write that in the request; "
        "the request is list[tensor[1, 2, 2]] -> int"
    )


def test_an_array_needs_a_request_that_says_tensor() -> None:
    with pytest.raises(TaskError, match=r"write a request with .* or tensor\[2, 1, 2, 2\] there"):
        pairs_of("t", [(images(2), 1)])
    known = pairs_of("t", [(images(1), 1)], request=IMAGES).train
    assert str(Task.from_examples("u", known).request) == f"({IMAGES.replace(' ->', ') ->')}"
    both = [*known, Example(([make_tensor([1.0], parse_type("tensor[1]"), "x")],), 1)]
    with pytest.raises(TaskError, match=r"expected list\[tensor\[1, 2, 2\]\], as in training"):
        Task.from_examples("u", both)


def test_tensors_that_contradict_each_other_are_told() -> None:
    with pytest.raises(TaskError) as error:
        pairs_of("t", [(images(1), 1), (images(1, 0.0), 2), (images(1), 3)], request=IMAGES)
    assert str(error.value) == (
        "task 't': training example 3: expected the output 1, as in training example 1, which has "
        "the same inputs ([tensor[1, 2, 2](0.5..0.5)]), found 3; take the wrong one out"
    )


def test_examples_and_tasks_with_tensors_are_compared_and_copied() -> None:
    one, same, other = (
        pairs_of("t", [(images(2, value), 1)], request=IMAGES) for value in (0.5, 0.5, 1.0)
    )
    assert one == same and one != other
    assert hash(one.train[0]) == hash(same.train[0])
    assert Example((1,), 2) != Example((True,), 2) and Example((1,), 2) != (1, 2)
    changed = dataclasses.replace(one, fuel=7)
    assert changed.train[0].inputs[0][0] is one.train[0].inputs[0][0]
    assert pickle.loads(pickle.dumps(one)) == one  # noqa: S301 (our own)


@pytest.mark.parametrize("accuracy", [0, -0.5, 1.01, 95, math.nan, True, "0.9", None])
def test_an_accuracy_is_a_share(accuracy: Any) -> None:
    with pytest.raises(TaskError, match="accuracy: expected a share of the examples"):
        pairs_of("t", [(1, 2)], accuracy=accuracy)


def test_a_task_declares_submodules() -> None:
    task = pairs_of(
        "t",
        [(images(1), 1)],
        request=IMAGES,
        accuracy=0.9,
        neural=[DIGIT, "neural  is_dark(image:tensor[1,2,2])->bool"],
    )
    assert task.neural == (DIGIT, "is_dark(image: tensor[1, 2, 2]) -> bool")
    digit, dark = task.submodules
    assert (digit.name, digit.params, str(digit.types[0])) == (
        "digit",
        ("image",),
        "tensor[1, 2, 2]",
    )
    assert (str(digit.result), str(dark.result)) == ("choice[10]", "bool")
    assert dataclasses.replace(task, fuel=3).submodules == task.submodules
    assert pairs_of("t", [(1, 2)]).submodules == ()


@pytest.mark.parametrize(
    ("neural", "message"),
    [
        (DIGIT, "neural: expected a list of declarations, each a text such as 'digit(image"),
        ([3], "neural: expected a list of declarations"),
        ([DIGIT, ""], "neural 2, '': <neural>:1:7: "),
        (["f(x: int) -> int"], "an int is a choice[k] of k possible answers"),
        (["f() -> bool"], "neural 1, 'f() -> bool': expected one input or more, found none"),
        ([DIGIT, DIGIT], "neural: expected different names, found digit, digit"),
        (["sum(x: int) -> bool"], "'sum' is already a function of the pack 'default'"),
        ([f"{DIGIT}\nneural g(x: int) -> bool"], "expected one declaration of a neural submodule"),
        (["def f(x: int) -> int:\n    return x"], "neural 1, "),
    ],
)
def test_a_wrong_declaration_is_told(neural: Any, message: str) -> None:
    with pytest.raises(TaskError) as error:
        pairs_of("t", [(images(1), 1)], request=IMAGES, neural=neural)
    assert message in str(error.value)


def test_declarations_of_a_pack_that_is_not_there_are_told() -> None:
    with pytest.raises(TaskError, match="no language pack is named 'defalut'"):
        pairs_of("t", [(1, 2)], neural=["f(x: int) -> bool"], pack="defalut")
