"""Which inputs networks read, and program values as tensors."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from progsynth.errors import UnsupportedError
from progsynth.lang.types import parse_type
from progsynth.neural.modality import encode, modality_of


@pytest.mark.parametrize(
    ("type_", "kind", "shape"),
    [
        ("float", "vector", (1,)),
        ("tuple[float, float, float]", "vector", (3,)),
        ("tensor[5]", "vector", (5,)),
        ("tensor[1, 8, 8]", "image", (1, 8, 8)),
        ("tensor[3, 20, 40]", "image", (3, 20, 40)),
        ("tensor[2, 400]", "sound", (2, 400)),
        ("tensor[1, 6, 20, 40]", "volume", (1, 6, 20, 40)),
        ("str", "text", (1,)),
        ("list[float]", "series", (1,)),
        ("list[tuple[float, float]]", "series", (2,)),
        ("list[tensor[5]]", "series", (5,)),
        ("list[tensor[3, 20, 40]]", "video", (3, 20, 40)),
    ],
)
def test_the_type_says_the_modality(type_: str, kind: str, shape: tuple[int, ...]) -> None:
    found = modality_of(parse_type(type_))
    assert (found.kind, found.shape) == (kind, shape)
    assert found.num_channels == shape[0]


@pytest.mark.parametrize(
    "type_",
    [
        *("int", "list[str]", "list[int]", "tensor[2, 2, 2, 2, 2]", "tensor"),
        *("tensor[1, 0, 4]", "tuple[float, int]", "choice[3]", "a"),
    ],
)
def test_what_nothing_reads_is_refused_with_what_there_is(type_: str) -> None:
    with pytest.raises(UnsupportedError) as error:
        modality_of(parse_type(type_))
    message = str(error.value)
    assert f"no architecture reads the type {type_}:" in message
    assert "tensor[channels, height, width] (image)" in message
    assert "tensor[n] (vector)" in message


def test_values_become_a_batch_of_float32() -> None:
    images = [np.full((1, 2, 3), i, np.float32) for i in range(4)]
    for values, type_, wanted in [
        (images, "tensor[1, 2, 3]", np.stack(images)),
        ([1.5, -2.0], "float", [[1.5], [-2.0]]),
        ([(1.0, 2.0), (3.0, 4.0), (5.0, 6.0)], "tuple[float, float]", [[1, 2], [3, 4], [5, 6]]),
    ]:
        found = encode(values, parse_type(type_))
        assert found.dtype == torch.float32
        assert found.tolist() == np.asarray(wanted).tolist()


def test_values_of_any_length_say_where_they_have_items() -> None:
    found = encode([[1.5], [], [2.0, -3.0]], parse_type("list[float]"))
    assert found.tolist() == [[[1, 1.5], [0, 0]], [[0, 0], [0, 0]], [[1, 2], [1, -3]]]
    (text,) = encode(["hé"], parse_type("str"))
    assert text.tolist() == [[1, ord("h")], [1, 128 + ord("é") % 128]]
    frame = np.full((2, 3, 3), 7, np.float32)
    video = encode([[frame], [frame, frame]], parse_type("list[tensor[2, 3, 3]]"))
    assert video.shape == (2, 2, 3, 3, 3)
    assert video[:, :, 0].unique().tolist() == [0, 1]
    assert encode([""], parse_type("str")).shape == (1, 1, 2), "a row has one place at least"


def test_no_values_are_an_empty_batch() -> None:
    assert encode([], parse_type("tensor[1, 2, 3]")).shape == (0, 1, 2, 3)


def test_a_batch_is_a_copy_of_the_values() -> None:
    image = np.zeros((1, 2, 2), np.float32)
    batch = encode([image], parse_type("tensor[1, 2, 2]"))
    batch += 1
    assert image.sum() == 0
