"""Values from outside: arrays, torch tensors and nested lists become tensors where asked."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from progsynth.errors import TaskError
from progsynth.lang.tensor import is_frozen
from progsynth.lang.types import parse_type
from progsynth.lang.values import identity_key, misfit
from progsynth.plain import conform, make_tensor, plain

IMAGE = parse_type("tensor[1, 2, 3]")
LIST = parse_type("list[tensor[1, 2, 3]]")
NUMBERS = [[[0.0, 0.5, 1.0], [1.0, 0.25, 0.0]]]


def taken(value: Any, type_: Any = IMAGE) -> Any:
    return conform(plain(value, "x", arrays=True), type_, "x")


def refusal(value: Any, type_: Any = IMAGE) -> str:
    with pytest.raises(TaskError) as error:
        taken(value, type_)
    return str(error.value)


@pytest.mark.parametrize(
    "given",
    [
        NUMBERS,
        ((tuple(NUMBERS[0][0]), NUMBERS[0][1]),),
        np.array(NUMBERS),
        np.array(NUMBERS, np.float16),
        np.array(NUMBERS, ">f8"),
        np.array(NUMBERS, np.float32)[:, :, ::-1][:, :, ::-1],
        [np.array(NUMBERS[0])],
        [[[np.float32(x) for x in row] for row in NUMBERS[0]]],
    ],
    ids=["lists", "tuples", "float64", "float16", "big-endian", "strides", "rows", "scalars"],
)
def test_every_way_to_give_a_tensor_gives_the_same(given: Any) -> None:
    made = taken(given)
    assert misfit(made, IMAGE) == ""
    assert made.flags.c_contiguous
    copied = identity_key(np.array(NUMBERS, np.float32))
    assert identity_key(made) == copied and hash(identity_key(made)) == hash(copied)


@pytest.mark.parametrize("kind", ["uint8", "int64", "bool"])
def test_whole_numbers_become_floats(kind: str) -> None:
    made = taken(np.ones((1, 2, 3), kind))
    assert made.dtype == np.float32 and made.min() == made.max() == 1.0


def test_tensors_can_never_be_changed() -> None:
    mine = np.array(NUMBERS, np.float32)
    made = taken(mine)
    mine[:] = 7
    assert made.max() == 1.0
    with pytest.raises(ValueError, match="read-only"):
        made[0, 0, 0] = 1
    with pytest.raises(ValueError, match="cannot set WRITEABLE"):
        made.setflags(write=True)


def test_a_tensor_that_is_made_is_not_copied_again() -> None:
    made = taken(NUMBERS)
    assert taken(made) is made and is_frozen(made)
    assert taken([made, made], LIST)[1] is made
    borrowed = np.array(NUMBERS, np.float32)
    borrowed.setflags(write=False)
    assert taken(borrowed) is not borrowed
    assert not is_frozen(np.frombuffer(b"12345678", np.float32)[:1])
    assert not is_frozen(np.frombuffer(b"12345678", np.uint8))


def test_an_array_with_one_more_dimension_is_a_list() -> None:
    batch = np.arange(12.0).reshape(2, 1, 2, 3)
    first, second = taken(batch, LIST)
    assert first.max() == 5 and second.max() == 11
    assert taken(batch[:0], LIST) == []
    nested = taken(batch[np.newaxis], parse_type("list[list[tensor[1, 2, 3]]]"))
    assert [len(inner) for inner in nested] == [2]
    pair = taken((batch, 1), parse_type("tuple[list[tensor[1, 2, 3]], float]"))
    assert len(pair[0]) == 2 and pair[1] == 1.0


def test_a_number_is_a_tensor_without_dimensions() -> None:
    assert taken(0.5, parse_type("tensor[]")).shape == ()
    assert [x.item() for x in taken(np.array([1, 2]), parse_type("list[tensor[]]"))] == [1, 2]


def test_torch_tensors_are_taken() -> None:
    torch = pytest.importorskip("torch")
    wanted = identity_key(taken(NUMBERS))
    for kind in (torch.float32, torch.float64, torch.bfloat16):
        tensor = torch.tensor(NUMBERS, dtype=kind, requires_grad=True)
        assert identity_key(taken(tensor)) == wanted
    changed = torch.tensor(NUMBERS)
    made = taken(changed)
    changed.zero_()
    assert made.max() == 1.0
    assert taken(torch.tensor([1, 2]), parse_type("list[int]")) == [1, 2]
    assert taken(torch.tensor(3), parse_type("int")) == 3
    assert "give tensor.to_dense().float()" in refusal(torch.zeros(1, 2, 3).to_sparse())


@pytest.mark.gpu
def test_torch_tensors_are_taken_from_a_gpu() -> None:
    torch = pytest.importorskip("torch")
    assert identity_key(taken(torch.tensor(NUMBERS, device="cuda"))) == identity_key(taken(NUMBERS))


@pytest.mark.parametrize(
    ("given", "type_", "message"),
    [
        (
            np.zeros((2, 3)),
            IMAGE,
            "x: expected tensor[1, 2, 3], found an array of shape (2, 3); "
            "give array.reshape(1, 2, 3)",
        ),
        (
            np.zeros((4, 1, 2, 3)),
            IMAGE,
            "x: expected tensor[1, 2, 3], found an array of shape (4, 1, 2, 3); 4 of them are a "
            "list[tensor[1, 2, 3]]: write that in the request",
        ),
        (
            np.zeros((4, 2, 3)),
            LIST,
            "x, item 0: expected tensor[1, 2, 3], found an array of shape (2, 3); "
            "give array.reshape(1, 2, 3)",
        ),
        (3, IMAGE, "x: expected tensor[1, 2, 3], found the number 3"),
        (
            [NUMBERS, [[[1, 2, 3]]]],
            LIST,
            "x, item 1: expected tensor[1, 2, 3], found an array of shape (1, 1, 3)",
        ),
        (
            [[[1, 2], [3]]],
            IMAGE,
            "x: expected tensor[1, 2, 3], found rows of different lengths in [[[1, 2], [3]]]",
        ),
        ("abc", IMAGE, "x: expected tensor[1, 2, 3], found 'abc'; give numbers"),
        ({"a": 1}, IMAGE, "x: expected tensor[1, 2, 3], found {'a': 1}; give numbers"),
        ("abc", LIST, "x: expected list[tensor[1, 2, 3]], found 'abc'"),
        (
            np.array([[[0, 1, 2], [3, np.nan, 5]]]),
            IMAGE,
            "x: expected tensor[1, 2, 3] of finite numbers that float32 holds, found nan at "
            "[0, 1, 1]; leave the example out, or put a number in its place",
        ),
        (
            [[[0, 1, 2], [3, -1e39, 5]]],
            IMAGE,
            "x: expected tensor[1, 2, 3] of finite numbers that float32 holds, found -1e+39 at "
            "[0, 1, 1]; leave the example out, or put a number in its place",
        ),
        (np.zeros(3), parse_type("int"), "x: expected int, found an array of shape (3,)"),
        (
            np.zeros((2, 3)),
            parse_type("list[float]"),
            "x, item 0: expected float, found an array of shape (3,)",
        ),
        (np.zeros(2), parse_type("list[int]"), "x, item 0: expected int, found 0.0"),
    ],
)
def test_what_is_no_such_tensor_is_refused(given: Any, type_: Any, message: str) -> None:
    assert refusal(given, type_) == message


def test_arrays_of_other_things_are_refused() -> None:
    assert "found 1j; give a tuple of two floats" in refusal(np.full((1, 2, 3), 1j))
    assert "expected tensor[1, 2, 3], found [[['a'" in refusal(np.full((1, 2, 3), "a"))


@given(st.lists(st.floats(width=32, allow_nan=False, allow_infinity=False), max_size=6))
def test_float32_is_kept_bit_by_bit(numbers: list[float]) -> None:
    made = make_tensor(numbers, parse_type(f"tensor[{len(numbers)}]"), "x")
    assert made.tobytes() == np.array(numbers, np.float32).tobytes()
