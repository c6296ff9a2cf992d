"""Values: equality with NaN, order, keys that tell everything apart, types guessed and checked."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from progsynth.lang.types import parse_type
from progsynth.lang.values import (
    INT_MAX,
    INT_MIN,
    close,
    equal,
    identity_key,
    int64,
    misfit,
    order_key,
    show,
    size_of,
    type_of,
)

NAN = math.nan

VALUES = st.recursive(
    st.integers(INT_MIN, INT_MAX) | st.text(max_size=4) | st.booleans(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3)
    ),
    max_leaves=8,
)


def test_integers_stay_within_64_bits() -> None:
    assert int64(INT_MAX) == INT_MAX
    for outside in (INT_MAX + 1, INT_MIN - 1):
        with pytest.raises(OverflowError):
            int64(outside)


def test_nan_equals_nothing_also_inside_containers() -> None:
    assert not equal(NAN, NAN)
    assert not equal([NAN], [NAN])
    assert not equal({"a": NAN}, {"a": NAN})
    assert equal([0.0], [-0.0])


def test_dicts_are_equal_whatever_their_order() -> None:
    assert equal({"a": 1, "b": 2}, {"b": 2, "a": 1})
    assert identity_key({"a": 1, "b": 2}) != identity_key({"b": 2, "a": 1})


def test_identity_keys_tell_apart_what_programs_can() -> None:
    different = [0.0, -0.0, True, 1, [1], (1,), [], {}, "1", [True], [[1]], [1, 1]]
    assert len({identity_key(v) for v in different}) == len(different)
    assert identity_key([NAN]) == identity_key([float("nan")])


@given(VALUES, VALUES)
def test_values_with_one_key_are_equal(a: object, b: object) -> None:
    if identity_key(a) == identity_key(b):
        assert equal(a, b)
    assert identity_key(a) == identity_key(a)


def test_order_puts_nan_last_and_compares_item_by_item() -> None:
    floats = [NAN, 2.0, -math.inf, 1.0]
    assert sorted(floats, key=order_key)[:3] == [-math.inf, 1.0, 2.0]
    assert sorted([[2], [1, 5], [1]], key=order_key) == [[1], [1, 5], [2]]


def test_size_counts_cells_deep() -> None:
    assert size_of(3) == 1
    assert size_of("abc") == 4
    assert size_of([[1, 2], []]) == 5
    assert size_of({"a": [1]}) == 5


def test_close_allows_for_rounding_and_matches_nan() -> None:
    assert close([1.0, NAN], [1.0 + 1e-12, NAN], 1e-9)
    assert not close([1.0], [1.1], 1e-9)
    assert not close([1.0], [1.0, 1.0], 1e-9)


@pytest.mark.parametrize(
    ("value", "type_", "message"),
    [
        ([1, 2], "list[int]", ""),
        ([1, "a"], "list[int]", "item 1: expected int, found 'a'"),
        (True, "int", "expected int, found True"),
        (2**63, "int", "expected an integer of 64 bits, found 9223372036854775808"),
        ({"a": (1, "x")}, "dict[str, tuple[int, str]]", ""),
        ({"a": (1,)}, "dict[str, tuple[int, str]]", "key 'a': expected 2 items, found (1,)"),
        ({1: {2: 0.5}}, "graph[int]", ""),
        (10, "choice[10]", "expected choice[10], found 10"),
        ((1, 2), "list[int]", "expected list[int], found (1, 2)"),
    ],
)
def test_misfit_names_the_place(value: object, type_: str, message: str) -> None:
    assert misfit(value, parse_type(type_)) == message


def test_types_are_guessed_from_values() -> None:
    assert str(type_of({"a": (1, [2.0])})) == "dict[str, tuple[int, list[float]]]"
    assert str(type_of([[], [1]])) == "list[list[int]]"
    found = type_of([])
    assert found is not None and found.types[0].is_variable


@pytest.mark.parametrize("value", [[1, "a"], [1, 2.0], None, {"a": 1, "b": "c"}, [[1], 2]])
def test_values_of_no_type(value: object) -> None:
    assert type_of(value) is None


def test_guessing_stops_at_the_depth_limit() -> None:
    nested: list[object] = []
    for _ in range(5_000):
        nested = [nested]
    assert type_of(nested) is None


def test_show_never_fails() -> None:
    nested: list[object] = []
    for _ in range(100_000):
        nested = [nested]
    assert show(nested) == "a list too large to show"
    assert show(10**10_000) == "a int too large to show"
    assert len(show(list(range(1000)))) == 60


# ------------------------------------------------------------------------------- tensors


def tensor(items: Any, dtype: str = "float32") -> Any:
    return np.array(items, dtype)


IMAGE = parse_type("tensor[1, 2]")


def test_a_tensor_is_an_array_of_exactly_its_shape_and_of_float32() -> None:
    assert misfit(tensor([[0, 1]]), IMAGE) == ""
    assert misfit([tensor([[0, 1]])], parse_type("list[tensor[1, 2]]")) == ""
    assert misfit(tensor([0, 1]), IMAGE) == "expected tensor[1, 2], found tensor[2](0..1)"
    assert misfit(tensor([[0, 1]], "float64"), IMAGE) == (
        "expected tensor[1, 2], whose items are float32, found array[1, 2] of float64"
    )
    assert misfit([[0.0, 1.0]], IMAGE) == (
        "expected tensor[1, 2], a NumPy array, found [[0.0, 1.0]]"
    )
    assert misfit([tensor([[0, 1]]), 3], parse_type("list[tensor[1, 2]]")).startswith("item 1: ")
    assert misfit(tensor([0, 1]), parse_type("list[float]")).startswith("expected list[float]")


def test_the_type_of_a_tensor_is_its_shape() -> None:
    assert type_of(tensor([[0, 1]])) == IMAGE
    assert str(type_of([tensor([[0, 1]]), tensor([[2, 3]])])) == "list[tensor[1, 2]]"
    assert type_of([tensor([[0, 1]]), tensor([2, 3])]) is None
    assert type_of(tensor([1], "int64")) is None


def test_a_tensor_is_a_container_of_its_items() -> None:
    assert size_of(tensor([[0, 1]])) == 3
    assert size_of([tensor([[0, 1]]), tensor([[0, 1]])]) == 7
    assert size_of((1, tensor([]))) == 3


def test_tensors_are_equal_item_by_item() -> None:
    assert equal(tensor([1, 2]), tensor([1, 2])) and equal([tensor([1])], [tensor([1])])
    assert not equal(tensor([1, 2]), tensor([1, 3])) and not equal(tensor([1]), tensor([[1]]))
    assert not equal(tensor([NAN]), tensor([NAN]))


def test_tensors_are_close_within_the_tolerance() -> None:
    assert close(tensor([1, 100]), tensor([1.001, 100.1]), 0.002)
    assert not close(tensor([1, 100]), tensor([1.001, 100.5]), 0.002)
    assert close(tensor([NAN, math.inf]), tensor([NAN, math.inf]), 0.0)
    assert not close(tensor([1]), tensor([[1]]), 1.0)
    assert not close([tensor([1])], [1.0], 1.0)


def test_identity_keys_of_tensors_are_their_shapes_and_bits() -> None:
    different = [[0.0], [-0.0], [[0.0]], [0.0, 0.0], [1.0]]
    keys = {identity_key(tensor(items)) for items in different}
    assert len(keys) == len(different)
    assert identity_key(tensor([NAN])) == identity_key(tensor([NAN]))
    assert identity_key([tensor([1])]) != identity_key([tensor([2])])
    backwards = tensor([[1, 2], [3, 4]]).T
    assert identity_key(backwards) == identity_key(tensor([[1, 3], [2, 4]]))


def test_tensors_are_shown_by_shape_and_range() -> None:
    shown = show({"a": [tensor([[0, 0.25]]), 1], "b": (tensor([]),)})
    assert shown == "{'a': [tensor[1, 2](0..0.25), 1], 'b': (tensor[0],)}"


@given(VALUES)
def test_showing_what_has_no_arrays_is_its_repr(value: object) -> None:
    assert show(value, 10**6) == repr(value)
