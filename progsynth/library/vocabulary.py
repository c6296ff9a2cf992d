"""What the programs of a task may use beside its pack: subroutines of a library, and networks
whose weights are known.

A search sees all of it as one language (`dsl`), in which a network is an ordinary primitive. A
program that it finds is then closed: the subroutines it calls become functions of its own, the
networks declarations, so that its text reads back in the pack alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from progsynth import neural
from progsynth.errors import UnsupportedError
from progsynth.lang.primitive import DSL, called_names
from progsynth.lang.term import Function, Program
from progsynth.lang.types import Type
from progsynth.lang.values import Value
from progsynth.library.entry import Entry
from progsynth.library.store import Library

Networks = Mapping[str, Any]  # trained networks, by the names of their submodules


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A pack, and what is known beside it.

    `functions` may call those before them, and `networks`, whose weights stay as they are.
    `dsl` has all of it. `entries` are those of the library that some of it is from, `notes` say
    what of the library was left out, and why.
    """

    pack: DSL
    dsl: DSL
    functions: Mapping[str, Function] = field(default_factory=dict)
    networks: Networks = field(default_factory=dict)
    entries: Mapping[str, Entry] = field(default_factory=dict)
    library: Library | None = None
    notes: tuple[str, ...] = ()

    def closed(self, program: Program) -> Program:
        """The program with all that it calls of the vocabulary written out in it."""
        own = {f.name for f in program.functions} | {n.name for n in program.neural}
        wanted = set().union(*map(called_names, program.functions)) - own
        for function in reversed(list(self.functions.values())):  # callers before what they call
            if function.name in wanted:
                wanted |= called_names(function) - own
        functions = tuple(f for name, f in self.functions.items() if name in wanted)
        declared = tuple(
            replace(network.declaration, name=name)
            for name, network in self.networks.items()
            if name in wanted
        )
        if not functions and not declared:
            return program
        return Program((*functions, *program.functions), (*declared, *program.neural))

    def opened(self, program: Program) -> Program:
        """The program as one of `dsl`: without the declarations of networks known there.

        Raises UnsupportedError for a submodule that has no weights.
        """
        for declaration in program.neural:
            if declaration.name not in self.networks:
                raise UnsupportedError(
                    f"the submodule '{declaration.name}' has no weights: search=\"hybrid\" trains "
                    "it, networks= gives trained ones, library= those of a library"
                )
        return replace(program, neural=()) if program.neural else program

    def entries_in(self, library: Library) -> Mapping[str, Entry]:
        """The entries that are from that library, by what they are called here."""
        same = self.library is not None and self.library.path.samefile(library.path)
        return self.entries if same else {}

    def with_networks(
        self, networks: Networks, rows: Iterable[tuple[Value, ...]] = ()
    ) -> Vocabulary:
        """The vocabulary with these networks too, as they are now, by their names.

        Their decisions on the tensors in the rows are found at once, each network's in one batch.
        """
        if not networks:
            return self
        known = tuple(rows)
        made = {
            name: neural.as_primitive(network, name=name, tensors=tensors_in(known, network))
            for name, network in networks.items()
        }
        dsl = DSL(
            self.dsl.name, {**self.dsl.primitives, **made}, self.dsl.functions, self.dsl.surfaces
        )
        return replace(self, dsl=dsl, networks={**self.networks, **networks})


def tensors_in(rows: Sequence[tuple[Value, ...]], network: Any) -> list[Any]:
    """The arrays in the rows of the shape that the network reads; none where it reads several."""
    types: tuple[Type, ...] = network.declaration.types
    if len(types) != 1 or types[0].name != "tensor":
        return []
    shape = types[0].args
    found: list[Any] = []
    todo: list[Any] = [*rows]
    while todo:
        value = todo.pop()
        if isinstance(value, list | tuple):
            todo += value
        elif isinstance(value, dict):
            todo += value.values()
        elif getattr(value, "shape", None) == shape:
            found.append(value)
    return found
