"""What programs of a pack are made of besides calls of its primitives and functions.

The core of the language has conditionals, literals and loops of its own, whatever the pack. To
compare with another system in that system's own primitives, a pack says which of them that system
has: it has a `FORMS` beside its `make` (see `registry.forms`). Searches keep to it; programs that
people write may still say everything.
"""

from __future__ import annotations

from dataclasses import dataclass

KINDS = ("if", "and", "or", "empty", "list", "tuple", "project", "let", "while", "for")


@dataclass(frozen=True, slots=True)
class Forms:
    """The forms of the core, and the constants, that searches may use.

    `kinds` are among `KINDS`: "list" and "tuple" build a value of its items, "empty" a container
    of none, "project" takes an item of a tuple. `constants` are all that there are, beside those
    that a task gives; None leaves it to the searches, which mine them from the examples.
    """

    kinds: frozenset[str] = frozenset(KINDS)
    constants: tuple[int | float | bool | str, ...] | None = None

    def __post_init__(self) -> None:
        unknown = sorted(self.kinds - frozenset(KINDS))
        assert not unknown, f"no such forms: {', '.join(unknown)}; there are {', '.join(KINDS)}"


EVERY = Forms()
