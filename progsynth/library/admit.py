"""What was learned from a task goes into the library: its program, and the networks it trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from progsynth import neural
from progsynth.errors import LibraryError
from progsynth.lang.primitive import DSL, Callee, called_names, signature_of
from progsynth.lang.printing.pretty import pretty
from progsynth.lang.term import Function, Neural, Program
from progsynth.lang.types import Signature
from progsynth.library.entry import Entry, Provenance
from progsynth.library.loading import reading_pack, stand_in
from progsynth.library.store import Library
from progsynth.library.vocabulary import Networks, Vocabulary


def add_network(
    library: Library,
    network: Any,
    *,
    name: str = "",
    doc: str = "",
    provenance: Provenance | None = None,
) -> Entry:
    """The entry of a trained network, frozen as it is now; its name is that of its submodule."""
    declaration: Neural = network.declaration
    name = name or declaration.name
    params = tuple(zip(declaration.params, declaration.types, strict=True))
    signature = Signature(params, declaration.result)
    made = provenance or Provenance()
    figures = {**made.figures, "recipe": asdict(network.recipe)}
    return library.add(
        name,
        source=f"neural {name}{signature}",
        signature=str(signature),
        weights=neural.to_bytes(network),
        doc=doc,
        provenance=replace(made, figures=figures),
    )


def add_program(
    library: Library,
    program: Program,
    vocabulary: Vocabulary,
    *,
    name: str = "",
    doc: str = "",
    networks: Networks | None = None,
    provenance: Provenance | None = None,
) -> Entry:
    """The entry of the program's entry function, as a subroutine.

    What the program has of the vocabulary that is from this library stays what it is there.
    What else it calls is added with it: its other functions, as `name_other`, and the
    `networks` of its submodules, by their names.
    Raises LibraryError where a submodule has no network, and for a name that the pack has.
    """
    name = name or program.entry.name
    pack = vocabulary.pack
    program = vocabulary.closed(program)
    networks = {**vocabulary.networks, **(networks or {})}
    called = dict(vocabulary.entries_in(library))
    for declaration in program.neural:
        if declaration.name not in called:
            network = networks.get(declaration.name)
            if network is None:
                raise LibraryError(
                    f"'{name}' cannot be added: its submodule '{declaration.name}' has no "
                    "network; give networks={...}"
                )
            called[declaration.name] = add_network(
                library, network, name=declaration.name, provenance=provenance
            )
    callees: dict[str, Callee] = {n.name: stand_in(n) for n in program.neural}
    for function in program.functions[:-1]:
        if function.name not in called:
            part = replace(function, name=f"{name}_{function.name}")
            called[function.name] = _add_function(library, part, pack, callees, called, provenance)
        callees[function.name] = function
    entry = replace(program.entry, name=name, doc=doc)
    return _add_function(library, entry, pack, callees, called, provenance)


def _add_function(
    library: Library,
    function: Function,
    pack: DSL,
    callees: Mapping[str, Callee],
    entries: Mapping[str, Entry],
    provenance: Provenance | None,
) -> Entry:
    """The entry of the function, which calls these, whose entries are given by the same names."""
    if pack.overloads(function.name):
        raise LibraryError(
            f"'{function.name}' cannot be added: the pack '{pack.name}' has a function of that "
            "name; give it another"
        )
    needed = {name: callees[name] for name in sorted(called_names(function)) if name in callees}
    return library.add(
        function.name,
        source=source_of(function, pack, needed),
        signature=str(signature_of(function)),
        needs={name: entries[name] for name in needed},
        doc=function.doc,
        provenance=provenance or Provenance(),
    )


def source_of(function: Function, pack: DSL, callees: Mapping[str, Callee]) -> str:
    """The text of the function, which calls these beside what the pack has."""
    bare = Program((replace(function, doc=""),))
    return pretty(bare, reading_pack(pack, callees, function.name))
