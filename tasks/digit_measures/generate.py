"""Examples that measure what was learned from the suite 'digits'; nothing should learn from them.

Each task asks of test images: which digit does one show, what is the sum of five, of ten? The
training examples are few, because every task has some.
"""

from __future__ import annotations

from progsynth.lang.types import parse_type
from progsynth.plain import make_tensor
from progsynth.task import Example, Suite, Task

from ..digits.generate import IMAGE, REQUEST, sums
from ..digits.images import images

FEW = 20


def make() -> Suite:
    """The suite. Raises UnsupportedError without scikit-learn."""
    tasks = [_task("digit", f"({IMAGE}) -> int", _digits("train")[:FEW], _digits("test"))]
    for name, length in (("five", 5), ("ten", 10)):
        train = sums(length, count=FEW, split="train")
        tasks.append(_task(f"sum of {name} digits", REQUEST, train, sums(length)))
    return Suite("digit_measures", tuple(tasks))


def _digits(split: str) -> tuple[Example, ...]:
    type_ = parse_type(IMAGE)
    x_NCHW, y_N = images(split)
    pairs = zip(x_NCHW, y_N.tolist(), strict=True)
    return tuple(Example((make_tensor(x, type_, split),), y) for x, y in pairs)


def _task(name: str, request: str, train: tuple[Example, ...], test: tuple[Example, ...]) -> Task:
    return Task.from_examples(name, train, request=request, test=test)
