"""Images of digits from three sources, each split once and for all, with their labels.

    digits      1,797 of 8 x 8, which scikit-learn carries; the split of the suite 'digits'
    mnist10k    10,000 of 28 x 28, in the folder `mnist10k` of `$PROGSYNTH_DATA`
    mnist       70,000 of 28 x 28, in a folder of one's own with the four files of MNIST

The split of a source is the same for every seed: what was trained under one seed may be tested
under another. Files are in IDX, packed with gzip or not.
"""

from __future__ import annotations

import gzip
import os
import random
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from progsynth.errors import TaskError, UnsupportedError
from progsynth.lang.types import parse_type
from progsynth.lang.values import Value
from progsynth.plain import make_tensor

from ..digits.images import NUM_CLASSES, SPLITS
from ..digits.images import images as small_images

Images = npt.NDArray[np.float32]
Labels = npt.NDArray[np.int64]

SHARES = {"train": 0.7, "validation": 0.1, "test": 0.2}  # of mnist10k, of each digit
NUM_VALIDATION = 10_000  # of the training images of MNIST, the last ones
_WHITE = 255
_MAGIC = {b"\x00\x00\x08\x03": 3, b"\x00\x00\x08\x01": 1}  # bytes, so many dimensions


@dataclass(frozen=True, slots=True)
class Source:
    """Where images are from: its name, their side, and the folder of the files, if any."""

    name: str = "digits"
    folder: str = ""

    def __post_init__(self) -> None:
        if self.name not in SIDES:
            raise TaskError(f"source: expected one of {', '.join(SIDES)}, found {self.name!r}")

    @property
    def image(self) -> str:
        """The type of its images."""
        return f"tensor[1, {SIDES[self.name]}, {SIDES[self.name]}]"


SIDES = {"digits": 8, "mnist10k": 28, "mnist": 28}


@dataclass(frozen=True, slots=True)
class Deck:
    """The images of one split, as values, by the digit that they show."""

    by_digit: tuple[tuple[Value, ...], ...]

    def any_of(self, digit: int, rng: random.Random) -> Value:
        """An image of that digit."""
        return rng.choice(self.by_digit[digit])

    def shuffled(self, rng: random.Random) -> Iterator[tuple[Value, int]]:
        """Images with their digits without end: all in some order, then all in another."""
        cards = [(image, digit) for digit, some in enumerate(self.by_digit) for image in some]
        while True:
            rng.shuffle(cards)
            yield from cards


@cache
def deck(source: Source, split: str) -> Deck:
    """The deck of the images of a split: "train", "validation" or "test".

    Raises UnsupportedError where the source is not at hand.
    """
    x_NCHW, y_N = images(source, split)
    type_ = parse_type(source.image)
    by_digit: list[list[Value]] = [[] for _ in range(NUM_CLASSES)]
    for image, digit in zip(x_NCHW, y_N.tolist(), strict=True):
        by_digit[digit].append(make_tensor(image, type_, f"an image of {source.name}"))
    return Deck(tuple(map(tuple, by_digit)))


def images(source: Source, split: str) -> tuple[Images, Labels]:
    """The images of a split, `x_NCHW` from 0 to 1, and their digits, `y_N`."""
    if split not in SPLITS:
        raise TaskError(f"split: expected one of {', '.join(SPLITS)}, found {split!r}")
    if source.name == "digits":
        return small_images(split)
    if source.name == "mnist10k":
        folder = _folder(source, "mnist10k")
        x_NCHW, y_N = _read(folder, "t10k")
        rows = _stratified(y_N, split)
        return x_NCHW[rows], y_N[rows]
    folder = _folder(source, "mnist")
    if split == "test":
        return _read(folder, "t10k")
    x_NCHW, y_N = _read(folder, "train")
    part = slice(-NUM_VALIDATION, None) if split == "validation" else slice(-NUM_VALIDATION)
    return x_NCHW[part], y_N[part]


def _stratified(y_N: Labels, split: str) -> list[int]:
    """The rows of a split that has its share of each digit."""
    found: list[int] = []
    for digit in range(NUM_CLASSES):
        rows = np.flatnonzero(y_N == digit).tolist()
        random.Random(f"mnist10k split {digit}").shuffle(rows)
        first = round(SHARES["train"] * len(rows))
        second = first + round(SHARES["validation"] * len(rows))
        parts = {"train": rows[:first], "validation": rows[first:second], "test": rows[second:]}
        found += parts[split]
    return found


def _folder(source: Source, name: str) -> Path:
    data = os.environ.get("PROGSYNTH_DATA", "")
    folder = Path(source.folder) if source.folder else Path(data) / name
    if not (source.folder or data) or not folder.is_dir():
        wanted = "" if data else "PROGSYNTH_DATA to the folder of benchmark data, or "
        raise UnsupportedError(
            f"the images of {name} are not there{f': no folder {folder}' if data else ''}; set "
            f"{wanted}the source's folder to where its files lie (t10k-images-idx3-ubyte.gz, ...)"
        )
    return folder


def _read(folder: Path, part: str) -> tuple[Images, Labels]:
    pixels = _idx(folder, f"{part}-images-idx3-ubyte", 3)
    labels = _idx(folder, f"{part}-labels-idx1-ubyte", 1)
    if len(pixels) != len(labels) or pixels.shape[1:] != (28, 28) or labels.max(initial=0) > 9:
        raise TaskError(
            f"{folder}: expected a label from 0 to 9 for each image of 28 x 28, found "
            f"{len(labels)} labels, {len(pixels)} images of {pixels.shape[1:]}"
        )
    grey: Images = pixels.astype(np.float32) / np.float32(_WHITE)
    return grey[:, np.newaxis], labels.astype(np.int64)


def _idx(folder: Path, name: str, dims: int) -> npt.NDArray[Any]:
    """The bytes of a file in IDX: magic number, sizes (32 bits each, the highest first), data."""
    path = folder / f"{name}.gz"
    try:
        if path.exists():
            data = gzip.decompress(path.read_bytes())
        else:
            path = folder / name
            data = path.read_bytes()
    except (OSError, EOFError) as error:
        raise UnsupportedError(f"{path}: cannot be read: {error}") from None
    sizes = np.frombuffer(data[4 : 4 + 4 * dims], ">u4").tolist()
    begin = 4 + 4 * dims
    fits = _MAGIC.get(data[:4]) == dims == len(sizes)
    if not fits or len(data) != begin + int(np.prod(sizes)):
        raise TaskError(f"{path}: expected a whole IDX file of bytes in {dims} dimension(s)")
    return np.frombuffer(data, np.uint8, offset=begin).reshape(sizes)
