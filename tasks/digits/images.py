"""Handwritten digits, 8 x 8, split into training, validation and test images.

The split is the same for every seed, so that no network trained under one seed has seen the
test images of another: a seed only decides the order in which images come.

Shapes: N images, C = 1 channel, H = W = 8 pixels.
"""

from __future__ import annotations

import random

import numpy as np
import numpy.typing as npt

from progsynth.errors import TaskError, UnsupportedError

try:
    from sklearn.datasets import load_digits
except ImportError:  # the suite is listed all the same
    load_digits = None

SPLITS = ("train", "validation", "test")
NUM_CLASSES = 10
NUM_VALIDATION = 25  # of each digit
TEST_SHARE = 4  # every fourth of each digit
BRIGHTEST = 16  # pixels are counts from 0 to 16


def images(split: str, *, seed: int = 0) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    """The images of a split, `x_NCHW` from 0 to 1, and their digits, `y_N`.

    `split` is "train" (1,102 images), "validation" (250) or "test" (445). Each has all ten
    digits in the proportions of the whole. Raises TaskError for another name, UnsupportedError
    without scikit-learn.
    """
    if split not in SPLITS:
        raise TaskError(f"split: expected one of {', '.join(SPLITS)}, found {split!r}")
    x_NHW, y_N = _all_images()
    rows = [row for kind, row in _kinds(y_N) if kind == split]
    random.Random(f"digits {seed} {split}").shuffle(rows)
    return x_NHW[rows][:, np.newaxis], y_N[rows]


def _all_images() -> tuple[npt.NDArray[np.float32], npt.NDArray[np.int64]]:
    if load_digits is None:
        raise UnsupportedError(
            "the suite 'digits' needs scikit-learn, which carries its images: "
            "pip install 'progsynth[data]'"
        )
    found = load_digits()
    return (found.images / BRIGHTEST).astype(np.float32), found.target.astype(np.int64)


def _kinds(y_N: npt.NDArray[np.int64]) -> list[tuple[str, int]]:
    """The split and the number of each image, stratified by digit."""
    made = []
    for digit in range(NUM_CLASSES):
        rows = np.flatnonzero(y_N == digit).tolist()
        random.Random(f"digits split {digit}").shuffle(rows)
        num_test = len(rows) // TEST_SHARE
        kinds = ["test"] * num_test + ["validation"] * NUM_VALIDATION
        kinds += ["train"] * (len(rows) - len(kinds))
        made += list(zip(kinds, rows, strict=True))
    return made
