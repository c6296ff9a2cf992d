"""Rows of arguments, encoded once to run many programs on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from progsynth.lang.types import Type
from progsynth.lang.values import Value
from progsynth.lang.vm import layout
from progsynth.lang.vm.descriptors import plain
from progsynth.lang.vm.encode import Image, Words


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of arguments encoded once, to run many programs on; see `encode_rows`."""

    types: tuple[Type, ...]
    result: Type | None  # of the expected outputs, where there are any
    rows: Words  # [row, parameter]
    image: Words  # the objects that the rows refer to
    dicts: Words
    expected: Words  # descriptor, then a place for each row; or empty


def encode_rows(
    types: Sequence[Type],
    rows: Sequence[Sequence[Value]],
    outputs: Sequence[Value] | None = None,
    result: Type | None = None,
) -> Batch:
    """The rows as words, with the outputs expected of them (of type `result`) if given.

    Raises UnsupportedError for types that the VM has no values of. The values are taken to be
    of their types (see `values.misfit`).
    """
    plain_types = [plain(t) for t in types]
    image = Image(layout.BATCH)
    words = [[image.add(v, t) for v, t in zip(row, plain_types, strict=True)] for row in rows]
    expected: list[int] = []
    if outputs is not None:
        assert result is not None, "outputs come with their type"
        plain_result = plain(result)
        expected.append(image.descriptor(plain_result))
        outs = [image.add(v, plain_result) for v in outputs]
        expected += range(image.base + len(image.words), image.base + len(image.words) + len(outs))
        image.words += outs
    return Batch(
        tuple(types),
        result,
        np.array(words, np.int64).reshape(len(words), len(plain_types)),
        np.array(image.words, np.int64),
        np.array(image.dicts, np.int64).reshape(-1, 2),
        np.array(expected, np.int64),
    )
