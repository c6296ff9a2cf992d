"""Unification for the checker: variables that inference makes, number literals, errors, undo.

Three kinds of type stand for something not known yet: `?7` for anything, `?n7` for the type of
an int literal (int or float), and `ERROR` for the type of an expression that is already
reported: it equals everything, so that one mistake gives one message. The letters `a`, `b` of a
generic function are rigid here: they equal only themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from progsynth.lang.types import FLOAT, INT, MAX_DEPTH, Type, walk_type

ERROR = Type("<error>")  # no type that can be written has this name

_MAX_WORK = 4_000  # nodes of a type met in one question; pairs of pairs of pairs grow fast


class TypeTooLargeError(Exception):
    """A type grew beyond what the language admits; the checker stops there."""


def is_flexible(type_: Type) -> bool:
    """Is this a variable of inference?"""
    return type_.name[0] == "?"


def is_numeric(type_: Type) -> bool:
    """Is this the type of an int literal that may still become int or float?"""
    return type_.name.startswith("?n")


class Unifier:
    """What the variables stand for so far."""

    def __init__(self) -> None:
        self.by: dict[str, Type] = {}
        self._numbers: Iterator[int] = count()
        self._trail: list[str] = []
        self._work = 0

    def fresh(self) -> Type:
        """A new variable for any type."""
        return Type(f"?{next(self._numbers)}")

    def fresh_number(self) -> Type:
        """A new variable for int or float."""
        return Type(f"?n{next(self._numbers)}")

    def head(self, type_: Type) -> Type:
        """What the type is at its top, its arguments not replaced."""
        while type_.name[0] == "?":
            found = self.by.get(type_.name)
            if found is None:
                return type_
            type_ = found
        return type_

    def resolve(self, type_: Type) -> Type:
        """The type with all that is known put in. Raises TypeTooLargeError."""
        self._work = 0
        return self._resolve(type_, 0)

    def _resolve(self, type_: Type, depth: int) -> Type:
        type_ = self.head(type_)
        if not type_.args:
            return type_
        self._spend(depth)
        changed = tuple(
            self._resolve(a, depth + 1) if isinstance(a, Type) else a for a in type_.args
        )
        if all(a is b for a, b in zip(changed, type_.args, strict=True)):
            return type_
        return Type(type_.name, changed)

    def _spend(self, depth: int) -> None:
        self._work += 1
        if depth > 2 * MAX_DEPTH or self._work > _MAX_WORK:
            raise TypeTooLargeError

    def unify(self, left: Type, right: Type) -> bool:
        """Make the two equal; False when nothing can (then nothing is changed)."""
        mark = len(self._trail)
        self._work = 0
        if self._unify(left, right, 0):
            return True
        self.undo(mark)
        return False

    def _unify(self, left: Type, right: Type, depth: int) -> bool:
        left, right = self.head(left), self.head(right)
        if left is right or (not left.args and left == right):
            return True
        if left.name[0] == "?" or right.name[0] == "?":
            return self._bind(left, right)
        if left is ERROR or right is ERROR:
            return True
        if left.name != right.name or len(left.args) != len(right.args):
            return False
        self._spend(depth)
        for a, b in zip(left.args, right.args, strict=True):
            if isinstance(a, Type) and isinstance(b, Type):
                if not self._unify(a, b, depth + 1):
                    return False
            elif a != b:
                return False
        return True

    def _bind(self, left: Type, right: Type) -> bool:
        if left.name[0] != "?" or (is_numeric(left) and right.name[0] == "?"):
            left, right = right, left
        if is_numeric(left) and not (is_numeric(right) or right in (INT, FLOAT, ERROR)):
            return False
        if right.args and self._occurs(left.name, right, 0):
            return False
        self.by[left.name] = right
        self._trail.append(left.name)
        return True

    def _occurs(self, name: str, type_: Type, depth: int) -> bool:
        type_ = self.head(type_)
        if not type_.args:
            return type_.name == name
        self._spend(depth)
        return any(self._occurs(name, a, depth + 1) for a in type_.types)

    def mark(self) -> int:
        """A point to which `undo` goes back."""
        return len(self._trail)

    def undo(self, mark: int) -> None:
        """Forget what was learnt since `mark`."""
        while len(self._trail) > mark:
            del self.by[self._trail.pop()]

    def learnt(self, place: int) -> str:
        """The variable that was the `place`th to become known."""
        return self._trail[place]

    def could_equal(self, left: Type, right: Type) -> bool:
        """Can the two be made equal? Nothing is changed."""
        mark = len(self._trail)
        found = self.unify(left, right)
        self.undo(mark)
        return found

    def is_known(self, type_: Type) -> bool:
        """Is nothing left open in the type?"""
        return not any(is_flexible(t) for t in walk_type(self.resolve(type_)))

    def is_wrong(self, type_: Type) -> bool:
        """Does the type hold an error that is already reported?"""
        return any(t is ERROR for t in walk_type(self.resolve(type_)))

    def show(self, *types: Type) -> list[str]:
        """The types as a reader knows them: open ones as letters, literals as int."""
        resolved = [self.resolve(t) for t in types]
        letters = iter("abcdefghijklmnopqrstuvwxyz")
        names: dict[str, Type] = {}
        return [str(_named(t, names, letters)) for t in resolved]


def _named(type_: Type, names: dict[str, Type], letters: Iterator[str]) -> Type:
    if type_ is ERROR:
        return Type("?")
    if is_numeric(type_):
        return INT
    if is_flexible(type_):
        if type_.name not in names:
            names[type_.name] = Type(next(letters, "?"))
        return names[type_.name]
    args = tuple(_named(a, names, letters) if isinstance(a, Type) else a for a in type_.args)
    return Type(type_.name, args)
