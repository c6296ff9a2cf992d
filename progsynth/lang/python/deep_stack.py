"""Running Python code that nests calls deeper than the interpreter's usual limit.

The depth of a program's calls is bounded by its text (there is no recursion), but a program
10,000 deep needs more than Python's 1,000 frames. Such a call is repeated on a thread with a
stack of its own and a higher limit.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from typing import TypeVar

R = TypeVar("R")

STACK_BYTES = 512 * 2**20  # only the part that is used takes memory
MAX_FRAMES = 400_000


def call_deep(function: Callable[[], R]) -> R:
    """The function's result, computed on a thread with room for very deep calls."""
    results: list[R] = []
    errors: list[BaseException] = []

    def work() -> None:
        try:
            results.append(function())
        except BaseException as error:
            errors.append(error)

    frames = sys.getrecursionlimit()
    stack = threading.stack_size(STACK_BYTES)
    try:
        sys.setrecursionlimit(max(frames, MAX_FRAMES))
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    finally:
        threading.stack_size(stack)
        sys.setrecursionlimit(frames)
    if errors:
        raise errors[0]
    return results[0]
