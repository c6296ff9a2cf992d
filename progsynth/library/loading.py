"""A library as a language: its entries in use, and what they need, beside those of a pack.

An entry keeps its name unless the pack, the task or another version of it has the name already:
then it is called `name_v2`, after its version. What the pack lacks something for is left out,
with a note; networks that read tensors of shapes that the task has not are never looked at.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import count
from typing import Any

from progsynth import neural
from progsynth.errors import ProgramError
from progsynth.lang.primitive import DSL, Callee, Primitive
from progsynth.lang.read import read_neural, read_program
from progsynth.lang.term import Call, Function, Neural, Term, fold
from progsynth.lang.types import Signature, Type, as_int, walk_type
from progsynth.lang.values import Value
from progsynth.library.entry import NETWORK, Entry
from progsynth.library.ranking import MOST, ranked
from progsynth.library.store import Library
from progsynth.library.vocabulary import Vocabulary

Key = tuple[str, int]  # name and version


def extend(dsl: DSL, library: Library) -> DSL:
    """The pack with all that the library has in use: functions, and networks as primitives."""
    return load(dsl, library).dsl


def load(
    pack: DSL,
    library: Library,
    *,
    reads: Iterable[Type] | None = None,
    taken: Collection[str] = (),
    declared: Mapping[str, Neural] | None = None,
    rows: Iterable[tuple[Value, ...]] = (),
    keys: Collection[Key] | None = None,
    most: int = MOST,
) -> Vocabulary:
    """The vocabulary of the pack and the library.

    `reads` are the types that programs will work on, None for any; `taken` are names that are
    not to be used, nor those of `declared` submodules, but by networks for the same types. `rows`
    hold tensors that networks will be asked about. Where it is known what programs read, they see
    the `most` subroutines that fit best (`ranking`); `keys` are the entries to be taken instead,
    retired ones too.
    """
    reads = None if reads is None else tuple(reads)
    known = {entry.key: entry for entry in library.entries(all_versions=True)}
    wanted, left_out = _wanted(library, reads, keys, most)
    tensors = None if reads is None else _tensors(reads)
    loading = _Loading(pack, tensors, set(taken), declared or {}, frozenset(wanted))
    if left_out:
        loading.notes.append(
            f"of the subroutines of the library, {left_out} that fit the task less are left out"
        )
    for entry in needed_first(wanted, known):
        loading.take(entry)
    networks = {
        name: neural.from_bytes(library.weights(loading.entries[name])) for name in loading.networks
    }
    functions = {**pack.functions, **loading.functions}
    vocabulary = Vocabulary(
        pack,
        DSL(pack.name, pack.primitives, functions, pack.surfaces),
        loading.functions,
        entries=loading.entries,
        library=library,
        notes=tuple(loading.notes),
    )
    return vocabulary.with_networks(networks, rows)


def _wanted(
    library: Library, reads: tuple[Type, ...] | None, keys: Collection[Key] | None, most: int
) -> tuple[list[Key], int]:
    """The entries that are taken, and how many subroutines are left out."""
    if keys is not None:
        return sorted(keys), 0
    entries = library.entries()
    if reads is None:
        return [entry.key for entry in entries], 0
    functions = ranked([entry for entry in entries if entry.kind != NETWORK], reads)
    taken = {entry.key for entry in functions[:most]}
    wanted = [entry.key for entry in entries if entry.kind == NETWORK or entry.key in taken]
    return wanted, len(functions) - len(taken)


def needed_first(wanted: Iterable[Key], known: Mapping[Key, Entry]) -> Iterator[Entry]:
    """These entries and all that they need, each after what it needs."""
    done: set[Key] = set()
    todo = [(key, False) for key in sorted(wanted, reverse=True)]
    while todo:
        key, ready = todo.pop()
        if key in done:
            continue
        if ready:
            done.add(key)
            yield known[key]
        else:
            todo.append((key, True))
            todo += [((need.name, need.version), False) for need in known[key].needs]


def _tensors(types: Iterable[Type]) -> set[Type]:
    return {inner for one in types for inner in walk_type(one) if inner.name == "tensor"}


@dataclass(slots=True)
class _Loading:
    """What was taken from a library so far."""

    pack: DSL
    tensors: set[Type] | None  # that programs meet; None: any
    taken: set[str]
    declared: Mapping[str, Neural]
    wanted: frozenset[Key]  # entries in use; others are only needed by these
    names: dict[Key, str] = field(default_factory=dict)  # what each entry is called
    entries: dict[str, Entry] = field(default_factory=dict)
    functions: dict[str, Function] = field(default_factory=dict)
    networks: dict[str, Neural] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def take(self, entry: Entry) -> None:
        """Take the entry, or leave it out."""
        needed = {need.called: self.names.get((need.name, need.version)) for need in entry.needs}
        if entry.kind == NETWORK:
            self.network(entry)
        elif None not in needed.values():
            self.function(entry, {called: name for called, name in needed.items() if name})

    def network(self, entry: Entry) -> None:
        declaration = read_neural(entry.source, reading_pack(self.pack, {}, entry.name))
        met = _tensors(declaration.types)
        if self.tensors is not None:
            if not met <= self.tensors:
                return
            self.tensors |= _tensors([declaration.result])
        other = self.declared.get(entry.name, declaration)
        same = (other.types, other.result) == (declaration.types, declaration.result)
        self.networks[self.named(entry, declared=same)] = declaration

    def function(self, entry: Entry, needed: Mapping[str, str]) -> None:
        callees = {called: self.callee(name) for called, name in needed.items()}
        dsl = reading_pack(self.pack, callees, entry.name)
        try:
            function = read_program(entry.source, dsl, f"<{entry.name}>").entry
        except ProgramError as error:
            self.notes.append(
                f"'{entry.name}' of the library is left out: the pack '{self.pack.name}' lacks "
                f"what it uses: {error.problems[0].message}"
            )
            return
        name = self.named(entry)
        body = renamed(function.body, needed)
        self.functions[name] = replace(function, name=name, body=body, doc=entry.doc)

    def callee(self, name: str) -> Callee:
        found = self.networks.get(name)
        return self.functions[name] if found is None else stand_in(found)

    def named(self, entry: Entry, *, declared: bool = False) -> str:
        """What the entry is called, and a note of it where that is not its name.

        With `declared` it may have the name of a submodule that the task declares.
        """
        name = entry.name
        if entry.key not in self.wanted or self.has(name, declared=declared):
            versions = (f"{entry.name}_v{n}" for n in count(entry.version))
            name = next(n for n in versions if not self.has(n))
        if entry.key in self.wanted and name != entry.name:
            self.notes.append(
                f"'{entry.name}' of the library is called '{name}' here: its name is taken"
            )
        self.names[entry.key] = name
        self.entries[name] = entry
        return name

    def has(self, name: str, *, declared: bool = False) -> bool:
        """Is the name taken?"""
        taken = name in self.taken or name in self.entries
        taken = taken or (name in self.declared and not declared)
        return taken or name in self.pack or bool(self.pack.overloads(name))


# ------------------------------------------------------------------------------ reading


def reading_pack(pack: DSL, callees: Mapping[str, Callee], name: str) -> DSL:
    """The pack to read a function of that name in, which calls these by their names there."""
    hidden = {n for called in (name, *callees) for n in pack.overloads(called)}
    primitives = {n: p for n, p in pack.primitives.items() if n not in hidden}
    functions = {n: f for n, f in pack.functions.items() if n not in hidden}
    for called, callee in callees.items():
        if isinstance(callee, Primitive):
            primitives[called] = replace(callee, name=called, surface=called)
        else:
            functions[called] = replace(callee, name=called)
    return DSL(pack.name, primitives, functions, pack.surfaces)


def stand_in(declaration: Neural) -> Primitive:
    """The submodule as a primitive that has its types, and no weights: it cannot be run."""

    def unloaded(*_: Any) -> Any:
        raise AssertionError(f"'{declaration.name}' is run before its weights are loaded")

    params = tuple(zip(declaration.params, declaration.types, strict=True))
    signature = Signature(params, as_int(declaration.result))
    return Primitive(declaration.name, declaration.name, signature, unloaded)


def renamed(term: Term, names: Mapping[str, str]) -> Term:
    """The term with calls by these names going to others."""

    def put(node: Term, children: tuple[Term, ...]) -> Term:
        if isinstance(node, Call):
            return Call(names.get(node.name, node.name), children)
        return node.rebuild(children) if children else node

    return fold(term, put)
