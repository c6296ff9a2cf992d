"""Functions' bodies with types, as the compiler of the VM needs them: one for each use's types."""

from __future__ import annotations

from dataclasses import dataclass

from progsynth.lang.infer import Typed, infer, program_signatures
from progsynth.lang.primitive import DSL
from progsynth.lang.term import Function, Program
from progsynth.lang.types import Type
from progsynth.lang.vm.bytecode_uses import last_uses


@dataclass(frozen=True, slots=True, eq=False)
class Body:
    """A function's body with types, and the ids of the last uses of variables in it."""

    typed: Typed
    last: frozenset[int]


Key = tuple[str, tuple[Type, ...], Type]


class Bodies:
    """The bodies of one program's functions, and of those of its pack.

    `last` has the ids of the last uses of variables in all bodies found so far, which are kept
    here: ids stay theirs.
    """

    def __init__(self, program: Program, dsl: DSL):
        self.dsl = dsl
        self.signatures = program_signatures(program)
        self.own: dict[Key, Body] = {}
        # A program that takes a name of the pack changes what the pack's functions call.
        shadows = any(name in dsl for name in self.signatures)
        self.library = self.own if shadows else _library(dsl)
        self.found: list[Body] = []
        self.last: set[int] = set()

    def find(self, function: Function, types: tuple[Type, ...], result: Type) -> Typed:
        """The function's body with types, where its parameters have these."""
        known = self.library if self.dsl.functions.get(function.name) is function else self.own
        key = (function.name, types, result)
        body = known.get(key)
        if body is None:
            typed = infer(
                function.body,
                types,
                self.dsl,
                result=result,
                extra=self.signatures,
                classes=function.type_classes,
            )
            body = known[key] = Body(typed, last_uses(typed, len(types)))
        return self.add(body)

    def add(self, body: Body) -> Typed:
        """The body's own, now one of those found."""
        self.found.append(body)
        self.last |= body.last
        return body.typed


def _library(dsl: DSL) -> dict[Key, Body]:
    """The pack's functions with types, by name and types: filled as programs use them.

    Kept with the pack, as the same functions are compiled into program after program.
    """
    found: dict[Key, Body] | None = dsl.__dict__.get("_typed_functions")
    if found is None:
        found = {}
        object.__setattr__(dsl, "_typed_functions", found)
    return found
