"""Recursion without the Python stack, so that a tree 10,000 deep crashes nothing.

A recursive function is written as a generator: `result = yield self_call(child)` stands for
the recursive call, `return` for the result. `walk` keeps the pending generators on a list.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, TypeVar

R = TypeVar("R")

Walk = Generator["Walk[Any]", Any, R]


def walk(start: Walk[R]) -> R:
    """Run a generator-style recursive function to its end and return its result.

    >>> def depth(tree):
    ...     deepest = 0
    ...     for child in tree:
    ...         deepest = max(deepest, (yield depth(child)))
    ...     return deepest + 1
    >>> walk(depth([[], [[]]]))
    3
    """
    stack: list[Walk[Any]] = [start]
    value: Any = None
    error: BaseException | None = None
    while True:
        try:
            if error is None:
                child = stack[-1].send(value)
            else:
                pending, error = error, None
                child = stack[-1].throw(pending)
        except StopIteration as stop:
            stack.pop()
            value = stop.value
            if not stack:
                return value
        except BaseException as raised:
            stack.pop()
            if not stack:
                raise
            error = raised
        else:
            stack.append(child)
            value = None
