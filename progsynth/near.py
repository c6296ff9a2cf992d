"""What was meant by a name that is not known."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches


def near_names(name: str, known: Sequence[str]) -> str:
    """The end of a message about an unknown name: those like it, or the first few of all.

    >>> near_names("sorted", ["sort", "reverse"])
    "; did you mean 'sort'?"
    """
    near = get_close_matches(name, known, n=3, cutoff=0.6)
    if near:
        return f"; did you mean {' or '.join(map(repr, near))}?"
    shown = ", ".join(map(repr, known[:12])) + (", ..." if len(known) > 12 else "")
    return f"; there is {shown}" if known else ""
